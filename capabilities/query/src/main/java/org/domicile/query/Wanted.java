package org.domicile.query;

import java.util.List;

/**
 * Which rows of a table a statement can use: files that hold none of them are left out. A bound
 * from above, since the engine filters rows anyway.
 */
public sealed interface Wanted {
    /** All of them. */
    Wanted ALL = new All();

    /** All of them. */
    record All() implements Wanted {}

    /** What all of them want. */
    record And(List<Wanted> of) implements Wanted {
        /** They are the record's own. */
        public And {
            of = List.copyOf(of);
        }
    }

    /** What any of them wants. */
    record Or(List<Wanted> of) implements Wanted {
        /** They are the record's own. */
        public Or {
            of = List.copyOf(of);
        }
    }

    /** A column against a constant. */
    record Compare(String column, Operator operator, Constant constant) implements Wanted {}

    /** A column that is one of some constants. */
    record In(String column, List<Constant> constants) implements Wanted {
        /** They are the record's own. */
        public In {
            constants = List.copyOf(constants);
        }
    }

    /** A column whose text begins so. */
    record StartsWith(String column, String prefix) implements Wanted {}

    /** How a column is compared. */
    enum Operator {
        EQUAL,
        LESS,
        AT_MOST,
        GREATER,
        AT_LEAST
    }

    /**
     * A constant.
     *
     * @param kind what it was in the statement @param text as SQL writes it, without quotes
     */
    record Constant(Kind kind, String text) {}

    /** What a constant is. */
    enum Kind {
        TRUTH,
        WHOLE,
        EXACT,
        /** A text, which the column's type says what it means as. */
        TEXT,
        /** A text that was cast to a day. */
        DAY,
        /** A text that was cast to a moment without a zone. */
        MOMENT
    }
}
