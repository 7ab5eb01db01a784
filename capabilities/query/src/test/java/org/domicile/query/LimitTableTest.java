package org.domicile.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.keyspace.Write;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.junit.jupiter.api.Test;

/** Limits of organisations are kept. */
class LimitTableTest {
    private static final Limits SMALL =
            new Limits(64 << 20, 1, Duration.ofMillis(1_500), 10, 1 << 20, 0, 2);

    private final Keyspace keyspace = Keyspace.inMemory();

    private static Request request() {
        return new Request(
                "r",
                new Caller.Program("system:test", "p"),
                "test",
                "home",
                "",
                Instant.EPOCH,
                Instant.MAX,
                Optional.empty());
    }

    @Test
    void whatIsSetIsThereAfterARestartUntilItIsTakenBack() {
        LimitTable table = LimitTable.open(keyspace);
        assertEquals(Optional.empty(), table.of("city"));
        table.set(request(), "city", Optional.of(SMALL));
        assertEquals(Optional.of(SMALL), table.of("city"));
        assertEquals(Optional.empty(), table.of("water"));
        LimitTable again = LimitTable.open(keyspace);
        assertEquals(Map.of("city", SMALL), again.all());
        again.set(request(), "city", Optional.empty());
        assertEquals(Map.of(), again.all());
        assertEquals(Map.of(), LimitTable.open(keyspace).all());
    }

    @Test
    void aRecordThatIsNoneIsCorrupt() {
        keyspace.commit(
                new Transaction()
                        .write(
                                new Write.Put(
                                        Space.RECORDS,
                                        Tuple.of().text("query").text("limits").text("city").pack(),
                                        new byte[] {1, 2})));
        assertEquals(
                StorageFailure.Kind.CORRUPT,
                assertThrows(StorageFailure.class, () -> LimitTable.open(keyspace)).kind());
    }

    @Test
    void whereNobodyKeepsThemThereAreNone() {
        assertEquals(Optional.empty(), LimitTable.none().of("city"));
        assertThrows(
                IllegalStateException.class,
                () -> LimitTable.none().set(request(), "city", Optional.of(SMALL)));
    }
}
