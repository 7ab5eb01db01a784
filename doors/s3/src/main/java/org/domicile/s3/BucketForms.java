package org.domicile.s3;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;
import org.domicile.events.Notification;
import org.domicile.guard.BucketSetting;
import org.domicile.guard.DefaultEncryption;
import org.domicile.guard.GuardedObjects;
import org.domicile.guard.LockRule;
import org.domicile.guard.Upstream;
import org.domicile.lifecycle.Lifecycle;

/**
 * Documents of S3 that are set for a bucket, for who brings them from another server or takes them
 * there: taken and given as clients do it, with the same refusals, under the same uses.
 */
public enum BucketForms {
    /** Tags of the bucket. */
    TAGGING(BucketSetting.TAGGING),
    /** Whether objects can be locked, and what is by default. */
    OBJECT_LOCK(BucketSetting.OBJECT_LOCK),
    /** When objects end. */
    LIFECYCLE(BucketSetting.LIFECYCLE),
    /** Which web pages may ask. */
    CORS(BucketSetting.CORS),
    /** Which keys seal what says nothing of keys. */
    ENCRYPTION(BucketSetting.ENCRYPTION),
    /** What it tells, and to whom. */
    NOTIFICATION(BucketSetting.NOTIFICATION),
    /** A policy of IAM. */
    POLICY(BucketSetting.POLICY);

    private final BucketSetting setting;

    BucketForms(BucketSetting setting) {
        this.setting = setting;
    }

    /** S3's name of the sub-resource. */
    public String resource() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What is set; empty when nothing is, or there is no such bucket. */
    public Optional<byte[]> of(GuardedObjects objects, String bucket) {
        return switch (objects.setting(bucket, setting)) {
            case GuardedObjects.Setting.Is(byte[] kept) -> Optional.of(shown(kept));
            case GuardedObjects.Setting.Unset() -> Optional.empty();
            case GuardedObjects.Setting.NoSuchBucket() -> Optional.empty();
        };
    }

    private byte[] shown(byte[] kept) {
        return switch (this) {
            case TAGGING, CORS, POLICY -> kept;
            case OBJECT_LOCK -> bytes(ObjectLocks.document(LockRule.of(kept)));
            case LIFECYCLE -> bytes(LifecycleXml.document(Lifecycle.of(kept)));
            case NOTIFICATION -> bytes(NotificationXml.document(Notification.of(kept)));
            case ENCRYPTION -> bytes(DefaultEncryptions.document(DefaultEncryption.decode(kept)));
        };
    }

    /** Sets it. @return why not, a sentence; empty when it is in force */
    public String set(GuardedObjects objects, String bucket, byte[] document) {
        try {
            boolean there =
                    switch (this) {
                        case TAGGING ->
                                keep(objects, bucket, bytes(Tags.checkedOfBucket(document)));
                        case LIFECYCLE ->
                                keep(
                                        objects,
                                        bucket,
                                        LifecycleXml.parse(document, Lifecycle.Least.UNSAID)
                                                .document());
                        case CORS ->
                                keep(
                                        objects,
                                        bucket,
                                        bytes(
                                                CorsRule.document(CorsRule.parse(document))
                                                        .done(CorsRule.DOCUMENT)));
                        case ENCRYPTION ->
                                keep(objects, bucket, DefaultEncryptions.parse(document).encode());
                        case NOTIFICATION ->
                                objects.putNotification(
                                        bucket,
                                        NotificationXml.parse(document),
                                        GuardedObjects.Announce.NOTHING);
                        case POLICY -> {
                            SharingDocuments.done(
                                    objects.sharing()
                                            .putPolicy(bucket, BucketPolicies.text(document)));
                            yield true;
                        }
                        case OBJECT_LOCK ->
                                switch (objects.lock(bucket, ObjectLocks.parse(document))) {
                                    case DONE -> true;
                                    case REFUSED ->
                                            throw new Failure(
                                                    ErrorCode.INVALID_BUCKET_STATE,
                                                    "the bucket does not keep versions");
                                    case NO_SUCH_BUCKET -> false;
                                };
                    };
            return there ? "" : "there is no such bucket any more";
        } catch (Failure e) {
            return e.code().code() + ": " + e.getMessage();
        } catch (Upstream.Invalid e) {
            return e.code() + ": " + e.getMessage();
        }
    }

    private boolean keep(GuardedObjects objects, String bucket, byte[] document) {
        return objects.set(bucket, setting, Optional.of(document));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
