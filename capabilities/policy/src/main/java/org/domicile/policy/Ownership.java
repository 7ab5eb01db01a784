package org.domicile.policy;

import java.util.Arrays;
import java.util.Optional;

/**
 * Who owns the objects of a bucket (Amazon S3 User Guide, "Controlling ownership of objects and
 * disabling ACLs").
 */
public enum Ownership {
    /** The bucket's owner, always; there are no ACLs. */
    ENFORCED("BucketOwnerEnforced"),
    /** Who wrote them, unless the writer gives the bucket's owner full control by a canned ACL. */
    PREFERRED("BucketOwnerPreferred"),
    /** Who wrote them. */
    WRITER("ObjectWriter");

    private final String word;

    Ownership(String word) {
        this.word = word;
    }

    /** As S3 calls it. */
    public String word() {
        return word;
    }

    /** By S3's word. */
    public static Optional<Ownership> of(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findFirst();
    }
}
