package org.domicile.proof;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.domicile.bytes.CrashPoint;

/**
 * Rounds of start, check, load and death. Each start of a server that was not told to die checks
 * all that was acknowledged before. Owned by one thread.
 */
final class Rounds implements AutoCloseable {
    /** A new installation after so many deaths: founding is hit too, and checks stay quick. */
    private static final int DEATHS_EACH = 100;

    /**
     * After so many deaths the server also looks at all that it stores itself, which takes longer.
     */
    private static final int SELF_CHECKED_EACH = 4;

    private static final long LOOK_MILLIS = 40;

    private final Site site;
    private final Path work;
    private final long seed;
    private final Random random;
    private final Consumer<String> told;
    private final List<String> wrapper;

    private int installation = -1;
    private int deathsHere;
    private boolean unchecked;
    private Load load;
    private UseLogs logs;

    private int deaths;
    private int failedRounds;
    private final TreeSet<String> reached = new TreeSet<>();
    private final List<String> missed = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private long acknowledged;
    private long failures;
    private long uses;

    /**
     * @param work a folder that outlives every death @param told hears of each round
     * @param wrapper a program that starts the server, usually none
     */
    Rounds(Site site, Path work, long seed, Consumer<String> told, List<String> wrapper)
            throws IOException {
        this.site = site;
        this.work = work;
        this.seed = seed;
        this.random = new Random(seed);
        this.told = told;
        this.wrapper = wrapper;
        this.load = new Load(seed);
        this.logs = new UseLogs(work, work);
        fresh();
    }

    private void fresh() throws IOException {
        if (installation >= 0 && violations.isEmpty()) {
            site.discard(installation); // what failed stays for whoever looks into it
        }
        installation++;
        deathsHere = 0;
        unchecked = false;
        site.prepare(installation);
        count();
        load = new Load(random.nextLong());
        Path kept = Files.createDirectories(work.resolve("seen-" + installation));
        logs = new UseLogs(site.data(installation).resolve("ledger"), kept);
    }

    private void count() {
        acknowledged += load.journal().acknowledged();
        failures += load.journal().failures();
    }

    /** One death. */
    void play(Moment moment) throws IOException, InterruptedException {
        if (deathsHere >= DEATHS_EACH) {
            fresh();
        }
        int before = violations.size();
        switch (moment) {
            case Moment.AfterLoad after -> afterLoad(after.load());
            case Moment.AtPoint at -> atPoint(at);
        }
        violations.addAll(load.journal().drainViolations());
        if (violations.size() > before) {
            failedRounds++;
        }
        told.accept(
                "death %d of installation %d: %s%s"
                        .formatted(
                                deaths,
                                installation,
                                moment,
                                violations.size() > before
                                        ? " WRONG: " + violations.subList(before, violations.size())
                                        : ""));
    }

    private void afterLoad(Duration time) throws IOException, InterruptedException {
        try (Server server = start(List.of())) {
            if (!ready(server)) {
                return;
            }
            try (S3Client client = server.client();
                    S3Client catalog = server.catalog()) {
                check(server, client, catalog);
                load.prepare(client, catalog);
                try (Load.Running running = load.start(client, catalog)) {
                    watch(server, time);
                    strike(server);
                }
            }
        }
    }

    private void atPoint(Moment.AtPoint at) throws IOException, InterruptedException {
        switch (at.point().occasion()) {
            case FOUNDING -> {
                checkQuietly();
                fresh();
            }
            case REPAIR -> {
                if (deathsHere == 0) {
                    afterLoad(Duration.ofMillis(200));
                }
                checkQuietly();
                damageOneCopy();
            }
            // not checked before: what is uncertain stays uncertain over two deaths
            case LOAD, COMPACTION -> {}
        }
        Duration limit =
                at.point().occasion() == Moment.Occasion.COMPACTION
                        ? Duration.ofSeconds(40)
                        : Duration.ofSeconds(30);
        try (Server server = start(List.of(at.flag()))) {
            int status = -1;
            try {
                server.awaitReady();
                try (S3Client client = server.client();
                        S3Client catalog = server.catalog()) {
                    load.prepare(client, catalog);
                    try (Load.Running running = load.start(client, catalog)) {
                        watch(server, limit);
                        status = server.ended(0);
                        strike(server);
                    }
                } catch (IOException e) {
                    // it died between being ready and the first answer
                    status = server.ended(1_000);
                    strike(server);
                }
            } catch (Server.Died e) {
                status = e.status();
                strike(server);
            }
            if (status == CrashPoint.STATUS) {
                reached.add(at.point().name());
            } else {
                missed.add(at.point().name());
                told.accept("not reached: " + at.flag());
                if (status >= 0) {
                    violations.add("the server ended with %d: %s".formatted(status, server.tail()));
                }
            }
        }
    }

    /** Checks what the last death left, with a server that then dies at rest. */
    private void checkQuietly() throws IOException, InterruptedException {
        if (!unchecked) {
            return;
        }
        try (Server server = start(List.of())) {
            if (ready(server)) {
                try (S3Client client = server.client();
                        S3Client catalog = server.catalog()) {
                    check(server, client, catalog);
                }
                strike(server);
            }
        }
    }

    private Server start(List<String> flags) throws IOException {
        return Server.start(
                new Server.Start(
                        site.data(installation),
                        site.keys(installation),
                        work.resolve("server-" + installation + ".out"),
                        flags,
                        wrapper,
                        List.of()));
    }

    private boolean ready(Server server) throws IOException, InterruptedException {
        try {
            server.awaitReady();
            return true;
        } catch (Server.Died | IOException e) {
            violations.add("it does not open again: " + e.getMessage());
            server.kill();
            return false;
        }
    }

    /** All that was acknowledged before this start. */
    private void check(Server server, S3Client client, S3Client catalog)
            throws IOException, InterruptedException {
        if (!unchecked) {
            return;
        }
        learnKeys();
        violations.addAll(logs.check());
        load.verify(client, catalog);
        violations.addAll(load.journal().drainViolations());
        if (deaths % SELF_CHECKED_EACH == 0) {
            OwnCheck.wrong(server, work).ifPresent(violations::add);
        }
        unchecked = false;
    }

    private void learnKeys() throws IOException, InterruptedException {
        if (!logs.lacksKeys()) {
            return;
        }
        logs.learnKeys(
                        Server.command(
                                "ledger", "key", "--data", site.data(installation).toString()))
                .ifPresent(violations::add);
    }

    /** Looks at checkpoints until the time is over or the server has died by itself. */
    private void watch(Server server, Duration time) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end && server.isAlive()) {
            logs.look();
            LockSupport.parkNanos(LOOK_MILLIS * 1_000_000);
        }
    }

    private void strike(Server server) throws IOException, InterruptedException {
        site.strike(server);
        deaths++;
        deathsHere++;
        unchecked = true;
        var acknowledgedUses = load.journal().drainUses();
        uses += acknowledgedUses.size();
        logs.owe(acknowledgedUses);
        logs.died();
    }

    /**
     * The newest file of the second key place ends early, as after a torn write, and so does the
     * ledger's mark beside it.
     */
    private void damageOneCopy() throws IOException {
        Path place = site.keys(installation).getLast();
        List<Path> files;
        try (Stream<Path> all = Files.list(place)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        List<Path> marks = files.stream().filter(Rounds::isMark).toList();
        List<Path> stores = files.stream().filter(file -> !isMark(file)).toList();
        if (stores.isEmpty()) {
            violations.add("no key store in " + place);
            return;
        }
        shorten(stores.getLast());
        for (Path mark : marks) {
            shorten(mark);
        }
    }

    private static boolean isMark(Path file) {
        return file.getFileName().toString().startsWith("signed-");
    }

    private static void shorten(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            file.truncate(file.size() - 7);
        }
    }

    /** The last check, and what it all came to. */
    Figures finish(String name) throws IOException, InterruptedException {
        int before = violations.size();
        checkQuietly();
        if (violations.size() > before) {
            failedRounds++;
        }
        count();
        load = new Load(seed); // counted
        Map<String, Long> more = new LinkedHashMap<>();
        more.put("installations", installation + 1L);
        more.put("points", (long) reached.size());
        more.put("acknowledged", acknowledged);
        more.put("uses", uses);
        more.put("answers of failure", failures);
        return new Figures(
                name,
                deaths - failedRounds,
                failedRounds,
                missed.size(),
                more,
                seed,
                List.copyOf(violations));
    }

    /** Names of the points at which a server died. */
    List<String> reached() {
        return List.copyOf(reached);
    }

    /** Names of the points that a server did not pass in time. */
    List<String> missed() {
        return List.copyOf(missed);
    }

    /** Deaths so far. */
    int deaths() {
        return deaths;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        site.close();
    }
}
