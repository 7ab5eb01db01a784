package org.domicile.query;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every engine of {@link Queries} does. */
@Timeout(120)
public abstract class SessionContract {
    /** Small, so that what is too large is quickly there. */
    protected static final Limits LIMITS =
            new Limits(256 << 20, 2, Duration.ofSeconds(20), 100_000, 8 << 20, 64 << 20, 3);

    @TempDir protected Path folder;
    protected Queries queries;
    protected FolderSources sources;

    /** Opens one. */
    protected abstract Queries open(Limits limits);

    /** Makes a Parquet file of the rows of a statement. */
    protected abstract void parquet(Path file, String select);

    @BeforeEach
    final void begin() {
        queries = open(LIMITS);
        sources = new FolderSources(folder);
    }

    @AfterEach
    final void end() {
        queries.close();
    }

    /** A session of an organisation. */
    protected final Session session() {
        return given(queries.begin("city", "UTC"));
    }

    /** The thing, which came. */
    protected static <T> T given(Answer<T> answer) {
        return switch (answer) {
            case Answer.Given<T>(T value) -> value;
            case Answer.Failed<T>(Failure failure) -> fail(failure.toString());
        };
    }

    /** The failure. */
    protected static Failure failure(Answer<?> answer) {
        return switch (answer) {
            case Answer.Given<?>(Object value) -> fail("no failure: " + value);
            case Answer.Failed<?>(Failure failure) -> failure;
        };
    }

    /** All rows of a statement. */
    protected final List<List<Value>> rows(Session session, String sql, Value... parameters) {
        try (Rows rows = given(session.run(sql, List.of(parameters), sources))) {
            List<List<Value>> all = new ArrayList<>();
            Optional<Batch> next = given(rows.next());
            while (next.isPresent()) {
                Batch batch = next.get();
                for (int row = 0; row < batch.rows(); row++) {
                    List<Value> cells = new ArrayList<>();
                    for (int i = 0; i < rows.columns().size(); i++) {
                        cells.add(batch.columns().get(i).value(rows.columns().get(i).type(), row));
                    }
                    all.add(cells);
                }
                next = given(rows.next());
            }
            return all;
        }
    }

    /** The failure of a statement, wherever it comes. */
    protected final Failure failing(Session session, String sql) {
        switch (session.run(sql, List.of(), sources)) {
            case Answer.Failed<Rows>(Failure failure) -> {
                return failure;
            }
            case Answer.Given<Rows>(Rows rows) -> {
                try (rows) {
                    while (true) {
                        switch (rows.next()) {
                            case Answer.Failed<Optional<Batch>>(Failure failure) -> {
                                return failure;
                            }
                            case Answer.Given<Optional<Batch>>(Optional<Batch> batch) -> {
                                if (batch.isEmpty()) {
                                    return fail(sql + " does not fail");
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private Value one(Session session, String expression, Value... parameters) {
        return rows(session, "select " + expression, parameters).getFirst().getFirst();
    }

    @Test
    void valuesOfEveryTypeComeBack() {
        try (Session session = session()) {
            assertEquals(new Value.Bool(true), one(session, "true"));
            assertEquals(new Value.Whole(-128), one(session, "(-128)::tinyint"));
            assertEquals(new Value.Whole(-32768), one(session, "(-32768)::smallint"));
            assertEquals(new Value.Whole(-2147483648), one(session, "(-2147483648)::integer"));
            assertEquals(
                    new Value.Whole(Long.MIN_VALUE),
                    one(session, "(-9223372036854775808)::bigint"));
            assertEquals(new Value.Whole(255), one(session, "255::utinyint"));
            assertEquals(new Value.Whole(65535), one(session, "65535::usmallint"));
            assertEquals(new Value.Whole(4294967295L), one(session, "4294967295::uinteger"));
            assertEquals(
                    new Value.Big(new BigInteger("18446744073709551615")),
                    one(session, "18446744073709551615::ubigint"));
            BigInteger huge = BigInteger.ONE.shiftLeft(127);
            assertEquals(
                    new Value.Big(huge.subtract(BigInteger.ONE)),
                    one(session, "170141183460469231731687303715884105727::hugeint"));
            assertEquals(
                    new Value.Big(huge.shiftLeft(1).subtract(BigInteger.ONE)),
                    one(session, "340282366920938463463374607431768211455::uhugeint"));
            assertEquals(new Value.Real(1.5f), one(session, "1.5::float"));
            assertEquals(new Value.Real(Math.PI), one(session, "pi()"));
            assertEquals(new Value.Real(Double.NEGATIVE_INFINITY), one(session, "'-inf'::double"));
            assertEquals(
                    new Value.Exact(new BigDecimal("-12.340")),
                    one(session, "(-12.34)::decimal(9,3)"));
            assertEquals(
                    new Value.Exact(new BigDecimal("12345678901234567890123456789.123456789")),
                    one(session, "12345678901234567890123456789.123456789::decimal(38,9)"));
            assertEquals(new Value.Text("käse €𝄞"), one(session, "'käse €𝄞'"));
            assertEquals(new Value.Text(""), one(session, "''"));
            assertEquals(Value.NULL, one(session, "null"));
            assertEquals(Value.NULL, one(session, "null::integer[]"));
            assertTrue(
                    one(session, "'\\x00\\xFF'::blob") instanceof Value.Bytes(byte[] bytes)
                            && java.util.Arrays.equals(new byte[] {0, -1}, bytes));
            assertEquals(
                    new Value.Uuid(UUID.fromString("f0e1d2c3-b4a5-4697-8899-aabbccddeeff")),
                    one(session, "'f0e1d2c3-b4a5-4697-8899-aabbccddeeff'::uuid"));
            assertEquals(
                    new Value.Text("{\"a\":[1,null]}"), one(session, "'{\"a\":[1,null]}'::json"));
            assertEquals(new Value.Text("sad"), one(session, "'sad'::enum('sad', 'happy')"));
            assertEquals(new Value.Text("101"), one(session, "'101'::bit"));
        }
    }

    @Test
    void timesComeBack() {
        try (Session session = session()) {
            assertEquals(
                    new Value.Date(LocalDate.of(2024, 2, 29)), one(session, "date '2024-02-29'"));
            assertEquals(
                    new Value.Date(LocalDate.of(-43, 3, 15)),
                    one(session, "'0044-03-15 (BC)'::date"));
            assertEquals(
                    new Value.Time(LocalTime.of(23, 59, 59, 999_999_000)),
                    one(session, "time '23:59:59.999999'"));
            assertEquals(
                    new Value.Timestamp(LocalDateTime.of(1969, 12, 31, 23, 59, 59, 1_000)),
                    one(session, "timestamp '1969-12-31 23:59:59.000001'"));
            assertEquals(
                    new Value.Timestamp(LocalDateTime.of(2024, 1, 2, 3, 4, 5)),
                    one(session, "'2024-01-02 03:04:05'::timestamp_s"));
            assertEquals(
                    new Value.Timestamp(LocalDateTime.of(2024, 1, 2, 3, 4, 5, 123_456_000)),
                    one(session, "'2024-01-02 03:04:05.123456789'::timestamp_ns"));
            assertEquals(
                    new Value.Moment(Instant.parse("2024-07-01T10:00:00Z")),
                    one(session, "timestamptz '2024-07-01 12:00:00+02'"));
            assertEquals(new Value.Text("infinity"), one(session, "'infinity'::timestamp"));
            assertEquals(new Value.Text("-infinity"), one(session, "'-infinity'::timestamptz"));
            assertEquals(new Value.Text("infinity"), one(session, "'infinity'::date"));
            assertEquals(
                    new Value.Interval(14, -3, 3_723_000_004L),
                    one(session, "interval '1 year 2 months -3 days 01:02:03.000004'"));
            assertEquals(
                    new Value.Interval(0, 0, -1_000_000), one(session, "interval '-1 second'"));
        }
        try (Session there = given(queries.begin("city", "Africa/Tunis"))) {
            assertEquals(
                    new Value.Moment(Instant.parse("2024-07-01T11:00:00Z")),
                    one(there, "timestamptz '2024-07-01 12:00:00'"));
            assertEquals(
                    new Value.Whole(12),
                    one(there, "extract(hour from timestamptz '2024-07-01 11:00:00+00')"));
        }
        assertEquals(Failure.INVALID, failure(queries.begin("city", "Moon/Base")).state());
    }

    @Test
    void whatIsNestedComesBack() {
        try (Session session = session()) {
            assertEquals(
                    new Value.Items(List.of(new Value.Whole(1), Value.NULL, new Value.Whole(3))),
                    one(session, "[1, null, 3]"));
            assertEquals(new Value.Items(List.of()), one(session, "[]::integer[]"));
            assertEquals(
                    new Value.Items(List.of(new Value.Whole(1), new Value.Whole(2))),
                    one(session, "[1, 2]::integer[2]"));
            Type struct =
                    new Type.Struct(
                            List.of(
                                    new Column("a", Type.Simple.INTEGER),
                                    new Column("b \"c\"", new Type.Array(new Type.Decimal(4, 1)))));
            String text = "{'a': 1, 'b \"c\"': [1.5::decimal(4,1)]}";
            try (Rows rows = given(session.run("select " + text, List.of(), sources))) {
                assertEquals(struct, rows.columns().getFirst().type());
            }
            assertEquals(
                    new Value.Fields(
                            List.of(
                                    new Value.Whole(1),
                                    new Value.Items(
                                            List.of(new Value.Exact(new BigDecimal("1.5")))))),
                    one(session, text));
            assertEquals(
                    new Value.Entries(
                            List.of(
                                    new Value.Entry(new Value.Text("x"), new Value.Whole(1)),
                                    new Value.Entry(new Value.Text("y"), Value.NULL))),
                    one(session, "map {'x': 1, 'y': null}"));
        }
    }

    /** Clients that insert many rows at once send many. */
    @Test
    void atIsANameWhereItIsNoClause() {
        try (Session session = session()) {
            String times = "(values (timestamp '2026-01-01 12:00:00', 1)) t(at, x)";
            for (String each :
                    List.of(
                            "select x from " + times + " where at < now() - interval '5 s'",
                            "select count(at) from " + times + " group by AT order by t.at",
                            "select at.x from (select 1 as x) at",
                            "select x as at from " + times + " /* at */ where 'at' <> \"at\"::text",
                            "select 1 from " + times + " where at at time zone 'UTC' < now()")) {
                List<List<Value>> rows = rows(session, each);
                assertEquals(List.of(List.of(new Value.Whole(1))), rows, each);
            }
            String wrong = "select at, at, nothing from " + times;
            assertEquals(
                    wrong.indexOf("nothing") + 1,
                    failure(session.prepare(wrong, sources)).position());
            String broken = "select at as at from t where where";
            assertEquals(
                    broken.lastIndexOf("where") + 1,
                    failure(session.prepare(broken, sources)).position());
        }
    }

    @Test
    void aStatementHasFourThousandParameters() {
        Value[] values = new Value[4_000];
        StringBuilder rows = new StringBuilder("select sum(a), count(*) from (values ");
        for (int i = 0; i < values.length; i++) {
            values[i] = new Value.Whole(i);
            rows.append(i == 0 ? "($" : ", ($").append(i + 1).append("::bigint)");
        }
        rows.append(") t(a)");
        try (Session session = session()) {
            List<Value> row = rows(session, rows.toString(), values).getFirst();
            assertEquals(new Value.Big(BigInteger.valueOf(7_998_000)), row.getFirst());
            List<Value> more = new ArrayList<>(List.of(values));
            more.add(Value.NULL);
            assertEquals(
                    Failure.OVER_LIMIT, failure(session.run("select $1", more, sources)).state());
        }
    }

    @Test
    void parametersAreBound() {
        try (Session session = session()) {
            Prepared prepared =
                    given(session.prepare("select $1::integer + 1, $2::varchar", sources));
            assertEquals(Kind.SELECT, prepared.kind());
            assertEquals(2, prepared.parameters().size());
            assertEquals(Type.Simple.INTEGER, prepared.columns().getFirst().type());
            assertEquals(
                    List.of(new Value.Whole(42), new Value.Text("x")),
                    rows(
                                    session,
                                    "select $1::integer + 1, $2::varchar",
                                    new Value.Whole(41),
                                    new Value.Text("x"))
                            .getFirst());
            for (Value value :
                    List.of(
                            new Value.Bool(true),
                            new Value.Whole(-5),
                            new Value.Big(BigInteger.TWO.pow(100)),
                            new Value.Exact(new BigDecimal("1.25")),
                            new Value.Real(0.1),
                            new Value.Text("'; drop table x; --"),
                            new Value.Date(LocalDate.of(2020, 1, 1)),
                            new Value.Time(LocalTime.of(1, 2, 3, 4_000)),
                            new Value.Timestamp(LocalDateTime.of(2020, 1, 1, 1, 1, 1, 1_000)),
                            new Value.Moment(Instant.parse("2020-01-01T00:00:00.000001Z")),
                            new Value.Uuid(new UUID(1, -2)),
                            Value.NULL)) {
                assertEquals(value, one(session, "$1", value), value::toString);
            }
        }
    }

    @Test
    void tablesAreReadAndNothingButTheirPlannedColumns() {
        Path file = folder.resolve("flights.parquet");
        parquet(
                file,
                "select i as id, 'a long text ' || hash(i) as words, i % 7 as day,"
                        + " i * 2.5::double as delay from range(50000) t(i)");
        try (Session session = session()) {
            assertEquals(
                    List.of(new Value.Whole(7), new Value.Whole(50_000)),
                    rows(session, "select count(distinct day), count(*) from flights").getFirst());
            assertEquals(1, sources.plans.size());
            Plan.Scan scan = sources.plans.getFirst().scans().getFirst();
            assertEquals(List.of("day"), scan.columns());
            assertEquals(50_000, scan.rows());
            assertEquals(scan.bytes(), sources.read);
            assertTrue(sources.read < scan.files().getFirst().footer().length() / 5);
            // again, and nothing is read; it is asked for all the same
            assertEquals(new Value.Whole(6), one(session, "max(day) from flights where day > 1"));
            assertEquals(2, sources.plans.size());
            assertEquals(scan.bytes(), sources.read);
            // another column, and only that one
            assertEquals(new Value.Real(49_999 * 2.5), one(session, "max(f.delay) from flights f"));
            assertEquals(List.of("delay"), sources.plans.getLast().scans().getFirst().columns());
            assertEquals(50_000, rows(session, "from flights").size());
            assertEquals(4, sources.plans.getLast().scans().getFirst().columns().size());
        }
    }

    @Test
    void whateverStandsForColumnsPlansThem() {
        parquet(
                folder.resolve("t.parquet"),
                "select i as a, i + 1 as \"B c\", -i as c from range(10) t(i)");
        try (Session session = session()) {
            for (String all :
                    List.of(
                            "select * from t",
                            "select t.* from t",
                            "from t",
                            "select columns('.') from t",
                            "select t from t",
                            "select #1 from t",
                            "select * exclude (a) from t",
                            "summarize t",
                            "select count(*) from t natural join t as u",
                            "with x as (from t) select a from x")) {
                assertTrue(!rows(session, all).isEmpty(), all);
                assertEquals(
                        List.of("a", "B c", "c"),
                        sources.plans.getLast().scans().getFirst().columns(),
                        all);
            }
            assertEquals(new Value.Whole(10), one(session, "count(*) from t where \"b C\" > 0"));
            assertEquals(List.of("B c"), sources.plans.getLast().scans().getFirst().columns());
            assertEquals(
                    new Value.Big(BigInteger.valueOf(45)),
                    one(session, "sum(a) from t join (select c from t) u using (c)"));
            assertEquals(List.of("a", "c"), sources.plans.getLast().scans().getFirst().columns());
            assertEquals(new Value.Whole(10), one(session, "count(*) from t"));
            assertEquals(List.of(), sources.plans.getLast().scans().getFirst().columns());
        }
    }

    @Test
    void aNameLivesAsLongAsItsStatement() throws IOException {
        Path file = folder.resolve("gone.parquet");
        parquet(file, "select 1 as a");
        try (Session session = session()) {
            assertEquals(new Value.Whole(1), one(session, "a from gone"));
            Files.delete(file);
            assertEquals(Failure.NO_TABLE, failing(session, "select a from gone").state());
            assertEquals(
                    Failure.NO_TABLE,
                    failing(session, "with x as (select 1) select * from x, main.gone").state());
        }
    }

    @Test
    void explainsAndPrepares() {
        parquet(folder.resolve("t.parquet"), "select 1 as a, 'x' as b");
        try (Session session = session()) {
            assertEquals(
                    Kind.EXPLAIN,
                    given(session.prepare("explain select a from t", sources)).kind());
            assertTrue(rows(session, "EXPLAIN /* why */ analyze select a from t").size() > 0);
            Prepared prepared = given(session.prepare("select b, a from t where a = $1", sources));
            assertEquals(
                    List.of(
                            new Column("b", Type.Simple.VARCHAR),
                            new Column("a", Type.Simple.INTEGER)),
                    prepared.columns());
            assertEquals(1, prepared.parameters().size());
            assertEquals(List.of(new TableName(List.of("t"))), prepared.tables());
            assertEquals(1, sources.plans.size(), "preparing opens nothing");
        }
    }

    @Test
    void failuresSayWhatAndWhere() {
        parquet(folder.resolve("t.parquet"), "select 1 as a");
        try (Session session = session()) {
            Failure syntax = failing(session, "select 1 frm t");
            assertEquals(Failure.SYNTAX, syntax.state());
            assertTrue(syntax.position() > 1, syntax::toString);
            assertEquals(Failure.SYNTAX, failing(session, "select 1; select 2").state());
            assertEquals(Failure.SYNTAX, failing(session, "").state());
            assertEquals(Failure.NO_TABLE, failing(session, "select * from nowhere").state());
            assertEquals("42703", failing(session, "select b from t").state());
            assertEquals("42883", failing(session, "select nofunction(1)").state());
            assertEquals("22P02", failing(session, "select 'x'::integer").state());
            assertEquals("22003", failing(session, "select 300::tinyint").state());
            for (String other :
                    List.of(
                            "create table x (a integer)",
                            "insert into t values (1)",
                            "delete from t",
                            "drop view t",
                            "copy t to '/tmp/x'",
                            "attach '/tmp/x'",
                            "set threads = 9",
                            "pragma database_list",
                            "install httpfs",
                            "load httpfs",
                            "call range(1)",
                            "export database '/tmp/x'",
                            "checkpoint",
                            "vacuum",
                            "begin")) {
                assertEquals(Failure.NOT_HERE, failing(session, other).state(), other);
            }
            assertEquals(new Value.Whole(1), one(session, "1"), "it goes on");
        }
    }

    @Test
    void limitsHold() {
        parquet(
                folder.resolve("wide.parquet"),
                "select i as a, string_agg(md5((32 * i + j)::varchar), '') as b"
                        + " from range(10000) t(i), range(32) u(j) group by i");
        try (Session session = session()) {
            Failure rows = failing(session, "select * from range(200000)");
            assertEquals(Failure.OVER_LIMIT, rows.state());
            assertTrue(rows.message().contains("100,000"), rows::toString);
            int opened = sources.plans.size();
            Failure staging = failing(session, "select max(b) from wide");
            assertEquals(Failure.OVER_LIMIT, staging.state());
            assertEquals(opened, sources.plans.size(), "nothing is opened that does not fit");
            Failure memory =
                    failing(
                            session,
                            "select count(*) from (select list(i || 'x' || hash(i)) l"
                                    + " from range(30000000) t(i)) where len(l) > 1");
            assertEquals(Failure.MEMORY, memory.state(), memory::toString);
            assertTrue(memory.hint().contains("sql.spill"), memory::toString);
            assertFalse(memory.message().contains("PRAGMA"), memory::toString);
            assertEquals(new Value.Whole(1), one(session, "1"), "it goes on");
            List<Session> others = new ArrayList<>(List.of(session(), session()));
            assertEquals(Failure.TOO_MANY, failure(queries.begin("city", "UTC")).state());
            others.add(given(queries.begin("water", "UTC")));
            others.forEach(Session::close);
            session().close();
        }
    }

    @Test
    void largeValuesComeAndTheLargestAreRefused() {
        try (Session session = session()) {
            // 120 MB in all, some rows at a time
            List<List<Value>> many =
                    rows(
                            session,
                            "select length(w) from (select repeat('x', 60000) w, i from"
                                    + " range(2000) t(i)) where w > ''");
            assertEquals(2_000, many.size());
            long bytes = 0;
            try (Rows rows =
                    given(
                            session.run(
                                    "select repeat('é', 50000) from range(2500)",
                                    List.of(),
                                    sources))) {
                for (Optional<Batch> next = given(rows.next());
                        next.isPresent();
                        next = given(rows.next())) {
                    Vector.Runs texts = (Vector.Runs) next.get().columns().getFirst();
                    assertTrue(texts.bytes().length < 2 << 20, "a batch is bounded");
                    bytes += texts.bytes().length;
                }
            }
            assertEquals(250_000_000, bytes);
            assertEquals(
                    new Value.Text("x".repeat(8_000_000)), one(session, "repeat('x', 8000000)"));
            for (String large :
                    List.of(
                            "select repeat('x', 30000000)",
                            "select repeat('x', 9000000), repeat('y', 9000000)",
                            "select [repeat('x', 9000000), repeat('y', 9000000)]",
                            "select repeat('x', 30000000)::blob",
                            "select range(3000000)")) {
                Failure failure = failing(session, large);
                assertEquals(Failure.OVER_LIMIT, failure.state(), failure::toString);
                assertTrue(failure.hint().contains("substr"), failure::toString);
            }
            for (String huge :
                    List.of("select repeat('x', 100000000)", "select repeat('漢', 20000000)")) {
                Failure why = failing(session, huge);
                String state = why.state();
                assertTrue(
                        state.equals(Failure.OVER_LIMIT) || state.equals(Failure.MEMORY),
                        () -> huge + ": " + why);
                assertEquals(new Value.Whole(1), one(session, "1"), "it goes on");
            }
        }
    }

    private static final String LONG =
            "select sum(a.i * b.i) from range(1000000000) a(i), range(1000000) b(i)";

    @Test
    void aStatementIsCancelledAndTheSessionGoesOn() throws InterruptedException {
        try (Session session = session()) {
            Thread other =
                    Thread.ofVirtual()
                            .start(() -> {
                                LockSupport.parkNanos(300_000_000);
                                session.cancel();
                            });
            long begin = System.nanoTime();
            Failure failure = failing(session, LONG);
            assertEquals(Failure.CANCELLED, failure.state(), failure::toString);
            assertTrue(System.nanoTime() - begin < 8_000_000_000L, "it took too long");
            other.join();
            session.cancel(); // nothing runs
            assertEquals(new Value.Whole(1), one(session, "1"));
        }
    }

    @Test
    void timeIsBounded() {
        try (Queries quick =
                        open(new Limits(256 << 20, 1, Duration.ofMillis(500), 100, 8 << 20, 0, 3));
                Session session = given(quick.begin("city", "UTC"))) {
            Failure failure = failing(session, LONG);
            assertEquals(Failure.CANCELLED, failure.state());
            assertTrue(failure.message().contains("longer than"), failure::toString);
            assertTrue(session.alive());
            assertEquals(new Value.Whole(1), one(session, "1"));
        }
    }

    @Test
    void closingRowsEarlyEndsTheWork() {
        try (Session session = session()) {
            try (Rows rows =
                    given(session.run("select * from range(1000000000000)", List.of(), sources))) {
                assertTrue(given(rows.next()).isPresent());
            }
            assertEquals(new Value.Whole(2), one(session, "2"));
        }
    }

    @Test
    void whatIsStagedGoesWithTheSession() throws IOException {
        parquet(folder.resolve("t.parquet"), "select 1 as a");
        Session session = session();
        assertEquals(new Value.Whole(1), one(session, "a from t"));
        assertTrue(queries.standing().staged() > 0);
        session.close();
        assertEquals(0, queries.standing().staged());
        assertEquals(0, queries.standing().sessions());
        assertFalse(session.alive());
        assertEquals(Failure.GONE, failure(session.run("select 1", List.of(), sources)).state());
    }

    @Test
    void brokenFilesAreSaid() throws IOException {
        Path file = folder.resolve("t.parquet");
        parquet(file, "select i as a from range(1000) t(i)");
        byte[] whole = Files.readAllBytes(file);
        try (Session session = session()) {
            Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 10));
            assertEquals(Failure.INVALID, failing(session, "select a from t").state());
            Files.writeString(file, "a,b\n1,2\n");
            assertEquals(Failure.INVALID, failing(session, "select a from t").state());
            byte[] holes = whole.clone();
            java.util.Arrays.fill(holes, 4, 40, (byte) 0);
            Files.write(file, holes);
            Failure failure = failing(session, "select a from t");
            assertFalse(failure.message().contains("/session-"), failure::toString);
            assertEquals(new Value.Whole(1), one(session, "1"), "it goes on");
        }
    }

    /** Files below a folder. */
    protected static List<Path> files(Path below) throws IOException {
        try (Stream<Path> all = Files.walk(below)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    // ---- what is written ----

    private static final Target.Parquet TARGET =
            new Target.Parquet(
                    List.of(
                            new Target.Slot("n", "BIGINT", "1", 1),
                            new Target.Slot(
                                    "more",
                                    "STRUCT(\"a b\" VARCHAR, l INTEGER[])",
                                    "{__duckdb_field_id: 2, \"a b\": 3, \"l\":"
                                            + " {__duckdb_field_id: 4, element: 5}}",
                                    2),
                            new Target.Slot("none", "DATE", "6", 0)));

    private Path kept(Written written, String name) throws IOException {
        Path file = folder.resolve(name + ".parquet");
        Files.write(file, written.read().readAllBytes());
        assertEquals(written.size(), Files.size(file));
        return file;
    }

    /** Rows of a statement are a file that knows its fields, and whose footer tells of them. */
    @Test
    void rowsAreWrittenAsAFileOfATable() throws IOException {
        parquet(folder.resolve("t.parquet"), "select i as n from range(1000) t(i)");
        try (Session session = session()) {
            Answer<Written> answer =
                    session.write(
                            "select n, {'a b': 'w' || n, 'l': [n, n]} from t where n >= $1 -- all",
                            List.of(new Value.Whole(10)),
                            TARGET,
                            sources);
            try (Written written = given(answer)) {
                assertEquals(990, written.rows());
                Measures measures = written.measures();
                assertEquals(990, measures.rows());
                assertEquals(
                        List.of(1, 3, 5, 6),
                        measures.leaves().stream().map(Measures.Leaf::field).toList());
                Measures.Group n = measures.leaves().getFirst().groups().getFirst();
                assertEquals(0, n.nulls());
                assertEquals(10, n.least()[0]);
                assertEquals(0, n.least()[7]);
                assertEquals(990, measures.leaves().getLast().groups().getFirst().nulls());
                kept(written, "back");
                assertEquals(
                        List.of(
                                List.of(
                                        new Value.Whole(990),
                                        new Value.Text("w10"),
                                        new Value.Whole(999))),
                        rows(
                                session,
                                "select count(*), min(more.\"a b\"), max(more.l[2])::bigint from"
                                        + " back"));
            }
        }
    }

    /** Of few values a sketch counts each, of many about all. */
    @Test
    void valuesAreCounted() {
        parquet(
                folder.resolve("t.parquet"),
                "select i as n, i % 7 as few, case when i % 3 = 0 then 'w' || (i % 100) end as word"
                        + " from range(50000) t(i)");
        try (Session session = session()) {
            List<Sketch> found = given(session.sketch("select n, few, word, 1 from t", sources));
            assertEquals(4, found.size());
            assertEquals(50_000, found.getFirst().distinct(), 50_000 * 0.05);
            assertEquals(
                    List.of(7L, 100L, 1L), found.stream().skip(1).map(Sketch::distinct).toList());
            assertEquals(
                    0,
                    given(session.sketch("select n from t where n < 0", sources))
                            .getFirst()
                            .distinct());
            assertEquals(1, rows(session, "select 1").size(), "the next one runs");
            assertEquals(
                    Failure.NOT_HERE,
                    failure(session.sketch("select [n] from t", sources)).state());
            assertEquals(
                    Failure.NOT_HERE,
                    failure(session.sketch("select interval 1 day", sources)).state());
            assertEquals(
                    Failure.OVER_LIMIT,
                    failure(session.sketch("select " + "1, ".repeat(64) + "1", sources)).state());
            assertEquals(
                    Failure.NOT_HERE, failure(session.sketch("explain select 1", sources)).state());
            assertEquals(
                    "42703", failure(session.sketch("select nothing from t", sources)).state());
            assertEquals(1, rows(session, "select 1").size(), "and so it does after failures");
        }
    }

    private static Target.Key key(int column, String type, Target.Transform transform) {
        return new Target.Key(column, List.of(), type, transform);
    }

    /** What rows of each file have in common, and which rows they are. */
    private Map<List<Value>, List<List<Value>>> apart(
            Session session, String select, Target.Parquet target) throws IOException {
        Map<List<Value>, List<List<Value>>> found = new java.util.LinkedHashMap<>();
        try (Written written = given(session.write(select, List.of(), target, sources))) {
            int number = 0;
            long rows = 0;
            for (Written each : written.files()) {
                assertEquals(each.rows(), each.measures().rows());
                rows += each.rows();
                String name = "apart" + number++;
                kept(each, name);
                found.put(each.partition(), rows(session, "from " + name));
            }
            assertEquals(rows, written.rows());
            assertEquals(written.size(), written.files().stream().mapToLong(Written::size).sum());
        }
        return found;
    }

    private static Value text(String text) {
        return new Value.Text(text);
    }

    private static final List<Target.Slot> NUMBER_AND_WORD =
            List.of(
                    new Target.Slot("n", "BIGINT", "1", 1),
                    new Target.Slot("k1", "VARCHAR", "2", 2));

    /** A file has rows of one partition, in the statement's order; null is one of its own. */
    @Test
    void eachPartitionIsAFile() throws IOException {
        Target.Parquet target =
                new Target.Parquet(
                        NUMBER_AND_WORD,
                        List.of(
                                key(1, "VARCHAR", new Target.Transform.Identity()),
                                key(0, "BIGINT", new Target.Transform.Truncate(10))));
        try (Session session = session()) {
            assertEquals(
                    Map.of(
                            List.of(text("it's"), text("-10")),
                            List.of(List.of(new Value.Whole(-1), text("it's"))),
                            List.of(text("it's"), text("0")),
                            List.of(
                                    List.of(new Value.Whole(9), text("it's")),
                                    List.of(new Value.Whole(0), text("it's"))),
                            List.of(text(""), text("10")),
                            List.of(List.of(new Value.Whole(10), text(""))),
                            List.of(Value.NULL, text("0")),
                            List.of(List.of(new Value.Whole(1), Value.NULL)),
                            List.of(text("it's"), Value.NULL),
                            List.of(List.of(Value.NULL, text("it's")))),
                    apart(
                            session,
                            "select * from (values (9, 'it''s'), (-1, 'it''s'), (10, ''), (1,"
                                    + " null), (null, 'it''s'), (0, 'it''s')) t(a, b)",
                            target));
            assertEquals(Map.of(), apart(session, "select 1, 'x' where false", target));
            Failure nothing =
                    failure(session.write("select n, nothing", List.of(), target, sources));
            assertEquals("42703", nothing.state());
            assertTrue(nothing.position() == 8 || nothing.position() == 11, nothing::toString);
        }
    }

    /** One value of each type, by each transform that it has, as the specification says it. */
    @Test
    void partitionsAreThoseOfTheSpecification() throws IOException {
        Target.Transform identity = new Target.Transform.Identity();
        Target.Transform bucket = new Target.Transform.Bucket(1_000);
        Target.Transform year = new Target.Transform.Time(Target.Unit.YEAR);
        Target.Transform month = new Target.Transform.Time(Target.Unit.MONTH);
        Target.Transform day = new Target.Transform.Time(Target.Unit.DAY);
        Target.Transform hour = new Target.Transform.Time(Target.Unit.HOUR);
        record Case(String value, String type, Target.Transform transform, String text) {}
        List<Case> cases =
                List.of(
                        new Case("true", "BOOLEAN", identity, "true"),
                        new Case("34", "INTEGER", bucket, "379"),
                        new Case("34", "BIGINT", bucket, "379"),
                        new Case(
                                "-2147483648",
                                "INTEGER",
                                new Target.Transform.Truncate(10),
                                "-2147483650"),
                        new Case("'nan'", "DOUBLE", identity, "nan"),
                        new Case("'-0.0'", "FLOAT", identity, "-0.0"),
                        new Case("14.20", "DECIMAL(9, 2)", bucket, "59"),
                        new Case("-0.05", "DECIMAL(9, 2)", identity, "-5"),
                        new Case(
                                "10.65",
                                "DECIMAL(9, 2)",
                                new Target.Transform.Truncate(50),
                                "1050"),
                        new Case(
                                "-0.05",
                                "DECIMAL(38, 2)",
                                new Target.Transform.Truncate(50),
                                "-50"),
                        new Case("'2017-11-16'", "DATE", bucket, "226"),
                        new Case("'2017-11-16'", "DATE", identity, "17486"),
                        new Case("'1969-12-31'", "DATE", year, "-1"),
                        new Case("'1969-12-31'", "DATE", month, "-1"),
                        new Case("'1969-12-31'", "DATE", day, "-1"),
                        new Case("'2017-12-01'", "DATE", month, "575"),
                        new Case("'22:31:08'", "TIME", bucket, "659"),
                        new Case("'22:31:08'", "TIME", identity, "81068000000"),
                        new Case("'2017-11-16 22:31:08'", "TIMESTAMP", bucket, "207"),
                        new Case("'2017-11-16 22:31:08'", "TIMESTAMP", hour, "419686"),
                        new Case("'1969-12-31 23:59:59.999999'", "TIMESTAMP", hour, "-1"),
                        new Case("'1969-12-31 23:59:59.999999'", "TIMESTAMP", day, "-1"),
                        new Case("'1969-12-31 23:59:59.999999'", "TIMESTAMP", year, "-1"),
                        new Case(
                                "'2017-11-16 14:31:08-08'",
                                "TIMESTAMP WITH TIME ZONE",
                                bucket,
                                "207"),
                        new Case(
                                "'2018-01-01 00:30:00+01'", "TIMESTAMP WITH TIME ZONE", year, "47"),
                        new Case("'1969-12-31 23:59:59.999999999'", "TIMESTAMP_NS", year, "-1"),
                        new Case("'1969-12-31 23:59:59.999999999'", "TIMESTAMP_NS", identity, "-1"),
                        new Case("'2017-11-16 22:31:08.000000001'", "TIMESTAMP_NS", bucket, "207"),
                        new Case("'iceberg'", "VARCHAR", bucket, "89"),
                        new Case(
                                "'x\ud83d\ude00yz'",
                                "VARCHAR",
                                new Target.Transform.Truncate(2),
                                "x\ud83d\ude00"),
                        new Case("'f79c3e09-677c-4bbd-a479-3f349cb785e7'", "UUID", bucket, "340"),
                        new Case("'\\x00\\x01\\x02\\x03'::BLOB", "BLOB", bucket, "441"),
                        new Case("'\\xFF\\x01\\x02'::BLOB", "BLOB", identity, "FF0102"),
                        new Case(
                                "'\\xFF\\x01\\x02'::BLOB",
                                "BLOB",
                                new Target.Transform.Truncate(2),
                                "FF01"));
        try (Session session = given(queries.begin("city", "America/New_York"))) {
            for (Case each : cases) {
                Target.Parquet target =
                        new Target.Parquet(
                                List.of(new Target.Slot("v", each.type(), "1", 1)),
                                List.of(key(0, each.type(), each.transform())));
                for (String value : List.of(each.value(), "null")) {
                    try (Written written =
                            given(session.write("select " + value, List.of(), target, sources))) {
                        assertEquals(1, written.files().size());
                        assertEquals(
                                List.of(value.equals("null") ? Value.NULL : text(each.text())),
                                written.files().getFirst().partition(),
                                each::toString);
                    }
                }
            }
        }
    }

    @Test
    void partitionsOfMembersAndTooManyOfThem() throws IOException {
        Target.Parquet member =
                new Target.Parquet(
                        List.of(
                                new Target.Slot(
                                        "s",
                                        "STRUCT(\"a b\" INTEGER)",
                                        "{__duckdb_field_id: 1, \"a b\": 2}",
                                        1)),
                        List.of(
                                new Target.Key(
                                        0,
                                        List.of("a b"),
                                        "INTEGER",
                                        new Target.Transform.Identity())));
        Target.Parquet many =
                new Target.Parquet(
                        NUMBER_AND_WORD,
                        List.of(key(0, "BIGINT", new Target.Transform.Identity())));
        try (Session session = session()) {
            try (Written written =
                    given(
                            session.write(
                                    "select {'a b': i % 2} from range(10) t(i) union all select"
                                            + " null",
                                    List.of(), member, sources))) {
                assertEquals(
                        List.of(List.of(text("0")), List.of(text("1")), List.of(Value.NULL)),
                        written.files().stream().map(Written::partition).toList());
            }
            Failure tooMany =
                    failure(
                            session.write(
                                    "select i, 'x' from range(1001) t(i)",
                                    List.of(),
                                    many,
                                    sources));
            assertEquals("54000", tooMany.state());
            assertTrue(tooMany.message().contains("1,000"), tooMany::toString);
            Failure tooLong =
                    failure(
                            session.write(
                                    "select 1, repeat('x', 40000)",
                                    List.of(),
                                    new Target.Parquet(
                                            NUMBER_AND_WORD,
                                            List.of(
                                                    key(
                                                            1,
                                                            "VARCHAR",
                                                            new Target.Transform.Identity()))),
                                    sources));
            assertEquals("54000", tooLong.state());
        }
        assertEquals(0, queries.standing().staged(), "nothing is left");
    }

    @Test
    void whatCannotBeWrittenIsSaidWithItsPlace() throws IOException {
        parquet(folder.resolve("t.parquet"), "select 'x' as n from range(10) t(i)");
        try (Session session = session()) {
            Target one = new Target.Parquet(List.of(new Target.Slot("n", "BIGINT", "1", 1)));
            assertEquals(
                    "22P02", failure(session.write("from t", List.of(), one, sources)).state());
            Failure column =
                    failure(session.write("select n, nothing from t", List.of(), one, sources));
            assertEquals("42703", column.state());
            assertEquals(
                    Failure.NO_TABLE,
                    failure(session.write("from nowhere", List.of(), one, sources)).state());
            for (String sql :
                    List.of(
                            "select 1) to '/tmp/x' (format csv); --",
                            "select 1; select 2",
                            "copy (select 1) to '/tmp/x'",
                            "insert into t values (1)",
                            "select * from read_csv('/etc/passwd')")) {
                failure(session.write(sql, List.of(), one, sources));
            }
            // and it goes on
            try (Written written =
                    given(session.write("values (1), (2)", List.of(), one, sources))) {
                assertEquals(2, written.rows());
            }
        }
    }

    @Test
    void moreThanTheStagingHoldsIsNotWritten() {
        try (Session session = session()) {
            Target one = new Target.Parquet(List.of(new Target.Slot("n", "VARCHAR", "1", 1)));
            Failure failure =
                    failure(
                            session.write(
                                    "select md5(i::varchar) || md5((i+1)::varchar) from"
                                            + " range(2000000) t(i)",
                                    List.of(),
                                    one,
                                    sources));
            assertEquals(Failure.OVER_LIMIT, failure.state());
            assertEquals(0, queries.standing().staged());
            assertEquals(List.of(List.of(new Value.Text("1"))), rows(session, "select 1::varchar"));
        }
    }

    @Test
    void objectsAreWrittenAsTheyAreAsked() throws IOException {
        try (Session session = session()) {
            try (Written written =
                    given(
                            session.write(
                                    "select 1 as a, 'x,y' as b",
                                    List.of(),
                                    new Target.Csv(Target.Header.NAMES, ','),
                                    sources))) {
                assertEquals(
                        "a,b\n1,\"x,y\"\n",
                        new String(
                                written.read().readAllBytes(),
                                java.nio.charset.StandardCharsets.UTF_8));
                assertEquals(1, written.rows());
            }
            try (Written written =
                    given(
                            session.write(
                                    "select 1 as a, null as b",
                                    List.of(),
                                    new Target.Json(),
                                    sources))) {
                assertEquals(
                        "{\"a\":1,\"b\":null}\n",
                        new String(
                                written.read().readAllBytes(),
                                java.nio.charset.StandardCharsets.UTF_8));
            }
        }
    }

    private static Arrived arrived(Session session, String text) throws IOException {
        return given(
                session.arrive(
                        new java.io.ByteArrayInputStream(
                                text.getBytes(java.nio.charset.StandardCharsets.UTF_8))));
    }

    private static Intake.Csv csv(Intake.OnError onError) {
        return new Intake.Csv(
                Target.Header.NAMES,
                Optional.of(','),
                Optional.of('"'),
                Optional.empty(),
                "",
                List.of(),
                onError);
    }

    private static final Target.Parquet TWO =
            new Target.Parquet(
                    List.of(
                            new Target.Slot("n", "BIGINT", "1", 1),
                            new Target.Slot("word", "VARCHAR", "2", 2)));

    private static final List<Intake.Named> NAMED =
            List.of(new Intake.Named("n", "BIGINT"), new Intake.Named("word", "VARCHAR"));

    /** A file from outside is read by the engine, and nulls and empty texts are told apart. */
    @Test
    void filesFromOutsideAreRead() throws IOException {
        try (Session session = session();
                Arrived file = arrived(session, "n,word\n1,\"a \"\"b\"\", c\"\n2,\n3,\"\"\n")) {
            List<Column> guessed = given(file.guess(csv(Intake.OnError.FAIL)));
            assertEquals(List.of("n", "word"), guessed.stream().map(Column::name).toList());
            assertEquals(Type.Simple.BIGINT, guessed.getFirst().type());
            Arrived.Taken taken = given(file.write(csv(Intake.OnError.FAIL).of(NAMED), TWO));
            try (Written written = taken.written()) {
                kept(written, "loaded");
                assertEquals(
                        List.of(
                                List.of(new Value.Whole(1), new Value.Text("a \"b\", c")),
                                List.of(new Value.Whole(2), Value.NULL),
                                List.of(new Value.Whole(3), new Value.Text(""))),
                        rows(session, "from loaded order by n"));
            }
        }
        try (Session session = session();
                Arrived file = arrived(session, "{\"n\": 1}\n{\"n\": 2, \"word\": \"w\"}\n")) {
            Intake json = new Intake.Json(List.of(), Intake.OnError.FAIL);
            assertEquals(2, given(file.guess(json)).size());
            Arrived.Taken taken = given(file.write(json.of(NAMED), TWO));
            try (Written written = taken.written()) {
                assertEquals(2, written.rows());
            }
        }
    }

    @Test
    void brokenRowsAreNamedOrLeftOut() throws IOException {
        String text = "n,word\n1,a\nx,b\n3,c\n4\n5,e\n";
        try (Session session = session();
                Arrived file = arrived(session, text)) {
            Failure failure = failure(file.write(csv(Intake.OnError.FAIL).of(NAMED), TWO));
            assertEquals(
                    "Line 3: n holds what is no bigint: \"x\". It begins: x,b", failure.message());
            assertEquals("22P02", failure.state());
            Arrived.Taken taken = given(file.write(csv(Intake.OnError.SKIP).of(NAMED), TWO));
            try (Written written = taken.written()) {
                assertEquals(3, written.rows());
                assertEquals(
                        List.of(3L, 5L),
                        taken.rejected().stream().map(Arrived.Rejected::line).toList());
                assertEquals("x,b", taken.rejected().getFirst().text());
                assertTrue(
                        taken.rejected().getFirst().why().contains("x"),
                        taken.rejected().getFirst().why());
            }
        }
    }

    /** Rows of other lengths kept the engine from guessing at all, and it named no line. */
    @Test
    void aBrokenRowIsNamedWhereColumnsAreGuessed() throws IOException {
        for (List<String> each :
                List.of(
                        List.of("n,word\n1\n2,b\n", "Line 2: 1 values, and not 2. It begins: 1"),
                        List.of(
                                "n,word\n1,a\n2,b,c\n",
                                "Line 3: 3 values, and not 2. It begins: 2,b,c"))) {
            try (Session session = session();
                    Arrived file = arrived(session, each.getFirst())) {
                List<Column> guessed = given(file.guess(csv(Intake.OnError.FAIL)));
                assertEquals(List.of("n", "word"), guessed.stream().map(Column::name).toList());
                Failure failure = failure(file.write(csv(Intake.OnError.FAIL).of(NAMED), TWO));
                assertEquals(each.getLast(), failure.message());
            }
        }
        try (Session session = session();
                Arrived file = arrived(session, "n,word\n1,\"a\n2,b\n")) {
            Failure failure = failure(file.guess(csv(Intake.OnError.FAIL)));
            assertTrue(failure.message().contains("quote"), failure.message());
            assertFalse(failure.message().contains("/"), failure.message());
        }
        try (Session session = session();
                Arrived file =
                        given(
                                session.arrive(
                                        new java.io.ByteArrayInputStream(
                                                "n,word\n1,a\n"
                                                        .getBytes(
                                                                java.nio.charset.StandardCharsets
                                                                        .UTF_16))))) {
            Failure failure = failure(file.guess(csv(Intake.OnError.FAIL)));
            assertTrue(failure.message().contains("UTF-16"), failure.message());
        }
    }

    /** What COPY writes it reads again: lists, bytes and structs as PostgreSQL spells them. */
    @Test
    void valuesAsCopySpellsThem() throws IOException {
        Intake.Spelling copy = Intake.Spelling.POSTGRES;
        List<Intake.Named> columns =
                List.of(
                        new Intake.Named("l", "INTEGER[]", copy),
                        new Intake.Named("w", "VARCHAR[]", copy),
                        new Intake.Named("b", "BLOB", copy),
                        new Intake.Named("d", "DECIMAL(10, 2)[]", copy),
                        new Intake.Named("s", "STRUCT(\"x\" INTEGER, \"y\" VARCHAR[])", copy),
                        new Intake.Named("m", "MAP(VARCHAR, INTEGER)", copy));
        List<Target.Slot> slots = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            Intake.Named each = columns.get(i);
            String ids = Integer.toString(i + 1);
            slots.add(
                    new Target.Slot(
                            each.name(),
                            each.type(),
                            each.name().equals("b") ? ids : "{__duckdb_field_id: " + ids + "}",
                            i + 1));
        }
        String text =
                "l,w,b,d,s,m\n"
                    + "\"{1,2,NULL}\",\"{x,\"\"y\\\"\"z\"\",NULL,\"\"{,}\"\"}\",\\xdeadbeef,{1.50},\"{\"\"x\"\":1,\"\"y\"\":[\"\"a\"\"]}\",\"{\"\"k\"\":1}\"\n"
                    + "{},{},\\x,,,\n";
        try (Session session = session();
                Arrived file = arrived(session, text)) {
            Arrived.Taken taken =
                    given(
                            file.write(
                                    csv(Intake.OnError.FAIL).of(columns),
                                    new Target.Parquet(slots)));
            try (Written written = taken.written()) {
                kept(written, "loaded");
                assertEquals(
                        List.of(
                                List.of(
                                        new Value.Text(
                                                "[1, 2, NULL]|[x, 'y\"z', NULL, '{,}']|DEADBEEF|"
                                                        + "[1.50]|{'x': 1, 'y': [a]}|{k=1}")),
                                List.of(new Value.Text("[]|[]||||"))),
                        rows(
                                session,
                                "select concat(l::varchar, '|', w::varchar, '|', hex(b), '|',"
                                        + " d::varchar, '|', s::varchar, '|', m::varchar)"
                                        + " from loaded order by len(l) desc"));
            }
        }
    }

    @Test
    void failuresNameWhatWasWritten() {
        parquet(folder.resolve("t.parquet"), "select 1 as a, 'x' as b");
        try (Session session = session()) {
            Failure none = failure(session.run("select nope from t", List.of(), sources));
            assertEquals("42703", none.state());
            assertFalse(none.message().contains("domicile_"), none.message());
            for (List<Value> values :
                    List.of(
                            List.<Value>of(),
                            List.<Value>of(new Value.Whole(1), new Value.Whole(2)))) {
                assertEquals(
                        "08P01",
                        failure(session.run("select $1::bigint + 1", values, sources)).state());
            }
        }
    }

    /** {@code where id = any($1)}, as drivers send it. */
    @Test
    void aListMayBeAParameter() {
        try (Session session = session()) {
            for (Value list :
                    List.of(
                            new Value.Items(
                                    List.of(new Value.Whole(1), Value.NULL, new Value.Whole(3))),
                            new Value.Items(List.of(new Value.Text("1"), new Value.Text("3"))))) {
                assertEquals(
                        List.of(List.of(new Value.Whole(2))),
                        rows(
                                session,
                                "select count(*) from range(5) t(i) where i = any($1::bigint[])",
                                list));
            }
            assertEquals(
                    List.of(List.of(new Value.Whole(0))),
                    rows(
                            session,
                            "select count(*) from range(5) t(i) where i = any($1::bigint[])",
                            new Value.Items(List.of())));
        }
    }

    private static final String BROKEN_LINES =
            """
            {"n": 1, "word": "a"}
            {"n": "x", "word": "b"}

            {"n": 3,
            {"n": 4, "word": "Zürich \\"HB\\""}
            [5]
            {"word": {"k": [1]}}
            null
            {"n": 9, "n": 10}
            "text"
            {"n": 12, "word": null}\r
            """;

    /** Which line it is, is exact, and why it is left out is said of each. */
    @Test
    void brokenLinesOfJsonAreNamedOrLeftOut() throws IOException {
        try (Session session = session();
                Arrived file = arrived(session, BROKEN_LINES)) {
            Intake fail = new Intake.Json(List.of(), Intake.OnError.FAIL);
            Intake skip = new Intake.Json(List.of(), Intake.OnError.SKIP);
            Failure failure = failure(file.write(fail.of(NAMED), TWO));
            assertEquals(
                    "Line 2: n holds what is no bigint: \"x\". It begins: {\"n\": \"x\", \"word\":"
                            + " \"b\"}",
                    failure.message());
            assertEquals(Failure.INVALID, failure.state());
            assertEquals(2, given(file.guess(skip)).size());
            Arrived.Taken taken = given(file.write(skip.of(NAMED), TWO));
            try (Written written = taken.written()) {
                kept(written, "lines");
                assertEquals(
                        List.of(
                                List.of(new Value.Whole(1), new Value.Text("a")),
                                List.of(new Value.Whole(4), new Value.Text("Zürich \"HB\"")),
                                List.of(new Value.Whole(12), Value.NULL),
                                List.of(Value.NULL, new Value.Text("{\"k\":[1]}"))),
                        rows(session, "from lines order by n nulls last"));
            }
            assertEquals(
                    List.of(
                            "2 n holds what is no bigint: \"x\"",
                            "4 this is no JSON",
                            "6 this is no JSON object",
                            "8 this is no JSON object",
                            "9 a key stands twice",
                            "10 this is no JSON object"),
                    taken.rejected().stream().map(each -> each.line() + " " + each.why()).toList());
            assertEquals("[5]", taken.rejected().get(2).text());
        }
        try (Session session = session();
                Arrived file = arrived(session, "1\n[]\n")) {
            Failure failure = failure(file.guess(new Intake.Json(List.of(), Intake.OnError.SKIP)));
            assertEquals(Failure.INVALID, failure.state());
        }
        // which the engine's own reader says to be in line 3
        try (Session session = session();
                Arrived file = arrived(session, "{\"n\": 1}\nx{\"n\": 2}\n{\"n\": 3}\n")) {
            Intake fail = new Intake.Json(List.of(), Intake.OnError.FAIL);
            Failure failure = failure(file.guess(fail));
            assertTrue(failure.message().startsWith("Line 2: this is no JSON"), failure.message());
        }
    }

    @Test
    void brokenRecordsOfAnArrayAreNamedOrLeftOut() throws IOException {
        Target.Parquet nested =
                new Target.Parquet(
                        List.of(
                                new Target.Slot(
                                        "a/b~\"c",
                                        "STRUCT(\"x \"\"y\" DATE, z BIGINT[])[]",
                                        "1",
                                        1)));
        List<Intake.Named> named =
                List.of(new Intake.Named("a/b~\"c", "STRUCT(\"x \"\"y\" DATE, z BIGINT[])[]"));
        Intake fail = new Intake.Json(named, Intake.OnError.FAIL);
        Intake skip = new Intake.Json(named, Intake.OnError.SKIP);
        String text =
                """
                 [{"a/b~\\"c": [{"x \\"y": "2024-01-31"}, {"z": [1, null]}]}, {},
                  {"a/b~\\"c": [{"x \\"y": "2024-01-32"}]},
                  {"a/b~\\"c": [{"z": [1, "one"]}]}, {"a/b~\\"c": {}}, {"a/b~\\"c": null}]
                """;
        try (Session session = session();
                Arrived file = arrived(session, text)) {
            Failure failure = failure(file.write(fail, nested));
            assertTrue(failure.message().startsWith("Record 3: a/b~\"c holds"), failure.message());
            Arrived.Taken taken = given(file.write(skip, nested));
            try (Written written = taken.written()) {
                assertEquals(3, written.rows());
            }
            assertEquals(
                    List.of(3L, 4L, 5L),
                    taken.rejected().stream().map(Arrived.Rejected::line).toList());
        }
        // an array that is none has no records to leave out
        try (Session session = session();
                Arrived file = arrived(session, "[{\"n\": 1}, {\"n\": }]")) {
            assertEquals(Failure.INVALID, failure(file.write(skip, nested)).state());
            assertEquals(Failure.INVALID, failure(file.guess(skip)).state());
        }
    }

    /** A column that comes late is seen, and a row with two wrong values is one row. */
    @Test
    void allOfAFileIsLookedAt() throws IOException {
        String text = "{\"n\": 1}\n".repeat(30_000) + "{\"n\": 1, \"late\": true}\n";
        try (Session session = session();
                Arrived file = arrived(session, text)) {
            assertEquals(
                    List.of("n", "late"),
                    given(file.guess(new Intake.Json(List.of(), Intake.OnError.FAIL))).stream()
                            .map(Column::name)
                            .toList());
        }
        // of both sides of zero they are what whole numbers are
        try (Session session = session();
                Arrived file =
                        arrived(session, "{\"n\": -1, \"m\": [3]}\n{\"n\": 2, \"m\": [-1]}\n")) {
            assertEquals(
                    List.of(Type.Simple.BIGINT, new Type.Array(Type.Simple.BIGINT)),
                    given(file.guess(new Intake.Json(List.of(), Intake.OnError.FAIL))).stream()
                            .map(Column::type)
                            .toList());
        }
        List<Intake.Named> both =
                List.of(new Intake.Named("n", "BIGINT"), new Intake.Named("word", "DATE"));
        try (Session session = session();
                Arrived file = arrived(session, "n,word\nx,y\n1,2024-01-01\n")) {
            Arrived.Taken taken =
                    given(
                            file.write(
                                    csv(Intake.OnError.SKIP).of(both),
                                    new Target.Parquet(
                                            List.of(
                                                    new Target.Slot("n", "BIGINT", "1", 1),
                                                    new Target.Slot("word", "DATE", "2", 2)))));
            try (Written written = taken.written()) {
                assertEquals(1, written.rows());
            }
            assertEquals(1, taken.rejected().size());
        }
    }

    @Test
    void aFileThatIsTooLargeOrCutOffIsNotTaken() throws IOException {
        try (Session session = session()) {
            Failure failure =
                    failure(session.arrive(new java.io.ByteArrayInputStream(new byte[9 << 20])));
            assertEquals(Failure.OVER_LIMIT, failure.state());
            parquet(folder.resolve("cut.parquet"), "select i as n, 'w' as word from range(9) t(i)");
            byte[] whole = Files.readAllBytes(folder.resolve("cut.parquet"));
            try (Arrived file =
                    given(
                            session.arrive(
                                    new java.io.ByteArrayInputStream(
                                            whole, 0, whole.length - 9)))) {
                failure(file.guess(new Intake.Parquet()));
            }
            assertEquals(0, queries.standing().staged());
            try (Arrived file = given(session.arrive(new java.io.ByteArrayInputStream(whole)))) {
                Arrived.Taken taken = given(file.write(new Intake.Parquet(), TWO));
                try (Written written = taken.written()) {
                    assertEquals(9, written.rows());
                }
            }
        }
    }

    private LakeSources lake() {
        return new LakeSources(sources);
    }

    private static Field field(int id, String name, Type.Simple type, String... others) {
        List<String> names = new ArrayList<>(List.of(name));
        names.addAll(List.of(others));
        return new Field(
                id, name, names, new Field.Form.Plain(type, type.name()), new Field.Initial.None());
    }

    /** A file of the folder. */
    private DataFile data(String name, String select) {
        parquet(folder.resolve(name + ".parquet"), select);
        return given(sources.resolve(new TableName(List.of(name)), At.NOW, List.of()))
                        instanceof Table(List<DataFile> files)
                ? files.getFirst()
                : fail(name);
    }

    private static CatalogTable table(LakeSources lake, String name, Field... columns) {
        CatalogTable table = new CatalogTable(name + "-id", name, List.of(columns));
        lake.relations.put(name, table);
        return table;
    }

    private static String cells(Session session, LakeSources lake, String sql) {
        StringBuilder text = new StringBuilder();
        try (Rows rows = given(session.run(sql, List.of(), lake))) {
            for (Optional<Batch> next = given(rows.next());
                    next.isPresent();
                    next = given(rows.next())) {
                for (int row = 0; row < next.get().rows(); row++) {
                    text.append(text.isEmpty() ? "" : " ");
                    for (int i = 0; i < rows.columns().size(); i++) {
                        Value value =
                                next.get()
                                        .columns()
                                        .get(i)
                                        .value(rows.columns().get(i).type(), row);
                        text.append(i == 0 ? "" : "|")
                                .append(
                                        switch (value) {
                                            case Value.Whole(long whole) -> whole;
                                            case Value.Text(String each) -> each;
                                            case Value.Null _ -> "null";
                                            default -> value;
                                        });
                    }
                }
            }
        }
        return text.toString();
    }

    /** A file with ids that says itself what its rows are, and one of which it follows. */
    @Test
    void rowsOfFormat3HaveTheirLineage() throws IOException {
        LakeSources lake = lake();
        CatalogTable table = table(lake, "a.t", field(1, "n", Type.Simple.BIGINT));
        lake.relations.put("a.l", Lineage.of(table));
        DataFile plain = data("plain", "select i::bigint as n from range(4) t(i)");
        try (Session session = session()) {
            try (Written written =
                    given(
                            session.write(
                                    "select * from (values (10, 7, 2), (11, 9, null), (12, null,"
                                            + " null)) t",
                                    List.of(),
                                    new Target.Parquet(
                                            Lineage.slots(
                                                    List.of(
                                                            new Target.Slot(
                                                                    "n", "BIGINT", "1", 1)))),
                                    sources))) {
                kept(written, "said");
            }
            DataFile said =
                    given(sources.resolve(new TableName(List.of("said")), At.NOW, List.of()))
                                    instanceof Table(List<DataFile> files)
                            ? files.getFirst()
                            : fail("said");
            lake.files.put(
                    "a.t-id",
                    List.of(
                            new TableFile(
                                    plain,
                                    "at/plain",
                                    Map.of(),
                                    List.of(new TableFile.Deletes.Vector("v", "v", 8, 1)),
                                    100,
                                    5),
                            new TableFile(said, "at/said", Map.of(), List.of(), 200, 6)));
            lake.vectors.put("v", new long[] {1});
            assertEquals(
                    "0|100|5 2|102|5 3|103|5 10|7|2 11|9|6 12|202|6",
                    cells(
                            session,
                            lake,
                            "select n, _row_id, _last_updated_sequence_number from a.l order by"
                                    + " n"));
            assertEquals("102", cells(session, lake, "select _row_id from a.l where n = 2"));
            assertEquals("0 2 3 10 11 12", cells(session, lake, "select * from a.t order by n"));
            // what came before the table kept any has none
            lake.files.put(
                    "a.t-id", List.of(new TableFile(plain, "at/plain", Map.of(), List.of())));
            assertEquals(
                    "0|null|null",
                    cells(
                            session,
                            lake,
                            "select n, _row_id, _last_updated_sequence_number from a.l where n ="
                                    + " 0"));
        }
    }

    /** Files without ids are read by their names. */
    @Test
    void tablesOfTheCatalogAreReadByTheirSchema() {
        LakeSources lake = lake();
        table(
                lake,
                "a.t",
                field(1, "n", Type.Simple.BIGINT, "old_n"),
                field(2, "word", Type.Simple.VARCHAR),
                field(3, "new", Type.Simple.INTEGER));
        DataFile one = data("one", "select i::int as old_n, 'w' || i as word from range(5) t(i)");
        DataFile two = data("two", "select 7::int as new, 9::bigint as n");
        DataFile gone =
                data(
                        "gone",
                        "select 'elsewhere' as file_path, 0::bigint as pos union all"
                                + " select 'at/one', 2::bigint");
        DataFile equal = data("equal", "select 'w1' as word");
        try (Session session = session()) {
            assertEquals("", cells(session, lake, "select * from a.t"), "there are no files");
            assertEquals(
                    List.of(Type.Simple.BIGINT, Type.Simple.VARCHAR, Type.Simple.INTEGER),
                    given(session.prepare("select * from a.t", lake)).columns().stream()
                            .map(Column::type)
                            .toList());
            lake.files.put(
                    "a.t-id",
                    List.of(
                            new TableFile(one, "at/one", Map.of(), List.of()),
                            new TableFile(two, "at/two", Map.of(2, "given"), List.of())));
            assertEquals(
                    "0|w0|null 1|w1|null 2|w2|null 3|w3|null 4|w4|null 9|given|7",
                    cells(session, lake, "select * from a.t order by n"));
            lake.files.put(
                    "a.t-id",
                    List.of(
                            new TableFile(
                                    one,
                                    "at/one",
                                    Map.of(),
                                    List.of(
                                            new TableFile.Deletes.Positions(gone),
                                            new TableFile.Deletes.Vector("v", "v", 8, 1))),
                            new TableFile(two, "at/two", Map.of(2, "given"), List.of())));
            lake.vectors.put("v", new long[] {4});
            assertEquals(
                    "0|w0|null 1|w1|null 3|w3|null 9|given|7",
                    cells(session, lake, "select * from a.t order by n"));
            assertEquals("4", cells(session, lake, "select count(*) from a.t"));
            // by value, without ids there is no column to be equal in
            lake.files.put(
                    "a.t-id",
                    List.of(
                            new TableFile(
                                    one,
                                    "at/one",
                                    Map.of(),
                                    List.of(new TableFile.Deletes.Equal(equal, List.of(2))))));
            assertEquals(
                    Failure.NOT_HERE,
                    failure(session.run("select n from a.t", List.of(), lake)).state());
            table(
                    lake,
                    "a.strange",
                    field(1, "n", Type.Simple.BIGINT),
                    new Field(
                            2,
                            "v",
                            List.of("v"),
                            new Field.Form.Strange("variant"),
                            new Field.Initial.None()));
            assertEquals("", cells(session, lake, "select n from a.strange"));
            assertEquals(
                    Failure.NOT_HERE,
                    failure(session.run("from a.strange", List.of(), lake)).state());
            table(
                    lake,
                    "a.twice",
                    field(1, "n", Type.Simple.BIGINT),
                    field(2, "N", Type.Simple.BIGINT));
            assertEquals(
                    Failure.NOT_HERE,
                    failure(session.run("select 1 from a.twice", List.of(), lake)).state());
        }
    }

    @Test
    void whatIsWantedOfATableIsTold() {
        LakeSources lake = lake();
        table(
                lake,
                "a.t",
                field(1, "n", Type.Simple.BIGINT),
                field(2, "day", Type.Simple.DATE),
                field(3, "word", Type.Simple.VARCHAR));
        table(lake, "a.u", field(1, "n", Type.Simple.BIGINT), field(2, "m", Type.Simple.BIGINT));
        Wanted five =
                new Wanted.Compare(
                        "n", Wanted.Operator.EQUAL, new Wanted.Constant(Wanted.Kind.WHOLE, "5"));
        try (Session session = session()) {
            assertEquals(List.of(five), wanted(session, lake, "select 1 from a.t where n = 5"));
            assertEquals(List.of(five), wanted(session, lake, "select 1 from a.t x where 5 = x.n"));
            assertEquals(
                    List.of(
                            new Wanted.And(
                                    List.of(
                                            five,
                                            new Wanted.Compare(
                                                    "day",
                                                    Wanted.Operator.AT_LEAST,
                                                    new Wanted.Constant(
                                                            Wanted.Kind.DAY, "2024-01-01")),
                                            new Wanted.In(
                                                    "word",
                                                    List.of(
                                                            new Wanted.Constant(
                                                                    Wanted.Kind.TEXT, "a"),
                                                            new Wanted.Constant(
                                                                    Wanted.Kind.TEXT, "b"))),
                                            new Wanted.Compare(
                                                    "n",
                                                    Wanted.Operator.LESS,
                                                    new Wanted.Constant(
                                                            Wanted.Kind.EXACT, "5.5"))))),
                    wanted(
                            session,
                            lake,
                            "select 1 from a.t where n = 5 and day >= date '2024-01-01' and word in"
                                    + " ('a', 'b') and length(word) > 3 and n < 5.5"));
            for (String begins :
                    List.of(
                            "word like 'ab%'",
                            "word like 'ab%c_'",
                            "word like 'ab'",
                            "word like 'ab_' and word like '%c'",
                            "word like 'ab\\%c'",
                            "starts_with(t.word, 'ab')",
                            "word ^@ 'ab'")) {
                assertEquals(
                        List.of(new Wanted.StartsWith("word", "ab")),
                        wanted(session, lake, "select 1 from a.t where " + begins),
                        begins);
            }
            for (String all :
                    List.of(
                            "select 1 from a.t where word not like 'ab%'",
                            "select 1 from a.t where word ilike 'ab%'",
                            "select 1 from a.t where word like '%ab'",
                            "select 1 from a.t where word like 'ab%' escape 'a'",
                            "select 1 from a.t where 'ab' like word",
                            "select 1 from a.t",
                            "select 1 from a.t where n = 5 or length(word) = 1",
                            "select 1 from a.t where not n = 5",
                            "select 1 from a.t where n is null",
                            "select 1 from (select n + 1 as n from a.t) where n = 5",
                            "select 1 from a.t where n = 5 union all select 1 from a.t",
                            "select 1 from a.t tablesample 10% where n = 5",
                            "select 1 from a.t as x(a, b, n) where n = 5",
                            "select case when n = 5 then 1 end from a.t",
                            "select 1 from a.t where n = (select 5)")) {
                assertEquals(List.of(Wanted.ALL), wanted(session, lake, all), all);
            }
            assertEquals(
                    List.of(new Wanted.Or(List.of(five, five))),
                    wanted(
                            session,
                            lake,
                            "select 1 from a.t where n = 5 union all select 1 from a.t where n ="
                                    + " 5"));
            assertEquals(
                    List.of(five, Wanted.ALL),
                    wanted(
                            session,
                            lake,
                            "select 1 from a.t left join a.u on t.n = u.n where t.n = 5 and m ="
                                    + " 3"));
            assertEquals(
                    List.of(Wanted.ALL, Wanted.ALL),
                    wanted(session, lake, "select 1 from a.t positional join a.u where t.n = 5"));
            assertEquals(
                    List.of(Wanted.ALL, Wanted.ALL),
                    wanted(
                            session,
                            lake,
                            "select 1 from a.t anti join a.u on t.n = u.n where t.n = 5"));
        }
    }

    private static List<String> varying(Session session, LakeSources lake, String sql) {
        return given(session.varying(sql, lake));
    }

    @Test
    void functionsThatVaryAreTold() {
        LakeSources lake = lake();
        CatalogTable t = table(lake, "t", field(1, "random", Type.Simple.BIGINT));
        lake.relations.put("t in x", t);
        lake.relations.put(
                "v",
                new CatalogView(
                        "v", "x.v", "select * from t where uuid() <> ''", List.of("x"), List.of()));
        try (Session session = session()) {
            assertEquals(List.of(), varying(session, lake, "select 1 from t where random > 5"));
            assertEquals(
                    List.of(),
                    varying(
                            session,
                            lake,
                            "select 1 from t where 'random()' = upper($1) and now() > '2024-01-01'"
                                    + " and random + 1 = any([abs(2)])"));
            assertEquals(
                    List.of("random"),
                    varying(session, lake, "select 1 from t where Random() < 0.5 or random() > 1"));
            assertEquals(
                    List.of("nextval", "random"),
                    varying(
                            session,
                            lake,
                            "select 1 from t where exists (select 1 from t as u where u.random ="
                                    + " list_transform([1], lambda x: x + random())[1] and"
                                    + " nextval('s') > 1)"));
            assertEquals(List.of("uuid"), varying(session, lake, "select 1 from v"));
            assertEquals(
                    List.of("tablesample"),
                    varying(session, lake, "select 1 from t tablesample 10%"));
            assertEquals(
                    List.of("tablesample"),
                    varying(
                            session,
                            lake,
                            "select 1 from t where random in (select random from t using sample"
                                    + " 5)"));
            assertEquals(List.of(), lake.wanted);
            assertEquals(
                    Failure.NO_TABLE,
                    failure(session.varying("select 1 from z where random() < 1", lake)).state());
        }
    }

    /** A change is counted by one statement and made by another. */
    @Test
    void statementsMaySeeOneMoment() {
        parquet(folder.resolve("t.parquet"), "select 'x' || i as a from range(10) t(i)");
        try (Session session = session()) {
            String now = "select epoch_us(now()), current_date, count(*) from t";
            List<List<Value>> first = new ArrayList<>();
            assertEquals(
                    true,
                    given(
                            session.together(() -> {
                                first.addAll(rows(session, now));
                                LockSupport.parkNanos(5_000_000);
                                return Answer.of(first.equals(rows(session, now)));
                            })));
            LockSupport.parkNanos(5_000_000);
            assertTrue(!first.equals(rows(session, now)), "each by itself again");
            // what fails in it fails as ever, and nothing is left of it
            String wrong = "select sum(a::int) from t";
            Failure alone = failing(session, wrong);
            Answer<Boolean> failed =
                    session.together(() -> {
                        assertEquals(alone, failing(session, wrong));
                        return Answer.failed(alone);
                    });
            assertEquals(alone, failure(failed));
            assertEquals(1, rows(session, now).size());
            assertEquals(1, rows(session, "select count(*) from t").size());
        }
    }

    private static List<Wanted> wanted(Session session, LakeSources lake, String sql) {
        lake.wanted.clear();
        cells(session, lake, sql);
        return List.copyOf(lake.wanted);
    }

    /** Five rows with words, of which one is deleted; rules leave two, without the words. */
    private RuledTable ruled(LakeSources lake) {
        CatalogTable table =
                table(
                        lake,
                        "a.r",
                        field(1, "n", Type.Simple.BIGINT),
                        field(2, "word", Type.Simple.VARCHAR),
                        field(3, "other", Type.Simple.INTEGER));
        lake.files.put(
                table.id(),
                List.of(
                        new TableFile(
                                data(
                                        "ruled",
                                        "select i as n, 'planted-' || i as word, i::int + 10 as"
                                                + " other from range(5) t(i)"),
                                "at/ruled",
                                Map.of(),
                                List.of(
                                        new TableFile.Deletes.Positions(
                                                data(
                                                        "ruled-gone",
                                                        "select 'at/ruled' as file_path, 4::bigint"
                                                                + " as pos"))))));
        RuledTable ruled =
                new RuledTable(
                        table, List.of("word"), Map.of(), "\"n\" >= 2", List.of("n"), "as told");
        lake.relations.put("a.r", ruled);
        return ruled;
    }

    @Test
    void whatRulesLeaveIsAllThatThereIs() {
        LakeSources lake = lake();
        RuledTable ruled = ruled(lake);
        try (Session session = session();
                Session another = session();
                Session third = session()) {
            assertTrue(another.alive() && third.alive(), "the organisation has no more");
            assertEquals(
                    "2|null|12 3|null|13", cells(session, lake, "select * from a.r order by n"));
            assertEquals("2", cells(session, lake, "select count(*) from a.r"));
            assertEquals("0", cells(session, lake, "select count(word) from a.r"));
            assertEquals("12", cells(session, lake, "select other from a.r where n < 3"));
            assertEquals("", cells(session, lake, "select other from a.r where n < 2"));
            assertEquals(
                    "4",
                    cells(session, lake, "select count(*) from a.r x, a.r y where x.n >= y.n - 1"));
            assertTrue(lake.wanted.stream().allMatch(Wanted.ALL::equals), "" + lake.wanted);
            assertEquals(3, given(session.prepare("select * from a.r", lake)).columns().size());
            Plan.Scan scan = sources.plans.getLast().scans().getLast();
            assertEquals("as told", scan.rules());
            assertEquals(List.of("n"), scan.columns());
            lake.relations.put(
                    "a.r",
                    new RuledTable(
                            ruled.table(),
                            List.of("word"),
                            Map.of("word", "It may not be named."),
                            "",
                            List.of(),
                            "as told"));
            assertEquals("4", cells(session, lake, "select count(n) from a.r"));
            for (String each : List.of("select word from a.r", "select * from a.r")) {
                Failure failure = failure(session.run(each, List.of(), lake));
                assertEquals(Failure.REFUSED, failure.state());
                assertEquals("It may not be named.", failure.message());
            }
        }
        assertEquals(0, queries.standing().staged());
    }

    /** What is read fails, or takes until somebody cancels. */
    private static final class Troubled implements Sources {
        private final LakeSources lake;
        private final Runnable trouble;

        Troubled(LakeSources lake, Runnable trouble) {
            this.lake = lake;
            this.trouble = trouble;
        }

        @Override
        public Answer<Relation> resolve(TableName name, At at, List<String> namespace) {
            return lake.resolve(name, at, namespace);
        }

        @Override
        public Answer<List<TableFile>> files(CatalogTable table, Wanted wanted) {
            return lake.files(table, wanted);
        }

        @Override
        public Answer<Reading> open(Plan plan) {
            return lake.open(plan)
                    .then(reading ->
                            Answer.of(
                                    new Reading() {
                                        @Override
                                        public java.io.InputStream read(
                                                DataFile file, long offset, long length)
                                                throws java.io.IOException {
                                            trouble.run();
                                            throw new java.io.IOException("planted-trouble");
                                        }

                                        @Override
                                        public void close() {
                                            reading.close();
                                        }
                                    }));
        }
    }

    @Test
    void rulesThatCannotBeAppliedShowNothing() {
        LakeSources lake = lake();
        ruled(lake);
        try (Session session = session()) {
            Failure failure =
                    failure(
                            session.run(
                                    "select * from a.r", List.of(), new Troubled(lake, () -> {})));
            assertEquals(Failure.SYSTEM, failure.state());
            assertFalse(failure.message().contains("planted"), failure.message());
            assertEquals(0, queries.standing().staged());
            assertEquals(1, queries.standing().sessions());
            Failure cancelled =
                    failure(
                            session.run(
                                    "select * from a.r",
                                    List.of(),
                                    new Troubled(lake, session::cancel)));
            assertEquals(Failure.CANCELLED, cancelled.state(), cancelled.message());
            assertEquals(1, queries.standing().sessions());
            assertEquals("2", cells(session, lake, "select count(*) from a.r"), "it goes on");
        }
        assertEquals(0, queries.standing().staged());
    }

    @Test
    void aTableUnderRulesHasToFit() {
        LakeSources lake = lake();
        CatalogTable table = table(lake, "a.r", field(1, "n", Type.Simple.BIGINT));
        lake.files.put(
                table.id(),
                List.of(
                        new TableFile(
                                data(
                                        "wide",
                                        "select (hash(i) >> 1)::bigint as n from range(2000000)"
                                                + " t(i)"),
                                "at/wide",
                                Map.of(),
                                List.of())));
        lake.relations.put(
                "a.r", new RuledTable(table, List.of(), Map.of(), "n >= 0", List.of("n"), "told"));
        try (Session session = session()) {
            Failure failure = failure(session.run("select n from a.r", List.of(), lake));
            assertEquals(Failure.OVER_LIMIT, failure.state());
            assertFalse(failure.message().contains("reads 1"), failure.message());
            assertEquals(
                    List.of(List.of(new Value.Whole(1))), rows(session, "select 1::bigint as one"));
            // the table is as large as it was; what is left of it fits
            lake.relations.put(
                    "a.r",
                    new RuledTable(
                            table, List.of(), Map.of(), "n % 1000 = 0", List.of("n"), "told"));
            long left = Long.parseLong(cells(session, lake, "select count(n) from a.r"));
            assertTrue(left > 1_000 && left < 4_000, "" + left);
            assertEquals("0", cells(session, lake, "select count(n) from a.r where n % 1000 > 0"));
        }
        assertEquals(0, queries.standing().staged());
    }

    /** A file is staged in parts where it is larger than the staging. */
    @Test
    void rowGroupsMakeFilesOfTheirOwn() throws IOException {
        Footer whole = data("groups", "select i as n, -i as m from range(400000) t(i)").footer();
        RowGroups groups = RowGroups.of(whole);
        int count = groups.count();
        assertTrue(count > 15, "more than a list's first byte counts");
        assertEquals(400_000, groups.before(count));
        for (int from = 0; from < count; from++) {
            for (int to = from + 1; to <= count; to++) {
                Footer part = groups.part(from, to);
                assertEquals(groups.before(to) - groups.before(from), part.rows());
                assertEquals(whole.chunks().subList(2 * from, 2 * to), part.chunks());
                assertEquals(whole.schema(), part.schema());
                assertEquals(whole.tailStart(), part.tailStart());
            }
        }
        assertTrue(groups.before(1) > 10_000 && groups.before(1) < 40_000);
        assertArrayEquals(whole.tail(), groups.part(0, count).tail());
    }

    @Test
    void tablesOfTheCatalogComeInBatches() {
        LakeSources lake = lake();
        CatalogTable known =
                table(
                        lake,
                        "a.t",
                        field(1, "n", Type.Simple.BIGINT, "old_n"),
                        field(2, "word", Type.Simple.VARCHAR),
                        field(3, "new", Type.Simple.INTEGER));
        DataFile one =
                data("one", "select i as old_n, md5(i::varchar) as word from range(100000) t(i)");
        DataFile two =
                data(
                        "two",
                        "select i + 100000 as n, md5((-i)::varchar) as word, (i % 9)::int as new"
                                + " from range(70000) t(i)");
        DataFile gone =
                data(
                        "gone",
                        "select 'at/one' as file_path, 7 * i as pos from range(14000) t(i)"
                                + " union all select 'at/two', 3::bigint");
        lake.files.put(
                "a.t-id",
                List.of(
                        new TableFile(
                                one,
                                "at/one",
                                Map.of(),
                                List.of(new TableFile.Deletes.Positions(gone))),
                        new TableFile(
                                two,
                                "at/two",
                                Map.of(),
                                List.of(
                                        new TableFile.Deletes.Positions(gone),
                                        new TableFile.Deletes.Vector("v", "v", 8, 3)))));
        lake.vectors.put("v", new long[] {4, 25_000, 69_999});
        try (Queries narrow =
                        open(
                                new Limits(
                                        256 << 20,
                                        2,
                                        Duration.ofSeconds(20),
                                        200_000,
                                        1 << 20,
                                        64 << 20,
                                        2));
                Session whole = session();
                Session session = given(narrow.begin("city", "UTC"))) {
            for (String sql :
                    List.of(
                            "select count(*), sum(n)::bigint, min(word), max(word),"
                                    + " sum(new)::bigint from a.t",
                            "select n, word, new from a.t where n > 99900 order by n limit 200",
                            "select n from a.t where n >= 124990 and n < 125010 order by n",
                            "select count(*) from a.t where new in (1, 3) or word = 'x'",
                            "select count(*), max(x.word) from a.t x join a.t y on x.n = y.n + 1"
                                    + " where x.new = 3",
                            "select count(*) from a.t x left join a.t y on x.n = y.n + 100000"
                                    + " where x.n < 5000 and y.n is null and x.word > '8'",
                            "with x as (from a.t) select count(*) from x p, x q where p.n = q.n",
                            "select max(w) from a.t as u(k, w)",
                            "select max(u.k) from a.t as u(k) where u.word > 'f'",
                            "select count(u.word) from (select t as u from a.t) where u.n < 500",
                            "select word from a.t order by n desc limit 3")) {
                assertEquals(cells(whole, lake, sql), cells(session, lake, sql), sql);
            }
            // the number of a row is that of its place in the file, whichever part of it is staged
            lake.relations.put("a.l", Lineage.of(known));
            lake.files.computeIfPresent(
                    "a.t-id",
                    (_, files) ->
                            files.stream()
                                    .map(each ->
                                            new TableFile(
                                                    each.file(),
                                                    each.location(),
                                                    each.constants(),
                                                    each.deletes(),
                                                    each.file().equals(one) ? 0 : 100_000,
                                                    5))
                                    .toList());
            assertEquals(
                    "155996|0|5",
                    cells(
                            session,
                            lake,
                            "select count(_row_id), count(*) filter (_row_id <> n),"
                                    + " max(_last_updated_sequence_number) from a.l where"
                                    + " length(word) > 0"));
            assertEquals("155996", cells(session, lake, "select count(*) from a.t"));
            assertTrue(
                    cells(session, lake, "explain select max(word) from a.t").contains("batches: "),
                    "it is said");
            assertFalse(cells(whole, lake, "explain select max(word) from a.t").contains("batch"));
            assertEquals(
                    true,
                    given(
                            session.together(() -> {
                                String sql = "select max(word), epoch_us(now()) from a.t";
                                return Answer.of(
                                        cells(session, lake, sql)
                                                .equals(cells(session, lake, sql)));
                            })));
            try (Written written =
                    given(
                            session.write(
                                    "select n, word from a.t where n % 100 = 1",
                                    List.of(), new Target.PlainParquet(), lake))) {
                assertTrue(Math.abs(written.rows() - 1_557) < 20, written::toString);
            }
            assertEquals(
                    "22P02",
                    failure(session.run("select max(word::int) from a.t", List.of(), lake))
                            .state());
            assertEquals(
                    "42703", failure(session.run("select no from a.t", List.of(), lake)).state());
            Failure lost =
                    failure(
                            session.run(
                                    "select max(word) from a.t",
                                    List.of(),
                                    new Troubled(lake, () -> {})));
            assertEquals(Failure.SYSTEM, lost.state());
            Failure cancelled =
                    failure(
                            session.run(
                                    "select max(word) from a.t",
                                    List.of(),
                                    new Troubled(lake, session::cancel)));
            assertEquals(Failure.CANCELLED, cancelled.state(), cancelled.message());
            assertEquals("155996", cells(session, lake, "select count(word) from a.t"));
            assertTrue(narrow.standing().staged() <= 1 << 20, "what was kept is gone");
        }
    }

    @Test
    void viewsAndMomentsHaveTablesOfTheirOwn() {
        LakeSources lake = lake();
        Field n = field(1, "n", Type.Simple.BIGINT);
        CatalogTable now = table(lake, "a.b.c.t", n);
        lake.files.put(
                now.id(),
                List.of(
                        new TableFile(
                                data("now", "select 2::bigint as n"),
                                "at/now",
                                Map.of(),
                                List.of())));
        CatalogTable then = new CatalogTable("then", "then", List.of(n));
        lake.relations.put("a.b.c.t@" + new At.Version("one"), then);
        lake.relations.put("a.b.c.t@" + new At.Moment(Instant.parse("2024-01-01T00:00:00Z")), then);
        lake.files.put(
                "then",
                List.of(
                        new TableFile(
                                data("then", "select 1::bigint as n"),
                                "at/then",
                                Map.of(),
                                List.of())));
        CatalogTable inner = new CatalogTable("inner", "x.t", List.of(n));
        lake.relations.put("t in x", inner);
        lake.relations.put("t", now);
        lake.files.put(
                "inner",
                List.of(
                        new TableFile(
                                data("inner", "select 40::bigint as n"),
                                "at/inner",
                                Map.of(),
                                List.of())));
        lake.relations.put(
                "v",
                new CatalogView(
                        "v", "x.v", "select t.n + 2 from t -- 'ü\n;", List.of("x"), List.of("m")));
        lake.relations.put("w", new CatalogView("w", "x.w", "from w2", List.of(), List.of()));
        lake.relations.put(
                "w2", new CatalogView("w2", "x.w2", "select * from w", List.of(), List.of()));
        try (Session session = session()) {
            assertEquals("2", cells(session, lake, "select n from a.b.c.t"));
            assertEquals("2|ü", cells(session, lake, "select t.n, 'ü' from a . b.\"c\".t"));
            assertEquals(
                    "2|1|1|2",
                    cells(
                            session,
                            lake,
                            "select x.n, y.n, z.n, (select max(n) from a.b.c.t) from /* ü */"
                                    + " a.b.c.t x, a.b.c.t for version as of 'one' as y, a.b.c.t at"
                                    + " (timestamp => '2024-01-01') z"));
            assertEquals("42|2", cells(session, lake, "select m, t.n from v, t"));
            assertEquals(
                    List.of("v", "t in x", "t"),
                    lake.resolved.subList(lake.resolved.size() - 3, lake.resolved.size()));
            assertEquals(Failure.NESTED, failure(session.run("from w", List.of(), lake)).state());
            String plan = cells(session, lake, "explain select n from t");
            assertTrue(plan.startsWith("what is read|read: 1 "), plan);
        }
    }
}
