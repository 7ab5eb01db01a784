package org.domicile.query;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@link ReadingQueries} whose sessions write, too: the one row of a statement becomes a file of
 * one row, and a file from outside one of as many rows as it has lines. So that what is done with
 * what was written can be tested without workers.
 */
public final class WritingQueries implements Queries {
    private static final Pattern TABLE = Pattern.compile("FROM \"([^\"]+)\"\\.\"([^\"]+)\"");

    private static final Pattern PLACE = Pattern.compile("'(s3://[^']+)'");

    private final ReadingQueries reading;

    /** Where nobody has limits of its own. */
    public WritingQueries() {
        this(LimitTable.none());
    }

    /** Where organisations may. */
    public WritingQueries(LimitTable limits) {
        this.reading = new ReadingQueries(limits);
    }

    @Override
    public LimitTable limits() {
        return reading.limits();
    }

    @Override
    public Answer<Session> begin(String organisation, String zone) {
        return reading.begin(organisation, zone).then(session -> Answer.of(new Writer(session)));
    }

    @Override
    public Standing standing() {
        return reading.standing();
    }

    @Override
    public void close() {
        reading.close();
    }

    private record Writer(Session session) implements Session {
        @Override
        public Answer<Prepared> prepare(String sql, Sources sources) {
            return session.prepare(sql, sources);
        }

        @Override
        public Answer<Rows> run(String sql, List<Value> parameters, Sources sources) {
            return sql.startsWith("SELECT ")
                    ? looked(sql, sources).then(_ -> Answer.of(new Count()))
                    : session.run(sql, parameters, sources);
        }

        /**
         * What the guard itself asks of a table: all its files are asked for, and a row counted.
         */
        private static Answer<Boolean> looked(String sql, Sources sources) {
            Matcher table = TABLE.matcher(sql);
            if (!table.find()) {
                return Answer.failed(Failure.SYNTAX, "not known here: " + sql);
            }
            Matcher place = PLACE.matcher(sql);
            while (place.find()) {
                Answer<Relation> source =
                        sources.resolve(
                                new TableName(List.of(place.group(1))), new At.Now(), List.of());
                if (source instanceof Answer.Failed<Relation>(Failure failure)) {
                    return Answer.failed(failure);
                }
            }
            return sources.resolve(
                            new TableName(List.of(table.group(1), table.group(2))),
                            new At.Now(),
                            List.of())
                    .then(relation ->
                            sources.files((CatalogTable) relation, Wanted.ALL)
                                    .then(files -> Answer.of(!files.isEmpty())));
        }

        @Override
        public Answer<List<String>> varying(String select, Sources sources) {
            return Answer.of(select.contains("random()") ? List.of("random") : List.of());
        }

        @Override
        public Answer<Written> write(
                String select, List<Value> parameters, Target target, Sources sources) {
            if (select.startsWith("SELECT ")) {
                return looked(select, sources).then(_ -> Answer.of(new One("kept", 1)));
            }
            return session.run(select, parameters, sources)
                    .then(rows -> {
                        try (rows) {
                            return rows.next()
                                    .then(batch ->
                                            Answer.of(
                                                    (Written)
                                                            new One(
                                                                    ReadingQueries.text(
                                                                            batch.orElseThrow()),
                                                                    1)));
                        }
                    });
        }

        /** Of each column, one value, and a sketch that is none. */
        @Override
        public Answer<List<Sketch>> sketch(String select, Sources sources) {
            int columns = select.substring(0, select.indexOf(" FROM ")).split(", ").length;
            return looked(select, sources)
                    .then(_ ->
                            Answer.of(Collections.nCopies(columns, new Sketch(1, new byte[] {7}))));
        }

        @Override
        public Answer<Arrived> arrive(InputStream in) throws IOException {
            return Answer.of(new Lines(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        }

        @Override
        public void cancel() {
            session.cancel();
        }

        @Override
        public boolean alive() {
            return session.alive();
        }

        @Override
        public void close() {
            session.close();
        }
    }

    /** One row was counted, and of a MERGE it matches one. */
    private static final class Count implements Rows {
        private boolean given;

        @Override
        public List<Column> columns() {
            return List.of(
                    new Column("changed", Type.Simple.BIGINT),
                    new Column("matched", Type.Simple.BIGINT),
                    new Column("new", Type.Simple.BIGINT));
        }

        private static Vector number(long number) {
            return new Vector.Longs(new long[] {number}, new BitSet());
        }

        @Override
        public Answer<Optional<Batch>> next() {
            boolean more = !given;
            given = true;
            return Answer.of(
                    more
                            ? Optional.of(new Batch(1, List.of(number(1), number(1), number(0))))
                            : Optional.empty());
        }

        @Override
        public void close() {}
    }

    /** What fits into a file of the kind that is made here. */
    private static final int SHORT = 40;

    /** A file from outside, with one column. */
    private record Lines(String text) implements Arrived {
        @Override
        public long size() {
            return text.length();
        }

        @Override
        public Answer<List<Column>> guess(Intake intake) {
            return Answer.of(List.of(new Column("n", Type.Simple.VARCHAR)));
        }

        @Override
        public Answer<Taken> write(Intake intake, Target.Parquet target) {
            String kept = text.length() > SHORT ? "rows" : text;
            return Answer.of(new Taken(new One(kept, text.lines().count()), List.of()));
        }

        @Override
        public void close() {}
    }

    /** What was written. */
    private record One(String text, long rows) implements Written {
        private byte[] bytes() {
            return TinyParquet.bytes('n', text);
        }

        @Override
        public long size() {
            return bytes().length;
        }

        @Override
        public Measures measures() {
            return new Measures(rows, List.of(), List.of());
        }

        @Override
        public InputStream read() {
            return new ByteArrayInputStream(bytes());
        }

        @Override
        public void close() {}
    }
}
