package org.domicile.policy;

import java.util.ArrayList;
import java.util.List;

/**
 * What a bucket keeps from the public whatever its ACLs and its policy say (Amazon S3 User Guide,
 * "Blocking public access to your Amazon S3 storage").
 *
 * @param blockAcls no public ACL can be set
 * @param ignoreAcls what ACLs grant to everybody counts for nothing
 * @param blockPolicy no public policy can be set
 * @param restrict what a public policy allows, it allows to the bucket's organisation alone
 */
public record PublicAccess(
        boolean blockAcls, boolean ignoreAcls, boolean blockPolicy, boolean restrict) {
    /** Nothing is kept. */
    public static final PublicAccess OPEN = new PublicAccess(false, false, false, false);

    private static final String BLOCK_ACLS = "BlockPublicAcls";
    private static final String IGNORE_ACLS = "IgnorePublicAcls";
    private static final String BLOCK_POLICY = "BlockPublicPolicy";
    private static final String RESTRICT = "RestrictPublicBuckets";

    /** What of it decisions read. */
    PublicAccess deciding() {
        return new PublicAccess(false, ignoreAcls, false, restrict);
    }

    /** Its form in storage: S3's words for what is kept, with spaces between them. */
    public String text() {
        List<String> words = new ArrayList<>();
        if (blockAcls) {
            words.add(BLOCK_ACLS);
        }
        if (ignoreAcls) {
            words.add(IGNORE_ACLS);
        }
        if (blockPolicy) {
            words.add(BLOCK_POLICY);
        }
        if (restrict) {
            words.add(RESTRICT);
        }
        return String.join(" ", words);
    }

    /** From {@link #text}. */
    public static PublicAccess of(String text) {
        List<String> words = List.of(text.split(" "));
        return new PublicAccess(
                words.contains(BLOCK_ACLS),
                words.contains(IGNORE_ACLS),
                words.contains(BLOCK_POLICY),
                words.contains(RESTRICT));
    }
}
