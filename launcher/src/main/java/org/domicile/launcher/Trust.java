package org.domicile.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.domicile.bytes.Disk;
import org.domicile.bytes.Durable;
import org.domicile.verifier.LedgerFolder;
import org.domicile.verifier.VerifierKey;

/**
 * Which verifier keys a check hangs on, and why they are trusted. A proof is worth as much as the
 * way on which its key came:
 *
 * <ol>
 *   <li>keys that the person gives ({@code --key}), who had them from somewhere else;
 *   <li>keys that this user's file of known keys remembers from the first time, outside of the data
 *       folder;
 *   <li>keys that the running server names now: they are then remembered. That shows that files and
 *       server agree, and nothing against whoever runs the server.
 * </ol>
 *
 * <p>An installation signs all its logs with one pair of keys under different names, so the keys of
 * its public log serve for the others.
 *
 * @param keys trusted
 * @param why for people
 * @param source for programs: given, known or server
 */
record Trust(List<VerifierKey> keys, String why, String source) {
    /** Keys that a person gave: each a key or a file with one on each line. */
    static Trust given(List<String> texts) {
        List<VerifierKey> keys = new ArrayList<>();
        for (String text : texts) {
            keys.addAll(isFile(text) ? read(Path.of(text)) : List.of(parse(text)));
        }
        return new Trust(List.copyOf(keys), "the keys given with --key", "given");
    }

    private static boolean isFile(String text) {
        try {
            return Files.isRegularFile(Path.of(text));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static VerifierKey parse(String text) {
        if (!text.contains("+")) {
            throw new Problem(
                    "%s is no file that can be read and no key; --key takes a line of 'ledger key', or a file of them"
                            .formatted(text));
        }
        try {
            return VerifierKey.parse(text.strip());
        } catch (IllegalArgumentException e) {
            throw new Problem(
                    e.getMessage() + "; --key takes a line of 'ledger key', or a file of them");
        }
    }

    /** The keys of a file, one a line. */
    static List<VerifierKey> read(Path file) {
        try {
            return Files.readString(file)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(Trust::parse)
                    .toList();
        } catch (IOException e) {
            throw new Problem("cannot read keys from " + file + ": " + e.getMessage());
        }
    }

    /** Where this user's known keys lie unless told otherwise. */
    static Path usualFile() {
        String config = System.getenv("XDG_CONFIG_HOME");
        Path base =
                config == null || config.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".config")
                        : Path.of(config);
        return base.resolve("domicile").resolve("known-logs");
    }

    /**
     * The keys for an installation's logs when the person gave none.
     *
     * @param origin of its public log
     * @param known file of known keys
     * @param named what the running server names; none when nothing runs
     * @throws Problem when there is no key, or the server names another than the known one
     */
    static Trust found(String origin, Path known, List<String> named) {
        List<VerifierKey> served = named.stream().map(Trust::parse).toList();
        List<VerifierKey> remembered =
                (Files.exists(known) ? read(known) : List.<VerifierKey>of())
                        .stream().filter(key -> key.name().equals(origin)).toList();
        if (!remembered.isEmpty()) {
            List<String> before = remembered.stream().map(VerifierKey::format).sorted().toList();
            List<String> now = served.stream().map(VerifierKey::format).sorted().toList();
            if (!now.isEmpty() && !now.equals(before)) {
                throw new Problem(
                        "the server names other keys for "
                                + origin
                                + " than those that "
                                + known
                                + " remembers: somebody changed the keys. Find out why; if it is"
                                + " meant, take the old lines out of that file");
            }
            return new Trust(
                    remembered, "the keys known since the first use, in " + known, "known");
        }
        if (served.isEmpty()) {
            throw new Problem(
                    "no key of "
                            + origin
                            + " is known to this user and no server runs that could name one: give"
                            + " --key, or start the server once; './domicile ledger key' prints"
                            + " keys");
        }
        remember(known, served);
        return new Trust(
                served,
                "the keys that the running server names (now remembered in "
                        + known
                        + "): files and server agree; only keys that came another way, with --key,"
                        + " prove anything against whoever runs the server",
                "server");
    }

    private static void remember(Path known, List<VerifierKey> keys) {
        StringBuilder text = new StringBuilder();
        try {
            if (Files.exists(known)) {
                text.append(Files.readString(known));
            } else {
                text.append("# Verifier keys of ledgers, as they were named first. One a line.\n");
            }
            keys.forEach(key -> text.append(key.format()).append('\n'));
            Path parent = known.toAbsolutePath().getParent();
            if (parent == null) {
                throw new IOException(known + " is no file");
            }
            Files.createDirectories(parent);
            Durable.replace(
                    Disk.real(),
                    known.toAbsolutePath(),
                    text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new Problem(
                    "cannot remember keys in " + known + " (" + e.getMessage() + "); give --key");
        }
    }

    /** The keys for one log: those of its own name, or those of its installation's public log. */
    List<VerifierKey> of(String origin) {
        return LedgerFolder.keys(keys, origin);
    }
}
