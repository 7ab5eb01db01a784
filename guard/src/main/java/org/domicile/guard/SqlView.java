package org.domicile.guard;

import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.domicile.keys.Keys;
import org.domicile.objects.Objects;
import org.domicile.policy.Marks;
import org.domicile.policy.Policy;
import org.domicile.policy.Resource;
import org.domicile.query.Answer;
import org.domicile.query.Batch;
import org.domicile.query.Change;
import org.domicile.query.Column;
import org.domicile.query.Failure;
import org.domicile.query.Intake;
import org.domicile.query.Limits;
import org.domicile.query.Prepared;
import org.domicile.query.Queries;
import org.domicile.query.Rows;
import org.domicile.query.Session;
import org.domicile.query.Target;
import org.domicile.query.Value;
import org.domicile.query.Written;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.domicile.tables.Tables;

/** Guarded sessions. Safe for concurrent use; a connection is its door's. */
final class SqlView implements GuardedSql {
    private final Function<Request, Uses> views;
    private final Queries queries;
    private final Objects objects;
    private final Keys keys;
    private final Vessel vessel;
    private final SecureRandom random;
    private final SqlCatalog.Parts parts;
    private final Function<Request, ObjectsView> copies;

    SqlView(
            Function<Request, Uses> views,
            Queries queries,
            Tables tables,
            Warehouses warehouses,
            Objects objects,
            Keys keys,
            Vessel vessel,
            SecureRandom random,
            SqlMemory memory,
            LiveTables live,
            Function<Request, ObjectsView> copies) {
        this.views = views;
        this.copies = copies;
        this.queries = queries;
        this.objects = objects;
        this.keys = keys;
        this.vessel = vessel;
        this.random = random;
        this.parts =
                new SqlCatalog.Parts(
                        tables,
                        warehouses,
                        new OpenedWarehouse.Parts(keys, objects, vessel, random),
                        memory.manifests(),
                        memory.footers(),
                        memory.describing(),
                        live);
    }

    @Override
    public Answer<Connection> connect(Request request, String zone) {
        Uses uses = views.apply(request);
        String organisation = uses.organisation();
        try (Admitted use = uses.admit("sql:Connect", new Resource.Own(organisation), "")) {
            Answer<Session> begun = queries.begin(organisation, zone);
            switch (begun) {
                case Answer.Failed<Session>(Failure failure) -> {
                    use.record(Outcome.FAILED, 0);
                    return Answer.failed(failure);
                }
                case Answer.Given<Session>(Session session) -> {
                    boolean recorded = false;
                    try {
                        use.record(Outcome.DONE, 0);
                        recorded = true;
                        return Answer.of(new Guarded(session, request.caller()));
                    } finally {
                        if (!recorded) {
                            session.close();
                        }
                    }
                }
            }
        } catch (Refused e) {
            return refused(e);
        }
    }

    @Override
    public SqlLimits limits(Request operator, String organisation) {
        String action = "admin:ReadSqlLimits";
        Uses uses = views.apply(operator);
        check(uses, organisation, action);
        try (Admitted use = uses.administer(organisation, action, organisation, List.of())) {
            use.record(Outcome.DONE, 0);
            return limits(uses, organisation);
        }
    }

    @Override
    public SqlLimits limit(Request operator, String organisation, Optional<Limits> limits) {
        String action = "admin:SetSqlLimits";
        Uses uses = views.apply(operator);
        check(uses, organisation, action);
        try (Admitted use = uses.administer(organisation, action, organisation, List.of())) {
            queries.limits().set(use.carrying(() -> 0), organisation, limits);
            return limits(uses, organisation);
        }
    }

    private SqlLimits limits(Uses uses, String organisation) {
        return new SqlLimits(
                organisation,
                queries.limits(organisation),
                queries.limits().of(organisation).isPresent()
                        ? SqlLimits.Whose.OWN
                        : SqlLimits.Whose.USUAL,
                queries.taken().getOrDefault(organisation, 0),
                uses.last());
    }

    private static void check(Uses uses, String organisation, String action) {
        if (!uses.policy().register().organisations().containsKey(organisation)) {
            try (Admitted use =
                    uses.administer(Policy.INSTALLATION, action, organisation, List.of())) {
                use.record(Outcome.CONFLICT, 0);
            }
            throw new Administration.Impossible(Sentences.noOrganisation(organisation));
        }
    }

    @Override
    public GuardedRules rules(Request operator) {
        return new RuleActs(views.apply(operator), parts);
    }

    @Override
    public SqlNames names(Request request) {
        return new SqlNaming(views.apply(request), parts).look();
    }

    /** What is made of rows by who keeps them. */
    interface Keeping<T> {
        /**
         * All of it.
         *
         * @param marks what is known of what was read
         * @param decided what had to be allowed
         */
        Answer<T> of(Result rows, Marks marks, List<SqlStatement.Decided> decided);
    }

    /**
     * sql:Connect and sql:Select: a SELECT in a session of its own.
     *
     * @param requests one for each of the two
     * @param most after which it is ended
     */
    <T> Answer<T> kept(
            Supplier<Request> requests, Duration most, String select, Keeping<T> keeping) {
        return connect(requests.get(), "UTC")
                .then(connection -> {
                    Session session = ((Guarded) connection).session;
                    try (connection;
                            TimedSession timed = new TimedSession(session, most)) {
                        return timed.told(kept(session, requests.get(), select, keeping));
                    }
                });
    }

    private <T> Answer<T> kept(
            Session session, Request request, String select, Keeping<T> keeping) {
        try (SqlStatement statement = statement(views.apply(request), "")) {
            return session.run(select, List.of(), statement)
                    .then(rows -> {
                        try (Shown shown = new Shown(rows, statement.use())) {
                            return keeping.of(shown, statement.marks(""), statement.decided());
                        }
                    });
        } catch (Refused e) {
            return refused(e);
        }
    }

    static <T> Answer<T> refused(Refused e) {
        return Answer.failed(Failure.REFUSED, String.valueOf(e.getMessage()));
    }

    private SqlStatement statement(Uses uses, String namespace) {
        SecondKeys second = new SecondKeys(uses, keys, vessel, random);
        return new SqlStatement(
                uses, new NestedReads(uses, objects, keys, vessel, second), parts, namespace);
    }

    /** A session of one caller. */
    private final class Guarded implements Connection {
        private final Session session;
        private final Caller caller;
        private final Set<String> shown = new HashSet<>();
        private String namespace = "";

        Guarded(Session session, Caller caller) {
            this.session = session;
            this.caller = caller;
        }

        private void own(Request request) {
            if (!request.caller().equals(caller)) {
                throw new IllegalArgumentException("a session is its caller's alone");
            }
        }

        @Override
        public Answer<Prepared> prepare(Request request, String sql) {
            own(request);
            try (SqlStatement statement = statement(views.apply(request), namespace)) {
                Answer<Prepared> answer =
                        Change.of(sql)
                                .then(change ->
                                        change.isPresent()
                                                ? SqlChanges.prepared(
                                                        sql, change.get(), session, statement)
                                                : session.prepare(sql, statement));
                statement.shown(shown); // an error names columns, too
                return answer;
            } catch (Refused e) {
                return refused(e);
            }
        }

        @Override
        public Answer<Result> run(Request request, String sql, List<Value> parameters) {
            own(request);
            Uses uses = views.apply(request);
            try (SqlStatement statement = statement(uses, namespace)) {
                return Change.of(sql)
                        .then(change ->
                                change.isPresent()
                                        ? changes(uses, statement, sql)
                                                .made(change.get(), parameters)
                                        : session.run(sql, parameters, statement)
                                                .then(rows ->
                                                        Answer.of(
                                                                new Shown(rows, statement.use()))));
            } catch (Refused e) {
                return refused(e);
            }
        }

        @Override
        public Answer<Parquet> parquet(Request request, String select) {
            own(request);
            Uses uses = views.apply(request);
            long most = queries.limits(uses.organisation()).rows();
            try (SqlStatement statement = statement(uses, namespace)) {
                return Change.of(select)
                        .then(change ->
                                change.isPresent()
                                        ? Answer.failed(
                                                Failure.NOT_HERE,
                                                "A file takes the rows of a SELECT.")
                                        : session.write(
                                                        select,
                                                        List.of(),
                                                        new Target.PlainParquet(),
                                                        statement)
                                                .then(written ->
                                                        bounded(written, most, statement.use())));
            } catch (Refused e) {
                return refused(e);
            }
        }

        /** A file leaves as rows do, and has no more of them. */
        private Answer<Parquet> bounded(Written written, long most, String use) {
            if (written.rows() <= most) {
                return Answer.of(new File(written, use));
            }
            written.close();
            return Answer.failed(
                    new Failure(
                            Failure.OVER_LIMIT,
                            "The result has more than %,d rows.".formatted(most),
                            0,
                            "Add LIMIT, or ask the operator for more (sql.rows)."));
        }

        @Override
        public Answer<Came> load(Request request, Load load, InputStream file) throws IOException {
            own(request);
            Uses uses = views.apply(request);
            try (SqlStatement statement = statement(uses, namespace)) {
                return changes(uses, statement, "").loaded(load, file);
            } catch (Refused e) {
                return refused(e);
            }
        }

        @Override
        public Answer<Came> check(Request request, Load load, InputStream file) throws IOException {
            own(request);
            Uses uses = views.apply(request);
            try (SqlStatement statement = statement(uses, namespace)) {
                return changes(uses, statement, "").checked(load, file);
            } catch (Refused e) {
                return refused(e);
            }
        }

        private SqlChanges changes(Uses uses, SqlStatement statement, String sql) {
            return new SqlChanges(parts, copies, uses, session, statement, sql, namespace);
        }

        @Override
        public Answer<List<Column>> guess(Request request, Intake intake, InputStream file)
                throws IOException {
            own(request);
            return session.arrive(file)
                    .then(arrived -> {
                        try (arrived) {
                            return arrived.guess(intake);
                        }
                    });
        }

        @Override
        public void within(String other) {
            namespace = other;
        }

        @Override
        public void cancel() {
            session.cancel();
        }

        @Override
        public boolean alive() {
            return session.alive();
        }

        @Override
        public void close() {
            session.close();
        }
    }

    /** A file with the use that it came of. */
    private record File(Written written, String use) implements Parquet {
        @Override
        public long rows() {
            return written.rows();
        }

        @Override
        public InputStream read() throws IOException {
            return written.read();
        }

        @Override
        public void close() {
            written.close();
        }
    }

    /** Rows with the use that they came of. */
    private record Shown(Rows rows, String use) implements Result {
        @Override
        public String tag() {
            return "";
        }

        @Override
        public List<Column> columns() {
            return rows.columns();
        }

        @Override
        public Answer<Optional<Batch>> next() {
            return rows.next();
        }

        @Override
        public void close() {
            rows.close();
        }
    }
}
