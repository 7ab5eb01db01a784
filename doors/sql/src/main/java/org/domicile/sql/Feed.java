package org.domicile.sql;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.domicile.postgres.BinaryFormat;
import org.domicile.postgres.Field;
import org.domicile.postgres.Missing;
import org.domicile.postgres.TextFormat;

/** Rows of one statement, pulled one by one. Owned by the connection's thread. */
interface Feed extends AutoCloseable {
    /** Columns. */
    List<Field> fields();

    /**
     * Puts the next row as a DataRow.
     *
     * @param formats as Bind gave them
     * @return false after the last
     */
    boolean put(Outgoing out, List<Integer> formats) throws IOException;

    /** The next row as values; empty after the last. */
    Optional<Object[]> next();

    /** The use as {@code organisation/node/number}; empty for none. */
    String use();

    /** What was done, as PostgreSQL says it; empty of what has rows. */
    default String tag() {
        return "";
    }

    @Override
    void close();

    /** Format of a column. */
    static boolean binary(List<Integer> formats, int column) {
        return switch (formats.size()) {
            case 0 -> false;
            case 1 -> formats.getFirst() == 1;
            default -> formats.get(column) == 1;
        };
    }

    /** Puts a value, or a NULL. */
    static void put(Outgoing out, Field field, Object value, boolean binary, TextFormat format) {
        if (value == Missing.NULL) {
            out.int32(-1);
        } else if (binary) {
            out.value(BinaryFormat.write(field.type(), value));
        } else {
            out.value(
                    format.write(field.type(), value)
                            .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    /** What has no rows. */
    record Done(String tag, String use) implements Feed {
        @Override
        public List<Field> fields() {
            return List.of();
        }

        @Override
        public boolean put(Outgoing out, List<Integer> formats) {
            return false;
        }

        @Override
        public Optional<Object[]> next() {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }

    /** Rows that are all there. */
    final class Ready implements Feed {
        private final List<Field> fields;
        private final List<Object[]> rows;
        private final TextFormat format;
        private final String use;
        private int at;

        Ready(List<Field> fields, List<Object[]> rows, TextFormat format, String use) {
            this.fields = fields;
            this.rows = rows;
            this.format = format;
            this.use = use;
        }

        @Override
        public List<Field> fields() {
            return fields;
        }

        @Override
        public boolean put(Outgoing out, List<Integer> formats) throws IOException {
            Optional<Object[]> row = next();
            if (row.isEmpty()) {
                return false;
            }
            out.begin('D').int16(fields.size());
            for (int i = 0; i < fields.size(); i++) {
                Feed.put(out, fields.get(i), row.get()[i], binary(formats, i), format);
            }
            out.end();
            return true;
        }

        @Override
        public Optional<Object[]> next() {
            return at < rows.size() ? Optional.of(rows.get(at++)) : Optional.empty();
        }

        @Override
        public String use() {
            return use;
        }

        @Override
        public void close() {}
    }

    /** Some rows of another one, which stays open. */
    final class Part implements Feed {
        private final Feed whole;
        private long left;

        /**
         * @param most -1 for all
         */
        Part(Feed whole, long most) {
            this.whole = whole;
            this.left = most < 0 ? Long.MAX_VALUE : most;
        }

        @Override
        public List<Field> fields() {
            return whole.fields();
        }

        @Override
        public boolean put(Outgoing out, List<Integer> formats) throws IOException {
            return left-- > 0 && whole.put(out, formats);
        }

        @Override
        public Optional<Object[]> next() {
            return left-- > 0 ? whole.next() : Optional.empty();
        }

        @Override
        public String use() {
            return "";
        }

        @Override
        public void close() {}
    }
}
