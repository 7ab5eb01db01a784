package org.domicile.s3;

import java.io.IOException;
import java.util.Optional;
import org.domicile.guard.AclAsked;
import org.domicile.guard.GuardedSharing;
import org.domicile.guard.GuardedSharing.ObjectAcl;
import org.domicile.guard.Stored;
import org.domicile.http.Headers;
import org.domicile.objects.Bucket;
import org.domicile.policy.Acl;

/** GetBucketAcl, PutBucketAcl, GetObjectAcl and PutObjectAcl. */
final class Acls {
    private static final int LONGEST_DOCUMENT = 128 << 10;

    private Acls() {}

    static void ofBucket(Call call) throws IOException {
        Acl acl = call.guarded().sharing().acl(call.bucket()).orElseThrow(Call::noSuchBucket);
        call.xml(AclForms.document(acl).done("AccessControlPolicy"));
    }

    static void putOfBucket(Call call) throws IOException {
        AclAsked asked = asked(call);
        SharingDocuments.done(call.guarded().sharing().putAcl(call.bucket(), asked));
        call.empty(200, call.headers());
    }

    static void ofObject(Call call) throws IOException {
        Optional<String> version = call.version();
        GuardedSharing sharing = call.guarded().sharing();
        switch (sharing.acl(call.bucket(), call.name(), version)) {
            case ObjectAcl.Is(Acl acl, String of, Bucket.Versioning versioning) -> {
                Headers headers = call.headers();
                Versions.shown(headers, of, versioning);
                call.xml(200, headers, AclForms.document(acl).done("AccessControlPolicy"));
            }
            case ObjectAcl.Absent(var found) -> Reads.absent(call, found, version.isPresent());
        }
    }

    static void put(Call call) throws IOException {
        AclAsked asked = asked(call);
        Stored stored =
                call.guarded().sharing().putAcl(call.bucket(), call.name(), call.version(), asked);
        call.empty(200, Writes.amended(call, stored));
    }

    /** By headers or by a document, and one of both. */
    private static AclAsked asked(Call call) throws IOException {
        byte[] document = call.document(LONGEST_DOCUMENT);
        AclAsked byHeaders = AclForms.ofHeaders(call);
        if (byHeaders instanceof AclAsked.Nothing) {
            if (document.length == 0) {
                throw new Failure(
                        ErrorCode.MISSING_SECURITY_HEADER,
                        "Your request was missing a required header: x-amz-acl, x-amz-grant-…, or a"
                                + " document.");
            }
            return AclForms.ofDocument(document);
        }
        if (document.length > 0) {
            throw new Failure(
                    ErrorCode.UNEXPECTED_CONTENT,
                    "This request does not support content: its headers say the ACL.");
        }
        return byHeaders;
    }
}
