package org.domicile.proof;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What engines try that they may not ({@code proof/engines/escapes.txt}): around a rule of rows and
 * columns, and at files that are not a table's. Each is a single order; its control, which works,
 * is the same before there is a rule, or one that differs by words alone.
 */
final class EngineEscapes {
    /** Of each class that an engine has. */
    private static final int LEAST = 15;

    /** Those that have attempts. */
    private static final List<Engines.Engine> ENGINES =
            List.of(Engines.Engine.PYICEBERG, Engines.Engine.DUCKDB, Engines.Engine.TRINO);

    /** Of which kind. */
    private enum Kind {
        RULES,
        ELSEWHERE
    }

    private record Attempt(
            Engines.Engine engine, Kind kind, String order, String control, String error) {}

    private final Path data;
    private final Server server;
    private final Map<Engines.Engine, Orders> running;
    private final Consumer<String> told;
    private final List<String> wrong;
    private final Map<String, String> words = new HashMap<>();
    private final Map<String, Integer> tried = new TreeMap<>();
    private int n;

    /**
     * @param wrong gets what is through, and what does not work where it may
     */
    EngineEscapes(
            Path data,
            Server server,
            Map<Engines.Engine, Orders> running,
            Consumer<String> told,
            List<String> wrong) {
        this.data = data;
        this.server = server;
        this.running = running;
        this.told = told;
        this.wrong = wrong;
    }

    private static List<Attempt> attempts() throws IOException {
        List<Attempt> attempts = new ArrayList<>();
        for (String line :
                Files.readAllLines(SourceTree.root().resolve("proof/engines/escapes.txt"))) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] parts = line.split("\\s\\|(?=\\s|$)", -1);
            if (parts.length != 5) {
                throw new IOException("not a line of the list: " + line);
            }
            String order = parts[2].strip();
            String control = order;
            if (!parts[3].isBlank()) {
                for (String change : parts[3].split(" ;; ", -1)) {
                    String[] both = (change + " ").split(" => ", 2);
                    if (both.length != 2 || !control.contains(both[0].strip())) {
                        throw new IOException("a change that changes nothing: " + line);
                    }
                    control = control.replace(both[0].strip(), both[1].strip());
                }
            }
            attempts.add(
                    new Attempt(
                            Engines.Engine.of(parts[0].strip()),
                            Kind.valueOf(parts[1].strip().toUpperCase(java.util.Locale.ROOT)),
                            order,
                            control,
                            parts[4].strip()));
        }
        return attempts;
    }

    /** Tries all of those that run. @return how many, by engine and class */
    Map<String, Integer> run() throws IOException, InterruptedException {
        List<Attempt> attempts =
                attempts().stream().filter(each -> running.containsKey(each.engine())).toList();
        if (attempts.isEmpty()) {
            return Map.of();
        }
        prepare();
        for (Attempt each : attempts) {
            if (each.kind() == Kind.RULES) {
                control(each);
            }
        }
        rule();
        for (Attempt each : attempts) {
            if (each.kind() == Kind.RULES) {
                attempt(each);
            }
        }
        for (Attempt each : attempts) {
            if (each.kind() == Kind.ELSEWHERE) {
                attempt(each);
                control(each);
            }
        }
        for (Engines.Engine each : ENGINES) {
            if (running.containsKey(each)) {
                enough(each, Kind.RULES);
                enough(each, Kind.ELSEWHERE);
            }
        }
        return tried;
    }

    private void enough(Engines.Engine engine, Kind kind) {
        int count = tried.getOrDefault(name(engine, kind), 0);
        if (count < LEAST) {
            wrong.add("only " + count + " attempts of " + name(engine, kind));
        }
    }

    private static String name(Engines.Engine engine, Kind kind) {
        return "escapes of "
                + engine.word()
                + ", "
                + kind.name().toLowerCase(java.util.Locale.ROOT);
    }

    // what is there

    private void prepare() throws IOException, InterruptedException {
        Orders maker = running.values().iterator().next();
        try (S3Client objects = server.client();
                S3Client catalog = server.catalog()) {
            for (String table : List.of("ruled", "own", "other")) {
                if (table.equals("other")) {
                    // No engine has loaded it, so none was given credentials for it.
                    domicile(
                            "sql",
                            "create table engines.other as select 1 as n, 'planted' as word");
                } else {
                    done(maker, "create", table, "2");
                    done(
                            maker,
                            "insert",
                            table,
                            "1",
                            "planted-" + table,
                            "1.00",
                            "2026-01-01",
                            "2026-01-01 00:00:00.000000");
                }
                Map<String, String> loaded =
                        Server.json(
                                catalog.send(
                                                "GET",
                                                "iceberg/v1/namespaces/engines/tables/" + table,
                                                Map.of(),
                                                Map.of(),
                                                new byte[0])
                                        .body());
                String location = loaded.getOrDefault("metadata.location", "");
                words.put(table, location.substring(location.lastIndexOf('/') + 1));
                words.put("bucket", location.split("/", -1)[2]);
                words.put(table + "-metadata", loaded.getOrDefault("metadata-location", ""));
                if (table.equals("ruled")) {
                    words.put("snapshot", loaded.getOrDefault("metadata.current-snapshot-id", ""));
                }
                Map<String, String> plan =
                        Server.json(
                                catalog.send(
                                                "POST",
                                                "iceberg/v1/namespaces/engines/tables/"
                                                        + table
                                                        + "/plan",
                                                Map.of(),
                                                Map.of(),
                                                "{}".getBytes(StandardCharsets.UTF_8))
                                        .body());
                words.put(
                        table + "-file",
                        plan.entrySet().stream()
                                .filter(each -> each.getKey().endsWith("file-path"))
                                .findFirst()
                                .orElseThrow(() -> new IOException("no file in " + plan))
                                .getValue());
            }
            objects.send("PUT", "ordinary", Map.of(), Map.of(), new byte[0]);
            for (String name : List.of("o", "j.json")) {
                objects.send(
                        "PUT",
                        "ordinary/" + name,
                        Map.of(),
                        Map.of(),
                        "{\"ordinary\": 1}".getBytes(StandardCharsets.UTF_8));
            }
        }
        domicile("sql", "copy (select 1 as n) to 's3://ordinary/rows.parquet'");
        Orders python = running.get(Engines.Engine.PYICEBERG);
        if (python != null) {
            done(python, "remember");
            done(
                    python,
                    "python",
                    "write(own.io, 's3://%s/%s/data/planted2')"
                            .formatted(words.get("bucket"), words.get("own")));
        }
    }

    private void rule() throws IOException, InterruptedException {
        domicile("table", "rows", "engines.ruled", "--where", "n > 1");
        domicile("table", "classes", "engines.ruled", "word", "--classes", "name");
    }

    private void domicile(String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(command));
        all.add("--data");
        all.add(data.toString());
        Server.command(all.toArray(String[]::new));
    }

    private static void done(Orders engine, String... order) throws IOException {
        try {
            engine.ask(order);
        } catch (Orders.Failed e) {
            throw new IOException(String.join(" ", order) + ": " + e.why(), e);
        }
    }

    // what is tried

    private List<String> ask(Attempt attempt, String order) throws IOException, Orders.Failed {
        words.put("n", Integer.toString(++n));
        Orders engine = running.get(attempt.engine());
        if (engine == null) {
            throw new IllegalStateException("it does not run: " + attempt);
        }
        return engine.ask(
                attempt.engine() == Engines.Engine.PYICEBERG ? "python" : "sql", filled(order));
    }

    private String filled(String text) {
        String filled = text;
        for (Map.Entry<String, String> each : words.entrySet()) {
            filled = filled.replace("{" + each.getKey() + "}", each.getValue());
        }
        return filled;
    }

    private static boolean mayEnd(Attempt attempt) {
        return attempt.error().startsWith("not ");
    }

    /** Whether rows hold the words that no attempt may bring. */
    private boolean found(Attempt attempt, List<String> rows) {
        return String.join("\n", rows).contains(filled(attempt.error().substring(4)));
    }

    private void control(Attempt attempt) throws IOException {
        try {
            List<String> rows = ask(attempt, attempt.control());
            if (mayEnd(attempt) && !found(attempt, rows)) {
                wrong.add("the control of " + attempt + " says nothing: " + rows);
            }
        } catch (Orders.Failed e) {
            wrong.add("the control of " + attempt + " does not work: " + e.why());
        }
    }

    private void attempt(Attempt attempt) throws IOException {
        tried.merge(name(attempt.engine(), attempt.kind()), 1, Integer::sum);
        try {
            List<String> rows = ask(attempt, attempt.order());
            if (!mayEnd(attempt) || found(attempt, rows)) {
                wrong.add(attempt + " is through: " + rows);
            } else {
                told.accept(attempt.engine().word() + " finds nothing by " + attempt.order());
            }
        } catch (Orders.Failed e) {
            boolean right = mayEnd(attempt);
            for (String each : attempt.error().split(" or ", -1)) {
                right |= e.why().contains(each);
            }
            if (!right) {
                wrong.add(attempt + " fails with another error: " + e.why());
            }
            told.accept(attempt.engine().word() + " is refused: " + attempt.order());
        }
    }
}
