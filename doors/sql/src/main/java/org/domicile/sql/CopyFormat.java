package org.domicile.sql;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.postgres.BinaryFormat;
import org.domicile.postgres.Field;
import org.domicile.postgres.Missing;
import org.domicile.postgres.SqlError;
import org.domicile.postgres.TextFormat;

/**
 * How COPY writes rows (PostgreSQL 15's manual, "COPY", file formats).
 *
 * @param kind text, csv or binary
 * @param nothing what stands for NULL
 * @param header whether the first line names the columns
 */
record CopyFormat(
        Kind kind, char delimiter, String nothing, char quote, char escape, boolean header) {
    /** Kinds of COPY. */
    enum Kind {
        TEXT,
        CSV,
        BINARY
    }

    private static final byte[] SIGNATURE = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0
    };

    static CopyFormat of(Map<String, String> options) {
        Kind kind =
                switch (options.getOrDefault("format", "text").toLowerCase(java.util.Locale.ROOT)) {
                    case "text" -> Kind.TEXT;
                    case "csv" -> Kind.CSV;
                    case "binary" -> Kind.BINARY;
                    default ->
                            throw new SqlError(
                                    "22023",
                                    "COPY format \"" + options.get("format") + "\" not recognized");
                };
        for (String name : options.keySet()) {
            switch (name) {
                case "format",
                        "delimiter",
                        "null",
                        "header",
                        "quote",
                        "escape",
                        "encoding",
                        "freeze" -> {}
                default -> throw new SqlError("0A000", "COPY option \"" + name + "\" is not here");
            }
        }
        String encoding =
                options.getOrDefault("encoding", "utf8").toLowerCase(java.util.Locale.ROOT);
        if (!encoding.matches("utf-?8|unicode")) {
            throw new SqlError(
                    "0A000", "COPY is in UTF8 here, and not in " + options.get("encoding"));
        }
        boolean csv = kind == Kind.CSV;
        String header = options.getOrDefault("header", "false").toLowerCase(java.util.Locale.ROOT);
        char quote = single(options, "quote", '"');
        return new CopyFormat(
                kind,
                single(options, "delimiter", csv ? ',' : '\t'),
                options.getOrDefault("null", csv ? "" : "\\N"),
                quote,
                single(options, "escape", quote),
                header.isEmpty()
                        || header.equals("true")
                        || header.equals("on")
                        || header.equals("1"));
    }

    private static char single(Map<String, String> options, String name, char usual) {
        String text = options.get(name);
        if (text == null) {
            return usual;
        }
        if (text.length() != 1 || text.charAt(0) > 0x7f || text.charAt(0) == '\n') {
            throw new SqlError("22023", "COPY " + name + " must be a single one-byte character");
        }
        return text.charAt(0);
    }

    boolean binary() {
        return kind == Kind.BINARY;
    }

    /** What stands before the rows. */
    Optional<byte[]> head(List<Field> fields) {
        if (binary()) {
            byte[] head = java.util.Arrays.copyOf(SIGNATURE, SIGNATURE.length + 8);
            return Optional.of(head);
        }
        if (!header) {
            return Optional.empty();
        }
        StringBuilder line = new StringBuilder();
        for (Field each : fields) {
            line.append(line.isEmpty() ? "" : String.valueOf(delimiter));
            append(line, each.name(), fields.size() == 1);
        }
        return Optional.of(line.append('\n').toString().getBytes(StandardCharsets.UTF_8));
    }

    /** What stands behind them. */
    Optional<byte[]> tail() {
        return binary() ? Optional.of(new byte[] {-1, -1}) : Optional.empty();
    }

    /** One row. */
    byte[] row(List<Field> fields, Object[] row, TextFormat format) throws IOException {
        if (binary()) {
            var bytes = new java.io.ByteArrayOutputStream();
            var out = new java.io.DataOutputStream(bytes);
            out.writeShort(row.length);
            for (int i = 0; i < row.length; i++) {
                if (row[i] == Missing.NULL) {
                    out.writeInt(-1);
                } else {
                    byte[] value = BinaryFormat.write(fields.get(i).type(), row[i]);
                    out.writeInt(value.length);
                    out.write(value);
                }
            }
            return bytes.toByteArray();
        }
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.length; i++) {
            if (i > 0) {
                line.append(delimiter);
            }
            if (row[i] == Missing.NULL) {
                line.append(nothing);
            } else {
                append(line, format.write(fields.get(i).type(), row[i]), row.length == 1);
            }
        }
        return line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    private void append(StringBuilder line, String word, boolean only) {
        if (kind == Kind.CSV) {
            boolean quoted = word.equals(nothing) || only && word.equals("\\.");
            for (int i = 0; !quoted && i < word.length(); i++) {
                char c = word.charAt(i);
                quoted = c == delimiter || c == quote || c == '\n' || c == '\r';
            }
            if (!quoted) {
                line.append(word);
                return;
            }
            line.append(quote);
            for (int i = 0; i < word.length(); i++) {
                char c = word.charAt(i);
                if (c == quote || c == escape) {
                    line.append(escape);
                }
                line.append(c);
            }
            line.append(quote);
            return;
        }
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            switch (c) {
                case '\\' -> line.append("\\\\");
                case '\b' -> line.append("\\b");
                case '\f' -> line.append("\\f");
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                case '\u000b' -> line.append("\\v");
                default -> {
                    if (c == delimiter) {
                        line.append('\\');
                    }
                    line.append(c);
                }
            }
        }
    }
}
