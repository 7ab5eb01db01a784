package org.domicile.s3;

import java.util.EnumSet;
import java.util.Set;

/**
 * Everything that Amazon S3 can be asked (Amazon S3 API Reference, "Actions", Amazon S3), each with
 * the IAM action that it needs. What is not {@link #served} is answered 501 NotImplemented.
 */
enum Operation {
    LIST_BUCKETS("s3:ListAllMyBuckets"),
    LIST_DIRECTORY_BUCKETS("s3express:ListAllMyDirectoryBuckets"),
    WRITE_GET_OBJECT_RESPONSE("s3-object-lambda:WriteGetObjectResponse"),
    CREATE_BUCKET("s3:CreateBucket"),
    HEAD_BUCKET("s3:ListBucket"),
    DELETE_BUCKET("s3:DeleteBucket"),
    LIST_OBJECTS("s3:ListBucket"),
    LIST_OBJECTS_V2("s3:ListBucket"),
    LIST_OBJECT_VERSIONS("s3:ListBucketVersions"),
    LIST_MULTIPART_UPLOADS("s3:ListBucketMultipartUploads"),
    DELETE_OBJECTS("s3:DeleteObject"),
    POST_OBJECT("s3:PutObject"),
    CREATE_SESSION("s3express:CreateSession"),
    GET_BUCKET_LOCATION("s3:GetBucketLocation"),
    GET_BUCKET_VERSIONING("s3:GetBucketVersioning"),
    PUT_BUCKET_VERSIONING("s3:PutBucketVersioning"),
    GET_BUCKET_ABAC("s3:GetBucketABAC"),
    PUT_BUCKET_ABAC("s3:PutBucketABAC"),
    GET_BUCKET_ACCELERATE_CONFIGURATION("s3:GetAccelerateConfiguration"),
    PUT_BUCKET_ACCELERATE_CONFIGURATION("s3:PutAccelerateConfiguration"),
    GET_BUCKET_ACL("s3:GetBucketAcl"),
    PUT_BUCKET_ACL("s3:PutBucketAcl"),
    GET_BUCKET_ANALYTICS_CONFIGURATION("s3:GetAnalyticsConfiguration"),
    LIST_BUCKET_ANALYTICS_CONFIGURATIONS("s3:GetAnalyticsConfiguration"),
    PUT_BUCKET_ANALYTICS_CONFIGURATION("s3:PutAnalyticsConfiguration"),
    DELETE_BUCKET_ANALYTICS_CONFIGURATION("s3:PutAnalyticsConfiguration"),
    GET_BUCKET_CORS("s3:GetBucketCORS"),
    PUT_BUCKET_CORS("s3:PutBucketCORS"),
    DELETE_BUCKET_CORS("s3:PutBucketCORS"),
    GET_BUCKET_ENCRYPTION("s3:GetEncryptionConfiguration"),
    PUT_BUCKET_ENCRYPTION("s3:PutEncryptionConfiguration"),
    DELETE_BUCKET_ENCRYPTION("s3:PutEncryptionConfiguration"),
    GET_BUCKET_INTELLIGENT_TIERING_CONFIGURATION("s3:GetIntelligentTieringConfiguration"),
    LIST_BUCKET_INTELLIGENT_TIERING_CONFIGURATIONS("s3:GetIntelligentTieringConfiguration"),
    PUT_BUCKET_INTELLIGENT_TIERING_CONFIGURATION("s3:PutIntelligentTieringConfiguration"),
    DELETE_BUCKET_INTELLIGENT_TIERING_CONFIGURATION("s3:PutIntelligentTieringConfiguration"),
    GET_BUCKET_INVENTORY_CONFIGURATION("s3:GetInventoryConfiguration"),
    LIST_BUCKET_INVENTORY_CONFIGURATIONS("s3:GetInventoryConfiguration"),
    PUT_BUCKET_INVENTORY_CONFIGURATION("s3:PutInventoryConfiguration"),
    DELETE_BUCKET_INVENTORY_CONFIGURATION("s3:PutInventoryConfiguration"),
    GET_BUCKET_LIFECYCLE_CONFIGURATION("s3:GetLifecycleConfiguration"),
    PUT_BUCKET_LIFECYCLE_CONFIGURATION("s3:PutLifecycleConfiguration"),
    DELETE_BUCKET_LIFECYCLE("s3:PutLifecycleConfiguration"),
    GET_BUCKET_LOGGING("s3:GetBucketLogging"),
    PUT_BUCKET_LOGGING("s3:PutBucketLogging"),
    CREATE_BUCKET_METADATA_CONFIGURATION("s3:CreateBucketMetadataTableConfiguration"),
    GET_BUCKET_METADATA_CONFIGURATION("s3:GetBucketMetadataTableConfiguration"),
    DELETE_BUCKET_METADATA_CONFIGURATION("s3:DeleteBucketMetadataTableConfiguration"),
    CREATE_BUCKET_METADATA_TABLE_CONFIGURATION("s3:CreateBucketMetadataTableConfiguration"),
    GET_BUCKET_METADATA_TABLE_CONFIGURATION("s3:GetBucketMetadataTableConfiguration"),
    DELETE_BUCKET_METADATA_TABLE_CONFIGURATION("s3:DeleteBucketMetadataTableConfiguration"),
    UPDATE_BUCKET_METADATA_INVENTORY_TABLE_CONFIGURATION(
            "s3:UpdateBucketMetadataInventoryTableConfiguration"),
    UPDATE_BUCKET_METADATA_JOURNAL_TABLE_CONFIGURATION(
            "s3:UpdateBucketMetadataJournalTableConfiguration"),
    GET_BUCKET_METRICS_CONFIGURATION("s3:GetMetricsConfiguration"),
    LIST_BUCKET_METRICS_CONFIGURATIONS("s3:GetMetricsConfiguration"),
    PUT_BUCKET_METRICS_CONFIGURATION("s3:PutMetricsConfiguration"),
    DELETE_BUCKET_METRICS_CONFIGURATION("s3:PutMetricsConfiguration"),
    GET_BUCKET_NOTIFICATION_CONFIGURATION("s3:GetBucketNotification"),
    PUT_BUCKET_NOTIFICATION_CONFIGURATION("s3:PutBucketNotification"),
    GET_OBJECT_LOCK_CONFIGURATION("s3:GetBucketObjectLockConfiguration"),
    PUT_OBJECT_LOCK_CONFIGURATION("s3:PutBucketObjectLockConfiguration"),
    GET_BUCKET_OWNERSHIP_CONTROLS("s3:GetBucketOwnershipControls"),
    PUT_BUCKET_OWNERSHIP_CONTROLS("s3:PutBucketOwnershipControls"),
    DELETE_BUCKET_OWNERSHIP_CONTROLS("s3:PutBucketOwnershipControls"),
    GET_BUCKET_POLICY("s3:GetBucketPolicy"),
    GET_BUCKET_POLICY_STATUS("s3:GetBucketPolicyStatus"),
    PUT_BUCKET_POLICY("s3:PutBucketPolicy"),
    DELETE_BUCKET_POLICY("s3:DeleteBucketPolicy"),
    GET_PUBLIC_ACCESS_BLOCK("s3:GetBucketPublicAccessBlock"),
    PUT_PUBLIC_ACCESS_BLOCK("s3:PutBucketPublicAccessBlock"),
    DELETE_PUBLIC_ACCESS_BLOCK("s3:PutBucketPublicAccessBlock"),
    GET_BUCKET_REPLICATION("s3:GetReplicationConfiguration"),
    PUT_BUCKET_REPLICATION("s3:PutReplicationConfiguration"),
    DELETE_BUCKET_REPLICATION("s3:PutReplicationConfiguration"),
    GET_BUCKET_REQUEST_PAYMENT("s3:GetBucketRequestPayment"),
    PUT_BUCKET_REQUEST_PAYMENT("s3:PutBucketRequestPayment"),
    GET_BUCKET_TAGGING("s3:GetBucketTagging"),
    PUT_BUCKET_TAGGING("s3:PutBucketTagging"),
    DELETE_BUCKET_TAGGING("s3:PutBucketTagging"),
    GET_BUCKET_WEBSITE("s3:GetBucketWebsite"),
    PUT_BUCKET_WEBSITE("s3:PutBucketWebsite"),
    DELETE_BUCKET_WEBSITE("s3:DeleteBucketWebsite"),
    GET_OBJECT("s3:GetObject"),
    HEAD_OBJECT("s3:GetObject"),
    PUT_OBJECT("s3:PutObject"),
    COPY_OBJECT("s3:PutObject"),
    DELETE_OBJECT("s3:DeleteObject"),
    CREATE_MULTIPART_UPLOAD("s3:PutObject"),
    UPLOAD_PART("s3:PutObject"),
    UPLOAD_PART_COPY("s3:PutObject"),
    COMPLETE_MULTIPART_UPLOAD("s3:PutObject"),
    ABORT_MULTIPART_UPLOAD("s3:AbortMultipartUpload"),
    LIST_PARTS("s3:ListMultipartUploadParts"),
    GET_OBJECT_ACL("s3:GetObjectAcl"),
    PUT_OBJECT_ACL("s3:PutObjectAcl"),
    GET_OBJECT_ATTRIBUTES("s3:GetObjectAttributes"),
    GET_OBJECT_LEGAL_HOLD("s3:GetObjectLegalHold"),
    PUT_OBJECT_LEGAL_HOLD("s3:PutObjectLegalHold"),
    GET_OBJECT_RETENTION("s3:GetObjectRetention"),
    PUT_OBJECT_RETENTION("s3:PutObjectRetention"),
    GET_OBJECT_TAGGING("s3:GetObjectTagging"),
    PUT_OBJECT_TAGGING("s3:PutObjectTagging"),
    DELETE_OBJECT_TAGGING("s3:DeleteObjectTagging"),
    GET_OBJECT_TORRENT("s3:GetObjectTorrent"),
    RENAME_OBJECT("s3express:RenameObject"),
    RESTORE_OBJECT("s3:RestoreObject"),
    SELECT_OBJECT_CONTENT("s3:GetObject"),
    UPDATE_OBJECT_ENCRYPTION("s3:UpdateObjectEncryption"),
    PREFLIGHT("s3:Preflight"),
    UNKNOWN("s3:UnknownOperation");

    private static final Set<Operation> SERVED =
            EnumSet.of(
                    LIST_BUCKETS,
                    CREATE_BUCKET,
                    HEAD_BUCKET,
                    DELETE_BUCKET,
                    GET_BUCKET_LOCATION,
                    GET_BUCKET_VERSIONING,
                    LIST_OBJECTS,
                    LIST_OBJECTS_V2,
                    LIST_OBJECT_VERSIONS,
                    LIST_MULTIPART_UPLOADS,
                    DELETE_OBJECTS,
                    POST_OBJECT,
                    GET_OBJECT,
                    HEAD_OBJECT,
                    PUT_OBJECT,
                    COPY_OBJECT,
                    DELETE_OBJECT,
                    CREATE_MULTIPART_UPLOAD,
                    UPLOAD_PART,
                    UPLOAD_PART_COPY,
                    COMPLETE_MULTIPART_UPLOAD,
                    ABORT_MULTIPART_UPLOAD,
                    LIST_PARTS);

    private final String action;

    Operation(String action) {
        this.action = action;
    }

    /** The IAM action (Service Authorization Reference, "Amazon S3"). */
    String action() {
        return action;
    }

    boolean served() {
        return SERVED.contains(this);
    }
}
