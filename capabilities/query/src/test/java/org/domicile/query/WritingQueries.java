package org.domicile.query;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * {@link ReadingQueries} whose sessions write, too: the one row of a statement becomes a file of one
 * row, and a file from outside one of as many rows as it has lines. So that what is done with what
 * was written can be tested without workers.
 */
public final class WritingQueries implements Queries {
    private final ReadingQueries reading = new ReadingQueries();

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
            return session.run(sql, parameters, sources);
        }

        @Override
        public Answer<Written> write(
                String select, List<Value> parameters, Target target, Sources sources) {
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

        @Override
        public Answer<Arrived> arrive(InputStream in) throws IOException {
            return Answer.of(
                    new Lines(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
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
            return Answer.of(new Taken(new One(text, text.lines().count()), List.of()));
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
