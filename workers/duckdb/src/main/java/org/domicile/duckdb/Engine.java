package org.domicile.duckdb;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.query.Batch;
import org.domicile.query.Column;
import org.domicile.query.Failure;
import org.domicile.query.Kind;
import org.domicile.query.Sketch;
import org.domicile.query.TableName;
import org.domicile.query.Type;
import org.domicile.query.Value;
import org.domicile.query.Wire;
import org.duckdb.DuckDBPreparedStatement;
import org.jspecify.annotations.Nullable;

/**
 * DuckDB with one connection and nothing in it. Owned by the engine's thread, but for {@link
 * #cancel}.
 */
final class Engine {
    /** Spaces and comments, of which none is given back: a comment ends where it ends first. */
    private static final String NOTHING =
            "(?>\\s|--[^\\n\\r]*+(?:[\\n\\r]|$)|/\\*(?:[^*]|\\*(?!/))*+\\*/)";

    private static final Pattern EXPLAIN =
            Pattern.compile(
                    "^"
                            + NOTHING
                            + "*+explain"
                            + NOTHING
                            + "++(analyze"
                            + NOTHING
                            + "++)?(\\([^)]*\\)"
                            + NOTHING
                            + "*+)?",
                    Pattern.CASE_INSENSITIVE);

    private static final int AGAIN_MILLIS = 20;

    /** What the driver says instead of the error when rows are streamed. */
    private static final String LOST = "Invalid result set";

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(60);

    private final Connection connection;
    private final PreparedStatement parser; // kept, which halves its time
    private final Path files;
    private final Path spill;
    private final Path out;

    private boolean together;

    /** Held for each interrupt and for each end of a statement: none comes after the end. */
    private final Object interrupts = new Object();

    private volatile long running;
    private volatile long cancelled;
    private @Nullable Result result;
    private @Nullable Asked asked;
    private List<TableName> views = List.of();
    private final Set<String> loaded = new LinkedHashSet<>();

    private Engine(Connection connection, Path files, Path spill, Path out) throws SQLException {
        this.connection = connection;
        this.parser = connection.prepareStatement("SELECT json_serialize_sql(?::VARCHAR)::VARCHAR");
        this.files = files;
        this.spill = spill;
        this.out = out;
    }

    /** It failed, and the engine goes on. */
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Failure failure;

        Failed(Failure failure) {
            super(failure.message(), null, false, false);
            this.failure = failure;
        }

        Failure failure() {
            return failure;
        }
    }

    /** What a statement is. */
    record Described(List<Type> parameters, List<Column> columns) {}

    /** Loads it, and bounds it as far as that is the same for every session. */
    static Engine open(Path files, Path spill, Path out) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("jdbc_stream_results", "true");
        properties.setProperty("autoinstall_known_extensions", "false");
        properties.setProperty("autoload_known_extensions", "false");
        properties.setProperty("allow_community_extensions", "false");
        properties.setProperty("allow_persistent_secrets", "false");
        MemoryEvents.leaveOut();
        Connection connection = DriverManager.getConnection("jdbc:duckdb:", properties);
        try (Statement statement = connection.createStatement()) {
            for (String setting :
                    List.of(
                            "temp_directory=" + literal(spill.toString()),
                            "temp_file_encryption=true",
                            // Without it the engine does not spill at all: of its two makers of
                            // random numbers it has the weaker one here, and says so
                            // (docs/decisions/0031).
                            "force_mbedtls_unsafe='true'",
                            "enable_external_file_cache=false",
                            // a footer is read once, and not for each view of its file
                            "parquet_metadata_cache=true",
                            "errors_as_json=true",
                            "allowed_directories=["
                                    + literal(files + "/")
                                    + ", "
                                    + literal(out + "/")
                                    + "]",
                            "enable_external_access=false")) {
                statement.execute("SET " + setting);
            }
        }
        Hashes.register(connection);
        return new Engine(connection, files, spill, out);
    }

    /** Sets its bounds for a session, and locks them. */
    void begin(long memory, int threads, long spilled, String zone) throws Failed {
        for (String setting :
                List.of(
                        "memory_limit=" + literal(memory + "B"),
                        "threads=" + threads,
                        "max_temp_directory_size=" + literal(spilled + "B"),
                        "TimeZone=" + literal(zone),
                        "lock_configuration=true")) {
            execute("SET " + setting);
        }
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private void execute(String sql) throws Failed {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            check(); // the driver may have lost why
            throw failed(e);
        }
    }

    /**
     * Statements see one moment from here on: the engine's is that of its transaction. They read
     * alone, so there is nothing to keep at its end.
     */
    void together() throws Failed {
        apart();
        execute("BEGIN TRANSACTION");
        together = true;
    }

    /** Each is by itself again. */
    void apart() throws Failed {
        if (together) {
            together = false;
            execute("ROLLBACK");
        }
    }

    /**
     * What is run: what was taken apart, behind a word of ours. The engine and we need not agree
     * where a comment before EXPLAIN ends, so none of what stands before the SELECT is run. As long
     * as the statement, so that places in it stay.
     */
    private static String run(String sql) {
        Matcher explain = EXPLAIN.matcher(sql);
        if (!explain.find()) {
            return sql;
        }
        String begin =
                "explain "
                        + (explain.group(1) == null ? "" : "analyze ")
                        + (explain.group(2) == null ? "" : explain.group(2));
        int length = explain.group().getBytes(StandardCharsets.UTF_8).length;
        int own = begin.getBytes(StandardCharsets.UTF_8).length;
        return begin + " ".repeat(Math.max(0, length - own)) + sql.substring(explain.end());
    }

    /** Takes a statement apart, without looking at what it names. */
    Parsing.Found parse(String sql) throws Failed {
        Matcher explain = EXPLAIN.matcher(sql);
        boolean explains = explain.find();
        String inner = explains ? sql.substring(explain.end()) : sql;
        Object tree;
        try {
            parser.setString(1, inner);
            try (ResultSet rows = parser.executeQuery()) {
                rows.next();
                tree = Json.read(String.valueOf(rows.getString(1)));
            }
        } catch (SQLException e) {
            throw failed(e);
        }
        if (!(tree instanceof Map<?, ?> answer)) {
            throw new IllegalStateException("the engine's parser says " + tree);
        }
        if (!"false".equals(answer.get("error"))) {
            return unparsed(answer, explains ? explain.end() : 0);
        }
        if (!(answer.get("statements") instanceof List<?> statements) || statements.size() != 1) {
            throw new Failed(
                    new Failure(
                            Failure.SYNTAX,
                            "One statement at a time.",
                            0,
                            "Send them one after the other."));
        }
        int before =
                sql.substring(0, sql.length() - inner.length())
                        .getBytes(StandardCharsets.UTF_8)
                        .length;
        return Parsing.of(explains ? Kind.EXPLAIN : Kind.SELECT, statements.getFirst(), before);
    }

    /** What cannot be taken apart is no SELECT, or no SQL. */
    private static Parsing.Found unparsed(Map<?, ?> answer, int before) throws Failed {
        String type = String.valueOf(answer.get("error_type"));
        String message = String.valueOf(answer.get("error_message"));
        if (type.equalsIgnoreCase("parser") || type.equalsIgnoreCase("syntax error")) {
            throw new Failed(
                    new Failure(
                            Failure.SYNTAX,
                            message,
                            Errors.position(answer.get("position"), before),
                            ""));
        }
        return Parsing.Found.nothing(Kind.OTHER);
    }

    /** What a text means as a moment, in the session's time zone where it has none. */
    Instant moment(String text) throws Failed {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT epoch_us(CAST(? AS TIMESTAMPTZ))")) {
            statement.setString(1, text);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                long micros = rows.getLong(1);
                return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Prepares it over views, and forgets it. */
    Described describe(List<Wire.View> tables, String sql) throws Failed {
        make(tables);
        try (PreparedStatement statement = connection.prepareStatement(run(sql))) {
            return new Described(
                    parameters(statement.getParameterMetaData()), columns(statement.getMetaData()));
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            drop();
        }
    }

    private static List<Type> parameters(ParameterMetaData meta) throws SQLException {
        List<Type> types = new ArrayList<>();
        for (int i = 1; i <= meta.getParameterCount(); i++) {
            types.add(Types.parameter(meta.getParameterTypeName(i)));
        }
        return types;
    }

    private static List<Column> columns(ResultSetMetaData meta) throws SQLException {
        List<Column> columns = new ArrayList<>();
        for (int i = 1; i <= meta.getColumnCount(); i++) {
            columns.add(new Column(meta.getColumnName(i), Types.of(meta.getColumnTypeName(i))));
        }
        return columns;
    }

    /** Runs it; its rows are to be ended. */
    Result run(long number, List<Wire.View> tables, String sql, List<Value> values) throws Failed {
        running = number;
        try {
            check();
            make(tables);
            asked = new Asked(tables, run(sql), values, System.nanoTime());
            PreparedStatement statement = connection.prepareStatement(run(sql));
            try {
                bind(statement, values);
                check();
                ResultSet rows = statement.executeQuery();
                Result made = new Result(statement, rows, columns(rows.getMetaData()));
                result = made;
                return made;
            } catch (SQLException | Failed e) {
                statement.close();
                throw e;
            }
        } catch (SQLException e) {
            throw found(e);
        } finally {
            if (result == null) {
                ended();
                drop();
            }
        }
    }

    /**
     * Keeps rows in a table for the statement that comes: in memory, and where that is full in the
     * spill. It is a temporary one, which a transaction may write beside any other.
     */
    void load(long number, String table, String select) throws Failed {
        running = number;
        String name = '"' + table.replace("\"", "\"\"") + '"';
        try {
            check();
            boolean fresh = loaded.add(table);
            execute(
                    (fresh ? "CREATE TEMP TABLE " + name + " AS " : "INSERT INTO temp.main." + name)
                            + " "
                            + select);
        } finally {
            ended();
        }
    }

    /** Runs it to its end, its rows into the file that it names. */
    long write(long number, List<Wire.View> tables, String sql, List<Value> values) throws Failed {
        running = number;
        try {
            check();
            make(tables);
            try (PreparedStatement statement = connection.prepareStatement(run(sql))) {
                bind(statement, values);
                check();
                return statement.executeLargeUpdate();
            }
        } catch (SQLException e) {
            check();
            throw failed(e);
        } finally {
            ended();
            drop();
        }
    }

    /** Runs it to its end, its values into sketches. */
    List<Sketch> sketch(long number, List<Wire.View> tables, String sql) throws Failed {
        try {
            Sketching sketching = new Sketching(run(number, tables, sql, List.of()).columns());
            for (Batch batch = next(); batch.rows() > 0; batch = next()) {
                sketching.take(batch);
            }
            return sketching.sketches();
        } finally {
            end();
        }
    }

    /** What was asked last, and when. */
    private record Asked(List<Wire.View> tables, String sql, List<Value> values, long at) {}

    /**
     * The error itself. Where the driver lost it, the statement is run once more in its other way,
     * without streaming: it fails as it did, and this time says why.
     */
    private Failed found(SQLException e) throws Failed {
        Asked last = asked;
        boolean lost = String.valueOf(e.getMessage()).contains(LOST);
        if (!lost || last == null) {
            return failed(e);
        }
        check();
        if (together && !loaded.isEmpty()) { // what it read goes with the transaction
            return new Failed(
                    Failure.of("XX000", "The statement failed, and the engine did not say why."));
        }
        if (System.nanoTime() - last.at() > LOOK_AGAIN.toNanos()) {
            return new Failed(
                    new Failure(
                            "XX000",
                            "The statement failed after a long time, and the engine did not say"
                                    + " why.",
                            0,
                            "Run it on less data to see the reason."));
        }
        if (together) { // nothing runs any more in the one in which it failed
            together();
            make(last.tables());
        }
        try (PreparedStatement again = connection.prepareStatement(last.sql())) {
            bind(again, last.values());
            again.unwrap(DuckDBPreparedStatement.class).query().close();
            return failed(e);
        } catch (SQLException said) {
            check();
            return failed(said);
        }
    }

    private void bind(PreparedStatement statement, List<Value> values) throws SQLException, Failed {
        for (int i = 0; i < values.size(); i++) {
            bind(statement, i + 1, values.get(i));
        }
    }

    private void bind(PreparedStatement statement, int at, Value value)
            throws SQLException, Failed {
        switch (value) {
            case Value.Null() -> statement.setObject(at, null);
            case Value.Bool(boolean bool) -> statement.setBoolean(at, bool);
            case Value.Whole(long whole) -> statement.setLong(at, whole);
            case Value.Big(java.math.BigInteger big) -> statement.setObject(at, big);
            case Value.Exact(BigDecimal exact) -> statement.setBigDecimal(at, exact);
            case Value.Real(double real) -> statement.setDouble(at, real);
            case Value.Text(String text) -> statement.setString(at, text);
            case Value.Bytes(byte[] bytes) -> statement.setBytes(at, bytes);
            case Value.Date(java.time.LocalDate date) -> statement.setObject(at, date);
            case Value.Time(java.time.LocalTime time) -> statement.setObject(at, time);
            case Value.Timestamp(java.time.LocalDateTime time) -> statement.setObject(at, time);
            case Value.Moment(java.time.Instant moment) ->
                    statement.setObject(at, moment.atOffset(ZoneOffset.UTC));
            case Value.Interval(int months, int days, long micros) ->
                    statement.setString(at, new Span(months, days, micros).text());
            case Value.Uuid(java.util.UUID uuid) -> statement.setObject(at, uuid);
            case Value.Items(List<Value> items) -> statement.setArray(at, array(items));
            case Value.Fields _, Value.Entries _ ->
                    throw new Failed(
                            Failure.of(
                                    Failure.NOT_HERE,
                                    "Structs and maps are no parameters; send a text and cast"
                                            + " it."));
        }
    }

    /** A list is of what its first item is that is there. */
    private java.sql.Array array(List<Value> items) throws SQLException, Failed {
        String type = "VARCHAR";
        Object[] objects = new Object[items.size()];
        for (int i = items.size() - 1; i >= 0; i--) {
            Value item = items.get(i);
            if (!(item instanceof Value.Null)) {
                type = itemType(item);
                objects[i] = item(item);
            }
        }
        return connection.createArrayOf(type, objects);
    }

    private static String itemType(Value item) throws Failed {
        return switch (item) {
            case Value.Bool _ -> "BOOLEAN";
            case Value.Whole _ -> "BIGINT";
            case Value.Big _ -> "HUGEINT";
            case Value.Exact(BigDecimal exact) -> "DECIMAL(38,%d)".formatted(exact.scale());
            case Value.Real _ -> "DOUBLE";
            case Value.Null _, Value.Text _ -> "VARCHAR";
            case Value.Date _ -> "DATE";
            case Value.Timestamp _ -> "TIMESTAMP";
            case Value.Moment _ -> "TIMESTAMPTZ";
            case Value.Uuid _ -> "UUID";
            case Value.Bytes _,
                    Value.Time _,
                    Value.Interval _,
                    Value.Items _,
                    Value.Fields _,
                    Value.Entries _ ->
                    throw new Failed(
                            Failure.of(
                                    Failure.NOT_HERE,
                                    "Lists of such values are no parameters; send a text and cast"
                                            + " it."));
        };
    }

    private static Object item(Value item) {
        return switch (item) {
            case Value.Bool(boolean bool) -> bool;
            case Value.Whole(long whole) -> whole;
            case Value.Big(java.math.BigInteger big) -> big;
            case Value.Exact(BigDecimal exact) -> exact;
            case Value.Real(double real) -> real;
            case Value.Text(String text) -> text;
            case Value.Date(java.time.LocalDate date) -> date;
            case Value.Timestamp(java.time.LocalDateTime time) -> time;
            case Value.Moment(java.time.Instant moment) -> moment.atOffset(ZoneOffset.UTC);
            case Value.Uuid(java.util.UUID uuid) -> uuid;
            default -> throw new IllegalStateException("no item of a parameter: " + item);
        };
    }

    /** The next rows. */
    Batch next() throws Failed {
        Result now = result;
        if (now == null) {
            return new Batch(0, List.of());
        }
        check();
        try {
            return now.next();
        } catch (Filler.TooLarge e) {
            throw new Failed(
                    new Failure(
                            Failure.OVER_LIMIT,
                            "A row's values have %,d bytes; those of a result have %,d at most."
                                    .formatted(e.bytes(), Filler.LARGEST),
                            0,
                            "Take it in parts (substr), or write it to a bucket with copy … to."));
        } catch (SQLException e) {
            throw found(e);
        } catch (DateTimeException | ArithmeticException e) {
            throw new Failed(
                    Failure.of("22008", "A value cannot be shown: " + e.getMessage() + "."));
        }
    }

    /** Ends the rows, and the views with them. */
    void end() throws Failed {
        Result now = result;
        result = null;
        ended();
        try {
            if (now != null) {
                now.close();
            }
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            drop();
        }
    }

    private void make(List<Wire.View> tables) throws Failed {
        List<TableName> made = new ArrayList<>();
        for (Wire.View table : tables) {
            List<String> parts = table.name().parts();
            if (parts.size() > 2) {
                throw new Failed(
                        Failure.of(
                                Failure.NOT_HERE,
                                "Write SCHEMA.TABLE; there are no catalogs: " + table.name()));
            }
            if (parts.size() == 2) {
                execute(
                        "CREATE SCHEMA IF NOT EXISTS "
                                + new TableName(List.of(parts.getFirst())).quoted());
            }
            execute(
                    "CREATE OR REPLACE VIEW %s AS %s"
                            .formatted(table.name().quoted(), table.definition()));
            made.add(table.name());
            views = List.copyOf(made);
        }
    }

    private void drop() {
        List<String> all = new ArrayList<>();
        views.forEach(view -> all.add("VIEW IF EXISTS " + view.quoted()));
        for (String table : loaded) {
            all.add("TABLE IF EXISTS temp.main.\"" + table.replace("\"", "\"\"") + '"');
        }
        for (String each : all) {
            try {
                execute("DROP " + each);
            } catch (Failed e) {
                if (together) {
                    break; // it failed, and goes with what was made in it
                }
                throw new IllegalStateException("it stays: " + e.getMessage(), e);
            }
        }
        views = List.of();
        loaded.clear();
    }

    /** The engine forgets an interrupt that nothing has met when it begins the next thing. */
    private void ended() {
        synchronized (interrupts) {
            running = 0;
        }
    }

    private void check() throws Failed {
        if (running != 0 && cancelled == running) {
            throw new Failed(Failure.of(Failure.CANCELLED, "cancelled"));
        }
    }

    /**
     * Interrupts a statement until it has ended: an interrupt that comes a moment before the
     * statement does not count. Any thread.
     */
    void cancel(long number) {
        cancelled = number;
        Thread.ofPlatform()
                .daemon()
                .name("cancel")
                .start(() -> {
                    try {
                        while (interrupted(number)) {
                            Thread.sleep(AGAIN_MILLIS);
                        }
                    } catch (InterruptedException | SQLException _) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    private boolean interrupted(long number) throws SQLException {
        synchronized (interrupts) {
            boolean runs = running == number;
            if (runs) {
                Interrupts.interrupt(connection);
            }
            return runs;
        }
    }

    private Failed failed(SQLException e) {
        return new Failed(Errors.of(e, files));
    }
}
