package org.domicile.query;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A session and its worker. Each statement has a number; a cancel names the one that it means, so
 * that one which comes late ends nothing else.
 *
 * <p>Owned by the session's thread, but for {@link #cancel}, {@link #close} and what they touch:
 * the number of the statement that runs, of the one that was cancelled, and whether it is all over.
 */
final class WorkerSession implements Session {
    private static final int LONGEST = 1 << 20;
    private static final int MOST_PARAMETERS = 4_000;

    /** How long a worker has to end what was cancelled. */
    private static final int PATIENCE_SECONDS = 10;

    private static final int STEP = 256 << 10;

    /** The engine's own list, in one row: an organisation may be allowed no more. */
    private static final String VARYING =
            "SELECT string_agg(DISTINCT lower(function_name), ',') FROM duckdb_functions()"
                    + " WHERE stability = 'VOLATILE'";

    /** How often it is looked how large a file is that grows. */
    private static final int LOOK_MILLIS = 50;

    /** How often it is looked how much the engine spilled. */
    private static final int SPILL_MILLIS = 200;

    /** Of SQLSTATE: a limit of the program. */
    private static final String TOO_LARGE = "54000";

    /** Characters of a value by which a table is partitioned. */
    private static final int LONGEST_KEY = 32_768;

    /** Bytes of rows that nobody counts: usual ones are less. */
    private static final int LIGHT = 4 << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration AGAIN = Duration.ofMillis(20);

    /** Characters of a broken record that an error shows. */
    private static final int SHOWN = 80;

    private final Worker worker;
    private final Limits limits;
    private final Staging staging;
    private final Room heap;
    private final ScheduledExecutorService times;
    private final Consumer<WorkerSession> ended;
    private final Supplier<Answer<Session>> beside;

    /** Reads for this one what rules leave of a table, while it does. */
    private volatile @Nullable Session scanner;

    private volatile long running;
    private volatile long cancelled;
    private volatile boolean late;
    private volatile boolean crowded;
    private volatile boolean waiting;
    private volatile boolean over;
    private boolean begun;
    private long last;
    private long outputs;
    private long arrivals;
    private long keptTables;
    private boolean keeps;
    private Set<String> varying = Set.of();
    private volatile @Nullable OpenRows open;

    /**
     * @param heap for large rows
     * @param ended is told of the end of one that had begun
     * @param beside begins another session, which runs nothing of this one's user
     */
    WorkerSession(
            Worker worker,
            Limits limits,
            SharedStaging room,
            Room heap,
            ScheduledExecutorService times,
            Consumer<WorkerSession> ended,
            Supplier<Answer<Session>> beside) {
        this.worker = worker;
        this.limits = limits;
        this.staging = Staging.of(Folders.files(worker.folder()), limits.staging(), room);
        this.heap = heap;
        this.times = times;
        this.ended = ended;
        this.beside = beside;
    }

    Answer<Session> begin(String zone) {
        try {
            ZoneId.of(zone);
        } catch (DateTimeException _) {
            return Answer.failed(Failure.INVALID, "'" + zone + "' is no time zone.");
        }
        return ask(
                        Wire.BEGIN,
                        out -> {
                            out.writeLong(limits.memory());
                            out.writeInt(limits.threads());
                            out.writeLong(limits.spill());
                            Wire.text(out, zone);
                        },
                        Wire.DONE,
                        in -> true)
                .then(_ -> begun() ? Answer.of((Session) this) : Answer.failed(gone()));
    }

    private synchronized boolean begun() {
        begun = !over;
        return begun;
    }

    @Override
    public Answer<Prepared> prepare(String sql, Sources sources) {
        return statement(() ->
                parse(sql)
                        .then(parsed ->
                                resolve(parsed, sources)
                                        .then(resolved ->
                                                describe(sql, parsed, resolved)
                                                        .or(e ->
                                                                placed(
                                                                        e, sql, parsed,
                                                                        resolved)))));
    }

    @Override
    public Answer<Rows> run(String sql, List<Value> parameters, Sources sources) {
        if (parameters.size() > MOST_PARAMETERS) {
            return Answer.failed(
                    Failure.OVER_LIMIT,
                    "A statement has at most " + MOST_PARAMETERS + " parameters.");
        }
        return statement(() ->
                parse(sql)
                        .then(parsed ->
                                resolve(parsed, sources)
                                        .then(resolved ->
                                                run(sql, parsed, resolved, parameters, sources)
                                                        .or(e ->
                                                                placed(
                                                                        e, sql, parsed,
                                                                        resolved)))));
    }

    private Answer<Rows> run(
            String sql,
            Parsed parsed,
            Resolving.Resolved resolved,
            List<Value> parameters,
            Sources sources) {
        return stage(sql, parsed, resolved, sources)
                .then(ready ->
                        start(resolved.sql(), parameters, ready.views())
                                .then(rows -> Answer.of(Told.of(rows, ready.told()))));
    }

    /** Where names were replaced, places in the text are not those that its writer knows. */
    private static Failure placed(
            Failure failure, String sql, Parsed parsed, Resolving.Resolved resolved) {
        return resolved.sql().equals(parsed.sql())
                ? SqlText.named(sql).placed(failure)
                : new Failure(failure.state(), failure.message(), 0, failure.hint());
    }

    private Answer<Resolving.Resolved> resolve(Parsed parsed, Sources sources) {
        return new Resolving(sources, this::parse).statement(parsed);
    }

    private static Answer<Parsed> selecting(Parsed parsed) {
        return parsed.kind() == Kind.SELECT
                ? Answer.of(parsed)
                : Answer.failed(Failure.NOT_HERE, "What is written is what a SELECT answers.");
    }

    @Override
    public Answer<Written> write(
            String select, List<Value> parameters, Target target, Sources sources) {
        if (parameters.size() > MOST_PARAMETERS) {
            return Answer.failed(
                    Failure.OVER_LIMIT,
                    "A statement has at most " + MOST_PARAMETERS + " parameters.");
        }
        return selected(
                select,
                sources,
                (sql, ready) -> {
                    makeRoom(ready.files());
                    return written(sql, parameters, target, ready.views());
                });
    }

    /** What is done with a SELECT that is staged. */
    private interface Selected<T> {
        Answer<T> of(String sql, Ready ready);
    }

    /** One statement, which has its answer when it ends. */
    private <T> Answer<T> selected(String select, Sources sources, Selected<T> work) {
        return statement(() ->
                parse(select)
                        .then(WorkerSession::selecting)
                        .then(parsed ->
                                resolve(parsed, sources)
                                        .then(resolved ->
                                                stage(select, parsed, resolved, sources)
                                                        .then(ready ->
                                                                work.of(resolved.sql(), ready))
                                                        .or(e ->
                                                                placed(
                                                                        e, select, parsed,
                                                                        resolved)))));
    }

    @Override
    public Answer<List<Sketch>> sketch(String select, Sources sources) {
        return selected(select, sources, (sql, ready) -> sketched(sql, ready.views()));
    }

    private Answer<List<Sketch>> sketched(String sql, List<Wire.View> views) {
        if (stopped()) {
            return Answer.failed(stoppedBy());
        }
        keeps = false; // it goes with the statement
        long number = running;
        return ask(
                Wire.SKETCH,
                out -> {
                    out.writeLong(number);
                    Wire.list(out, views, Wire::view);
                    Wire.text(out, sql);
                },
                Wire.SKETCHED,
                in -> Wire.list(in, Wire::sketch));
    }

    @Override
    public Answer<List<String>> varying(String select, Sources sources) {
        Set<String> called = new TreeSet<>();
        return statement(
                        () -> {
                            Resolving.Parser parser =
                                    text ->
                                            parse(text)
                                                    .then(parsed -> {
                                                        called.addAll(parsed.functions());
                                                        return Answer.of(parsed);
                                                    });
                            return parser.parse(select)
                                    .then(WorkerSession::selecting)
                                    .then(new Resolving(sources, parser)::statement);
                        })
                .then(_ -> called.isEmpty() ? Answer.of(Set.<String>of()) : varying())
                .then(all -> {
                    called.retainAll(all);
                    return Answer.of(List.copyOf(called));
                });
    }

    /** Asked for once; an engine has what it has. */
    private Answer<Set<String>> varying() {
        if (!varying.isEmpty()) {
            return Answer.of(varying);
        }
        return statement(() -> start(VARYING, List.of(), List.of()))
                .then(rows -> {
                    try (rows) {
                        return rows.next();
                    }
                })
                .then(batch -> {
                    Set<String> names = new HashSet<>();
                    batch.ifPresent(each -> {
                        Value all = each.columns().getFirst().value(Type.Simple.VARCHAR, 0);
                        if (all instanceof Value.Text(String text)) {
                            names.addAll(List.of(text.split(",")));
                        }
                    });
                    if (names.isEmpty()) {
                        return Answer.failed(
                                Failure.SYSTEM, "The engine does not say which functions vary.");
                    }
                    names.add(Parsed.SAMPLE);
                    varying = Set.copyOf(names);
                    return Answer.of(varying);
                });
    }

    @Override
    public <T> Answer<T> together(Supplier<Answer<T>> work) {
        return moment(Wire.TOGETHER)
                .then(_ -> {
                    try {
                        return work.get();
                    } finally {
                        Answer<Boolean> _ = moment(Wire.APART); // a session that is over needs none
                    }
                });
    }

    private Answer<Boolean> moment(int kind) {
        return statement(() -> ask(kind, _ -> {}, Wire.DONE, _ -> true));
    }

    @Override
    public Answer<Arrived> arrive(InputStream in) throws IOException {
        if (over) {
            return Answer.failed(gone());
        }
        staging.work();
        try {
            return arrived(in);
        } finally {
            staging.rest();
        }
    }

    private Answer<Arrived> arrived(InputStream in) throws IOException {
        makeRoom(Set.of());
        Path path = Folders.files(worker.folder()).resolve("a" + ++arrivals);
        long size = 0;
        JsonRecords.Shape shape = JsonRecords.Shape.LINES;
        boolean whole = false;
        try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW)) {
            byte[] some = new byte[STEP];
            for (int count = in.read(some); count >= 0; count = in.read(some)) {
                if (size == 0) {
                    shape = JsonRecords.shape(some, count);
                }
                staging.hold(count, "the file"); // as it comes: what others keep may have to go
                size += count;
                out.write(some, 0, count);
            }
            whole = true;
            return Answer.of(new ArrivedFile(path, size, shape));
        } catch (Staging.Full e) {
            return Answer.failed(
                    new Failure(
                            Failure.OVER_LIMIT,
                            "The file does not fit into the staging of the session: "
                                    + e.getMessage()
                                    + ".",
                            0,
                            e.others()
                                    ? "Try again later, or ask the operator for more"
                                            + " (sql.staging.total)."
                                    : "Send it in parts, or ask the operator for more"
                                            + " (sql.staging)."));
        } finally {
            if (!whole) {
                Files.deleteIfExists(path);
                staging.release(size);
            }
        }
    }

    /** A file from outside. */
    private final class ArrivedFile implements Arrived {
        private final Path path;
        private final long size;
        private final JsonRecords.Shape shape;
        private boolean closed;

        ArrivedFile(Path path, long size, JsonRecords.Shape shape) {
            this.path = path;
            this.size = size;
            this.shape = shape;
        }

        private boolean skips(Intake intake) {
            return intake.onError() == Intake.OnError.SKIP;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public Answer<List<Column>> guess(Intake intake) {
            String file = path.toString();
            if (intake instanceof Intake.Csv) {
                Optional<Failure> foreign = foreign();
                if (foreign.isPresent()) {
                    return Answer.failed(foreign.get());
                }
            }
            boolean apart =
                    intake instanceof Intake.Json
                            && skips(intake)
                            && shape == JsonRecords.Shape.LINES;
            Answer<List<Column>> guess =
                    apart
                            ? described(JsonRecords.guess(file))
                                    .then(guessed ->
                                            JsonRecords.failed(guessed)
                                                    ? rejected(JsonRecords.structure(file))
                                                            .then(told ->
                                                                    structured(
                                                                            told.getFirst().text()))
                                                    : Answer.of(guessed))
                            : located(described(intake.select(file, arrivals)), intake);
            return guess.then(columns ->
                    Answer.of(
                            intake instanceof Intake.Json ? JsonRecords.signed(columns) : columns));
        }

        private Optional<Failure> foreign() {
            try {
                return CsvRecords.foreign(path);
            } catch (IOException e) {
                return Optional.of(broken(e));
            }
        }

        private Answer<List<Column>> structured(String structure) {
            return structure.startsWith("{")
                    ? described(JsonRecords.structured(structure))
                    : Answer.failed(
                            Failure.INVALID, "No line of the file is a JSON object with keys.");
        }

        private Answer<List<Column>> described(String select) {
            return statement(() ->
                    ask(
                            Wire.DESCRIBE,
                            out -> {
                                Wire.list(out, List.<Wire.View>of(), Wire::view);
                                Wire.text(out, select);
                            },
                            Wire.DESCRIBED,
                            in -> {
                                Wire.list(in, Wire::type);
                                return Wire.list(in, Wire::column);
                            }));
        }

        @Override
        public Answer<Taken> write(Intake intake, Target.Parquet target) {
            long number = ++outputs;
            String select = intake.select(path.toString(), number);
            Answer<Written> whole = statement(() -> arrived(select, target));
            if (intake instanceof Intake.Json json
                    && skips(json)
                    && whole instanceof Answer.Failed<Written>(Failure failure)
                    && ofRecord(failure)) {
                return apart(json, target, failure);
            }
            return located(whole, intake)
                    .then(written ->
                            intake instanceof Intake.Csv && skips(intake)
                                    ? with(written, rejected(Intake.rejected(number)))
                                    : Answer.of(new Taken(written, List.of())));
        }

        private static Answer<Taken> with(Written written, Answer<List<Rejected>> rejected) {
            return switch (rejected) {
                case Answer.Given<List<Rejected>>(List<Rejected> all) ->
                        Answer.of(new Taken(written, all));
                case Answer.Failed<List<Rejected>>(Failure failure) -> {
                    written.close();
                    yield Answer.failed(failure);
                }
            };
        }

        /** Whether it is about what stands in the file. */
        private static boolean ofRecord(Failure failure) {
            return failure.state().startsWith("22");
        }

        /** Records that are what they should be, without the others. */
        private Answer<Taken> apart(Intake.Json json, Target.Parquet target, Failure whole) {
            String file = path.toString();
            return rejected(JsonRecords.bad(file, shape, json.columns(), Arrived.MOST_REJECTED))
                    .then(rejected -> {
                        if (rejected.isEmpty() || rejected.getFirst().line() == 0) {
                            return Answer.failed(whole); // the array itself, or nothing we know
                        }
                        String good = JsonRecords.good(file, shape, json.columns());
                        return statement(() -> arrived(good, target))
                                .then(written -> Answer.of(new Taken(written, rejected)));
                    });
        }

        /**
         * The engine's reader of JSON says about where a record is, and counts now from 0, now from
         * 1. So which one it is, is looked for once more.
         */
        private <T> Answer<T> located(Answer<T> answer, Intake intake) {
            if (intake instanceof Intake.Csv
                    && answer instanceof Answer.Failed<T>(Failure failure)) {
                return Answer.failed(CsvRecords.told(failure));
            }
            if (!(intake instanceof Intake.Json json)
                    || !(answer instanceof Answer.Failed<T>(Failure failure))
                    || !ofRecord(failure)) {
                return answer;
            }
            Answer<List<Rejected>> broken =
                    rejected(JsonRecords.bad(path.toString(), shape, json.columns(), 1));
            if (!(broken instanceof Answer.Given<List<Rejected>>(List<Rejected> all))
                    || all.isEmpty()
                    || all.getFirst().line() == 0) {
                return answer;
            }
            Rejected first = all.getFirst();
            // A file of objects over several lines is none of lines, and its first line is none.
            boolean alone =
                    first.text().strip().startsWith("{") && first.text().strip().endsWith("}");
            if (shape == JsonRecords.Shape.LINES
                    && !alone
                    && !failure.message().contains(" in line ")) {
                return answer;
            }
            return Answer.failed(
                    new Failure(
                            Failure.INVALID,
                            "%s %d: %s. It begins: %s"
                                    .formatted(
                                            shape == JsonRecords.Shape.ARRAY ? "Record" : "Line",
                                            first.line(),
                                            first.why(),
                                            first.text()
                                                    .substring(
                                                            0,
                                                            Math.min(
                                                                    SHOWN, first.text().length()))),
                            0,
                            "Mend it, or leave such rows out (--on-error skip)."));
        }

        /**
         * @param select line, what is wrong, the line itself
         */
        private Answer<List<Rejected>> rejected(String select) {
            return statement(() -> start(select, List.of(), List.of()))
                    .then(rows -> {
                        List<Rejected> all = new ArrayList<>();
                        try (rows) {
                            while (true) {
                                switch (rows.next()) {
                                    case Answer.Failed<Optional<Batch>>(Failure failure) -> {
                                        return Answer.failed(failure);
                                    }
                                    case Answer.Given<Optional<Batch>>(Optional<Batch> batch) -> {
                                        if (batch.isEmpty()) {
                                            return Answer.of(all);
                                        }
                                        add(all, rows.columns(), batch.get());
                                        if (all.size() >= Arrived.MOST_REJECTED) {
                                            return Answer.failed(
                                                    new Failure(
                                                            Failure.OVER_LIMIT,
                                                            "%,d rows and more are broken."
                                                                    .formatted(
                                                                            Arrived.MOST_REJECTED),
                                                            0,
                                                            "Nothing was loaded; say what the file"
                                                                    + " is (--format)."));
                                        }
                                    }
                                }
                            }
                        }
                    });
        }

        private static void add(List<Rejected> all, List<Column> columns, Batch batch) {
            for (int row = 0; row < batch.rows(); row++) {
                List<String> cells = new ArrayList<>();
                for (int i = 0; i < columns.size(); i++) {
                    Type type = columns.get(i).type();
                    Vector vector = batch.columns().get(i);
                    cells.add(
                            vector.nulls().get(row)
                                    ? ""
                                    : Texts.value(type, vector.value(type, row)));
                }
                boolean numbered = cells.getFirst().matches("[0-9]{1,18}");
                Rejected next =
                        new Rejected(
                                numbered ? Long.parseLong(cells.getFirst()) : 0,
                                cells.get(1).replace(" \n", " ").strip(),
                                cells.get(2));
                // The engine tells each wrong value of a row apart.
                if (!all.isEmpty() && next.line() > 0 && all.getLast().line() == next.line()) {
                    Rejected before = all.removeLast();
                    next =
                            new Rejected(
                                    next.line(), before.why() + "; " + next.why(), before.text());
                }
                all.add(next);
            }
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                System.getLogger("org.domicile.query")
                        .log(System.Logger.Level.WARNING, path + " stays until the end", e);
            }
            staging.release(size);
        }
    }

    /** Of a file that came from outside. */
    private Answer<Written> arrived(String select, Target target) {
        makeRoom(Set.of());
        return written(select, List.of(), target, List.of());
    }

    /**
     * What is there of statements before gives way where it takes more than half: nobody knows how
     * much is to be written. What others keep goes as the file grows.
     *
     * @param ids of files that are read now
     */
    private void makeRoom(Set<String> ids) {
        if (staging.left() < limits.staging() / 2) {
            try {
                staging.keepOnly(ids);
            } catch (IOException e) {
                System.getLogger("org.domicile.query")
                        .log(System.Logger.Level.WARNING, "files stay until the session ends", e);
            }
        }
    }

    private Answer<Written> written(
            String select, List<Value> parameters, Target target, List<Wire.View> views) {
        keeps = false; // it goes with the statement
        boolean apart = target instanceof Target.Parquet(var _, var keys) && !keys.isEmpty();
        Answer<WrittenFile> first =
                filled(
                        path -> target.copy(select, path),
                        parameters,
                        views,
                        (file, count) -> apart ? file.kept(count) : file.finished(count, target));
        return switch (first) {
            case Answer.Failed<WrittenFile>(Failure failure) ->
                    Answer.failed(target.shifted(failure, select));
            case Answer.Given<WrittenFile>(WrittenFile file) -> {
                if (!apart || !(target instanceof Target.Parquet parquet)) {
                    yield Answer.of(file);
                }
                try (file) {
                    yield apart(file, parquet);
                }
            }
        };
    }

    /** What becomes of a file that is written. */
    private interface Ending {
        WrittenFile of(WrittenFile file, long count) throws IOException;
    }

    /**
     * Has the engine write one file.
     *
     * @param copy the statement, of the file's path
     */
    private Answer<WrittenFile> filled(
            UnaryOperator<String> copy,
            List<Value> parameters,
            List<Wire.View> views,
            Ending ending) {
        if (stopped()) {
            return Answer.failed(stoppedBy());
        }
        long number = running;
        try {
            WrittenFile file = WrittenFile.in(Folders.out(worker.folder()), ++outputs, staging);
            boolean kept = false;
            ScheduledFuture<?> watch =
                    times.scheduleWithFixedDelay(
                            () -> {
                                if (file.over()) {
                                    cancel(number);
                                }
                            },
                            LOOK_MILLIS,
                            LOOK_MILLIS,
                            TimeUnit.MILLISECONDS);
            try {
                String text = copy.apply(file.path());
                Answer<Long> rows =
                        ask(
                                Wire.WRITE,
                                out -> {
                                    out.writeLong(number);
                                    Wire.list(out, views, Wire::view);
                                    Wire.text(out, text);
                                    Wire.list(out, parameters, Wire::value);
                                },
                                Wire.WRITTEN,
                                DataInputStream::readLong);
                watch.cancel(false);
                if (file.over()) {
                    return Answer.failed(tooMuch());
                }
                if (rows instanceof Answer.Given<Long>(Long count)) {
                    Answer<WrittenFile> answer = Answer.of(ending.of(file, count));
                    kept = true;
                    return answer;
                }
                return rows.then(_ -> Answer.of(file));
            } finally {
                watch.cancel(false);
                if (!kept) {
                    file.close();
                }
            }
        } catch (NotParquet e) {
            return Answer.failed(
                    Failure.SYSTEM, "What the engine wrote is no Parquet: " + e.getMessage() + ".");
        } catch (Staging.Full e) {
            return Answer.failed(tooMuch());
        } catch (IOException e) {
            return Answer.failed(Failure.SYSTEM, "The rows could not be written: " + e);
        }
    }

    /** A partition of the rows that are written. */
    private record Partition(List<Value> values, long rows) {}

    /** One file for each partition. @param sorted all rows, in the order of their partitions */
    private Answer<Written> apart(WrittenFile sorted, Target.Parquet target) {
        return partitions(Apart.partitions(target, sorted.path()), target.keys().size())
                .then(partitions -> {
                    long rows = partitions.stream().mapToLong(Partition::rows).sum();
                    Optional<Failure> never = beyond(partitions);
                    if (never.isPresent()) {
                        return Answer.failed(never.get());
                    }
                    if (rows != sorted.rows()) {
                        return Answer.failed(astrayRows());
                    }
                    return apart(sorted, target, partitions);
                });
    }

    private Answer<Written> apart(
            WrittenFile sorted, Target.Parquet target, List<Partition> partitions) {
        List<Written> files = new ArrayList<>();
        boolean whole = false;
        try {
            for (Partition each : partitions) {
                Answer<WrittenFile> one =
                        filled(
                                path -> Apart.one(target, sorted.path(), each.values(), path),
                                List.of(),
                                List.of(),
                                (file, count) -> file.finished(count, target).of(each.values()));
                switch (one) {
                    case Answer.Failed<WrittenFile>(Failure failure) -> {
                        return Answer.failed(failure);
                    }
                    case Answer.Given<WrittenFile>(WrittenFile file) -> {
                        files.add(file);
                        if (file.rows() != each.rows()) {
                            return Answer.failed(astrayRows());
                        }
                    }
                }
            }
            whole = true;
            return Answer.of(new WrittenFiles(files));
        } finally {
            if (!whole) {
                files.forEach(Written::close);
            }
        }
    }

    private static Failure astrayRows() {
        return Failure.of(
                Failure.SYSTEM, "The rows of the partitions are not those that were written.");
    }

    private static Optional<Failure> beyond(List<Partition> partitions) {
        if (partitions.size() > Target.MOST_FILES) {
            return Optional.of(
                    new Failure(
                            TOO_LARGE,
                            "The rows are of more than %,d partitions of the table."
                                    .formatted(Target.MOST_FILES),
                            0,
                            "Write them in several statements, each with rows of some partitions"
                                    + " (WHERE), or partition the table less finely."));
        }
        boolean lengthy =
                partitions.stream()
                        .flatMap(each -> each.values().stream())
                        .anyMatch(each ->
                                each instanceof Value.Text(String text)
                                        && text.length() > LONGEST_KEY);
        return lengthy
                ? Optional.of(
                        new Failure(
                                TOO_LARGE,
                                "A value by which the table is partitioned has more than %,d"
                                                .formatted(LONGEST_KEY)
                                        + " characters.",
                                0,
                                "Partition by less of it, truncate[W]."))
                : Optional.empty();
    }

    private Answer<List<Partition>> partitions(String sql, int keys) {
        long number = running;
        List<Partition> found = new ArrayList<>();
        Answer<List<Column>> columns =
                ask(
                        Wire.RUN,
                        out -> {
                            out.writeLong(number);
                            Wire.list(out, List.<Wire.View>of(), Wire::view);
                            Wire.text(out, sql);
                            Wire.list(out, List.<Value>of(), Wire::value);
                        },
                        Wire.RUNNING,
                        in -> Wire.list(in, Wire::column));
        if (columns instanceof Answer.Failed<List<Column>>(Failure failure)) {
            return Answer.failed(failure);
        }
        Answer<Boolean> more = Answer.of(true);
        while (more instanceof Answer.Given<Boolean>(Boolean goesOn) && goesOn) {
            more = partitions(keys, found);
        }
        if (!over) {
            ask(Wire.END, out -> {}, Wire.DONE, in -> true);
        }
        return more.then(_ -> Answer.of(found));
    }

    /** Whether there may be more. */
    private Answer<Boolean> partitions(int keys, List<Partition> found) {
        try {
            Wire.Frame frame = exchange(Wire.NEXT, out -> {});
            switch (frame.kind()) {
                case Wire.DONE -> {
                    return Answer.of(false);
                }
                case Wire.FAILED -> {
                    return Answer.failed(failed(frame));
                }
                case Wire.BATCH -> {
                    int rows = frame.in().readInt();
                    List<Vector> vectors = Wire.list(frame.in(), Wire::vector);
                    if (vectors.size() != keys + 1
                            || !(vectors.getLast() instanceof Vector.Longs counts)
                            || vectors.stream().anyMatch(each -> each.size() != rows)
                            || found.size() + rows > Target.MOST_FILES + 1) {
                        throw new IOException("partitions that are none");
                    }
                    for (int i = 0; i < rows; i++) {
                        List<Value> values = new ArrayList<>();
                        for (Vector each : vectors.subList(0, keys)) {
                            if (!(each instanceof Vector.Runs texts)) {
                                throw new IOException("partitions that are no texts");
                            }
                            values.add(
                                    texts.nulls().get(i)
                                            ? Value.NULL
                                            : new Value.Text(texts.text(i)));
                        }
                        found.add(new Partition(List.copyOf(values), counts.values()[i]));
                    }
                    return Answer.of(true);
                }
                default -> {
                    return Answer.failed(astray(frame));
                }
            }
        } catch (IOException e) {
            return Answer.failed(broken(e));
        }
    }

    private Failure tooMuch() {
        return new Failure(
                Failure.OVER_LIMIT,
                "The rows that are written do not fit into the staging of the session, %,d bytes."
                        .formatted(limits.staging()),
                0,
                "Write fewer at a time, or ask the operator for more (sql.staging).");
    }

    private interface Work<T> {
        Answer<T> done();
    }

    /** One at a time; it ends with its answer, or, where rows come, with them. */
    private <T> Answer<T> statement(Work<T> work) {
        if (over) {
            return Answer.failed(gone());
        }
        if (open != null) {
            throw new IllegalStateException("the rows of the statement before are still open");
        }
        staging.work();
        running = ++last;
        late = false;
        crowded = false;
        long number = running;
        ScheduledFuture<?> end =
                times.schedule(
                        () -> outOfTime(running), limits.time().toMillis(), TimeUnit.MILLISECONDS);
        ScheduledFuture<?> watch =
                times.scheduleWithFixedDelay(
                        () -> spills(number), SPILL_MILLIS, SPILL_MILLIS, TimeUnit.MILLISECONDS);
        boolean goesOn = false;
        try {
            Answer<T> answer = work.done();
            OpenRows rows = open;
            goesOn = rows != null;
            if (rows != null) {
                rows.until(end, watch);
            }
            return answer;
        } finally {
            if (!goesOn) {
                end.cancel(false);
                watch.cancel(false);
                letGo();
                forgetSifted();
                running = 0;
                spills(0);
                staging.rest();
            }
        }
    }

    private Answer<Parsed> parse(String sql) {
        if (sql.length() > LONGEST) {
            return Answer.failed(Failure.OVER_LIMIT, "A statement has at most 1 MiB of text.");
        }
        SqlText.Named named = SqlText.named(sql);
        return parse(SqlText.timed(named.sql())).or(named::placed);
    }

    private Answer<Parsed> parse(SqlText.Timed timed) {
        List<SqlText.Clause> times =
                timed.clauses().stream().filter(each -> each.unit() == SqlText.Unit.TIME).toList();
        return ask(
                        Wire.PARSE,
                        out -> {
                            Wire.text(out, timed.sql());
                            Wire.list(out, times, (to, each) -> Wire.text(to, each.text()));
                        },
                        Wire.PARSED,
                        in -> Wire.parsed(in, timed.sql()))
                .then(found -> {
                    if (found.parsed().kind() == Kind.OTHER) {
                        return Answer.failed(
                                new Failure(
                                        Failure.NOT_HERE,
                                        "Such statements do not run here.",
                                        0,
                                        "What runs: docs/use/sql.md, docs/use/sql-writes.md."));
                    }
                    if (found.moments().size() != times.size()) {
                        return Answer.failed(broken(new IOException("moments are missing")));
                    }
                    Map<SqlText.Clause, At> moments = new HashMap<>();
                    for (SqlText.Clause each : timed.clauses()) {
                        moments.put(
                                each,
                                each.unit() == SqlText.Unit.VERSION
                                        ? new At.Version(each.text())
                                        : new At.Moment(found.moments().get(times.indexOf(each))));
                    }
                    return found.parsed().asOf(moments);
                });
    }

    private Answer<Prepared> describe(String sql, Parsed parsed, Resolving.Resolved resolved) {
        return empty(resolved)
                .then(views ->
                        ask(
                                Wire.DESCRIBE,
                                out -> {
                                    Wire.list(out, views, Wire::view);
                                    Wire.text(out, resolved.sql());
                                },
                                Wire.DESCRIBED,
                                in ->
                                        new Prepared(
                                                sql,
                                                parsed.kind(),
                                                Wire.list(in, Wire::type),
                                                Wire.list(in, Wire::column),
                                                parsed.references().stream()
                                                        .map(Reference::name)
                                                        .distinct()
                                                        .toList())));
    }

    /** Views with the columns of what is read, and with the footers of files that are named. */
    private Answer<List<Wire.View>> empty(Resolving.Resolved resolved) {
        List<Reads> reads = resolved.uses().stream().map(Reads::of).toList();
        List<Wire.View> views = new ArrayList<>();
        try {
            for (Resolving.Made each : resolved.made()) {
                String definition =
                        switch (each) {
                            case Resolving.Viewed viewed -> viewed.definition();
                            case Resolving.Use use ->
                                    switch (use.relation()) {
                                        case Table table -> files(table, reads);
                                        case CatalogTable table ->
                                                new TableSql(table, use.columns()).empty();
                                        case RuledTable ruled ->
                                                new TableSql(
                                                                ruled.table(),
                                                                ruled.table().columns().stream()
                                                                        .map(Field::name)
                                                                        .toList())
                                                        .empty();
                                        case CatalogView view -> throw noTable(view);
                                    };
                        };
                views.add(new Wire.View(each.target(), definition));
            }
            return Answer.of(views);
        } catch (IOException e) {
            return Answer.failed(unstaged(e));
        }
    }

    private static IllegalStateException noTable(CatalogView view) {
        return new IllegalStateException("a view is resolved to what it reads: " + view.name());
    }

    private String files(Table table, List<Reads> reads) throws IOException {
        List<String> paths = new ArrayList<>();
        for (DataFile file : table.files()) {
            paths.add(footer(file, reads));
        }
        return TableSql.files(paths);
    }

    /** What is there of other statements gives way. */
    private String footer(DataFile file, List<Reads> reads) throws IOException {
        try {
            return staging.footer(file);
        } catch (Staging.Full _) {
            staging.keepOnly(ids(reads));
            return staging.footer(file);
        }
    }

    /** Of what is staged here: a table under rules is not. */
    private static Set<String> ids(List<Reads> reads) {
        Set<String> ids = new HashSet<>();
        for (Reads each : reads) {
            if (each.use().relation() instanceof RuledTable) {
                continue;
            }
            each.needs().forEach(need -> ids.add(need.file().id()));
            each.vectors().forEach(vector -> ids.add(vector.id()));
        }
        return ids;
    }

    /**
     * What is there to run a statement on.
     *
     * @param files that are read, by their ids @param told what EXPLAIN says of it
     */
    private record Ready(List<Wire.View> views, Set<String> files, List<String> told) {}

    /** Asks for leave to read, and stages what is missing. */
    private Answer<Ready> stage(
            String sql, Parsed parsed, Resolving.Resolved resolved, Sources sources) {
        return reads(resolved, sources)
                .then(reads -> {
                    Plan plan =
                            new Plan(parsed.kind(), sql, reads.stream().map(Reads::scan).toList());
                    Optional<Failure> never = never(reads);
                    if (never.isPresent()) {
                        return Answer.failed(never.get());
                    }
                    return sources.open(plan)
                            .then(reading -> {
                                try (reading) {
                                    String where =
                                            sources instanceof Sifting sifting
                                                    ? sifting.where()
                                                    : TableSql.TRUE;
                                    return staged(resolved, reads, reading, where);
                                }
                            })
                            .then(staged ->
                                    Answer.of(
                                            new Ready(
                                                    staged.views(),
                                                    ids(reads),
                                                    parsed.kind() == Kind.EXPLAIN
                                                            ? told(sources.told(plan), staged)
                                                            : List.of())));
                });
    }

    /** Why no staging of this size can hold even a part of what is read: nothing is opened. */
    private Optional<Failure> never(List<Reads> reads) {
        try {
            return Batches.oversized(Batches.of(reads, limits.staging()), limits.staging())
                    .map(sentence ->
                            new Failure(
                                    Failure.OVER_LIMIT,
                                    "%s, and the staging of a session holds %,d."
                                            .formatted(sentence, limits.staging()),
                                    0,
                                    "Name fewer columns, write the file with smaller row groups,"
                                            + " or ask the operator for more (sql.staging)."));
        } catch (NotParquet e) {
            return Optional.of(unstaged(e));
        }
    }

    private List<String> told(List<String> said, Staged staged) {
        if (staged.batches() == 0) {
            return said;
        }
        List<String> lines = new ArrayList<>(said);
        lines.add(
                "batches: %,d, for the staging of a session holds %,d bytes"
                        .formatted(staged.batches(), limits.staging()));
        return lines;
    }

    /** Asks which files there are. */
    private static Answer<List<Reads>> reads(Resolving.Resolved resolved, Sources sources) {
        List<Reads> reads = new ArrayList<>();
        for (Resolving.Use use : resolved.uses()) {
            Optional<CatalogTable> table = Reads.ofCatalog(use.relation());
            if (table.isEmpty()) {
                reads.add(Reads.of(use));
                continue;
            }
            // Which files are left out by the statement would tell of rows that are not seen.
            Wanted wanted =
                    use.relation() instanceof RuledTable ? Wanted.ALL : use.reference().wanted();
            switch (sources.files(table.get(), wanted)) {
                case Answer.Failed<List<TableFile>>(Failure failure) -> {
                    return Answer.failed(failure);
                }
                case Answer.Given<List<TableFile>>(List<TableFile> files) -> {
                    try {
                        reads.add(Reads.of(use, table.get(), files));
                    } catch (TableSql.Unreadable e) {
                        return Answer.failed(unreadable(e));
                    }
                }
            }
        }
        return Answer.of(List.copyOf(reads));
    }

    private static Failure unreadable(TableSql.Unreadable e) {
        return new Failure(
                Failure.NOT_HERE,
                String.valueOf(e.getMessage()),
                0,
                "Rewrite the table's files by an engine that reads them.");
    }

    private Failure tooLarge() {
        return new Failure(
                Failure.OVER_LIMIT,
                "What the rules leave of a table, or what it takes to apply them, does not fit into"
                        + " the staging of a session, which holds %,d bytes, and its spill: a table"
                                .formatted(limits.staging())
                        + " under rules is read whole, for the columns that are named.",
                0,
                "Name fewer columns, or ask the operator for more (sql.staging, sql.spill).");
    }

    private void forgetSifted() {
        try {
            staging.forgetWhole();
        } catch (IOException e) {
            System.getLogger("org.domicile.query")
                    .log(System.Logger.Level.WARNING, "a file stays until the session ends", e);
        }
    }

    /**
     * What rules leave of a table, staged as one file.
     *
     * <p>Another session reads the table's files and runs one statement, which is made here; what
     * it writes is all that comes into this one's staging. What its engine says may hold what it
     * read, and is told nobody.
     *
     * @param reading of this session's own use, which names all of it
     */
    private Answer<String> sifted(
            Reads read, RuledTable ruled, List<Reads> all, Sources.Reading reading) {
        if (stopped()) {
            return Answer.failed(stoppedBy());
        }
        try {
            // What was staged of it before there were rules goes, with all that is not read now.
            staging.keepOnly(ids(all));
        } catch (IOException e) {
            return Answer.failed(unstaged(e));
        }
        return beside.get()
                .or(failure -> unsifted(ruled, failure))
                .then(other -> {
                    scanner = other;
                    try {
                        return other.write(
                                        sifting(read, ruled),
                                        List.of(),
                                        new Target.PlainParquet(),
                                        new Sifting(ruled, read.files(), reading))
                                .or(failure -> unsifted(ruled, failure))
                                .then(written -> {
                                    try (written) {
                                        return Answer.of(whole(written, ruled));
                                    } catch (IOException e) {
                                        return Answer.failed(unstaged(e));
                                    }
                                });
                    } finally {
                        scanner = null;
                        other.close();
                    }
                });
    }

    private static String sifting(Reads read, RuledTable ruled) {
        List<String> columns = read.use().columns().stream().map(TableSql::name).toList();
        return "SELECT "
                + (columns.isEmpty() ? "1 AS domicile_0" : String.join(", ", columns))
                + " FROM sifted"
                + (ruled.where().isEmpty() ? "" : " WHERE " + ruled.where());
    }

    private String whole(Written written, RuledTable ruled) throws IOException {
        String place = "what rules leave of " + ruled.table().name();
        try (InputStream in = written.read()) {
            return staging.whole(in, written.size(), place, this::stopped);
        } catch (Staging.Full _) {
            staging.keepOnly(Set.of()); // files come after it, or in batches
        }
        try (InputStream in = written.read()) {
            return staging.whole(in, written.size(), place, this::stopped);
        }
    }

    private Failure unsifted(RuledTable ruled, Failure failure) {
        if (stopped()) {
            return stoppedBy();
        }
        return switch (failure.state()) {
            case Failure.OVER_LIMIT, Failure.MEMORY -> tooLarge();
            case Failure.TOO_MANY -> failure;
            default -> {
                System.getLogger("org.domicile.query")
                        .log(
                                System.Logger.Level.WARNING,
                                "the rules of {0} could not be applied: {1}",
                                ruled.table().name(),
                                failure.state());
                yield new Failure(
                        Failure.SYSTEM,
                        "The rules of %s could not be applied (%s), so nothing of it is read."
                                .formatted(ruled.table().name(), failure.state()),
                        0,
                        "Try again; the operator finds more in the server's log.");
            }
        };
    }

    /** The one table of a session that reads for this one. */
    private final class Sifting implements Sources {
        private final RuledTable ruled;
        private final List<TableFile> files;
        private final Sources.Reading reading;

        Sifting(RuledTable ruled, List<TableFile> files, Sources.Reading reading) {
            this.ruled = ruled;
            this.files = files;
            this.reading = reading;
        }

        /** What is not seen need not be kept, where the table comes in batches. */
        String where() {
            return ruled.where().isEmpty() ? TableSql.TRUE : ruled.where();
        }

        @Override
        public Answer<Relation> resolve(TableName name, At at, List<String> namespace) {
            return Answer.of(ruled.table());
        }

        @Override
        public Answer<List<TableFile>> files(CatalogTable table, Wanted wanted) {
            return Answer.of(files);
        }

        /** It is on record: the plan of this session's own statement names all of it. */
        @Override
        public Answer<Sources.Reading> open(Plan plan) {
            return stopped()
                    ? Answer.failed(stoppedBy())
                    : Answer.of(new Lent(reading, WorkerSession.this::stopped));
        }
    }

    /** A reading that somebody else closes. */
    private record Lent(Sources.Reading reading, BooleanSupplier stopped)
            implements Sources.Reading {
        @Override
        public InputStream read(DataFile file, long offset, long length) throws IOException {
            if (stopped.getAsBoolean()) {
                throw new Staging.Cancelled();
            }
            return reading.read(file, offset, length);
        }

        @Override
        public long[] rows(TableFile.Deletes.Vector vector) throws IOException {
            return reading.rows(vector);
        }

        @Override
        public void close() {}
    }

    /** What a statement runs on. @param batches in which tables were read, 0 for none */
    private record Staged(List<Wire.View> views, int batches) {}

    /**
     * Stages what is missing. What does not fit comes in batches: first what is larger than the
     * staging by itself, and where other things lie in the way, all of it.
     */
    private Answer<Staged> staged(
            Resolving.Resolved resolved, List<Reads> reads, Sources.Reading reading, String where) {
        List<Reads> large = Batches.of(reads, limits.staging());
        List<Reads> all = Batches.of(reads, 0);
        try {
            return staged(resolved, reads, large, reading, where);
        } catch (Staging.Full e) {
            if (large.size() == all.size()) {
                return Answer.failed(unstaged(e));
            }
        }
        forgetSifted();
        try {
            return staged(resolved, reads, all, reading, where);
        } catch (Staging.Full e) {
            return Answer.failed(unstaged(e));
        }
    }

    private Answer<Staged> staged(
            Resolving.Resolved resolved,
            List<Reads> reads,
            List<Reads> large,
            Sources.Reading reading,
            String where)
            throws Staging.Full {
        Batches batches = new Batches(large, staging, reading, keeping, this::stopped);
        boolean whole = false;
        try {
            if (!large.isEmpty()) {
                staging.keepOnly(ids(reads.stream().filter(each -> !batches.has(each)).toList()));
                staging.widen(limits.staging());
            }
            Answer<Boolean> loaded = batches.load(where);
            Answer<List<Wire.View>> views =
                    loaded instanceof Answer.Failed<Boolean>(Failure failure)
                            ? Answer.failed(unkept(failure, large))
                            : views(resolved, reads, batches, reading);
            whole = views instanceof Answer.Given<List<Wire.View>>;
            return views.then(all -> Answer.of(new Staged(all, batches.count())));
        } catch (TableSql.Unreadable e) {
            return Answer.failed(unreadable(e));
        } catch (Staging.Full e) {
            throw e;
        } catch (IOException e) {
            return Answer.failed(unstaged(e));
        } finally {
            if (!whole) {
                letGo();
            }
        }
    }

    /** Of rows that the engine keeps for a statement that does not come. */
    private void letGo() {
        if (keeps && !over) {
            keeps = false;
            ask(Wire.END, out -> {}, Wire.DONE, in -> true);
        }
    }

    private Failure unkept(Failure failure, List<Reads> large) {
        return failure.state().equals(Failure.MEMORY)
                ? new Failure(
                        Failure.MEMORY,
                        ("The statement reads %,d bytes of tables that the staging of a session,"
                                        + " %,d bytes, does not hold; they come in batches, and the"
                                        + " rows that it may need fit neither into memory nor into"
                                        + " the spill.")
                                .formatted(
                                        large.stream().mapToLong(Reads::bytes).sum(),
                                        limits.staging()),
                        0,
                        "Name fewer columns, or rows by a WHERE against constants, or ask the"
                                + " operator for more (sql.spill, sql.memory, sql.staging).")
                : new Failure(failure.state(), failure.message(), 0, failure.hint());
    }

    private final Batches.Engine keeping =
            new Batches.Engine() {
                @Override
                public String name() {
                    return "domicile_l" + ++keptTables;
                }

                @Override
                public Answer<Boolean> load(String table, String select) {
                    keeps = true;
                    return ask(
                            Wire.LOAD,
                            out -> {
                                out.writeLong(running);
                                Wire.text(out, table);
                                Wire.text(out, select);
                            },
                            Wire.DONE,
                            in -> true);
                }
            };

    private Answer<List<Wire.View>> views(
            Resolving.Resolved resolved,
            List<Reads> reads,
            Batches batches,
            Sources.Reading reading)
            throws IOException, TableSql.Unreadable {
        Map<TableName, String> sifted = new HashMap<>();
        for (Reads each : reads) {
            if (each.use().relation() instanceof RuledTable ruled) {
                switch (sifted(each, ruled, reads, reading)) {
                    case Answer.Failed<String>(Failure failure) -> {
                        return Answer.failed(failure);
                    }
                    case Answer.Given<String>(String path) -> sifted.put(each.use().target(), path);
                }
            }
        }
        Map<TableName, Reads> tables = new HashMap<>();
        reads.forEach(each -> tables.put(each.use().target(), each));
        Map<String, String> paths = paths(reads, batches, reading);
        List<Wire.View> views = new ArrayList<>();
        for (Resolving.Made each : resolved.made()) {
            String text =
                    switch (each) {
                        case Resolving.Viewed viewed -> viewed.definition();
                        case Resolving.Use use ->
                                definition(use, found(tables, use), reads, paths, sifted, batches);
                    };
            views.add(new Wire.View(each.target(), text));
        }
        return Answer.of(views);
    }

    /** Stages files whole, with what deletes rows of them. */
    private Map<String, String> paths(List<Reads> reads, Batches batches, Sources.Reading reading)
            throws IOException {
        Map<String, String> paths = new HashMap<>();
        List<Reads> whole =
                reads.stream().filter(each -> !each.ruled() && !batches.has(each)).toList();
        for (Reads each : whole) {
            for (Reads.Need need : each.needs()) {
                try {
                    paths.put(need.file().id(), footer(need.file(), whole));
                    columns(need, whole, reading);
                } catch (IOException e) {
                    forget(need.file());
                    throw e;
                }
            }
            for (TableFile.Deletes.Vector vector : each.vectors()) {
                paths.put(vector.id(), rows(vector, whole, reading));
            }
        }
        return paths;
    }

    private static Reads found(Map<TableName, Reads> tables, Resolving.Use use) {
        Reads read = tables.get(use.target());
        if (read == null) {
            throw new IllegalStateException("not staged: " + use.target());
        }
        return read;
    }

    private static String path(Map<TableName, String> sifted, TableName target) {
        String path = sifted.get(target);
        if (path == null) {
            throw new IllegalStateException("not sifted: " + target);
        }
        return path;
    }

    private String definition(
            Resolving.Use use,
            Reads read,
            List<Reads> reads,
            Map<String, String> paths,
            Map<TableName, String> sifted,
            Batches batches)
            throws IOException, TableSql.Unreadable {
        if (batches.has(read)) {
            return batches.kept(read).text();
        }
        return switch (use.relation()) {
            case Table table -> files(table, reads);
            case CatalogTable table ->
                    new TableSql(table, use.columns())
                            .of(
                                    read.files().stream()
                                            .map(file -> new TableSql.Part(file, paths))
                                            .toList());
            case RuledTable ruled ->
                    TableSql.sifted(ruled.table(), use.columns(), path(sifted, use.target()));
            case CatalogView view -> throw noTable(view);
        };
    }

    private String rows(TableFile.Deletes.Vector vector, List<Reads> reads, Sources.Reading reading)
            throws IOException {
        try {
            return staging.rows(vector, reading);
        } catch (Staging.Full _) {
            staging.keepOnly(ids(reads));
            return staging.rows(vector, reading);
        }
    }

    private void columns(Reads.Need need, List<Reads> reads, Sources.Reading reading)
            throws IOException {
        try {
            staging.columns(need.file(), need.columns(), reading, this::stopped);
        } catch (Staging.Full _) {
            staging.keepOnly(ids(reads));
            staging.columns(need.file(), need.columns(), reading, this::stopped);
        }
    }

    private void forget(DataFile file) {
        try {
            staging.forget(file);
        } catch (IOException e) {
            close();
        }
    }

    private Failure unstaged(IOException e) {
        return switch (e) {
            case Staging.Full full ->
                    new Failure(
                            Failure.OVER_LIMIT,
                            "The scan does not fit into the staging: " + full.getMessage() + ".",
                            0,
                            full.others()
                                    ? "Try again later, or ask the operator for more"
                                            + " (sql.staging.total)."
                                    : "Name fewer columns, or ask the operator for more"
                                            + " (sql.staging).");
            case Staging.Cancelled _ -> stoppedBy();
            default ->
                    stopped()
                            ? stoppedBy()
                            : Failure.of(Failure.SYSTEM, "The data could not be staged: " + e);
        };
    }

    private boolean stopped() {
        return over || (cancelled == running && running != 0);
    }

    private Failure stoppedBy() {
        if (over) {
            return gone();
        }
        if (crowded) {
            return new Failure(
                    Failure.OVER_LIMIT,
                    "What the statement spills does not fit beside what other sessions hold.",
                    0,
                    "Try again later, or ask the operator for more (sql.staging.total).");
        }
        return late
                ? new Failure(
                        Failure.CANCELLED,
                        "The statement ran longer than %d seconds and was ended."
                                .formatted(limits.time().toSeconds()),
                        0,
                        "Ask the operator for more time (sql.time).")
                : Failure.of(Failure.CANCELLED, "The statement was cancelled.");
    }

    private Answer<Rows> start(String sql, List<Value> parameters, List<Wire.View> views) {
        if (stopped()) {
            return Answer.failed(stoppedBy());
        }
        keeps = false; // it goes with the statement
        return ask(
                        Wire.RUN,
                        out -> {
                            out.writeLong(running);
                            Wire.list(out, views, Wire::view);
                            Wire.text(out, sql);
                            Wire.list(out, parameters, Wire::value);
                        },
                        Wire.RUNNING,
                        in -> Wire.list(in, Wire::column))
                .then(columns -> {
                    OpenRows rows = new OpenRows(columns);
                    open = rows;
                    return Answer.of(rows);
                });
    }

    /** Rows on their way. */
    private final class OpenRows implements Rows {
        private final List<Column> columns;
        private List<ScheduledFuture<?>> ends = List.of();
        private long count;
        private final AtomicLong heavy = new AtomicLong();
        private boolean finished;

        OpenRows(List<Column> columns) {
            this.columns = List.copyOf(columns);
        }

        void until(ScheduledFuture<?>... ended) {
            ends = List.of(ended);
        }

        @Override
        public List<Column> columns() {
            return columns;
        }

        @Override
        public Answer<Optional<Batch>> next() {
            if (finished) {
                return Answer.of(Optional.empty());
            }
            Answer<Optional<Batch>> answer = answer();
            finished =
                    !(answer instanceof Answer.Given<Optional<Batch>>(Optional<Batch> batch)
                            && batch.isPresent());
            return answer;
        }

        private Answer<Optional<Batch>> answer() {
            try {
                lighter();
                Wire.Frame frame = exchange(Wire.NEXT, out -> {}, this::admit);
                return switch (frame.kind()) {
                    case Wire.DONE -> Answer.of(Optional.empty());
                    case Wire.PASSED_OVER -> Answer.failed(noHeap());
                    case Wire.FAILED -> Answer.failed(failed(frame));
                    case Wire.BATCH -> counted(batch(frame.in()));
                    default -> Answer.failed(astray(frame));
                };
            } catch (IOException e) {
                return Answer.failed(broken(e));
            }
        }

        /** Waits a while for large ones of other sessions to go. */
        private boolean admit(int bytes) {
            if (bytes <= LIGHT) {
                return true;
            }
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!heap.take(bytes)) {
                if (over
                        || cancelled == running
                        || Thread.currentThread().isInterrupted()
                        || System.nanoTime() > end) {
                    return false;
                }
                LockSupport.parkNanos(AGAIN.toNanos());
            }
            heavy.set(bytes);
            if (over) { // and who closed it has found nothing to give back
                lighter();
            }
            return !over;
        }

        /** What was taken for the rows before is free. */
        void lighter() {
            heap.give(heavy.getAndSet(0));
        }

        private Failure noHeap() {
            return cancelled == running
                    ? stoppedBy()
                    : new Failure(
                            Failure.MEMORY,
                            "The server has no memory for rows as large as these just now.",
                            0,
                            "Try again, take less at a time, or ask the operator for more"
                                    + " (limits.memory.heap).");
        }

        private Batch batch(DataInputStream in) throws IOException {
            int rows = in.readInt();
            List<Vector> vectors = Wire.list(in, Wire::vector);
            boolean whole = vectors.size() == columns.size();
            if (!whole || vectors.stream().anyMatch(vector -> vector.size() != rows)) {
                throw new IOException("a batch that does not fit its columns");
            }
            return new Batch(rows, vectors);
        }

        private Answer<Optional<Batch>> counted(Batch batch) {
            count += batch.rows();
            return count <= limits.rows()
                    ? Answer.of(Optional.of(batch))
                    : Answer.failed(
                            new Failure(
                                    Failure.OVER_LIMIT,
                                    "The result has more than %,d rows.".formatted(limits.rows()),
                                    0,
                                    "Add LIMIT, or ask the operator for more (sql.rows)."));
        }

        @Override
        public void close() {
            if (open != this) {
                return;
            }
            open = null;
            lighter();
            ends.forEach(each -> each.cancel(false));
            if (!over) {
                ask(Wire.END, out -> {}, Wire.DONE, in -> true);
            }
            forgetSifted();
            running = 0;
            spills(0);
            staging.rest();
        }
    }

    private interface Then<T> {
        T read(DataInputStream in) throws IOException;
    }

    private Wire.Frame exchange(int kind, Wire.Body body) throws IOException {
        return exchange(kind, body, length -> true);
    }

    private Wire.Frame exchange(int kind, Wire.Body body, IntPredicate admitted)
            throws IOException {
        waiting = true;
        try {
            worker.wire().send(kind, body);
            return worker.wire().receive(admitted);
        } finally {
            waiting = false;
        }
    }

    private <T> Answer<T> ask(int kind, Wire.Body body, int wanted, Then<T> then) {
        try {
            Wire.Frame frame = exchange(kind, body);
            if (frame.kind() == Wire.FAILED) {
                return Answer.failed(failed(frame));
            }
            return frame.kind() == wanted
                    ? Answer.of(then.read(frame.in()))
                    : Answer.failed(astray(frame));
        } catch (IOException e) {
            return Answer.failed(broken(e));
        }
    }

    private Failure failed(Wire.Frame frame) throws IOException {
        Failure failure = Wire.failure(frame.in());
        return failure.state().equals(Failure.CANCELLED) ? stoppedBy() : failure;
    }

    private Failure astray(Wire.Frame frame) {
        return broken(new IOException("a frame of kind " + frame.kind() + " out of turn"));
    }

    private Failure broken(IOException e) {
        if (late) {
            close();
            return stoppedBy();
        }
        String why = over ? "it was closed" : worker.end();
        close();
        System.getLogger("org.domicile.query")
                .log(System.Logger.Level.WARNING, "a session ended: " + why, e);
        return gone(why);
    }

    private static Failure gone() {
        return gone("it ended");
    }

    private static Failure gone(String why) {
        return new Failure(
                Failure.GONE,
                "The session is gone: " + why + ".",
                0,
                "Connect again; nothing was changed.");
    }

    /** Counts what the engine has spilled; a statement for which there is no room ends. */
    private void spills(long number) {
        boolean room;
        try {
            room = over || staging.spilled(Folders.spill(worker.folder()));
        } catch (IOException _) {
            return; // it is looked again, and goes with the session
        }
        if (!room && number != 0 && running == number) {
            crowded = true;
            cancel(number);
        }
    }

    private void outOfTime(long number) {
        if (number != 0 && running == number) {
            late = true;
            cancel(number);
        }
    }

    @Override
    public void forget() {
        try {
            staging.keepOnly(Set.of());
        } catch (IOException e) {
            close();
        }
    }

    @Override
    public void cancel() {
        cancel(running);
    }

    private void cancel(long number) {
        if (number == 0 || over) {
            return;
        }
        cancelled = number;
        Session other = scanner;
        if (other != null) {
            other.cancel();
        }
        Thread.ofVirtual()
                .name("query-cancel")
                .start(() -> {
                    try {
                        worker.wire().send(Wire.CANCEL, out -> out.writeLong(number));
                    } catch (IOException _) {
                        worker.kill(); // whoever waits for it finds out
                    }
                });
        times.schedule(
                () -> {
                    if (running == number && waiting) {
                        worker.kill();
                    }
                },
                PATIENCE_SECONDS,
                TimeUnit.SECONDS);
    }

    @Override
    public boolean alive() {
        return !over && worker.alive();
    }

    /** Without telling anybody. */
    void abandon() {
        over = true;
        staging.close();
        worker.close();
    }

    /** Its process, for tests. */
    ProcessHandle process() {
        return worker.process();
    }

    @Override
    public void close() {
        boolean told;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            told = begun;
        }
        Session other = scanner;
        if (other != null) {
            other.close();
        }
        OpenRows rows = open;
        if (rows != null) {
            rows.lighter();
        }
        worker.close();
        staging.close();
        if (told) {
            ended.accept(this);
        }
    }
}
