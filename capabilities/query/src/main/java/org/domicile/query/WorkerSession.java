package org.domicile.query;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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
    private static final int MOST_PARAMETERS = 1_000;

    /** How long a worker has to end what was cancelled. */
    private static final int PATIENCE_SECONDS = 10;

    private static final int STEP = 256 << 10;

    /** How often it is looked how large a file is that grows. */
    private static final int LOOK_MILLIS = 50;

    private final Worker worker;
    private final Limits limits;
    private final Staging staging;
    private final ScheduledExecutorService times;
    private final Consumer<WorkerSession> ended;

    private volatile long running;
    private volatile long cancelled;
    private volatile boolean late;
    private volatile boolean waiting;
    private volatile boolean over;
    private long last;
    private long outputs;
    private long arrivals;
    private @Nullable OpenRows open;

    WorkerSession(
            Worker worker,
            Limits limits,
            Room room,
            ScheduledExecutorService times,
            Consumer<WorkerSession> ended) {
        this.worker = worker;
        this.limits = limits;
        this.staging = new Staging(Folders.files(worker.folder()), limits.staging(), room);
        this.times = times;
        this.ended = ended;
    }

    /** What the worker found in a text. */
    private record Parsed(Kind kind, boolean all, List<TableName> names, Set<String> words) {}

    /** A table of a statement, with the columns that it may need. */
    private record Use(TableName name, Table table, List<String> columns) {}

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
                in -> (Session) this);
    }

    @Override
    public Answer<Prepared> prepare(String sql, Sources sources) {
        return statement(() ->
                parse(sql)
                        .then(parsed ->
                                resolve(parsed, sources)
                                        .then(uses -> describe(sql, parsed, uses))));
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
                                        .then(uses ->
                                                stage(sql, parsed, uses, sources)
                                                        .then(views ->
                                                                start(sql, parameters, views)))));
    }

    @Override
    public Answer<Written> write(
            String select, List<Value> parameters, Target target, Sources sources) {
        if (parameters.size() > MOST_PARAMETERS) {
            return Answer.failed(
                    Failure.OVER_LIMIT,
                    "A statement has at most " + MOST_PARAMETERS + " parameters.");
        }
        return statement(() ->
                parse(select)
                        .then(parsed ->
                                resolve(parsed, sources)
                                        .then(uses ->
                                                stage(select, parsed, uses, sources)
                                                        .then(views ->
                                                                written(
                                                                        select,
                                                                        parameters,
                                                                        target,
                                                                        views)))));
    }

    @Override
    public Answer<Arrived> arrive(InputStream in) throws IOException {
        if (over) {
            return Answer.failed(gone());
        }
        Path path = Folders.files(worker.folder()).resolve("a" + ++arrivals);
        long most = staging.left();
        long size = 0;
        boolean whole = false;
        try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW)) {
            byte[] some = new byte[STEP];
            for (int count = in.read(some); count >= 0; count = in.read(some)) {
                size += count;
                if (size > most) {
                    return Answer.failed(
                            new Failure(
                                    Failure.OVER_LIMIT,
                                    "The file does not fit into the staging of the session, which"
                                            + " has room for %,d bytes.".formatted(most),
                                    0,
                                    "Send it in parts, or ask the operator for more"
                                            + " (sql.staging)."));
                }
                out.write(some, 0, count);
            }
            staging.hold(size, "the file");
            whole = true;
            return Answer.of(new ArrivedFile(path, size));
        } catch (Staging.Full e) {
            return Answer.failed(Failure.OVER_LIMIT, "The file does not fit: " + e.getMessage());
        } finally {
            if (!whole) {
                Files.deleteIfExists(path);
            }
        }
    }

    /** A file from outside. */
    private final class ArrivedFile implements Arrived {
        private final Path path;
        private final long size;
        private boolean closed;

        ArrivedFile(Path path, long size) {
            this.path = path;
            this.size = size;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public Answer<List<Column>> guess(Intake intake) {
            return statement(() ->
                    ask(
                            Wire.DESCRIBE,
                            out -> {
                                Wire.list(out, List.<Wire.View>of(), Wire::view);
                                Wire.text(out, intake.select(path.toString(), arrivals));
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
            return statement(() -> written(select, List.of(), target, List.of()))
                    .then(written -> {
                        boolean skips =
                                intake instanceof Intake.Csv
                                        && intake.onError() == Intake.OnError.SKIP;
                        Answer<List<Rejected>> rejected =
                                skips ? rejected(number) : Answer.of(List.of());
                        return switch (rejected) {
                            case Answer.Given<List<Rejected>>(List<Rejected> all) ->
                                    Answer.of(new Taken(written, all));
                            case Answer.Failed<List<Rejected>>(Failure failure) -> {
                                written.close();
                                yield Answer.failed(failure);
                            }
                        };
                    });
        }

        private Answer<List<Rejected>> rejected(long number) {
            return statement(() -> start(Intake.rejected(number), List.of(), List.of()))
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
                all.add(
                        new Rejected(
                                numbered ? Long.parseLong(cells.getFirst()) : 0,
                                cells.get(1).replace(" \n", " ").strip(),
                                cells.get(2)));
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

    private Answer<Written> written(
            String select, List<Value> parameters, Target target, List<Wire.View> views) {
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
                String copy = target.copy(select, file.path());
                Answer<Long> rows =
                        ask(
                                Wire.WRITE,
                                out -> {
                                    out.writeLong(number);
                                    Wire.list(out, views, Wire::view);
                                    Wire.text(out, copy);
                                    Wire.list(out, parameters, Wire::value);
                                },
                                Wire.WRITTEN,
                                DataInputStream::readLong);
                watch.cancel(false);
                if (file.over()) {
                    return Answer.failed(tooMuch());
                }
                Answer<Written> answer =
                        switch (rows) {
                            case Answer.Failed<Long>(Failure failure) ->
                                    Answer.failed(target.shifted(failure, select));
                            case Answer.Given<Long>(Long count) ->
                                    Answer.of(file.finished(count, target));
                        };
                kept = answer instanceof Answer.Given<Written>;
                return answer;
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
        running = ++last;
        late = false;
        ScheduledFuture<?> end =
                times.schedule(
                        () -> outOfTime(running), limits.time().toMillis(), TimeUnit.MILLISECONDS);
        boolean goesOn = false;
        try {
            Answer<T> answer = work.done();
            OpenRows rows = open;
            goesOn = rows != null;
            if (rows != null) {
                rows.until(end);
            }
            return answer;
        } finally {
            if (!goesOn) {
                end.cancel(false);
                running = 0;
            }
        }
    }

    private Answer<Parsed> parse(String sql) {
        if (sql.length() > LONGEST) {
            return Answer.failed(Failure.OVER_LIMIT, "A statement has at most 1 MiB of text.");
        }
        return ask(
                        Wire.PARSE,
                        out -> Wire.text(out, sql),
                        Wire.PARSED,
                        in ->
                                new Parsed(
                                        Kind.values()[in.readUnsignedByte() % Kind.values().length],
                                        in.readBoolean(),
                                        Wire.list(in, Wire::name),
                                        new HashSet<>(Wire.list(in, Wire::text))))
                .then(parsed ->
                        parsed.kind() == Kind.OTHER
                                ? Answer.failed(
                                        new Failure(
                                                Failure.NOT_HERE,
                                                "Only statements that read run here: SELECT,"
                                                        + " VALUES, EXPLAIN.",
                                                0,
                                                "Write data through the S3 door."))
                                : Answer.of(parsed));
    }

    private Answer<List<Use>> resolve(Parsed parsed, Sources sources) {
        List<Use> uses = new ArrayList<>();
        for (TableName name : parsed.names()) {
            switch (sources.resolve(name)) {
                case Answer.Failed<Table>(Failure failure) -> {
                    return Answer.failed(failure);
                }
                case Answer.Given<Table>(Table table) ->
                        uses.add(new Use(name, table, planned(parsed, table)));
            }
        }
        return Answer.of(List.copyOf(uses));
    }

    private static List<String> planned(Parsed parsed, Table table) {
        return table.files().getFirst().footer().columns().stream()
                .filter(column ->
                        parsed.all() || parsed.words().contains(column.toLowerCase(Locale.ROOT)))
                .toList();
    }

    private Answer<Prepared> describe(String sql, Parsed parsed, List<Use> uses) {
        return footers(uses)
                .then(views ->
                        ask(
                                Wire.DESCRIBE,
                                out -> {
                                    Wire.list(out, views, Wire::view);
                                    Wire.text(out, sql);
                                },
                                Wire.DESCRIBED,
                                in ->
                                        new Prepared(
                                                sql,
                                                parsed.kind(),
                                                Wire.list(in, Wire::type),
                                                Wire.list(in, Wire::column),
                                                parsed.names())));
    }

    private Answer<List<Wire.View>> footers(List<Use> uses) {
        List<Wire.View> views = new ArrayList<>();
        try {
            for (Use use : uses) {
                List<String> paths = new ArrayList<>();
                for (DataFile file : use.table().files()) {
                    paths.add(footer(file, uses));
                }
                views.add(new Wire.View(use.name(), paths));
            }
            return Answer.of(views);
        } catch (IOException e) {
            return Answer.failed(unstaged(e));
        }
    }

    /** What is there of other statements gives way. */
    private String footer(DataFile file, List<Use> uses) throws IOException {
        try {
            return staging.footer(file);
        } catch (Staging.Full _) {
            staging.keepOnly(ids(uses));
            return staging.footer(file);
        }
    }

    private static Set<String> ids(List<Use> uses) {
        Set<String> ids = new HashSet<>();
        uses.forEach(use -> use.table().files().forEach(file -> ids.add(file.id())));
        return ids;
    }

    /** Asks for leave to read, and stages what is missing. */
    private Answer<List<Wire.View>> stage(
            String sql, Parsed parsed, List<Use> uses, Sources sources) {
        List<Plan.Scan> scans =
                uses.stream()
                        .map(use ->
                                new Plan.Scan(
                                        use.name(),
                                        use.table(),
                                        use.columns(),
                                        sum(use, file -> file.footer().rows()),
                                        sum(use, file -> file.footer().bytes(use.columns()))))
                        .toList();
        Plan plan = new Plan(parsed.kind(), sql, scans);
        if (plan.bytes() > limits.staging()) {
            return Answer.failed(tooLarge(plan));
        }
        return sources.open(plan)
                .then(reading -> {
                    try (reading) {
                        return footers(uses).then(views -> staged(uses, reading, views));
                    }
                });
    }

    private Failure tooLarge(Plan plan) {
        return new Failure(
                Failure.OVER_LIMIT,
                "The statement reads %,d bytes, and the staging of a session holds %,d."
                        .formatted(plan.bytes(), limits.staging()),
                0,
                "Name fewer columns, or ask the operator for more (sql.staging).");
    }

    private interface Count {
        long of(DataFile file);
    }

    private static long sum(Use use, Count count) {
        return use.table().files().stream().mapToLong(count::of).sum();
    }

    private Answer<List<Wire.View>> staged(
            List<Use> uses, Sources.Reading reading, List<Wire.View> views) {
        for (Use use : uses) {
            for (DataFile file : use.table().files()) {
                try {
                    columns(file, use, uses, reading);
                } catch (IOException e) {
                    forget(file);
                    return Answer.failed(unstaged(e));
                }
            }
        }
        return Answer.of(views);
    }

    private void columns(DataFile file, Use use, List<Use> uses, Sources.Reading reading)
            throws IOException {
        try {
            staging.columns(file, use.columns(), reading, this::stopped);
        } catch (Staging.Full _) {
            staging.keepOnly(ids(uses));
            staging.columns(file, use.columns(), reading, this::stopped);
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
                            "Name fewer columns, or ask the operator for more (sql.staging).");
            case Staging.Cancelled _ -> stoppedBy();
            default -> Failure.of(Failure.SYSTEM, "The data could not be staged: " + e);
        };
    }

    private boolean stopped() {
        return over || (cancelled == running && running != 0);
    }

    private Failure stoppedBy() {
        if (over) {
            return gone();
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
        private @Nullable ScheduledFuture<?> end;
        private long count;
        private boolean finished;

        OpenRows(List<Column> columns) {
            this.columns = List.copyOf(columns);
        }

        void until(ScheduledFuture<?> time) {
            end = time;
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
                Wire.Frame frame = exchange(Wire.NEXT, out -> {});
                return switch (frame.kind()) {
                    case Wire.DONE -> Answer.of(Optional.empty());
                    case Wire.FAILED -> Answer.failed(failed(frame));
                    case Wire.BATCH -> counted(batch(frame.in()));
                    default -> Answer.failed(astray(frame));
                };
            } catch (IOException e) {
                return Answer.failed(broken(e));
            }
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
            if (end != null) {
                end.cancel(false);
            }
            if (!over) {
                ask(Wire.END, out -> {}, Wire.DONE, in -> true);
            }
            running = 0;
        }
    }

    private interface Then<T> {
        T read(DataInputStream in) throws IOException;
    }

    private Wire.Frame exchange(int kind, Wire.Body body) throws IOException {
        waiting = true;
        try {
            worker.wire().send(kind, body);
            return worker.wire().receive();
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

    private void outOfTime(long number) {
        if (number != 0 && running == number) {
            late = true;
            cancel(number);
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
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
        }
        worker.close();
        staging.close();
        ended.accept(this);
    }
}
