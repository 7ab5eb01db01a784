package org.domicile.guard;

import java.util.List;
import org.domicile.query.Column;

/**
 * Names that a caller may know of: those of tables and views that it may load.
 *
 * @param use as {@code organisation/node/number}
 */
public record SqlNames(List<Namespace> namespaces, String use) {
    /** They are the record's own. */
    public SqlNames {
        namespaces = List.copyOf(namespaces);
    }

    /** A namespace. @param name its levels with a dot between @param comment empty for none */
    public record Namespace(String name, String comment, List<Named> relations) {
        /** They are the record's own. */
        public Namespace {
            relations = List.copyOf(relations);
        }
    }

    /**
     * A table or a view.
     *
     * @param comment empty for none
     * @param definition text of a view; empty for a table
     * @param rows about how many; -1 when nobody knows
     */
    public record Named(
            String name,
            Kind kind,
            String comment,
            String definition,
            long rows,
            List<Attribute> attributes) {
        /** They are the record's own. */
        public Named {
            attributes = List.copyOf(attributes);
        }
    }

    /** What has a name. */
    public enum Kind {
        TABLE,
        VIEW
    }

    /** A column. @param comment empty for none */
    public record Attribute(Column column, Presence presence, String comment) {}

    /** Whether a column is in each row. */
    public enum Presence {
        REQUIRED,
        OPTIONAL
    }
}
