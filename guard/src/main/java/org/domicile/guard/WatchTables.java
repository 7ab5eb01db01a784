package org.domicile.guard;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.domicile.policy.Marks;
import org.domicile.query.Answer;
import org.domicile.query.Batch;
import org.domicile.query.Failure;
import org.domicile.query.Target;
import org.domicile.query.Type;
import org.domicile.query.Value;
import org.domicile.request.Request;
import org.domicile.watches.TableRows;
import org.domicile.watches.Watch;
import org.jspecify.annotations.Nullable;

/**
 * Tables and views of the catalog that watches look into: read by SQL, as any statement of their
 * makers, so with the same decisions, records and rules.
 */
final class WatchTables {
    /** A table's name in quotes, with its namespace. */
    private static final Pattern NAMED = Pattern.compile("\"((?:[^\".]+\\.)+[^\".]+)\"");

    /** All columns of something. */
    private static final Pattern ALL =
            Pattern.compile(
                    "(?:\\bselect\\s+(?:distinct\\s+|all\\s+)?|[,.]\\s*)\\*",
                    Pattern.CASE_INSENSITIVE);

    /** Types whose endless values come as texts. */
    private static final Set<Type> TIMES =
            Set.of(Type.Simple.DATE, Type.Simple.TIMESTAMP, Type.Simple.TIMESTAMPTZ);

    /** One is read by then. A worker waits for twice as long, its turn included. */
    static final Duration READING = Duration.ofMinutes(1);

    private final SqlView sql;

    WatchTables(SqlView sql) {
        this.sql = sql;
    }

    /**
     * What came of reading one.
     *
     * @param marks what is known of what was read
     * @param decided what had to be allowed
     */
    record Kept(byte[] rows, Marks marks, List<SqlStatement.Decided> decided) {}

    /**
     * The tables that a query may mean: those that it names and its maker may load, with the
     * columns that it may mean and a watch can have.
     *
     * @param but names that mean something else
     */
    List<Watch.Table> named(Request request, String query, List<String> but) {
        Map<String, Watch.Table> found = new HashMap<>();
        List<String> names = new ArrayList<>();
        for (Matcher each = NAMED.matcher(query); each.find(); ) {
            if (!but.contains(each.group(1)) && !names.contains(each.group(1))) {
                names.add(each.group(1));
            }
        }
        if (names.isEmpty()) {
            return List.of();
        }
        boolean all = ALL.matcher(query).find();
        for (SqlNames.Namespace namespace : sql.names(request).namespaces()) {
            for (SqlNames.Named each : namespace.relations()) {
                String name = namespace.name() + "." + each.name();
                Map<String, String> columns = columns(each.attributes());
                // what it does not read brings no labels along
                columns.keySet().removeIf(column -> !all && !query.contains(column));
                if (names.contains(name) && !columns.isEmpty()) {
                    found.put(name, new Watch.Table(name, columns));
                }
            }
        }
        return names.stream()
                .flatMap(each -> Optional.ofNullable(found.get(each)).stream())
                .toList();
    }

    private static Map<String, String> columns(List<SqlNames.Attribute> attributes) {
        Map<String, String> columns = new LinkedHashMap<>();
        for (SqlNames.Attribute each : attributes) {
            type(each.column().type()).ifPresent(type -> columns.put(each.column().name(), type));
        }
        return columns;
    }

    /** As Flink's SQL has it; empty for what no watch has. */
    private static Optional<String> type(Type type) {
        return switch (type) {
            case Type.Simple simple ->
                    switch (simple) {
                        case BOOLEAN -> Optional.of("BOOLEAN");
                        case TINYINT, SMALLINT, INTEGER, UTINYINT, USMALLINT -> Optional.of("INT");
                        case BIGINT, UINTEGER -> Optional.of("BIGINT");
                        case FLOAT -> Optional.of("FLOAT");
                        case DOUBLE -> Optional.of("DOUBLE");
                        case VARCHAR, JSON, UUID -> Optional.of("STRING");
                        case DATE -> Optional.of("DATE");
                        case TIMESTAMP -> Optional.of("TIMESTAMP(3)");
                        case TIMESTAMPTZ -> Optional.of("TIMESTAMP_LTZ(3)");
                        case UNKNOWN, HUGEINT, UBIGINT, UHUGEINT, BLOB, TIME, TIMETZ, INTERVAL ->
                                Optional.empty();
                    };
            case Type.Decimal(int precision, int scale) ->
                    Optional.of("DECIMAL(" + precision + ", " + scale + ")");
            case Type.Array _, Type.Struct _, Type.Dictionary _ -> Optional.empty();
        };
    }

    /**
     * All of one, now.
     *
     * @param requests of the maker, one for each act
     */
    Answer<Kept> read(Supplier<Request> requests, Watch.Table table) {
        String select =
                table.columns().keySet().stream()
                        .map(Target::quoted)
                        .collect(
                                Collectors.joining(
                                        ", ",
                                        "SELECT ",
                                        " FROM "
                                                + quoted(table.name())
                                                + " LIMIT "
                                                + (TableRows.MOST + 1)));
        return sql.kept(
                requests,
                READING,
                select,
                (rows, marks, decided) ->
                        encoded(table, rows)
                                .then(bytes -> Answer.of(new Kept(bytes, marks, decided))));
    }

    private static String quoted(String name) {
        return Pattern.compile("\\.")
                .splitAsStream(name)
                .map(Target::quoted)
                .collect(Collectors.joining("."));
    }

    private static Answer<byte[]> encoded(Watch.Table table, GuardedSql.Result rows) {
        TableRows all = new TableRows(table.columns().size());
        while (true) {
            switch (rows.next()) {
                case Answer.Failed<Optional<Batch>>(Failure failure) -> {
                    return Answer.failed(failure);
                }
                case Answer.Given<Optional<Batch>>(Optional<Batch> next) -> {
                    if (next.isEmpty()) {
                        return Answer.of(all.encoded());
                    }
                    for (int i = 0; i < next.get().rows(); i++) {
                        if (!all.add(texts(next.get(), rows, i))) {
                            return Answer.failed(tooLarge(table));
                        }
                    }
                }
            }
        }
    }

    private static Failure tooLarge(Watch.Table table) {
        return new Failure(
                Failure.OVER_LIMIT,
                "A watch holds all of a table that it looks into, and \"%s\" has more than %,d rows or %d MiB."
                        .formatted(table.name(), TableRows.MOST, TableRows.LARGEST >> 20),
                0,
                "Make a view of the rows and columns that it needs, and name that.");
    }

    private static List<@Nullable String> texts(Batch batch, GuardedSql.Result rows, int row) {
        List<@Nullable String> texts = new ArrayList<>(batch.columns().size());
        for (int i = 0; i < batch.columns().size(); i++) {
            Type type = rows.columns().get(i).type();
            Value value = batch.columns().get(i).value(type, row);
            boolean endless = value instanceof Value.Text && TIMES.contains(type);
            texts.add(endless ? null : text(value));
        }
        return texts;
    }

    /** As a worker reads it; none of what no column of a watch has. */
    private static @Nullable String text(Value value) {
        return switch (value) {
            case Value.Bool(boolean truth) -> Boolean.toString(truth);
            case Value.Whole(long number) -> Long.toString(number);
            case Value.Big(java.math.BigInteger number) -> number.toString();
            case Value.Exact(java.math.BigDecimal number) -> number.toPlainString();
            case Value.Real(double number) -> Double.toString(number);
            case Value.Text(String text) -> text;
            case Value.Date(java.time.LocalDate date) -> date.toString();
            case Value.Timestamp(LocalDateTime time) ->
                    time.truncatedTo(ChronoUnit.MILLIS).toString();
            case Value.Moment(java.time.Instant moment) ->
                    moment.truncatedTo(ChronoUnit.MILLIS).toString();
            case Value.Uuid(java.util.UUID id) -> id.toString();
            case Value.Null _,
                    Value.Bytes _,
                    Value.Time _,
                    Value.Interval _,
                    Value.Items _,
                    Value.Fields _,
                    Value.Entries _ ->
                    null;
        };
    }
}
