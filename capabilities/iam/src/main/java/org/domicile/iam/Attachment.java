package org.domicile.iam;

/** Where a policy document hangs, which says what it has to name and how far it reaches. */
public sealed interface Attachment {
    /** On a bucket: each statement names its principals, and reaches this bucket alone. */
    record Bucket(String name) implements Attachment {}

    /** On a principal, who is not named in it. */
    record Identity() implements Attachment {}

    /** On a session, whose principal is not named in it; it can only narrow what others allow. */
    record Session() implements Attachment {}
}
