package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.domicile.bytes.StorageFailure;
import org.domicile.policy.Resource;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.streams.Stream;
import org.domicile.streams.Streams;
import org.domicile.streams.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What all organisations share, and that none of them takes all of it. */
@Timeout(60)
final class SharesTest {
    @Test
    void anOrganisationHasHalf() {
        Halves room = new Halves(4);
        assertTrue(room.take("city"));
        assertTrue(room.take("city"));
        assertFalse(room.take("city"));
        assertTrue(room.take("hospital"));
        room.give("city");
        assertTrue(room.take("harbour"));
        assertTrue(room.take("hospital"));
        assertFalse(room.take("city"), "there are as many as there may be");
        room.give("harbour");
        assertTrue(room.take("city"));
        assertFalse(room.take("harbour"));
    }

    @Test
    void anOrganisationHasHalfOfTheTables() {
        List<Stream> tabled = new ArrayList<>();
        for (int i = 0; i < LiveTables.MOST / 2; i++) {
            assertEquals(Optional.empty(), LiveTables.full(tabled, "city"));
            tabled.add(stream("city", "c" + i));
        }
        assertEquals(
                Optional.of("At most 50 streams of an organisation are tables here."),
                LiveTables.full(tabled, "city"));
        for (int i = 0; i < LiveTables.MOST / 2; i++) {
            assertEquals(Optional.empty(), LiveTables.full(tabled, "hospital"));
            tabled.add(stream("hospital", "h" + i));
        }
        assertEquals(
                Optional.of("At most 100 streams are tables here."),
                LiveTables.full(tabled, "harbour"));
    }

    private static Stream stream(String organisation, String name) {
        return new Stream(
                "0123456789abcdef",
                organisation,
                List.of(Installation.HOME),
                new Topic(name, 1, Duration.ofDays(1), 1 << 20),
                Instant.EPOCH,
                "somebody");
    }

    @Test
    void anOrganisationHasHalfOfTheMinutes(@TempDir Path folder) {
        try (Installation installation = Installation.inMemory(folder)) {
            Caller.Known city = installation.caller(installation.tenant("city"));
            Caller.Known hospital = installation.caller(installation.tenant("hospital"));
            Streams streams = Streams.open(installation.keyspace(), installation.time());
            try (StreamMinutes minutes =
                    new StreamMinutes(
                            streams,
                            installation.ledger(),
                            installation.keys().vault(),
                            installation.time(),
                            new SecureRandom(),
                            4,
                            Duration.ofMillis(20))) {
                begin(installation, minutes, city, "a");
                begin(installation, minutes, city, "b");
                begin(installation, minutes, city, "a"); // which is under way
                StorageFailure full =
                        assertThrows(
                                StorageFailure.class,
                                () -> begin(installation, minutes, city, "c"));
                assertEquals(StorageFailure.Kind.OVERLOADED, full.kind());
                begin(installation, minutes, hospital, "a");
                // what is seen and not counted is on record each time where there is no room
                long before = installation.entries("city");
                see(installation, minutes, city, "a");
                see(installation, minutes, city, "b");
                see(installation, minutes, city, "c");
                see(installation, minutes, city, "a");
                see(installation, minutes, city, "c");
                assertEquals(before + 4, installation.entries("city"));
                // and there is room again when minutes are over
                for (int i = 0; !begun(installation, minutes, city); i++) {
                    assertTrue(i < 3_000, "there is none");
                    installation.time().advance(Duration.ofMinutes(1));
                    LockSupport.parkNanos(20_000_000);
                }
            }
        }
    }

    private static Uses uses(Installation installation, Caller caller) {
        return ((Gate) installation.guard()).uses(installation.request(caller));
    }

    private static void begin(
            Installation installation, StreamMinutes minutes, Caller.Known caller, String object) {
        minutes.admit(
                uses(installation, caller),
                "streams:Poll",
                new Resource.Own(caller.organisation()),
                object);
    }

    private static boolean begun(
            Installation installation, StreamMinutes minutes, Caller.Known caller) {
        try {
            begin(installation, minutes, caller, "c");
            return true;
        } catch (StorageFailure e) {
            assertEquals(StorageFailure.Kind.OVERLOADED, e.kind());
            return false;
        }
    }

    private static void see(
            Installation installation, StreamMinutes minutes, Caller.Known caller, String object) {
        minutes.admitOnce(
                uses(installation, caller),
                "streams:UseName",
                new Resource.Own(caller.organisation()),
                object,
                Outcome.DONE);
    }
}
