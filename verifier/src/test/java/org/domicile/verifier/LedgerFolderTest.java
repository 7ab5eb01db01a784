package org.domicile.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A use log against what the public log states of it: each log here is sound in itself. */
class LedgerFolderTest {
    private static final String USES = "use/city/n1";

    @TempDir Path folder;
    private LogMaker uses;

    @BeforeEach
    void write() throws IOException {
        uses = new LogMaker(LogMaker.ofSize(600).entries, "log.example/" + USES);
        uses.write(Files.createDirectories(folder.resolve(USES)));
        publish(stated(USES, 0, uses), stated(USES, 300, uses), stated(USES, 600, uses));
    }

    private static String stated(String log, int size, LogMaker maker) {
        return "{\"kind\":\"checkpoints\",\"logs\":[{\"log\":\"%s\",\"root\":\"%s\",\"size\":%d}],\"minute\":\"2026-11-24T05:03Z\",\"v\":1}"
                .formatted(log, LogMaker.base64(maker.root(0, size)), size);
    }

    private void publish(String... entries) throws IOException {
        List<byte[]> all = new ArrayList<>();
        all.add(
                "{\"kind\":\"key\",\"texts\":{\"a\":\"\\u00e4\\n\"},\"v\":1}"
                        .getBytes(StandardCharsets.UTF_8));
        for (String entry : entries) {
            all.add(entry.getBytes(StandardCharsets.UTF_8));
        }
        Path log = Files.createDirectories(folder.resolve("public"));
        new LogMaker(all, "log.example/public").write(log);
    }

    private void verified(int code, String says) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream to = new PrintStream(said, true, StandardCharsets.UTF_8);
        VerifierKey key = LogMaker.ED_KEY.named("log.example/public");
        int ended =
                new Main(to, to)
                        .run(List.of("verify", folder.toString(), "--all", "--key", key.format()));
        String text = said.toString(StandardCharsets.UTF_8);
        assertEquals(code, ended, text);
        assertTrue(text.contains(says), text);
    }

    @Test
    void whatHoldsTogetherHolds() {
        verified(0, "600 entries hold together");
    }

    @Test
    void aDroppedLogIsMissed() throws IOException {
        Files.delete(folder.resolve(USES).resolve("checkpoint"));
        verified(1, USES + ": checkpoint: is missing");
    }

    @Test
    void aLogThatWasRolledBackIsTooShort() throws IOException {
        new LogMaker(uses.entries.subList(0, 400), "log.example/" + USES)
                .write(folder.resolve(USES));
        verified(1, "fewer than the 600 that the public log states");
    }

    @Test
    void anotherLogInItsPlaceHasOtherRoots() throws IOException {
        List<byte[]> others = new ArrayList<>(uses.entries);
        others.set(450, "another".getBytes(StandardCharsets.UTF_8));
        others.add("and longer".getBytes(StandardCharsets.UTF_8));
        new LogMaker(others, "log.example/" + USES).write(folder.resolve(USES));
        verified(1, "the first 600 entries: have another root hash");
        others.set(20, "another".getBytes(StandardCharsets.UTF_8));
        new LogMaker(others, "log.example/" + USES).write(folder.resolve(USES));
        verified(1, "the first 300 entries: have another root hash");
    }

    @Test
    void aPublicLogThatContradictsItselfIsRefused() throws IOException {
        publish(stated(USES, 600, uses), stated(USES, 300, uses));
        verified(1, "entry 2: states 300 entries");
        publish(
                stated(USES, 600, uses),
                stated(USES, 600, uses).replaceAll("root\":\"..", "root\":\"AA"));
        verified(1, "states another root");
        publish(stated("../../etc", 600, uses));
        verified(1, "entry 1: states a checkpoint without log, size or root");
        publish("{\"kind\":\"checkpoints\",\"kind\":\"x\"}");
        verified(1, "entry 1: is not an entry of a public log");
        publish("not json");
        verified(1, "entry 1: is not an entry of a public log");
    }

    @Test
    void manyStatementsAreThinnedAndTheNewestStays() throws Exception {
        Statements statements = new Statements();
        String root = LogMaker.base64(new byte[32]);
        int most = 100_000;
        for (int size = 1; size <= most; size++) {
            String entry =
                    "{\"kind\":\"checkpoints\",\"logs\":[{\"log\":\"l\",\"root\":\"%s\",\"size\":%d}]}"
                            .formatted(root, size);
            statements.entry(size, entry.getBytes(StandardCharsets.UTF_8));
        }
        assertEquals(most, statements.of("l").lastKey());
        assertTrue(statements.of("l").size() <= 32_768);
        assertTrue(statements.of("l").size() > 16_000);
    }
}
