package org.domicile.launcher;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * A list for people: a line of titles, then one line a thing, columns side by side with two spaces
 * between. What could move the cursor is shown escaped: names come from strangers too.
 */
final class Table {
    private final List<String> titles = new ArrayList<>();
    private final List<Function<Json.Row, String>> cells = new ArrayList<>();
    private final List<Boolean> right = new ArrayList<>();

    /** A column with its text on the left. */
    Table column(String title, Function<Json.Row, String> cell) {
        return column(title, cell, false);
    }

    /** A column that shows a field as it is. */
    Table field(String title, String name) {
        return column(title, row -> row.text(name), false);
    }

    /** A column of numbers. */
    Table number(String title, Function<Json.Row, String> cell) {
        return column(title, cell, true);
    }

    private Table column(String title, Function<Json.Row, String> cell, boolean onTheRight) {
        titles.add(title.toUpperCase(Locale.ROOT));
        cells.add(cell);
        right.add(onTheRight);
        return this;
    }

    void print(PrintWriter out, List<Json.Row> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(titles);
        for (Json.Row row : rows) {
            lines.add(cells.stream().map(cell -> visible(cell.apply(row))).toList());
        }
        int[] widths = new int[titles.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(line.get(i)));
            }
        }
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String pad = " ".repeat(widths[i] - width(line.get(i)));
                text.append(i == 0 ? "" : "  ")
                        .append(right.get(i) ? pad + line.get(i) : line.get(i) + pad);
            }
            out.println(text.toString().stripTrailing());
        }
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    /** The text with control and format characters written as {@code \}u and their number. */
    static String visible(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints()
                .forEach(c -> {
                    int type = Character.getType(c);
                    if (type == Character.CONTROL
                            || type == Character.FORMAT
                            || type == Character.SURROGATE
                            || type == Character.LINE_SEPARATOR
                            || type == Character.PARAGRAPH_SEPARATOR) {
                        shown.append("\\u%04x".formatted(c));
                    } else {
                        shown.appendCodePoint(c);
                    }
                });
        return shown.toString();
    }
}
