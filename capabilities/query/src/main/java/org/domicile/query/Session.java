package org.domicile.query;

import java.util.List;

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
