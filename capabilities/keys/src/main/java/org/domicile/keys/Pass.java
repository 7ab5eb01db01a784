package org.domicile.keys;

/**
 * Shows that a use is on record, durably. Opens what {@link Keys#opener} asks it for. Only {@link
 * Passes} makes it.
 */
public final class Pass {
    private final String log;
    private final long index;

    Pass(String log, long index) {
        this.log = log;
        this.index = index;
    }

    /** The use log that holds the record. */
    public String log() {
        return log;
    }

    /** Where in it. */
    public long index() {
        return index;
    }
}
