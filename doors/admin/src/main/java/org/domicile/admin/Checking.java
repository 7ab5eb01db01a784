package org.domicile.admin;

import java.time.Instant;
import java.util.List;

/** The check of all that is stored, which the program does by itself. Safe for concurrent use. */
public interface Checking {
    /** How it stands. */
    State state();

    /** Begins one from the start, in the background, at once; the state that it begins with. */
    State begin();

    /**
     * @param running whether one is under way
     * @param began when the one that is under way, or else the last one, began; 1970 for none yet
     * @param ended when the last one that went through ended; 1970 for none yet
     * @param done plain bytes that it has read so far
     * @param total plain bytes that there are to read, about
     * @param versions versions and parts that it has read so far
     * @param wrong how many things it found wrong, also where it names fewer
     * @param findings the first of them; of the last one, until the one under way finds something
     */
    record State(
            boolean running,
            Instant began,
            Instant ended,
            long done,
            long total,
            long versions,
            long wrong,
            List<Wrong> findings) {}

    /**
     * Something that is wrong.
     *
     * @param kind a word, such as {@code damaged-body}
     * @param bucket that it concerns; empty where it concerns none
     * @param key of the object; empty where it concerns none
     * @param version id; empty where it concerns none
     * @param what is wrong, in a sentence
     * @param next what to do
     */
    record Wrong(
            String kind, String bucket, String key, String version, String what, String next) {}
}
