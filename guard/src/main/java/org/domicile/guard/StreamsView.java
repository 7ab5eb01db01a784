package org.domicile.guard;

import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.domicile.bytes.StorageFailure;
import org.domicile.policy.Organisation;
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
import org.domicile.streams.Volume;

/** Streams for doors. {@code settling} brings the log to the register, one at a time. */
final class StreamsView implements GuardedStreams {
    private static final System.Logger LOG = System.getLogger("org.domicile.guard");
    private static final String DESCRIBE = "streams:DescribeStream";
    private static final String PUBLISH = "streams:Publish";
    private static final String POLL = "streams:Poll";
    private static final String LIST = "streams:ListStreams";
    private static final String USE_NAME = "streams:UseName";
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
    private final Volume volume;
    private final ReentrantLock settling = new ReentrantLock();

    StreamsView(
            Function<Request, Uses> acting,
            Policy policy,
            Streams streams,
            StreamLog log,
            StreamMinutes minutes,
            SecureRandom random) {
        this.acting = acting;
        this.policy = policy;
        this.streams = streams;
        this.log = log;
        this.minutes = minutes;
        this.random = random;
        this.once = new StreamOnce(streams, log);
        this.volume = log.volume();
    }

    /** A stream that is there, or would be the caller's own. */
    private static Resource.Data place(Uses uses, Optional<Stream> found, String name) {
        return new Resource.Data(
                found.map(Stream::organisation).orElseGet(uses::organisation),
                BucketNames.STREAMS,
                name,
                found.map(Stream::zones).orElseGet(() -> List.of(uses.dataZone())),
                uses.dataZone());
    }

    /** As it stands on record. */
    private static String object(String name) {
        return BucketNames.STREAMS + "/" + name;
    }

    private static StreamRefusal absent(String name) {
        return new StreamRefusal(
                StreamRefusal.Kind.ABSENT,
                "There is no stream " + name + "; 'domicile stream create' makes one.");
    }

    // the register

    @Override
    public Shown create(Request request, Topic wanted) {
        Uses uses = acting.apply(request);
        Organisation organisation = policy.register().organisations().get(uses.organisation());
        List<String> zones =
                organisation == null ? List.of(uses.dataZone()) : List.of(organisation.zone());
        byte[] id = new byte[8];
        random.nextBytes(id);
        Stream stream =
                new Stream(
                        HexFormat.of().formatHex(id),
                        uses.organisation(),
                        zones,
                        wanted,
                        uses.at(),
                        uses.initiator());
        Resource.Data place = place(uses, Optional.of(stream), wanted.name());
        uses.check("streams:CreateStream", place, object(wanted.name()));
        log.start(); // where it cannot run, no stream is made
        try (Admitted use = uses.admit("streams:CreateStream", place, object(wanted.name()))) {
            done(streams.create(use.carrying(() -> 0), stream), wanted.name());
        }
        settle();
        return shown(stream, uses);
    }

    @Override
    public Shown change(Request request, String name, Streams.Measures measures) {
        Uses uses = acting.apply(request);
        Resource.Data place = place(uses, streams.stream(name), name);
        Stream stream;
        try (Admitted use = uses.admit("streams:ChangeStream", place, object(name))) {
            stream = done(streams.measure(use.carrying(() -> 0), name, measures), name);
        }
        settle();
        return shown(stream, uses);
    }

    @Override
    public Shown delete(Request request, String name) {
        Uses uses = acting.apply(request);
        Resource.Data place = place(uses, streams.stream(name), name);
        Stream stream;
        try (Admitted use = uses.admit("streams:DeleteStream", place, object(name))) {
            stream = done(streams.remove(use.carrying(() -> 0), name), name);
        }
        settle();
        return new Shown(stream, List.of(), uses.last());
    }

    private static Stream done(Streams.Asked asked, String name) {
        return switch (asked) {
            case Streams.Asked.Now(Stream stream) -> stream;
            case Streams.Asked.Absent _ -> throw absent(name);
            case Streams.Asked.Taken _ ->
                    throw new StreamRefusal(
                            StreamRefusal.Kind.CONFLICT,
                            "The name " + name + " is taken; take another one.");
            case Streams.Asked.TooMany _ ->
                    throw new StreamRefusal(
                            StreamRefusal.Kind.CONFLICT,
                            "An organisation has at most "
                                    + Streams.MOST
                                    + " streams; 'domicile stream delete' removes one.");
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

    private static boolean sees(Uses uses, Stream stream) {
        return uses.allows(DESCRIBE, place(uses, Optional.of(stream), stream.name()));
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
        settling.lock();
        try {
            List<Stream> wanted = streams.all();
            if (wanted.isEmpty() && log.port().isEmpty()) {
                return;
            }
            Set<String> there = new HashSet<>(log.names());
            for (Stream each : wanted) {
                there.remove(each.name());
                log.keep(each.topic());
            }
            there.stream().filter(Topic::names).forEach(log::remove);
        } finally {
            settling.unlock();
        }
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
                case PUBLISH -> enter(uses, PUBLISH, found, place);
                case POLL -> enter(uses, POLL, found, place);
            }
            return true;
        } catch (Refused e) {
            return false;
        }
    }

    /** All classes but one are categories of personal data. */
    private static boolean isAboutPeople(Uses uses, Resource.Data place) {
        return uses.labels(place).classes().stream().anyMatch(each -> !each.equals("open"));
    }

    /** Whether this request began the minute. */
    private boolean enter(Uses uses, String action, Optional<Stream> found, Resource.Data place) {
        if (found.isEmpty()) {
            minutes.admitOnce(uses, action, place, object(place.name()), Outcome.ABSENT);
            return false;
        }
        if (action.equals(PUBLISH) && isAboutPeople(uses, place) && !volume.encrypts()) {
            throw uses.refusing(action, place, object(place.name()), Sentences.CLEAR_VOLUME);
        }
        return minutes.admit(uses, action, place, object(place.name()));
    }

    @Override
    public boolean admits(Request request, Admission.Shared kind, String name) {
        Uses uses = acting.apply(request);
        Resource.Own own = new Resource.Own(uses.organisation());
        try {
            minutes.admitOnce(uses, USE_NAME, own, name, Outcome.DONE);
            return streams.claims(uses.organisation(), kind, name);
        } catch (Refused e) {
            return false;
        }
    }

    @Override
    public void published(Request request, String stream, int partition, int records, int bytes) {
        minutes.of(acting.apply(request), PUBLISH, object(stream))
                .ifPresentOrElse(
                        minute -> minute.published(records, bytes),
                        () -> LOG.log(Level.ERROR, "records were published in no minute"));
    }

    @Override
    public void polled(Request request, String stream, int partition, long from, long to) {
        minutes.of(acting.apply(request), POLL, object(stream))
                .ifPresentOrElse(
                        minute -> minute.polled(partition, from, to),
                        () -> LOG.log(Level.ERROR, "records were polled in no minute"));
    }

    @Override
    public Published publish(
            Request request, String name, List<StreamRecord.Coming> records, String key) {
        Uses uses = acting.apply(request);
        Optional<Stream> found = streams.stream(name);
        Resource.Data place = place(uses, found, name);
        boolean began = enter(uses, PUBLISH, found, place);
        if (found.isEmpty()) {
            throw absent(name);
        }
        StreamOnce.Came came =
                key.isEmpty()
                        ? new StreamOnce.Came(log.append(name, records), records.size())
                        : once.append(found.get(), key, records);
        return switch (came.appended()) {
            case StreamLog.Appended.Kept(List<StreamLog.Place> places) -> {
                int bytes = 0;
                for (StreamRecord.Coming each : records) {
                    bytes +=
                            each.value().map(value -> value.length).orElse(0)
                                    + each.key().map(bare -> bare.length).orElse(0);
                }
                if (came.fresh() > 0) {
                    published(request, name, 0, came.fresh(), bytes);
                }
                yield new Published(places, began ? uses.last() : "");
            }
            case StreamLog.Appended.Absent _ ->
                    throw new StorageFailure(
                            StorageFailure.Kind.OVERLOADED,
                            "the stream " + name + " is not ready yet; try again in a moment");
            case StreamLog.Appended.TooLarge _ ->
                    throw new StreamRefusal(StreamRefusal.Kind.TOO_LARGE, RECORD_TOO_LARGE);
        };
    }

    @Override
    public Reader read(Request request, String name, Map<Integer, Long> from) {
        Uses uses = acting.apply(request);
        Optional<Stream> found = streams.stream(name);
        enter(uses, POLL, found, place(uses, found, name));
        if (found.isEmpty()) {
            throw absent(name);
        }
        Map<Integer, Long> begin = new HashMap<>();
        for (StreamLog.Extent each : log.extents(name)) {
            begin.put(each.partition(), from.getOrDefault(each.partition(), each.next()));
        }
        return new Following(name, uses.last(), log.read(name, begin));
    }

    /** A reader who is asked anew each time. */
    private final class Following implements Reader {
        private final String name;
        private final StreamLog.Reader reader;
        private String use;

        Following(String name, String use, StreamLog.Reader reader) {
            this.name = name;
            this.use = use;
            this.reader = reader;
        }

        @Override
        public List<StreamRecord> poll(Request request, Duration longest) {
            Uses uses = acting.apply(request);
            Optional<Stream> found = streams.stream(name);
            boolean began = enter(uses, POLL, found, place(uses, found, name));
            if (found.isEmpty()) {
                throw absent(name);
            }
            use = began ? uses.last() : use;
            List<StreamRecord> records = reader.poll(longest);
            for (StreamRecord each : records) {
                polled(request, name, each.partition(), each.offset(), each.offset() + 1);
            }
            return records;
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
    public void close() {
        minutes.close();
    }
}
