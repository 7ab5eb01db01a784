package org.domicile.proof;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.domicile.cedar.Conformance;

/** The proofs by name. */
enum Proofs {
    /** SIGKILL under load, at random moments and at each crash point in turn. */
    CRASH(
            "crash",
            "kill the server under load, at random and at named points, and check everything"),
    /** The file system loses its power under load. */
    POWER("power", "cut the power of the disk under load and check everything (needs root)"),
    /** Backups, public data, today's key store, and a list of names. */
    ATTACKER(
            "attacker",
            "look for an erased person among --count candidates, with all but the dead key"),
    /** Cases of the Cedar language. */
    CEDAR("cedar", "decide and validate every Cedar case under DIR, and compare with what it says"),
    /** Random cases of the Cedar language, beside Cedar's own engine. */
    DIFFERENTIAL(
            "differential",
            "decide and validate random Cedar cases beside cedar-wasm, and compare"),
    /** Single bytes of logs, checkpoints, cosignatures, proofs and receipts. */
    MUTATIONS("mutations", "change single bytes of a ledger's files; none may be accepted"),
    /** Somebody else's check of a whole log. */
    FSCK("fsck", "make a log of --count entries and have Tessera's fsck check it"),
    /** Many uses, recorded for minutes. */
    LEDGER("ledger", "record uses for --minutes, as many as are acknowledged, and verify all"),
    /** Decisions of a server, made again without it. */
    REPLAY("replay", "decide what a server decided once more with cedar-wasm, and compare"),
    /** Concurrent writers on conditions, and deaths. */
    HISTORIES(
            "histories",
            "let clients contend for keys, kill the server, and look for an order of what they"
                    + " saw"),
    /** What strangers send, made up by a fuzzer. */
    FUZZ("fuzz", "fuzz what strangers send for --minutes each: all targets, or those named"),
    /** Clients in Go, which take minutes to build. */
    CLIENTS("clients", "build mc from its module and let it do its ordinary job"),
    /** Engines that open tables. */
    ICEBERG(
            "iceberg",
            "let Iceberg's Java client, PyIceberg, DuckDB, Spark, Trino and Flink read and write"
                    + " the same tables, and try what they may not: all, or those named"),
    /** Random statements, and deaths in the middle of some. */
    SQL(
            "sql",
            "ask and change tables by --count random statements, kill the server in between, and"
                    + " compare each answer with DuckDB's"),
    /** A stream that is a table, and deaths. */
    STREAMS(
            "streams",
            "publish into a stream that is a table, kill the server --count times, and compare"
                    + " stream and table row by row"),
    /** Watches beside SQL. */
    LAWS(
            "laws",
            "let watches follow --count random orders, cuts and deaths of events, and compare what"
                    + " they find with what SQL finds in the streams' tables"),
    /** Watches over a stream, and deaths. */
    WATCHES(
            "watches",
            "let watches run over a stream, kill server or worker --count times, and compare what"
                    + " they published with what SQL finds, row by row"),
    /** Somebody else's tests of S3. */
    S3_TESTS("s3-tests", "run ceph/s3-tests from its checkout DIR, and compare with the list");

    private final String word;
    private final String summary;

    Proofs(String word, String summary) {
        this.word = word;
        this.summary = summary;
    }

    String word() {
        return word;
    }

    String summary() {
        return summary;
    }

    /** Whether DIR is something to read, made by others; else it is a folder to work in. */
    boolean reads() {
        return this == CEDAR || this == S3_TESTS;
    }

    /** Whether all of its arguments are names of what is to be run, and none is a folder. */
    boolean names() {
        return this == FUZZ || this == ICEBERG;
    }

    /** How often, when nobody says. */
    int count() {
        return switch (this) {
            case CRASH, POWER, CEDAR, REPLAY -> 50;
            case DIFFERENTIAL -> 20_000;
            case HISTORIES -> 20;
            case ATTACKER -> 100_000;
            case MUTATIONS, FSCK -> 100_000;
            case SQL -> 500;
            case STREAMS, LAWS, WATCHES -> 20;
            case LEDGER, FUZZ, CLIENTS, ICEBERG, S3_TESTS -> 1;
        };
    }

    /**
     * How one is run.
     *
     * @param count deaths, or requests @param lasts how long, where nothing is counted
     * @param work a folder for what must outlive them
     * @param source what is to be read, for those that read something
     * @param fileSystem for power cuts @param workers that run somebody else's tests at once
     * @param more arguments for the program that runs them @param told hears of each round
     */
    record Asked(
            int count,
            Duration lasts,
            Path work,
            Path source,
            long seed,
            LoopVolume.FileSystem fileSystem,
            int workers,
            List<String> more,
            Consumer<String> told) {}

    Figures run(Asked asked) throws IOException, InterruptedException {
        return switch (this) {
            case CRASH -> deaths(asked, new Site.Folder(asked.work()), Choice.POINTS_TOO);
            case POWER ->
                    deaths(
                            asked,
                            new Site.Volume(new LoopVolume(asked.fileSystem())),
                            Choice.AFTER_LOAD);
            case ATTACKER ->
                    new Attacker(asked.work(), asked.count(), asked.seed(), asked.told()).attack();
            case CEDAR -> cases(asked);
            case DIFFERENTIAL -> new Differential(asked.seed(), asked.told()).run(asked.count());
            case MUTATIONS ->
                    new Mutations(asked.work(), asked.seed(), asked.told()).run(asked.count());
            case FSCK -> TesseraFsck.run(asked.work(), asked.count(), asked.seed(), asked.told());
            case LEDGER ->
                    new LedgerLoad(asked.work(), asked.told()).run(asked.lasts(), asked.seed());
            case REPLAY ->
                    new Replay(asked.work(), asked.seed(), asked.told())
                            .run(word, asked.count(), asked.seed());
            case HISTORIES ->
                    new Histories(asked.work(), asked.seed(), asked.told())
                            .run(word, asked.count(), asked.seed());
            case FUZZ ->
                    new Fuzz(asked.work(), asked.told()).run(word, asked.more(), asked.lasts());
            case CLIENTS -> new GoClients(asked.work(), asked.told()).run(word, asked.seed());
            case ICEBERG ->
                    new Engines(asked.work(), asked.told()).run(word, asked.more(), asked.seed());
            case SQL ->
                    new SqlBeside(asked.work(), asked.seed(), asked.told())
                            .run(word, asked.count(), asked.seed());
            case STREAMS ->
                    new StreamDeaths(asked.work(), asked.seed(), asked.told())
                            .run(word, asked.count());
            case LAWS ->
                    SameAsBatch.run(asked.work(), asked.seed(), asked.told(), word, asked.count());
            case WATCHES ->
                    new WatchDeaths(asked.work(), asked.seed(), asked.told())
                            .run(word, asked.count());
            case S3_TESTS ->
                    new S3Suite(
                                    asked.source(),
                                    asked.work(),
                                    asked.workers(),
                                    asked.more(),
                                    asked.told())
                            .run(word, asked.seed());
        };
    }

    private enum Choice {
        AFTER_LOAD,
        POINTS_TOO
    }

    private static Figures cases(Asked asked) throws IOException {
        Conformance.Report report;
        try {
            report = Conformance.run(asked.source());
        } catch (UncheckedIOException e) {
            throw new IOException("cannot read the cases in " + asked.source(), e);
        }
        if (report.passed() + report.failed().size() == 0) {
            throw new IOException(
                    "there is no case under "
                            + asked.source()
                            + "; name a folder laid out like cedar-integration-tests");
        }
        return new Figures(
                CEDAR.word,
                report.passed(),
                report.failed().size(),
                0,
                Map.of("requests", (long) report.requests()),
                0,
                report.failed().stream().map(each -> each.name() + ": " + each.problem()).toList());
    }

    private Figures deaths(Asked asked, Site site, Choice choice)
            throws IOException, InterruptedException {
        Random random = new Random(asked.seed());
        try (Rounds rounds =
                new Rounds(site, asked.work(), asked.seed(), asked.told(), List.of())) {
            int point = random.nextInt(Moment.POINTS.size());
            int round = 0;
            while (rounds.deaths() < asked.count()) {
                boolean atPoint = choice == Choice.POINTS_TOO && round % 2 == 1;
                rounds.play(
                        atPoint
                                ? at(Moment.POINTS.get(point++ % Moment.POINTS.size()), random)
                                : afterLoad(random));
                round++;
            }
            return rounds.finish(word);
        }
    }

    static Moment at(Moment.Point point, Random random) {
        return new Moment.AtPoint(point, 1 + random.nextInt(point.passes()));
    }

    static Moment afterLoad(Random random) {
        return new Moment.AfterLoad(Duration.ofMillis(50 + random.nextInt(400)));
    }
}
