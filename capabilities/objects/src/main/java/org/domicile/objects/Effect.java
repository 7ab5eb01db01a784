package org.domicile.objects;

import java.time.Instant;
import org.domicile.events.Event;

/**
 * What a change that is about to be committed does to a name.
 *
 * @param version of what it makes, changes or removes
 * @param at when
 */
public record Effect(Kind kind, Event.Version version, Instant at) {
    /** What it does. */
    public enum Kind {
        /** An object is there now. */
        STORED,
        /** One changed in its place. */
        AMENDED,
        /** A delete marker is there now. */
        MARKED,
        /** A version, or the object of a bucket without versions, is gone. */
        REMOVED
    }
}
