package org.domicile.guard;

import java.util.List;
import java.util.Optional;
import org.domicile.query.Answer;
import org.domicile.query.Batch;
import org.domicile.query.Column;
import org.domicile.query.Prepared;
import org.domicile.query.Value;
import org.domicile.request.Request;

/**
 * SQL for doors. A refusal by policy is an {@link Answer.Failed} of 42501 with the sentence that
 * {@link Refused} has, and on record like any; {@link org.domicile.bytes.StorageFailure} is thrown
 * as everywhere.
 */
public interface GuardedSql {
    /**
     * sql:Connect: begins a session for a caller. Each later request of it has to be by the same
     * credential.
     *
     * @param zone IANA name of the session's time zone
     */
    Answer<Connection> connect(Request request, String zone);

    /**
     * sql:ReadCatalog: names and columns of what a caller may load, and no rows.
     *
     * @throws Refused when it may not ask; that is on record then
     */
    SqlNames names(Request request);

    /**
     * One session. Owned by the thread that serves the connection, but for {@link #cancel}.
     *
     * <p>Each method that takes a request takes one of its own for each statement; its deadline is
     * kept.
     */
    interface Connection extends AutoCloseable {
        /**
         * What a statement is. sql:Describe where an object has to be looked into that no plan has
         * seen, and where the session is told for the first time what a table of the catalog looks
         * like; else no use: nothing of the data is shown.
         */
        Answer<Prepared> prepare(Request request, String sql);

        /**
         * sql:Select: carries a statement out, as one use of all that it reads. sql:Describe before
         * it, for each table of which something has to be read to know its files that no plan has
         * seen.
         *
         * @param parameters for {@code $1}, {@code $2} and so on
         */
        Answer<Result> run(Request request, String sql, List<Value> parameters);

        /**
         * In which namespace names without one are looked up from now on.
         *
         * @param namespace its levels with a dot between; empty for none
         */
        void within(String namespace);

        /** Ends what runs. Any thread may call it. */
        void cancel();

        /** Whether it can still run statements; after 57P01 it cannot. */
        boolean alive();

        @Override
        void close();
    }

    /** Rows of a statement, as {@link org.domicile.query.Rows}; to be closed before the next. */
    interface Result extends AutoCloseable {
        /** The use as {@code organisation/node/number}. */
        String use();

        /** Columns of the result. */
        List<Column> columns();

        /** The next rows; empty after the last. */
        Answer<Optional<Batch>> next();

        @Override
        void close();
    }
}
