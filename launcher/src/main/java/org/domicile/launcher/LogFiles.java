package org.domicile.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.domicile.verifier.LedgerFolder;

/**
 * The static files of one log, as they lie in the data folder. What its checkpoint says here is not
 * checked yet.
 *
 * @param name of the log; its folder below {@code ledger/}
 * @param folder where its checkpoint lies
 * @param origin first line of the checkpoint
 * @param size second line
 */
record LogFiles(String name, Path folder, String origin, long size) {
    static final String PUBLIC = LedgerFolder.PUBLIC;
    private static final int LARGEST = 1 << 20;

    /** All logs below a ledger's folder, the public one first. */
    static List<LogFiles> in(Path ledger) {
        try {
            return new LedgerFolder(ledger)
                    .logs().stream().map(name -> read(name, ledger.resolve(name))).toList();
        } catch (IOException e) {
            throw new Problem(
                    Files.isDirectory(ledger)
                            ? "cannot read " + ledger + ": " + e.getMessage()
                            : "there is no ledger at "
                                    + ledger
                                    + "; name the data folder with --data");
        }
    }

    /** Those that a person asked for: one, or all when the name is empty. */
    static List<LogFiles> in(Path ledger, String name) {
        List<LogFiles> all = in(ledger);
        if (name.isEmpty()) {
            if (all.isEmpty()) {
                throw new Problem("there is no log yet in " + ledger);
            }
            return all;
        }
        List<LogFiles> one = all.stream().filter(each -> each.name().equals(name)).toList();
        if (one.isEmpty()) {
            throw new Problem(
                    "there is no log "
                            + name
                            + " in "
                            + ledger
                            + "; there are: "
                            + String.join(", ", all.stream().map(LogFiles::name).toList()));
        }
        return one;
    }

    private static LogFiles read(String name, Path folder) {
        String[] lines = text(folder.resolve("checkpoint")).split("\n", 3);
        boolean two = lines.length == 3 && lines[1].matches("\\d{1,18}");
        return new LogFiles(name, folder, lines[0], two ? Long.parseLong(lines[1]) : 0);
    }

    private static String text(Path checkpoint) {
        try {
            if (Files.size(checkpoint) > LARGEST) {
                throw new Problem(checkpoint + " is no checkpoint: it is too long");
            }
            return new String(Files.readAllBytes(checkpoint), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new Problem("cannot read " + checkpoint + ": " + e.getMessage());
        }
    }
}
