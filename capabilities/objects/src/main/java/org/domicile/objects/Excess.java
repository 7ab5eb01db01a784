package org.domicile.objects;

/**
 * What a change would pass.
 *
 * @param of whose quota it is
 * @param name of the bucket or organisation
 * @param quota which there is
 * @param present what is taken already
 * @param asked by how much the change would raise it
 */
public record Excess(Of of, String name, Quota quota, Usage present, Usage asked) {
    /** Whose quota. */
    public enum Of {
        /** A bucket's. */
        BUCKET,
        /** An organisation's, over all of its buckets. */
        ORGANISATION
    }
}
