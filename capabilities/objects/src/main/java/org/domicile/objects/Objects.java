package org.domicile.objects;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.domicile.blobs.Blobs;
import org.domicile.events.Outbox;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Request;

/** See the package's page. Safe for concurrent use. */
public interface Objects extends AutoCloseable {
    /**
     * The store that lies in {@code keyspace} and {@code blobs}, which stay the caller's. One
     * process has one.
     *
     * @param ids where ids of uploads come from; must not be guessable
     */
    static Objects open(Keyspace keyspace, Blobs blobs, InstantSource clock, RandomGenerator ids) {
        return open(keyspace, blobs, clock, clock, ids);
    }

    /**
     * The same with a clock of its own for locks.
     *
     * @param present what time it is for retentions: where it is behind, they last longer
     */
    static Objects open(
            Keyspace keyspace,
            Blobs blobs,
            InstantSource clock,
            InstantSource present,
            RandomGenerator ids) {
        return new VersionStore(keyspace, blobs, clock, present, ids);
    }

    /** Has what is counted in a keyspace counted anew by who opens it next. Nobody has it open. */
    static void recount(Keyspace keyspace) {
        Census.forget(keyspace);
    }

    /** What time it is for retentions, and for whatever else ends something by itself. */
    InstantSource present();

    /**
     * The same store, for changes that are told of: what {@code notice} says of one is in its
     * transaction.
     */
    Objects telling(Notice notice);

    /** What was to be told of changes and is not told yet. */
    Outbox outbox();

    /** The buckets. */
    Buckets buckets();

    /** How much there is, and may be. */
    Quotas quotas();

    /** Looks for what is wrong. */
    Inspection inspection();

    /** Takes a body of {@code expected} sealed bytes (-1 when not known). */
    Staging stage(long expected);

    /**
     * Commits a version. The content must come from {@link #stage} of this store and be used once.
     */
    Changed put(
            Request request,
            Bucket bucket,
            String name,
            Content content,
            Draft draft,
            Condition condition);

    /**
     * Deletes: with no version id as the versioning state demands; with one, that version for good,
     * unless its lock forbids it.
     */
    Changed delete(
            Request request,
            Bucket bucket,
            String name,
            Optional<String> version,
            Condition condition,
            Lock.Bypass bypass);

    /**
     * Ends a version that a rule ends, if it and its place are still as they were seen, else {@link
     * Changed.ConditionFailed}: a newest object as a delete without a version does it, everything
     * else for good. Passes over no lock.
     */
    Changed expire(Request request, Bucket bucket, Version seen);

    /**
     * Puts a delete marker before all versions of a name, as a delete without a version does in a
     * bucket that keeps versions; also where the name has none. In a bucket that keeps none, {@link
     * Changed.ConditionFailed}.
     *
     * @param written as {@link Draft#written}
     * @param condition on what it is put before
     */
    Changed mark(Request request, Bucket bucket, String name, Instant written, Condition condition);

    /** Changes a version in its place: the newest, or the one with an id. */
    Changed amend(
            Request request,
            Bucket bucket,
            String name,
            Optional<String> version,
            Amendment amendment);

    /** The newest version of a name (it may be a marker), or the one with an id. */
    Optional<Version> version(Bucket bucket, String name, Optional<String> version);

    /** Opens a piece of a version's body; empty when the version is gone meanwhile. */
    Optional<Body> open(Bucket bucket, Version version, int piece);

    /** Newest versions that are objects. */
    Listing.Page list(Bucket bucket, Listing.Query query);

    /** All versions and markers. */
    Listing.Page listVersions(Bucket bucket, Listing.Query query);

    /** Uploads in parts. */
    Uploads uploads();

    @Override
    void close();

    /**
     * What is said of a new version beside its body.
     *
     * @param token the guard's token of the ETag
     * @param attributes sealed attributes
     * @param state sealed state, which may change later; empty for none
     * @param lock what keeps it
     * @param written when what it holds was written elsewhere, for a version that is moved in with
     *     its date; {@link Instant#MAX} for now. A date to come is taken for now, and one before
     *     the name's newest version for that version's
     */
    record Draft(byte[] token, byte[] attributes, byte[] state, Lock lock, Instant written) {
        /** Of what is written now. */
        public Draft(byte[] token, byte[] attributes, byte[] state, Lock lock) {
            this(token, attributes, state, lock, Instant.MAX);
        }

        /** Without state and lock. */
        public Draft(byte[] token, byte[] attributes) {
            this(token, attributes, new byte[0], Lock.OPEN);
        }
    }

    /** Uploads in parts, as S3 means them. */
    interface Uploads {
        /**
         * Begins one. Carries the record; empty when the bucket is gone.
         *
         * @param initiator as in {@link Upload}
         */
        Optional<Upload> create(
                Request request, Bucket bucket, String name, byte[] attributes, String initiator);

        /** Commits a part, in place of an older one with its number. Carries the record. */
        PartChanged put(
                Request request,
                Bucket bucket,
                Upload upload,
                int number,
                Content content,
                byte[] token,
                byte[] state);

        /** An upload. */
        Optional<Upload> upload(Bucket bucket, String name, String id);

        /** Parts after a number, at most {@code limit}. */
        List<Part> parts(Upload upload, int after, int limit);

        /** Uploads of a bucket in order of name and id. */
        UploadPage list(Bucket bucket, Listing.Query query);

        /**
         * Makes the version out of the chosen parts, in order; parts left out are dropped. A
         * repeated call with the same parts after success (within a day) gives the same version
         * again. Carries the record.
         */
        Changed complete(
                Request request,
                Bucket bucket,
                Upload upload,
                List<Chosen> parts,
                Draft draft,
                Condition condition);

        /** What a part of so many bytes would pass now, as {@link Quotas#foreseen}. */
        Optional<Excess> foreseen(Bucket bucket, Upload upload, int number, long bytes);

        /**
         * The version that a finished upload made of exactly these parts, for a day. @param parts
         * in ascending order of numbers
         */
        Optional<Version> finished(Bucket bucket, String name, String id, List<Chosen> parts);

        /** Gives up an upload and its parts. Carries the record; false when there is none. */
        boolean abort(Request request, Bucket bucket, String name, String id);

        /**
         * Upkeep: forgets uploads that finished before {@code before}, and drops what changes of
         * very many pieces left to drop; the count of what it forgot. Stop it at any time.
         */
        int sweep(Instant before);

        /**
         * @param number of the part @param token of the ETag that the client named
         */
        record Chosen(int number, byte[] token) {}

        /**
         * @param uploads in order @param prefixes common prefixes @param next where to go on
         */
        record UploadPage(
                List<Upload> uploads, List<String> prefixes, Optional<Listing.Place> next) {}
    }

    /** What became of a part. */
    sealed interface PartChanged {
        /** It is stored. */
        record Stored(Part part) implements PartChanged {}

        /** The upload does not exist (any more). */
        record NoSuchUpload() implements PartChanged {}

        /** There is no room for it. */
        record OverQuota(Excess excess) implements PartChanged {}
    }
}
