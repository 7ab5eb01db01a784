package org.domicile.duckdb;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.domicile.query.Batch;
import org.domicile.query.Column;

/** The rows of one statement on their way out. */
final class Result {
    private static final int ROWS = 8_192;
    private static final int LOOK = 1_024;

    /** Cells of a batch: wide rows come in smaller ones. */
    private static final int CELLS = 131_072;

    /** Bytes of one after which it takes no more rows. */
    private static final long FULL = 1 << 20;

    private final PreparedStatement statement;
    private final ResultSet rows;
    private final List<Column> columns;
    private final List<Filler> fillers;
    private final List<Filler> growing = new ArrayList<>();
    private final int most;

    /** Types of the engine whose numbers the driver gives as they are. */
    private static final Set<String> NUMBERS =
            Set.of("INTEGER", "BIGINT", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE");

    Result(PreparedStatement statement, ResultSet rows, List<Column> columns) throws SQLException {
        this.statement = statement;
        this.rows = rows;
        this.columns = columns;
        this.fillers = columns.stream().map(column -> Filler.of(column.type())).toList();
        for (int i = 0; i < columns.size(); i++) {
            if (fillers.get(i).grows()) {
                growing.add(fillers.get(i));
            }
            if (NUMBERS.contains(rows.getMetaData().getColumnTypeName(i + 1))) {
                fillers.get(i).takeNumbers();
            }
        }
        this.most = Math.clamp(CELLS / Math.max(1, columns.size()), LOOK / 16, ROWS);
    }

    List<Column> columns() {
        return columns;
    }

    /**
     * The next ones; none at the end.
     *
     * @throws Filler.TooLarge when a value is
     */
    Batch next() throws SQLException {
        fillers.forEach(Filler::clear);
        int count = 0;
        long before = 0;
        while (count < most && before < FULL && rows.next()) {
            for (int i = 0; i < fillers.size(); i++) {
                fillers.get(i).add(rows, i + 1);
            }
            count++;
            long now = bytes();
            if (now - before > Filler.LARGEST) {
                throw new Filler.TooLarge(now - before);
            }
            before = now;
        }
        return new Batch(count, fillers.stream().map(Filler::vector).toList());
    }

    private long bytes() {
        long sum = 0;
        for (Filler filler : growing) {
            sum += filler.bytes();
        }
        return sum;
    }

    void close() throws SQLException {
        try (statement) {
            rows.close();
        }
    }
}
