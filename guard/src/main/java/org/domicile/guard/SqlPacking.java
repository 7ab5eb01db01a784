package org.domicile.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.query.Answer;
import org.domicile.query.At;
import org.domicile.query.CatalogTable;
import org.domicile.query.Failure;
import org.domicile.query.Relation;
import org.domicile.query.TableFile;
import org.domicile.query.Target;
import org.domicile.query.Wanted;
import org.domicile.tables.FilesChange;
import org.domicile.tables.Scan;

/**
 * Files of a table that become fewer: ALTER TABLE … EXECUTE optimize. A part of {@link SqlChanges},
 * for one statement.
 */
final class SqlPacking {
    /** Files that one statement packs. */
    private static final int MOST_PACKED = 10_000;

    private static final String OPTIMIZE = "OPTIMIZE ";
    private static final String NOTHING = OPTIMIZE + 0;

    /** All of them, as somebody asks. */
    private static final Picking ALL = groups -> groups;

    /** What a file of an older partitioning may have of the one of now; it stays as it is then. */
    private static final String TOO_MANY_PARTITIONS = "54000";

    private final SqlChanges on;

    /** Which groups of files are packed, of those that can be. */
    interface Picking {
        List<List<Scan.DataFile>> of(List<List<Scan.DataFile>> groups);
    }

    /**
     * @param on what it is a part of
     */
    SqlPacking(SqlChanges on) {
        this.on = on;
    }

    /** Files that were packed. @param tag of what was done */
    static long packed(String tag) {
        return Long.parseLong(tag.substring(OPTIMIZE.length()));
    }

    /** Of the table that is compacted, the files of one group; of others, what there is. */
    private final class Packing extends SqlChanges.Over {
        private final String id;
        private final SqlLineage lineage;
        private final List<TableFile> files;

        Packing(CatalogTable table, SqlLineage lineage, List<TableFile> files) {
            super(on.statement);
            this.lineage = lineage;
            this.id = table.id();
            this.files = files;
        }

        @Override
        public Answer<Relation> resolve(
                org.domicile.query.TableName name, At at, List<String> around) {
            return lineage.resolve(name, at, around, super::resolve);
        }

        @Override
        public Answer<List<TableFile>> files(CatalogTable table, Wanted wanted) {
            return table.id().equals(id) ? Answer.of(files) : on.statement.files(table, wanted);
        }
    }

    /**
     * Packs small files together, and takes deleted rows out of those that have some, group by
     * group: each is a reading and a commit of its own, so what was done stays done. Rows that come
     * meanwhile stay; where rows of a group were deleted meanwhile, it ends with 40001. A table
     * that has more such files than {@link #MOST_PACKED} is packed by as many statements.
     */
    Answer<GuardedSql.Result> compact(List<String> path) {
        return compact(path, ALL);
    }

    /** The same of some of the groups; where that is none, nothing is committed. */
    Answer<GuardedSql.Result> compact(List<String> path, Picking picking) {
        SqlChanges.Goal goal = on.goal(path, "sql:Compact", SqlChanges.COMMIT);
        Optional<Failure> never = SqlChanges.unwritable(goal);
        if (never.isPresent()) {
            return Answer.failed(never.get());
        }
        return on.statement
                .resolve(
                        new org.domicile.query.TableName(SqlChanges.path(goal.name())),
                        new At.Now(),
                        List.of())
                .then(found ->
                        found instanceof CatalogTable table
                                ? on.statement
                                        .worn(
                                                table,
                                                SmallFiles.below(
                                                        SmallFiles.aim(goal.loaded().properties())),
                                                MOST_PACKED)
                                        .then(files -> packed(goal, table, files, picking))
                                : Answer.failed(Failure.NO_TABLE, "It is no table."));
    }

    private Answer<GuardedSql.Result> packed(
            SqlChanges.Goal goal, CatalogTable table, List<Scan.DataFile> files, Picking picking) {
        String own = goal.loaded().id() + "\n" + goal.shape().snapshot() + "\n";
        List<List<Scan.DataFile>> groups =
                picking.of(
                        SmallFiles.groups(
                                files,
                                SmallFiles.aim(goal.loaded().properties()),
                                goal.spread().spec()));
        if (!table.id().startsWith(own) && !files.isEmpty()) {
            throw on.changedMeanwhile(goal, "sql:Compact");
        }
        if (groups.isEmpty() && picking != ALL) {
            return Answer.of(new SqlChanges.Done(NOTHING, ""));
        }
        int before = 0;
        Optional<Answer<GuardedSql.Result>> last = Optional.empty();
        for (List<Scan.DataFile> group : groups) {
            long described = on.statement.described();
            switch (on.statement.opened(table, group)) {
                case Answer.Failed<List<TableFile>>(Failure failure) -> {
                    return Answer.failed(failure);
                }
                case Answer.Given<List<TableFile>>(List<TableFile> opened) -> {
                    int after = before + opened.size();
                    Answer<GuardedSql.Result> one = packed(goal, table, opened, OPTIMIZE + after);
                    boolean stays =
                            one instanceof Answer.Failed<GuardedSql.Result>(Failure failure)
                                    && failure.state().equals(TOO_MANY_PARTITIONS)
                                    && group.getFirst().spec() != goal.spread().spec();
                    if (!stays) {
                        before = after;
                        last = Optional.of(one);
                    }
                }
            }
            on.statement.letGo(described);
            if (last.isPresent() && last.get() instanceof Answer.Failed<GuardedSql.Result>) {
                return last.get();
            }
        }
        if (last.isEmpty() && picking != ALL) {
            return Answer.of(new SqlChanges.Done(NOTHING, ""));
        }
        return last.orElseGet(() ->
                on.committed(
                        goal,
                        "sql:Compact",
                        Optional.empty(),
                        new FilesChange.Append(Map.of()),
                        Map.of(),
                        NOTHING,
                        on.parts.tables()::commit));
    }

    private Answer<GuardedSql.Result> packed(
            SqlChanges.Goal goal, CatalogTable table, List<TableFile> group, String tag) {
        SqlLineage lineage = SqlLineage.of(goal);
        List<String> columns = new ArrayList<>();
        goal.shape().columns().forEach(each -> columns.add(Target.quoted(each.name())));
        columns.addAll(lineage.kept(""));
        String select = "SELECT %s FROM %s".formatted(String.join(", ", columns), lineage.from(""));
        String scheme = "s3://" + goal.warehouse().bucket() + "/";
        List<String> names =
                group.stream().map(each -> each.location().substring(scheme.length())).toList();
        return SqlChanges.unplaced(
                        on.session.write(
                                select,
                                List.of(),
                                SqlPartitions.target(goal, lineage.slots()),
                                new Packing(table, lineage, group)))
                .then(written -> {
                    try (written) {
                        return on.committed(
                                goal,
                                "sql:Compact",
                                Optional.of(written),
                                new FilesChange.Rewrite(goal.shape().snapshot(), names),
                                Map.of(),
                                tag,
                                on.parts.tables()::commit);
                    }
                });
    }
}
