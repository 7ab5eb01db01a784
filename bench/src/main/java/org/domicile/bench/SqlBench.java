package org.domicile.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.domicile.query.Answer;
import org.domicile.query.At;
import org.domicile.query.Batch;
import org.domicile.query.DataFile;
import org.domicile.query.Failure;
import org.domicile.query.Footer;
import org.domicile.query.Limits;
import org.domicile.query.Plan;
import org.domicile.query.Queries;
import org.domicile.query.QueryOptions;
import org.domicile.query.Relation;
import org.domicile.query.Rows;
import org.domicile.query.Session;
import org.domicile.query.Sources;
import org.domicile.query.Table;
import org.domicile.query.TableName;
import org.domicile.query.WorkerJars;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench sql}: the same questions in the bare engine and through a session. */
@Command(
        name = "sql",
        mixinStandardHelpOptions = true,
        description = {
            "Asks the same questions of the same Parquet file in a bare DuckDB in this process and"
                + " through sessions in walled workers: first touch (columns are staged), again"
                + " (they are there), and how long a session takes to begin, warm and cold. Guard,"
                + " policy and record are not in it. Then TPC-H's 22 questions, and some about"
                + " flights where a file of them is named, to a bare DuckDB and through"
                + " PostgreSQL's protocol to our server, with log-in, policy and record: each"
                + " answer is compared.",
            "Example: domicile bench sql --scale 1 --flights flights-3m.parquet"
        })
final class SqlBench implements Callable<Integer> {
    private static final List<String> QUESTIONS =
            List.of(
                    "select count(*) from t",
                    "select g, count(*), avg(v) from t group by g order by g limit 10",
                    "select s, count(*) c from t group by s order by c desc, s limit 10",
                    "select count(distinct id) from t",
                    "select max(v) from t where id = 4711",
                    "select id, v from t where v > 0.99 limit 50000");

    private static final String NAMESPACE = "bench";

    /** Workers that wait for a session; as many as the server keeps. */
    private static final int WARM = 2;

    @Mixin RunOptions run = new RunOptions();

    @Option(
            names = "--millions",
            defaultValue = "3",
            paramLabel = "N",
            description = "Millions of rows (default: ${DEFAULT-VALUE}).")
    int millions;

    @Option(
            names = "--scale",
            defaultValue = "1",
            paramLabel = "N",
            description =
                    "TPC-H's scale factor, also a fraction; 0 leaves it out (default:"
                            + " ${DEFAULT-VALUE}).")
    double scale;

    @Option(
            names = "--flights",
            paramLabel = "FILE",
            description =
                    "A Parquet file of flights, as flights-3m.parquet of npm's vega-datasets is"
                            + " (default: none).")
    @Nullable Path flights;

    @Override
    public Integer call() throws IOException, SQLException {
        try (Scratch scratch = run.scratch()) {
            Path file = scratch.folder().resolve("t.parquet");
            Map<String, Object> figures = new LinkedHashMap<>();
            measure(file, scratch.folder(), figures);
            if (scale > 0 || flights != null) {
                overTheWire(scratch, figures);
            }
            System.out.println(run.json ? Json.text(figures) : "sql: " + figures);
            return 0;
        }
    }

    private void overTheWire(Scratch scratch, Map<String, Object> figures)
            throws IOException, SQLException {
        Map<String, Path> files = new LinkedHashMap<>();
        if (scale > 0) {
            run.progress("making TPC-H's tables");
            files.putAll(TpchFiles.make(scratch.folder(), scale));
        }
        if (flights != null) {
            files.put("flights", flights.toAbsolutePath());
        }
        run.progress("starting our server");
        Ours ours = Ours.start(scratch, scratch.folder().resolve("ours")).ours();
        URI at = ours.sql();
        String url = "jdbc:postgresql://" + at.getHost() + ":" + at.getPort() + "/" + NAMESPACE;
        try (Asking asking = new Asking(url, ours.credential(), files, run.rounds)) {
            asking.run("create schema " + NAMESPACE);
            for (Map.Entry<String, Path> each : files.entrySet()) {
                run.progress("loading " + each.getKey());
                ours.command(
                        "table",
                        "load",
                        each.getValue().toString(),
                        NAMESPACE + "." + each.getKey());
            }
            if (scale > 0) {
                figures.put("tpch", told(asking.ask(Questions.of("tpch"), run)));
            }
            if (flights != null) {
                figures.put("flights", told(asking.ask(Questions.of("flights"), run)));
            }
            figures.put("firstAnswerMillis", asking.begin());
        }
    }

    /** Each question, and their sums. */
    private static Map<String, Object> told(Map<String, Asking.Took> took) {
        Map<String, Object> told = new LinkedHashMap<>();
        double bare = 0;
        double ours = 0;
        double first = 0;
        List<Double> ratios = new ArrayList<>();
        for (Map.Entry<String, Asking.Took> each : took.entrySet()) {
            bare += each.getValue().bare();
            ours += each.getValue().ours();
            first += each.getValue().first();
            ratios.add(each.getValue().ours() / each.getValue().bare());
            told.put(
                    each.getKey(),
                    "%.1f, %.1f, first %.1f"
                            .formatted(
                                    each.getValue().bare(),
                                    each.getValue().ours(),
                                    each.getValue().first()));
        }
        told.put("bareMillis", bare);
        told.put("oursMillis", ours);
        told.put("firstTouchMillis", first);
        told.put("oursToBare", ours / bare);
        told.put("medianRatio", median(ratios));
        told.put("firstTouchToBare", first / bare);
        return told;
    }

    private void measure(Path file, Path folder, Map<String, Object> figures)
            throws IOException, SQLException {
        run.progress("making the file");
        try (Connection bare = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = bare.createStatement()) {
            statement.execute("set threads = 2");
            statement.execute(
                    ("copy (select i as id, i %% 1000 as g, 'word ' || (hash(i) %% 50000) as s,"
                                    + " (hash(i) %% 10000) / 10000.0 as v from range(%d) t(i)) to"
                                    + " '%s' (format parquet, compression zstd)")
                            .formatted(millions * 1_000_000L, file));
            statement.execute("create view t as from '" + file + "'");
            Path staging = Path.of("/dev/shm", "domicile-bench-" + ProcessHandle.current().pid());
            Limits limits = Limits.USUAL;
            QueryOptions options =
                    new QueryOptions(
                            Path.of(System.getProperty("java.home")),
                            new WorkerJars(folder.resolve("engines")),
                            staging,
                            4L << 30,
                            QueryOptions.LEAST_ROWS,
                            WARM,
                            limits,
                            Map.of());
            try (Queries queries = Queries.open(options)) {
                begins(queries, figures);
                ask(statement, queries, file, figures);
            } finally {
                Files.deleteIfExists(staging);
            }
        }
    }

    private void begins(Queries queries, Map<String, Object> figures) throws IOException {
        run.progress("beginning sessions");
        List<Double> warm = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            try (Session session = given(queries.begin("city", "UTC"))) {
                drain(session, "select 1", new Nothing());
                double millis = millis(start);
                if (i == 0) {
                    figures.put("coldBeginMillis", millis);
                } else {
                    warm.add(millis);
                }
            }
            long end = System.nanoTime() + 10_000_000_000L;
            while (queries.standing().warm() < WARM && System.nanoTime() < end) {
                LockSupport.parkNanos(10_000_000);
            }
        }
        figures.put("warmBeginMillis", median(warm));
    }

    private void ask(Statement bare, Queries queries, Path file, Map<String, Object> figures)
            throws IOException, SQLException {
        double sumBare = 0;
        double sumFirst = 0;
        double sumAgain = 0;
        try (Session session = given(queries.begin("city", "UTC"))) {
            for (String question : QUESTIONS) {
                run.progress(question);
                long first = System.nanoTime();
                try (Session fresh = given(queries.begin("city", "UTC"))) {
                    first = System.nanoTime();
                    drain(fresh, question, new OneFile(file));
                    sumFirst += millis(first);
                }
                List<Double> plain = new ArrayList<>();
                List<Double> walled = new ArrayList<>();
                for (int round = 0; round <= run.rounds; round++) {
                    long start = System.nanoTime();
                    drain(bare, question);
                    double one = millis(start);
                    start = System.nanoTime();
                    drain(session, question, new OneFile(file));
                    if (round > 0) {
                        plain.add(one);
                        walled.add(millis(start));
                    }
                }
                sumBare += median(plain);
                sumAgain += median(walled);
            }
        }
        figures.put("bareMillis", sumBare);
        figures.put("sessionMillis", sumAgain);
        figures.put("firstTouchMillis", sumFirst);
        figures.put("sessionToBare", sumAgain / sumBare);
        figures.put("firstTouchToBare", sumFirst / sumBare);
    }

    private static void drain(Statement statement, String question) throws SQLException {
        try (ResultSet rows = statement.executeQuery(question)) {
            while (rows.next()) {
                rows.getObject(1);
            }
        }
    }

    private static void drain(Session session, String question, Sources sources)
            throws IOException {
        try (Rows rows = given(session.run(question, List.of(), sources))) {
            Optional<Batch> next = given(rows.next());
            while (next.isPresent()) {
                next = given(rows.next());
            }
        }
    }

    private static <T> T given(Answer<T> answer) throws IOException {
        return switch (answer) {
            case Answer.Given<T>(T value) -> value;
            case Answer.Failed<T>(Failure failure) -> throw new IOException(failure.toString());
        };
    }

    private static double millis(long start) {
        return (System.nanoTime() - start) / 1e6;
    }

    private static double median(List<Double> all) {
        double[] sorted = all.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }

    /** No tables. */
    private static final class Nothing implements Sources {
        @Override
        public Answer<Relation> resolve(TableName name, At at, List<String> namespace) {
            return Answer.failed(Failure.NO_TABLE, "there is none");
        }

        @Override
        public Answer<Reading> open(Plan plan) {
            return Answer.of(new OneFile.Read());
        }
    }

    /** The table {@code t}, a file on disk. */
    private static final class OneFile implements Sources {
        private final Path file;

        OneFile(Path file) {
            this.file = file;
        }

        @Override
        public Answer<Relation> resolve(TableName name, At at, List<String> namespace) {
            try {
                Footer footer = Footer.read(Files.size(file), (from, length) -> range(file, from));
                return Answer.of(
                        new Table(List.of(new DataFile(file.toString(), file.toString(), footer))));
            } catch (IOException e) {
                return Answer.failed(Failure.SYSTEM, String.valueOf(e));
            }
        }

        @Override
        public Answer<Reading> open(Plan plan) {
            return Answer.of(new Read());
        }

        private static InputStream range(Path from, long at) throws IOException {
            RandomAccessFile in = new RandomAccessFile(from.toFile(), "r");
            in.seek(at);
            return Channels.newInputStream(in.getChannel());
        }

        /** Reads files by their place. */
        static final class Read implements Reading {
            @Override
            public InputStream read(DataFile file, long offset, long length) throws IOException {
                return range(Path.of(file.place()), offset);
            }

            @Override
            public void close() {}
        }
    }
}
