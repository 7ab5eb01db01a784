package org.domicile.proof;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.domicile.bytes.Disk;
import org.domicile.keys.FolderMark;
import org.domicile.keys.KeyId;
import org.domicile.keys.KeyOptions;
import org.domicile.keys.Keys;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.KeyspaceOptions;
import org.domicile.keyspace.LogReading;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.LedgerOptions;
import org.domicile.ledger.Use;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;

/**
 * Somebody who holds a backup of the data folder from before an erasure, the folder of today, all
 * public data, today's key store with its root key, and a list of candidates, and looks for the one
 * who was erased. Another person, who was not erased, shows that the attack works where there is
 * something to find.
 */
record Attacker(Path work, int candidates, long seed, Consumer<String> told) {
    private static final String CITY = "city";
    private static final String NODE = "n1";
    private static final String LOG = "use/" + CITY + "/" + NODE;
    private static final String PREFIX = "citizen-";
    private static final int USES = 200;

    private record Parts(Keyspace keyspace, Keys keys, Ledger ledger) implements AutoCloseable {
        static Parts open(Path data, Path place, FolderMark mark) throws IOException {
            Files.createDirectories(
                    place,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            Keyspace keyspace = Keyspace.open(data.resolve("keyspace"), KeyspaceOptions.defaults());
            Keys keys =
                    Keys.open(
                            new KeyOptions(
                                    List.of(place),
                                    new KeyOptions.Root.KeyFile(place.resolve("root.key"))),
                            mark,
                            Disk.real(),
                            new SecureRandom());
            Ledger ledger =
                    Ledger.open(
                            keyspace,
                            keys.vault(),
                            keys.subjects(),
                            keys.passes(),
                            Disk.real(),
                            Clock.systemUTC(),
                            new SecureRandom(),
                            LedgerOptions.of(data.resolve("ledger"), NODE, "proof.example/made"));
            return new Parts(keyspace, keys, ledger);
        }

        @Override
        public void close() {
            ledger.close();
            keys.close();
            keyspace.close();
        }
    }

    Figures attack() throws IOException {
        if (candidates < 2) {
            throw new IOException("an attack needs at least two candidates (--count)");
        }
        int chosen = new Random(seed).nextInt(candidates);
        String gone = PREFIX + chosen;
        String there = PREFIX + (chosen + 1) % candidates;
        Path today = work.resolve("today");
        Path backup = work.resolve("backup");
        Path place = work.resolve("keys");
        FolderMark mark = FolderMark.inMemory();
        KeyId city;
        KeyId dead;
        KeyId living;
        try (Parts parts = Parts.open(today, place, mark)) {
            city = parts.keys().createOrganisation();
            KeyId caller = parts.keys().create(KeyId.Kind.SUBJECT, city);
            dead = parts.keys().createSubject(city, gone);
            living = parts.keys().createSubject(city, there);
            for (int i = 0; i < USES; i++) {
                parts.ledger().record(use(parts, caller, dead, i), Outcome.DONE, i);
                parts.ledger().record(use(parts, caller, living, i), Outcome.DONE, i);
            }
        }
        copy(today, backup);
        try (Parts parts = Parts.open(today, place, mark)) {
            parts.keys().destroy(List.of(dead));
        }
        told.accept("the person is erased; " + candidates + " candidates are tried");
        List<String> wrong = new ArrayList<>();
        for (Path folder : List.of(backup, today)) {
            try (Parts parts = Parts.open(folder, place, mark)) {
                names(parts, city, there, wrong);
                openings(parts, dead, living, wrong);
            }
        }
        plain(wrong);
        Map<String, Long> details = new LinkedHashMap<>();
        details.put("candidates", (long) candidates);
        details.put("entries", 2L * USES);
        return new Figures("attacker", 2 * candidates, wrong.size(), 0, details, seed, wrong);
    }

    /** What today's key store says of each candidate: only who is there is found. */
    private void names(Parts parts, KeyId city, String there, List<String> wrong) {
        int found = 0;
        for (int i = 0; i < candidates; i++) {
            if (parts.keys().subject(city, PREFIX + i).isPresent()) {
                found++;
                if (!(PREFIX + i).equals(there)) {
                    wrong.add("candidate " + i + " leads to a key");
                }
            }
        }
        if (found != 1) {
            wrong.add("the attack finds " + found + " where it should find one");
        }
    }

    /** No key of today opens what hangs on the dead one; the living one's does. */
    private static void openings(Parts parts, KeyId dead, KeyId living, List<String> wrong) {
        LogReading logs = parts.keyspace().logs();
        long size = logs.size(LOG);
        int opened = 0;
        for (long index = 0; index < size; index++) {
            Optional<byte[]> payload = logs.payload(LOG, index);
            if (payload.isEmpty()) {
                continue;
            }
            byte[] id = (CITY + "/" + NODE + "/" + index).getBytes(StandardCharsets.UTF_8);
            for (KeyId key : List.of(dead, living)) {
                try {
                    byte[] salts = parts.keys().subjects().salts(key, id);
                    if (key.equals(dead)) {
                        wrong.add("the dead key gives salts");
                    }
                    opened += salts.length > 0 ? 1 : 0;
                } catch (Keys.KeyGone e) {
                    if (key.equals(living)) {
                        wrong.add("the living key is gone");
                    }
                }
            }
        }
        if (opened == 0) {
            wrong.add("the attack opens nothing of the one who is there");
        }
    }

    /** Whether an identifier stands anywhere in plain, or in base64, in any file. */
    private void plain(List<String> wrong) throws IOException {
        List<String> signs =
                List.of(
                        PREFIX,
                        Base64.getEncoder()
                                .encodeToString(PREFIX.getBytes(StandardCharsets.UTF_8))
                                .substring(0, 10));
        try (Stream<Path> files = Files.walk(work)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String all = Files.readString(file, StandardCharsets.ISO_8859_1);
                for (String sign : signs) {
                    if (all.contains(sign)) {
                        wrong.add("an identifier stands in " + work.relativize(file));
                    }
                }
            }
        }
    }

    private static Use use(Parts parts, KeyId caller, KeyId person, int number) {
        return new Use(
                CITY,
                parts.ledger().number(CITY),
                Clock.systemUTC().instant(),
                "s3:GetObject",
                Use.Verdict.ALLOWED,
                "allowed",
                "city/care",
                "home",
                "home",
                "0".repeat(64),
                new Caller.Known(CITY, "a".repeat(32), "DOMAAAAAAAAAAAAAAAAA", "city/care"),
                caller,
                List.of(person),
                "clinic/scan-" + number,
                "192.0.2.1",
                "",
                List.of());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }
}
