package org.domicile.ledger;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.function.LongSupplier;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.KeyId;
import org.domicile.keys.Pass;
import org.domicile.keys.Passes;
import org.domicile.keys.Subjects;
import org.domicile.keys.Vault;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Outcome;
import org.domicile.request.Pending;
import org.domicile.request.Request;

/** See the package's page. Safe for concurrent use. */
public interface Ledger extends AutoCloseable {
    /**
     * Opens the ledger: replays what the last run left, closes the numbers that it took and did not
     * record, publishes, and starts its thread.
     *
     * @param passes from {@link org.domicile.keys.Keys#passes}
     * @throws StorageFailure FOREIGN when the keyspace is an older copy than the published
     *     checkpoints, CORRUPT when files and checkpoints do not go together, FENCED when files
     *     cannot be written: with a sentence, and nothing was published
     */
    static Ledger open(
            Keyspace keyspace,
            Vault vault,
            Subjects subjects,
            Passes passes,
            Disk disk,
            Clock clock,
            SecureRandom random,
            LedgerOptions options) {
        return open(
                keyspace,
                vault,
                subjects,
                passes,
                disk,
                clock,
                clock,
                random,
                options,
                Outside.nothing());
    }

    /**
     * The same, held to its word from outside.
     *
     * @param present what time it is for whatever ends by itself: seals and the keeping of uses. A
     *     clock that is wrong must neither tell what is sealed nor drop what is kept
     * @throws StorageFailure also FOREIGN when more was signed than the keyspace holds: it is an
     *     older copy
     */
    static Ledger open(
            Keyspace keyspace,
            Vault vault,
            Subjects subjects,
            Passes passes,
            Disk disk,
            Clock clock,
            InstantSource present,
            SecureRandom random,
            LedgerOptions options,
            Outside outside) {
        return new Engine(
                keyspace, vault, subjects, passes, disk, clock, present, random, options, outside);
    }

    /**
     * Keeps uses for no shorter time than another copy of this installation says; for a copy that
     * was restored, while nothing else has either open.
     *
     * @return the days of each organisation whose time was made longer; empty for all without one
     */
    static SequencedMap<String, Integer> keepAsLong(Keyspace restored, Keyspace newer) {
        return Pruning.keepAsLong(restored, newer);
    }

    /** The organisation under which the program's own uses are logged. */
    String INSTALLATION = "installation";

    /** The purpose of operators' acts, which may be recorded when the disk is nearly full. */
    String ADMINISTRATION = INSTALLATION + "/administration";

    /** The purpose of the program's own work, which makes room. */
    String UPKEEP = INSTALLATION + "/upkeep";

    /** Name of the public log. */
    String PUBLIC = "public";

    /** Name of the log of an organisation's uses on a node. */
    static String useLog(String organisation, String node) {
        return "use/" + organisation + "/" + node;
    }

    /**
     * Takes the next number of an organisation on this node. A number taken must be recorded or
     * {@link #abandon}ed.
     */
    long number(String organisation);

    /** Says that a number will not be recorded; the next closing entry names it. */
    void abandon(String organisation, long number);

    /**
     * The record of a change, for the commit that makes the change to carry.
     *
     * @param size asked when the entry is made: plain bytes moved, 0 when none
     */
    Pending pending(Use use, LongSupplier size);

    /**
     * Records a read, or a refusal, by a commit of its own; returns when that is durable.
     *
     * @return what opens the data's keys
     * @throws org.domicile.bytes.StorageFailure when it cannot be recorded: nothing may be served
     */
    Pass record(Use use, Outcome outcome, long size);

    /**
     * Counts a refusal that repeats one of this minute: the same caller with the same credential
     * and purpose, action, reason and zones. The count becomes one entry when the minute is over.
     * False when it is the first of its minute: then {@link #record} it.
     *
     * @param use its number is not looked at; only what is recorded needs one
     */
    boolean countRepeated(Use use);

    /**
     * Counts a request of somebody without an organisation; counts stand in the public log each
     * minute.
     */
    void countStranger(String action, String reason);

    /**
     * Puts a statement into the public log by a commit of its own (the program's own facts, such as
     * a new key).
     */
    void state(Statement statement);

    /**
     * Uses of an organisation, newest first. Opening them is itself a use: hence the pass. Sealed
     * ones stay closed until their day, and no filter by bucket or object finds them.
     */
    List<Recorded> uses(Pass pass, String organisation, Filter filter);

    /**
     * Opens fields that an entry commits to, sealed or not, for a disclosure; which is a use: hence
     * the pass.
     *
     * @param fields as the entry names them; {@code subject/0} and so on for the people whom a use
     *     concerns
     * @throws IllegalArgumentException with a sentence, when there is no such entry or field, or it
     *     was erased
     */
    List<Opening> open(Pass pass, String log, long index, List<String> fields);

    /**
     * What a person is told of the uses that concern her, newest first, without those that are
     * sealed still. Telling is a use: hence the pass. Looks for at most some twenty seconds and
     * then says where to go on.
     */
    Told told(Pass pass, String organisation, KeyId subject, Span span);

    /**
     * What the decision on one use was made of, as far as it can (still) be opened. Opening it is
     * itself a use: hence the pass.
     *
     * @return empty when the log is not the organisation's, or has no use at that place
     */
    Optional<Decided> decided(Pass pass, String organisation, String log, long index);

    /**
     * A proof in C2SP tlog-proof form for an entry under a published checkpoint; waits up to two
     * seconds for one.
     */
    String prove(String log, long index);

    /**
     * Place of the entry of a use's number in its use log; where the number was closed without a
     * use, that of the closing entry. Empty when no entry has it (yet). Numbers are taken before
     * uses are carried out, so places only nearly follow them: usually a few bundles are read, for
     * a number that nobody has all.
     */
    OptionalLong place(String log, long number);

    /**
     * A receipt for a use of this node that is on record: text that its caller keeps, and with
     * which anybody can show that the entry was there. All who ask at one time share one signature.
     *
     * @return empty when no use has the number (any more)
     */
    Optional<String> receipt(String organisation, long number);

    /**
     * For how many days uses of an organisation are kept.
     *
     * @param organisation empty for those that have no period of their own
     */
    int retention(String organisation);

    /**
     * Changes that, by a commit that carries the request's record (with the statement that says it
     * in public).
     *
     * @param organisation empty for those that have no period of their own
     * @param days 1 to 36,500
     */
    void retain(Request request, String organisation, int days);

    /**
     * Drops entries from the front of use logs whose period is over, whole bundles of them: an
     * entry of the public log says how far, then files and payloads go. The public log is never
     * pruned. Proofs that people hold stay valid.
     *
     * @return entries dropped by this turn; 0 when there is nothing (more) to drop
     */
    long prune();

    /** The first entry of a log that is kept; 0 when nothing was pruned. */
    long kept(String log);

    /**
     * Copies into a folder, for each log, its checkpoint and the partial files under it, at their
     * places below {@link #folder}; and has something done while nothing is published, forgotten or
     * pruned. A copy of the keyspace that is made meanwhile goes with these files, and with the
     * full tiles and bundles under those checkpoints, which never change. Recording goes on; what
     * is published waits.
     *
     * @param folder exists and is empty
     * @throws StorageFailure FULL or FENCED when the copies cannot be written
     */
    void copyEnds(Path folder, Runnable meanwhile);

    /** Verifier keys of a log in note form (name+id+key), Ed25519 first. */
    List<String> verifierKeys(String log);

    /** All logs by name. */
    List<String> logs();

    /** Folder with a log's static files. */
    Path folder(String log);

    /**
     * A static file of a log; empty when there is no such log or no such file (any more). An entry
     * holds commitments only, so no pass is asked; who may read which log is the guard's to say.
     *
     * @throws StorageFailure when it is there and cannot be read
     */
    Optional<byte[]> file(String log, LogFile file);

    /** Why nothing can be recorded now, as a sentence; empty when it can. */
    Optional<String> obstacle();

    /** For {@code status} and metrics. */
    State state();

    @Override
    void close();

    /**
     * @param from earliest time @param to before this time
     * @param bucket exactly this one and what lies in it, empty for all
     * @param object prefix of the object as it is on record, bucket first; empty for all
     * @param verdict only these; empty for both
     * @param subject only those that concern somebody, by her key, and are not sealed; empty for
     *     all
     * @param before only entries before this place in the log, for the next page of a listing
     * @param limit the most to return, up to 10,001: a page and one more, which tells that it was
     *     cut
     */
    record Filter(
            Instant from,
            Instant to,
            String bucket,
            String object,
            Optional<Use.Verdict> verdict,
            Optional<KeyId> subject,
            long before,
            int limit) {
        /** Whomever they concern. */
        public Filter(
                Instant from,
                Instant to,
                String bucket,
                String object,
                Optional<Use.Verdict> verdict,
                long before,
                int limit) {
            this(from, to, bucket, object, verdict, Optional.empty(), before, limit);
        }

        /** From the newest on, whatever the bucket and the verdict. */
        public Filter(Instant from, Instant to, String object, int limit) {
            this(from, to, "", object, Optional.empty(), Long.MAX_VALUE, limit);
        }

        /** Only those that concern somebody, by her key. */
        public Filter about(KeyId person) {
            return new Filter(
                    from, to, bucket, object, verdict, Optional.of(person), before, limit);
        }

        /** What is looked at, as the record of the looking says it. */
        public String looked() {
            return object.isEmpty() ? bucket : object;
        }

        boolean finds(String name) {
            return name.startsWith(object)
                    && (bucket.isEmpty() || name.equals(bucket) || name.startsWith(bucket + "/"));
        }
    }

    /**
     * A use as it is on record. What was erased is the text {@code (erased)}, what is sealed still
     * {@code (sealed)}.
     *
     * @param log its log @param index its place @param number its number @param at its time, to the
     *     minute where it was erased or is sealed @param size bytes, -1 where they are not told
     * @param sealed the day on which it opens; empty when it is open
     */
    record Recorded(
            String log,
            long index,
            long number,
            String at,
            String action,
            String verdict,
            String reason,
            String outcome,
            String purpose,
            String dataZone,
            String clientZone,
            String principal,
            String object,
            String address,
            long size,
            long count,
            String sealed) {}

    /**
     * An opened commitment: it is {@code SHA-256(0x03 ‖ salt ‖ value)}.
     *
     * @param salt of this field of this entry alone
     */
    record Opening(String field, byte[] salt, String value) {}

    /**
     * @param from not before this time, nearly @param before only entries before this place in the
     *     log @param limit the most to tell
     */
    record Span(Instant from, long before, int limit) {}

    /**
     * @param next where to go on ({@code before}) when not all was looked at; 0 at the end
     */
    record Told(List<Concern> uses, long next) {}

    /**
     * A use that concerns somebody: what is public of it.
     *
     * @param sealed the day until which it was not told; empty when it never was sealed
     */
    record Concern(
            String log,
            long index,
            long number,
            String minute,
            String action,
            String verdict,
            String reason,
            String outcome,
            String purpose,
            String dataZone,
            String clientZone,
            long count,
            String sealed) {}

    /**
     * A use with what its decision was made of. What was erased is the text {@code (erased)}, what
     * is sealed still {@code (sealed)}.
     *
     * @param node on which it was decided @param policy digest of the set that decided @param
     *     credential access key, or empty @param read what else was read, see {@link Use#read}
     */
    record Decided(
            Recorded use,
            String organisation,
            String node,
            String policy,
            String credential,
            String read) {}

    /**
     * @param logs count @param entries in all of them @param unpublished entries not yet under a
     *     checkpoint
     */
    record State(int logs, long entries, long unpublished, Instant newestCheckpoint) {}
}
