package org.domicile.verifier;

/** Is given the entries of a log while it is checked, in order; owned by the checking thread. */
public interface EntryReader {
    /** A check begins, perhaps once more. @param first index of the first entry that is kept */
    void begin(long first) throws Refused;

    /**
     * One entry, whose hash was not yet compared with anything: the verdict comes at the end.
     *
     * @throws Refused ends the check with that verdict
     */
    void entry(long index, byte[] entry) throws Refused;
}
