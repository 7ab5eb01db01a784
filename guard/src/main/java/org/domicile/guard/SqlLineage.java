package org.domicile.guard;

import java.util.List;
import java.util.UUID;
import org.domicile.query.Answer;
import org.domicile.query.At;
import org.domicile.query.CatalogTable;
import org.domicile.query.Lineage;
import org.domicile.query.Relation;
import org.domicile.query.TableName;
import org.domicile.query.Target;

/**
 * What rows of a table of format 3 keep when they are written anew: their number, and, where they
 * do not change, the commit that wrote them last. A statement of ours reads both, by a name for the
 * table that nobody else knows: under its own name it has its own columns alone, wherever the
 * user's text names it.
 *
 * <p>Of older formats nothing is kept.
 *
 * @param name by which the table is read; its own where nothing is kept
 */
record SqlLineage(SqlChanges.Goal goal, boolean keeps, TableName name) {
    private static final int SINCE = 3;

    static SqlLineage of(SqlChanges.Goal goal) {
        boolean keeps = goal.spread().format() >= SINCE;
        return new SqlLineage(
                goal,
                keeps,
                keeps
                        ? new TableName(
                                List.of(
                                        "domicile_"
                                                + UUID.randomUUID().toString().replace("-", "")))
                        : new TableName(SqlChanges.path(goal.name())));
    }

    /** How a name is resolved that is not ours. */
    interface Resolver {
        Answer<Relation> resolve(TableName name, At at, List<String> around);
    }

    Answer<Relation> resolve(TableName asked, At at, List<String> around, Resolver resolver) {
        return keeps && asked.equals(name)
                ? resolver.resolve(new TableName(SqlChanges.path(goal.name())), at, List.of())
                        .then(found ->
                                Answer.of(
                                        found instanceof CatalogTable table
                                                ? Lineage.of(table)
                                                : found))
                : resolver.resolve(asked, at, around);
    }

    /** What stands behind FROM. @param alias empty for none */
    String from(String alias) {
        return keeps
                ? name.quoted()
                        + " AS "
                        + Target.quoted(alias.isEmpty() ? goal.name().name() : alias)
                : SqlChanges.from(goal, alias);
    }

    /** Columns of rows that stay as they are. @param before with a dot; empty for none */
    List<String> kept(String before) {
        return keeps
                ? List.of(
                        before + Target.quoted(Lineage.ROW),
                        before + Target.quoted(Lineage.WRITTEN))
                : List.of();
    }

    /**
     * Columns of rows of which some change: these are written by the commit that comes, which null
     * says.
     *
     * @param changes what is true of those that do
     */
    List<String> written(String before, String changes) {
        return keeps
                ? List.of(
                        before + Target.quoted(Lineage.ROW),
                        "CASE WHEN %s THEN NULL ELSE %s END AS %s"
                                .formatted(
                                        changes,
                                        before + Target.quoted(Lineage.WRITTEN),
                                        Target.quoted(Lineage.WRITTEN)))
                : List.of();
    }

    /** Columns of rows that are new. */
    List<String> none() {
        return keeps ? List.of("CAST(NULL AS BIGINT)", "CAST(NULL AS BIGINT)") : List.of();
    }

    /** What is written. */
    List<Target.Slot> slots() {
        List<Target.Slot> own = SqlChanges.slots(goal.shape().columns());
        return keeps ? Lineage.slots(own) : own;
    }
}
