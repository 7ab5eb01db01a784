package org.domicile.guard;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.request.Request;
import org.domicile.streams.Stream;
import org.domicile.watches.Watch;
import org.domicile.watches.WatchEngine;

/**
 * Watches for doors.
 *
 * <p>Who makes one has to be let to read what it reads and to publish where it publishes, and the
 * target has to keep all that labels say of the sources. It acts from then on as its maker's
 * credential: each of its accesses to a stream is decided about and stands on record like any of
 * its maker's, and ends when that may not any more. Tables of the catalog that it looks into are
 * read as SQL of that credential, when the watch starts and now and then, and it reads and
 * publishes nothing once that may not. A watch is seen and stopped under its own purpose.
 *
 * <p>Safe for concurrent use. May throw {@link Refused}, on record then, {@link WatchRefusal}, and
 * {@link org.domicile.bytes.StorageFailure} as everywhere.
 */
public interface GuardedWatches extends AutoCloseable {
    /** Whether the caller may make one: asked before it may send its query. */
    void mayCreate(Request request, String name);

    /**
     * watches:CreateWatch: looks at a query, and has it run from now on. Where there is no stream
     * for its results, and the caller may make it (streams:CreateStream), one is made, once all
     * else is known to be well.
     */
    Made create(Request request, Wanted wanted);

    /** watches:ListWatches: those of the caller's organisation and purpose. */
    Listed list(Request request);

    /** watches:ShowWatch: what one is, and how it does. */
    Shown show(Request request, String name);

    /** watches:StopWatch: ends one, for good. */
    Shown stop(Request request, String name);

    /** Has all watches run that are on record, from where they were. */
    void settle();

    /** Log-ins of those that run. */
    WorkerLogins logins();

    /** Ends what runs; it goes on with the next program. */
    @Override
    void close();

    /**
     * A watch that somebody wants.
     *
     * @param time empty for what windows say, or when records came
     */
    record Wanted(String name, String sql, String to, String time, int late, Watch.From from) {}

    /**
     * A watch.
     *
     * @param told empty for one that does not run
     * @param use as {@code organisation/node/number}
     */
    record Shown(Watch watch, Optional<WatchEngine.Told> told, String use) {}

    /**
     * A watch that was made.
     *
     * @param to the stream that was made for its results; empty where it was there
     */
    record Made(Shown shown, Optional<Stream> to) {}

    /** Watches, by name, each as {@link Shown} without a use. */
    record Listed(List<Shown> watches, String use) {
        /** They are the record's own. */
        public Listed {
            watches = List.copyOf(watches);
        }
    }

    /** What streams hold, for SQL. */
    interface Columns {
        /** By its newest schema. */
        Held of(Stream stream);

        /**
         * A schema that records of a stream may be written by, as the engine's decoder wants it:
         * one of its own, or of its own past; empty for any other, of whomever.
         */
        Optional<byte[]> written(Stream stream, int schema);
    }

    /**
     * What a stream holds.
     *
     * @param columns types by name, in Flink's SQL; none for a stream without a schema
     * @param schema the id of the one that has them; 0 for none
     */
    record Held(Map<String, String> columns, int schema) {
        /** Of a stream without a schema. */
        public static final Held PLAIN = new Held(Map.of(), 0);
    }
}
