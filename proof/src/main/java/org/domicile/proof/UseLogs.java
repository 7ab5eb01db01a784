package org.domicile.proof;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.domicile.verifier.TiledLog;
import org.domicile.verifier.Verdict;
import org.domicile.verifier.VerifierKey;

/**
 * The ledger of one installation, seen from outside: its static files, over all crashes. What was
 * seen before a crash must still be the beginning of what is there afterwards.
 */
final class UseLogs {
    private static final int BUNDLE = 256;
    private static final long PATIENCE = 10_000_000_000L;

    /** Entries are canonical JSON: these stand in them exactly so, and never inside a text. */
    private static final Pattern NUMBER = Pattern.compile("\"number\":(\\d+),");

    private static final Pattern RUNS = Pattern.compile("\"numbers\":\\[((?:\\[\\d+,\\d+],?)*)]");
    private static final Pattern RUN = Pattern.compile("\\[(\\d+),(\\d+)]");
    private static final Pattern NODE = Pattern.compile("\"node\":\"([^\"]+)\"");
    private static final Pattern ORGANISATION = Pattern.compile("\"organisation\":\"([^\"]+)\"");

    private final Path folder;
    private final Path kept;
    private final Set<String> keys = new LinkedHashSet<>();
    // by log: the last checkpoint seen of each life of the server since the last check
    private final Map<Path, SequencedMap<Integer, Path>> seen = new LinkedHashMap<>();
    private int life;
    private final Map<Path, Long> read = new HashMap<>();
    private final Map<String, BitSet> numbers = new HashMap<>();
    private final Set<String> owed = new LinkedHashSet<>();

    /**
     * @param folder the ledger's @param kept where checkpoints that were seen are kept, outside of
     *     anything that crashes
     */
    UseLogs(Path folder, Path kept) {
        this.folder = folder;
        this.kept = kept;
    }

    /** Verifier keys, one a line. A key that was there once must be there always. */
    synchronized Optional<String> learnKeys(String lines) {
        Set<String> now = new LinkedHashSet<>(lines.lines().filter(l -> !l.isBlank()).toList());
        Set<String> gone = new LinkedHashSet<>(keys);
        gone.removeAll(now);
        keys.addAll(now);
        return gone.isEmpty() ? Optional.empty() : Optional.of("keys have changed: " + gone);
    }

    /**
     * Whether there is a log whose keys are not known: they are asked for once and then held to.
     */
    synchronized boolean lacksKeys() throws IOException {
        Set<String> names = new LinkedHashSet<>();
        keys.forEach(key -> names.add(VerifierKey.parse(key).name()));
        for (Path log : logs()) {
            List<String> lines = Files.readAllLines(log.resolve("checkpoint"));
            if (lines.isEmpty() || !names.contains(lines.getFirst())) {
                return true;
            }
        }
        return false;
    }

    /** Keeps the checkpoints that stand there now, as a witness would. */
    synchronized void look() throws IOException {
        for (Path log : logs()) {
            byte[] bytes;
            try {
                bytes = Files.readAllBytes(log.resolve("checkpoint"));
            } catch (IOException e) {
                continue; // replaced or cut off just now: that is what we are here for
            }
            if (size(bytes) <= 0) {
                continue;
            }
            String name = folder.relativize(log).toString().replace('/', '_');
            Path copy = kept.resolve(name + "." + life + ".checkpoint");
            Files.write(copy, bytes);
            seen.computeIfAbsent(log, first -> new TreeMap<>()).put(life, copy);
        }
    }

    /** The server died: what was seen of it is kept apart from what its next life shows. */
    synchronized void died() {
        life++;
    }

    /** Uses that were acknowledged: they must be in a log for ever. */
    synchronized void owe(Set<String> uses) {
        owed.addAll(uses);
    }

    /** All that is wrong with the logs now; waits for what is not yet published. */
    synchronized List<String> check() throws IOException {
        List<String> wrong = new ArrayList<>();
        long end = System.nanoTime() + PATIENCE;
        while (true) {
            for (Path log : logs()) {
                readOn(log, wrong);
            }
            owed.removeIf(use -> {
                int slash = use.lastIndexOf('/');
                return numbers(use.substring(0, slash))
                        .get(Integer.parseInt(use.substring(slash + 1)));
            });
            if (owed.isEmpty() && gaps().isEmpty() || System.nanoTime() > end) {
                break;
            }
            LockSupport.parkNanos(50_000_000);
        }
        if (!owed.isEmpty()) {
            wrong.add("acknowledged and in no log: " + owed.stream().limit(20).toList());
            owed.clear();
        }
        wrong.addAll(gaps());
        verify(wrong);
        return wrong;
    }

    private void verify(List<String> wrong) throws IOException {
        List<VerifierKey> verifierKeys = keys.stream().map(VerifierKey::parse).toList();
        Set<Path> there = new LinkedHashSet<>(logs());
        seen.keySet().stream()
                .filter(log -> !there.contains(log))
                .forEach(log -> wrong.add("the log is gone: " + log));
        for (Path log : there) {
            SequencedMap<Integer, Path> lives = seen.getOrDefault(log, new TreeMap<>());
            List<Optional<Path>> olders = new ArrayList<>();
            lives.values().forEach(older -> olders.add(Optional.of(older)));
            if (olders.isEmpty()) {
                olders.add(Optional.empty());
            }
            for (Optional<Path> older : olders) {
                Verdict verdict =
                        new TiledLog(log)
                                .verify(verifierKeys, new TiledLog.Options(older, entries -> {}));
                if (verdict instanceof Verdict.Refused refused) {
                    wrong.add(folder.relativize(log) + ": " + refused.sentence());
                }
            }
            while (lives.size() > 1) {
                lives.pollFirstEntry(); // the log extends it; the last one vouches from here on
            }
        }
        look();
    }

    private List<Path> logs() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(folder, 4)) {
            return all.filter(file -> file.endsWith("checkpoint"))
                    .map(Path::getParent)
                    .sorted()
                    .toList();
        } catch (java.io.UncheckedIOException e) {
            return List.of(); // a directory that came or went while it was read
        }
    }

    private static long size(byte[] checkpoint) {
        String[] lines = new String(checkpoint, StandardCharsets.UTF_8).split("\n", 3);
        return lines.length == 3 && lines[1].matches("\\d{1,18}") ? Long.parseLong(lines[1]) : 0;
    }

    /** Takes the numbers of the entries that were not read before. */
    private void readOn(Path log, List<String> wrong) throws IOException {
        long size = size(Files.readAllBytes(log.resolve("checkpoint")));
        long next = read.getOrDefault(log, 0L);
        while (next < size) {
            long bundle = next / BUNDLE;
            int width = (int) Math.min(BUNDLE, size - bundle * BUNDLE);
            ByteBuffer bytes = ByteBuffer.wrap(bundle(log, bundle, width));
            for (long index = bundle * BUNDLE; index < bundle * BUNDLE + width; index++) {
                byte[] entry = new byte[Short.toUnsignedInt(bytes.getShort())];
                bytes.get(entry);
                if (index >= next) {
                    take(new String(entry, StandardCharsets.UTF_8), log, index, wrong);
                }
            }
            next = bundle * BUNDLE + width;
        }
        read.put(log, next);
    }

    private static byte[] bundle(Path log, long bundle, int width) throws IOException {
        StringBuilder name = new StringBuilder();
        String digits = Long.toString(bundle);
        digits = "0".repeat((3 - digits.length() % 3) % 3) + digits;
        for (int at = 0; at < digits.length(); at += 3) {
            boolean last = at + 3 == digits.length();
            name.append(last ? "" : "x").append(digits, at, at + 3).append(last ? "" : "/");
        }
        Path full = log.resolve("tile/entries").resolve(name.toString());
        if (width < BUNDLE) {
            try {
                return Files.readAllBytes(Path.of(full + ".p", Integer.toString(width)));
            } catch (NoSuchFileException e) {
                // the bundle is full by now
            }
        }
        return Files.readAllBytes(full);
    }

    private void take(String entry, Path log, long index, List<String> wrong) {
        boolean use = entry.contains("\"kind\":\"use\"");
        if (!use && !entry.contains("\"kind\":\"closed\"")) {
            return;
        }
        BitSet taken = numbers(first(ORGANISATION, entry) + "/" + first(NODE, entry));
        if (use) {
            int number = Integer.parseInt(first(NUMBER, entry));
            if (taken.get(number)) {
                wrong.add("number %d twice, again at %d of %s".formatted(number, index, log));
            }
            taken.set(number);
            return;
        }
        Matcher run = RUN.matcher(first(RUNS, entry));
        while (run.find()) {
            int from = Integer.parseInt(run.group(1));
            int to = Integer.parseInt(run.group(2));
            if (taken.get(from, to + 1).cardinality() > 0) {
                wrong.add("closed and used: %d to %d in %s".formatted(from, to, log));
            }
            taken.set(from, to + 1);
        }
    }

    private static String first(Pattern pattern, String entry) {
        Matcher found = pattern.matcher(entry);
        if (!found.find()) {
            throw new IllegalStateException("no " + pattern + " in " + entry);
        }
        return found.group(1);
    }

    private BitSet numbers(String organisationAndNode) {
        return numbers.computeIfAbsent(organisationAndNode, made -> new BitSet());
    }

    /** Numbers begin at 1. */
    private List<String> gaps() {
        List<String> gaps = new ArrayList<>();
        numbers.forEach((name, taken) -> {
            int missing = taken.nextClearBit(1);
            if (missing < taken.length()) {
                gaps.add("no entry for number " + missing + " of " + name);
            }
        });
        return gaps;
    }
}
