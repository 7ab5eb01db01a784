package org.domicile.guard;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.query.Answer;
import org.domicile.query.Arrived;
import org.domicile.query.Batch;
import org.domicile.query.Column;
import org.domicile.query.Failure;
import org.domicile.query.Intake;
import org.domicile.query.Limits;
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
     * admin:ReadSqlLimits: what SQL of an organisation may take.
     *
     * @param operator an operator's request
     * @throws Administration.Impossible with a sentence
     */
    SqlLimits limits(Request operator, String organisation);

    /**
     * admin:SetSqlLimits: sets it, for sessions that begin afterwards.
     *
     * @param operator an operator's request
     * @param limits empty for the usual ones
     * @throws Administration.Impossible with a sentence
     */
    SqlLimits limit(Request operator, String organisation, Optional<Limits> limits);

    /** Rules of tables, which SQL keeps, under an operator's request. */
    GuardedRules rules(Request operator);

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
         * seen. One that changes a table is another use, sql:Insert and others, in the commit that
         * makes the change; the table is decided about before anything is read, as the catalog's
         * own action on it is (iceberg:CommitTable and others). What is known of the data that it
         * reads stays with the table, or nothing is made.
         *
         * @param parameters for {@code $1}, {@code $2} and so on
         */
        Answer<Result> run(Request request, String sql, List<Value> parameters);

        /**
         * sql:Select: what a SELECT answers, as one Parquet file. It is whole before its first byte
         * is read, and counts among what the session's staging holds until it is closed.
         */
        default Answer<Parquet> parquet(Request request, String select) {
            return Answer.failed(Failure.NOT_HERE, "This engine makes no files.");
        }

        /**
         * sql:Load: the rows of a file come into a table, which is made if it is to be. It is
         * parsed by the session's worker and nowhere else, and what cannot be read in it is a
         * failure that names the line. All of it comes, less what is left out and told, or nothing.
         *
         * @param file from its begin to its end
         * @throws IOException when it does not come
         */
        default Answer<Came> load(Request request, Load load, InputStream file) throws IOException {
            return Answer.failed(Failure.NOT_HERE, "This engine takes no files.");
        }

        /**
         * sql:Describe: whether all rows of a file could come into a table, as {@link #load} would
         * have it; none comes. So a file of several parts is known to be whole before its first.
         *
         * @param load whose intake says the columns where the table is not there yet
         * @param file from its begin to its end
         * @return its rows, and no columns; -1 for those that are there already
         * @throws IOException when it does not come
         */
        default Answer<Came> check(Request request, Load load, InputStream file)
                throws IOException {
            return Answer.failed(Failure.NOT_HERE, "This engine takes no files.");
        }

        /**
         * What the columns of a file seem to be. It is no use: nothing is kept and none is shown.
         */
        default Answer<List<Column>> guess(Request request, Intake intake, InputStream file)
                throws IOException {
            return Answer.failed(Failure.NOT_HERE, "This engine takes no files.");
        }

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

    /**
     * A file that is loaded.
     *
     * @param table its name, the namespace first
     * @param columns that it has by their place; empty to find them by their names
     * @param matching how its columns find the table's
     * @param absent what becomes of a table that is not there
     * @param part what the snapshot says of itself; where the table has one that says it already,
     *     nothing comes again. Empty for nothing
     */
    record Load(
            List<String> table,
            List<String> columns,
            Matching matching,
            Intake intake,
            Absent absent,
            Map<String, String> part) {
        /** They are the record's own. */
        public Load {
            table = List.copyOf(table);
            columns = List.copyOf(columns);
            part = Map.copyOf(part);
        }
    }

    /** How columns of a file find those of a table. */
    enum Matching {
        NAME,
        PLACE
    }

    /** What becomes of a table that is not there. */
    enum Absent {
        FAILS,
        MADE
    }

    /**
     * What came of a file.
     *
     * @param rows that came; -1 when they were there already
     * @param columns of the table that was made; empty of one that was there
     * @param rejected what was left out
     */
    record Came(long rows, List<Column> columns, List<Arrived.Rejected> rejected, String use) {
        /** They are the record's own. */
        public Came {
            columns = List.copyOf(columns);
            rejected = List.copyOf(rejected);
        }
    }

    /** A Parquet file; to be closed before the next statement. */
    interface Parquet extends AutoCloseable {
        /** The use as {@code organisation/node/number}. */
        String use();

        /** How many are in it. */
        long rows();

        /** The file from its begin. */
        InputStream read() throws IOException;

        @Override
        void close();
    }

    /** Rows of a statement, as {@link org.domicile.query.Rows}; to be closed before the next. */
    interface Result extends AutoCloseable {
        /** The use as {@code organisation/node/number}. */
        String use();

        /**
         * What was done, as PostgreSQL says it ({@code INSERT 0 3}); empty of what has rows. There
         * are no columns and no rows then, and all of it is on record and durable.
         */
        String tag();

        /** Columns of the result. */
        List<Column> columns();

        /** The next rows; empty after the last. */
        Answer<Optional<Batch>> next();

        @Override
        void close();
    }
}
