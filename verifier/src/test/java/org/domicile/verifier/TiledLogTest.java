package org.domicile.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole folders: sound ones hold, each damaged one is refused and the damage named. */
class TiledLogTest {
    @TempDir Path folder;

    private Verdict verify() {
        return new TiledLog(folder).verify(LogMaker.KEYS, TiledLog.Options.plain());
    }

    private void assertRefused(String where, String what) {
        Verdict.Refused refused = assertInstanceOf(Verdict.Refused.class, verify());
        assertEquals(where, refused.where());
        assertTrue(refused.what().contains(what), refused.what());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 255, 256, 257, 511, 512, 1000, 65_535, 65_536, 65_537, 70_000})
    void soundLogsHold(int size) throws IOException {
        LogMaker.ofSize(size).write(folder);
        Verdict.Sound sound = assertInstanceOf(Verdict.Sound.class, verify(), () -> "" + verify());
        assertEquals(size, sound.size());
        assertEquals(2, sound.signers().size());
        if (size == 70_000) { // the shape that C2SP tlog-tiles gives as its example
            assertTrue(Files.exists(folder.resolve("tile/0/272")));
            assertTrue(Files.exists(folder.resolve("tile/0/273.p/112")));
            assertTrue(Files.exists(folder.resolve("tile/1/000")));
            assertTrue(Files.exists(folder.resolve("tile/1/001.p/17")));
            assertTrue(Files.exists(folder.resolve("tile/2/000.p/1")));
        }
    }

    @Test
    void indexPathsAreGroupsOfThree() {
        assertEquals("000", TiledLog.path(0));
        assertEquals("999", TiledLog.path(999));
        assertEquals("x001/000", TiledLog.path(1000));
        assertEquals("x001/x234/067", TiledLog.path(1_234_067));
    }

    @Test
    void theFullFileMayStandInForThePartialOne() throws IOException {
        LogMaker.ofSize(512).write(folder);
        Files.write(folder.resolve("checkpoint"), LogMaker.ofSize(300).checkpoint());
        // level 1 was of width 1 at that size
        Files.createDirectories(folder.resolve("tile/1/000.p"));
        byte[] two = Files.readAllBytes(folder.resolve("tile/1/000.p/2"));
        Files.write(folder.resolve("tile/1/000.p/1"), java.util.Arrays.copyOf(two, 32));
        assertInstanceOf(Verdict.Sound.class, verify(), () -> "" + verify());
    }

    @Test
    void whatIsWrongIsNamed() throws IOException {
        LogMaker.ofSize(600).write(folder);
        flip("tile/0/001", 40);
        assertRefused("tile/0/001", "hash 1 is not that of entry 257");
        LogMaker.ofSize(600).write(folder);
        flip("tile/entries/001", 5);
        assertRefused("tile/0/001", "hash 0 is not that of entry 256");
        LogMaker.ofSize(600).write(folder);
        flip("tile/1/000.p/2", 33);
        assertRefused("tile/1/000.p/2", "hash 1 is not the root of its tile of level 0");
        LogMaker.ofSize(600).write(folder);
        Files.delete(folder.resolve("tile/0/000"));
        assertRefused("tile/0/000", "is missing");
        LogMaker.ofSize(600).write(folder);
        Files.write(folder.resolve("checkpoint"), LogMaker.ofSize(601).checkpoint());
        assertRefused("tile/entries/002.p/89", "is missing");
        Files.delete(folder.resolve("checkpoint"));
        assertRefused("checkpoint", "is missing");
    }

    @Test
    void noDamagedFolderIsAccepted() throws IOException {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        Random random = new Random(seed);
        List<String> files = new ArrayList<>(LogMaker.ofSize(600).write(folder));
        files.add("checkpoint");
        for (int round = 0; round < 10_000; round++) {
            String file = files.get(random.nextInt(files.size()));
            byte[] good = Files.readAllBytes(folder.resolve(file));
            Files.write(folder.resolve(file), Mutation.of(good, random));
            assertInstanceOf(
                    Verdict.Refused.class, verify(), () -> "seed " + seed + ", file " + file);
            Files.write(folder.resolve(file), good);
        }
        assertInstanceOf(Verdict.Sound.class, verify());
    }

    @Test
    void anOlderCheckpointMustBeExtended() throws IOException {
        LogMaker log = LogMaker.ofSize(700);
        log.write(folder);
        Path older = folder.resolve("older");
        for (int size : new int[] {0, 1, 255, 256, 300, 700}) {
            Files.write(older, log.checkpoint(size));
            assertInstanceOf(Verdict.Sound.class, since(older), "size " + size);
        }
        List<byte[]> entries = new ArrayList<>(log.entries);
        entries.set(3, new byte[] {1});
        Files.write(older, new LogMaker(entries).checkpoint(300));
        assertInstanceOf(Verdict.Refused.class, since(older));
        Files.write(older, LogMaker.ofSize(701).checkpoint());
        assertInstanceOf(Verdict.Refused.class, since(older));
    }

    private Verdict since(Path older) {
        return new TiledLog(folder)
                .verify(LogMaker.KEYS, new TiledLog.Options(Optional.of(older), entries -> {}));
    }

    @Test
    void theProgramSaysItInOneLine() throws IOException {
        LogMaker log = LogMaker.ofSize(300);
        log.write(folder);
        Path keys = folder.resolve("keys");
        Files.writeString(keys, LogMaker.ED_KEY.format() + "\n" + LogMaker.ML_KEY.format() + "\n");
        Path proof = folder.resolve("a.tlog-proof");
        Files.write(proof, log.proof(7));
        assertTrue(run(0, "verify", folder.toString(), "--key", keys.toString()).contains("300"));
        String checked = run(0, "check", proof.toString(), "--key", LogMaker.ED_KEY.format());
        assertTrue(checked.contains("entry 7 of 300") && checked.contains("\nentry 7\n"), checked);
        flip("tile/0/000", 0);
        assertTrue(
                run(1, "verify", folder.toString(), "--key", keys.toString())
                        .startsWith("REFUSED: tile/0/000: hash 0"));
        run(2, "verify", folder.toString());
        run(2, "judge", folder.toString(), "--key", keys.toString());
        run(0, "--help");
    }

    private static String run(int code, String... arguments) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        assertEquals(code, new Main(out, out).run(List.of(arguments)));
        return said.toString(StandardCharsets.UTF_8);
    }

    private void flip(String file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(folder.resolve(file));
        bytes[at] ^= 16;
        Files.write(folder.resolve(file), bytes);
    }
}
