package org.domicile.flink;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.Expressions;
import org.apache.flink.table.api.FormatDescriptor;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.TableDescriptor;
import org.apache.flink.table.api.bridge.java.StreamStatementSet;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.api.internal.TableEnvironmentInternal;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.operations.Operation;
import org.apache.flink.table.operations.QueryOperation;

/** What Flink makes of a query over streams. For one watch and one thread. */
final class Planning {
    /** The column that every stream has: when its record came. */
    static final String RECORD_TIME = "record_time";

    /** How far a stream's clock is believed when it goes ahead of ours. */
    private static final String AHEAD = "INTERVAL '1' MINUTE";

    /** What is remembered for longer goes: state lies in memory. */
    private static final String FORGET = "24 h";

    /**
     * A part of a stream in which nothing comes holds nobody up for longer; see {@link Patience}.
     */
    private static final String IDLE = "5 s";

    /** How often parts are looked for that a stream got; until then {@link Growing} waits. */
    private static final String FIND = "5 s";

    private static final Pattern SCAN = Pattern.compile("table=\\[\\[([^\\]]*)");
    private static final Pattern OURS =
            Pattern.compile("default_catalog, default_database, ([^,\\]]*)(?:, .*)?");

    /** What Flink says of a join with a table that it cannot run. */
    private static final List<String> UNJOINED =
            List.of(
                    "not enough rules",
                    "nknown join type",
                    "emporal table join",
                    "emporal Table Join",
                    "ookup join",
                    "ookup key");

    private static final String MOST_WAITING = "86400000"; // of a transaction, in milliseconds

    private final Wanted wanted;
    private final int port;
    private final StreamExecutionEnvironment environment;
    private final StreamTableEnvironment tables;
    private final SqlText text;

    /**
     * @throws Wrong when it cannot be a query
     */
    Planning(Wanted wanted, int port, Configuration configuration) throws Wrong {
        this(
                wanted,
                letters(wanted),
                port,
                new StreamExecutionEnvironment(new Configuration(configuration)));
    }

    private Planning(
            Wanted wanted, SqlText text, int port, StreamExecutionEnvironment environment) {
        this(
                wanted,
                text,
                port,
                environment,
                StreamTableEnvironment.create(environment, settings()));
    }

    /** Of an environment in which a query makes no serializer of what it says. */
    static EnvironmentSettings settings() {
        return EnvironmentSettings.newInstance()
                .inStreamingMode()
                .withClassLoader(new NoSnapshots(Planning.class.getClassLoader()))
                .build();
    }

    /**
     * Gives Flink's planner no class by which serializers come back from bytes. It asks for one
     * only where a query has the bytes, in a type RAW, and would run what they say. Jobs have a
     * loader of their own.
     */
    private static final class NoSnapshots extends ClassLoader {
        NoSnapshots(ClassLoader parent) {
            super(parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.endsWith("Snapshot")) {
                throw new ClassNotFoundException(name);
            }
            return super.loadClass(name, resolve);
        }
    }

    /**
     * What is behind the look at the letters, and does not rely on it.
     *
     * @param tables a catalog, which gets what is named
     */
    Planning(
            Wanted wanted,
            SqlText text,
            int port,
            StreamExecutionEnvironment environment,
            StreamTableEnvironment tables) {
        this.wanted = wanted;
        this.text = text;
        this.port = port;
        this.environment = environment;
        this.tables = tables;
        tables.getConfig().set("table.local-time-zone", "UTC");
        tables.getConfig().set("table.exec.state.ttl", FORGET);
        tables.getConfig().set("table.exec.source.idle-timeout", IDLE);
        tables.getConfig().set("table.dynamic-table-options.enabled", "false");
        tables.createTemporarySystemFunction("anomaly", Anomaly.class);
        Set<String> named = text.all();
        wanted.streams().stream()
                .filter(each -> named.contains(each.name()))
                .forEach(each ->
                        tables.createTemporaryTable(SqlText.quoted(each.name()), source(each)));
        wanted.tables().stream()
                .filter(each -> named.contains(each.name()))
                .forEach(each ->
                        tables.createTemporaryTable(SqlText.quoted(each.name()), stored(each)));
    }

    private static SqlText letters(Wanted wanted) throws Wrong {
        Set<String> columns = new HashSet<>(Set.of(RECORD_TIME, "value", "key"));
        wanted.streams().forEach(each -> columns.addAll(each.columns().keySet()));
        Set<String> known = new HashSet<>();
        wanted.tables()
                .forEach(each -> {
                    known.add(each.name());
                    columns.addAll(each.columns().keySet());
                });
        return SqlText.of(wanted.sql(), columns, known);
    }

    /** What a query reads, and the columns of its results. */
    record Found(Set<String> sources, Set<String> tables, Map<String, String> columns) {}

    /** Looks at it. @throws Wrong when it does not run */
    Found look() throws Wrong {
        try {
            Table table = table();
            // all of planning, and nothing runs
            Set<String> read = read(statements(table).explain());
            Set<String> sources = names(wanted.streams().stream().map(Wanted.Stream::name), read);
            if (sources.isEmpty()) {
                throw new Wrong("The query reads no stream; name one behind FROM.");
            }
            return new Found(
                    sources,
                    names(wanted.tables().stream().map(Wanted.Stored::name), read),
                    columns(table));
        } catch (RuntimeException | AssertionError e) {
            throw wrong(e);
        }
    }

    /** What is to run. @param restored where its last checkpoint lies; empty for none */
    StreamGraph graph(String restored) throws Wrong {
        try {
            statements(table()).attachAsDataStream();
            StreamGraph graph = environment.getStreamGraph();
            graph.setJobName(wanted.id());
            if (!restored.isEmpty()) {
                graph.setSavepointRestoreSettings(
                        SavepointRestoreSettings.forPath(restored, false));
            }
            return graph;
        } catch (RuntimeException | AssertionError e) {
            throw wrong(e);
        }
    }

    /** The query alone: what Flink's own parser takes for anything else is refused. */
    private Table table() throws Wrong {
        List<Operation> parsed =
                ((TableEnvironmentInternal) tables).getParser().parse(text.flink());
        if (parsed.size() != 1 || !(parsed.getFirst() instanceof QueryOperation)) {
            throw new Wrong("A watch is one query; begin it with SELECT or WITH.");
        }
        Table table = tables.sqlQuery(text.flink());
        // what SELECT * brings along
        return table.getResolvedSchema().getColumnNames().contains(SqlText.LOOKED)
                ? table.dropColumns(Expressions.$(SqlText.LOOKED))
                : table;
    }

    /**
     * The streams and tables that the plan reads. One that reads anything else is refused: there is
     * no way to name it, and this does not rely on that. All of the text is looked at: literals of
     * the query are in it, and may look like where its parts begin and end.
     */
    private Set<String> read(String plan) throws Wrong {
        Set<String> known = new HashSet<>();
        wanted.streams().forEach(each -> known.add(each.name()));
        wanted.tables().forEach(each -> known.add(each.name()));
        Set<String> sources = new HashSet<>();
        Matcher scans = SCAN.matcher(plan);
        while (scans.find()) {
            Matcher ours = OURS.matcher(scans.group(1));
            if (!ours.matches() || !known.contains(ours.group(1))) {
                throw new Wrong("A watch reads streams, and nothing else: not " + scans.group(1));
            }
            sources.add(ours.group(1));
        }
        return sources;
    }

    private static Set<String> names(Stream<String> all, Set<String> read) {
        return all.filter(read::contains).collect(Collectors.toSet());
    }

    private Map<String, String> columns(Table table) throws Wrong {
        ResolvedSchema schema = table.getResolvedSchema();
        Map<String, String> columns = new LinkedHashMap<>();
        for (Column each : schema.getColumns()) {
            if (each.getName().startsWith("EXPR$")) {
                throw new Wrong(
                        "Give each result a name: " + each.getName() + " has none (… AS name).");
            }
            String type = each.getDataType().getLogicalType().copy(true).asSerializableString();
            columns.put(each.getName(), type);
        }
        return columns;
    }

    private StreamStatementSet statements(Table table) throws Wrong {
        Schema.Builder schema = Schema.newBuilder();
        columns(table).forEach(schema::column);
        StreamStatementSet statements = tables.createStatementSet();
        statements.addInsert(
                kafka("kafka", wanted.to())
                        .schema(schema.build())
                        .format("json")
                        .option("json.timestamp-format.standard", "ISO-8601")
                        .option("json.map-null-key.mode", "LITERAL")
                        .option("json.map-null-key.literal", "null")
                        .option("json.encode.decimal-as-plain-number", "true")
                        .option("sink.delivery-guarantee", "exactly-once")
                        .option("sink.transactional-id-prefix", "watch-" + wanted.id())
                        // a few names that come back, and not one for each checkpoint
                        .option("sink.transaction-naming-strategy", "pooling")
                        .option("properties.transaction.timeout.ms", MOST_WAITING)
                        .build(),
                table);
        return statements;
    }

    private TableDescriptor.Builder kafka(String connector, String topic) {
        return TableDescriptor.forConnector(connector)
                .option("topic", topic)
                .option("properties.bootstrap.servers", "127.0.0.1:" + port)
                .option("properties.security.protocol", "SASL_PLAINTEXT")
                .option("properties.sasl.mechanism", "PLAIN")
                .option(
                        "properties.sasl.jaas.config",
                        "org.apache.kafka.common.security.plain.PlainLoginModule required"
                                + " username=\""
                                + wanted.login()
                                + "\" password=\""
                                + wanted.secret()
                                + "\";")
                .option("properties.enable.metrics.push", "false");
    }

    private TableDescriptor stored(Wanted.Stored table) {
        Schema.Builder schema = Schema.newBuilder();
        table.columns().forEach(schema::column);
        return TableDescriptor.forConnector(StoredTable.NAME)
                .option(StoredTable.WATCH, wanted.id())
                .option(StoredTable.TABLE, table.name())
                .option(StoredTable.MILLIS, table.millis())
                .schema(schema.build())
                .build();
    }

    private TableDescriptor source(Wanted.Stream stream) {
        boolean plain = stream.columns().isEmpty();
        TableDescriptor.Builder builder =
                kafka(PatientStreams.NAME, stream.name())
                        .option("properties.isolation.level", "read_committed")
                        .option("properties.enable.auto.commit", "false")
                        .option("scan.topic-partition-discovery.interval", FIND)
                        .option(PatientStreams.WATCH, wanted.id());
        PatientStreams.places(wanted.id(), wanted.begin()).forEach(builder::option);
        String time = time(stream);
        Schema.Builder schema = Schema.newBuilder();
        if (plain) {
            schema.column("key", "STRING").column("value", "STRING");
            builder.option("key.format", "raw")
                    .option("key.fields", "key")
                    .option("value.format", "raw")
                    .option("value.fields-include", "EXCEPT_KEY");
        } else {
            stream.columns().forEach(schema::column);
            builder.format(
                    FormatDescriptor.forFormat(RecordFormat.NAME)
                            .option(RecordFormat.WATCH, wanted.id())
                            .option(RecordFormat.STREAM, stream.name())
                            .option(RecordFormat.SCHEMA, stream.schema())
                            .option(
                                    RecordFormat.TIME,
                                    stream.columns().containsKey(time) ? time : "")
                            .build());
        }
        if (!stream.columns().containsKey(RECORD_TIME)) {
            schema.columnByMetadata(RECORD_TIME, "TIMESTAMP_LTZ(3)", "timestamp", true);
        }
        String late =
                // of records of the same millisecond none is late
                " - INTERVAL '0 %02d:%02d:%02d.001' DAY TO SECOND(3)"
                        .formatted(
                                wanted.late() / 3_600, wanted.late() / 60 % 60, wanted.late() % 60);
        if (time.equals(RECORD_TIME)) {
            schema.watermark(RECORD_TIME, SqlText.quoted(RECORD_TIME) + late);
        } else {
            String column = SqlText.quoted(time);
            String came =
                    stream.columns().getOrDefault(time, "").startsWith("TIMESTAMP_LTZ")
                            ? RECORD_TIME
                            : "CAST(" + RECORD_TIME + " AS TIMESTAMP(3))";
            schema.watermark(
                    time,
                    "CASE WHEN %s > %s + %s THEN %s ELSE %s END"
                                    .formatted(column, came, AHEAD, came, column)
                            + late);
        }
        return builder.schema(schema.build()).build();
    }

    /**
     * The column that says when something happened: as it was said, as a window names it, or the
     * only one that holds a time.
     */
    private String time(Wanted.Stream stream) {
        List<String> names = new ArrayList<>();
        if (!wanted.time().isEmpty()) {
            names.add(wanted.time());
        }
        names.addAll(text.times());
        List<String> all =
                stream.columns().entrySet().stream()
                        .filter(each -> each.getValue().startsWith("TIMESTAMP"))
                        .map(Map.Entry::getKey)
                        .toList();
        if (all.size() == 1 && !names.contains(RECORD_TIME)) {
            names.add(all.getFirst());
        }
        return names.stream()
                .filter(each -> stream.columns().getOrDefault(each, "").startsWith("TIMESTAMP"))
                .findFirst()
                .orElse(RECORD_TIME);
    }

    private Wrong wrong(Throwable thrown) {
        Throwable deepest = thrown;
        String said = "";
        while (deepest != null) {
            String message = deepest.getMessage();
            if (message != null && !message.isBlank()) {
                said = message;
            }
            deepest = deepest.getCause() == deepest ? null : deepest.getCause();
        }
        String first = said.strip().split("\n", 2)[0].strip();
        if (first.contains("doesn't support consuming")
                || said.contains("doesn't support consuming")) {
            return new Wrong(
                    "Results of this query change after they were found, and a stream cannot take"
                            + " back what is in it; group by a window (TUMBLE, HOP, SESSION), or"
                            + " keep the first of each (ROW_NUMBER … = 1 in the order of time).");
        }
        boolean stored =
                wanted.tables().stream().anyMatch(each -> text.names().contains(each.name()));
        if (stored && UNJOINED.stream().anyMatch(said::contains)) {
            return new Wrong(
                    "A table of the catalog is joined by what is equal: FROM \"stream\" AS s JOIN"
                            + " \"table\" AS t ON s.… = t.…, or LEFT JOIN. Flink says: "
                            + shortened(first));
        }
        if (first.contains("Encountered \"")) {
            first += " Quote names that are words of SQL: \"at\".";
        }
        return new Wrong("Flink cannot run this query: " + shortened(first));
    }

    private static String shortened(String text) {
        return text.length() > 500 ? text.substring(0, 500) + "…" : text;
    }
}
