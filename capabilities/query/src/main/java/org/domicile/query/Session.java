package org.domicile.query;

import java.util.List;
import java.util.function.Supplier;

/** One connection: see the package's page. */
public interface Session extends AutoCloseable {
    /**
     * Says what a statement is; reads no data but what describes it. @param sources of whoever asks
     */
    Answer<Prepared> prepare(String sql, Sources sources);

    /**
     * Carries a statement out.
     *
     * @param parameters for {@code $1}, {@code $2} and so on, as many as it has
     * @param sources of whoever asks, asked again for each name
     */
    Answer<Rows> run(String sql, List<Value> parameters, Sources sources);

    /**
     * Runs a statement that reads, and leaves its rows in staging as a file instead of handing them
     * out. One statement like any; the file is there until it is closed, also while others run.
     *
     * @param select a SELECT and nothing else
     * @param target what becomes of its columns
     */
    default Answer<Written> write(
            String select, List<Value> parameters, Target target, Sources sources) {
        return Answer.failed(Failure.NOT_HERE, "This engine writes nothing.");
    }

    /**
     * Runs a statement that reads, and hands out a sketch of each of its columns instead of rows.
     *
     * @param select a SELECT and nothing else, of at most {@link Sketch#MOST_COLUMNS} columns, each
     *     of a type that Iceberg has: no unsigned or short integers, intervals, lists, structs or
     *     maps
     */
    default Answer<List<Sketch>> sketch(String select, Sources sources) {
        return Answer.failed(Failure.NOT_HERE, "This engine counts nothing.");
    }

    /**
     * Functions of a statement, and of the views below it, whose answer is another each time that
     * they are asked ({@code random()}), by the engine's own list of them; in order. {@code
     * tablesample} stands for rows that are taken by chance. Reads no data.
     *
     * @param select a SELECT and nothing else, which need not have a meaning
     */
    default Answer<List<String>> varying(String select, Sources sources) {
        return Answer.of(List.of());
    }

    /**
     * Does some work whose statements see one moment: {@code now()} and {@code current_date} are
     * the same in all of them.
     */
    default <T> Answer<T> together(Supplier<Answer<T>> work) {
        return work.get();
    }

    /**
     * Takes a file from outside into staging, as it is: it is opened by the session's engine alone.
     *
     * @throws java.io.IOException when it does not come
     */
    default Answer<Arrived> arrive(java.io.InputStream in) throws java.io.IOException {
        return Answer.failed(Failure.NOT_HERE, "This engine takes no files.");
    }

    /**
     * Lets go of what was staged of statements before, for other sessions: it would be there again
     * for the next one that reads it. Between statements.
     */
    default void forget() {}

    /**
     * Ends what runs, with 57014 for who waits for it; nothing when nothing runs. Any thread may
     * call it, and it does not wait.
     */
    void cancel();

    /** Whether it can still run statements. */
    boolean alive();

    /** Ends its process, and empties its staging. */
    @Override
    void close();
}
