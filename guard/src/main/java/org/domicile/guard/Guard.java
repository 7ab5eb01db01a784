package org.domicile.guard;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.domicile.keys.Keys;
import org.domicile.ledger.Ledger;
import org.domicile.moves.Moves;
import org.domicile.objects.Objects;
import org.domicile.outbound.Outbound;
import org.domicile.people.People;
import org.domicile.policy.Marks;
import org.domicile.policy.Policy;
import org.domicile.query.Queries;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.domicile.schemas.Schemas;
import org.domicile.streams.StreamLog;
import org.domicile.streams.Streams;
import org.domicile.tables.Tables;
import org.domicile.watches.WatchEngine;
import org.domicile.watches.Watches;

/**
 * See the package's page. Safe for concurrent use; the views are for one request and its thread.
 */
public interface Guard {
    /**
     * Wires a guard, completes the founding of a new installation, and destroys the keys of buckets
     * and people whose removal or erasure was cut off before that. What it asks of the outside it
     * asks by the machine's resolver and the JDK's trust.
     */
    static Guard open(
            GuardOptions options,
            Policy policy,
            Keys keys,
            Ledger ledger,
            Objects objects,
            People people,
            InstantSource clock,
            SecureRandom random) {
        return new Gate(
                options, policy, keys, ledger, objects, people, Outbound.open(), clock, random);
    }

    /** How doors find out who calls. */
    Identity identity();

    /** Objects under a request. */
    GuardedObjects objects(Request request);

    /**
     * The same for a caller who states whom it concerns.
     *
     * @param stated identifiers of people, each of 1 to 1,024 bytes, at most eight; the door has
     *     checked that the caller signed them
     * @param asking what the request says of itself, for the policies of buckets
     */
    GuardedObjects objects(Request request, List<String> stated, Asking asking);

    /** The same for a request that says nothing of itself. */
    default GuardedObjects objects(Request request, List<String> stated) {
        return objects(request, stated, Asking.NOTHING);
    }

    /**
     * What is moved in from another server, under a request.
     *
     * @param marks what is known of the data, which travels with them
     */
    GuardedArrivals arrivals(Request request, Marks marks);

    /**
     * SQL, for doors.
     *
     * @param queries where sessions run @param tables what they may name
     */
    GuardedSql sql(Queries queries, Tables tables);

    /**
     * Lets streams be tables: from now on, and those that are. Before {@link #streams}, and before
     * anybody reads a table.
     */
    void tabling(Tabling with);

    /**
     * What streams become tables with.
     *
     * @param queries whose workers make rows of records
     * @param every how long rows wait at most until a snapshot has them
     * @param most bytes of rows of one stream that wait
     */
    record Tabling(
            Streams streams,
            StreamLog log,
            Schemas schemas,
            Queries queries,
            Tables tables,
            Duration every,
            long most) {}

    /**
     * Streams, for doors. One process has one.
     *
     * @param streams which there are @param log where they lie
     */
    GuardedStreams streams(Streams streams, StreamLog log);

    /**
     * Watches, for doors. One process has one.
     *
     * @param streams what they may read @param log where those lie
     * @param guarded the same for doors, where one is made for results
     * @param watches which there are @param engine what runs them @param columns what streams hold
     * @param queries where tables are read for them @param tables of the catalog
     */
    GuardedWatches watches(
            Streams streams,
            StreamLog log,
            GuardedStreams guarded,
            Watches watches,
            WatchEngine engine,
            GuardedWatches.Columns columns,
            Queries queries,
            Tables tables);

    /**
     * Schemas of streams, for doors.
     *
     * @param streams which streams there are
     */
    GuardedSchemas schemas(Schemas schemas, Streams streams);

    /** Moves under an operator's request. @param moves where they are kept */
    GuardedMoves moves(Request request, Moves moves);

    /** The catalog of tables under a request. @param tables where it is kept */
    GuardedTables tables(Request request, Tables tables);

    /** Upkeep of tables, as the program's own work. @param tables where the catalog is kept */
    UpkeepOfTables upkeepOf(Tables tables);

    /**
     * Compaction of tables, as the program's own work.
     *
     * @param queries where files are written @param tables where the catalog is kept
     */
    CompactionOfTables compactionOf(Queries queries, Tables tables, CompactionOptions options);

    /**
     * Counts of tables' values, as the program's own work.
     *
     * @param queries where they are counted @param tables where the catalog is kept
     */
    StatisticsOfTables statisticsOf(Queries queries, Tables tables, StatisticsOptions options);

    /** Moves for who carries them out. @param moves where they are kept */
    MovesAtWork atWork(Moves moves);

    /** What concerns people as such: rules, erasure, disclosure, codes. */
    GuardedPeople people(Request request);

    /** Temporary credentials under a request. */
    GuardedSessions sessions(Request request);

    /** The ledger's static files under a request. */
    GuardedLogs logs(Request request);

    /** What everybody may see of the register. */
    PublicRegister publicRegister();

    /**
     * The document {@link BucketSetting#CORS} of a bucket, for everybody: a browser asks for it
     * before it may ask anything. It is no use and opens no data; empty for a bucket that has none
     * or is not there.
     */
    Optional<CorsDocument> cors(String bucket);

    /** Sealed credentials under the request of one of their two persons. */
    Sealing sealing(Request request);

    /** Administration under a request. */
    Administration administration(Request request);

    /**
     * Counts a request that no known caller made and no guarded call handled (a stranger's bad
     * signature).
     */
    void stranger(String action, String reason);

    /**
     * A receipt for a use that was just answered, for the caller who made it and asked for one:
     * base64 without line ends.
     *
     * @param use as a view's {@code use()} named it; empty for none
     * @return empty when there is no such use on record
     */
    Optional<String> receipt(String use);

    /** Whether answers to a caller bring receipts without being asked, as its credential says. */
    boolean wantsReceipts(Caller caller);

    /** The caller that the admin door acts as, once it knows that an operator is there. */
    Caller.Known operator();

    /** The same for a caller that has kept no secret: a credential is always made. */
    default Optional<Administration.Issued> firstSteps() {
        return firstSteps("");
    }

    /**
     * What a new installation begins with: the organisation {@code main}, the purpose {@code
     * first-steps} for 30 days, a principal, and its credential. Makes what is missing of them, so
     * a call that was cut short is completed by the next; and ends every other credential of that
     * principal and purpose, since nobody has its secret. Not to be called any more once somebody
     * has the secret.
     *
     * @param kept access key of the credential whose secret the caller has, durably; empty for none
     * @return the new credential; empty when the kept one is alive
     */
    Optional<Administration.Issued> firstSteps(String kept);

    /**
     * Does a piece of the program's own work as {@code system:upkeep}, and records it when it did
     * something or failed. Work that found nothing to do leaves no entry: nothing of anybody's was
     * touched.
     *
     * @param work gives the bytes that it handled
     */
    void upkeep(String action, LongSupplier work);

    /** A look at all that is stored, as {@code system:upkeep}; for one thread. */
    GuardedCheck check();

    /** What tells destinations outside of changes; it has not begun. */
    Deliveries deliveries();

    /**
     * One turn of ending what buckets' rules end, as {@code system:lifecycle} under its own
     * purpose: each end is a use in the log of the bucket's organisation. It goes on where the turn
     * before stopped, ends a bounded number of things, and stops early when its thread is
     * interrupted. For one thread at a time.
     *
     * @param day how long a day of a rule lasts
     * @return how many things ended; 0 when all buckets were seen and nothing was over
     */
    long lifecycle(Duration day);
}
