package org.domicile.register;

/**
 * Something that was observed and not declared.
 *
 * @param what which
 * @param value the action or zone; empty for others
 * @param count uses
 * @param first index of the first entry that shows it
 * @param last index of the last
 */
record Drift(What what, String value, long count, long first, long last) {
    /** Which. */
    enum What {
        /** Allowed uses after it was withdrawn. */
        USED_AFTER_WITHDRAWAL,
        /** Allowed uses after its end. */
        USED_AFTER_EXPIRY,
        /** An action that it did not declare. */
        ACTION_NOT_DECLARED,
        /** A zone that is inside none that it declared. */
        ZONE_NOT_DECLARED,
        /** Uses name a purpose that no statement made. */
        NEVER_STATED,
        /** More refusals than usual. */
        REFUSALS_RISE
    }

    Drift and(long more, long index) {
        return new Drift(what, value, count + more, first, index);
    }
}
