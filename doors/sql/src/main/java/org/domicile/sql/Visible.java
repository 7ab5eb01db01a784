package org.domicile.sql;

import java.util.List;
import java.util.Optional;
import org.domicile.guard.GuardedSql;
import org.domicile.guard.SqlNames;
import org.domicile.postgres.Field;
import org.domicile.postgres.PgType;
import org.domicile.request.Request;

/**
 * What the guard shows of tables to a caller, for catalogues: names and columns, never rows. Each
 * call is one use. Safe for concurrent use.
 */
public interface Visible {
    /**
     * All namespaces that a caller may know of.
     *
     * @throws org.domicile.guard.Refused when it may not ask
     */
    Seen of(Request request);

    /** Where there are no tables. No use, since nothing is shown. */
    static Visible nothing() {
        return request -> new Seen(List.of(), "");
    }

    /** What a guard shows. */
    static Visible of(GuardedSql sql) {
        return request -> {
            SqlNames names = sql.names(request);
            return new Seen(
                    names.namespaces().stream().map(Visible::namespace).toList(), names.use());
        };
    }

    private static Namespace namespace(SqlNames.Namespace namespace) {
        return new Namespace(
                namespace.name(),
                namespace.comment(),
                namespace.relations().stream().map(Visible::table).toList());
    }

    private static Table table(SqlNames.Named named) {
        return new Table(
                named.name(),
                named.comment(),
                named.kind() == SqlNames.Kind.VIEW
                        ? Optional.of(named.definition())
                        : Optional.empty(),
                named.rows(),
                named.attributes().stream().map(Visible::attribute).toList());
    }

    private static Attribute attribute(SqlNames.Attribute attribute) {
        Field field = Cells.field(attribute.column());
        return new Attribute(
                field.name(),
                field.type(),
                field.modifier(),
                attribute.presence() == SqlNames.Presence.REQUIRED,
                attribute.comment());
    }

    /** What was shown. @param use as {@code organisation/node/number}; empty for none */
    record Seen(List<Namespace> namespaces, String use) {}

    /** A namespace: what SQL calls a schema. @param comment empty for none */
    record Namespace(String name, String comment, List<Table> tables) {}

    /**
     * A table or a view.
     *
     * @param definition of a view; empty for a table
     * @param rows about how many; -1 when nobody knows
     */
    record Table(
            String name,
            String comment,
            Optional<String> definition,
            long rows,
            List<Attribute> attributes) {}

    /**
     * A column.
     *
     * @param modifier PostgreSQL's {@code atttypmod}; -1 for none
     */
    record Attribute(String name, PgType type, int modifier, boolean required, String comment) {}
}
