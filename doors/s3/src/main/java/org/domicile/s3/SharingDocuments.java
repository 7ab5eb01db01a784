package org.domicile.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.domicile.guard.BucketSetting;
import org.domicile.guard.GuardedSharing;
import org.domicile.policy.Ownership;
import org.domicile.policy.PublicAccess;

/**
 * Ownership controls and public access blocks of buckets (Amazon S3 API Reference,
 * PutBucketOwnershipControls, PutPublicAccessBlock and their kin).
 */
final class SharingDocuments {
    private static final int LONGEST_DOCUMENT = 16 << 10;
    private static final String OWNERSHIP = "OwnershipControls";
    private static final String BLOCK = "PublicAccessBlockConfiguration";

    private SharingDocuments() {}

    // ---- ownership --------------------------------------------------------------------------

    static void ownership(Call call) throws IOException {
        byte[] word =
                BucketDocuments.of(
                        call,
                        BucketSetting.OWNERSHIP,
                        ErrorCode.OWNERSHIP_CONTROLS_NOT_FOUND,
                        "The bucket ownership controls were not found.");
        call.xml(
                XmlOut.document(OWNERSHIP, 256)
                        .open("Rule")
                        .element("ObjectOwnership", new String(word, StandardCharsets.UTF_8))
                        .close("Rule")
                        .done(OWNERSHIP));
    }

    static void putOwnership(Call call) throws IOException {
        Xml controls = Xml.parse(call.document(LONGEST_DOCUMENT), OWNERSHIP);
        if (controls.children().size() != 1) {
            throw Xml.malformed();
        }
        Ownership ownership =
                Ownership.of(controls.children().getFirst().child("ObjectOwnership").strip())
                        .orElseThrow(Xml::malformed);
        done(call.guarded().sharing().putOwnership(call.bucket(), ownership));
        call.empty(200, call.headers());
    }

    static void deleteOwnership(Call call) throws IOException {
        BucketDocuments.remove(call, BucketSetting.OWNERSHIP);
        call.empty(204, call.headers());
    }

    /** The change was made; every other outcome is a failure. */
    static void done(GuardedSharing.Set set) {
        switch (set) {
            case GuardedSharing.Set.Done() -> {}
            case GuardedSharing.Set.NoSuchBucket() -> throw Call.noSuchBucket();
            case GuardedSharing.Set.Malformed(String sentence) ->
                    throw new Failure(ErrorCode.MALFORMED_POLICY, sentence);
            case GuardedSharing.Set.KeptFromPublic() ->
                    throw new Failure(
                            ErrorCode.ACCESS_DENIED,
                            "It would let everybody in, and the bucket's public access block keeps"
                                    + " that (BlockPublicPolicy).");
            case GuardedSharing.Set.StillShared() ->
                    throw new Failure(
                            ErrorCode.INVALID_BUCKET_ACL_WITH_OBJECT_OWNERSHIP,
                            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced"
                                    + " setting: set its ACL to private first.");
        }
    }

    // ---- the public -------------------------------------------------------------------------

    static void publicAccess(Call call) throws IOException {
        byte[] kept =
                BucketDocuments.of(
                        call,
                        BucketSetting.PUBLIC_ACCESS,
                        ErrorCode.NO_SUCH_PUBLIC_ACCESS_BLOCK,
                        "The public access block configuration was not found.");
        PublicAccess block = PublicAccess.of(new String(kept, StandardCharsets.UTF_8));
        call.xml(
                XmlOut.document(BLOCK, 512)
                        .element("BlockPublicAcls", Boolean.toString(block.blockAcls()))
                        .element("IgnorePublicAcls", Boolean.toString(block.ignoreAcls()))
                        .element("BlockPublicPolicy", Boolean.toString(block.blockPolicy()))
                        .element("RestrictPublicBuckets", Boolean.toString(block.restrict()))
                        .done(BLOCK));
    }

    static void putPublicAccess(Call call) throws IOException {
        Xml asked = Xml.parse(call.document(LONGEST_DOCUMENT), BLOCK);
        PublicAccess block =
                new PublicAccess(
                        truth(asked, "BlockPublicAcls"),
                        truth(asked, "IgnorePublicAcls"),
                        truth(asked, "BlockPublicPolicy"),
                        truth(asked, "RestrictPublicBuckets"));
        BucketDocuments.set(
                call,
                BucketSetting.PUBLIC_ACCESS,
                ByteBuffer.wrap(block.text().getBytes(StandardCharsets.UTF_8)));
        call.empty(200, call.headers());
    }

    static void deletePublicAccess(Call call) throws IOException {
        BucketDocuments.remove(call, BucketSetting.PUBLIC_ACCESS);
        call.empty(204, call.headers());
    }

    private static boolean truth(Xml asked, String name) {
        return switch (asked.child(name).strip()) {
            case "true", "TRUE", "1" -> true;
            case "", "false", "FALSE", "0" -> false;
            default -> throw Xml.malformed();
        };
    }
}
