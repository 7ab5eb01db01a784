package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.domicile.events.Destination;
import org.domicile.events.Notification;
import org.domicile.guard.Attributes;
import org.domicile.guard.Deliveries;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedObjects;
import org.domicile.guard.Match;
import org.domicile.guard.Receiver;
import org.domicile.guard.Stored;
import org.domicile.guard.Upstream;
import org.domicile.keys.Vault;
import org.domicile.keyspace.Keyspace;
import org.domicile.moves.Move;
import org.domicile.moves.Moves;
import org.domicile.objects.Bucket;
import org.domicile.policy.Target;
import org.domicile.request.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A restored folder does nothing to others by itself, and calls nothing by a name that is taken.
 */
@Timeout(120)
class OutwardTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    @TempDir Path above;

    /** Seals nothing. */
    private record Plain() implements Vault {
        @Override
        public byte[] seal(String name, byte[] secret) {
            return secret.clone();
        }

        @Override
        public byte[] open(String name, byte[] sealed) {
            return sealed.clone();
        }
    }

    /** Counts how often it is begun. */
    private static final class Counted implements Deliveries {
        private int begun;

        @Override
        public Deliveries start() {
            begun++;
            return this;
        }

        @Override
        public List<Waiting> waiting() {
            return List.of();
        }

        @Override
        public long told() {
            return 0;
        }

        @Override
        public long failed() {
            return 0;
        }

        @Override
        public long givenUp() {
            return 0;
        }

        @Override
        public void close() {}
    }

    private static Request request() {
        return new Request(
                "r",
                new org.domicile.request.Caller.Program("test", "main/test"),
                "test",
                "home",
                "",
                NOW,
                NOW.plusSeconds(60),
                Optional.empty());
    }

    private static Move move(String id, Move.State state) {
        return new Move(
                id,
                Move.Direction.OUT,
                "main",
                "main/provider",
                "there",
                "us-east-1",
                "here",
                "AKIA",
                List.of(),
                List.of(),
                Move.Settings.UNSET,
                NOW,
                state,
                "");
    }

    @Test
    void movesAreStoppedOnceAndEventsWaitUntilSomebodySaysSo() {
        try (Keyspace keyspace = Keyspace.inMemory()) {
            Installation installation = Installation.open(keyspace, new SecureRandom());
            installation.origin("");
            Moves moves = Moves.open(keyspace, new Plain());
            assertInstanceOf(
                    Moves.Asked.Now.class,
                    moves.start(request(), move("1".repeat(16), Move.State.RUNNING), new byte[1]));
            Counted before = new Counted();
            assertFalse(Outward.begin(installation, before, moves).held());
            assertEquals(1, before.begun);
            assertEquals(Move.State.RUNNING, moves.all().getFirst().state());

            installation.beginNewHistory(
                    1, 2, new Restored("s", "0a0b0c0d", Restored.Stage.COPIED));
            Counted after = new Counted();
            assertTrue(Outward.begin(installation, after, moves).held());
            assertEquals(Move.State.STOPPED, moves.all().getFirst().state());
            moves.steer(request(), "1".repeat(16), Move.State.RUNNING, "");
            Outward outward = Outward.begin(installation, after, moves); // another start
            assertTrue(outward.held());
            assertEquals(Move.State.RUNNING, moves.all().getFirst().state(), "it was resumed");
            assertEquals(0, after.begun);
            assertTrue(outward.resume());
            assertFalse(outward.held());
            assertFalse(outward.resume());
            assertEquals(1, after.begun);
            Counted later = new Counted();
            assertFalse(Outward.begin(installation, later, moves).held());
            assertEquals(1, later.begun);
        }
    }

    private static Request request(Guard guard, Path credential) throws IOException {
        FirstCredential first = FirstCredential.read(credential).orElseThrow();
        Instant now = Instant.now();
        return new Request(
                "r",
                guard.identity().caller(first.accessKey()).orElseThrow(),
                "test",
                "home",
                "",
                now,
                now.plusSeconds(60),
                Optional.empty());
    }

    /** A body of nothing. */
    private static final class Nothing implements Upstream {
        @Override
        public long expected() {
            return 0;
        }

        @Override
        public String algorithm() {
            return "";
        }

        @Override
        public InputStream body() {
            return InputStream.nullInputStream();
        }

        @Override
        public Digests finish() {
            return new Digests("d41d8cd98f00b204e9800998ecf8427e", Map.of());
        }
    }

    private static String put(GuardedObjects objects, String name) {
        GuardedObjects.Draft draft =
                new GuardedObjects.Draft(
                        Map.of(), Map.of(), "", Attributes.ChecksumType.FULL_OBJECT);
        if (objects.put("archive", name, draft, new Nothing(), new Match.Any())
                instanceof Stored.Done done) {
            return done.found().version();
        }
        throw new IllegalStateException("nothing was stored");
    }

    private static Receiver hook(Guard guard) throws IOException {
        Receiver hook = new Receiver();
        Rig.administration(guard)
                .createTarget(
                        new Target(
                                "main",
                                "hook",
                                hook.url(),
                                "home",
                                List.of("127.0.0.0/8"),
                                Instant.EPOCH,
                                false));
        hook.trust(Rig.administration(guard).makeTargetSecret("main/hook"));
        return hook;
    }

    @Test
    void ofARestoredFolderNothingIsToldUntilItIsResumedAndThenUnderFreshIds() throws Exception {
        Rig rig = new Rig(above);
        String copied;
        String since;
        Receiver.Got told;
        Receiver hook;
        try (Cloud cloud = rig.open()) {
            Guard guard = cloud.guard();
            hook = hook(guard);
            GuardedObjects objects = guard.objects(request(guard, rig.firstCredential()));
            objects.createBucket("archive", "");
            objects.version("archive", Bucket.Versioning.ENABLED);
            Notification.Rule all =
                    new Notification.Rule(
                            "all",
                            new Destination.Webhook("home", "main", "hook"),
                            List.of("s3:ObjectCreated:*"),
                            "",
                            "");
            objects.putNotification(
                    "archive", new Notification(List.of(all), ""), GuardedObjects.Announce.NOTHING);
            hook.answer(_ -> 500);
            copied = put(objects, "n");
            assertEquals(
                    0,
                    rig.run("backup", above.resolve("backups").toString()).code(),
                    "a backup while an event waits");
            hook.answer(_ -> 200);
            since = put(objects, "n");
            told = hook.next();
            // Both while the process runs: what is not told when it closes waits for the next one.
            assertEquals(since, hook.next().text("versionId"));
        }
        try (hook) {
            assertEquals(copied, told.text("versionId"));
            Path to = above.resolve("restored");
            Rig.Ran restored =
                    Rig.command(
                            "restore",
                            above.resolve("backups").toString(),
                            "--data",
                            to.toString());
            assertEquals(0, restored.code(), restored.err());
            assertTrue(restored.out().contains("'move resume'"), restored.out());
            try (Cloud cloud = Cloud.open(to, rig.settings())) {
                Guard guard = cloud.guard();
                GuardedObjects objects = guard.objects(request(guard, rig.firstCredential()));
                // The same place in the order of commits, nearly, and another name.
                String fresh = put(objects, "n");
                assertTrue(fresh.compareTo(since) > 0, () -> fresh + " after " + since);
                assertNotEquals(fresh.substring(0, 5), since.substring(0, 5));
                LockSupport.parkNanos(300_000_000);
                hook.expectNothing();
                String status = Rig.command("status", "--data", to.toString()).out();
                assertTrue(status.contains("'domicile resume'"), status);
                Rig.Ran resumed = Rig.command("resume", "--data", to.toString());
                assertEquals(0, resumed.code(), resumed.err());
                assertTrue(resumed.out().contains("from now on"), resumed.out());
                assertEquals(told, hook.next(), "at least once, under its id");
                assertEquals(fresh, hook.next().text("versionId"));
                String uses = Rig.command("uses", "--last", "1h", "--data", to.toString()).out();
                assertFalse(uses.isEmpty());
                assertTrue(
                        Rig.command("resume", "--data", to.toString()).out().contains("already"));
            }
        }
    }
}
