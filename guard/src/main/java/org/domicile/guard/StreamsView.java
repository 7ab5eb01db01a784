package org.domicile.guard;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.domicile.bytes.StorageFailure;
import org.domicile.objects.Bucket;
import org.domicile.policy.Change;
import org.domicile.policy.Label;
import org.domicile.policy.Marks;
import org.domicile.policy.Policy;
import org.domicile.policy.Resource;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.domicile.streams.Act;
import org.domicile.streams.Admission;
import org.domicile.streams.Stream;
import org.domicile.streams.StreamLog;
import org.domicile.streams.StreamRecord;
import org.domicile.streams.Streams;
import org.domicile.streams.Topic;

/** Streams for doors. */
final class StreamsView implements GuardedStreams {
    private static final int LONGEST_NAME = 255;

    /** Of a request that must not come twice: what became of each of them is kept. */
    private static final int MOST_ONCE = 10_000;

    /** Before what the log did not take is brought to it again. */
    static final Duration FIRST_PAUSE = Duration.ofMillis(500);

    /** Lists of what alone is allowed that a stream leaves to its table at most. */
    private static final int MOST_LISTS = 8;

    static final String CREATE = "streams:CreateStream";
    private static final String CHANGE = "streams:ChangeStream";
    private static final String DELETE = "streams:DeleteStream";
    private static final String TABLE = "streams:CreateTable";
    private static final String DESCRIBE = "streams:DescribeStream";
    private static final String PUBLISH = "streams:Publish";
    private static final String POLL = "streams:Poll";
    private static final String LIST = "streams:ListStreams";
    static final String USE_NAME = "streams:UseName";
    private static final String TOO_MANY_ONCE =
            "A request with an Idempotency-Key has at most 10,000 records; send them in several"
                    + " requests, each with a key of its own.";

    private static final String RECORD_TOO_LARGE =
            "A record has at most 1 MiB, with its key and headers; put large things into a bucket"
                    + " and their name into the stream.";

    private final Function<Request, Uses> acting;
    private final Policy policy;
    private final Streams streams;
    private final StreamLog log;
    private final StreamMinutes minutes;
    private final SecureRandom random;
    private final StreamOnce once;
    private final StreamPlaces places;
    private final LiveTables live;
    private final Warehouses warehouses;
    private final StreamsSettled settled;

    /**
     * @param firstPause before what the log did not take is brought to it again
     */
    StreamsView(
            Function<Request, Uses> acting,
            Policy policy,
            Streams streams,
            StreamLog log,
            StreamMinutes minutes,
            StreamPlaces places,
            LiveTables live,
            Warehouses warehouses,
            StreamGrowth growth,
            SecureRandom random,
            Duration firstPause) {
        this.acting = acting;
        this.policy = policy;
        this.streams = streams;
        this.log = log;
        this.minutes = minutes;
        this.places = places;
        this.live = live;
        this.warehouses = warehouses;
        this.random = random;
        this.once = new StreamOnce(streams, log, random);
        this.settled = new StreamsSettled(streams, log, growth, live::start, firstPause.toMillis());
    }

    private Resource.Data place(Uses uses, Optional<Stream> found, String name) {
        return places.of(uses, found, name);
    }

    private static String object(String name) {
        return StreamPlaces.object(name);
    }

    private static StreamRefusal absent(String name) {
        return new StreamRefusal(
                StreamRefusal.Kind.ABSENT,
                "There is no stream " + name + "; 'domicile stream create' makes one.");
    }

    // the register

    @Override
    public void mayCreate(Request request, String name) {
        Uses uses = acting.apply(request);
        uses.check(CREATE, StreamPlaces.fresh(uses, name), object(name));
    }

    @Override
    public void mayChange(Request request, String name) {
        Uses uses = acting.apply(request);
        uses.check(CHANGE, place(uses, streams.stream(name), name), object(name));
    }

    @Override
    public Shown create(Request request, Topic wanted) {
        Uses uses = acting.apply(request);
        byte[] id = new byte[8];
        random.nextBytes(id);
        Stream stream =
                new Stream(
                        HexFormat.of().formatHex(id),
                        uses.organisation(),
                        StreamPlaces.zones(uses),
                        wanted,
                        uses.at(),
                        uses.initiator());
        Resource.Data place = place(uses, Optional.of(stream), wanted.name());
        uses.check(CREATE, place, object(wanted.name()));
        log.start(); // where it cannot run, no stream is made
        try (Admitted use = uses.admit(CREATE, place, object(wanted.name()))) {
            done(streams.create(use.carrying(() -> 0), stream), wanted.name());
        }
        settled.one(stream.name());
        return shown(stream, uses);
    }

    @Override
    public Shown change(Request request, String name, Streams.Measures measures) {
        Uses uses = acting.apply(request);
        Resource.Data place = place(uses, streams.stream(name), name);
        Stream stream;
        try (Admitted use = uses.admit(CHANGE, place, object(name))) {
            stream = done(streams.measure(use.carrying(() -> 0), name, measures), name);
        }
        settled.one(name);
        return shown(stream, uses);
    }

    @Override
    public Shown delete(Request request, String name) {
        Uses uses = acting.apply(request);
        Optional<Stream> found = streams.stream(name);
        Resource.Data place = place(uses, found, name);
        uses.check(DELETE, place, object(name));
        Runnable removing =
                () -> {
                    streams.stream(name).ifPresent(each -> leaveLabels(uses, each, place));
                    try (Admitted use = uses.admit(DELETE, place, object(name))) {
                        done(streams.remove(use.carrying(() -> 0), name), name);
                    }
                };
        if (found.isEmpty()) {
            removing.run();
            throw absent(name);
        }
        places.ends().end(name);
        try {
            log.fence();
            live.end(found.get(), removing);
            settled.one(name); // before somebody may bring records by that name again
        } finally {
            places.ends().over(name);
        }
        return new Shown(found.get(), List.of(), Optional.empty(), uses.last());
    }

    /**
     * What labels say of a stream stays true of its rows: they say it of its tables' places from
     * now on. A label has one list of what alone is allowed, so several become several, whose
     * prefixes end before the place's does: no other table's id begins so.
     */
    private void leaveLabels(Uses uses, Stream stream, Resource.Data place) {
        Marks marks = uses.labels(place);
        Optional<Bucket> home = warehouses.find(stream.organisation());
        if (marks.isEmpty() || stream.table().isEmpty() || home.isEmpty()) {
            return;
        }
        List<Marks> parts = new ArrayList<>();
        if (!marks.classes().isEmpty() || !marks.prohibited().isEmpty()) {
            parts.add(new Marks(marks.classes(), marks.prohibited(), List.of()));
        }
        marks.only().forEach(each -> parts.add(new Marks(List.of(), List.of(), List.of(each))));
        for (String id : List.of(stream.table(), stream.unfit())) {
            for (Marks each : parts) {
                leave(uses, place, stream, home.get().name(), id + "/", each);
            }
        }
    }

    private void leave(
            Uses uses,
            Resource.Data place,
            Stream stream,
            String bucket,
            String whole,
            Marks marks) {
        String prefix = whole;
        while (true) {
            String at = prefix;
            Optional<Label> there =
                    policy.register().labels(stream.organisation(), bucket).stream()
                            .filter(each -> each.prefix().equals(at))
                            .findFirst();
            if (there.isEmpty()) {
                break;
            }
            if (there.get().marks().equals(marks)) {
                return; // of a deletion that ended before it was done
            }
            if (whole.length() - prefix.length() == MOST_LISTS) {
                throw unlabelled("too many labels say something of the table");
            }
            prefix = prefix.substring(0, prefix.length() - 1);
        }
        Label label = new Label(stream.organisation(), bucket, prefix, marks);
        Change change = new Change.SetLabel(label);
        String objection = policy.objection(change);
        if (!objection.isEmpty()) {
            throw unlabelled(objection);
        }
        try (Admitted use =
                uses.admit(
                        DELETE,
                        place,
                        object(stream.name()) + "; its labels stay with its table",
                        List.of(Declarations.of("label.set", label)))) {
            switch (policy.change(use.carrying(() -> 0), change)) {
                case Policy.Applied.Done() -> {}
                case Policy.Applied.Refused(String sentence) -> throw unlabelled(sentence);
            }
        }
    }

    private static StreamRefusal unlabelled(String why) {
        return new StreamRefusal(
                StreamRefusal.Kind.CONFLICT,
                "Its table would have its labels no more, so it stays: " + why);
    }

    @Override
    public Shown table(Request request, String name) {
        Uses uses = acting.apply(request);
        Optional<Stream> found = streams.stream(name);
        Resource.Data place = place(uses, found, name);
        uses.check(TABLE, place, object(name));
        if (found.isEmpty()) {
            try (Admitted use = uses.admit(TABLE, place, object(name))) {
                use.record(Outcome.ABSENT, 0);
            }
            throw absent(name);
        }
        Stream stream = live.make(uses, found.get(), TABLE, place);
        settled.one(name);
        return shown(stream, uses);
    }

    @Override
    public List<String> troubles() {
        List<String> troubles = new ArrayList<>(live.troubles());
        settled.trouble().ifPresent(troubles::add);
        return troubles;
    }

    private static Stream done(Streams.Asked asked, String name) {
        return switch (asked) {
            case Streams.Asked.Now(Stream stream) -> stream;
            case Streams.Asked.Absent _ -> throw absent(name);
            case Streams.Asked.Taken _ ->
                    throw new StreamRefusal(
                            StreamRefusal.Kind.CONFLICT,
                            "The name " + name + " is taken; take another one.");
            case Streams.Asked.TooMany(Streams.Asked.Full full) ->
                    throw new StreamRefusal(
                            StreamRefusal.Kind.CONFLICT,
                            switch (full) {
                                case STREAMS ->
                                        "An organisation has at most "
                                                + Streams.MOST
                                                + " streams; 'domicile stream delete' removes one.";
                                case PARTITIONS_OF_ONE ->
                                        "An organisation has at most "
                                                + Streams.MOST_PARTITIONS_OF_ONE
                                                + " partitions in all its streams: ask for fewer,"
                                                + " or delete streams.";
                                case PARTITIONS ->
                                        "All streams of this installation have at most "
                                                + Streams.MOST_PARTITIONS
                                                + " partitions together, and they have them: ask"
                                                + " for fewer, or delete streams.";
                            });
            case Streams.Asked.Fewer(Stream stream) ->
                    throw new StreamRefusal(
                            StreamRefusal.Kind.CONFLICT,
                            name
                                    + " has "
                                    + stream.topic().partitions()
                                    + " partitions; their number only grows.");
        };
    }

    private Shown shown(Stream stream, Uses uses) {
        return new Shown(
                stream,
                log.port().isPresent() ? log.extents(stream.name()) : List.of(),
                live.standing(stream)
                        .map(each -> new Rows(each.rows(), each.committed(), each.why())),
                uses.last());
    }

    @Override
    public Listed list(Request request) {
        Uses uses = acting.apply(request);
        try (Admitted use = uses.admit(LIST, new Resource.Own(uses.organisation()), "")) {
            List<Stream> seen =
                    streams.of(uses.organisation()).stream()
                            .filter(each -> sees(uses, each))
                            .toList();
            use.record(Outcome.DONE, 0);
            return new Listed(seen, uses.last());
        }
    }

    private boolean sees(Uses uses, Stream stream) {
        return uses.allows(DESCRIBE, places.of(stream));
    }

    @Override
    public Shown show(Request request, String name) {
        Uses uses = acting.apply(request);
        Optional<Stream> found = streams.stream(name);
        try (Admitted use = uses.admit(DESCRIBE, place(uses, found, name), object(name))) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                throw absent(name);
            }
            use.record(Outcome.DONE, 0);
            return shown(found.get(), uses);
        }
    }

    @Override
    public void settle() {
        settled.all();
    }

    // access

    @Override
    public boolean admits(Request request, Act act, String name) {
        Uses uses = acting.apply(request);
        Optional<Stream> found = streams.stream(name);
        Resource.Data place = place(uses, found, name);
        Resource.Own own = new Resource.Own(uses.organisation());
        try {
            switch (act) {
                case LIST -> {
                    if (!uses.allows(DESCRIBE, place)) {
                        return false;
                    }
                    minutes.admitOnce(uses, LIST, own, "", Outcome.DONE);
                }
                case SEE -> {
                    uses.check(DESCRIBE, place, object(name));
                    minutes.admitOnce(uses, LIST, own, "", Outcome.DONE);
                }
                case PUBLISH -> {
                    enter(uses, PUBLISH, found, place);
                    if (places.ends().isEnding(name)
                            // removed here, and in the log still
                            || (found.isEmpty() && streams.gone().contains(name))
                            // who asked for it was judged for the one that there was then
                            || !isStill(found, name)) {
                        return false;
                    }
                }
                case POLL -> enter(uses, POLL, found, place);
            }
            return true;
        } catch (Refused e) {
            return false;
        }
    }

    @Override
    public boolean may(Request request, Act act, String name) {
        Uses uses = acting.apply(request);
        String action =
                switch (act) {
                    case LIST, SEE -> DESCRIBE;
                    case PUBLISH -> PUBLISH;
                    case POLL -> POLL;
                };
        return uses.allows(action, place(uses, streams.stream(name), name));
    }

    private boolean isStill(Optional<Stream> found, String name) {
        return streams.stream(name).map(Stream::id).equals(found.map(Stream::id));
    }

    /** Whether this request began the minute. */
    private boolean enter(Uses uses, String action, Optional<Stream> found, Resource.Data place) {
        if (found.isEmpty()) {
            minutes.admitOnce(uses, action, place, object(place.name()), Outcome.ABSENT);
            return false;
        }
        if (action.equals(PUBLISH)) {
            checkTaking(uses, found.get(), place);
        }
        return minutes.admit(uses, action, place, object(place.name()));
    }

    /** Whether the stream takes anything now, whoever brings it. */
    private void checkTaking(Uses uses, Stream stream, Resource.Data place) {
        String object = object(stream.name());
        Optional<String> objection = places.objection(uses, place);
        if (objection.isPresent()) {
            throw uses.refusing(PUBLISH, place, object, objection.get());
        }
        String full = live.full(stream);
        if (!full.isEmpty()) { // as where the disk is: clients try again
            uses.check(PUBLISH, place, object); // nobody else is told
            throw new StorageFailure(StorageFailure.Kind.FULL, full);
        }
    }

    /**
     * Records may take their time to come: they are judged by what holds when all are there. What
     * began the minute stays on record; only a refusal is another entry.
     */
    private void confirm(Uses begun, Stream stream) {
        Uses uses = begun.now();
        Resource.Data place = places.of(stream);
        checkTaking(uses, stream, place);
        uses.check(PUBLISH, place, object(stream.name()));
    }

    @Override
    public boolean admits(Request request, Admission.Shared kind, String name) {
        Uses uses = acting.apply(request);
        Resource.Own own = new Resource.Own(uses.organisation());
        try {
            if (!isName(name)) {
                throw uses.refusing(USE_NAME, own, "", Sentences.NAME_TAKEN);
            }
            uses.check(USE_NAME, own, name);
            Streams.Holder holder = holder(uses, own);
            if (streams.name(holder, kind, name) == Streams.Name.OTHERS) {
                throw uses.refusing(USE_NAME, own, name, Sentences.NAME_TAKEN);
            }
            minutes.admitOnce(uses, USE_NAME, own, name, Outcome.DONE);
            if (!streams.claims(holder, kind, name)) {
                // another was quicker, or these are too many
                throw uses.refusing(USE_NAME, own, name, Sentences.NAME_TAKEN);
            }
            return true;
        } catch (Refused e) {
            return false;
        }
    }

    private static Streams.Holder holder(Uses uses, Resource own) {
        return new Streams.Holder(uses.organisation(), uses.purpose(own));
    }

    private static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && name.chars().noneMatch(Character::isISOControl);
    }

    @Override
    public boolean sees(Request request, Admission.Shared kind, String name, boolean listed) {
        Uses uses = acting.apply(request);
        Resource.Own own = new Resource.Own(uses.organisation());
        boolean may =
                uses.allows(USE_NAME, own)
                        && isName(name)
                        && switch (streams.name(holder(uses, own), kind, name)) {
                            case OWN -> true;
                            case FREE -> !listed;
                            case OTHERS -> false;
                        };
        try {
            if (may) {
                minutes.admitOnce(uses, LIST, own, "", Outcome.DONE);
            }
            return may;
        } catch (Refused e) {
            return false;
        }
    }

    @Override
    public void published(Request request, String stream, Admission.Brought brought) {
        minutes.of(acting.apply(request), PUBLISH, object(stream))
                // one that was refused is in none
                .ifPresent(minute -> minute.published(brought));
    }

    @Override
    public void polled(Request request, String stream, int partition, long from, long to) {
        minutes.of(acting.apply(request), POLL, object(stream))
                .ifPresent(minute -> minute.polled(partition, from, to));
    }

    @Override
    public Published publish(Request request, String name, Source source, String key)
            throws IOException {
        Uses uses = acting.apply(request);
        Optional<Stream> found = streams.stream(name);
        boolean began = enter(uses, PUBLISH, found, place(uses, found, name));
        if (found.isEmpty()) {
            throw absent(name);
        }
        List<StreamRecord.Coming> records = source.records();
        if (!key.isEmpty() && records.size() > MOST_ONCE) {
            throw new StreamRefusal(StreamRefusal.Kind.TOO_LARGE, TOO_MANY_ONCE);
        }
        StreamOnce.Came came;
        try (StreamEnds.Bringing _ =
                places.ends()
                        .bring(name)
                        .orElseThrow(() ->
                                new StreamRefusal(
                                        StreamRefusal.Kind.CONFLICT,
                                        name + " is being deleted; nothing was kept."))) {
            if (!isStill(found, name)) {
                // it went while its records were read; one of that name is another place
                throw absent(name);
            }
            if (key.isEmpty()) {
                confirm(uses, found.get());
                came = new StreamOnce.Came(log.append(name, records), records.size());
            } else { // it may wait for others of its organisation
                came = once.append(found.get(), key, records, () -> confirm(uses, found.get()));
            }
        }
        return switch (came.appended()) {
            case StreamLog.Appended.Kept(List<StreamLog.Place> places) -> {
                counted(request, name, records, came.fresh(), places);
                yield new Published(places, began ? uses.last() : "");
            }
            case StreamLog.Appended.Absent _ ->
                    throw new StorageFailure(
                            StorageFailure.Kind.OVERLOADED,
                            "the stream " + name + " is not ready yet");
            case StreamLog.Appended.TooLarge _ ->
                    throw new StreamRefusal(StreamRefusal.Kind.TOO_LARGE, RECORD_TOO_LARGE);
            case StreamLog.Appended.Broken(int some, StorageFailure why) -> {
                counted(request, name, records, some, List.of());
                throw why;
            }
        };
    }

    /**
     * Where not all came, bytes are their share of all, and which came is not told.
     *
     * @param places of all, in their order
     */
    private void counted(
            Request request,
            String name,
            List<StreamRecord.Coming> records,
            int fresh,
            List<StreamLog.Place> places) {
        if (fresh == 0) {
            return;
        }
        long all = 0;
        for (StreamRecord.Coming each : records) {
            all +=
                    each.value().map(value -> value.length).orElse(0)
                            + each.key().map(bare -> bare.length).orElse(0);
        }
        int bytes = (int) (all * fresh / records.size());
        if (fresh < places.size() || places.isEmpty()) {
            published(request, name, new Admission.Brought(0, -1, fresh, bytes));
            return;
        }
        Map<Integer, List<Long>> offsets = new TreeMap<>();
        for (StreamLog.Place each : places) {
            offsets.computeIfAbsent(each.partition(), _ -> new ArrayList<>()).add(each.offset());
        }
        for (Map.Entry<Integer, List<Long>> each : offsets.entrySet()) {
            for (Admission.Brought run : runs(each.getKey(), each.getValue(), bytes)) {
                published(request, name, run);
                bytes = 0; // of the first for all
            }
        }
    }

    /** Offsets that follow each other. */
    private static List<Admission.Brought> runs(int partition, List<Long> offsets, int bytes) {
        List<Admission.Brought> runs = new ArrayList<>();
        int begin = 0;
        for (int i = 1; i <= offsets.size(); i++) {
            if (i == offsets.size() || offsets.get(i) != offsets.get(i - 1) + 1) {
                runs.add(
                        new Admission.Brought(
                                partition,
                                offsets.get(begin),
                                i - begin,
                                runs.isEmpty() ? bytes : 0));
                begin = i;
            }
        }
        return runs;
    }

    @Override
    public Reader read(Request request, String name, Map<Integer, Long> from) {
        Uses uses = acting.apply(request);
        Optional<Stream> found = streams.stream(name);
        enter(uses, POLL, found, place(uses, found, name));
        if (found.isEmpty()) {
            throw absent(name);
        }
        Map<Integer, Long> begin = new TreeMap<>();
        for (StreamLog.Extent each : log.extents(name)) {
            // who names some has been here: one that he does not name came since
            long unnamed = from.isEmpty() ? each.next() : each.first();
            begin.put(each.partition(), from.getOrDefault(each.partition(), unnamed));
        }
        return new Following(found.get(), uses.last(), begin, log.follow(name, begin));
    }

    /** A reader who is asked anew each time. */
    private final class Following implements Reader {
        private final Stream stream;
        private final Map<Integer, Long> begins;
        private final Set<Integer> known; // partitions that the reader reads
        private final Deque<StreamRecord> left = new ArrayDeque<>();
        private StreamLog.Reader reader;
        private String use;

        Following(Stream stream, String use, Map<Integer, Long> begins, StreamLog.Reader reader) {
            this.stream = stream;
            this.use = use;
            this.begins = Map.copyOf(begins);
            this.known = new TreeSet<>(begins.keySet());
            this.reader = reader;
        }

        @Override
        public List<StreamRecord> poll(Request request, Duration longest, int most) {
            Uses uses = acting.apply(request);
            String name = stream.name();
            // another one of that name has no say in these records
            Optional<Stream> found =
                    streams.stream(name).filter(each -> each.id().equals(stream.id()));
            boolean began = enter(uses, POLL, found, place(uses, found, name));
            if (found.isEmpty()) {
                throw absent(name);
            }
            use = began ? uses.last() : use;
            if (left.isEmpty()) {
                if (found.get().topic().partitions() > known.size()) {
                    grow();
                }
                left.addAll(reader.poll(longest));
            }
            List<StreamRecord> records = new ArrayList<>();
            while (!left.isEmpty() && records.size() < most) {
                StreamRecord each = left.removeFirst();
                records.add(each);
                polled(request, name, each.partition(), each.offset(), each.offset() + 1);
            }
            return records;
        }

        /**
         * Goes on in all partitions that the log has by now: one that was added, from its first.
         */
        private void grow() {
            Map<Integer, Long> at = new TreeMap<>();
            for (StreamLog.Extent each : log.extents(stream.name())) {
                at.put(each.partition(), each.first());
            }
            known.forEach(each -> at.put(each, reader.next(each)));
            if (at.size() > known.size()) {
                StreamLog.Reader all = log.follow(stream.name(), at);
                reader.close();
                reader = all;
                known.addAll(at.keySet());
            }
        }

        @Override
        public Map<Integer, Long> begins() {
            return begins;
        }

        @Override
        public Optional<String> use() {
            return use.isEmpty() ? Optional.empty() : Optional.of(use);
        }

        @Override
        public void close() {
            reader.close();
        }
    }

    @Override
    public void rest() {
        settled.close();
        live.close();
    }

    @Override
    public void close() {
        live.close();
        minutes.close();
    }
}
