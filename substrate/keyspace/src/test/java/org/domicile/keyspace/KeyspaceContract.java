package org.domicile.keyspace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.domicile.bytes.StorageFailure;
import org.domicile.request.Append;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Pending;
import org.domicile.request.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every engine of the contract has to do, as the package's page says it. */
public abstract class KeyspaceContract {
    Keyspace keyspace;

    /** A fresh, empty keyspace. */
    protected abstract Keyspace open() throws Exception;

    @BeforeEach
    void start() throws Exception {
        keyspace = open();
    }

    @AfterEach
    void stop() {
        keyspace.close();
    }

    @Test
    void whatIsPutIsRead() {
        for (Space space : Space.values()) {
            assertEquals(Optional.empty(), keyspace.get(space, key("a")));
            apply(put(space, "a", "one"));
            assertArrayEquals(key("one"), keyspace.get(space, key("a")).orElseThrow());
            apply(put(space, "a", "two"), put(space, "b", ""));
            assertEquals("a=two b=", all(keyspace, space));
            apply(new Write.Delete(space, key("a")));
            assertEquals("b=", all(keyspace, space));
        }
    }

    @Test
    void aLeapPassesOverVersions() {
        long before = apply(put("a", "1")).version();
        keyspace.leap(1L << 42);
        assertEquals("a=1", all());
        long after = apply(put("a", "2")).version();
        assertTrue(after > before + (1L << 42), () -> before + " and " + after);
        assertThrows(IllegalArgumentException.class, () -> keyspace.leap(0));
        assertThrows(IllegalArgumentException.class, () -> keyspace.leap(Long.MAX_VALUE));
        assertTrue(apply(put("a", "3")).version() > after);
        assertEquals("a=3", all());
    }

    @Test
    void spacesDoNotMix() {
        apply(put(Space.RECORDS, "k", "r"), put(Space.BODIES, "k", "b"));
        assertEquals("k=r", all(keyspace, Space.RECORDS));
        assertEquals("k=b", all(keyspace, Space.BODIES));
    }

    @Test
    void laterWritesOfATransactionWin() {
        apply(put("a", "1"), put("a", "2"), put("b", "1"), delete("b"));
        assertEquals("a=2", all());
        apply(deleteRange("a", "z"), put("c", "3"), put("d", "4"), deleteRange("d", "e"));
        assertEquals("c=3", all());
    }

    @Test
    void bigValuesAndTheLargestKeyAreKept() {
        byte[] longest = new byte[Limits.KEY];
        Arrays.fill(longest, (byte) 7);
        byte[] large = new byte[Limits.VALUE];
        Arrays.fill(large, (byte) 9);
        apply(new Write.Put(Space.BODIES, longest, large));
        apply(new Write.Put(Space.RECORDS, longest, large));
        assertArrayEquals(large, keyspace.get(Space.BODIES, longest).orElseThrow());
        assertArrayEquals(large, keyspace.get(Space.RECORDS, longest).orElseThrow());
    }

    @Test
    void theEmptyKeyIsAKey() {
        apply(put("", "nothing"));
        assertEquals("=nothing", all());
        assertEquals(
                "nothing",
                new String(keyspace.get(Space.RECORDS, new byte[0]).orElseThrow(), UTF_8));
    }

    @Test
    void sizesAboveTheLimitsAreRefusedWithoutATrace() {
        byte[] longKey = new byte[Limits.KEY + 1];
        byte[] largeValue = new byte[Limits.VALUE + 1];
        refused(new Transaction().write(new Write.Put(Space.RECORDS, longKey, key(""))));
        refused(new Transaction().write(new Write.Put(Space.BODIES, key("a"), largeValue)));
        Transaction many = new Transaction().write(put("a", "1"));
        for (int i = 0; i < Limits.WRITES; i++) {
            many.write(delete("b"));
        }
        refused(many);
        Transaction large = new Transaction().write(put("a", "1"));
        for (int i = 0; i < 17; i++) {
            large.write(new Write.Put(Space.BODIES, key("b" + i), new byte[Limits.VALUE]));
        }
        refused(large);
        refused(new Transaction().append(new Append("log", key("e"), largeValue)));
        assertEquals("", all());
        assertEquals(0, keyspace.logs().size("log"));
    }

    private void refused(Transaction transaction) {
        assertThrows(IllegalArgumentException.class, () -> keyspace.commit(transaction));
    }

    @Test
    void aConditionOnAValueIsChecked() {
        Transaction create =
                new Transaction()
                        .when(new Condition.Holds(Space.RECORDS, key("a"), Optional.empty()))
                        .write(put("a", "1"));
        assertInstanceOf(Committed.Applied.class, keyspace.commit(create));
        assertInstanceOf(Committed.Stale.class, keyspace.commit(create));
        Condition one = new Condition.Holds(Space.RECORDS, key("a"), Optional.of(key("1")));
        Condition two = new Condition.Holds(Space.RECORDS, key("a"), Optional.of(key("2")));
        Committed stale = keyspace.commit(new Transaction().when(one).when(two).write(delete("a")));
        assertSame(two, assertInstanceOf(Committed.Stale.class, stale).condition());
        assertEquals("a=1", all());
        apply(new Transaction().when(one).write(delete("a")));
        assertEquals("", all());
    }

    @Test
    void aConditionOnTheFirstKeyOfARangeIsChecked() {
        Condition empty = new Condition.First(Space.RECORDS, range("a", "m"), Optional.empty());
        Condition firstIsC =
                new Condition.First(Space.RECORDS, range("a", "m"), Optional.of(key("c")));
        apply(new Transaction().when(empty).write(put("c", "1")).write(put("x", "9")));
        assertInstanceOf(
                Committed.Stale.class,
                keyspace.commit(new Transaction().when(empty).write(put("d", "1"))));
        apply(new Transaction().when(firstIsC).write(put("b", "1")));
        assertInstanceOf(
                Committed.Stale.class,
                keyspace.commit(new Transaction().when(firstIsC).write(put("d", "1"))));
        apply(deleteRange("a", "n"));
        apply(new Transaction().when(empty).write(put("m", "1")));
        assertEquals("m=1 x=9", all());
    }

    @Test
    void aStaleTransactionLeavesNothing() {
        apply(put("a", "1"));
        Committed stale =
                keyspace.commit(
                        new Transaction()
                                .when(absent("a"))
                                .write(put("b", "1"))
                                .append(new Append("log", key("e"), key("p"))));
        assertInstanceOf(Committed.Stale.class, stale);
        assertEquals("a=1", all());
        assertEquals(0, keyspace.logs().size("log"));
        assertEquals(List.of(), keyspace.logs().logs());
    }

    @Test
    void versionsGrowAndStampsSort() {
        long last = 0;
        for (int i = 0; i < 300; i++) {
            Committed.Applied applied =
                    apply(
                            stamped("old/", Write.Stamp.OLDEST_FIRST, "/t", "" + i),
                            stamped("new/", Write.Stamp.NEWEST_FIRST, "/t", "" + i));
            assertTrue(applied.version() > last);
            last = applied.version();
            byte[] oldest =
                    ByteBuffer.allocate(14).put(key("old/")).putLong(last).put(key("/t")).array();
            assertEquals(
                    "" + i, new String(keyspace.get(Space.RECORDS, oldest).orElseThrow(), UTF_8));
            byte[] newest =
                    ByteBuffer.allocate(14).put(key("new/")).putLong(~last).put(key("/t")).array();
            assertEquals(
                    "" + i, new String(keyspace.get(Space.RECORDS, newest).orElseThrow(), UTF_8));
        }
        assertEquals(300, values(Range.prefix(key("old/")), Reading.Direction.UP).size());
        assertEquals("0", values(Range.prefix(key("old/")), Reading.Direction.UP).getFirst());
        assertEquals("299", values(Range.prefix(key("new/")), Reading.Direction.UP).getFirst());
        assertEquals("0", values(Range.prefix(key("new/")), Reading.Direction.DOWN).getFirst());
    }

    @Test
    void aTransactionWithoutWritesHasAVersionToo() {
        long first = apply(put("a", "1")).version();
        long second = apply(new Transaction()).version();
        long third =
                apply(
                                new Transaction()
                                        .when(
                                                new Condition.Holds(
                                                        Space.RECORDS,
                                                        key("a"),
                                                        Optional.of(key("1")))))
                        .version();
        assertTrue(first < second && second < third);
    }

    @Test
    void aWalkSeesOneRangeInOrderBothWays() {
        for (String name : List.of("a", "b", "ba", "c", "d", "\u00ff")) {
            apply(put(name, name));
        }
        assertEquals(List.of("b", "ba", "c"), values(range("b", "d"), Reading.Direction.UP));
        assertEquals(List.of("c", "ba", "b"), values(range("b", "d"), Reading.Direction.DOWN));
        assertEquals(List.of(), values(range("d", "b"), Reading.Direction.UP));
        assertEquals(List.of(), values(range("b", "b"), Reading.Direction.DOWN));
        assertEquals(List.of("b", "ba"), values(Range.prefix(key("b")), Reading.Direction.UP));
        assertEquals(6, values(new Range(key(""), endOfAll()), Reading.Direction.DOWN).size());
    }

    @Test
    void aWalkJumps() {
        for (char c = 'a'; c <= 'j'; c++) {
            apply(put("" + c, "" + c));
        }
        try (Cursor cursor = keyspace.scan(Space.RECORDS, range("b", "i"), Reading.Direction.UP)) {
            assertTrue(cursor.next());
            assertArrayEquals(key("b"), cursor.key());
            cursor.seek(key("e5"));
            assertTrue(cursor.next());
            assertArrayEquals(key("f"), cursor.key());
            assertTrue(cursor.next());
            assertArrayEquals(key("g"), cursor.key());
            cursor.seek(key("c"));
            assertTrue(cursor.next());
            assertArrayEquals(key("c"), cursor.key());
            cursor.seek(key("A"));
            assertTrue(cursor.next());
            assertArrayEquals(key("b"), cursor.key());
            cursor.seek(key("i"));
            assertFalse(cursor.next());
            assertFalse(cursor.next());
        }
        try (Cursor cursor =
                keyspace.scan(Space.RECORDS, range("b", "i"), Reading.Direction.DOWN)) {
            cursor.seek(key("e5"));
            assertTrue(cursor.next());
            assertArrayEquals(key("e"), cursor.key());
            assertArrayEquals(key("e"), cursor.value());
            cursor.seek(key("z"));
            assertTrue(cursor.next());
            assertArrayEquals(key("h"), cursor.key());
            cursor.seek(key("b"));
            assertTrue(cursor.next());
            assertArrayEquals(key("b"), cursor.key());
            assertFalse(cursor.next());
            cursor.seek(key("a"));
            assertFalse(cursor.next());
        }
    }

    @Test
    void aSnapshotStandsStill() {
        apply(put("a", "1"), put("b", "1"), put(Space.BODIES, "x", "1"));
        try (Snapshot before = keyspace.snapshot()) {
            apply(put("a", "2"), delete("b"), put("c", "2"), put(Space.BODIES, "x", "2"));
            assertEquals("a=1 b=1", all(before, Space.RECORDS));
            try (Snapshot between = keyspace.snapshot()) {
                apply(deleteRange("a", "z"), new Write.Delete(Space.BODIES, key("x")));
                assertEquals("a=1 b=1", all(before, Space.RECORDS));
                assertEquals("x=1", all(before, Space.BODIES));
                assertEquals("a=2 c=2", all(between, Space.RECORDS));
                assertEquals(Optional.empty(), between.get(Space.RECORDS, key("b")));
                assertArrayEquals(key("2"), between.get(Space.BODIES, key("x")).orElseThrow());
                assertEquals("", all());
            }
        }
        assertEquals("", all());
        assertEquals(Optional.empty(), keyspace.get(Space.BODIES, key("x")));
    }

    @Test
    void aWalkSeesOneStateWhileCommitsGoOn() {
        for (int i = 0; i < 100; i++) {
            apply(put("k%03d".formatted(i), "before"));
        }
        try (Cursor cursor = keyspace.scan(Space.RECORDS, range("k", "l"), Reading.Direction.UP)) {
            assertTrue(cursor.next());
            apply(deleteRange("k050", "k060"), put("k0995", "new"), put("k090", "after"));
            int count = 1;
            while (cursor.next()) {
                assertArrayEquals(key("before"), cursor.value());
                count++;
            }
            assertEquals(100, count);
        }
    }

    @Test
    void appendsAreNumberedWithoutGapsInEachLog() {
        LogReading logs = keyspace.logs();
        assertEquals(List.of(), logs.logs());
        Committed.Applied first =
                apply(
                        new Transaction()
                                .append(new Append("uses/a", key("0"), key("p0")))
                                .append(new Append("public", key("0"), new byte[0]))
                                .append(new Append("uses/a", key("1"), key("p1"))));
        assertEquals(List.of(0L, 0L, 1L), first.indices());
        Committed.Applied second =
                apply(new Transaction().append(new Append("uses/a", key("2"), key("p2"))));
        assertEquals(List.of(2L), second.indices());
        assertEquals(List.of("public", "uses/a"), logs.logs());
        assertEquals(3, logs.size("uses/a"));
        assertEquals(1, logs.size("public"));
        assertEquals(0, logs.size("nowhere"));
        assertEquals(List.of("0", "1", "2"), texts(logs.entries("uses/a", 0, 10)));
        assertEquals(List.of("1"), texts(logs.entries("uses/a", 1, 1)));
        assertEquals(List.of(), texts(logs.entries("uses/a", 3, 10)));
        assertEquals(List.of(), texts(logs.entries("nowhere", 0, 10)));
        assertArrayEquals(key("p1"), logs.payload("uses/a", 1).orElseThrow());
        assertEquals(Optional.empty(), logs.payload("public", 0));
        assertEquals(Optional.empty(), logs.payload("uses/a", 3));
        assertEquals(Optional.empty(), logs.payload("nowhere", 0));
    }

    @Test
    void entriesAreForgottenAndPayloadsErased() {
        LogReading logs = keyspace.logs();
        for (int i = 0; i < 600; i++) {
            apply(new Transaction().append(new Append("log", key("e" + i), key("p" + i))));
        }
        apply(new Transaction().append(new Append("other", key("o"), key("q"))));
        logs.forgetEntries("log", 256);
        assertThrows(IllegalArgumentException.class, () -> logs.entries("log", 255, 1));
        assertEquals(List.of("e256", "e257"), texts(logs.entries("log", 256, 2)));
        assertArrayEquals(key("p7"), logs.payload("log", 7).orElseThrow());
        logs.forgetEntries("log", 256);
        logs.forgetEntries("log", 10);
        assertEquals(344, logs.entries("log", 256, 1_000).size());
        logs.erasePayloads("log", 5, 8);
        assertEquals(Optional.empty(), logs.payload("log", 7));
        assertArrayEquals(key("p8"), logs.payload("log", 8).orElseThrow());
        assertArrayEquals(key("p4"), logs.payload("log", 4).orElseThrow());
        logs.erasePayloads("log", 8, 8);
        assertArrayEquals(key("p8"), logs.payload("log", 8).orElseThrow());
        logs.forgetEntries("log", 600);
        assertEquals(List.of(), logs.entries("log", 600, 5));
        assertEquals(600, logs.size("log"));
        assertEquals(
                List.of(600L),
                apply(new Transaction().append(new Append("log", key("x"), key("y")))).indices());
        assertEquals(List.of("x"), texts(logs.entries("log", 600, 5)));
        assertEquals(List.of("o"), texts(logs.entries("other", 0, 5)));
        logs.forgetEntries("nowhere", 3);
        logs.erasePayloads("nowhere", 0, 3);
    }

    @Test
    void theCarriedRecordIsToldWhereItStands() {
        Record record = new Record();
        Request request =
                new Request(
                                "r1",
                                new Caller.Anonymous(),
                                "test",
                                "home",
                                "127.0.0.1",
                                Instant.EPOCH,
                                Instant.MAX,
                                Optional.empty())
                        .carrying(record);
        Transaction stale =
                new Transaction()
                        .when(new Condition.Holds(Space.RECORDS, key("a"), Optional.of(key("1"))))
                        .append(new Append("own", key("0"), new byte[0]))
                        .carrying(request, Outcome.DONE);
        assertInstanceOf(Committed.Stale.class, keyspace.commit(stale));
        assertEquals(List.of(), record.indices);
        apply(
                new Transaction()
                        .append(new Append("own", key("0"), new byte[0]))
                        .carrying(request, Outcome.ABSENT));
        assertEquals(List.of(0L), record.indices);
        assertEquals(List.of("ABSENT"), texts(keyspace.logs().entries("uses", 0, 5)));
    }

    private static final class Record implements Pending {
        List<Long> indices = List.of();

        @Override
        public List<Append> take(Outcome outcome) {
            return List.of(new Append("uses", key(outcome.name()), new byte[0]));
        }

        @Override
        public void committed(List<Long> told) {
            indices = told;
        }
    }

    @Test
    void ofManyWhoWantTheSameKeyOneWins() throws Exception {
        int rounds = 20;
        int threads = 32;
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < rounds; round++) {
                String name = "key" + round;
                List<Callable<Committed>> attempts = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    String mine = "" + i;
                    attempts.add(() ->
                            keyspace.commit(
                                    new Transaction()
                                            .when(absent(name))
                                            .write(put(name, mine))
                                            .append(new Append("log", key(mine), new byte[0]))));
                }
                int won = 0;
                for (Future<Committed> attempt : pool.invokeAll(attempts, 60, TimeUnit.SECONDS)) {
                    won += attempt.get() instanceof Committed.Applied ? 1 : 0;
                }
                assertEquals(1, won);
            }
        }
        assertEquals(rounds, keyspace.logs().size("log"));
    }

    @Test
    void incrementsByManyThreadsAreAllCounted() throws Exception {
        int threads = 16;
        int each = 25;
        apply(put("counter", "0"));
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                tasks.add(() -> {
                    for (int n = 0; n < each; n++) {
                        increment();
                    }
                    return true;
                });
            }
            for (Future<Boolean> task : pool.invokeAll(tasks, 120, TimeUnit.SECONDS)) {
                assertTrue(task.get());
            }
        }
        assertEquals("counter=" + threads * each, all());
        assertEquals(threads * each, keyspace.logs().size("log"));
        List<String> entries = texts(keyspace.logs().entries("log", 0, threads * each));
        assertEquals(threads * each, new TreeSet<>(entries).size());
        assertEquals("1", entries.getFirst());
        assertEquals("" + threads * each, entries.getLast());
    }

    private void increment() {
        while (true) {
            byte[] before = keyspace.get(Space.RECORDS, key("counter")).orElseThrow();
            String after = "" + (Integer.parseInt(new String(before, UTF_8)) + 1);
            Committed committed =
                    keyspace.commit(
                            new Transaction()
                                    .when(
                                            new Condition.Holds(
                                                    Space.RECORDS,
                                                    key("counter"),
                                                    Optional.of(before)))
                                    .write(put("counter", after))
                                    .append(new Append("log", key(after), new byte[0])));
            if (committed instanceof Committed.Applied) {
                return;
            }
        }
    }

    @Test
    void bytesHandedInAndOutAreNotShared() {
        byte[] key = key("a");
        byte[] value = key("1");
        apply(new Write.Put(Space.RECORDS, key, value));
        key[0] = 'z';
        value[0] = '9';
        assertEquals("a=1", all());
        keyspace.get(Space.RECORDS, key("a")).orElseThrow()[0] = '8';
        assertEquals("a=1", all());
    }

    @Test
    void aClosedKeyspaceSaysSo() {
        apply(put("a", "1"));
        keyspace.close();
        keyspace.close();
        StorageFailure commit =
                assertThrows(
                        StorageFailure.class,
                        () -> keyspace.commit(new Transaction().write(put("a", "2"))));
        assertEquals(StorageFailure.Kind.CLOSED, commit.kind());
        StorageFailure read =
                assertThrows(StorageFailure.class, () -> keyspace.get(Space.RECORDS, key("a")));
        assertEquals(StorageFailure.Kind.CLOSED, read.kind());
        assertEquals(
                StorageFailure.Kind.CLOSED,
                assertThrows(StorageFailure.class, keyspace::snapshot).kind());
    }

    @Test
    void commitsAreCounted() {
        long before = keyspace.usage().commits();
        apply(put("a", "1"));
        apply(put("a", "2"));
        assertEquals(before + 2, keyspace.usage().commits());
    }

    private Committed.Applied apply(Write... writes) {
        return apply(new Transaction().writeAll(List.of(writes)));
    }

    private Committed.Applied apply(Transaction transaction) {
        return assertInstanceOf(Committed.Applied.class, keyspace.commit(transaction));
    }

    private String all() {
        return all(keyspace, Space.RECORDS);
    }

    private static String all(Reading reading, Space space) {
        StringBuilder text = new StringBuilder();
        try (Cursor cursor =
                reading.scan(space, new Range(new byte[0], endOfAll()), Reading.Direction.UP)) {
            while (cursor.next()) {
                text.append(text.isEmpty() ? "" : " ").append(new String(cursor.key(), UTF_8));
                text.append('=').append(new String(cursor.value(), UTF_8));
            }
        }
        return text.toString();
    }

    private List<String> values(Range range, Reading.Direction direction) {
        List<String> values = new ArrayList<>();
        try (Cursor cursor = keyspace.scan(Space.RECORDS, range, direction)) {
            while (cursor.next()) {
                values.add(new String(cursor.value(), UTF_8));
            }
        }
        return values;
    }

    private static List<String> texts(List<byte[]> entries) {
        return entries.stream().map(entry -> new String(entry, UTF_8)).toList();
    }

    private static Condition absent(String name) {
        return new Condition.Holds(Space.RECORDS, key(name), Optional.empty());
    }

    private static Write stamped(String prefix, Write.Stamp stamp, String suffix, String value) {
        return new Write.PutStamped(Space.RECORDS, key(prefix), stamp, key(suffix), key(value));
    }

    private static Write put(String name, String value) {
        return put(Space.RECORDS, name, value);
    }

    private static Write put(Space space, String name, String value) {
        return new Write.Put(space, key(name), key(value));
    }

    private static Write delete(String name) {
        return new Write.Delete(Space.RECORDS, key(name));
    }

    private static Write deleteRange(String from, String to) {
        return new Write.DeleteRange(Space.RECORDS, range(from, to));
    }

    private static Range range(String from, String to) {
        return new Range(key(from), key(to));
    }

    private static byte[] key(String text) {
        return text.getBytes(UTF_8);
    }

    private static byte[] endOfAll() {
        return new byte[] {(byte) 0xFF, (byte) 0xFF};
    }
}
