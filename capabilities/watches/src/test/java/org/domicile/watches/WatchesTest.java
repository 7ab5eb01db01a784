package org.domicile.watches;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Append;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Pending;
import org.domicile.request.Request;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The register of watches, over a keyspace in memory. */
@Timeout(30)
final class WatchesTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final Keyspace keyspace = Keyspace.inMemory();
    private final List<Outcome> recorded = new ArrayList<>();
    private Watches watches = Watches.open(keyspace);

    private Request request() {
        Pending pending =
                new Pending() {
                    @Override
                    public List<Append> take(Outcome outcome) {
                        recorded.add(outcome);
                        return List.of();
                    }

                    @Override
                    public void committed(List<Long> indices) {}
                };
        return new Request(
                "r", new Caller.Anonymous(), "test", "home", "", NOON, NOON, Optional.of(pending));
    }

    private static Watch watch(String organisation, String name) {
        return watch(organisation, name, "0123456789abcdef");
    }

    private static Watch watch(String organisation, String name, String id) {
        return new Watch(
                id,
                organisation,
                name,
                organisation + "/flood",
                "p1",
                "AK1",
                "select 'é' as x from \"water.levels\"",
                "water.alerts",
                List.of("water.levels"),
                List.of(
                        new Watch.Table(
                                "geo.stations", Map.of("id", "STRING", "high", "DECIMAL(9, 2)"))),
                "at",
                5,
                Watch.From.BEGINNING,
                NOON);
    }

    @Test
    void watchesAreMadeAndRemovedWithTheirRecord() {
        Watch high = watch("city", "high");
        assertEquals(new Watches.Asked.Now(high), watches.create(request(), high));
        assertInstanceOf(Watches.Asked.Taken.class, watches.create(request(), high));
        Watch other = watch("hospital", "high", "fedcba9876543210");
        assertInstanceOf(Watches.Asked.Now.class, watches.create(request(), other));
        watches = Watches.open(keyspace);
        assertEquals(Optional.of(high), watches.watch("city", "high"));
        assertEquals(List.of(other), watches.of("hospital"));
        assertEquals(List.of(high, other), watches.all());
        assertEquals(new Watches.Asked.Now(high), watches.remove(request(), "city", "high"));
        assertInstanceOf(Watches.Asked.Absent.class, watches.remove(request(), "city", "high"));
        assertEquals(List.of(other), Watches.open(keyspace).all());
        assertEquals(
                List.of(Outcome.DONE, Outcome.CONFLICT, Outcome.DONE, Outcome.DONE, Outcome.ABSENT),
                recorded);
    }

    @Test
    void anOrganisationHasNoMoreThanThereMayBe() {
        for (int i = 0; i < Watches.MOST; i++) {
            watches.create(request(), watch("city", "w" + i, "%016x".formatted(i)));
        }
        assertInstanceOf(
                Watches.Asked.TooMany.class, watches.create(request(), watch("city", "more")));
        assertInstanceOf(
                Watches.Asked.Now.class, watches.create(request(), watch("hospital", "one")));
    }

    @Test
    void framesComeAsTheyWereSentUpToTheirLargest() throws IOException {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        Wire out = new Wire(InputStream.nullInputStream(), sent);
        byte[] piece = new byte[Wire.PIECE_BYTES];
        new Random(7).nextBytes(piece);
        out.send(Wire.PIECE, body -> Wire.text(body, "a"), piece);
        out.send(Wire.STOP, body -> Wire.text(body, "b"));
        assertThrows(IOException.class, () -> out.send(Wire.PIECE, body -> {}, new byte[9 << 20]));
        byte[] largest = new byte[Wire.LARGEST_LAST];
        out.send(Wire.WRITTEN, body -> body.writeInt(7), largest);
        new DataOutputStream(sent).writeInt(9 << 20); // of somebody else
        Wire in =
                new Wire(
                        new ByteArrayInputStream(sent.toByteArray()),
                        OutputStream.nullOutputStream());
        Wire.Frame first = in.receive();
        assertEquals(Wire.PIECE, first.kind());
        assertEquals("a", Wire.text(first.in()));
        assertArrayEquals(piece, Wire.bytes(first.in()));
        assertEquals("b", Wire.text(in.receive().in()));
        DataInputStream third = in.receive().in();
        assertEquals(7, third.readInt());
        assertEquals(largest.length, Wire.bytes(third).length);
        assertThrows(IOException.class, in::receive);
    }

    @Test
    void rowsOfATableComeAsTheyWere() throws IOException {
        TableRows rows = new TableRows(2);
        assertTrue(rows.add(List.of("é", "")));
        assertTrue(rows.add(Arrays.asList(null, "2")));
        List<@Nullable String[]> read = TableRows.decoded(rows.encoded());
        assertEquals(2, read.size());
        assertArrayEquals(new String[] {"é", ""}, read.getFirst());
        assertArrayEquals(new String[] {null, "2"}, read.getLast());
        byte[] bytes = rows.encoded();
        bytes[7] = 120; // a length that is not there
        assertThrows(IOException.class, () -> TableRows.decoded(bytes));
        assertThrows(IOException.class, () -> TableRows.decoded(new byte[4]));
        assertFalse(new TableRows(1).add(List.of("x".repeat(TableRows.LARGEST))));
        TableRows many = new TableRows(1);
        for (int i = 0; i < TableRows.MOST; i++) {
            assertTrue(many.add(List.of("")));
        }
        assertFalse(many.add(List.of("")));
    }

    private static EngineOptions options(Path folder, int most) {
        return new EngineOptions(
                folder,
                List::of,
                folder.resolve("workers"),
                1 << 20,
                1 << 20,
                most,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                () -> 0,
                () -> NOON);
    }

    /** No process is needed for that, and none starts. */
    @Test
    void thereAreNoMoreWorkersThanThereMayBe(@TempDir Path folder) throws IOException {
        try (Workers workers = new Workers(options(folder, 3))) {
            workers.enter("city");
            workers.enter("city");
            assertThrows(Workers.Full.class, () -> workers.enter("city")); // the last is no third
            workers.enter("hospital");
            assertThrows(Workers.Full.class, () -> workers.enter("archive"));
            var full =
                    assertInstanceOf(
                            WatchEngine.Looked.Unready.class,
                            workers.look(watch("archive", "high"), List.of()));
            assertTrue(full.why().startsWith("There are at most 3 "), full.why());
            assertTrue(full.why().contains("(watches.workers)"), full.why());
            assertTrue(Files.notExists(folder.resolve("workers")), "nothing was started");
            workers.leave("hospital");
            workers.enter("archive");
            workers.leave("city");
            workers.leave("city");
            workers.enter("city"); // it has none any more
        }
    }

    /** Slow views of one organisation take no more than its share. */
    @Test
    void turnsToReadTablesAreEachOrganisations(@TempDir Path folder) {
        try (Workers workers = new Workers(options(folder, 1));
                Workers.Turn one = workers.turn("city");
                Workers.Turn two = workers.turn("city")) {
            assertTrue(one.came() && two.came());
            Thread.currentThread().interrupt(); // it would wait for a while
            assertFalse(workers.turn("city").came());
            assertTrue(Thread.interrupted());
            try (Workers.Turn other = workers.turn("hospital")) {
                assertTrue(other.came());
            }
        }
    }

    /** As version 1 wrote it, before watches had tables. */
    @Test
    void anOlderWatchIsRead() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(1);
        for (String each : List.of("0123456789abcdef", "city", "high", "city/flood", "p1", "AK1")) {
            out.writeUTF(each);
        }
        Wire.text(out, "select 1");
        out.writeUTF("water.alerts");
        out.writeShort(1);
        out.writeUTF("water.levels");
        out.writeUTF("at");
        out.writeInt(5);
        out.writeByte(1);
        out.writeLong(NOON.toEpochMilli());
        Watch watch = WatchesCodec.decode(bytes.toByteArray());
        assertEquals(List.of(), watch.tables());
        assertEquals(List.of("water.levels"), watch.sources());
        assertEquals(Watch.From.BEGINNING, watch.from());
        assertEquals(watch, WatchesCodec.decode(WatchesCodec.encode(watch)));
    }

    @Test
    void whatWorkersSayIsShortAndOneLine() {
        assertEquals("a b c d", Crew.sentence("a\nb\rc\u2028d"));
        assertEquals(500, Crew.sentence("x".repeat(1_000_000)).length());
    }

    @Test
    void namesAndQueriesHaveTheirForm() {
        assertTrue(Watch.names("high_water-2"));
        for (String each : List.of("", "-a", "A", "a.b", "a/b", "a".repeat(65))) {
            assertFalse(Watch.names(each), each);
        }
        assertThrows(IllegalArgumentException.class, () -> watch("city", "No"));
    }
}
