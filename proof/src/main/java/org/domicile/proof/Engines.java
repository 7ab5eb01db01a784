package org.domicile.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One table of format 2 and one of format 3 that all engines and the program's own SQL read and
 * write through the catalog, each in turn: it reads what those before it wrote, appends, changes
 * and deletes rows, and in the end all of them read both tables once more and have to agree. Then
 * the same with tables that are partitioned, with what becomes of rows' numbers, and with all four
 * once the server has compacted them ({@link EngineLayouts}). What a pinned release cannot do is in
 * a list with a piece of its error; a gap that closes, or another error, is wrong. After that they
 * try what they may not ({@link EngineEscapes}).
 */
final class Engines {
    private static final List<String> FORMATS = List.of("2", "3");

    /** Those of proof/engines, and the program's own SQL. */
    enum Engine {
        JAVA(Jdk.OURS),
        PYICEBERG(Jdk.NONE),
        DUCKDB(Jdk.NONE),
        SPARK(Jdk.SEVENTEEN),
        TRINO(Jdk.OURS),
        FLINK(Jdk.SEVENTEEN),
        DOMICILE(Jdk.NONE);

        private final Jdk jdk;

        Engine(Jdk jdk) {
            this.jdk = jdk;
        }

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        static Engine of(String word) {
            return Arrays.stream(values())
                    .filter(each -> each.word().equals(word))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no engine " + word));
        }
    }

    private enum Jdk {
        /** That of this process. */
        OURS,
        /** Which the pinned releases support. */
        SEVENTEEN,
        NONE
    }

    /** To be read beside docs/use/tables.md, which tells them to people. */
    static final List<EngineSteps.Gap> GAPS = gaps();

    private static List<EngineSteps.Gap> gaps() {
        List<EngineSteps.Gap> gaps = new ArrayList<>();
        for (String format : FORMATS) {
            for (String kind : List.of(format, EngineLayouts.kind(format))) {
                gaps.add(gap(Engine.FLINK, kind, "update", "SupportsRowLevelUpdate"));
                gaps.add(gap(Engine.FLINK, kind, "delete", "SupportsRowLevelDelete"));
            }
            // its words for partitioning are names of columns alone
            gaps.add(gap(Engine.FLINK, EngineLayouts.kind(format), "create", "SQL parse failed"));
        }
        for (String kind : List.of("2", EngineLayouts.kind("2"))) {
            // position deletes whose paths are DELTA_LENGTH_BYTE_ARRAY, read as a dictionary
            gaps.add(gap(Engine.PYICEBERG, kind, EngineSteps.AGREE, "DeltaLengthByteArrayDecoder"));
        }
        for (String kind : List.of("3", EngineLayouts.kind("3"))) {
            gaps.add(gap(Engine.PYICEBERG, kind, "insert", "Cannot write manifest"));
            gaps.add(gap(Engine.PYICEBERG, kind, "update", "Cannot write manifest"));
        }
        String third = EngineLayouts.kind("3");
        gaps.add(gap(Engine.PYICEBERG, third, "delete", "Cannot write manifest"));
        for (String step : List.of(EngineLayouts.LINEAGE, EngineLayouts.LINEAGE + " in turn")) {
            gaps.add(gap(Engine.PYICEBERG, third, step, "Could not find column: '_row_id'"));
            gaps.add(gap(Engine.FLINK, third, step, "Column '_row_id' not found"));
            // SQL keeps them and does not show them
            gaps.add(gap(Engine.DOMICILE, third, step, "\"_row_id\" not found"));
        }
        // a row that it updates right after it came with others gets the number of another
        gaps.add(gap(Engine.DUCKDB, third, EngineLayouts.NUMBERS, "have the same number"));
        return List.copyOf(gaps);
    }

    private static EngineSteps.Gap gap(Engine engine, String table, String order, String error) {
        return new EngineSteps.Gap(engine, table, order, error);
    }

    private final Path work;
    private final Consumer<String> told;

    Engines(Path work, Consumer<String> told) {
        this.work = work;
        this.told = told;
    }

    private static List<String> values(long n, String word) {
        return List.of(
                Long.toString(n),
                word,
                "%d.%02d".formatted(n, n % 100),
                java.time.LocalDate.of(2026, 1, 1).plusDays(n).toString(),
                "2026-01-%02d 12:30:15.123456".formatted(1 + n % 28));
    }

    /**
     * @param words engines to run; all when there are none
     */
    Figures run(String name, List<String> words, long seed)
            throws IOException, InterruptedException {
        List<Engine> engines =
                words.isEmpty()
                        ? List.of(Engine.values())
                        : words.stream().map(Engine::of).toList();
        EngineSteps steps = new EngineSteps(GAPS, List.of(Engine.values()).equals(engines), told);
        Map<Engine, List<String>> commands = new EnumMap<>(Engine.class);
        for (Engine each : engines) {
            if (each != Engine.DOMICILE) {
                commands.put(each, command(each));
            }
        }
        try (Server server =
                Server.start(
                        new Server.Start(
                                work.resolve("data"),
                                List.of(work.resolve("keys")),
                                work.resolve("server.out"),
                                List.of(),
                                List.of(),
                                List.of("upkeep.compaction.quiet=2s")))) {
            server.awaitReady();
            all(server, commands, steps);
            server.stop();
        } catch (Server.Died e) {
            throw new IOException(e.getMessage(), e);
        }
        return new Figures(
                name,
                steps.passed(),
                steps.wrong().size(),
                0,
                steps.counts(),
                seed,
                List.copyOf(steps.wrong()));
    }

    private void all(Server server, Map<Engine, List<String>> commands, EngineSteps steps)
            throws IOException, InterruptedException {
        Map<String, String> environment = server.forEngines();
        Map<Engine, Orders> running = new EnumMap<>(Engine.class);
        List<EngineProcess> processes = new ArrayList<>();
        try (OwnSql own = new OwnSql(server)) {
            for (Map.Entry<Engine, List<String>> each : commands.entrySet()) {
                String word = each.getKey().word();
                told.accept("starting " + word);
                EngineProcess process =
                        EngineProcess.start(
                                each.getValue(), environment, work.resolve(word + ".out"));
                processes.add(process);
                running.put(each.getKey(), process);
            }
            running.put(Engine.DOMICILE, own);
            Map<String, EngineSteps.Expected> plain = new LinkedHashMap<>();
            for (String format : FORMATS) {
                plain.put(format, turns(format, running, own, steps));
            }
            EngineLayouts layouts =
                    new EngineLayouts(server, work.resolve("data").toString(), own, running, steps);
            List<EngineLayouts.Laid> laid = new ArrayList<>();
            for (String format : FORMATS) {
                laid.add(layouts.run(format));
            }
            layouts.compact(
                    FORMATS.stream()
                            .flatMap(each -> Stream.of(table(each), EngineLayouts.table(each)))
                            .toList());
            for (String format : FORMATS) {
                agree(
                        format,
                        running,
                        plain.getOrDefault(format, new EngineSteps.Expected()),
                        EngineSteps.COMPACTED,
                        steps);
            }
            for (EngineLayouts.Laid each : laid) {
                each.compacted();
            }
            escapes(server, running, steps);
        } catch (SQLException e) {
            throw new IOException("a connection that has to work does not: " + e.getMessage(), e);
        } finally {
            for (EngineProcess each : processes) {
                each.close();
            }
        }
    }

    private void escapes(Server server, Map<Engine, Orders> running, EngineSteps steps)
            throws IOException, InterruptedException {
        int before = steps.wrong().size();
        Map<String, Integer> tried =
                new EngineEscapes(work.resolve("data"), server, running, told, steps.wrong()).run();
        tried.forEach((name, count) -> steps.counts().put(name, (long) count));
        steps.passed(
                tried.values().stream().mapToInt(Integer::intValue).sum()
                        - (steps.wrong().size() - before));
    }

    private static String table(String format) {
        return "format_" + format;
    }

    private static EngineSteps.Expected turns(
            String format, Map<Engine, Orders> running, OwnSql own, EngineSteps steps)
            throws IOException {
        String table = table(format);
        EngineSteps.Expected expected = new EngineSteps.Expected();
        boolean made = false;
        for (Map.Entry<Engine, Orders> each : running.entrySet()) {
            Engine engine = each.getKey();
            Orders orders = each.getValue();
            if (made) {
                steps.read(
                        engine, orders, format, EngineSteps.READ, expected.rows(), "read", table);
            } else {
                made = steps.ask(engine, orders, format, "create", table, format);
                if (made) {
                    // in its time, and not between two of them
                    own.set(table, "self-optimizing.enabled", "false");
                }
            }
            long first = expected.next();
            List<String> words = new ArrayList<>(List.of("insert", table));
            List<List<String>> rows = new ArrayList<>();
            for (long n = first; n < first + 4; n++) {
                List<String> row = values(n, engine.word() + " ü 'quoted' " + n);
                words.addAll(row);
                rows.add(row);
            }
            if (steps.ask(engine, orders, format, words.toArray(String[]::new))) {
                rows.forEach(expected::put);
            }
            // one of its own, and one of whoever came first
            for (long n : first == 1 ? List.of(2L) : List.of(expected.next() - 3, 3L)) {
                String word = "changed by " + engine.word();
                if (steps.ask(engine, orders, format, "update", table, Long.toString(n), word)) {
                    expected.word(n, word);
                }
            }
            long last = expected.next() - 1;
            if (steps.ask(engine, orders, format, "delete", table, Long.toString(last))) {
                expected.remove(last);
            }
            steps.read(engine, orders, format, EngineSteps.READ, expected.rows(), "read", table);
        }
        agree(format, running, expected, EngineSteps.AGREE, steps);
        steps.counts().put("rows of table " + format, (long) expected.size());
        return expected;
    }

    private static void agree(
            String format,
            Map<Engine, Orders> running,
            EngineSteps.Expected expected,
            String when,
            EngineSteps steps)
            throws IOException {
        for (Map.Entry<Engine, Orders> each : running.entrySet()) {
            steps.read(
                    each.getKey(),
                    each.getValue(),
                    format,
                    when,
                    expected.rows(),
                    "read",
                    table(format));
        }
    }

    // what they are started with

    private List<String> command(Engine engine) throws IOException, InterruptedException {
        Path folder = SourceTree.root().resolve("proof/engines");
        List<String> words = new ArrayList<>();
        switch (engine) {
            case DOMICILE -> throw new IllegalArgumentException("it is in the server");
            case PYICEBERG, DUCKDB -> {
                words.add(Foreign.program("python-tables"));
                words.add(folder.resolve("python/engine.py").toString());
                words.add(engine.word());
            }
            case JAVA, SPARK, TRINO, FLINK -> {
                words.add(java(engine).resolve("bin/java").toString());
                words.add("-Xmx1g");
                if (engine.jdk == Jdk.OURS) {
                    words.addAll(
                            List.of(
                                    "--add-modules=jdk.incubator.vector",
                                    "--enable-native-access=ALL-UNNAMED",
                                    "--sun-misc-unsafe-memory-access=allow"));
                }
                for (String each :
                        List.of(
                                "java.lang",
                                "java.lang.invoke",
                                "java.io",
                                "java.net",
                                "java.nio",
                                "java.util",
                                "java.util.concurrent",
                                "java.util.concurrent.atomic",
                                "sun.nio.ch",
                                "sun.nio.cs",
                                "sun.security.action",
                                "sun.util.calendar")) {
                    words.add("--add-opens=java.base/" + each + "=ALL-UNNAMED");
                }
                words.add("-Duser.timezone=UTC");
                words.add("-Djava.io.tmpdir=" + Files.createDirectories(work.resolve("tmp")));
                words.add("-cp");
                words.add(classPath(folder.resolve(engine.word())));
                words.add(folder.resolve(engine.word()).resolve("Engine.java").toString());
            }
        }
        return words;
    }

    private static Path java(Engine engine) throws IOException {
        Path ours = Path.of(System.getProperty("java.home"));
        if (engine.jdk == Jdk.OURS) {
            return ours;
        }
        try (Stream<Path> all = Files.list(Path.of("/usr/lib/jvm"))) {
            return all.filter(each -> each.getFileName().toString().contains("17"))
                    .filter(each -> Files.isExecutable(each.resolve("bin/javac")))
                    .findFirst()
                    .orElse(ours);
        }
    }

    /**
     * Maven resolves it once for each state of the pom, into a repository of its own: hundreds of
     * megabytes that no build of ours should meet.
     */
    private String classPath(Path folder) throws IOException, InterruptedException {
        Path place = Files.createDirectories(SourceTree.root().resolve(".domicile/engines"));
        Path kept = place.resolve(folder.getFileName() + ".path");
        Path stamp = kept.resolveSibling(folder.getFileName() + ".pom");
        String pom = Files.readString(folder.resolve("pom.xml"));
        if (!Files.exists(stamp) || !Files.readString(stamp).equals(pom)) {
            told.accept("Maven brings what " + folder.getFileName() + " needs");
            Foreign.command(
                            Foreign.program("mvn"),
                            "-B",
                            "-q",
                            "-ntp",
                            "-f",
                            folder.resolve("pom.xml").toString(),
                            "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath",
                            "-Dmaven.repo.local=" + place.resolve("repository"),
                            "-Dmdep.includeScope=runtime",
                            "-Dmdep.outputFile=" + kept)
                    .within(1_800)
                    .done();
            Files.writeString(stamp, pom);
        }
        return Files.readString(kept).strip();
    }
}
