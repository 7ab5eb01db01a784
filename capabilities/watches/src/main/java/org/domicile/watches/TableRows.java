package org.domicile.watches;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a table on their way to a worker: how many columns (int), then of each row each value as
 * its text in UTF-8 after its length (int; -1 for none). Owned by one thread.
 */
public final class TableRows {
    /** Rows of a table that a watch looks into. */
    public static final int MOST = 100_000;

    /** Bytes of them, as they are encoded. */
    public static final int LARGEST = 4 << 20;

    private final int columns;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);
    private int rows;

    /** None yet. */
    public TableRows(int columns) {
        this.columns = columns;
        try {
            out.writeInt(columns);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
    }

    /** One more. @return false when there are too many, or too much, of them */
    public boolean add(List<? extends @Nullable String> row) {
        if (row.size() != columns) {
            throw new IllegalArgumentException(row.size() + " values for " + columns + " columns");
        }
        try {
            for (String each : row) {
                if (each == null) {
                    out.writeInt(-1);
                } else {
                    Wire.text(out, each);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return ++rows <= MOST && bytes.size() <= LARGEST;
    }

    /** All of them. */
    public byte[] encoded() {
        return bytes.toByteArray();
    }

    /** What {@link #encoded} wrote. @throws IOException when it is nothing of the kind */
    public static List<@Nullable String[]> decoded(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        int columns = in.readInt();
        if (columns < 1 || columns > LARGEST) {
            throw new IOException("a table of " + columns + " columns");
        }
        List<@Nullable String[]> rows = new ArrayList<>();
        while (in.available() > 0) {
            @Nullable String[] row = new @Nullable String[columns];
            for (int i = 0; i < columns; i++) {
                int length = in.readInt();
                if (length > in.available()) {
                    throw new IOException("a value of " + length + " bytes");
                }
                row[i] =
                        length < 0
                                ? null
                                : new String(in.readNBytes(length), StandardCharsets.UTF_8);
            }
            rows.add(row);
        }
        return rows;
    }
}
