package org.domicile.query;

import java.util.List;

/** A file that came from outside, in the staging of a session, until it is closed. */
public interface Arrived extends AutoCloseable {
    /** Most rows that may be left out of one file. */
    int MOST_REJECTED = 100_000;

    /** Bytes. */
    long size();

    /** Columns as the engine guesses them; reads all of it. */
    Answer<List<Column>> guess(Intake intake);

    /**
     * Its rows as a file of a table.
     *
     * @param intake whose columns are known, but of Parquet
     */
    Answer<Taken> write(Intake intake, Target.Parquet target);

    @Override
    void close();

    /** What was written, and what was left out. */
    record Taken(Written written, List<Rejected> rejected) {
        /** They are the record's own. */
        public Taken {
            rejected = List.copyOf(rejected);
        }
    }

    /**
     * A row that is none.
     *
     * @param line in the file, counted from 1
     * @param why a sentence
     * @param text the line itself
     */
    record Rejected(long line, String why, String text) {}
}
