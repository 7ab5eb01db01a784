package org.domicile.iam;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The actions of Amazon S3 (Service Authorization Reference, "Actions defined by Amazon S3") that
 * concern buckets and objects, each with the kind of resource that it is asked for.
 */
public final class S3Actions {
    /** What an action is asked for. */
    enum Level {
        SERVICE,
        BUCKET,
        OBJECT
    }

    private static final Map<Level, String> NAMES =
            Map.of(
                    Level.SERVICE,
                    """
                    ListAllMyBuckets GetAccountPublicAccessBlock PutAccountPublicAccessBlock\
                    """,
                    Level.BUCKET,
                    """
                    CreateBucket CreateBucketMetadataTableConfiguration DeleteBucket
                    DeleteBucketMetadataTableConfiguration DeleteBucketPolicy DeleteBucketWebsite
                    GetAccelerateConfiguration GetAnalyticsConfiguration GetBucketABAC GetBucketAcl
                    GetBucketCORS GetBucketLocation GetBucketLogging
                    GetBucketMetadataTableConfiguration GetBucketNotification
                    GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy
                    GetBucketPolicyStatus GetBucketPublicAccessBlock GetBucketRequestPayment
                    GetBucketTagging GetBucketVersioning GetBucketWebsite
                    GetEncryptionConfiguration GetIntelligentTieringConfiguration
                    GetInventoryConfiguration GetLifecycleConfiguration GetMetricsConfiguration
                    GetReplicationConfiguration ListBucket ListBucketMultipartUploads
                    ListBucketVersions PutAccelerateConfiguration PutAnalyticsConfiguration
                    PutBucketABAC PutBucketAcl PutBucketCORS PutBucketLogging PutBucketNotification
                    PutBucketObjectLockConfiguration PutBucketOwnershipControls PutBucketPolicy
                    PutBucketPublicAccessBlock PutBucketRequestPayment PutBucketTagging
                    PutBucketVersioning PutBucketWebsite PutEncryptionConfiguration
                    PutIntelligentTieringConfiguration PutInventoryConfiguration
                    PutLifecycleConfiguration PutMetricsConfiguration PutReplicationConfiguration
                    UpdateBucketMetadataInventoryTableConfiguration
                    UpdateBucketMetadataJournalTableConfiguration\
                    """,
                    Level.OBJECT,
                    """
                    AbortMultipartUpload BypassGovernanceRetention DeleteObject DeleteObjectTagging
                    DeleteObjectVersion DeleteObjectVersionTagging GetObject GetObjectAcl
                    GetObjectAttributes GetObjectLegalHold GetObjectRetention GetObjectTagging
                    GetObjectTorrent GetObjectVersion GetObjectVersionAcl
                    GetObjectVersionAttributes GetObjectVersionForReplication
                    GetObjectVersionTagging GetObjectVersionTorrent InitiateReplication
                    ListMultipartUploadParts ObjectOwnerOverrideToBucketOwner PutObject
                    PutObjectAcl PutObjectLegalHold PutObjectRetention PutObjectTagging
                    PutObjectVersionAcl PutObjectVersionTagging ReplicateDelete ReplicateObject
                    ReplicateTags RestoreObject UpdateObjectEncryption\
                    """);

    private static final Map<String, Level> LEVELS = new TreeMap<>();

    static {
        NAMES.forEach((level, names) -> {
            for (String name : names.split("\\s+")) {
                LEVELS.put(name, level);
            }
        });
    }

    private S3Actions() {}

    /** Their names, without {@code s3:}, sorted. */
    public static Set<String> names() {
        return Collections.unmodifiableSet(LEVELS.keySet());
    }

    /** Whether there is such an action and it is asked for such a target. */
    public static boolean concerns(String name, Target target) {
        return level(target) == LEVELS.get(name);
    }

    static Level level(Target target) {
        return switch (target) {
            case Target.Service _ -> Level.SERVICE;
            case Target.Bucket _ -> Level.BUCKET;
            case Target.ObjectIn _ -> Level.OBJECT;
        };
    }

    static List<String> sorted() {
        return List.copyOf(LEVELS.keySet());
    }

    static @Nullable Level level(String name) {
        return LEVELS.get(name);
    }

    /** Those that a pattern of a document names, in any case: {@code Get*}, {@code putobject}. */
    static List<String> matching(String pattern) {
        Pattern folded = Pattern.wild(pattern.toLowerCase(Locale.ROOT));
        List<String> found = new ArrayList<>();
        for (String name : LEVELS.keySet()) {
            if (folded.matches(name.toLowerCase(Locale.ROOT), _ -> null)) {
                found.add(name);
            }
        }
        return found;
    }

    /** The same by level, for the schema. */
    static Map<Level, List<String>> byLevel() {
        Map<Level, List<String>> found = new LinkedHashMap<>();
        for (Level level : Level.values()) {
            found.put(
                    level,
                    LEVELS.entrySet().stream()
                            .filter(each -> each.getValue() == level)
                            .map(Map.Entry::getKey)
                            .toList());
        }
        return found;
    }
}
