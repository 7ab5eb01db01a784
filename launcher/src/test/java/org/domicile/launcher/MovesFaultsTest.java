package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.domicile.blobs.Blobs;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardOptions;
import org.domicile.keys.KeyOptions;
import org.domicile.keys.Keys;
import org.domicile.keyspace.Keyspace;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.LedgerOptions;
import org.domicile.moves.Line;
import org.domicile.moves.Move;
import org.domicile.moves.Moves;
import org.domicile.moving.Mover;
import org.domicile.objects.Bucket;
import org.domicile.objects.Listing;
import org.domicile.objects.Objects;
import org.domicile.objects.Version;
import org.domicile.outbound.Outbound;
import org.domicile.people.People;
import org.domicile.policy.Policy;
import org.domicile.policy.Target;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A move whose store dies, or is full, at each of its commits in turn: whoever goes on ends with
 * the same versions in the same order, each of them once, and each of them once in the report.
 */
@Timeout(180)
class MovesFaultsTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration LONGEST = Duration.ofSeconds(30);

    @TempDir Path above;
    private OtherSide there;

    @BeforeEach
    void fill() throws IOException {
        there = new OtherSide().versioned();
        there.versions.add(OtherSide.Held.object("a", "3", "three"));
        there.versions.add(OtherSide.Held.marker("a", "2"));
        there.versions.add(OtherSide.Held.object("a", "1", "one"));
        there.versions.add(OtherSide.Held.object("b", "1", "b"));
        there.settings.put(
                "tagging",
                "<Tagging><TagSet><Tag><Key>t</Key><Value>1</Value></Tag></TagSet></Tagging>");
    }

    @AfterEach
    void close() {
        there.close();
    }

    @Test
    void aDeathAtEachCommitLosesAndDoublesNothing() throws Exception {
        int cuts = cuts(StorageFailure.Kind.FENCED);
        assertTrue(cuts > 8, "a move was whole with " + cuts + " commits");
    }

    @Test
    void aDiskThatIsFullAtEachCommitLosesAndDoublesNothing() throws Exception {
        int cuts = cuts(StorageFailure.Kind.FULL);
        assertTrue(cuts > 8, "a move was whole with " + cuts + " commits");
    }

    private int cuts(StorageFailure.Kind kind) throws Exception {
        int cut = 0;
        while (isCut(kind, cut)) {
            cut++;
        }
        return cut;
    }

    /** Moves with a store that fails after so many commits; false when it was not felt. */
    private boolean isCut(StorageFailure.Kind kind, int cut) throws Exception {
        Path place = above.resolve(kind + "-" + cut);
        Keyspace same = Keyspace.inMemory();
        Blobs blobs = Blobs.inMemory(same);
        Move move = started(same, blobs, place);
        CutKeyspace failing = new CutKeyspace(same, cut, kind);
        boolean felt;
        if (kind == StorageFailure.Kind.FULL) {
            try (World world = new World(same, failing, blobs, place)) {
                world.until(() -> failing.cut() || world.is(move, Move.State.DONE));
                felt = failing.cut();
                failing.heal();
                world.until(() -> !world.is(move, Move.State.RUNNING));
                if (!world.is(move, Move.State.DONE)) {
                    world.moves.steer(world.request(), move.id(), Move.State.RUNNING, "");
                }
                world.until(() -> world.is(move, Move.State.DONE));
                judge(world, move, cut);
            }
        } else {
            try (World world = new World(same, failing, blobs, place)) {
                world.until(() -> failing.cut() || world.is(move, Move.State.DONE));
                felt = failing.cut();
            }
            try (World world = new World(same, same, blobs, place)) {
                world.until(() -> world.is(move, Move.State.DONE));
                judge(world, move, cut);
            }
        }
        return felt;
    }

    private void judge(World world, Move move, int cut) {
        Bucket bucket = world.objects.buckets().bucket("new").orElseThrow();
        List<Version> found =
                world.objects
                        .listVersions(bucket, new Listing.Query("", "", "", "", 100))
                        .versions();
        assertEquals(
                List.of("a OBJECT 5", "a DELETE_MARKER 0", "a OBJECT 3", "b OBJECT 1"),
                found.stream()
                        .map(each -> each.name() + " " + each.kind() + " " + each.size())
                        .toList(),
                "cut " + cut);
        TreeMap<String, List<Line.Fate>> fates = new TreeMap<>();
        for (int page = 0; !world.moves.page(move, page).isEmpty(); page++) {
            for (Line line : world.moves.page(move, page)) {
                if (!line.name().isEmpty()) {
                    fates.computeIfAbsent(
                                    line.name() + " " + line.from(), each -> new ArrayList<>())
                            .add(line.fate());
                }
            }
        }
        assertEquals(List.of("a 1", "a 2", "a 3", "b 1"), List.copyOf(fates.keySet()));
        fates.forEach((which, each) -> {
            assertEquals(1, each.size(), which + " at cut " + cut + ": " + each);
            assertTrue(each.getFirst() != Line.Fate.LEFT, which + " at cut " + cut);
        });
        assertEquals(
                4, world.moves.progress(move).carried() + world.moves.progress(move).present());
    }

    /** A folder with a credential, a target, and a move that was asked for. */
    private Move started(Keyspace same, Blobs blobs, Path place) throws Exception {
        try (World world = new World(same, null, blobs, place)) {
            FirstCredential.complete(
                    Installation.open(same, RANDOM),
                    world.guard,
                    Disk.real(),
                    place.resolve(FirstCredential.FILE),
                    "home");
            FirstCredential first =
                    FirstCredential.read(place.resolve(FirstCredential.FILE)).orElseThrow();
            Rig.administration(world.guard)
                    .createTarget(
                            new Target(
                                    "main",
                                    "provider",
                                    there.url(),
                                    "home",
                                    List.of("127.0.0.0/8"),
                                    Instant.now(),
                                    false));
            Move move =
                    new Move(
                            "0123456789abcdef",
                            Move.Direction.IN,
                            "main",
                            "main/provider",
                            "old",
                            "us-east-1",
                            "new",
                            first.accessKey(),
                            List.of(),
                            List.of(),
                            Move.Settings.UNSET,
                            Instant.now(),
                            Move.State.RUNNING,
                            "");
            world.moves.start(world.request(), move, "AK\ns".getBytes(StandardCharsets.UTF_8));
            return move;
        }
    }

    /** All that a move needs, on one keyspace. */
    private static final class World implements AutoCloseable {
        private final Keys keys;
        private final Ledger ledger;
        private final Objects objects;
        private final Guard guard;
        private final Moves moves;
        private final @Nullable Mover mover;
        private final Moves looking;

        /**
         * @param same what lies under it, to look at
         * @param working what the move works on; null for no move
         */
        World(Keyspace same, @Nullable Keyspace working, Blobs blobs, Path place) {
            Clock clock = Clock.systemUTC();
            Disk disk = Disk.real();
            this.keys =
                    Keys.open(
                            new KeyOptions(
                                    List.of(place),
                                    new KeyOptions.Root.KeyFile(place.resolve("root.key"))),
                            Installation.open(same, RANDOM),
                            disk,
                            RANDOM);
            Keyspace on = working == null ? same : working;
            this.ledger =
                    Ledger.open(
                            same,
                            keys.vault(),
                            keys.subjects(),
                            keys.passes(),
                            disk,
                            clock,
                            RANDOM,
                            LedgerOptions.of(place.resolve("ledger"), "node-1", "test.example"));
            this.objects = Objects.open(on, blobs, clock, RANDOM);
            Policy policy = Policy.open(same, keys.vault(), keys.subjects(), clock);
            this.guard =
                    Guard.open(
                            GuardOptions.in("home"),
                            policy,
                            keys,
                            ledger,
                            objects,
                            People.open(same, keys.vault()),
                            clock,
                            RANDOM);
            this.moves = Moves.open(on, keys.vault());
            this.looking = Moves.open(same, keys.vault());
            this.mover =
                    working == null
                            ? null
                            : Mover.open(
                                    guard.atWork(moves),
                                    guard,
                                    Outbound.open(),
                                    new BucketDocuments(),
                                    "home",
                                    clock,
                                    RANDOM);
        }

        Request request() {
            return new Request(
                    "test",
                    new Caller.Anonymous(),
                    "test",
                    "home",
                    "",
                    Instant.now(),
                    Instant.MAX,
                    Optional.empty());
        }

        boolean is(Move move, Move.State state) {
            return looking.move(move.id()).orElseThrow().state() == state;
        }

        interface Question {
            boolean holds();
        }

        void until(Question question) throws InterruptedException {
            Instant end = Instant.now().plus(LONGEST);
            while (!question.holds()) {
                assertTrue(Instant.now().isBefore(end), "it did not come to it in time");
                LockSupport.parkNanos(2_000_000);
            }
        }

        @Override
        public void close() {
            if (mover != null) {
                mover.close();
            }
            objects.close();
            ledger.close();
            keys.close();
        }
    }
}
