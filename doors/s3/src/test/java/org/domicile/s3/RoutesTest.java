package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.Set;
import org.domicile.http.Headers;
import org.domicile.policy.Policy;
import org.junit.jupiter.api.Test;

/** The whole table: each operation is asked for once at least, as Amazon documents it. */
class RoutesTest {
    private static final String TABLE =
            """
            GET / LIST_BUCKETS s3:ListAllMyBuckets
            GET /?x-id=ListDirectoryBuckets LIST_DIRECTORY_BUCKETS s3express:ListAllMyDirectoryBuckets
            POST /WriteGetObjectResponse WRITE_GET_OBJECT_RESPONSE s3-object-lambda:WriteGetObjectResponse
            PUT /bkt CREATE_BUCKET s3:CreateBucket
            PUT /bkt/ CREATE_BUCKET s3:CreateBucket
            HEAD /bkt HEAD_BUCKET s3:ListBucket
            DELETE /bkt DELETE_BUCKET s3:DeleteBucket
            GET /bkt LIST_OBJECTS s3:ListBucket
            GET /bkt?unknown=1 LIST_OBJECTS s3:ListBucket
            GET /bkt?prefix=&delimiter=/ LIST_OBJECTS s3:ListBucket
            GET /bkt?list-type=2&prefix=acl LIST_OBJECTS_V2 s3:ListBucket
            GET /bkt?versions LIST_OBJECT_VERSIONS s3:ListBucketVersions
            GET /bkt?uploads LIST_MULTIPART_UPLOADS s3:ListBucketMultipartUploads
            POST /bkt?delete DELETE_OBJECTS s3:DeleteObject
            POST /bkt?delete= DELETE_OBJECTS s3:DeleteObject
            FORM /bkt POST_OBJECT s3:PutObject
            GET /bkt?session CREATE_SESSION s3express:CreateSession
            GET /bkt?location GET_BUCKET_LOCATION s3:GetBucketLocation
            GET /bkt?versioning GET_BUCKET_VERSIONING s3:GetBucketVersioning
            PUT /bkt?versioning PUT_BUCKET_VERSIONING s3:PutBucketVersioning
            GET /bkt?abac GET_BUCKET_ABAC s3:GetBucketABAC
            PUT /bkt?abac PUT_BUCKET_ABAC s3:PutBucketABAC
            GET /bkt?accelerate GET_BUCKET_ACCELERATE_CONFIGURATION s3:GetAccelerateConfiguration
            PUT /bkt?accelerate PUT_BUCKET_ACCELERATE_CONFIGURATION s3:PutAccelerateConfiguration
            GET /bkt?acl GET_BUCKET_ACL s3:GetBucketAcl
            PUT /bkt?acl PUT_BUCKET_ACL s3:PutBucketAcl
            GET /bkt?analytics&id=1 GET_BUCKET_ANALYTICS_CONFIGURATION s3:GetAnalyticsConfiguration
            GET /bkt?analytics LIST_BUCKET_ANALYTICS_CONFIGURATIONS s3:GetAnalyticsConfiguration
            PUT /bkt?analytics&id=1 PUT_BUCKET_ANALYTICS_CONFIGURATION s3:PutAnalyticsConfiguration
            DELETE /bkt?analytics&id=1 DELETE_BUCKET_ANALYTICS_CONFIGURATION s3:PutAnalyticsConfiguration
            GET /bkt?cors GET_BUCKET_CORS s3:GetBucketCORS
            PUT /bkt?cors PUT_BUCKET_CORS s3:PutBucketCORS
            DELETE /bkt?cors DELETE_BUCKET_CORS s3:PutBucketCORS
            GET /bkt?encryption GET_BUCKET_ENCRYPTION s3:GetEncryptionConfiguration
            PUT /bkt?encryption PUT_BUCKET_ENCRYPTION s3:PutEncryptionConfiguration
            DELETE /bkt?encryption DELETE_BUCKET_ENCRYPTION s3:PutEncryptionConfiguration
            GET /bkt?intelligent-tiering&id=1 GET_BUCKET_INTELLIGENT_TIERING_CONFIGURATION s3:GetIntelligentTieringConfiguration
            GET /bkt?intelligent-tiering LIST_BUCKET_INTELLIGENT_TIERING_CONFIGURATIONS s3:GetIntelligentTieringConfiguration
            PUT /bkt?intelligent-tiering&id=1 PUT_BUCKET_INTELLIGENT_TIERING_CONFIGURATION s3:PutIntelligentTieringConfiguration
            DELETE /bkt?intelligent-tiering&id=1 DELETE_BUCKET_INTELLIGENT_TIERING_CONFIGURATION s3:PutIntelligentTieringConfiguration
            GET /bkt?inventory&id=1 GET_BUCKET_INVENTORY_CONFIGURATION s3:GetInventoryConfiguration
            GET /bkt?inventory LIST_BUCKET_INVENTORY_CONFIGURATIONS s3:GetInventoryConfiguration
            PUT /bkt?inventory&id=1 PUT_BUCKET_INVENTORY_CONFIGURATION s3:PutInventoryConfiguration
            DELETE /bkt?inventory&id=1 DELETE_BUCKET_INVENTORY_CONFIGURATION s3:PutInventoryConfiguration
            GET /bkt?lifecycle GET_BUCKET_LIFECYCLE_CONFIGURATION s3:GetLifecycleConfiguration
            PUT /bkt?lifecycle PUT_BUCKET_LIFECYCLE_CONFIGURATION s3:PutLifecycleConfiguration
            DELETE /bkt?lifecycle DELETE_BUCKET_LIFECYCLE s3:PutLifecycleConfiguration
            GET /bkt?logging GET_BUCKET_LOGGING s3:GetBucketLogging
            PUT /bkt?logging PUT_BUCKET_LOGGING s3:PutBucketLogging
            POST /bkt?metadataConfiguration CREATE_BUCKET_METADATA_CONFIGURATION s3:CreateBucketMetadataTableConfiguration
            GET /bkt?metadataConfiguration GET_BUCKET_METADATA_CONFIGURATION s3:GetBucketMetadataTableConfiguration
            DELETE /bkt?metadataConfiguration DELETE_BUCKET_METADATA_CONFIGURATION s3:DeleteBucketMetadataTableConfiguration
            POST /bkt?metadataTable CREATE_BUCKET_METADATA_TABLE_CONFIGURATION s3:CreateBucketMetadataTableConfiguration
            GET /bkt?metadataTable GET_BUCKET_METADATA_TABLE_CONFIGURATION s3:GetBucketMetadataTableConfiguration
            DELETE /bkt?metadataTable DELETE_BUCKET_METADATA_TABLE_CONFIGURATION s3:DeleteBucketMetadataTableConfiguration
            PUT /bkt?metadataInventoryTable UPDATE_BUCKET_METADATA_INVENTORY_TABLE_CONFIGURATION s3:UpdateBucketMetadataInventoryTableConfiguration
            PUT /bkt?metadataJournalTable UPDATE_BUCKET_METADATA_JOURNAL_TABLE_CONFIGURATION s3:UpdateBucketMetadataJournalTableConfiguration
            GET /bkt?metrics&id=1 GET_BUCKET_METRICS_CONFIGURATION s3:GetMetricsConfiguration
            GET /bkt?metrics LIST_BUCKET_METRICS_CONFIGURATIONS s3:GetMetricsConfiguration
            PUT /bkt?metrics&id=1 PUT_BUCKET_METRICS_CONFIGURATION s3:PutMetricsConfiguration
            DELETE /bkt?metrics&id=1 DELETE_BUCKET_METRICS_CONFIGURATION s3:PutMetricsConfiguration
            GET /bkt?notification GET_BUCKET_NOTIFICATION_CONFIGURATION s3:GetBucketNotification
            PUT /bkt?notification PUT_BUCKET_NOTIFICATION_CONFIGURATION s3:PutBucketNotification
            GET /bkt?object-lock GET_OBJECT_LOCK_CONFIGURATION s3:GetBucketObjectLockConfiguration
            PUT /bkt?object-lock PUT_OBJECT_LOCK_CONFIGURATION s3:PutBucketObjectLockConfiguration
            GET /bkt?ownershipControls GET_BUCKET_OWNERSHIP_CONTROLS s3:GetBucketOwnershipControls
            PUT /bkt?ownershipControls PUT_BUCKET_OWNERSHIP_CONTROLS s3:PutBucketOwnershipControls
            DELETE /bkt?ownershipControls DELETE_BUCKET_OWNERSHIP_CONTROLS s3:PutBucketOwnershipControls
            GET /bkt?policy GET_BUCKET_POLICY s3:GetBucketPolicy
            GET /bkt?policyStatus GET_BUCKET_POLICY_STATUS s3:GetBucketPolicyStatus
            PUT /bkt?policy PUT_BUCKET_POLICY s3:PutBucketPolicy
            DELETE /bkt?policy DELETE_BUCKET_POLICY s3:DeleteBucketPolicy
            GET /bkt?publicAccessBlock GET_PUBLIC_ACCESS_BLOCK s3:GetBucketPublicAccessBlock
            PUT /bkt?publicAccessBlock PUT_PUBLIC_ACCESS_BLOCK s3:PutBucketPublicAccessBlock
            DELETE /bkt?publicAccessBlock DELETE_PUBLIC_ACCESS_BLOCK s3:PutBucketPublicAccessBlock
            GET /bkt?replication GET_BUCKET_REPLICATION s3:GetReplicationConfiguration
            PUT /bkt?replication PUT_BUCKET_REPLICATION s3:PutReplicationConfiguration
            DELETE /bkt?replication DELETE_BUCKET_REPLICATION s3:PutReplicationConfiguration
            GET /bkt?requestPayment GET_BUCKET_REQUEST_PAYMENT s3:GetBucketRequestPayment
            PUT /bkt?requestPayment PUT_BUCKET_REQUEST_PAYMENT s3:PutBucketRequestPayment
            GET /bkt?tagging GET_BUCKET_TAGGING s3:GetBucketTagging
            PUT /bkt?tagging PUT_BUCKET_TAGGING s3:PutBucketTagging
            DELETE /bkt?tagging DELETE_BUCKET_TAGGING s3:PutBucketTagging
            GET /bkt?website GET_BUCKET_WEBSITE s3:GetBucketWebsite
            PUT /bkt?website PUT_BUCKET_WEBSITE s3:PutBucketWebsite
            DELETE /bkt?website DELETE_BUCKET_WEBSITE s3:DeleteBucketWebsite
            GET /bkt/key GET_OBJECT s3:GetObject
            GET /bkt/key?x-id=GetObject&versionId=null GET_OBJECT s3:GetObject
            GET /bkt/key?partNumber=1 GET_OBJECT s3:GetObject
            GET /bkt/key?X-Amz-Signature=0 GET_OBJECT s3:GetObject
            GET /bkt/key?response-content-type= GET_OBJECT s3:GetObject
            GET /bkt/acl GET_OBJECT s3:GetObject
            HEAD /bkt/key HEAD_OBJECT s3:GetObject
            PUT /bkt/key PUT_OBJECT s3:PutObject
            COPY /bkt/key COPY_OBJECT s3:PutObject
            DELETE /bkt/key DELETE_OBJECT s3:DeleteObject
            POST /bkt/key?uploads CREATE_MULTIPART_UPLOAD s3:PutObject
            PUT /bkt/key?uploadId=a&partNumber=1 UPLOAD_PART s3:PutObject
            COPY /bkt/key?uploadId=a&partNumber=1 UPLOAD_PART_COPY s3:PutObject
            POST /bkt/key?uploadId=a COMPLETE_MULTIPART_UPLOAD s3:PutObject
            DELETE /bkt/key?uploadId=a ABORT_MULTIPART_UPLOAD s3:AbortMultipartUpload
            GET /bkt/key?uploadId=a LIST_PARTS s3:ListMultipartUploadParts
            GET /bkt/key?acl GET_OBJECT_ACL s3:GetObjectAcl
            PUT /bkt/key?acl PUT_OBJECT_ACL s3:PutObjectAcl
            GET /bkt/key?attributes GET_OBJECT_ATTRIBUTES s3:GetObjectAttributes
            GET /bkt/key?legal-hold GET_OBJECT_LEGAL_HOLD s3:GetObjectLegalHold
            PUT /bkt/key?legal-hold PUT_OBJECT_LEGAL_HOLD s3:PutObjectLegalHold
            GET /bkt/key?retention GET_OBJECT_RETENTION s3:GetObjectRetention
            PUT /bkt/key?retention PUT_OBJECT_RETENTION s3:PutObjectRetention
            GET /bkt/key?tagging GET_OBJECT_TAGGING s3:GetObjectTagging
            PUT /bkt/key?tagging PUT_OBJECT_TAGGING s3:PutObjectTagging
            DELETE /bkt/key?tagging DELETE_OBJECT_TAGGING s3:DeleteObjectTagging
            GET /bkt/key?torrent GET_OBJECT_TORRENT s3:GetObjectTorrent
            PUT /bkt/key?renameObject RENAME_OBJECT s3express:RenameObject
            POST /bkt/key?restore RESTORE_OBJECT s3:RestoreObject
            POST /bkt/key?select&select-type=2 SELECT_OBJECT_CONTENT s3:GetObject
            PUT /bkt/key?encryption UPDATE_OBJECT_ENCRYPTION s3:UpdateObjectEncryption
            OPTIONS /bkt/key PREFLIGHT s3:Preflight
            GET /bkt?somethingNew UNKNOWN s3:UnknownOperation
            PUT /bkt/key?somethingNew UNKNOWN s3:UnknownOperation
            DELETE /bkt?somethingNew= UNKNOWN s3:UnknownOperation
            """;

    private static Asked parse(String method, String target) {
        int mark = target.indexOf('?');
        Headers headers = new Headers().add("Host", "localhost");
        String sent = method;
        if (method.equals("COPY")) {
            headers.add("X-Amz-Copy-Source", "bkt/other");
            sent = "PUT";
        }
        if (method.equals("FORM")) {
            headers.add("Content-Type", "multipart/form-data; boundary=x");
            sent = "POST";
        }
        return Asked.parse(
                sent,
                mark < 0 ? target : target.substring(0, mark),
                mark < 0 ? "" : target.substring(mark + 1),
                headers,
                "");
    }

    @Test
    void policiesCanNameEveryOperationThatIsServed() {
        for (Operation each : Operation.values()) {
            assertTrue(
                    !each.served() || Policy.actions().contains(each.action()),
                    each.action() + " is not in schema.cedarschema of capabilities/policy");
        }
    }

    @Test
    void everyOperation() {
        Set<Operation> left = EnumSet.allOf(Operation.class);
        for (String line : TABLE.strip().split("\n", -1)) {
            String[] row = line.strip().split(" ", -1);
            Operation operation = parse(row[0], row[1]).operation();
            assertEquals(Operation.valueOf(row[2]), operation, line);
            assertEquals(row[3], operation.action(), line);
            left.remove(operation);
        }
        assertEquals(Set.of(), left, "operations that nothing asks for");
    }

    @Test
    void whatIsNoOperation() {
        for (String line :
                new String[] {
                    "PUT /",
                    "DELETE /",
                    "POST /",
                    "HEAD /",
                    "POST /bkt",
                    "POST /bkt/key",
                    "PATCH /bkt/key",
                    "GET /bkt?delete",
                    "PUT /bkt?uploads",
                    "DELETE /bkt?acl",
                    "DELETE /bkt?versioning",
                    "GET /bkt/key?versioning",
                    "PUT /bkt/key?lifecycle",
                    "DELETE /bkt/key?acl",
                    "HEAD /bkt/key?uploadId=a",
                    "GET /?acl"
                }) {
            String[] row = line.split(" ", -1);
            Failure failure = assertThrows(Failure.class, () -> parse(row[0], row[1]), line);
            assertEquals(ErrorCode.METHOD_NOT_ALLOWED, failure.code(), line);
        }
        for (String line :
                new String[] {
                    "GET /bkt?acl&policy",
                    "PUT /bkt/key?uploadId=a",
                    "PUT /bkt/key?partNumber=1",
                    "GET /bkt?list-type=3",
                    "GET /bkt?acl&somethingNew"
                }) {
            String[] row = line.split(" ", -1);
            Failure failure = assertThrows(Failure.class, () -> parse(row[0], row[1]), line);
            assertEquals(ErrorCode.INVALID_ARGUMENT, failure.code(), line);
        }
    }
}
