package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Logs that the real ledger made, judged by programs that share no code with it: each size is
 * accepted by all, and one changed bit anywhere is refused by all.
 */
class ForeignVerificationTest {
    private static final long SEED = Long.getLong("domicile.seed", System.nanoTime());
    private static final long[] SIZES = {1, 255, 256, 257, 65_536, 70_001};

    /** Accepted only, so that there are more than twenty shapes of trees. */
    private static final long[] MORE = {
        2, 3, 4, 7, 8, 9, 31, 100, 128, 254, 300, 511, 512, 513, 767, 768, 1_000
    };

    /** Above this, openssl and sha256sum judge a proof and no whole log: a hash is a file there. */
    private static final long SMALL = 1_000;

    @TempDir static Path folder;
    private static MadeLedger made;
    private static Judges judges;
    private static Path keys;

    private final Random random = new Random(SEED);
    private int changes;

    @BeforeAll
    static void open() throws IOException, InterruptedException {
        System.out.println("seed " + SEED);
        made = new MadeLedger(folder);
        judges = new Judges(folder);
        keys = folder.resolve("keys.txt");
        Files.write(keys, made.verifierKeys(MadeLedger.USES));
    }

    @AfterAll
    static void close() {
        made.close();
    }

    @Test
    void everyJudgeAcceptsEachLogAndRefusesEachChange() throws Exception {
        List<Path> olders = new ArrayList<>();
        long[] all =
                LongStream.concat(Arrays.stream(SIZES), Arrays.stream(MORE)).sorted().toArray();
        assertTrue(all.length > 20);
        for (long size : all) {
            made.growTo(size);
            Path log = made.folder(MadeLedger.USES);
            if (Arrays.binarySearch(SIZES, size) < 0) {
                for (Judges.Judge judge : List.of(Judges.Judge.GO, Judges.Judge.OURS)) {
                    assertHolds(judges.verify(judge, log, keys, olders), size);
                }
                continue;
            }
            Set<Judges.Judge> ofLogs = judges(size);
            ofLogs.retainAll(Judges.Judge.ofLogs());
            for (Judges.Judge judge : ofLogs) {
                assertHolds(judges.verify(judge, log, keys, olders), size);
            }
            for (Path victim : victims(log, size)) {
                assertChangeRefused(log, victim, size, olders);
            }
            assertProofs(size);
            olders.add(Files.copy(log.resolve("checkpoint"), folder.resolve("checkpoint-" + size)));
        }
        assertOldersJudged(olders);
        assertTrue(changes > 100, "only " + changes + " changes were tried");
        System.out.println(changes + " changes, each refused");
    }

    @Test
    void thePublicLogHoldsToo() throws Exception {
        made.growTo(1);
        Path publicKeys = folder.resolve("public-keys.txt");
        Files.write(publicKeys, made.verifierKeys("public"));
        Path log = made.folder("public");
        for (Judges.Judge judge : Judges.Judge.ofLogs()) {
            Judges.Judgement said = judges.verify(judge, log, publicKeys, List.of());
            assertTrue(said.holds(), said::toString);
            // the keys of another log are not good enough
            Judges.Judgement other = judges.verify(judge, log, keys, List.of());
            assertTrue(!other.holds(), other::toString);
        }
    }

    /** A checkpoint of another history, well signed, is what a split view looks like. */
    private void assertOldersJudged(List<Path> olders) throws Exception {
        Path log = made.folder(MadeLedger.USES);
        Path twin = folder.resolve("twin");
        Files.createDirectories(twin);
        try (MadeLedger another = new MadeLedger(twin)) {
            another.growTo(300);
            Path foreignLog = another.folder(MadeLedger.USES);
            Path foreignKeys = twin.resolve("keys.txt");
            Files.write(foreignKeys, another.verifierKeys(MadeLedger.USES));
            Path split = foreignLog.resolve("checkpoint");
            for (Judges.Judge judge : Judges.Judge.ofLogs()) {
                assertTrue(judges.verify(judge, foreignLog, foreignKeys, List.of()).holds());
                assertTrue(!judges.verify(judge, foreignLog, keys, List.of()).holds());
            }
            for (Judges.Judge judge : List.of(Judges.Judge.GO, Judges.Judge.OURS)) {
                assertTrue(judges.verify(judge, log, keys, olders).holds());
                assertTrue(!judges.verify(judge, log, keys, List.of(split)).holds());
            }
        }
    }

    private void assertHolds(Judges.Judgement said, long size) {
        assertTrue(said.holds(), () -> size + " entries: " + said);
        String figure = said.judge() == Judges.Judge.OURS ? "size=" + size : size + " entries";
        assertTrue(said.said().contains(figure), said::toString);
    }

    private void assertProofs(long size) throws Exception {
        Set<Long> places = new java.util.TreeSet<>(List.of(0L, size / 2, size - 1));
        for (long index : places) {
            byte[] proof = made.proof(index);
            Path file = folder.resolve("use.tlog-proof");
            Files.write(file, proof);
            for (Judges.Judge judge : Judges.Judge.values()) {
                Judges.Judgement said = judges.check(judge, file, keys);
                assertTrue(said.holds(), said::toString);
            }
            for (int i = 0; i < 4; i++) {
                int at = changeAt(proof, i);
                byte[] changed = changed(proof, at);
                Files.write(file, changed);
                changes++;
                Set<Judges.Judge> asked = judgesOf(changed, at);
                asked.retainAll(judges(size));
                for (Judges.Judge judge : asked) {
                    Judges.Judgement said = judges.check(judge, file, keys);
                    assertTrue(!said.holds(), () -> "byte " + at + " of a proof: " + said);
                }
            }
        }
    }

    private void assertChangeRefused(Path log, Path victim, long size, List<Path> olders)
            throws Exception {
        byte[] right = Files.readAllBytes(victim);
        boolean note = victim.endsWith("checkpoint");
        int tries = size <= SMALL ? note ? 4 : 2 : 1;
        for (int i = 0; i < tries; i++) {
            int at = changeAt(right, i);
            byte[] changed = changed(right, at);
            Files.write(victim, changed);
            changes++;
            try {
                Set<Judges.Judge> all =
                        note ? judgesOf(changed, at) : EnumSet.allOf(Judges.Judge.class);
                all.retainAll(judges(size));
                all.retainAll(Judges.Judge.ofLogs());
                for (Judges.Judge judge : all) {
                    Judges.Judgement said = judges.verify(judge, log, keys, olders);
                    assertTrue(
                            !said.holds(), () -> "byte %d of %s: %s".formatted(at, victim, said));
                }
            } finally {
                Files.write(victim, right);
            }
        }
    }

    private static Set<Judges.Judge> judges(long size) {
        EnumSet<Judges.Judge> all = EnumSet.allOf(Judges.Judge.class);
        if (size > SMALL) {
            all.remove(Judges.Judge.BARE);
        }
        return all;
    }

    /** First byte, last byte, and any between. */
    private int changeAt(byte[] content, int attempt) {
        return switch (attempt) {
            case 0 -> random.nextInt(content.length);
            case 1 -> 0;
            case 2 -> content.length - 1;
            default -> random.nextInt(content.length);
        };
    }

    private byte[] changed(byte[] right, int at) {
        byte[] changed = right.clone();
        changed[at] ^= (byte) (1 << random.nextInt(8));
        return changed;
    }

    /**
     * Who has to refuse a change of a note. Who knows no ML-DSA-44 (sigstore-java, an openssl
     * before 3.5) cannot see a change within that signature; everybody else sees every change.
     */
    private Set<Judges.Judge> judgesOf(byte[] changed, int at) {
        int end = changed.length;
        int lines = 0;
        for (int i = changed.length - 2; i > 0 && lines == 0; i--) {
            if (changed[i] == '\n') {
                end = i;
                lines++;
            }
        }
        EnumSet<Judges.Judge> all = EnumSet.allOf(Judges.Judge.class);
        if (at > end) {
            all.remove(Judges.Judge.SIGSTORE);
            if (!Bare.KNOWS_ML_DSA) {
                all.remove(Judges.Judge.BARE);
            }
        }
        return all;
    }

    /** What the openssl of this machine can. */
    private static final class Bare {
        static final boolean KNOWS_ML_DSA = knows();

        private static boolean knows() {
            try {
                return Foreign.command(Foreign.program("openssl"), "list", "-signature-algorithms")
                        .done()
                        .contains("ML-DSA-44");
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** The checkpoint, and of each directory of tiles and bundles what the checkpoint needs. */
    private List<Path> victims(Path log, long size) throws IOException {
        List<Path> found = new ArrayList<>();
        found.add(log.resolve("checkpoint"));
        List<Path> tiles;
        try (Stream<Path> all = Files.walk(log.resolve("tile"))) {
            tiles = all.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path tile : tiles) {
            if (needed(log, tile, size) && (size <= SMALL || random.nextInt(60) == 0)) {
                found.add(tile);
            }
        }
        assertEquals(found.size(), Set.copyOf(found).size());
        assertTrue(found.size() > 2, "no tile was found to change");
        return found;
    }

    /** Partial files of older sizes may still lie there; nobody looks at them. */
    private static boolean needed(Path log, Path tile, long size) {
        String name = log.resolve("tile").relativize(tile).toString();
        if (!name.contains(".p/")) {
            return true;
        }
        String level = name.substring(0, name.indexOf('/'));
        long width = (level.equals("entries") ? size : size >> (8 * Integer.parseInt(level))) % 256;
        return name.endsWith(".p/" + width);
    }
}
