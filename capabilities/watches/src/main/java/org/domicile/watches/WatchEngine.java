package org.domicile.watches;

import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs watches. Safe for concurrent use.
 *
 * <p>What it is asked to run it runs until it is told to stop: a worker that ends is started again,
 * a little later each time, and its watches go on from their last checkpoints.
 */
public interface WatchEngine extends AutoCloseable {
    /** Processes within walls, which start with the first watch. */
    static WatchEngine inWorkers(EngineOptions options) {
        return new Workers(options);
    }

    /** None. @param why a sentence */
    static WatchEngine none(String why) {
        return new NoEngine(why);
    }

    /**
     * Looks at a query, without running it: whether it is one that may run, and what it reads. It
     * starts the worker of the organisation and purpose, which takes some seconds.
     *
     * @param watch with the tables that it may name @param streams what it may name
     */
    Looked look(Watch watch, List<Readable> streams);

    /**
     * Runs a watch, and goes on with it; returns at once.
     *
     * @param streams what it reads
     * @param login as what it comes to the streams; good until it is stopped
     * @param kept keeps its checkpoints
     * @param contents of what it reads
     */
    void start(Watch watch, List<Readable> streams, Login login, Kept kept, Contents contents);

    /**
     * A stream is about to have so many partitions. When it returns, watches that read it take
     * nothing for late that comes into those that are not there yet; it waits for some seconds at
     * most.
     */
    void grows(String stream, int partitions);

    /** Ends one; true when it ran. */
    boolean stop(Watch watch);

    /** How one does; empty for one that it does not run. */
    Optional<Told> told(Watch watch);

    /** Walls that stand around the workers, tried; empty before the first. */
    List<String> standing();

    /** Why there can be no worker, or what got through a wall; empty as long as nothing did. */
    List<String> obstacles();

    /** Numbers of workers and of watches that run. */
    Map<String, Long> figures();

    /** Ends all of them. */
    @Override
    void close();

    /**
     * A stream, as SQL sees it.
     *
     * @param columns types by name, in Flink's SQL; a stream without a schema has none, and is seen
     *     as {@code value} and {@code key}
     * @param schema the id of the schema that has these columns; 0 for none
     */
    record Readable(String name, Map<String, String> columns, int schema) {}

    /** What a watch reads, but for records. */
    interface Contents {
        /**
         * A schema that records of a stream may be written by, as their decoder wants it; empty for
         * any other, of whomever.
         */
        Optional<byte[]> schema(String stream, int id);

        /** How many partitions a stream that it reads has, or is about to have. */
        int partitions(String stream);

        /** The rows of a table that it looks into, as its maker may read them now. */
        Read rows(String table);
    }

    /** What came of reading a table. */
    sealed interface Read {
        /** All of it. @param encoded as {@link TableRows} has them */
        record Rows(byte[] encoded) implements Read {}

        /** Nothing. @param why a sentence, with what to do next */
        record Not(String why) implements Read {}
    }

    /** A log-in to the streams. */
    record Login(String name, String secret) {
        /** Its secret stays out of logs. */
        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * Checkpoints of a watch: one at a time comes, and the last that was kept is the one that
     * counts. May throw {@link org.domicile.bytes.StorageFailure}.
     */
    interface Kept {
        /** Begins one. */
        Keeping begin();

        /** Opens the last that was kept; empty before the first. */
        Optional<Last> last();
    }

    /** A checkpoint that comes in pieces; nothing stays of one that is not kept. */
    interface Keeping extends AutoCloseable {
        /** Takes a piece. */
        void write(byte[] piece);

        /** It takes the place of the one before, whole; durable when it returns. */
        void keep();

        /** Gives up what was not kept. */
        @Override
        void close();
    }

    /** A checkpoint that was kept. @param size bytes @param in to be closed by who asked */
    record Last(long size, InputStream in) {}

    /** What became of a look. */
    sealed interface Looked {
        /** It can run. @param columns of its results, by name */
        record Fine(List<String> sources, List<String> tables, Map<String, String> columns)
                implements Looked {
            /** They are its own. */
            public Fine {
                sources = List.copyOf(sources);
                tables = List.copyOf(tables);
            }
        }

        /** It cannot. @param why a sentence, with what to do next */
        record Wrong(String why) implements Looked {}

        /** Nothing can run now. @param why a sentence */
        record Unready(String why) implements Looked {}
    }

    /** How a watch does. */
    enum State {
        /** Its worker comes up, or it is put together. */
        STARTING,
        /** It runs. */
        RUNNING,
        /** It failed, and is tried again. */
        FAILING
    }

    /**
     * What is known of a watch.
     *
     * @param in records that it has read since its worker started
     * @param out records that it has published since then
     * @param passed records of those that it has passed over, because they do not fit
     * @param missed places in its streams whose records had gone before it read them; some may have
     *     held none
     * @param lag records that are there and not read yet; -1 while that is not known
     * @param rate records a second that it read in the last seconds
     * @param checkpoint when the last one was kept
     * @param size bytes of it
     * @param error why it failed last; empty when it did not
     */
    record Told(
            State state,
            long in,
            long out,
            long passed,
            long missed,
            long lag,
            double rate,
            Optional<Instant> checkpoint,
            long size,
            String error) {}
}
