package org.domicile.admin;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The program that runs around the door. Safe for concurrent use. */
public interface Running {
    /** How it is. Answered even when nothing can be recorded, because it is asked just then. */
    Status status();

    /** Begins an orderly end and returns at once; requests under way are served. */
    void stop();

    /**
     * Holds still what a backup copies: a folder in which everything that belongs together stays as
     * it is now, until whoever copies lets go of the lock beside it.
     *
     * @param holder what whoever copies wrote into the lock; empty for somebody who has it not
     * @throws org.domicile.bytes.StorageFailure when it cannot be made: with a sentence; OVERLOADED
     *     while somebody else copies what was held before
     */
    Path hold(String holder);

    /** Tells events from now on that wait since this folder goes on as an older copy. */
    Told resumeEvents();

    /** Since when events are told. */
    enum Told {
        /** They waited. */
        FROM_NOW_ON,
        /** They did not wait. */
        ALREADY
    }

    /**
     * @param state {@code ready}, or a word that says why not
     * @param version of the program
     * @param started when
     * @param endpoints URLs by listener name
     * @param figures numbers by name, for example {@code ledger.entries}
     * @param warnings sentences about what needs an operator, each with what to do
     */
    record Status(
            String state,
            String version,
            Instant started,
            Map<String, String> endpoints,
            Map<String, Long> figures,
            List<String> warnings) {}
}
