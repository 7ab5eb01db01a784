package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.guard.GuardedStreams;
import org.domicile.guard.Installation;
import org.domicile.guard.MemoryLog;
import org.domicile.guard.WorkerLogins;
import org.domicile.kafka.KafkaDoor;
import org.domicile.request.Caller;
import org.domicile.streams.Act;
import org.domicile.streams.Admission;
import org.domicile.streams.Client;
import org.domicile.streams.Streams;
import org.domicile.streams.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When a worker of watches counts as refused: its open transactions may be aborted upon it. */
@Timeout(60)
final class WorkersAtKafkaTest {
    private static final String SOURCE = "water.levels";
    private static final String LOGIN = WorkerLogins.PREFIX + "0123456789abcdef";

    /** Of one watch, which reads the one stream. */
    private static final class Logins implements WorkerLogins {
        private final Caller.Known maker;
        private final List<String> refused = new ArrayList<>();

        Logins(Caller.Known maker) {
            this.maker = maker;
        }

        @Override
        public boolean knows(String login, String secret) {
            return false; // nobody logs in here
        }

        @Override
        public Optional<Caller.Known> caller(String login) {
            return login.equals(LOGIN) ? Optional.of(maker) : Optional.empty();
        }

        @Override
        public boolean isFor(String login, Act act, String stream) {
            return act != Act.PUBLISH && stream.equals(SOURCE);
        }

        @Override
        public boolean isFor(String login, Admission.Shared kind, String name) {
            return kind == Admission.Shared.TRANSACTION;
        }

        @Override
        public void refused(String login) {
            refused.add(login);
        }
    }

    /** Flink describes the streams of a job, and is told then what its worker may do. */
    @Test
    void whatItIsToldIsNoRefusal(@TempDir Path folder) throws Exception {
        try (Installation installation = Installation.inMemory(folder)) {
            Caller.Known maker = installation.caller(installation.tenant("city"));
            GuardedStreams streams =
                    installation
                            .guard()
                            .streams(
                                    Streams.open(installation.keyspace(), installation.time()),
                                    new MemoryLog());
            streams.create(
                    installation.request(maker), new Topic(SOURCE, 1, Duration.ofDays(1), 1 << 20));
            KafkaDoor door = new KafkaDoor(installation.guard(), installation.time());
            door.open(streams);
            Logins logins = new Logins(maker);
            door.open(logins);
            Client worker = new Client(LOGIN, InetAddress.getLoopbackAddress());
            assertTrue(door.may(worker, Act.POLL, SOURCE));
            assertFalse(door.may(worker, Act.PUBLISH, SOURCE));
            assertFalse(door.may(worker, Act.POLL, "water.alerts"));
            assertFalse(door.admits(worker, Act.LIST, "water.alerts"));
            assertFalse(door.sees(worker, Admission.Shared.GROUP, "readers", true));
            assertTrue(door.admits(worker, Act.POLL, SOURCE));
            assertEquals(List.of(), logins.refused);
            // but for what it wants itself
            assertFalse(door.admits(worker, Act.PUBLISH, SOURCE));
            assertFalse(door.admits(worker, Act.SEE, "water.alerts"));
            assertFalse(door.admits(worker, Admission.Shared.GROUP, "readers"));
            assertFalse(door.sees(worker, Admission.Shared.GROUP, "readers", false));
            assertEquals(List.of(LOGIN, LOGIN, LOGIN, LOGIN), logins.refused);
            streams.close();
        }
    }
}
