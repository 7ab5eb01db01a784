package org.domicile.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
    private static String run(int code, String... arguments) {
        StringWriter out = new StringWriter();
        CommandLine main = Main.commandLine();
        main.setOut(new PrintWriter(out));
        main.setErr(new PrintWriter(out));
        assertEquals(code, main.execute(arguments), out::toString);
        return out.toString();
    }

    @Test
    void listsItsNames() throws IOException {
        List<String> names = run(0, "--list").lines().map(line -> line.split(" ", -1)[0]).toList();
        assertEquals(
                List.of(
                        "s3", "ledger", "start", "bare", "price", "erase", "policy", "sql",
                        "tables", "streams"),
                names);
        for (String line : run(0, "--list", "--json").lines().toList()) {
            assertTrue(names.contains(Json.object(line).get("name")));
        }
    }

    @Test
    void everyNameHelpsWithAnExample() {
        for (String name :
                List.of(
                        "s3", "ledger", "start", "bare", "price", "erase", "policy", "sql",
                        "tables", "streams")) {
            assertTrue(run(0, name, "--help").contains("Example: domicile bench " + name));
        }
    }

    @Test
    void anUnknownNameIsNotUnderstood() {
        assertTrue(run(2).contains("--list"));
        run(2, "speed");
    }

    @Test
    void theRunLeavesNothingBehind(@TempDir Path folder) throws IOException {
        assertEquals(
                0,
                Main.commandLine()
                        .execute(
                                "ledger",
                                "--json",
                                "--warm",
                                "0.1",
                                "--seconds",
                                "0.2",
                                "--rounds",
                                "1",
                                "--threads",
                                "8",
                                "--folder",
                                folder.toString()));
        try (var left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void thePriceIsAskedOfBothDoors(@TempDir Path folder) throws IOException {
        assertEquals(
                0,
                Main.commandLine()
                        .execute(
                                "price",
                                "--json",
                                "--warm",
                                "0.1",
                                "--seconds",
                                "0.1",
                                "--rounds",
                                "1",
                                "--connections",
                                "4",
                                "--folder",
                                folder.toString()));
        try (var left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void aBareServerServesAndEndsWithItsParent(@TempDir Path folder) throws IOException {
        ProcessHandle child;
        try (Scratch scratch = Scratch.in(folder)) {
            BareBench.Bare bare = BareBench.Bare.start(scratch, new Content(1));
            child = ProcessHandle.of(bare.server().process().pid()).orElseThrow();
            assertTrue(child.isAlive());
            LoadOptions client = new LoadOptions();
            CommandLine.populateCommand(client, "--connections", "4");
            Figure put = bare.put(client, java.time.Duration.ofSeconds(1));
            Figure get = bare.get(client, java.time.Duration.ofSeconds(1));
            Figure unrecorded = bare.unrecordedGet(client, java.time.Duration.ofSeconds(1));
            for (Figure each : List.of(put, get, unrecorded)) {
                assertEquals(0, each.failed());
                assertTrue(each.rate() > 0);
                assertTrue(each.serverCpu() >= 0);
            }
        }
        assertFalse(child.isAlive());
        try (var left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }
}
