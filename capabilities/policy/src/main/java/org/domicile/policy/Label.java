package org.domicile.policy;

/**
 * What an operator says of data that lie in a bucket, or below a prefix of it.
 *
 * @param organisation the bucket's; a label says nothing of a bucket of the same name that is
 *     another's
 * @param bucket its name
 * @param prefix what names of objects begin with; empty for the whole bucket
 * @param marks what is said
 */
public record Label(String organisation, String bucket, String prefix, Marks marks) {
    /** Its full name: {@code organisation/bucket/prefix}. */
    public String id() {
        return organisation + "/" + bucket + "/" + prefix;
    }
}
