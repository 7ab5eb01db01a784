package org.domicile.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.KeyspaceOptions;
import org.domicile.keyspace.Transaction;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A full disk under the outbox: what waits stays as it was, and goes on when there is room. */
class OutboxFaultsTest {
    private static final Destination HOOK = new Destination.Webhook("home", "city", "hook");
    private static final Request REQUEST =
            new Request(
                    "r",
                    new Caller.Anonymous(),
                    "test",
                    "home",
                    "",
                    Instant.EPOCH,
                    Instant.MAX,
                    Optional.empty());

    @TempDir private Path folder;

    private static Outbox.Row row(String name) {
        return new Outbox.Row(
                HOOK,
                new Event(
                        EventType.CREATED_PUT,
                        Instant.EPOCH,
                        "city/p",
                        new Event.Place("b-1", "archive", List.of("home")),
                        name,
                        new Event.Version.None(),
                        7,
                        new byte[] {1}));
    }

    /**
     * @param reserve what the keyspace keeps free; more than the disk has is a full disk
     */
    private void on(long reserve, Consumer<Keyspace> work) {
        KeyspaceOptions options = new KeyspaceOptions(4L << 20, 8L << 20, 8_192, 8L << 20, reserve);
        try (Keyspace keyspace = Keyspace.open(folder.resolve("keyspace"), options)) {
            work.accept(keyspace);
        }
    }

    private static void full(Runnable change) {
        assertEquals(
                StorageFailure.Kind.FULL, assertThrows(StorageFailure.class, change::run).kind());
    }

    private static List<String> names(Outbox outbox) {
        return outbox.events(HOOK, 0, 10).stream().map(each -> each.event().name()).toList();
    }

    @Test
    void onAFullDiskNothingComesAndNothingGoes() {
        on(
                1 << 20,
                keyspace -> {
                    Outbox outbox = new StoredOutbox(keyspace, 2);
                    for (String name : List.of("a", "b", "lost")) {
                        keyspace.commit(new Transaction().write(outbox.write(row(name))));
                    }
                });
        List<Outbox.Lost> one = List.of(new Outbox.Lost(HOOK, "archive", 1));
        on(
                Long.MAX_VALUE / 2,
                keyspace -> {
                    Outbox outbox = new StoredOutbox(keyspace, 3);
                    full(() -> keyspace.commit(new Transaction().write(outbox.write(row("c")))));
                    long oldest = outbox.events(HOOK, 0, 1).getFirst().stamp();
                    full(() -> outbox.remove(REQUEST, HOOK, oldest));
                    full(() -> outbox.recorded(REQUEST, one.getFirst()));
                    assertEquals(List.of("a", "b"), names(outbox));
                    assertEquals(one, outbox.lost());
                });
        on(
                1 << 20,
                keyspace -> {
                    Outbox outbox = Outbox.open(keyspace);
                    assertEquals(2, outbox.waiting(HOOK));
                    assertEquals(one, outbox.lost());
                    outbox.recorded(REQUEST, one.getFirst());
                    outbox.remove(REQUEST, HOOK, outbox.events(HOOK, 0, 1).getFirst().stamp());
                    assertEquals(List.of("b"), names(outbox));
                    assertEquals(List.of(), outbox.lost());
                });
    }
}
