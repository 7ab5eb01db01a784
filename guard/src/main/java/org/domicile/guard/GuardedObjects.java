package org.domicile.guard;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.domicile.events.Notification;
import org.domicile.objects.Bucket;
import org.domicile.objects.Buckets;
import org.domicile.objects.Listing;
import org.domicile.objects.Lock;
import org.domicile.policy.Acl;

/**
 * Objects under one request. Each method is one use (a copy is two); actions are named as S3's IAM
 * actions are. Every method may throw {@link Refused}, and {@link Unopenable} where a bucket is
 * left whose key was destroyed.
 */
public interface GuardedObjects {
    /**
     * The last use as {@code organisation/node/number}, for the answer's header; empty when there
     * is none.
     */
    String use();

    /** A bucket of which nothing is set. */
    default Created createBucket(String name, String zone) {
        return createBucket(name, zone, Map.of());
    }

    /**
     * s3:CreateBucket, and the actions that set what is set.
     *
     * @param zone empty for the organisation's default zone
     * @param settings what it begins with; with object lock it keeps versions from the start
     */
    Created createBucket(String name, String zone, Map<BucketSetting, byte[]> settings);

    /** s3:DeleteBucket; gives up its uploads, each a use of its own, and destroys its key. */
    Removed deleteBucket(String name);

    /**
     * A bucket's own facts. @param action s3:ListBucket (head), s3:GetBucketLocation,
     * s3:GetBucketVersioning
     */
    Optional<Bucket> bucket(String action, String name);

    /** s3:PutBucketVersioning. Refused where object lock needs versions. */
    Buckets.Revised version(String bucket, Bucket.Versioning state);

    /** s3:PutBucketObjectLockConfiguration. Refused where versions are not kept. */
    Buckets.Revised lock(String bucket, LockRule rule);

    /** What was set for a bucket. */
    Setting setting(String bucket, BucketSetting which);

    /**
     * Sets it, or takes it away, where nothing else depends on it. False when there is no such
     * bucket.
     */
    boolean set(String bucket, BucketSetting which, Optional<byte[]> document);

    /**
     * s3:PutBucketNotification. What it says is told under the caller's purpose. False when there
     * is no such bucket.
     *
     * @param notification without rules to tell nobody any more
     * @throws Upstream.Invalid InvalidArgument when a destination is none, or stands where names of
     *     this bucket may not go
     */
    boolean putNotification(String bucket, Notification notification, Announce announce);

    /** Whether destinations are sent a test. */
    enum Announce {
        /** Each is. */
        TEST,
        /** None is. */
        NOTHING
    }

    /** With whom buckets are shared, under the same request. */
    GuardedSharing sharing();

    /** s3:ListAllMyBuckets. */
    List<Bucket> buckets();

    /** s3:ListBucket. Empty when there is no such bucket. */
    Optional<Page> list(String bucket, Listing.Query query);

    /** s3:ListBucketVersions. Empty when there is no such bucket. */
    Optional<Page> listVersions(String bucket, Listing.Query query);

    /** s3:PutObject. */
    Stored put(String bucket, String name, Draft draft, Upstream body, Match match);

    /** s3:GetObject without the body, for HEAD: the content of what it gives cannot be read. */
    default Got head(String bucket, String name, Optional<String> version) {
        return head(bucket, name, version, CustomerKey.NONE);
    }

    /** The same with a key that the caller brought. */
    Got head(String bucket, String name, Optional<String> version, CustomerKey brought);

    /**
     * The same for another action that shows something of an object, and no bytes of it: no key of
     * a customer is needed.
     */
    Got facts(String action, String bucket, String name, Optional<String> version);

    /** The same for an action that shows as much as HEAD: a customer's key is needed. */
    Got facts(
            String action,
            String bucket,
            String name,
            Optional<String> version,
            CustomerKey brought);

    /** s3:PutObjectTagging, or, with none, s3:DeleteObjectTagging. */
    Stored tag(String bucket, String name, Optional<String> version, Map<String, String> tags);

    /** s3:GetObject of all of it. */
    default Got get(String bucket, String name, Optional<String> version) {
        return get(bucket, name, version, Glimpse::size);
    }

    /** s3:GetObject by a caller who brings no key. */
    default Got get(
            String bucket, String name, Optional<String> version, ToLongFunction<Glimpse> share) {
        return get(bucket, name, version, CustomerKey.NONE, share);
    }

    /**
     * s3:GetObject. The record is durable when this returns, so what it says of the size is asked
     * before: {@code share} gives the bytes that the answer will hold of the version it is shown (0
     * when a condition will end it), and is asked again when another version took its place.
     *
     * @param brought a key of the caller's own; {@link CustomerKey#NONE} for none
     */
    Got get(
            String bucket,
            String name,
            Optional<String> version,
            CustomerKey brought,
            ToLongFunction<Glimpse> share);

    /**
     * s3:GetObjectRetention or s3:GetObjectLegalHold, as {@link #facts}.
     *
     * @throws Upstream.Invalid when the bucket has no object lock
     */
    Got locked(String action, String bucket, String name, Optional<String> version);

    /**
     * s3:PutObjectRetention, or, where the caller passes over governance and may,
     * s3:BypassGovernanceRetention.
     *
     * @param retention its mode and end are taken
     * @throws Upstream.Invalid when the bucket has no object lock
     */
    Stored retain(
            String bucket,
            String name,
            Optional<String> version,
            Lock retention,
            Lock.Bypass bypass);

    /**
     * s3:PutObjectLegalHold.
     *
     * @throws Upstream.Invalid when the bucket has no object lock
     */
    Stored hold(String bucket, String name, Optional<String> version, Lock.Hold hold);

    /** The same for a caller that passes over nothing. */
    default Stored delete(String bucket, String name, Optional<String> version, Match match) {
        return delete(bucket, name, version, match, Lock.Bypass.NO);
    }

    /**
     * s3:DeleteObject, s3:DeleteObjectVersion, or, where the caller passes over governance and may,
     * s3:BypassGovernanceRetention.
     */
    Stored delete(
            String bucket, String name, Optional<String> version, Match match, Lock.Bypass bypass);

    /**
     * s3:GetObject on the source, then s3:PutObject on the target. @param directive whose
     * attributes the copy has
     */
    Copied copy(Source source, String bucket, String name, Directive directive, Match match);

    /** s3:PutObject: begins an upload. Empty when there is no such bucket. */
    Optional<Begun> createUpload(String bucket, String name, Draft draft);

    /**
     * The lower-case checksum algorithm that the parts of an upload carry, which a door has to know
     * before it reads one. No use by itself: it opens nothing of an object, and {@link #putPart}
     * follows. The default when there is no such upload.
     */
    String partAlgorithm(String bucket, String name, String upload);

    /** s3:PutObject: one part, of an upload that no customer's key seals. */
    default Stored putPart(String bucket, String name, String upload, int number, Upstream body) {
        return putPart(bucket, name, upload, number, body, Encryption.UNSAID);
    }

    /** s3:PutObject: one part. @param encryption what the upload began with, or nothing */
    Stored putPart(
            String bucket,
            String name,
            String upload,
            int number,
            Upstream body,
            Encryption encryption);

    /**
     * s3:GetObject on the source, then s3:PutObject: one part, from all or a range of a source, of
     * an upload that no customer's key seals.
     */
    default Copied copyPart(
            Source source,
            Optional<ByteRange> range,
            String bucket,
            String name,
            String upload,
            int number) {
        return copyPart(source, range, bucket, name, upload, number, Encryption.UNSAID);
    }

    /** The same. @param encryption what the upload began with, or nothing */
    Copied copyPart(
            Source source,
            Optional<ByteRange> range,
            String bucket,
            String name,
            String upload,
            int number,
            Encryption encryption);

    /** s3:PutObject: makes the object of its parts, which come in ascending order. */
    Stored complete(
            String bucket,
            String name,
            String upload,
            List<ChosenPart> parts,
            Completion completion,
            Match match);

    /** s3:AbortMultipartUpload. */
    Aborted abort(String bucket, String name, String upload);

    /** s3:ListMultipartUploadParts: parts after a number. */
    Parts parts(String bucket, String name, String upload, int after, int limit);

    /** s3:ListBucketMultipartUploads. Empty when there is no such bucket. */
    Optional<UploadPage> uploads(String bucket, Listing.Query query);

    /**
     * Records that the door itself refused a known caller (a bad signature, a malformed request, an
     * operation that is not implemented). Counted when it repeats.
     */
    void refuse(String action, String bucket, String name, String reason);

    /**
     * What a write says beside the body.
     *
     * @param headers as in {@link Attributes}
     * @param user as in {@link Attributes}
     * @param tags by key
     * @param lock what is to keep it from being removed
     * @param checksumAlgorithm lower-case algorithm that an upload's parts will carry; empty when
     *     none was named
     * @param checksumType for uploads; FULL_OBJECT for a whole body
     * @param encryption which keys are to seal the body
     * @param acl of an upload, which the guard gives it
     */
    record Draft(
            Map<String, String> headers,
            Map<String, String> user,
            Map<String, String> tags,
            Lock lock,
            String checksumAlgorithm,
            Attributes.ChecksumType checksumType,
            Encryption encryption,
            Acl acl) {
        /** Without encryption and ACL. */
        public Draft(
                Map<String, String> headers,
                Map<String, String> user,
                Map<String, String> tags,
                Lock lock,
                String checksumAlgorithm,
                Attributes.ChecksumType checksumType) {
            this(
                    headers,
                    user,
                    tags,
                    lock,
                    checksumAlgorithm,
                    checksumType,
                    Encryption.UNSAID,
                    Acl.NONE);
        }

        /** Without tags, lock, encryption and ACL. */
        public Draft(
                Map<String, String> headers,
                Map<String, String> user,
                String checksumAlgorithm,
                Attributes.ChecksumType checksumType) {
            this(headers, user, Map.of(), Lock.OPEN, checksumAlgorithm, checksumType);
        }

        /** With another lock. */
        public Draft locked(Lock other) {
            return new Draft(
                    headers, user, tags, other, checksumAlgorithm, checksumType, encryption, acl);
        }

        /** With other tags. */
        public Draft tagged(Map<String, String> other) {
            return new Draft(
                    headers, user, other, lock, checksumAlgorithm, checksumType, encryption, acl);
        }

        /** With another ACL. */
        Draft listed(Acl other) {
            return new Draft(
                    headers, user, tags, lock, checksumAlgorithm, checksumType, encryption, other);
        }

        /** With other keys. */
        public Draft sealed(Encryption other) {
            return new Draft(
                    headers, user, tags, lock, checksumAlgorithm, checksumType, other, acl);
        }
    }

    /** Whose attributes a copy has. */
    sealed interface Directive {
        /** The source's tags, or others. */
        Optional<Map<String, String>> tags();

        /** What is to keep the copy; nothing of the source's is taken along. */
        Lock lock();

        /**
         * The source's.
         *
         * @param checksumAlgorithm lower-case algorithm of the copy's checksum; empty for the
         *     source's own, or the default where it has none
         * @param tags empty for the source's
         * @param encryption of the copy: it never inherits the source's
         */
        record Keep(
                String checksumAlgorithm,
                Optional<Map<String, String>> tags,
                Lock lock,
                Encryption encryption)
                implements Directive {}

        /**
         * Its own. @param draft its algorithm as in {@link Keep} @param tags empty for the source's
         */
        record Replace(Draft draft, Optional<Map<String, String>> tags) implements Directive {
            @Override
            public Lock lock() {
                return draft.lock();
            }
        }
    }

    /**
     * A copy's source.
     *
     * @param check called with what was found, before a byte is read; throws what the door wants to
     *     say (copy-source conditions, a bad range), which ends the copy with nothing changed
     * @param brought the key of the customer that opens it; {@link CustomerKey#NONE} for none
     */
    record Source(
            String bucket,
            String name,
            Optional<String> version,
            Consumer<Found> check,
            CustomerKey brought) {
        /** One that no key of a customer seals. */
        public Source(String bucket, String name, Optional<String> version, Consumer<Found> check) {
            this(bucket, name, version, check, CustomerKey.NONE);
        }
    }

    /**
     * @param first inclusive @param last inclusive
     */
    record ByteRange(long first, long last) {}

    /**
     * @param etag without quotes @param checksums that the client repeats, by lower-case algorithm
     */
    record ChosenPart(int number, String etag, Map<String, String> checksums) {}

    /**
     * What a completion promises of the whole object.
     *
     * @param checksums by algorithm
     * @param size -1 when not said
     * @param encryption what the upload began with; nothing will do, but for a customer's key
     */
    record Completion(Map<String, String> checksums, long size, Encryption encryption) {}

    /** An upload that was begun. @param encrypted which keys will seal its parts */
    record Begun(String id, Encrypted encrypted) {}

    /**
     * @param found objects, versions or markers in order; without headers, user metadata and tags,
     *     which no listing shows @param prefixes common prefixes @param next where to go on
     */
    record Page(List<Found> found, List<String> prefixes, Optional<Listing.Place> next) {}

    /** What a listing of parts found. */
    sealed interface Parts {
        /**
         * @param parts in order @param draft what the upload began with @param initiator as in
         *     {@link UploadShown}
         */
        record Shown(List<PartShown> parts, Draft draft, String initiator) implements Parts {}

        /** No such upload. */
        record NoSuchUpload() implements Parts {}

        /** No such bucket. */
        record NoSuchBucket() implements Parts {}
    }

    /** One stored part. */
    record PartShown(
            int number, long size, String etag, Map<String, String> checksums, Instant modified) {}

    /**
     * @param uploads in order @param prefixes common prefixes @param next where to go on
     */
    record UploadPage(
            List<UploadShown> uploads, List<String> prefixes, Optional<Listing.Place> next) {}

    /**
     * One upload under way.
     *
     * @param initiator the principal that began it; the organisation where its uses are sealed;
     *     empty for a stranger
     */
    record UploadShown(String id, String name, String initiator, Instant initiated, Draft draft) {}

    /** What was set for a bucket. */
    sealed interface Setting {
        /** This. */
        record Is(byte[] document) implements Setting {}

        /** Nothing. */
        record Unset() implements Setting {}

        /** No such bucket. */
        record NoSuchBucket() implements Setting {}
    }

    /** What became of a bucket's creation. */
    enum Created {
        /** It is there. */
        CREATED,
        /** The caller's organisation has it already. */
        YOURS,
        /** Somebody else has it. */
        TAKEN,
        /** The zone does not exist. */
        NO_SUCH_ZONE
    }

    /** What became of a bucket's removal. */
    enum Removed {
        /** It is gone, its key destroyed. */
        REMOVED,
        /** It has versions, or more uploads than could be given up. */
        NOT_EMPTY,
        /** There is none. */
        NO_SUCH_BUCKET
    }

    /** What became of giving up an upload. */
    enum Aborted {
        /** It is gone, with its parts. */
        ABORTED,
        /** There is none (any more). */
        NO_SUCH_UPLOAD,
        /** No such bucket. */
        NO_SUCH_BUCKET
    }

    /**
     * What can be known of a version before its record is durable, and therefore before anything of
     * it is opened.
     *
     * @param size plain bytes
     * @param modified to the millisecond
     * @param parts as in {@link Found}
     * @param tagged whether an ETag, without quotes, is the version's
     */
    record Glimpse(long size, Instant modified, List<Long> parts, Predicate<String> tagged) {}

    /** What a read found. */
    sealed interface Got {
        /** An object. Close its content. */
        record Object(Found found, Content content) implements Got {}

        /** A delete marker stands there. */
        record Marker(Found found) implements Got {}

        /**
         * There is an object, and the key that was brought, or the lack of one, does not open it.
         */
        record KeyRefused(Why why) implements Got {
            /** Why it does not. */
            public enum Why {
                /** It takes a customer's key, and none was brought. */
                MISSING,
                /** It takes another one. */
                WRONG,
                /** It takes none, and one was brought. */
                UNNEEDED,
                /** Its named key was destroyed: nobody can read it any more. */
                DESTROYED
            }
        }

        /** No such name. */
        record NoSuchName() implements Got {}

        /** The name may be there, the version is not. */
        record NoSuchVersion() implements Got {}

        /** No such bucket. */
        record NoSuchBucket() implements Got {}
    }

    /** Plain bytes of an object, to be read once or more, as ranges. */
    interface Content extends AutoCloseable {
        /** Plain bytes from {@code offset}; the range lies inside the object. */
        InputStream read(long offset, long length) throws IOException;

        @Override
        void close();
    }

    /** What became of a copy. */
    sealed interface Copied {
        /**
         * The source was read. @param stored what became of the write @param source what was read
         */
        record Done(Stored stored, Found source) implements Copied {}

        /** There is nothing to copy. */
        record NoSource(Got found) implements Copied {}
    }
}
