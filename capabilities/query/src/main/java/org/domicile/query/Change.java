package org.domicile.query;

import java.util.List;
import java.util.Optional;
import org.domicile.postgres.Lexer;
import org.domicile.postgres.Token;

/**
 * What a statement that changes something asks for. The statement's head is read here; what it
 * embeds, a SELECT, a condition, an expression, stays the text that it is, and is the engine's to
 * take apart.
 */
public sealed interface Change {
    /** What a text asks to be changed; empty for what reads, or is nothing of this. */
    static Answer<Optional<Change>> of(String sql) {
        return ChangeReading.of(sql);
    }

    /** A text of SQL within the statement. @param at where it begins, counted from 0 */
    record Text(String sql, int at) {
        /** The same with a null in each parameter's place: it can be cast to whatever is said. */
        public String withoutParameters() {
            StringBuilder text = new StringBuilder();
            int from = 0;
            for (Token each : parameters()) {
                text.append(sql, from, each.start()).append(NOTHING);
                from = each.end();
            }
            return text.append(sql, from, sql.length()).toString();
        }

        /**
         * Where in this text it is what stands at a place of {@link #withoutParameters}.
         *
         * @param position counted from 1; 0 stays 0
         */
        public int position(int position) {
            int longer = 0;
            for (Token each : parameters()) {
                int begin = each.start() + longer;
                if (position - 1 < begin + NOTHING.length()) {
                    return Math.min(position - longer, each.end());
                }
                longer += NOTHING.length() - (each.end() - each.start());
            }
            return position - longer;
        }

        private List<Token> parameters() {
            return Lexer.words(sql).stream()
                    .filter(each -> each.kind() == Token.Kind.PARAMETER)
                    .toList();
        }

        private static final String NOTHING = "NULL";
    }

    /** What becomes of a name that is taken already, or is not there. */
    enum Otherwise {
        FAIL,
        /** IF NOT EXISTS, IF EXISTS: then there is nothing to do. */
        NOTHING,
        /** OR REPLACE: the one that is there goes. */
        REPLACE
    }

    /** Whether a column may be null. */
    enum Presence {
        REQUIRED,
        OPTIONAL
    }

    /** A column of a table that is made. */
    record Made(String name, Type type, Presence presence) {}

    /** CREATE SCHEMA. */
    record CreateSchema(List<String> name, Otherwise taken) implements Change {}

    /** DROP SCHEMA. */
    record DropSchema(List<String> name, Otherwise absent) implements Change {}

    /**
     * A field of PARTITIONED BY.
     *
     * @param column with the members that lead to it
     * @param width of BUCKET and TRUNCATE; 0 otherwise
     */
    record Part(List<String> column, By by, int width) {
        /** They are the record's own. */
        public Part {
            column = List.copyOf(column);
        }
    }

    /** What a field makes of its column. */
    enum By {
        IDENTITY,
        BUCKET,
        TRUNCATE,
        YEAR,
        MONTH,
        DAY,
        HOUR
    }

    /** CREATE TABLE with columns. @param parts its partitioning; empty for none */
    record CreateTable(List<String> table, Otherwise taken, List<Made> columns, List<Part> parts)
            implements Change {
        /** They are the record's own. */
        public CreateTable {
            table = List.copyOf(table);
            columns = List.copyOf(columns);
            parts = List.copyOf(parts);
        }
    }

    /**
     * CREATE TABLE … AS.
     *
     * @param names of the columns; empty for those of the SELECT
     * @param parts its partitioning; empty for none
     * @param rows whether its rows come along, or the columns alone (WITH NO DATA)
     */
    record CreateTableAs(
            List<String> table,
            Otherwise taken,
            List<String> names,
            List<Part> parts,
            Rows rows,
            Text select)
            implements Change {
        /** They are the record's own. */
        public CreateTableAs {
            table = List.copyOf(table);
            names = List.copyOf(names);
            parts = List.copyOf(parts);
        }
    }

    /** Whether rows come along. */
    enum Rows {
        ALL,
        NONE
    }

    /** DROP TABLE. Files go too. */
    record DropTable(List<String> table, Otherwise absent) implements Change {}

    /**
     * CREATE VIEW.
     *
     * @param names of its first columns; empty for those of the SELECT
     */
    record CreateView(List<String> view, Otherwise taken, List<String> names, Text select)
            implements Change {}

    /** DROP VIEW. */
    record DropView(List<String> view, Otherwise absent) implements Change {}

    /** ALTER VIEW … RENAME TO. @param to within its namespace */
    record RenameView(List<String> view, Otherwise absent, String to) implements Change {}

    /** TRUNCATE. */
    record Truncate(List<String> table) implements Change {}

    /** ALTER TABLE … EXECUTE optimize: small files become larger ones, and deletes are applied. */
    record Compact(List<String> table) implements Change {}

    /**
     * INSERT.
     *
     * @param columns as named; empty for all
     * @param select its rows
     */
    record Insert(List<String> table, List<String> columns, Text select) implements Change {}

    /**
     * DELETE.
     *
     * @param alias of the table; empty for none
     * @param where empty for all rows
     */
    record Delete(List<String> table, String alias, Optional<Text> where) implements Change {}

    /** UPDATE. @param from what else is read; empty for nothing */
    record Update(List<String> table, String alias, List<Set> sets, Optional<Text> where)
            implements Change {}

    /** One of SET. */
    record Set(String column, Text value) {}

    /**
     * MERGE.
     *
     * @param alias of the table; empty for none
     * @param source what it is merged with, as FROM has it or a SELECT in parentheses
     * @param called how the source is called
     * @param on when two rows match
     * @param whens in their order: the first whose condition holds is what is done
     */
    record Merge(
            List<String> table, String alias, Text source, String called, Text on, List<When> whens)
            implements Change {
        /** They are the record's own. */
        public Merge {
            whens = List.copyOf(whens);
        }
    }

    /** One of WHEN. @param and what has to hold besides; empty for nothing */
    record When(Match match, Optional<Text> and, Then then) {}

    /** Of which rows. */
    enum Match {
        /** Of the table, with one of the source that matches. */
        MATCHED,
        /** Of the source, with none of the table that matches. */
        NOT_MATCHED
    }

    /** What is done with a row. */
    sealed interface Then {
        /** UPDATE. */
        record Update(List<Set> sets) implements Then {}

        /** DELETE. */
        record Delete() implements Then {}

        /** INSERT. @param columns empty for all */
        record Insert(List<String> columns, List<Text> values) implements Then {}

        /** DO NOTHING. */
        record Nothing() implements Then {}
    }

    /** ALTER TABLE of one thing. */
    record Alter(List<String> table, Otherwise absent, Alteration what) implements Change {}

    /** What is altered. */
    sealed interface Alteration {
        /** ADD COLUMN. */
        record Add(Made column, Otherwise taken) implements Alteration {}

        /** DROP COLUMN. */
        record Drop(String column, Otherwise absent) implements Alteration {}

        /** RENAME COLUMN. */
        record RenameColumn(String column, String to) implements Alteration {}

        /** RENAME TO. */
        record Rename(String to) implements Alteration {}

        /** ALTER COLUMN … TYPE. */
        record Retype(String column, Type type) implements Alteration {}

        /** ALTER COLUMN … DROP NOT NULL. */
        record Relax(String column) implements Alteration {}
    }

    /** COPY (…) TO a place of a bucket. */
    record CopyTo(Text select, String bucket, String key, Target target) implements Change {}
}
