package org.domicile.keyspace;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * The logs in RocksDB: entries and payloads in a family each, under the log's number (4 bytes) and
 * the index (8 bytes), big-endian. The family of meta keys holds {@code 'L' ‖ name → number} and
 * {@code 'M' ‖ number → index below which entries are forgotten}.
 *
 * <p>The next index of a log is counted in memory by the lane; at open it is found again from the
 * last key, or from the mark where all entries are forgotten.
 */
final class RocksLogs implements LogReading {
    /** Bytes of a place: log number and index. */
    static final int PLACE = Integer.BYTES + Long.BYTES;

    private static final byte NAME = 'L';
    private static final byte MARK = 'M';

    private final RocksDB db;
    private final Families families;
    private final Gate gate;
    private final ReadOptions reading;
    private final Map<String, Log> logs = new ConcurrentHashMap<>();
    private @Nullable CommitLane lane;
    private int lastNumber;

    /** One log. {@code next} is the lane's own; the others are published by it after the sync. */
    static final class Log {
        final int number;
        final byte[] nameKey;
        long next;
        boolean named;
        volatile long durable;
        volatile long forgotten;

        Log(int number, byte[] nameKey) {
            this.number = number;
            this.nameKey = nameKey;
        }

        byte[] numberBytes() {
            return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
        }
    }

    RocksLogs(RocksDB db, Families families, Gate gate, ReadOptions reading)
            throws RocksDBException {
        this.db = db;
        this.families = families;
        this.gate = gate;
        this.reading = reading;
        try (RocksIterator names = db.newIterator(families.meta(), reading)) {
            for (names.seek(new byte[] {NAME});
                    names.isValid() && names.key()[0] == NAME;
                    names.next()) {
                byte[] key = names.key();
                Log log = new Log(ByteBuffer.wrap(names.value()).getInt(), key);
                log.named = true;
                lastNumber = Math.max(lastNumber, log.number);
                logs.put(new String(key, 1, key.length - 1, UTF_8), log);
            }
            names.status();
        }
        try (RocksIterator last = db.newIterator(families.entries(), reading)) {
            for (Log log : logs.values()) {
                byte[] mark = db.get(families.meta(), reading, markKey(log));
                log.forgotten = mark == null ? 0 : ByteBuffer.wrap(mark).getLong();
                last.seekForPrev(place(log, -1L));
                last.status();
                long next = log.forgotten;
                if (last.isValid() && ByteBuffer.wrap(last.key()).getInt() == log.number) {
                    next = Math.max(next, ByteBuffer.wrap(last.key(), 4, 8).getLong() + 1);
                }
                log.next = next;
                log.durable = next;
            }
        }
    }

    /** The lane has to exist before anything is forgotten, and needs the logs to exist. */
    void through(CommitLane commits) {
        lane = commits;
    }

    /** The lane: the log of that name, made when it is new. */
    Log forAppend(String name) {
        Log log = logs.get(name);
        if (log == null) {
            byte[] text = name.getBytes(UTF_8);
            byte[] key = new byte[1 + text.length];
            key[0] = NAME;
            System.arraycopy(text, 0, key, 1, text.length);
            log = new Log(++lastNumber, key);
            logs.put(name, log);
        }
        return log;
    }

    private static byte[] markKey(Log log) {
        return ByteBuffer.allocate(1 + Integer.BYTES).put(MARK).putInt(log.number).array();
    }

    private static byte[] place(Log log, long index) {
        return ByteBuffer.allocate(PLACE).putInt(log.number).putLong(index).array();
    }

    @Override
    public List<String> logs() {
        return logs.entrySet().stream()
                .filter(log -> log.getValue().durable > 0)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    @Override
    public long size(String name) {
        Log log = logs.get(name);
        return log == null ? 0 : log.durable;
    }

    @Override
    public List<byte[]> entries(String name, long index, int limit) {
        List<byte[]> entries = new ArrayList<>();
        Log log = logs.get(name);
        long end = log == null ? 0 : Math.min(log.durable, index + limit);
        if (log == null || index >= end) {
            return entries;
        }
        int stripe = gate.enter();
        try (RocksIterator walk = db.newIterator(families.entries(), reading)) {
            long expected = index;
            byte[] key = new byte[PLACE];
            for (walk.seek(place(log, index)); expected < end; walk.next()) {
                if (!walk.isValid()
                        || walk.key(key) != PLACE
                        || !Arrays.equals(key, place(log, expected))) {
                    walk.status();
                    if (expected == index && !missing(log, index)) {
                        throw MemoryLogs.forgotten(name, index, log.forgotten);
                    }
                    throw new StorageFailure(
                            StorageFailure.Kind.CORRUPT,
                            "entry " + expected + " of the log " + name + " is missing");
                }
                entries.add(walk.value());
                expected++;
            }
            return entries;
        } catch (RocksDBException e) {
            throw Families.failure("reading entries of the log " + name, e);
        } finally {
            gate.leave(stripe);
        }
    }

    /** Whether an entry should be there: not below the mark, which may not be published yet. */
    private boolean missing(Log log, long index) throws RocksDBException {
        byte[] mark = db.get(families.meta(), reading, markKey(log));
        return mark == null || index >= ByteBuffer.wrap(mark).getLong();
    }

    @Override
    public Optional<byte[]> payload(String name, long index) {
        Log log = logs.get(name);
        if (log == null || index >= log.durable) {
            return Optional.empty();
        }
        int stripe = gate.enter();
        try {
            return Optional.ofNullable(db.get(families.payloads(), reading, place(log, index)));
        } catch (RocksDBException e) {
            throw Families.failure("reading a payload of the log " + name, e);
        } finally {
            gate.leave(stripe);
        }
    }

    @Override
    public void forgetEntries(String name, long index) {
        Log log = logs.get(name);
        if (log == null || lane == null) {
            return;
        }
        long to = Math.min(index, log.durable);
        long from = log.forgotten;
        if (to <= from) {
            return;
        }
        byte[] mark = ByteBuffer.allocate(Long.BYTES).putLong(to).array();
        lane.commit(
                Ticket.own(
                        List.of(
                                new Ticket.Own.RemoveRange(
                                        Families.ENTRIES,
                                        new Range(place(log, from), place(log, to))),
                                new Ticket.Own.Put(Families.META, markKey(log), mark))));
        log.forgotten = to;
    }

    @Override
    public void erasePayloads(String name, long from, long to) {
        Log log = logs.get(name);
        if (log == null || lane == null || from >= to) {
            return;
        }
        lane.commit(
                Ticket.own(
                        List.of(
                                new Ticket.Own.RemoveRange(
                                        Families.PAYLOADS,
                                        new Range(place(log, from), place(log, to))))));
    }
}
