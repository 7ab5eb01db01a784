package org.domicile.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.keyspace.Write;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.jspecify.annotations.Nullable;

/**
 * The one engine of {@link Streams}, under {@code ("streams", KIND, …)}:
 *
 * <pre>
 *   stream NAME        {@link StreamsCodec}
 *   group NAME         its organisation, the day on which it was last asked for, its purpose
 *   transaction NAME   the same
 *   gone NAME          a removed stream until its records are gone, as {@link StreamsCodec}; or a
 *                      byte 1, of programs that did not keep which it was
 *   left ID            the same until its files are gone
 *   minute ID          as it was given
 *   once DAY ID KEY    the same, by the day of the epoch and the stream's id
 * </pre>
 *
 * {@code changing} serialises what changes a stream or gives a name away; streams and names are in
 * memory too, and are so before anybody is told.
 */
final class StoredStreams implements Streams {
    private static final String SPACE = "streams";
    private static final String STREAM = "stream";
    private static final String GONE = "gone";
    private static final String LEFT = "left";
    private static final String MINUTE = "minute";
    private static final String ONCE = "once";
    private static final Duration KEPT = Duration.ofDays(30);

    /** What a watch's names of transactions begin with. */
    private static final Pattern WATCH = Pattern.compile("watch-[0-9a-f]{16}");

    /** After it has let a stream go, the log has its files for so long (file.delete.delay.ms). */
    private static final Duration FILES = Duration.ofMinutes(1);

    /** A log that starts deletes only then what was left to it, and needs some time to start. */
    private static final Duration FILES_AT_START = FILES.plusMinutes(1);

    /** Writes of one commit. */
    private static final int AT_ONCE = 1_000;

    private final Keyspace keyspace;
    private final InstantSource clock;
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<String, Stream> streams = new ConcurrentSkipListMap<>();
    private final Set<String> gone = new ConcurrentSkipListSet<>();

    /** Those of them of which more is known than the name. */
    private final Map<String, Stream> removed = new ConcurrentHashMap<>();

    /** Whose files go, by their ids. */
    private final Map<String, Left> left = new ConcurrentHashMap<>();

    private final Map<Shared, Claim> claims = new ConcurrentHashMap<>();

    /** On which day what was kept of requests was last cleared. */
    private final AtomicLong swept = new AtomicLong(-1);

    /** How many names there are of each share. */
    private final Map<Share, Integer> counts = new ConcurrentHashMap<>();

    private record Shared(Admission.Shared kind, String name) {}

    /**
     * @param day of the epoch, on which it was last asked for
     * @param purpose empty where it was kept before purposes had names
     */
    private record Claim(String organisation, long day, String purpose) {
        Name to(Holder holder) {
            if (!organisation.equals(holder.organisation())) {
                return Name.OTHERS;
            }
            return purpose.isEmpty()
                    ? Name.FREE
                    : purpose.equals(holder.purpose()) ? Name.OWN : Name.OTHERS;
        }
    }

    /**
     * What a name counts to.
     *
     * @param of an organisation, a purpose, or what names of a watch begin with
     */
    private record Share(Admission.Shared kind, Of what, String of) {
        /** Narrow ones first. */
        enum Of {
            WATCH(MOST_OF_A_WATCH),
            PURPOSE(MOST_OF_A_PURPOSE),
            ORGANISATION(MOST_SHARED);

            private final int most;

            Of(int most) {
                this.most = most;
            }
        }
    }

    StoredStreams(Keyspace keyspace, InstantSource clock) {
        this.keyspace = keyspace;
        this.clock = clock;
        each(STREAM, (name, value) -> streams.put(name, StreamsCodec.decode(value)));
        each(
                GONE,
                (name, value) -> {
                    gone.add(name);
                    if (value.length > 1) {
                        removed.put(name, StreamsCodec.decode(value));
                    }
                });
        each(LEFT, (id, value) -> left.put(id, new Left(StreamsCodec.decode(value), Instant.MAX)));
        for (Admission.Shared kind : Admission.Shared.values()) {
            each(word(kind), (name, value) -> keep(new Shared(kind, name), claim(value)));
        }
        forget();
    }

    private interface Seen {
        void of(String name, byte[] value);
    }

    private void each(String kind, Seen seen) {
        try (Cursor cursor =
                keyspace.scan(
                        Space.RECORDS,
                        Tuple.of().text(SPACE).text(kind).range(),
                        Reading.Direction.UP)) {
            while (cursor.next()) {
                if (Tuple.unpack(cursor.key()).getLast() instanceof Tuple.Part.Text(String name)) {
                    seen.of(name, cursor.value());
                }
            }
        }
    }

    private static byte[] key(String kind, String name) {
        return Tuple.pack(SPACE, kind, name);
    }

    private static Write put(String kind, String name, byte[] value) {
        return new Write.Put(Space.RECORDS, key(kind, name), value);
    }

    private static Write delete(String kind, String name) {
        return new Write.Delete(Space.RECORDS, key(kind, name));
    }

    private void commit(Transaction transaction) {
        switch (keyspace.commit(transaction)) {
            case Committed.Applied _ -> {}
            case Committed.Stale _ -> throw new IllegalStateException("no condition was set");
        }
    }

    // streams

    private Asked refused(Request request, Outcome outcome, Asked why) {
        commit(new Transaction().carrying(request, outcome));
        return why;
    }

    @Override
    public Asked create(Request request, Stream stream) {
        changing.lock();
        try {
            if (isTaken(stream.name())) {
                return refused(request, Outcome.CONFLICT, new Asked.Taken());
            }
            if (of(stream.organisation()).size() >= MOST) {
                return refused(request, Outcome.CONFLICT, new Asked.TooMany(Asked.Full.STREAMS));
            }
            Optional<Asked.Full> full = full(stream.organisation(), stream.topic().partitions());
            return full.isPresent()
                    ? refused(request, Outcome.CONFLICT, new Asked.TooMany(full.get()))
                    : kept(request, stream);
        } finally {
            changing.unlock();
        }
    }

    /** What is there stays as it is, also where it is more already. @param partitions more */
    private Optional<Asked.Full> full(String organisation, int partitions) {
        if (partitions == 0) {
            return Optional.empty();
        }
        if (partitions(of(organisation)) + partitions > MOST_PARTITIONS_OF_ONE) {
            return Optional.of(Asked.Full.PARTITIONS_OF_ONE);
        }
        return partitions(streams.values()) + partitions > MOST_PARTITIONS
                ? Optional.of(Asked.Full.PARTITIONS)
                : Optional.empty();
    }

    private static int partitions(Collection<Stream> some) {
        return some.stream().mapToInt(each -> each.topic().partitions()).sum();
    }

    private boolean isTaken(String name) {
        String alike = name.replace('.', '_');
        return gone.contains(name)
                || streams.keySet().stream().anyMatch(each -> each.replace('.', '_').equals(alike));
    }

    private Asked kept(Request request, Stream stream) {
        commit(
                new Transaction()
                        .write(put(STREAM, stream.name(), StreamsCodec.encode(stream)))
                        .carrying(request, Outcome.DONE));
        streams.put(stream.name(), stream);
        return new Asked.Now(stream);
    }

    @Override
    public Asked measure(Request request, String name, Measures measures) {
        changing.lock();
        try {
            Stream now = streams.get(name);
            if (now == null) {
                return refused(request, Outcome.ABSENT, new Asked.Absent());
            }
            Topic topic = now.topic();
            int partitions = measures.partitions().orElse(topic.partitions());
            if (partitions < topic.partitions()) {
                return refused(request, Outcome.CONFLICT, new Asked.Fewer(now));
            }
            Optional<Asked.Full> full = full(now.organisation(), partitions - topic.partitions());
            if (full.isPresent()) {
                return refused(request, Outcome.CONFLICT, new Asked.TooMany(full.get()));
            }
            Topic next =
                    new Topic(
                            name,
                            partitions,
                            measures.retention().map(Duration::ofMillis).orElse(topic.retention()),
                            measures.bytes().orElse(topic.bytes()));
            return kept(request, now.measured(next));
        } finally {
            changing.unlock();
        }
    }

    @Override
    public Asked tabled(Request request, String name, String table, String unfit) {
        changing.lock();
        try {
            Stream now = streams.get(name);
            return now == null
                    ? refused(request, Outcome.ABSENT, new Asked.Absent())
                    : kept(request, now.tabled(table, unfit));
        } finally {
            changing.unlock();
        }
    }

    @Override
    public Asked remove(Request request, String name) {
        changing.lock();
        try {
            Stream now = streams.get(name);
            if (now == null) {
                return refused(request, Outcome.ABSENT, new Asked.Absent());
            }
            commit(
                    new Transaction()
                            .write(delete(STREAM, name))
                            .write(put(GONE, name, StreamsCodec.encode(now)))
                            .carrying(request, Outcome.DONE));
            removed.put(name, now);
            gone.add(name);
            streams.remove(name);
            return new Asked.Now(now);
        } finally {
            changing.unlock();
        }
    }

    @Override
    public List<String> gone() {
        return List.copyOf(gone);
    }

    @Override
    public void cleared(String name) {
        Transaction transaction = new Transaction().write(delete(GONE, name));
        Stream was = removed.get(name);
        if (was != null) {
            transaction.write(put(LEFT, was.id(), StreamsCodec.encode(was)));
        }
        List<String> over = over(transaction);
        commit(transaction);
        if (was != null) {
            left.put(was.id(), new Left(was, clock.instant().plus(FILES)));
            removed.remove(name);
        }
        gone.remove(name);
        over.forEach(left::remove);
    }

    /** Forgets those whose files are gone. @return their ids, to be forgotten here then */
    private List<String> over(Transaction transaction) {
        Instant now = clock.instant();
        List<String> over = new ArrayList<>();
        left.forEach((id, each) -> {
            if (!now.isBefore(each.until())) {
                over.add(id);
                transaction.write(delete(LEFT, id));
            }
        });
        return over;
    }

    @Override
    public boolean hasLeft() {
        return !removed.isEmpty() || !left.isEmpty();
    }

    @Override
    public void started() {
        Instant until = clock.instant().plus(FILES_AT_START);
        left.replaceAll((_, each) ->
                each.until().equals(Instant.MAX) ? new Left(each.stream(), until) : each);
    }

    @Override
    public List<Left> left(String organisation) {
        Instant now = clock.instant();
        // of those that are on their way from the one to the other, rather twice than not at all
        List<Left> all = new ArrayList<>();
        removed.values().forEach(each -> all.add(new Left(each, Instant.MAX)));
        left.values().stream().filter(each -> now.isBefore(each.until())).forEach(all::add);
        return all.stream()
                .filter(each -> each.stream().organisation().equals(organisation))
                .sorted(Comparator.comparing(each -> each.stream().name()))
                .toList();
    }

    @Override
    public Name name(Holder holder, Admission.Shared kind, String name) {
        return Optional.ofNullable(claims.get(new Shared(kind, name)))
                .filter(each -> !isOver(each, day()))
                .map(each -> each.to(holder))
                .orElse(Name.FREE);
    }

    private static boolean isOver(Claim claim, long today) {
        return claim.day() + KEPT.toDays() < today;
    }

    @Override
    public Optional<Stream> stream(String name) {
        return Optional.ofNullable(streams.get(name));
    }

    @Override
    public List<Stream> of(String organisation) {
        return streams.values().stream()
                .filter(each -> each.organisation().equals(organisation))
                .toList();
    }

    @Override
    public List<Stream> all() {
        return List.copyOf(streams.values());
    }

    // names of groups and transactions

    private static String word(Admission.Shared kind) {
        return switch (kind) {
            case GROUP -> "group";
            case TRANSACTION -> "transaction";
        };
    }

    private static Claim claim(byte[] value) {
        String[] parts = new String(value, UTF_8).split("\n", 3);
        return new Claim(parts[0], Long.parseLong(parts[1]), parts.length == 3 ? parts[2] : "");
    }

    private long day() {
        return clock.instant().getEpochSecond() / Duration.ofDays(1).toSeconds();
    }

    @Override
    public boolean claims(Holder holder, Admission.Shared kind, String name) {
        Shared shared = new Shared(kind, name);
        long today = day();
        Claim before = claims.get(shared);
        if (before != null && before.day() == today && before.to(holder) != Name.FREE) {
            return before.to(holder) == Name.OWN;
        }
        changing.lock();
        try {
            Claim there = claims.get(shared);
            Claim now = there == null || isOver(there, today) ? null : there;
            if (now != null && now.to(holder) == Name.OTHERS) {
                return false;
            }
            Claim next = new Claim(holder.organisation(), today, holder.purpose());
            List<Share> counted = now == null ? List.of() : shares(shared, now);
            for (Share each : shares(shared, next)) {
                if (!counted.contains(each) && full(each)) {
                    return false;
                }
            }
            String value = next.organisation() + "\n" + today + "\n" + next.purpose();
            commit(new Transaction().write(put(word(kind), name, value.getBytes(UTF_8))));
            keep(shared, next);
            return true;
        } finally {
            changing.unlock();
        }
    }

    private static List<Share> shares(Shared shared, Claim claim) {
        List<Share> shares = new ArrayList<>();
        Matcher watch = WATCH.matcher(shared.name());
        if (shared.kind() == Admission.Shared.TRANSACTION && watch.lookingAt()) {
            shares.add(new Share(shared.kind(), Share.Of.WATCH, watch.group()));
        }
        if (!claim.purpose().isEmpty()) {
            shares.add(new Share(shared.kind(), Share.Of.PURPOSE, claim.purpose()));
        }
        shares.add(new Share(shared.kind(), Share.Of.ORGANISATION, claim.organisation()));
        return shares;
    }

    private boolean full(Share share) {
        if (isFull(share)) {
            forget();
        }
        if (isFull(share)) {
            oldest(share).ifPresent(each -> free(List.of(each)));
        }
        return isFull(share);
    }

    private boolean isFull(Share share) {
        return counts.getOrDefault(share, 0) >= share.what().most;
    }

    /** Of names that nobody has asked for in a day: clocks have told at least so much. */
    private Optional<Shared> oldest(Share share) {
        long latest = day() - 1;
        return claims.entrySet().stream()
                .filter(each -> each.getValue().day() < latest)
                .filter(each -> shares(each.getKey(), each.getValue()).contains(share))
                .min(Comparator.comparingLong(each -> each.getValue().day()))
                .map(Map.Entry::getKey);
    }

    /** In memory. @param claim null for none any more */
    private void keep(Shared shared, @Nullable Claim claim) {
        Claim before = claim == null ? claims.remove(shared) : claims.put(shared, claim);
        if (before != null) {
            for (Share each : shares(shared, before)) {
                counts.computeIfPresent(each, (_, count) -> count == 1 ? null : count - 1);
            }
        }
        if (claim != null) {
            shares(shared, claim).forEach(each -> counts.merge(each, 1, Integer::sum));
        }
    }

    /** Names that nobody has asked for in a long time are free. */
    private void forget() {
        long today = day();
        List<Shared> over = new ArrayList<>();
        claims.forEach((shared, claim) -> {
            if (isOver(claim, today)) {
                over.add(shared);
            }
        });
        free(over);
    }

    private void free(List<Shared> over) {
        for (int from = 0; from < over.size(); from += AT_ONCE) {
            List<Shared> some = over.subList(from, Math.min(over.size(), from + AT_ONCE));
            Transaction transaction = new Transaction();
            some.forEach(each -> transaction.write(delete(word(each.kind()), each.name())));
            commit(transaction);
            some.forEach(each -> keep(each, null));
        }
    }

    // requests that must not come twice

    private static byte[] onceKey(long day, Stream stream, String key) {
        return Tuple.of().text(SPACE).text(ONCE).signed(day).text(stream.id()).text(key).pack();
    }

    @Override
    public Optional<byte[]> once(Stream stream, String key) {
        long today = day();
        return keyspace.get(Space.RECORDS, onceKey(today, stream, key))
                .or(() -> keyspace.get(Space.RECORDS, onceKey(today - 1, stream, key)));
    }

    @Override
    public void once(Stream stream, String key, byte[] kept) {
        long today = day();
        Transaction transaction =
                new Transaction()
                        .write(
                                new Write.Put(
                                        Space.RECORDS, onceKey(today, stream, key), kept.clone()));
        if (swept.getAndSet(today) != today) {
            transaction.write(
                    new Write.DeleteRange(
                            Space.RECORDS,
                            new Range(
                                    Tuple.of().text(SPACE).text(ONCE).range().from(),
                                    Tuple.of().text(SPACE).text(ONCE).signed(today - 1).pack())));
        }
        commit(transaction);
    }

    // minutes

    @Override
    public void begin(Request request, String id, byte[] kept) {
        commit(
                new Transaction()
                        .write(put(MINUTE, id, kept.clone()))
                        .carrying(request, Outcome.DONE));
    }

    @Override
    public void note(Map<String, byte[]> kept) {
        List<Map.Entry<String, byte[]>> all = List.copyOf(kept.entrySet());
        for (int from = 0; from < all.size(); from += AT_ONCE) {
            Transaction transaction = new Transaction();
            all.subList(from, Math.min(all.size(), from + AT_ONCE))
                    .forEach(
                            each -> transaction.write(put(MINUTE, each.getKey(), each.getValue())));
            commit(transaction);
        }
    }

    @Override
    public void end(Request request, String id) {
        Transaction transaction = new Transaction().write(delete(MINUTE, id));
        List<String> over = over(transaction);
        commit(transaction.carrying(request, Outcome.DONE));
        over.forEach(left::remove);
    }

    @Override
    public Map<String, byte[]> begun() {
        Map<String, byte[]> begun = new LinkedHashMap<>();
        each(MINUTE, (id, value) -> begun.put(id, Arrays.copyOf(value, value.length)));
        return begun;
    }
}
