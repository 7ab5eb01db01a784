package org.domicile.sql;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.guard.GuardedSql;
import org.domicile.guard.SqlLimits;
import org.domicile.guard.SqlNames;
import org.domicile.postgres.Interval;
import org.domicile.query.Answer;
import org.domicile.query.Batch;
import org.domicile.query.Column;
import org.domicile.query.Failure;
import org.domicile.query.Kind;
import org.domicile.query.Limits;
import org.domicile.query.Prepared;
import org.domicile.query.Type;
import org.domicile.query.Value;
import org.domicile.query.Vector;
import org.domicile.request.Request;

/**
 * Sessions that know a handful of statements, so that the door can be tested without workers:
 * {@code select * from series(N)}, {@code select * from types}, {@code select echo($1, …)}, {@code
 * select slow}, {@code select boom}, {@code select deny}, {@code select die}. Nothing else exists.
 */
final class MadeEngine implements GuardedSql {
    private static final Pattern SERIES = Pattern.compile("select \\* from series\\((\\d+)\\)");
    private static final Pattern ECHO = Pattern.compile("select echo\\(.*\\)", Pattern.DOTALL);
    private static final int BATCH = 1_000;

    final AtomicInteger open = new AtomicInteger();
    final AtomicInteger begun = new AtomicInteger();
    final AtomicInteger prepared = new AtomicInteger();
    final AtomicInteger ran = new AtomicInteger();

    @Override
    public SqlLimits limits(Request operator, String organisation) {
        throw new AssertionError("this door asks for no limits");
    }

    @Override
    public SqlLimits limit(Request operator, String organisation, Optional<Limits> limits) {
        throw new AssertionError("this door sets no limits");
    }

    @Override
    public Answer<Connection> connect(Request request, String zone) {
        open.incrementAndGet();
        begun.incrementAndGet();
        return Answer.of(new Made());
    }

    @Override
    public org.domicile.guard.GuardedRules rules(Request operator) {
        throw new IllegalStateException("nobody asks for rules here");
    }

    @Override
    public SqlNames names(Request request) {
        return new SqlNames(List.of(), "");
    }

    private static List<Column> columns(String sql) {
        return switch (sql) {
            case "select * from types" ->
                    List.of(
                            new Column("b", Type.Simple.BOOLEAN),
                            new Column("i1", Type.Simple.TINYINT),
                            new Column("i8", Type.Simple.BIGINT),
                            new Column("h", Type.Simple.HUGEINT),
                            new Column("f", Type.Simple.FLOAT),
                            new Column("d", Type.Simple.DOUBLE),
                            new Column("n", new Type.Decimal(10, 2)),
                            new Column("t", Type.Simple.VARCHAR),
                            new Column("x", Type.Simple.BLOB),
                            new Column("day", Type.Simple.DATE),
                            new Column("at", Type.Simple.TIME),
                            new Column("ts", Type.Simple.TIMESTAMP),
                            new Column("tz", Type.Simple.TIMESTAMPTZ),
                            new Column("span", Type.Simple.INTERVAL),
                            new Column("id", Type.Simple.UUID),
                            new Column("j", Type.Simple.JSON),
                            new Column("l", new Type.Array(Type.Simple.INTEGER)),
                            new Column(
                                    "s",
                                    new Type.Struct(List.of(new Column("a", Type.Simple.INTEGER)))),
                            new Column("none", Type.Simple.INTEGER));
            case String text when SERIES.matcher(text).matches() ->
                    List.of(
                            new Column("i", Type.Simple.INTEGER),
                            new Column("name", Type.Simple.VARCHAR),
                            new Column("even", Type.Simple.BOOLEAN));
            case String text when ECHO.matcher(text).matches() ->
                    List.of(new Column("echo", Type.Simple.VARCHAR));
            case "select slow" -> List.of(new Column("slow", Type.Simple.INTEGER));
            default -> List.of();
        };
    }

    private static Optional<Failure> failure(String sql) {
        return switch (sql) {
            case "select boom" ->
                    Optional.of(new Failure("22012", "division by zero", 8, "do not divide"));
            case "select deny" -> Optional.of(Failure.of("42501", "policy says no"));
            default ->
                    columns(sql).isEmpty()
                            ? Optional.of(new Failure("42P01", "there is no such table", 1, ""))
                            : Optional.empty();
        };
    }

    /** One session. */
    private final class Made implements Connection {
        private final CountDownLatch cancelled = new CountDownLatch(1);
        private boolean busy;
        private boolean dead;

        @Override
        public Answer<Prepared> prepare(Request request, String sql) {
            prepared.incrementAndGet();
            Optional<Failure> failure = failure(sql);
            if (failure.isPresent()) {
                return Answer.failed(failure.get());
            }
            long parameters = sql.chars().filter(c -> c == '$').count();
            List<Type> types = new ArrayList<>();
            for (int i = 0; i < parameters; i++) {
                types.add(Type.Simple.UNKNOWN);
            }
            return Answer.of(new Prepared(sql, Kind.SELECT, types, columns(sql), List.of()));
        }

        @Override
        public Answer<Result> run(Request request, String sql, List<Value> parameters) {
            if (busy) {
                throw new AssertionError("a session runs one statement at a time");
            }
            int number = ran.incrementAndGet();
            if (sql.equals("select die")) {
                dead = true;
                return Answer.failed("57P01", "the session's process is gone");
            }
            Optional<Failure> failure = failure(sql);
            if (failure.isPresent()) {
                return Answer.failed(failure.get());
            }
            busy = true;
            return Answer.of(new Rows(sql, parameters, "city/node-1/" + number));
        }

        @Override
        public void within(String namespace) {}

        @Override
        public void cancel() {
            cancelled.countDown();
        }

        @Override
        public boolean alive() {
            return !dead;
        }

        @Override
        public void close() {
            open.decrementAndGet();
        }

        /** Its rows. */
        private final class Rows implements Result {
            private final String sql;
            private final List<Value> parameters;
            private final String use;
            private int at;

            Rows(String sql, List<Value> parameters, String use) {
                this.sql = sql;
                this.parameters = parameters;
                this.use = use;
            }

            @Override
            public String tag() {
                return "";
            }

            @Override
            public String use() {
                return use;
            }

            @Override
            public List<Column> columns() {
                return MadeEngine.columns(sql);
            }

            @Override
            public Answer<Optional<Batch>> next() {
                Matcher series = SERIES.matcher(sql);
                if (series.matches()) {
                    int count = Integer.parseInt(series.group(1));
                    int rows = Math.min(BATCH, count - at);
                    Optional<Batch> batch =
                            rows == 0 ? Optional.empty() : Optional.of(series(at, rows));
                    at += rows;
                    return Answer.of(batch);
                }
                if (sql.equals("select slow")) {
                    try {
                        if (cancelled.await(20, TimeUnit.SECONDS)) {
                            return Answer.failed("57014", "cancelled");
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return Answer.failed("58000", "nobody cancelled");
                }
                if (at++ > 0) {
                    return Answer.of(Optional.empty());
                }
                return Answer.of(
                        Optional.of(
                                sql.equals("select * from types")
                                        ? types()
                                        : new Batch(1, List.of(text(String.valueOf(parameters))))));
            }

            @Override
            public void close() {
                busy = false;
            }
        }
    }

    private static Batch series(int from, int rows) {
        long[] numbers = new long[rows];
        long[] even = new long[rows];
        StringBuilder names = new StringBuilder();
        int[] ends = new int[rows];
        BitSet nulls = new BitSet();
        for (int i = 0; i < rows; i++) {
            numbers[i] = from + i;
            even[i] = (from + i) % 2 == 0 ? 1 : 0;
            names.append("row ").append(from + i);
            ends[i] = names.length();
            nulls.set(i, (from + i) % 10 == 9);
        }
        byte[] bytes = names.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return new Batch(
                rows,
                List.of(
                        new Vector.Longs(numbers, new BitSet()),
                        new Vector.Runs(bytes, ends, nulls),
                        new Vector.Longs(even, new BitSet())));
    }

    private static Vector text(String text) {
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return new Vector.Runs(bytes, new int[] {bytes.length}, new BitSet());
    }

    private static Vector one(long value) {
        return new Vector.Longs(new long[] {value}, new BitSet());
    }

    private static Batch types() {
        BitSet none = new BitSet();
        BitSet all = new BitSet();
        all.set(0);
        Interval span = new Interval(14, 3, 5_000_000);
        long micros =
                java.time.temporal.ChronoUnit.MICROS.between(
                        LocalDateTime.of(1970, 1, 1, 0, 0),
                        LocalDateTime.of(2024, 2, 29, 12, 34, 56, 500_000_000));
        return new Batch(
                1,
                List.of(
                        one(1),
                        one(-8),
                        one(Long.MIN_VALUE),
                        new Vector.Bigs(
                                new java.math.BigInteger[] {
                                    new java.math.BigInteger(
                                            "170141183460469231731687303715884105727")
                                },
                                none),
                        new Vector.Doubles(new double[] {1.5}, none),
                        new Vector.Doubles(new double[] {1e100}, none),
                        one(new BigDecimal("-12.30").unscaledValue().longValue()),
                        text("ä €"),
                        new Vector.Runs(new byte[] {0, (byte) 0xff}, new int[] {2}, none),
                        one(LocalDate.of(2024, 2, 29).toEpochDay()),
                        one(LocalTime.of(4, 5, 6).toNanoOfDay() / 1_000),
                        one(micros),
                        one(micros),
                        new Vector.Intervals(
                                new int[] {span.months()},
                                new int[] {span.days()},
                                new long[] {span.micros()},
                                none),
                        new Vector.Uuids(new long[] {1}, new long[] {2}, none),
                        text("{\"a\": [1]}"),
                        new Vector.Lists(
                                new int[] {2}, new Vector.Longs(new long[] {1, 2}, none), none),
                        new Vector.Structs(
                                1, List.of(new Vector.Longs(new long[] {7}, none)), none),
                        new Vector.Longs(new long[] {0}, all)));
    }
}
