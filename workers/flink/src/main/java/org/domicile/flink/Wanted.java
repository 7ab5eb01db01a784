package org.domicile.flink;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.domicile.watches.Wire;

/**
 * A watch, as the program describes it.
 *
 * @param begin the moment from which on it reads, in milliseconds; -1 for the oldest record
 * @param time column that says when something happened; empty for none
 * @param late seconds
 */
record Wanted(
        String id,
        String sql,
        String to,
        long begin,
        String time,
        int late,
        String login,
        String secret,
        List<Stream> streams,
        List<Stored> tables) {
    /**
     * A table that may be joined.
     *
     * @param millis after which it is read again
     */
    record Stored(String name, long millis, Map<String, String> columns) {}

    /**
     * A stream that may be named.
     *
     * @param schema the id of the one that has its columns; 0 for none
     * @param parts that it is to have
     * @param columns types by name; none without a schema
     */
    record Stream(String name, int schema, int parts, Map<String, String> columns) {}

    static Wanted of(DataInputStream in) throws IOException {
        String id = Wire.text(in);
        String sql = Wire.text(in);
        String to = Wire.text(in);
        long begin = in.readLong();
        String time = Wire.text(in);
        int late = in.readInt();
        String login = Wire.text(in);
        String secret = Wire.text(in);
        int count = in.readInt();
        List<Stream> streams = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = Wire.text(in);
            int schema = in.readInt();
            streams.add(new Stream(name, schema, in.readInt(), columns(in)));
        }
        int stored = in.readInt();
        List<Stored> tables = new ArrayList<>();
        for (int i = 0; i < stored; i++) {
            tables.add(new Stored(Wire.text(in), in.readLong(), columns(in)));
        }
        return new Wanted(id, sql, to, begin, time, late, login, secret, streams, tables);
    }

    private static Map<String, String> columns(DataInputStream in) throws IOException {
        int wide = in.readInt();
        Map<String, String> columns = new LinkedHashMap<>();
        for (int i = 0; i < wide; i++) {
            columns.put(Wire.text(in), Wire.text(in));
        }
        return columns;
    }
}
