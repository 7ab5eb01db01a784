package org.domicile.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Contenders on a handful of keys, whose server is killed under them again and again; what they saw
 * of each key must be linearizable, over all its deaths. Owned by one thread.
 */
final class Histories {
    private static final int CONTENDERS = 8;
    private static final int KEYS = 4;

    /** A life ends among its answers, not by the clock: a machine may be busy. */
    private static final int FEWEST = 60;

    private static final int MOST = 600;
    private static final Duration LONGEST = Duration.ofSeconds(20);
    private static final byte[] NOTHING = {};

    private final Site.Folder site;
    private final SplittableRandom random;
    private final Consumer<String> told;
    private final AtomicLong clock = new AtomicLong();
    private final Journal journal = new Journal();
    private final List<Register> registers =
            Stream.iterate(0, each -> each + 1)
                    .limit(KEYS)
                    .map(each -> new Register("key-" + each))
                    .toList();
    private final List<String> violations = new ArrayList<>();
    private long operations;
    private long unanswered;
    private int wrong;

    /**
     * @param work a folder that outlives every death @param told hears of each
     */
    Histories(Path work, long seed, Consumer<String> told) {
        this.site = new Site.Folder(work);
        this.random = new SplittableRandom(seed);
        this.told = told;
    }

    /** Dies so often. */
    Figures run(String name, int deaths, long seed) throws IOException, InterruptedException {
        site.prepare(0);
        for (int death = 0; death < deaths; death++) {
            long died = live();
            int before = violations.size();
            try (Server server = start()) {
                judge(server, died);
            }
            violations.addAll(journal.drainViolations());
            wrong += violations.size() > before ? 1 : 0;
            told.accept(
                    "death %d: %,d operations, %d without an answer%s"
                            .formatted(
                                    death,
                                    operations,
                                    unanswered,
                                    violations.size() > before ? ", WRONG" : ""));
        }
        Map<String, Long> more = new LinkedHashMap<>();
        more.put("operations", operations);
        more.put("without an answer", unanswered);
        more.put("answers of failure", journal.failures());
        return new Figures(name, deaths - wrong, wrong, 0, more, seed, List.copyOf(violations));
    }

    private Server start() throws IOException, InterruptedException {
        Server server =
                Server.start(
                        new Server.Start(
                                site.data(0),
                                site.keys(0),
                                site.ground().resolve("server.out"),
                                List.of(),
                                List.of(),
                                List.of()));
        try {
            server.awaitReady();
            return server;
        } catch (Server.Died e) {
            server.kill();
            throw new IOException("it does not open: " + e.getMessage(), e);
        }
    }

    /** A life of a server under its load. @return a moment behind its end */
    private long live() throws IOException, InterruptedException {
        try (Server server = start();
                S3Client client = server.client()) {
            S3Client.Answer made =
                    client.send("PUT", Contender.BUCKET, Map.of(), Map.of(), NOTHING);
            if (made.status() != 200 && made.status() != 409) {
                throw new IOException("the bucket cannot be made: " + made.text());
            }
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < CONTENDERS; i++) {
                Contender contender = new Contender(random.split(), registers, clock, journal);
                threads.add(Thread.ofVirtual().start(() -> work(contender, client)));
            }
            int answers = random.nextInt(FEWEST, MOST);
            long limit = System.nanoTime() + LONGEST.toNanos();
            while (size() < answers && System.nanoTime() < limit) {
                LockSupport.parkNanos(1_000_000);
            }
            site.strike(server);
            // what it did not do by now it never does; and its clients find out
            for (Thread thread : threads) {
                if (!thread.join(Duration.ofSeconds(60))) {
                    throw new IOException("a client still waits for an answer after 60 s");
                }
            }
        }
        int open = registers.stream().mapToInt(Register::unanswered).sum();
        operations += size();
        unanswered += open;
        return clock.getAndAdd(open + 1L) + 1;
    }

    private int size() {
        return registers.stream().mapToInt(Register::size).sum();
    }

    private void work(Contender contender, S3Client client) {
        try {
            contender.work(client, () -> false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            journal.violated("a client failed: " + e);
        }
    }

    /** Asks what is there, and whether it can be. */
    private void judge(Server server, long died) throws IOException, InterruptedException {
        Contender reader = new Contender(random.split(), registers, clock, journal);
        try (S3Client client = server.client()) {
            for (Register each : registers) {
                long asked = clock.incrementAndGet();
                S3Client.Answer answer =
                        client.send(
                                "GET",
                                Contender.BUCKET + "/" + each.key(),
                                Map.of(),
                                Map.of(),
                                NOTHING);
                String found = reader.value(answer, "GET");
                problem(each, each.judge(died, asked, clock.incrementAndGet(), found))
                        .ifPresent(violations::add);
            }
        }
    }

    private Optional<String> problem(Register register, Linearizability.Verdict verdict)
            throws IOException {
        String problem;
        switch (verdict) {
            case Linearizability.Verdict.Possible _ -> {
                return Optional.empty();
            }
            case Linearizability.Verdict.Impossible(Linearizability.Seen at, var held) ->
                    problem = "%s cannot be, where it held one of %s".formatted(at, held);
            case Linearizability.Verdict.Undecided(Linearizability.Seen at) ->
                    problem = "too much is possible at " + at;
        }
        Path lines = site.ground().resolve("history-" + register.key() + ".txt");
        Files.write(lines, register.lines());
        return Optional.of(register.key() + ": " + problem + "; all of it in " + lines);
    }
}
