package org.domicile.guard;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.domicile.objects.Bucket;
import org.domicile.policy.Resource;
import org.domicile.query.Answer;
import org.domicile.query.Arrived;
import org.domicile.query.Change;
import org.domicile.query.Column;
import org.domicile.query.Failure;
import org.domicile.query.Intake;
import org.domicile.query.Target;
import org.domicile.query.Texts;
import org.domicile.query.Written;
import org.domicile.request.Outcome;
import org.domicile.tables.Field;
import org.domicile.tables.FilesChange;
import org.domicile.tables.Refusal;
import org.domicile.tables.TableName;

/** Rows that come in a file from outside. A part of {@link SqlChanges}, for one statement. */
final class SqlLoads {
    static final String LOAD = "sql:Load";

    private final SqlChanges on;

    /**
     * @param on what it is a part of
     */
    SqlLoads(SqlChanges on) {
        this.on = on;
    }

    /** A file's rows come in. */
    Answer<GuardedSql.Came> loaded(GuardedSql.Load load, InputStream file) throws IOException {
        try {
            TableName name = on.name(load.table());
            boolean makes = load.absent() == GuardedSql.Absent.MADE && !on.there(on.bucket(), name);
            return makes ? newly(load, name, file) : into(load, file);
        } catch (Refusal e) {
            return Answer.failed(SqlChanges.failure(e));
        } catch (SqlTypes.Untold e) {
            return e.failed();
        } catch (SqlTypes.Twice e) {
            return e.failed();
        }
    }

    /** Whether a file's rows could come in; none does. */
    Answer<GuardedSql.Came> checked(GuardedSql.Load load, InputStream file) throws IOException {
        try {
            TableName name = on.name(load.table());
            boolean makes = load.absent() == GuardedSql.Absent.MADE && !on.there(on.bucket(), name);
            return makes ? fits(load, name, file) : fits(load, file);
        } catch (Refusal e) {
            return Answer.failed(SqlChanges.failure(e));
        } catch (SqlTypes.Untold e) {
            return e.failed();
        }
    }

    /** Into a table that is there. */
    private Answer<GuardedSql.Came> fits(GuardedSql.Load load, InputStream file)
            throws IOException {
        SqlChanges.Goal goal = on.goal(load.table(), LOAD, SqlChanges.COMMIT);
        String number = described(goal.place(), goal.name());
        if (!load.part().isEmpty()
                && on.parts.tables().committed(goal.warehouse(), goal.loaded(), load.part())) {
            return Answer.of(new GuardedSql.Came(-1, List.of(), List.of(), number));
        }
        return arrived(
                load,
                goal,
                file,
                (intake, slots, arrived) ->
                        fitting(
                                intake,
                                SqlPartitions.target(goal, slots),
                                arrived,
                                number,
                                written -> SqlChanges.missing(goal, written)));
    }

    /** Into one that is made with the first rows. */
    private Answer<GuardedSql.Came> fits(GuardedSql.Load load, TableName name, InputStream file)
            throws IOException {
        Resource.Data place = on.warehouse(on.bucket());
        on.uses.check("iceberg:CreateTable", place, name.text());
        String number = described(place, name);
        List<Target.Slot> slots = new ArrayList<>();
        List<Intake.Named> columns = new ArrayList<>();
        for (Intake.Named each : load.intake().columns()) {
            // What a caller says of types becomes part of a statement: only what we read as one.
            Answer<Optional<Change>> read =
                    Change.of(
                            "create table t (%s %s)"
                                    .formatted(Target.quoted(each.name()), each.type()));
            if (!(read instanceof Answer.Given<Optional<Change>>(Optional<Change> change))
                    || !(change.orElse(null) instanceof Change.CreateTable made)
                    || made.columns().size() != 1
                    || !made.columns().getFirst().name().equals(each.name())) {
                return Answer.failed(
                        Failure.INVALID, "The column " + each.name() + " is of no type.");
            }
            String type = Texts.type(made.columns().getFirst().type());
            int at = slots.size() + 1;
            slots.add(new Target.Slot(each.name(), type, Integer.toString(at), at));
            columns.add(new Intake.Named(each.name(), type));
        }
        if (slots.isEmpty()) {
            return Answer.failed(
                    Failure.INVALID, "There is no such table, so the columns have to be said.");
        }
        return on.session
                .arrive(file)
                .then(arrived -> {
                    try (arrived) {
                        return fitting(
                                load.intake().of(columns),
                                new Target.Parquet(slots),
                                arrived,
                                number,
                                _ -> Optional.empty());
                    }
                });
    }

    private String described(Resource.Data place, TableName name) {
        try (Admitted use = on.uses.admit("sql:Describe", place, name.text())) {
            String number = on.uses.last();
            use.record(Outcome.DONE, 0);
            return number;
        }
    }

    private static Answer<GuardedSql.Came> fitting(
            Intake intake,
            Target.Parquet target,
            Arrived arrived,
            String number,
            Function<Written, Optional<Failure>> missing) {
        return arrived.write(intake, target)
                .then(taken -> {
                    try (Written written = taken.written()) {
                        return missing.apply(written)
                                .<Answer<GuardedSql.Came>>map(Answer::failed)
                                .orElseGet(() ->
                                        Answer.of(
                                                new GuardedSql.Came(
                                                        written.rows(),
                                                        List.of(),
                                                        taken.rejected(),
                                                        number)));
                    }
                });
    }

    private Answer<GuardedSql.Came> into(GuardedSql.Load load, InputStream file)
            throws IOException {
        SqlChanges.Goal goal = on.goal(load.table(), LOAD, SqlChanges.COMMIT);
        if (!load.part().isEmpty()
                && on.parts.tables().committed(goal.warehouse(), goal.loaded(), load.part())) {
            try (Admitted use = on.uses.admit(LOAD, goal.place(), on.said(goal.name(), 0))) {
                String number = on.uses.last();
                use.record(Outcome.DONE, 0);
                return Answer.of(new GuardedSql.Came(-1, List.of(), List.of(), number));
            }
        }
        return arrived(
                load,
                goal,
                file,
                (intake, slots, arrived) -> taken(load, goal, intake, slots, arrived, List.of()));
    }

    /** What becomes of a file whose columns are known to be a table's. */
    private interface Next {
        Answer<GuardedSql.Came> with(Intake intake, List<Target.Slot> slots, Arrived arrived);
    }

    /** A file for a table that is there: its columns find the table's. */
    private Answer<GuardedSql.Came> arrived(
            GuardedSql.Load load, SqlChanges.Goal goal, InputStream file, Next next)
            throws IOException {
        return on.session
                .arrive(file)
                .then(arrived -> {
                    try (arrived) {
                        return names(load, goal, arrived)
                                .then(names ->
                                        SqlChanges.slots(goal, names, names.size())
                                                .then(slots ->
                                                        next.with(
                                                                typed(load, goal, names),
                                                                slots,
                                                                arrived)));
                    }
                });
    }

    /** Names of the table's columns that the file's are, in the file's order. */
    private static Answer<List<String>> names(
            GuardedSql.Load load, SqlChanges.Goal goal, Arrived arrived) {
        if (load.matching() == GuardedSql.Matching.PLACE) {
            return Answer.of(
                    load.columns().isEmpty()
                            ? goal.shape().columns().stream().map(Field::name).toList()
                            : load.columns());
        }
        return arrived.guess(load.intake())
                .then(columns -> Answer.of(columns.stream().map(Column::name).toList()));
    }

    /** The file's columns, with the types that the table has for them. */
    private static Intake typed(GuardedSql.Load load, SqlChanges.Goal goal, List<String> names) {
        List<Field> columns = goal.shape().columns();
        return load.intake()
                .of(
                        names.stream()
                                .map(each ->
                                        new Intake.Named(
                                                each,
                                                SqlTypes.slot(
                                                                columns.get(
                                                                        SqlChanges.find(
                                                                                columns, each)),
                                                                1)
                                                        .type(),
                                                load.matching() == GuardedSql.Matching.PLACE
                                                        ? Intake.Spelling.POSTGRES
                                                        : Intake.Spelling.ENGINE))
                                .toList());
    }

    private Answer<GuardedSql.Came> newly(GuardedSql.Load load, TableName name, InputStream file)
            throws IOException {
        Optional<Bucket> bucket = on.bucket();
        Resource.Data place = on.warehouse(bucket);
        on.uses.check("iceberg:CreateTable", place, name.text());
        if (bucket.isEmpty()) {
            throw on.recorded(LOAD, place, name.text(), SqlChanges.noNamespace(name.namespace()));
        }
        OpenedWarehouse warehouse = on.closed(bucket.get());
        try {
            on.parts.tables().namespace(warehouse, name.namespace());
        } catch (Refusal e) {
            throw on.recorded(LOAD, place, name.text(), e);
        }
        return on.session
                .arrive(file)
                .then(arrived -> {
                    try (arrived) {
                        return arrived.guess(load.intake())
                                .then(columns -> {
                                    SqlDefinitions.Drafted drafted =
                                            new SqlDefinitions(on)
                                                    .drafted(
                                                            warehouse, name, columns, List.of(),
                                                            List.of());
                                    SqlChanges.Goal goal = drafted.goal();
                                    return taken(
                                            load,
                                            goal,
                                            typed(
                                                    load,
                                                    goal,
                                                    columns.stream().map(Column::name).toList()),
                                            drafted.slots(),
                                            arrived,
                                            List.of(drafted));
                                });
                    }
                });
    }

    /**
     * @param makes the table that is made, if it is
     */
    private Answer<GuardedSql.Came> taken(
            GuardedSql.Load load,
            SqlChanges.Goal goal,
            Intake intake,
            List<Target.Slot> slots,
            Arrived arrived,
            List<SqlDefinitions.Drafted> makes) {
        return arrived.write(intake, SqlPartitions.target(goal, slots))
                .then(taken -> {
                    try (Written written = taken.written()) {
                        Optional<Failure> missing = SqlChanges.missing(goal, written);
                        if (missing.isPresent()) {
                            return Answer.failed(missing.get());
                        }
                        return on.committed(
                                        goal,
                                        LOAD,
                                        Optional.of(written),
                                        new FilesChange.Append(load.part()),
                                        load.part(),
                                        "COPY " + written.rows(),
                                        makes.isEmpty()
                                                ? on.parts.tables()::commit
                                                : makes.getFirst().creating())
                                .then(done ->
                                        Answer.of(
                                                new GuardedSql.Came(
                                                        written.rows(),
                                                        makes.isEmpty()
                                                                ? List.of()
                                                                : makes.getFirst().columns(),
                                                        taken.rejected(),
                                                        done.use())));
                    }
                });
    }
}
