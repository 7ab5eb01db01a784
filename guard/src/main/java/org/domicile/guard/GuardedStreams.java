package org.domicile.guard;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.request.Request;
import org.domicile.streams.Act;
import org.domicile.streams.Admission;
import org.domicile.streams.Stream;
import org.domicile.streams.StreamLog;
import org.domicile.streams.StreamRecord;
import org.domicile.streams.Streams;
import org.domicile.streams.Topic;

/**
 * Streams for doors. A stream is judged as an object of a bucket {@code streams}, by its name, so
 * labels, policies and rules about people mean it like any object.
 *
 * <p><b>A use is a minute.</b> Every access is decided about. The first of a caller (with its
 * credential, from its address) to a stream in a minute is on record, durably, before it is told
 * that it may; when the minute is over, a second entry says how much it was. Minutes that a death
 * left open are closed when the program runs again, with what is known, as "at least".
 *
 * <p>Safe for concurrent use. May throw {@link Refused}, on record then, {@link StreamRefusal}, and
 * {@link org.domicile.bytes.StorageFailure} as everywhere.
 */
public interface GuardedStreams extends AutoCloseable {
    /** Whether the caller may make one: asked before it may send how large it is to be. */
    void mayCreate(Request request, String name);

    /** streams:CreateStream: makes a stream of the caller's organisation, and starts the log. */
    Shown create(Request request, Topic wanted);

    /** Whether the caller may change one. */
    void mayChange(Request request, String name);

    /** streams:ChangeStream: gives it other measures. */
    Shown change(Request request, String name, Streams.Measures measures);

    /** streams:DeleteStream: removes it, with all that is in it. */
    Shown delete(Request request, String name);

    /**
     * streams:CreateTable: its records become rows of a table that is made, those that are there
     * too. Of a stream {@code water.levels} that is the table {@code levels} in the namespace
     * {@code water}, with the columns of its newest schema; what does not fit it becomes a row of
     * {@code levels_unfit}. The caller makes the tables, so it may create them and their namespace.
     */
    Shown table(Request request, String name);

    /** What keeps tables of streams from getting on, in a sentence each. */
    List<String> troubles();

    /** streams:ListStreams: those of the caller's organisation that it may see. */
    Listed list(Request request);

    /** streams:DescribeStream: what one is, and how much is in it. */
    Shown show(Request request, String name);

    /**
     * Whether a caller may do something with a stream now. {@link Act#LIST} that it may not leaves
     * no entry; every other no is on record.
     */
    boolean admits(Request request, Act act, String stream);

    /** Whether policy would let it, for a caller that is told what it may do. No entry is left. */
    boolean may(Request request, Act act, String stream);

    /**
     * Whether it may know of a group or a transaction: its purpose's, or nobody's that it names
     * itself. What it may not leaves no entry.
     *
     * @param listed of one that it did not name
     */
    boolean sees(Request request, Admission.Shared kind, String name, boolean listed);

    /** streams:UseName: whether it may use the name of a group or of a transaction. */
    boolean admits(Request request, Admission.Shared kind, String name);

    /** How much an admitted caller published. */
    void published(Request request, String stream, Admission.Brought brought);

    /** What an admitted caller has got, from an offset to before another. */
    void polled(Request request, String stream, int partition, long from, long to);

    /**
     * streams:Publish: appends records, and returns when they are synced.
     *
     * @param once a key under which they come once within a day, however often it is asked, of at
     *     most 128 characters; empty for none
     */
    Published publish(Request request, String stream, Source source, String once)
            throws IOException;

    /** Where records come from; asked once the caller may publish. */
    interface Source {
        /** All of them. */
        List<StreamRecord.Coming> records() throws IOException;
    }

    /**
     * streams:Poll: reads a stream from here on. A partition that is added meanwhile is read from
     * its beginning.
     *
     * @param from first offsets that are wanted, by partition; of one that is not named among
     *     others, all that it has, since it was added later; none is named: what comes from now on
     */
    Reader read(Request request, String stream, Map<Integer, Long> from);

    /** Brings the log to what the register says; starts it if there is any stream. */
    void settle();

    /** Nothing more is made of records: before their log ends. */
    void rest();

    /** Ends what runs, with minutes that are open. */
    @Override
    void close();

    /**
     * A stream.
     *
     * @param extents of its partitions; empty while the log does not run
     * @param rows how its table stands; empty when it is none
     * @param use as {@code organisation/node/number}
     */
    record Shown(Stream stream, List<StreamLog.Extent> extents, Optional<Rows> rows, String use) {
        /** They are the record's own. */
        public Shown {
            extents = List.copyOf(extents);
        }
    }

    /**
     * How the table of a stream stands.
     *
     * @param waiting rows that no snapshot has yet; SQL sees them all the same
     * @param committed up to where records are in a snapshot, as {@code partition:offset,…}
     * @param why it does not get on; empty when it does
     */
    record Rows(long waiting, String committed, String why) {}

    /** Streams, by name. */
    record Listed(List<Stream> streams, String use) {
        /** They are the record's own. */
        public Listed {
            streams = List.copyOf(streams);
        }
    }

    /**
     * Where records came.
     *
     * @param use under which the minute began; empty where that was another request's
     */
    record Published(List<StreamLog.Place> places, String use) {
        /** They are the record's own. */
        public Published {
            places = List.copyOf(places);
        }
    }

    /** Owned by one thread. */
    interface Reader extends AutoCloseable {
        /**
         * What there is; waits so long for a first. Whether the caller may still read is asked each
         * time, and what is returned counts as told.
         *
         * @param request by the same caller, of now
         * @param most records at once
         */
        List<StreamRecord> poll(Request request, Duration longest, int most);

        /** Where it begins in each partition. */
        Map<Integer, Long> begins();

        /** The use under which the last minute began; empty where another request did. */
        Optional<String> use();

        @Override
        void close();
    }
}
