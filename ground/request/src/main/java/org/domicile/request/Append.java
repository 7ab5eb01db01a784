package org.domicile.request;

/**
 * One entry for the end of one log, made durable in the same transaction as everything else in the
 * commit that carries it.
 *
 * @param log name of the log
 * @param entry permanent bytes, at most 65,535; they become a leaf
 * @param payload detached and erasable bytes, kept beside the entry and no part of the leaf; may be
 *     empty
 */
public record Append(String log, byte[] entry, byte[] payload) {
    /** C2SP tlog-tiles: an entry's length is an unsigned 16-bit number. */
    public static final int MAX_ENTRY = 65_535;

    /** Checks the limit. */
    public Append {
        if (entry.length == 0 || entry.length > MAX_ENTRY) {
            throw new IllegalArgumentException(
                    "an entry has 1 to 65,535 bytes, not " + entry.length);
        }
    }
}
