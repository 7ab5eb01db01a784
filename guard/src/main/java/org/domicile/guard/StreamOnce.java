package org.domicile.guard;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.domicile.bytes.StorageFailure;
import org.domicile.streams.Stream;
import org.domicile.streams.StreamLog;
import org.domicile.streams.StreamRecord;
import org.domicile.streams.Streams;

/**
 * Records of a request that has a key come once, however often it is sent within a day, whatever
 * failed in between. Before they are appended it is kept where the partitions ended; each record
 * carries a mark that nobody can guess and its place in the request. Who comes again finds the
 * answer; or, where nobody was told one, looks from there on for what came, and appends the rest.
 * Readers see marks: a record counts as come where it also says what the request says.
 *
 * <p>The locks {@code turns}, which keys of an organisation share, let one request of a key work at
 * a time, and so many of an organisation: looking for what came takes up to a minute. {@code all}
 * bounds how many go at one time.
 */
final class StreamOnce {
    /** A header of each record: the request's mark, a slash, and the record's place in it. */
    static final String HEADER = "domicile-once";

    static final int LONGEST_KEY = 128;

    private static final int FORMAT = 2;

    /** Which has 12 bytes for each record, and all of them or none. */
    private static final int FORMAT_OF_ALL = 1;

    private static final int MARK_BYTES = 16;
    private static final int TURNS = 64;

    /** Of an organisation, at one time. */
    static final int TURNS_OF_ONE = 16;

    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Streams streams;
    private final StreamLog log;
    private final SecureRandom random;
    private final Duration patience;
    private final Map<String, List<ReentrantLock>> turns = new ConcurrentHashMap<>();
    private final Semaphore all = new Semaphore(TURNS, true);

    StreamOnce(Streams streams, StreamLog log, SecureRandom random) {
        this(streams, log, random, PATIENCE);
    }

    /**
     * @param patience with a request of which nobody knows what came
     */
    StreamOnce(Streams streams, StreamLog log, SecureRandom random, Duration patience) {
        this.streams = streams;
        this.log = log;
        this.random = random;
        this.patience = patience;
    }

    private ReentrantLock turn(Stream stream, String key) {
        List<ReentrantLock> own =
                turns.computeIfAbsent(
                        stream.organisation(),
                        _ ->
                                IntStream.range(0, TURNS_OF_ONE)
                                        .mapToObj(_ -> new ReentrantLock())
                                        .toList());
        return own.get(Math.floorMod((stream.id() + key).hashCode(), TURNS_OF_ONE));
    }

    /**
     * @param digest of the request @param mark of its records @param begins from where on it was
     *     not looked for them, by partition @param places where those came of which it is known
     */
    private record Kept(
            byte[] digest,
            String mark,
            Map<Integer, Long> begins,
            SortedMap<Integer, StreamLog.Place> places) {
        Kept came(Map<Integer, StreamLog.Place> all) {
            return looked(begins, all);
        }

        Kept looked(Map<Integer, Long> until, Map<Integer, StreamLog.Place> found) {
            return new Kept(digest, mark, until, new TreeMap<>(found));
        }

        byte[] encode() {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try {
                DataOutputStream out = new DataOutputStream(bytes);
                out.writeByte(FORMAT);
                out.write(digest);
                out.write(HexFormat.of().parseHex(mark));
                out.writeShort(begins.size());
                for (Map.Entry<Integer, Long> each : begins.entrySet()) {
                    out.writeInt(each.getKey());
                    out.writeLong(each.getValue());
                }
                OncePlaces.encode(out, places);
            } catch (IOException e) {
                throw new UncheckedIOException("memory does not fail", e);
            }
            return bytes.toByteArray();
        }

        static Kept decode(byte[] kept) {
            try {
                DataInputStream in = new DataInputStream(new ByteArrayInputStream(kept));
                int format = in.readByte();
                if (format != FORMAT && format != FORMAT_OF_ALL) {
                    throw new StorageFailure(
                            StorageFailure.Kind.FOREIGN,
                            "a request's key has a form that this program does not know: use a"
                                    + " newer one");
                }
                byte[] digest = in.readNBytes(32);
                String mark = HexFormat.of().formatHex(in.readNBytes(MARK_BYTES));
                Map<Integer, Long> begins = new HashMap<>();
                int partitions = in.readUnsignedShort();
                for (int i = 0; i < partitions; i++) {
                    begins.put(in.readInt(), in.readLong());
                }
                return new Kept(
                        digest,
                        mark,
                        begins,
                        format == FORMAT ? OncePlaces.decode(in) : placesOfAll(in));
            } catch (IOException | ArithmeticException e) {
                throw new StorageFailure(
                        StorageFailure.Kind.CORRUPT, "what is kept of a request cannot be read", e);
            }
        }

        private static SortedMap<Integer, StreamLog.Place> placesOfAll(DataInputStream in)
                throws IOException {
            int count = in.readInt();
            SortedMap<Integer, StreamLog.Place> places = new TreeMap<>();
            for (int i = 0; i < count; i++) {
                places.put(i, new StreamLog.Place(in.readInt(), in.readLong()));
            }
            return places;
        }
    }

    /** What became of it. @param fresh how many came by this request */
    record Came(StreamLog.Appended appended, int fresh) {}

    /**
     * Appends them, or says where they came before.
     *
     * @param confirm throws where they may not come any more; asked last before any is appended
     * @throws StreamRefusal CONFLICT when the key was another body's
     */
    Came append(Stream stream, String key, List<StreamRecord.Coming> records, Runnable confirm) {
        byte[] digest = digest(records);
        ReentrantLock turn = turn(stream, key);
        turn.lock();
        try {
            all.acquireUninterruptibly();
            try {
                return appended(stream, key, records, confirm, digest);
            } finally {
                all.release();
            }
        } finally {
            turn.unlock();
        }
    }

    private Came appended(
            Stream stream,
            String key,
            List<StreamRecord.Coming> records,
            Runnable confirm,
            byte[] digest) {
        Optional<Kept> before = streams.once(stream, key).map(Kept::decode);
        if (before.isEmpty()) {
            Map<Integer, Long> begins = new HashMap<>();
            log.extents(stream.name()).forEach(each -> begins.put(each.partition(), each.next()));
            byte[] mark = new byte[MARK_BYTES];
            random.nextBytes(mark);
            Kept begun = new Kept(digest, HexFormat.of().formatHex(mark), begins, new TreeMap<>());
            streams.once(stream, key, begun.encode());
            return rest(stream, key, begun, records, confirm, new HashMap<>());
        }
        Kept kept = before.get();
        if (!MessageDigest.isEqual(kept.digest(), digest)) {
            throw new StreamRefusal(
                    StreamRefusal.Kind.CONFLICT,
                    "The Idempotency-Key was another request's, within a day; take a fresh"
                            + " one.");
        }
        if (!records.isEmpty() && kept.places().size() == records.size()) {
            return new Came(new StreamLog.Appended.Kept(List.copyOf(kept.places().values())), 0);
        }
        return rest(stream, key, kept, records, confirm, found(stream, key, kept, records));
    }

    private Came rest(
            Stream stream,
            String key,
            Kept kept,
            List<StreamRecord.Coming> records,
            Runnable confirm,
            Map<Integer, StreamLog.Place> found) {
        List<StreamRecord.Coming> missing = new ArrayList<>();
        List<Integer> indices = new ArrayList<>();
        for (int i = 0; i < records.size(); i++) {
            if (!found.containsKey(i)) {
                missing.add(marked(records.get(i), kept.mark() + "/" + i));
                indices.add(i);
            }
        }
        if (!missing.isEmpty()) {
            confirm.run();
            StreamLog.Appended appended = log.append(stream.name(), missing);
            if (!(appended instanceof StreamLog.Appended.Kept(List<StreamLog.Place> places))) {
                return new Came(appended, 0);
            }
            for (int i = 0; i < places.size(); i++) {
                found.put(indices.get(i), places.get(i));
            }
        }
        List<StreamLog.Place> all = new ArrayList<>();
        for (int i = 0; i < records.size(); i++) {
            all.add(
                    Optional.ofNullable(found.get(i))
                            .orElseThrow(() -> new IllegalStateException("a record is nowhere")));
        }
        streams.once(stream, key, kept.came(found).encode());
        return new Came(new StreamLog.Appended.Kept(all), missing.size());
    }

    private static StreamRecord.Coming marked(StreamRecord.Coming record, String mark) {
        List<StreamRecord.Header> headers = new ArrayList<>(record.headers());
        headers.add(new StreamRecord.Header(HEADER, mark.getBytes(UTF_8)));
        return new StreamRecord.Coming(record.key(), record.value(), record.at(), headers);
    }

    /**
     * What came of it before somebody could say so, by its place in the request. Where there is too
     * much to read at once, the next try goes on from where this one was.
     */
    private Map<Integer, StreamLog.Place> found(
            Stream stream, String key, Kept kept, List<StreamRecord.Coming> records) {
        Map<Integer, StreamLog.Place> found = new HashMap<>(kept.places());
        Map<Integer, Long> ends = new HashMap<>();
        Map<Integer, Long> from = new HashMap<>();
        for (StreamLog.Extent each : log.extents(stream.name())) {
            long begin = Math.max(each.first(), kept.begins().getOrDefault(each.partition(), 0L));
            if (begin < each.next()) {
                from.put(each.partition(), begin);
                ends.put(each.partition(), each.next());
            }
        }
        byte[] prefix = (kept.mark() + "/").getBytes(UTF_8);
        try (StreamLog.Reader reader = log.read(stream.name(), from)) {
            long late = System.nanoTime() + patience.toNanos();
            while (!ends.isEmpty()) {
                for (StreamRecord each : reader.poll(LOOK)) {
                    index(each, prefix)
                            .filter(index -> index < records.size())
                            .filter(index -> isSame(each, records.get(index)))
                            .ifPresent(index ->
                                    found.put(
                                            index,
                                            new StreamLog.Place(each.partition(), each.offset())));
                }
                // behind the last record there may be marks of transactions
                ends.entrySet().removeIf(each -> reader.next(each.getKey()) >= each.getValue());
                if (!ends.isEmpty() && System.nanoTime() - late > 0) {
                    Map<Integer, Long> until = new HashMap<>(kept.begins());
                    from.keySet().forEach(each -> until.put(each, reader.next(each)));
                    streams.once(stream, key, kept.looked(until, found).encode());
                    // what was not read may hold some of it
                    throw new StorageFailure(
                            StorageFailure.Kind.OVERLOADED,
                            "what came of the request before is still being looked for");
                }
            }
        }
        return found;
    }

    private static boolean isSame(StreamRecord came, StreamRecord.Coming wanted) {
        return Arrays.equals(came.key().orElse(null), wanted.key().orElse(null))
                && Arrays.equals(came.value().orElse(null), wanted.value().orElse(null));
    }

    private static Optional<Integer> index(StreamRecord record, byte[] prefix) {
        for (StreamRecord.Header each : record.headers()) {
            if (each.name().equals(HEADER)
                    && each.value().length > prefix.length
                    && Arrays.equals(each.value(), 0, prefix.length, prefix, 0, prefix.length)) {
                String number =
                        new String(
                                each.value(),
                                prefix.length,
                                each.value().length - prefix.length,
                                UTF_8);
                if (number.matches("[0-9]{1,9}")) {
                    return Optional.of(Integer.parseInt(number));
                }
            }
        }
        return Optional.empty();
    }

    private static byte[] digest(List<StreamRecord.Coming> records) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (StreamRecord.Coming each : records) {
                add(digest, each.key());
                add(digest, each.value());
                for (StreamRecord.Header header : each.headers()) {
                    add(digest, Optional.of(header.name().getBytes(UTF_8)));
                    add(digest, Optional.of(header.value()));
                }
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static void add(MessageDigest digest, Optional<byte[]> part) {
        int length = part.map(each -> each.length).orElse(-1);
        digest.update(
                new byte[] {
                    (byte) (length >>> 24),
                    (byte) (length >>> 16),
                    (byte) (length >>> 8),
                    (byte) length
                });
        part.ifPresent(digest::update);
    }
}
