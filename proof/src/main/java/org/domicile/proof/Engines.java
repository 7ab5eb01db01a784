package org.domicile.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One table of format 2 and one of format 3 that all engines read and write through the catalog,
 * each in turn: it reads what those before it wrote, appends, changes and deletes rows, and in the
 * end all of them read both tables once more and have to agree. What a pinned release cannot do is
 * in a list with a piece of its error; a gap that closes, or another error, is wrong. After that
 * they try what they may not ({@link EngineEscapes}).
 */
final class Engines {
    private static final List<String> FORMATS = List.of("2", "3");

    /** In its turn, and once more when all have had theirs. */
    private static final String READ = "read";

    private static final String AGREE = "agree";

    /** The engines of proof/engines. */
    enum Engine {
        JAVA(Jdk.OURS),
        PYICEBERG(Jdk.NONE),
        DUCKDB(Jdk.NONE),
        SPARK(Jdk.SEVENTEEN),
        TRINO(Jdk.OURS),
        FLINK(Jdk.SEVENTEEN);

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

    /**
     * What a pinned release cannot do while all engines take part.
     *
     * @param error a piece of what it says
     */
    record Gap(Engine engine, String format, String order, String error) {}

    /** To be read beside docs/use/tables.md, which tells them to people. */
    static final List<Gap> GAPS =
            List.of(
                    // position deletes whose paths are DELTA_LENGTH_BYTE_ARRAY, read as a
                    // dictionary
                    new Gap(Engine.PYICEBERG, "2", AGREE, "DeltaLengthByteArrayDecoder"),
                    new Gap(Engine.PYICEBERG, "3", "insert", "Cannot write manifest"),
                    new Gap(Engine.PYICEBERG, "3", "update", "Cannot write manifest"),
                    new Gap(Engine.FLINK, "2", "update", "SupportsRowLevelUpdate"),
                    new Gap(Engine.FLINK, "2", "delete", "SupportsRowLevelDelete"),
                    new Gap(Engine.FLINK, "3", "update", "SupportsRowLevelUpdate"),
                    new Gap(Engine.FLINK, "3", "delete", "SupportsRowLevelDelete"));

    private final Path work;
    private final Consumer<String> told;
    private final List<String> wrong = new ArrayList<>();
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private int passed;

    /** Whether all engines take part: some gaps are about what another one wrote. */
    private boolean whole;

    Engines(Path work, Consumer<String> told) {
        this.work = work;
        this.told = told;
    }

    /** What a table has to hold, by number. */
    private static final class Expected {
        private final Map<Long, String> words = new TreeMap<>();
        private long next = 1;

        List<String> rows() {
            return words.entrySet().stream()
                    .map(each -> row(each.getKey(), each.getValue()))
                    .toList();
        }
    }

    private static List<String> values(long n, String word) {
        return List.of(
                Long.toString(n),
                word,
                "%d.%02d".formatted(n, n % 100),
                java.time.LocalDate.of(2026, 1, 1).plusDays(n).toString(),
                "2026-01-%02d 12:30:15.123456".formatted(1 + n % 28));
    }

    private static String row(long n, String word) {
        return String.join("|", values(n, word));
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
        whole = List.of(Engine.values()).equals(engines);
        Map<Engine, List<String>> commands = new EnumMap<>(Engine.class);
        for (Engine each : engines) {
            commands.put(each, command(each));
        }
        try (Server server =
                Server.start(
                        new Server.Start(
                                work.resolve("data"),
                                List.of(work.resolve("keys")),
                                work.resolve("server.out"),
                                List.of(),
                                List.of(),
                                List.of()))) {
            server.awaitReady();
            all(server, commands);
            server.stop();
        } catch (Server.Died e) {
            throw new IOException(e.getMessage(), e);
        }
        return new Figures(name, passed, wrong.size(), 0, counts, seed, List.copyOf(wrong));
    }

    private void all(Server server, Map<Engine, List<String>> commands) throws IOException {
        Map<String, String> environment = server.forEngines();
        Map<Engine, EngineProcess> running = new EnumMap<>(Engine.class);
        try {
            for (Map.Entry<Engine, List<String>> each : commands.entrySet()) {
                String word = each.getKey().word();
                told.accept("starting " + word);
                running.put(
                        each.getKey(),
                        EngineProcess.start(
                                each.getValue(), environment, work.resolve(word + ".out")));
            }
            for (String format : FORMATS) {
                both(format, running);
            }
            escapes(server, running);
        } finally {
            for (EngineProcess each : running.values()) {
                each.close();
            }
        }
    }

    private void escapes(Server server, Map<Engine, EngineProcess> running) throws IOException {
        int before = wrong.size();
        try {
            Map<String, Integer> tried =
                    new EngineEscapes(work.resolve("data"), server, running, told, wrong).run();
            tried.forEach((name, count) -> counts.put(name, (long) count));
            passed +=
                    tried.values().stream().mapToInt(Integer::intValue).sum()
                            - (wrong.size() - before);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void both(String format, Map<Engine, EngineProcess> running) throws IOException {
        String table = "format_" + format;
        Expected expected = new Expected();
        boolean made = false;
        for (Map.Entry<Engine, EngineProcess> each : running.entrySet()) {
            Engine engine = each.getKey();
            EngineProcess process = each.getValue();
            if (made) {
                read(engine, format, process, table, expected, READ);
            } else {
                made = ask(engine, format, process, "create", table, format);
            }
            long first = expected.next;
            List<String> rows = new ArrayList<>(List.of("insert", table));
            Map<Long, String> added = new TreeMap<>();
            for (long n = first; n < first + 4; n++) {
                String word = engine.word() + " ü 'quoted' " + n;
                rows.addAll(values(n, word));
                added.put(n, word);
            }
            if (ask(engine, format, process, rows.toArray(String[]::new))) {
                expected.words.putAll(added);
                expected.next = first + 4;
            }
            // one of its own, and one of whoever came first
            for (long n : expected.next == 5 ? List.of(2L) : List.of(expected.next - 3, 3L)) {
                String word = "changed by " + engine.word();
                if (ask(engine, format, process, "update", table, Long.toString(n), word)) {
                    expected.words.put(n, word);
                }
            }
            long last = expected.next - 1;
            if (ask(engine, format, process, "delete", table, Long.toString(last))) {
                expected.words.remove(last);
            }
            read(engine, format, process, table, expected, READ);
        }
        for (Map.Entry<Engine, EngineProcess> each : running.entrySet()) {
            read(each.getKey(), format, each.getValue(), table, expected, AGREE);
        }
        counts.put("rows of format " + format, (long) expected.words.size());
    }

    /**
     * @param when what the reading is called, in the list of gaps too
     */
    private void read(
            Engine engine,
            String format,
            EngineProcess process,
            String table,
            Expected expected,
            String when)
            throws IOException {
        try {
            List<String> rows =
                    process.ask("read", table).stream()
                            .sorted(
                                    java.util.Comparator.comparingLong(row ->
                                            Long.parseLong(row.substring(0, row.indexOf('|')))))
                            .toList();
            if (rows.equals(expected.rows())) {
                done(engine, format, when);
            } else {
                wrong.add(
                        "%s reads of format %s %s and not %s"
                                .formatted(engine.word(), format, rows, expected.rows()));
            }
        } catch (EngineProcess.Failed e) {
            failed(engine, format, when, e.why());
        }
    }

    private boolean ask(Engine engine, String format, EngineProcess process, String... words)
            throws IOException {
        try {
            process.ask(words);
            done(engine, format, words[0]);
            return true;
        } catch (EngineProcess.Failed e) {
            failed(engine, format, words[0], e.why());
            return false;
        }
    }

    private static Stream<Gap> gaps(Engine engine, String format, String order) {
        return GAPS.stream()
                .filter(each ->
                        each.engine() == engine
                                && each.format().equals(format)
                                && each.order().equals(order));
    }

    private void done(Engine engine, String format, String order) {
        told.accept("%s, format %s: %s".formatted(engine.word(), format, order));
        if (whole && gaps(engine, format, order).findAny().isPresent()) {
            wrong.add(
                    "%s can %s format %s now: take the gap out of the list"
                            .formatted(engine.word(), order, format));
        } else {
            passed++;
        }
    }

    private void failed(Engine engine, String format, String order, String why) {
        told.accept("%s, format %s: %s: %s".formatted(engine.word(), format, order, why));
        if (gaps(engine, format, order).anyMatch(each -> why.contains(each.error()))) {
            counts.merge("gaps", 1L, Long::sum);
        } else {
            wrong.add("%s cannot %s format %s: %s".formatted(engine.word(), order, format, why));
        }
    }

    // what they are started with

    private List<String> command(Engine engine) throws IOException, InterruptedException {
        Path folder = SourceTree.root().resolve("proof/engines");
        List<String> words = new ArrayList<>();
        switch (engine) {
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
