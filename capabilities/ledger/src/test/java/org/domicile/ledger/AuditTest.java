package org.domicile.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.domicile.bytes.Disk;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Tuple;
import org.domicile.request.Outcome;
import org.domicile.verifier.Audit;
import org.domicile.verifier.Receipt;
import org.domicile.verifier.Refused;
import org.domicile.verifier.TiledLog;
import org.domicile.verifier.TrustPolicy;
import org.domicile.verifier.VerifierKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Audits of a real log, and of copies that a liar with all keys has made anew: signed, each sound
 * in itself. Whatever was dropped, doubled, moved or counted wrong is found and named.
 */
class AuditTest {
    private static final long SEED = Long.getLong("domicile.seed", System.nanoTime());
    private static final String USES = Installation.USES;

    @TempDir Path folder;
    private volatile Instant now = Instant.parse("2026-11-24T05:03:07Z");
    private Keyspace keyspace;
    private Installation at;
    private List<VerifierKey> keys;
    private final Random random = new Random(SEED);

    @BeforeEach
    void make() throws IOException {
        System.out.println("seed " + SEED);
        keyspace = Keyspace.inMemory();
        Clock clock =
                new Clock() {
                    @Override
                    public ZoneOffset getZone() {
                        return ZoneOffset.UTC;
                    }

                    @Override
                    public Clock withZone(java.time.ZoneId zone) {
                        return this;
                    }

                    @Override
                    public Instant instant() {
                        return now;
                    }
                };
        at = new Installation(folder, keyspace, clock);
        keys = new ArrayList<>();
        at.ledger.verifierKeys("public").forEach(key -> keys.add(VerifierKey.parse(key)));
        for (int minute = 0; minute < 4; minute++) {
            for (int i = 0; i < 150; i++) {
                at.ledger.record(
                        at.use(
                                "archive/" + i,
                                i % 7 == 0 ? Use.Verdict.REFUSED : Use.Verdict.ALLOWED),
                        Outcome.DONE,
                        i);
            }
            long given = at.ledger.number(Installation.ORGANISATION);
            at.ledger.abandon(Installation.ORGANISATION, given);
            at.ledger.state(Installation.statement("zone.created"));
            published();
            now = now.plus(Duration.ofMinutes(1));
            int minutes = minute + 1;
            Await.until("counted", () -> counted() >= 150 * minutes);
        }
        now = now.plus(Duration.ofHours(3));
        at.ledger.state(Installation.statement("zone.created"));
        published();
        at.ledger.close();
    }

    @AfterEach
    void close() {
        at.keys.close();
        keyspace.close();
    }

    private void published() {
        Await.until("all published", () -> at.ledger.state().unpublished() == 0);
    }

    private long counted() {
        return entries("public").stream()
                .map(JsonReading::object)
                .filter(entry -> "counts".equals(entry.get("kind")))
                .mapToLong(entry -> {
                    return number(logs(entry).getLast(), "to");
                })
                .max()
                .orElse(0);
    }

    private static List<Map<?, ?>> logs(Map<String, Object> entry) {
        List<Map<?, ?>> logs = new ArrayList<>();
        if (entry.get("logs") instanceof List<?> all) {
            for (Object each : all) {
                if (each instanceof Map<?, ?> log) {
                    logs.add(log);
                }
            }
        }
        return logs;
    }

    private static long number(Map<?, ?> of, String name) {
        return of.get(name) instanceof Long number ? number : -1;
    }

    private List<byte[]> entries(String log) {
        try {
            Path files = folder.resolve("ledger").resolve(log);
            if (!Files.exists(files.resolve("checkpoint"))) {
                return new ArrayList<>();
            }
            long size =
                    Long.parseLong(Files.readString(files.resolve("checkpoint")).split("\n")[1]);
            List<byte[]> all = new ArrayList<>();
            for (long bundle = 0; bundle * 256 < size; bundle++) {
                all.addAll(new LogFolder(Disk.real(), files).entries(bundle, size));
            }
            return all;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Audit.Report audit(Path copy, Optional<Path> since) throws IOException {
        return new Audit(copy, keys)
                .run(
                        new Audit.Options(Duration.ofHours(1), since, TrustPolicy.none()),
                        (name, size) -> done -> {});
    }

    private void assertComplete(Path copy) throws IOException {
        assertEquals(List.of(), audit(copy, Optional.empty()).findings());
    }

    private void assertFound(Path copy, String sentence) throws IOException {
        List<String> found =
                audit(copy, Optional.empty()).findings().stream()
                        .map(Audit.Finding::sentence)
                        .toList();
        assertTrue(found.stream().anyMatch(each -> each.contains(sentence)), found::toString);
    }

    /** Signs whatever it is given, as who holds the keys can. */
    private Signer signer() {
        return Signer.decode(
                at.keys
                        .vault()
                        .open(
                                "ledger/signer",
                                keyspace.get(Space.RECORDS, Tuple.pack("ledger", "signer"))
                                        .orElseThrow()));
    }

    private byte[] write(Path copy, String log, List<byte[]> entries) throws IOException {
        LogFolder files = new LogFolder(Disk.real(), copy.resolve(log));
        Frontier tree = new Frontier();
        List<byte[]> open = new ArrayList<>();
        Map<Path, byte[]> content = new LinkedHashMap<>();
        for (byte[] entry : entries) {
            open.add(entry);
            tree.append(
                    entry,
                    (level, index, hashes) -> content.put(files.tile(level, index, 256), hashes));
            if (open.size() == 256) {
                content.put(files.bundle(tree.size() / 256 - 1, 256), LogFolder.bundle(open));
                open = new ArrayList<>();
            }
        }
        if (!open.isEmpty()) {
            content.put(files.bundle(tree.size() / 256, open.size()), LogFolder.bundle(open));
        }
        for (int level = 0; level < Frontier.levels(tree.size()); level++) {
            int width = Frontier.width(level, tree.size());
            if (width > 0) {
                content.put(
                        files.tile(level, Frontier.lastTile(level, tree.size()), width),
                        tree.unfinished(level));
            }
        }
        content.put(
                files.checkpoint(),
                signer().checkpoint("test.example/made/" + log, tree.size(), tree.root(), now)
                        .getBytes(StandardCharsets.UTF_8));
        for (Map.Entry<Path, byte[]> file : content.entrySet()) {
            Files.createDirectories(file.getKey().resolveSibling(""));
            Files.write(file.getKey(), file.getValue());
        }
        return tree.root();
    }

    /** A use log made anew, and a public log made anew so that each root in it fits. */
    private Path forged(List<byte[]> uses) throws IOException {
        Path copy = Files.createTempDirectory(folder, "forged");
        write(copy, USES, uses);
        List<byte[]> open = new ArrayList<>();
        for (byte[] entry : entries("public")) {
            Map<String, Object> members = JsonReading.object(entry);
            open.add("checkpoints".equals(members.get("kind")) ? restated(members, uses) : entry);
        }
        write(copy, "public", open);
        return copy;
    }

    private static byte[] restated(Map<String, Object> members, List<byte[]> uses) {
        List<Object> logs = new ArrayList<>();
        for (Map<?, ?> log : logs(members)) {
            int size = (int) Math.min(uses.size(), number(log, "size"));
            Frontier tree = new Frontier();
            uses.subList(0, size).forEach(use -> tree.append(use, (level, index, hashes) -> {}));
            logs.add(
                    Map.of(
                            "log", String.valueOf(log.get("log")),
                            "root", Signer.base64(tree.root()),
                            "size", (long) size));
        }
        Map<String, Object> restated = new LinkedHashMap<>(members);
        restated.put("logs", logs);
        return JsonText.of(restated);
    }

    private static boolean isUse(byte[] entry) {
        return UseEntry.parse(entry).isPresent();
    }

    private int anyUse(List<byte[]> uses) {
        while (true) {
            int index = random.nextInt(uses.size() - 2);
            if (isUse(uses.get(index)) && isUse(uses.get(index + 1))) {
                return index;
            }
        }
    }

    @Test
    void theRealLogIsCompleteAndEachForgeryIsNot() throws IOException {
        Path real = folder.resolve("ledger");
        Audit.Report report = audit(real, Optional.empty());
        assertEquals(List.of(), report.findings());
        Audit.Read uses = report.logs().getLast();
        assertEquals(600, uses.uses());
        assertEquals(4, uses.closed());
        assertEquals(0, uses.underWay());
        assertComplete(forged(entries(USES)));

        for (int round = 0; round < 10; round++) {
            List<byte[]> dropped = entries(USES);
            int index = anyUse(dropped);
            long number = UseEntry.parse(dropped.remove(index)).orElseThrow().number();
            Path copy = forged(dropped);
            assertFound(copy, "number " + number + ": no entry has it");

            List<byte[]> doubled = entries(USES);
            index = anyUse(doubled);
            doubled.add(index + 1, doubled.get(index));
            copy = forged(doubled);
            assertFound(copy, "entry " + (index + 1) + ": has the number");
        }
    }

    @Test
    void whatIsMovedIsFoundByWhoeverHasAnOlderCheckpoint() throws IOException {
        for (int round = 0; round < 10; round++) {
            List<byte[]> moved = entries(USES);
            int index = anyUse(moved);
            byte[] first = moved.get(index);
            moved.set(index, moved.get(index + 1));
            moved.set(index + 1, first);
            // the use log alone: the public log has said otherwise
            Path alone = Files.createTempDirectory(folder, "moved");
            write(alone, "public", entries("public"));
            write(alone, USES, moved);
            assertFound(alone, "have another root hash than the public log states");
            // both: somebody who kept a checkpoint, or a witness
            List<Audit.Finding> found =
                    audit(forged(moved), Optional.of(folder.resolve("ledger"))).findings();
            assertTrue(
                    found.stream().anyMatch(each -> each.what().contains("root hash")),
                    found::toString);
        }
    }

    @Test
    void countsStatementsAndWholeLogsThatAreMissingAreFound() throws IOException {
        List<byte[]> open = entries("public");
        int count = 0;
        while (!new String(open.get(count), StandardCharsets.UTF_8).contains("\"counts\"")) {
            count++;
        }
        List<byte[]> less = new ArrayList<>(open);
        less.remove(count);
        assertFound(written(less), "and those before 0 were counted already");

        List<byte[]> lower = new ArrayList<>(open);
        String entry = new String(open.get(count), StandardCharsets.UTF_8);
        lower.set(
                count,
                entry.replaceFirst("\"count\":(\\d+)", "\"count\":7")
                        .getBytes(StandardCharsets.UTF_8));
        assertFound(written(lower), "counts ");

        List<byte[]> silent = new ArrayList<>(open);
        silent.removeIf(
                each -> new String(each, StandardCharsets.UTF_8).contains("\"checkpoints\""));
        assertFound(written(silent), "does not state that there is this log");

        List<byte[]> uncounted = new ArrayList<>(open);
        uncounted.removeIf(each -> new String(each, StandardCharsets.UTF_8).contains("\"counts\""));
        assertFound(written(uncounted), "never counted the uses from here on");

        Path alone = Files.createTempDirectory(folder, "alone");
        write(alone, "public", open);
        assertFound(alone, "the log was taken away");

        Path shorter = Files.createTempDirectory(folder, "shorter");
        write(shorter, "public", open);
        write(shorter, USES, entries(USES).subList(0, 300));
        assertFound(shorter, "the log was rolled back");
    }

    private Path written(List<byte[]> open) throws IOException {
        Path copy = Files.createTempDirectory(folder, "written");
        write(copy, "public", open);
        write(copy, USES, entries(USES));
        return copy;
    }

    /**
     * A client's receipt shows what numbers and counts cannot: an entry left out with its number.
     */
    @Test
    void aReceiptShowsThatAnEntryWasHidden() throws Exception {
        at.reopenLedger();
        List<String> receipts = new ArrayList<>();
        Set<String> signed = new TreeSet<>();
        List<Use> made = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            Use use = at.use("archive/secret" + i, Use.Verdict.ALLOWED);
            at.ledger.record(use, Outcome.DONE, 1);
            made.add(use);
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            List<Future<String>> asked = new ArrayList<>();
            for (Use use : made) {
                asked.add(
                        threads.submit(() ->
                                at.ledger
                                        .receipt(Installation.ORGANISATION, use.number())
                                        .orElseThrow()));
            }
            for (Future<String> each : asked) {
                receipts.add(each.get());
                signed.add(each.get().substring(each.get().indexOf("\n\n")));
            }
        }
        assertTrue(signed.size() < receipts.size(), signed.size() + " signatures for 64");
        assertTrue(at.ledger.receipt(Installation.ORGANISATION, 1_000_000).isEmpty());
        published();
        now = now.plus(Duration.ofMinutes(2));
        at.ledger.record(at.use("archive/later", Use.Verdict.ALLOWED), Outcome.DONE, 1);
        published();
        at.ledger.close();

        List<byte[]> uses = entries(USES);
        Path real = folder.resolve("ledger").resolve(USES);
        for (String text : receipts) {
            Receipt receipt = Receipt.parse(text.getBytes(StandardCharsets.UTF_8));
            receipt.verify(keys);
            assertInstanceOf(Receipt.Held.Kept.class, held(receipt, real));
        }
        Receipt receipt = Receipt.parse(receipts.get(5).getBytes(StandardCharsets.UTF_8));
        Path copy = Files.createTempDirectory(folder, "hidden");
        List<byte[]> hidden = new ArrayList<>(uses);
        hidden.removeIf(each ->
                UseEntry.parse(each).map(use -> use.number() == receipt.number()).orElse(false));
        write(copy, USES, hidden);
        assertInstanceOf(Receipt.Held.Hidden.class, held(receipt, copy.resolve(USES)));
        Path early = Files.createTempDirectory(folder, "early");
        write(early, USES, uses.subList(0, 100));
        assertInstanceOf(Receipt.Held.TooEarly.class, held(receipt, early.resolve(USES)));

        byte[] good = receipts.get(7).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 2_000; i++) {
            byte[] bad = good.clone();
            int place = random.nextInt(bad.length);
            bad[place] ^= (byte) (1 << random.nextInt(8));
            assertThrows(
                    Refused.class,
                    () -> Receipt.parse(bad).verify(keys),
                    () -> "seed " + SEED + ", byte " + place);
        }
    }

    private Receipt.Held held(Receipt receipt, Path log) throws Refused {
        return receipt.against(new TiledLog(log), keys, TiledLog.Options.plain());
    }
}
