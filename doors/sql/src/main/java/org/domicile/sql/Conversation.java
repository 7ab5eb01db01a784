package org.domicile.sql;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedSql;
import org.domicile.guard.Refused;
import org.domicile.postgres.Field;
import org.domicile.postgres.Lexer;
import org.domicile.postgres.PgType;
import org.domicile.postgres.Question;
import org.domicile.postgres.SqlError;
import org.domicile.query.Intake;
import org.domicile.query.Prepared;
import org.domicile.query.Target;
import org.domicile.query.Value;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.domicile.sql.Running.Portal;

/**
 * A session of PostgreSQL: settings, prepared statements, portals, the state of a transaction. It
 * answers messages into {@link Outgoing}, and throws {@link SqlError} where the answer is an error.
 * Owned by the connection's thread, but for {@link #cancel}.
 */
final class Conversation implements Catalogue.Asker, AutoCloseable {
    private static final int MOST_STATEMENTS = 1_024;
    private static final int MOST_PORTALS = 256;
    private static final int LOOK_EVERY = 256;
    private static final int MOST_CANCELS = 600;
    private static final long CANCEL_NANOS = 100_000_000;

    /** Longest that a statement may take when the client sets no limit of its own. */
    static final Duration LONGEST = Duration.ofHours(1);

    /** Who converses. @param database as named, empty for none */
    record Who(Caller.Known caller, String zone, String address, String database, int process) {}

    private final Guard guard;
    private final Visible visible;
    private final InstantSource clock;
    private final Who who;
    private final Outgoing out;
    private final Settings settings;
    private final Activities activities;
    private final Sessions sessions;
    private CopySource copied = CopySource.NONE;
    private final Map<String, Statement> statements = new HashMap<>();
    private final Map<String, Portal> portals = new HashMap<>();
    private final Deque<String> savepoints = new ArrayDeque<>();
    private final String id;
    private char state = 'I';
    private boolean changed; // something, within the transaction
    private long requests;
    private String use = "";
    private String text = "";
    private Instant deadline = Instant.MAX;
    private long begun;
    private volatile long number;
    private volatile boolean working;
    private volatile boolean cancelled;
    private volatile boolean late; // it was cancelled because statement_timeout was over
    private Thread timer = Thread.ofVirtual().unstarted(() -> {});

    /** Who else is connected with the same credential. */
    interface Activities {
        List<Catalogue.Activity> of(String credential);
    }

    Conversation(
            Guard guard,
            GuardedSql sql,
            Visible visible,
            InstantSource clock,
            Who who,
            Outgoing out,
            Settings settings,
            Activities activities,
            String id) {
        this.guard = guard;
        this.visible = visible;
        this.clock = clock;
        this.who = who;
        this.out = out;
        this.settings = settings;
        this.activities = activities;
        this.sessions = new Sessions(sql);
        this.id = id;
    }

    /** Where a COPY comes from. */
    void copies(CopySource source) {
        copied = source;
    }

    // ---- who asks ----

    @Override
    public String user() {
        return who.caller().credential();
    }

    @Override
    public String database() {
        return who.database().isEmpty() ? "postgres" : who.database();
    }

    @Override
    public String schema() {
        return settings.schema().orElse("");
    }

    @Override
    public int process() {
        return who.process();
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    public Instant deadline() {
        return cancelled ? Instant.MIN : deadline;
    }

    @Override
    public List<Catalogue.Activity> activity() {
        return activities.of(user());
    }

    /** State of the transaction, as ReadyForQuery has it. */
    char state() {
        return state;
    }

    private Request request() {
        Instant now = clock.instant();
        return new Request(
                id + "-" + ++requests,
                who.caller(),
                "sql",
                who.zone(),
                who.address(),
                now,
                deadline,
                Optional.empty());
    }

    /** Ends the statement that runs; nothing when none does. Any thread. */
    void cancel() {
        if (!working) {
            return;
        }
        cancelled = true;
        long which = number;
        // a session that has not begun the statement yet would not hear of it the first time
        Thread.ofVirtual()
                .start(() -> {
                    for (int i = 0; i < MOST_CANCELS; i++) {
                        if (!working || number != which) {
                            return;
                        }
                        sessions.cancel();
                        LockSupport.parkNanos(CANCEL_NANOS);
                    }
                });
    }

    /** Text of the statement that was at work last: an error's position is a place in it. */
    String text() {
        return text;
    }

    private void begin(String statement) {
        text = statement;
        number = ++begun;
        cancelled = false;
        working = true;
        use = "";
        Duration own = settings.timeout();
        deadline = clock.instant().plus(own.isZero() ? LONGEST : own);
        late = false;
        timer.interrupt();
        if (!own.isZero()) {
            timer = timer(own, number);
        }
    }

    /** Cancels a statement that is still at work by then: an engine looks at no deadline. */
    private Thread timer(Duration own, long which) {
        return Thread.ofVirtual()
                .start(() -> {
                    try {
                        Thread.sleep(own);
                    } catch (InterruptedException e) {
                        return; // the next statement has begun
                    }
                    if (working && number == which) {
                        late = true;
                        cancel();
                    }
                });
    }

    private SqlError ended() {
        return new SqlError(
                "57014",
                late
                        ? "canceling statement due to statement timeout"
                        : "canceling statement due to user request");
    }

    private void look() {
        if (cancelled) {
            throw ended();
        }
    }

    /** What a failure is for a client. */
    SqlError told(RuntimeException e) {
        return switch (e) {
            case SqlError own when cancelled && own.state().equals("57014") -> ended();
            case SqlError own -> own;
            case Refused refused -> {
                use = refused.use();
                yield new SqlError("42501", String.valueOf(refused.getMessage()));
            }
            case org.domicile.bytes.StorageFailure failure ->
                    switch (failure.kind()) {
                        case OVERLOADED ->
                                new SqlError("53000", "the store is busy; try again in a moment");
                        case FULL -> new SqlError("53100", "the disk has no room");
                        case FENCED, CORRUPT, FOREIGN, CLOSED ->
                                new SqlError("58030", String.valueOf(failure.getMessage()));
                    };
            default -> throw e;
        };
    }

    /** A statement failed: so has its transaction. */
    void failed() {
        working = false;
        out.drop();
        if (state == 'T') {
            state = 'E';
        }
        if (state == 'I') {
            settle();
        }
    }

    // ---- simple queries ----

    /** Answers a simple query, all its statements. */
    void simple(String text) throws IOException {
        portals.remove("");
        List<Lexer.Piece> pieces = Lexer.statements(text);
        if (pieces.isEmpty()) {
            out.begin('I').end();
        }
        for (Lexer.Piece piece : pieces) {
            begin(text);
            try {
                Command command = command(piece.text());
                Statement statement = new Statement(piece.text(), Optional.of(command), List.of());
                Running running = run(statement, Given.NONE);
                all(running);
            } catch (SqlError e) {
                throw e.position() == 0
                        ? e
                        : new SqlError(
                                e.state(),
                                String.valueOf(e.getMessage()),
                                e.position() + piece.start(),
                                e.hint());
            }
        }
        if (state == 'I') {
            settle();
        }
        working = false;
    }

    /** Answers one statement that has rows. @throws SqlError 0A000 for what has none */
    Feed one(String text, Given given) throws IOException {
        List<Lexer.Piece> pieces = Lexer.statements(text);
        if (pieces.size() != 1) {
            throw new SqlError("42601", "send one statement, and not " + pieces.size());
        }
        begin(text);
        Command command = command(pieces.getFirst().text());
        return switch (command) {
            case Command.Ask _, Command.Data _, Command.Show _, Command.Write _ -> {
                Running running =
                        run(
                                new Statement(
                                        pieces.getFirst().text(), Optional.of(command), List.of()),
                                given);
                yield switch (running) {
                    case Running.Rows(Feed feed, LongFunction<String> _) -> feed;
                    case Running.Done(String tag) -> new Feed.Done(tag, use);
                };
            }
            default ->
                    throw new SqlError(
                            "0A000",
                            "over HTTP each request is one statement that has an answer",
                            0,
                            "For transactions and cursors connect with PostgreSQL's protocol.");
        };
    }

    /** The use that the last statement made; empty for none. */
    String use() {
        return use;
    }

    private Command command(String sql) {
        Command command = Command.of(sql);
        if (state == 'E') {
            switch (command) {
                case Command.Commit _, Command.Rollback _, Command.RollbackTo _ -> {}
                default ->
                        throw new SqlError(
                                "25P02",
                                "current transaction is aborted, commands ignored until end of"
                                        + " transaction block");
            }
        }
        return command;
    }

    private void all(Running running) throws IOException {
        switch (running) {
            case Running.Done(String tag) -> complete(tag);
            case Running.Rows(Feed feed, LongFunction<String> tag) -> {
                try (feed) {
                    describe(feed.fields(), List.of());
                    long count = 0;
                    while (feed.put(out, List.of())) {
                        if (++count % LOOK_EVERY == 0) {
                            look();
                        }
                    }
                    use = feed.use();
                    complete(tag.apply(count));
                }
            }
        }
    }

    private void complete(String tag) throws IOException {
        if (settings.receipts() && !use.isEmpty()) {
            notice("00000", "use " + use, guard.receipt(use).orElse(""));
        }
        out.begin('C').text(tag).end();
    }

    private void notice(String code, String message, String detail) throws IOException {
        String severity = code.equals("00000") ? "NOTICE" : "WARNING";
        out.begin('N').int8('S').text(severity).int8('V').text(severity);
        out.int8('C').text(code).int8('M').text(message);
        if (!detail.isEmpty()) {
            out.int8('D').text(detail);
        }
        out.int8(0).end();
    }

    private void describe(List<Field> fields, List<Integer> formats) throws IOException {
        out.begin('T').int16(fields.size());
        for (int i = 0; i < fields.size(); i++) {
            Field field = fields.get(i);
            out.text(field.name())
                    .int32(0)
                    .int16(0)
                    .int32(field.type().oid())
                    .int16(field.type().length())
                    .int32(field.modifier())
                    .int16(Feed.binary(formats, i) ? 1 : 0);
        }
        out.end();
    }

    // ---- running ----

    private Running run(Statement statement, Given given) throws IOException {
        return switch (statement.command().orElseThrow()) {
            case Command.Begin _ -> {
                if (state == 'I') {
                    settings.begun();
                    state = 'T';
                } else {
                    notice("25001", "there is already a transaction in progress", "");
                }
                yield new Running.Done("BEGIN");
            }
            case Command.Commit _ -> {
                boolean good = state != 'E';
                if (state == 'I') {
                    notice("25P01", "there is no transaction in progress", "");
                }
                end(good);
                yield new Running.Done(good ? "COMMIT" : "ROLLBACK");
            }
            case Command.Rollback _ -> {
                if (state == 'I') {
                    notice("25P01", "there is no transaction in progress", "");
                }
                end(false);
                yield new Running.Done("ROLLBACK");
            }
            case Command.Savepoint(String name) -> {
                inTransaction("SAVEPOINT");
                savepoints.push(name);
                yield new Running.Done("SAVEPOINT");
            }
            case Command.Release(String name) -> {
                inTransaction("RELEASE SAVEPOINT");
                savepoint(name);
                savepoints.pop();
                yield new Running.Done("RELEASE");
            }
            case Command.RollbackTo(String name) -> {
                inTransaction("ROLLBACK TO SAVEPOINT");
                savepoint(name);
                state = 'T';
                yield new Running.Done("ROLLBACK");
            }
            case Command.Set(String name, Optional<String> value, boolean local) -> {
                settings.set(name, value, local);
                yield new Running.Done("SET");
            }
            case Command.SetTransaction _ -> new Running.Done("SET");
            case Command.Reset(String name) -> {
                if (name.equals("all")) {
                    settings.resetAll();
                } else {
                    settings.set(name, Optional.empty(), false);
                }
                yield new Running.Done("RESET");
            }
            case Command.Show(String name) -> new Running.Rows(show(name), count -> "SHOW");
            case Command.Discard(String what) -> discard(what);
            case Command.Declare declare -> declare(declare);
            case Command.Fetch fetch -> fetch(fetch);
            case Command.CloseCursor(String name) -> {
                if (name.equals("all")) {
                    portals.values().forEach(Portal::close);
                    portals.clear();
                    yield new Running.Done("CLOSE CURSOR ALL");
                }
                cursor(name).close();
                portals.remove(name);
                yield new Running.Done("CLOSE CURSOR");
            }
            case Command.Prepare prepare -> {
                List<PgType> types = new ArrayList<>();
                for (String each : prepare.types()) {
                    types.add(
                            PgType.named(each)
                                    .orElseThrow(() ->
                                            new SqlError(
                                                    "42704",
                                                    "type \"" + each + "\" does not exist")));
                }
                keep(
                        prepare.name(),
                        new Statement(prepare.sql(), Optional.of(command(prepare.sql())), types));
                yield new Running.Done("PREPARE");
            }
            case Command.Execute(String name, List<Optional<String>> values) -> {
                Statement inner = statement(name);
                if (inner.command().orElseThrow() instanceof Command.Execute) {
                    throw new SqlError("42601", "EXECUTE of an EXECUTE");
                }
                yield run(
                        inner,
                        new Given(
                                List.of(),
                                values.stream()
                                        .map(each ->
                                                each.map(text ->
                                                        text.getBytes(StandardCharsets.UTF_8)))
                                        .toList()));
            }
            case Command.Deallocate(String name) -> {
                if (name.equals("all")) {
                    statements.clear();
                    yield new Running.Done("DEALLOCATE ALL");
                }
                statement(name);
                statements.remove(name);
                yield new Running.Done("DEALLOCATE");
            }
            case Command.CopyOut copy -> copyOut(copy, statement);
            case Command.CopyIn copy -> copyIn(copy);
            case Command.Listen(String tag) -> new Running.Done(tag);
            case Command.Ask(String sql) -> {
                Asking asking = asking(sql, statement.types());
                List<Object> values = given.read(asking.ready().parameters(), settings.format());
                List<Object[]> rows = asking.ready().rows(values);
                use = asking.use()[0];
                yield new Running.Rows(
                        new Feed.Ready(asking.ready().fields(), rows, settings.format(), use),
                        count -> "SELECT " + count);
            }
            case Command.Write(String sql, Operation _) -> {
                List<Value> values = values(sql, statement.types(), given);
                look();
                Feed feed =
                        sessions.run(
                                this::request,
                                settings.zone(),
                                schema(),
                                sql,
                                values,
                                settings.format());
                if (feed.tag().isEmpty()) {
                    yield new Running.Rows(feed, count -> "SELECT " + count);
                }
                try (feed) {
                    use = feed.use();
                    changed |= state == 'T';
                    yield new Running.Done(feed.tag());
                }
            }
            case Command.Data(String sql) ->
                    new Running.Rows(
                            data(sql, statement.types(), given),
                            explains(sql) ? count -> "EXPLAIN" : count -> "SELECT " + count);
        };
    }

    private static boolean explains(String sql) {
        return Lexer.words(sql).getFirst().is("explain");
    }

    private Feed data(String sql, List<PgType> declared, Given given) {
        List<Value> values = values(sql, declared, given);
        look();
        return sessions.run(
                this::request, settings.zone(), schema(), sql, values, settings.format());
    }

    private List<Value> values(String sql, List<PgType> declared, Given given) {
        List<PgType> types = new ArrayList<>(declared);
        while (types.size() < given.values().size()) {
            types.add(PgType.UNKNOWN);
        }
        if (given.binary() && types.contains(PgType.UNKNOWN)) {
            List<PgType> known =
                    parameters(sessions.prepare(this::request, settings.zone(), schema(), sql));
            for (int i = 0; i < types.size() && i < known.size(); i++) {
                types.set(i, types.get(i) == PgType.UNKNOWN ? known.get(i) : types.get(i));
            }
        }
        return given.read(types, settings.format()).stream().map(Cells::parameter).toList();
    }

    private static List<PgType> parameters(Prepared prepared) {
        return prepared.parameters().stream().map(Cells::type).toList();
    }

    /** A question with the use that it made, once it made one. */
    private record Asking(Question.Ready ready, String[] use) {}

    private Asking asking(String sql, List<PgType> types) {
        String[] made = {""};
        Catalogue catalogue =
                new Catalogue(
                        this,
                        clock,
                        () -> {
                            Visible.Seen seen = visible.of(request());
                            made[0] = seen.use();
                            return seen.namespaces();
                        });
        return new Asking(Question.parse(sql).in(catalogue, types), made);
    }

    private void inTransaction(String what) {
        if (state == 'I') {
            throw new SqlError("25P01", what + " can only be used in transaction blocks");
        }
    }

    private void savepoint(String name) {
        if (!savepoints.contains(name)) {
            throw new SqlError("3B001", "savepoint \"" + name + "\" does not exist");
        }
        while (!name.equals(savepoints.peek())) {
            savepoints.pop();
        }
    }

    private void end(boolean good) throws IOException {
        if (state != 'I') {
            settings.ended(good);
        }
        if (changed && !good) {
            notice(
                    "25000",
                    "what this block has changed stays: each statement was committed by itself",
                    "");
        }
        changed = false;
        state = 'I';
        savepoints.clear();
        settle();
    }

    /** Portals do not outlive their transaction, but for those that were told to. */
    private void settle() {
        portals.values()
                .removeIf(each -> {
                    if (each.hold) {
                        return false;
                    }
                    each.close();
                    return true;
                });
    }

    private Feed show(String name) {
        if (name.equals("all")) {
            List<Object[]> rows = new ArrayList<>();
            settings.all()
                    .forEach((key, value) ->
                            rows.add(new Object[] {key, value, Settings.meaning(key)}));
            return new Feed.Ready(showFields(name), rows, settings.format(), "");
        }
        return new Feed.Ready(
                showFields(name),
                List.<Object[]>of(new Object[] {settings.must(name)}),
                settings.format(),
                "");
    }

    private static List<Field> showFields(String name) {
        return name.equals("all")
                ? List.of(
                        new Field("name", PgType.TEXT),
                        new Field("setting", PgType.TEXT),
                        new Field("description", PgType.TEXT))
                : List.of(new Field(Settings.written(name), PgType.TEXT));
    }

    private Running discard(String what) {
        switch (what) {
            case "all" -> {
                if (state != 'I') {
                    throw new SqlError(
                            "25001", "DISCARD ALL cannot run inside a transaction block");
                }
                portals.values().forEach(Portal::close);
                portals.clear();
                statements.clear();
                settings.resetAll();
                sessions.close();
            }
            case "plans", "sequences", "temp", "temporary" -> {}
            default -> throw new SqlError("42601", "syntax error at or near \"" + what + "\"");
        }
        return new Running.Done("DISCARD " + what.toUpperCase(java.util.Locale.ROOT));
    }

    private Running declare(Command.Declare declare) {
        if (state == 'I' && !declare.hold()) {
            throw new SqlError("25P01", "DECLARE CURSOR can only be used in transaction blocks");
        }
        if (declare.scroll()) {
            throw new SqlError("0A000", "cursors only scroll forward here");
        }
        if (portals.containsKey(declare.name())) {
            throw new SqlError("42P03", "cursor \"" + declare.name() + "\" already exists");
        }
        Command command = command(declare.sql());
        if (!asksOrReads(command)) {
            throw new SqlError("42601", "a cursor is declared for a query");
        }
        Portal portal =
                new Portal(
                        declare.name(),
                        new Statement(declare.sql(), Optional.of(command), List.of()),
                        Given.NONE,
                        List.of(),
                        declare.hold());
        open(portal);
        keep(portal);
        return new Running.Done("DECLARE CURSOR");
    }

    private Portal cursor(String name) {
        Portal portal = portals.get(name);
        if (portal == null) {
            throw new SqlError("34000", "cursor \"" + name + "\" does not exist");
        }
        return portal;
    }

    private Running fetch(Command.Fetch fetch) {
        Portal portal = cursor(fetch.cursor());
        if (!(open(portal) instanceof Running.Rows(Feed feed, LongFunction<String> _))) {
            throw new SqlError("24000", "the cursor has no rows");
        }
        Feed part = new Feed.Part(feed, fetch.count());
        if (fetch.move()) {
            long moved = 0;
            while (part.next().isPresent()) {
                moved++;
            }
            return new Running.Done("MOVE " + moved);
        }
        return new Running.Rows(part, count -> "FETCH " + count);
    }

    /** Begins what a portal is for, once. */
    private Running open(Portal portal) {
        if (portal.running.isEmpty()) {
            try {
                portal.running = Optional.of(run(portal.statement, portal.given));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        return portal.running.get();
    }

    private Running copyOut(Command.CopyOut copy, Statement statement) throws IOException {
        Command inner = command(copy.sql());
        Running running =
                run(new Statement(copy.sql(), Optional.of(inner), statement.types()), Given.NONE);
        if (!(running instanceof Running.Rows(Feed feed, LongFunction<String> _))) {
            throw new SqlError("42601", "COPY takes a query");
        }
        try (feed) {
            CopyFormat format = copy.format();
            List<Field> fields = feed.fields();
            out.begin('H').int8(format.binary() ? 1 : 0).int16(fields.size());
            fields.forEach(each -> out.int16(format.binary() ? 1 : 0));
            out.end();
            // what stands before the rows comes with the first of them, as clients know it; a
            // message that has nothing is an error to some
            byte[] head = format.head(fields).orElse(new byte[0]);
            long count = 0;
            for (Optional<Object[]> row = feed.next(); row.isPresent(); row = feed.next()) {
                out.begin('d');
                if (count == 0) {
                    out.bytes(head);
                }
                out.bytes(format.row(fields, row.get(), settings.format())).end();
                if (++count % LOOK_EVERY == 0) {
                    look();
                }
            }
            byte[] tail = format.tail().orElse(new byte[0]);
            if (count == 0 && head.length > 0) {
                out.begin('d').bytes(head).bytes(tail).end();
            } else if (tail.length > 0) {
                out.begin('d').bytes(tail).end();
            }
            out.begin('c').end();
            use = feed.use();
            return new Running.Done("COPY " + count);
        }
    }

    /** Reads what the client sends until it ends, and has it loaded. */
    private Running copyIn(Command.CopyIn copy) throws IOException {
        CopyFormat format = copy.format();
        if (format.binary()) {
            throw new SqlError("0A000", "COPY FROM takes text and csv", 0, "Send it as csv.");
        }
        GuardedSql.Load load =
                new GuardedSql.Load(
                        FileLoads.path(copy.table()),
                        copy.columns().stream()
                                .map(each -> FileLoads.path(each).getLast())
                                .toList(),
                        GuardedSql.Matching.PLACE,
                        intake(format),
                        GuardedSql.Absent.FAILS,
                        Map.of());
        int columns = copy.columns().size();
        out.begin('G').int8(0).int16(columns);
        for (int i = 0; i < columns; i++) {
            out.int16(0);
        }
        out.end();
        out.flush();
        InputStream pieces = CopySource.stream(copied);
        InputStream csv =
                format.kind() == CopyFormat.Kind.TEXT
                        ? new TextRows(pieces, format)
                        : new CsvRows(pieces, format);
        GuardedSql.Came came = sessions.load(this::request, settings.zone(), schema(), load, csv);
        pieces.transferTo(java.io.OutputStream.nullOutputStream()); // behind \\.
        use = came.use();
        changed |= state == 'T';
        return new Running.Done("COPY " + came.rows());
    }

    private static Intake intake(CopyFormat format) {
        boolean text = format.kind() == CopyFormat.Kind.TEXT;
        return new Intake.Csv(
                format.header() && !text ? Target.Header.NAMES : Target.Header.NONE,
                Optional.of(text ? ',' : format.delimiter()),
                Optional.of(text ? '"' : format.quote()),
                Optional.of(text ? '"' : format.escape()),
                text ? "" : format.nothing(),
                List.of(),
                Intake.OnError.FAIL);
    }

    // ---- the extended protocol ----

    private void keep(String name, Statement statement) {
        if (!name.isEmpty() && statements.containsKey(name)) {
            throw new SqlError("42P05", "prepared statement \"" + name + "\" already exists");
        }
        if (statements.size() >= MOST_STATEMENTS) {
            throw new SqlError(
                    "53400", "this connection has " + MOST_STATEMENTS + " prepared statements");
        }
        statements.put(name, statement);
    }

    private Statement statement(String name) {
        Statement statement = statements.get(name);
        if (statement == null) {
            throw new SqlError(
                    "26000",
                    name.isEmpty()
                            ? "unnamed prepared statement does not exist"
                            : "prepared statement \"" + name + "\" does not exist");
        }
        return statement;
    }

    private void keep(Portal portal) {
        if (portals.size() >= MOST_PORTALS) {
            throw new SqlError("53400", "this connection has " + MOST_PORTALS + " portals");
        }
        portals.put(portal.name, portal);
    }

    /** Parse. */
    void parse(Frontend.Parse message) throws IOException {
        begin(message.sql());
        List<Lexer.Piece> pieces = Lexer.statements(message.sql());
        if (pieces.size() > 1) {
            throw new SqlError(
                    "42601", "cannot insert multiple commands into a prepared statement");
        }
        if (message.name().isEmpty()) {
            statements.remove("");
        }
        List<PgType> types = new ArrayList<>();
        for (int oid : message.types()) {
            types.add(oid == 0 ? PgType.UNKNOWN : PgType.of(oid).orElse(PgType.UNKNOWN));
        }
        // with what stands before it, so that a place in it is one in what the client sent
        String sql = "";
        Optional<Command> command = Optional.empty();
        if (!pieces.isEmpty()) {
            Lexer.Piece piece = pieces.getFirst();
            sql = message.sql().substring(0, piece.start() + piece.text().length());
            command = Optional.of(command(sql));
        }
        keep(message.name(), new Statement(sql, command, types));
        out.begin('1').end();
        working = false;
    }

    /** Bind. */
    void bind(Frontend.Bind message) throws IOException {
        Statement statement = statement(message.statement());
        if (statement.command().isPresent() && state == 'E') {
            command(statement.sql()); // refused, unless it ends the transaction
        }
        Portal old = portals.get(message.portal());
        if (old != null) {
            if (!message.portal().isEmpty()) {
                throw new SqlError("42P03", "cursor \"" + message.portal() + "\" already exists");
            }
            old.close();
            portals.remove("");
        }
        keep(
                new Portal(
                        message.portal(),
                        statement,
                        new Given(message.formats(), message.values()),
                        message.results(),
                        false));
        out.begin('2').end();
    }

    private Portal portal(String name) {
        Portal portal = portals.get(name);
        if (portal == null) {
            throw new SqlError("34000", "portal \"" + name + "\" does not exist");
        }
        return portal;
    }

    /** Describe. */
    void describe(Frontend.Describe message) throws IOException {
        switch (message.target()) {
            case STATEMENT -> {
                Statement statement = statement(message.name());
                begin(statement.sql());
                describe(statement);
            }
            case PORTAL -> {
                Portal portal = portal(message.name());
                begin(portal.statement.sql());
                Optional<Command> command = portal.statement.command();
                boolean rows = command.filter(Conversation::asksOrReads).isPresent();
                if (rows
                        && open(portal)
                                instanceof Running.Rows(Feed feed, LongFunction<String> _)) {
                    checkFormats(portal.formats, feed.fields().size());
                    describe(feed.fields(), portal.formats);
                } else {
                    described(portal.statement, portal.formats);
                }
            }
        }
        working = false;
    }

    private static boolean asksOrReads(Command command) {
        return switch (Operation.of(command)) {
            case ASK, SELECT -> true;
            case OWN, COPY_OUT -> false;
            case CREATE, DROP, ALTER, INSERT, UPDATE, DELETE, MERGE, TRUNCATE -> false;
            case COPY_TO, COPY_IN -> false;
        };
    }

    private static void checkFormats(List<Integer> formats, int columns) {
        if (formats.size() > 1 && formats.size() != columns) {
            throw new SqlError(
                    "08P01",
                    "bind message has %d result formats but query has %d columns"
                            .formatted(formats.size(), columns));
        }
    }

    /** The parameters of a statement, and its columns. */
    private void describe(Statement statement) throws IOException {
        List<PgType> types = new ArrayList<>(statement.types());
        List<Field> fields = List.of();
        boolean rows = false;
        if (statement.command().isPresent()) {
            switch (statement.command().get()) {
                case Command.Ask(String sql) -> {
                    Question.Ready ready = asking(sql, statement.types()).ready();
                    types = new ArrayList<>(ready.parameters());
                    fields = ready.fields();
                    rows = true;
                }
                case Command.Write(String sql, Operation _) -> {
                    List<PgType> known =
                            parameters(
                                    sessions.prepare(
                                            this::request, settings.zone(), schema(), sql));
                    for (int i = 0; i < known.size(); i++) {
                        if (i >= types.size()) {
                            types.add(known.get(i));
                        } else if (types.get(i) == PgType.UNKNOWN) {
                            types.set(i, known.get(i));
                        }
                    }
                }
                case Command.Data(String sql) -> {
                    Prepared prepared =
                            sessions.prepare(this::request, settings.zone(), schema(), sql);
                    List<PgType> known = parameters(prepared);
                    for (int i = 0; i < known.size(); i++) {
                        if (i >= types.size()) {
                            types.add(known.get(i));
                        } else if (types.get(i) == PgType.UNKNOWN) {
                            types.set(i, known.get(i));
                        }
                    }
                    fields = prepared.columns().stream().map(Cells::field).toList();
                    rows = true;
                }
                default -> {}
            }
        }
        out.begin('t').int16(types.size());
        types.forEach(each -> out.int32((each == PgType.UNKNOWN ? PgType.TEXT : each).oid()));
        out.end();
        if (rows) {
            describe(fields, List.of());
        } else {
            described(statement, List.of());
        }
    }

    /** Columns of what the door answers itself, without doing it. */
    private void described(Statement statement, List<Integer> formats) throws IOException {
        Optional<Command> command = statement.command();
        List<Field> fields =
                command.isEmpty()
                        ? List.of()
                        : switch (command.get()) {
                            case Command.Show(String name) -> showFields(name);
                            case Command.Fetch fetch ->
                                    !fetch.move()
                                                    && open(cursor(fetch.cursor()))
                                                            instanceof
                                                            Running.Rows(
                                                                    Feed feed,
                                                                    LongFunction<String> _)
                                            ? feed.fields()
                                            : List.of();
                            default -> List.of();
                        };
        if (fields.isEmpty()) {
            out.begin('n').end();
        } else {
            describe(fields, formats);
        }
    }

    /** Execute. */
    void execute(Frontend.Execute message) throws IOException {
        Portal portal = portal(message.portal());
        begin(portal.statement.sql());
        if (portal.statement.command().isEmpty()) {
            out.begin('I').end();
            working = false;
            return;
        }
        if (portal.ended) {
            out.begin('C').text("SELECT 0").end();
            working = false;
            return;
        }
        switch (open(portal)) {
            case Running.Done(String tag) -> {
                portal.ended = true;
                complete(tag);
            }
            case Running.Rows(Feed feed, LongFunction<String> tag) ->
                    rows(portal, feed, tag, message.most());
        }
        working = false;
    }

    private void rows(Portal portal, Feed feed, LongFunction<String> tag, int most)
            throws IOException {
        checkFormats(portal.formats, feed.fields().size());
        long count = 0;
        while (most <= 0 || count < most) {
            if (!feed.put(out, portal.formats)) {
                portal.ended = true;
                feed.close();
                use = feed.use();
                complete(tag.apply(portal.sent + count));
                return;
            }
            if (++count % LOOK_EVERY == 0) {
                look();
            }
        }
        portal.sent += count;
        out.begin('s').end();
    }

    /** Close. */
    void close(Frontend.Close message) throws IOException {
        switch (message.target()) {
            case STATEMENT -> statements.remove(message.name());
            case PORTAL -> {
                Portal portal = portals.remove(message.name());
                if (portal != null) {
                    portal.close();
                }
            }
        }
        out.begin('3').end();
    }

    /** Sync: a series ends, and with it what was no transaction. */
    void sync() {
        working = false;
        if (state == 'I') {
            settle();
        }
    }

    @Override
    public void close() {
        timer.interrupt();
        portals.values().forEach(Portal::close);
        portals.clear();
        sessions.close();
    }
}
