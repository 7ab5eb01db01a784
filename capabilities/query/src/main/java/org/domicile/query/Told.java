package org.domicile.query;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** Rows of an EXPLAIN, with one before the engine's that says what is read and who lets it. */
final class Told implements Rows {
    private static final String KEY = "what is read";

    private final Rows rows;
    private final String text;
    private boolean told;

    private Told(Rows rows, String text) {
        this.rows = rows;
        this.text = text;
    }

    /** The engine's rows are a key and a text each; whatever else they were would stay alone. */
    static Rows of(Rows rows, List<String> lines) {
        boolean fits =
                rows.columns().size() == 2
                        && rows.columns().stream()
                                .allMatch(each -> each.type() == Type.Simple.VARCHAR);
        return fits && !lines.isEmpty() ? new Told(rows, String.join("\n", lines)) : rows;
    }

    @Override
    public List<Column> columns() {
        return rows.columns();
    }

    @Override
    public Answer<Optional<Batch>> next() {
        if (told) {
            return rows.next();
        }
        told = true;
        return Answer.of(Optional.of(new Batch(1, List.of(cell(KEY), cell(text)))));
    }

    private static Vector cell(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new Vector.Runs(bytes, new int[] {bytes.length}, new BitSet());
    }

    @Override
    public void close() {
        rows.close();
    }
}
