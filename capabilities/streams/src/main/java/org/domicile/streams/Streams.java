package org.domicile.streams;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Request;

/**
 * The register of streams: which there are, and whose. The log is brought to it, and never the
 * other way round. Safe for concurrent use.
 */
public interface Streams {
    /** Of an organisation. */
    int MOST = 1_000;

    /**
     * Of all streams: each has memory, and some twenty maps of files, of which Linux lets a process
     * have 65,530.
     */
    int MOST_PARTITIONS = 3_000;

    /** Of them an organisation's, so that none takes all. */
    int MOST_PARTITIONS_OF_ONE = MOST_PARTITIONS / 2;

    /** Names of groups and of transactions, each, of an organisation. */
    int MOST_SHARED = 10_000;

    /** Of them a purpose's, so that one purpose leaves room for others. */
    int MOST_OF_A_PURPOSE = MOST_SHARED / 4;

    /** Of them a watch's: names of transactions that begin with {@code watch-} and its id. */
    int MOST_OF_A_WATCH = 64;

    /** What lies in a keyspace. One process has one. */
    static Streams open(Keyspace keyspace, InstantSource clock) {
        return new StoredStreams(keyspace, clock);
    }

    /** Makes it, unless its name is taken or there are too many. Carries the record. */
    Asked create(Request request, Stream stream);

    /** Gives it other measures; the number of partitions only grows. Carries the record. */
    Asked measure(Request request, String name, Measures measures);

    /**
     * Makes its records rows of a table. Carries the record.
     *
     * @param table its id @param unfit id of the table of those that do not fit
     */
    Asked tabled(Request request, String name, String table, String unfit);

    /** Removes it. Carries the record. */
    Asked remove(Request request, String name);

    /** One; empty when there is none. */
    Optional<Stream> stream(String name);

    /** Those of an organisation, by name. */
    List<Stream> of(String organisation);

    /** All, by name. */
    List<Stream> all();

    /**
     * Names of streams that were removed and whose records are not gone yet: nobody's meanwhile.
     */
    List<String> gone();

    /** The records of a removed stream are gone; its files go a little later. */
    void cleared(String name);

    /**
     * Whether files of removed streams may lie there still: the log takes them away, if it runs.
     */
    boolean hasLeft();

    /** The log runs, and takes away what it was left to before. */
    void started();

    /** Those of an organisation that were removed and whose files may lie there still, by name. */
    List<Left> left(String organisation);

    /**
     * A stream that was removed.
     *
     * @param until when its files are gone; {@link Instant#MAX} while the log has them
     */
    record Left(Stream stream, Instant until) {}

    /** Whose a name of a group or a transaction is, as somebody sees it. */
    Name name(Holder holder, Admission.Shared kind, String name);

    /**
     * Whether a name of a group or a transaction is somebody's: that of whoever used it first,
     * until nobody has for 30 days, or for a day or two where there are as many as there may be and
     * another is wanted. False also when there are too many.
     */
    boolean claims(Holder holder, Admission.Shared kind, String name);

    /**
     * Who has names of groups and transactions.
     *
     * @param purpose as "organisation/name"
     */
    record Holder(String organisation, String purpose) {}

    /** Whose a name is. */
    enum Name {
        /** Of who asks. */
        OWN,
        /** Nobody's yet; or of the organisation, which had it before purposes had names. */
        FREE,
        /** Another organisation's, or another purpose's. */
        OTHERS
    }

    /**
     * Keeps that a minute of access has begun. Carries the record.
     *
     * @param kept what its caller needs to end it after a death, at most a few KiB
     */
    void begin(Request request, String id, byte[] kept);

    /** Keeps what is known of minutes that are under way, and no others. */
    void note(Map<String, byte[]> kept);

    /** A minute is over. Carries the record. */
    void end(Request request, String id);

    /** Those that have begun and did not end; all of them are a dead program's before the first. */
    Map<String, byte[]> begun();

    /** What was kept of a request that must not come twice; empty after a day or two. */
    Optional<byte[]> once(Stream stream, String key);

    /** Keeps it. No use's record: what it is for is a minute of access. */
    void once(Stream stream, String key, byte[] kept);

    /**
     * What is to change; what is empty stays.
     *
     * @param retention in milliseconds
     */
    record Measures(Optional<Integer> partitions, Optional<Long> retention, Optional<Long> bytes) {}

    /** What became of what was asked for; but for {@link Now}, nothing was changed. */
    sealed interface Asked {
        /** It stands so now; or did, before it was removed. */
        record Now(Stream stream) implements Asked {}

        /** There is no such stream. */
        record Absent() implements Asked {}

        /**
         * The name is somebody's, or was until now, or differs from one that is in dots and
         * underscores alone, which Kafka does not tell apart everywhere.
         */
        record Taken() implements Asked {}

        /** There are as many as there may be. */
        record TooMany(Full full) implements Asked {}

        /** What there are too many of. */
        enum Full {
            /** The organisation has {@link #MOST}. */
            STREAMS,
            /** Those of the organisation have {@link #MOST_PARTITIONS_OF_ONE}. */
            PARTITIONS_OF_ONE,
            /** All together have {@link #MOST_PARTITIONS}. */
            PARTITIONS
        }

        /** It has more partitions already. */
        record Fewer(Stream stream) implements Asked {}
    }
}
