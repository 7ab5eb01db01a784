package org.domicile.moves;

/**
 * What became of one version, one delete marker, or one thing that is set for a bucket.
 *
 * @param name of the object; empty for what concerns the bucket
 * @param from its version's id where it comes from; of what is set for a bucket, which thing
 * @param to its version's id where it went; empty when it did not
 * @param size plain bytes
 * @param fate what became of it
 * @param by how it was compared, or why it was left, a sentence
 */
public record Line(String name, String from, String to, long size, Fate fate, String by) {
    /** What became of it. */
    public enum Fate {
        /** It was carried. */
        CARRIED,
        /** It was there already. */
        PRESENT,
        /** It could not be carried. */
        LEFT,
        /** It could not be carried now, and is tried again before the move is done. */
        WAITING
    }

    /** One that could not be carried now. */
    public static Line waiting(String name, String from, long size, String why) {
        return new Line(name, from, "", size, Fate.WAITING, why);
    }

    /** One that could not be carried. */
    public static Line left(String name, String from, long size, String why) {
        return new Line(name, from, "", size, Fate.LEFT, why);
    }
}
