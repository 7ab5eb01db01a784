package org.domicile.sql;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.postgres.SqlError;
import org.junit.jupiter.api.Test;

/** What clients send, taken apart; and what is cut, too long or otherwise none. */
class MessagesTest {
    private static byte[] bytes(Object... parts) {
        ByteBuffer all = ByteBuffer.allocate(1_000);
        for (Object part : parts) {
            switch (part) {
                case Integer number -> all.putInt(number);
                case Short number -> all.putShort(number);
                case Byte one -> all.put(one);
                case String text -> all.put(text.getBytes(StandardCharsets.UTF_8)).put((byte) 0);
                case byte[] raw -> all.put(raw);
                default -> throw new AssertionError(part);
            }
        }
        byte[] exact = new byte[all.position()];
        all.flip().get(exact);
        return exact;
    }

    private static String state(Runnable parsing) {
        return assertThrows(SqlError.class, parsing::run).state();
    }

    @Test
    void startups() {
        assertEquals(new Startup.Tls(), Startup.parse(bytes(80877103)));
        assertEquals(new Startup.Gss(), Startup.parse(bytes(80877104)));
        Startup.Cancel cancel = (Startup.Cancel) Startup.parse(bytes(80877102, 7, 9));
        assertEquals(7, cancel.process());
        assertArrayEquals(bytes(9), cancel.secret());
        assertEquals(
                new Startup.Begin(2, Map.of("user", "ä", "database", "d"), List.of("_pq_.x")),
                Startup.parse(bytes(3 << 16 | 2, "user", "ä", "_pq_.x", "1", "database", "d", "")));
    }

    @Test
    void startupsThatAreNone() {
        assertEquals("08P01", state(() -> Startup.parse(bytes((byte) 1))));
        assertEquals("08P01", state(() -> Startup.parse(bytes(80877103, 1))));
        assertEquals("08P01", state(() -> Startup.parse(bytes(80877102, 7))));
        assertEquals("0A000", state(() -> Startup.parse(bytes(2 << 16, ""))));
        assertEquals("08P01", state(() -> Startup.parse(bytes(3 << 16, "user", "a"))));
        assertEquals("08P01", state(() -> Startup.parse(bytes(3 << 16, "user", "a", "", "x"))));
    }

    @Test
    void messages() {
        assertEquals(new Frontend.Query("select 1"), Frontend.parse('Q', bytes("select 1")));
        assertEquals(
                new Frontend.Parse("s", "q", List.of(23, 0)),
                Frontend.parse('P', bytes("s", "q", (short) 2, 23, 0)));
        Frontend.Bind bind =
                (Frontend.Bind)
                        Frontend.parse(
                                'B',
                                bytes(
                                        "p", "s", (short) 1, (short) 1, (short) 2, 1, (byte) 5, -1,
                                        (short) 1, (short) 0));
        assertEquals(List.of(1), bind.formats());
        assertArrayEquals(new byte[] {5}, bind.values().getFirst().orElseThrow());
        assertEquals(Optional.empty(), bind.values().getLast());
        assertEquals(
                new Frontend.Describe(Frontend.Target.PORTAL, ""),
                Frontend.parse('D', bytes((byte) 'P', "")));
        assertEquals(new Frontend.Execute("p", 10), Frontend.parse('E', bytes("p", 10)));
        assertEquals(new Frontend.Sync(), Frontend.parse('S', bytes()));
    }

    @Test
    void messagesThatAreNone() {
        assertEquals("08P01", state(() -> Frontend.parse('Q', bytes())));
        assertEquals("08P01", state(() -> Frontend.parse('Q', bytes("a", "b"))));
        assertEquals("22021", state(() -> Frontend.parse('Q', new byte[] {(byte) 0xff, 0})));
        assertEquals("08P01", state(() -> Frontend.parse('P', bytes("s", "q", (short) 9, 1))));
        assertEquals(
                "08P01",
                state(() ->
                        Frontend.parse(
                                'B', bytes("", "", (short) 0, (short) 1, Integer.MAX_VALUE))));
        assertEquals(
                "08P01",
                state(() ->
                        Frontend.parse(
                                'B',
                                bytes("", "", (short) 2, (short) 0, (short) 0, (short) 1, -1))));
        assertEquals("08P01", state(() -> Frontend.parse('D', bytes((byte) 'X', ""))));
        assertEquals("08P01", state(() -> Frontend.parse('?', bytes())));
    }
}
