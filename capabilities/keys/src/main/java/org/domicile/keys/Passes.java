package org.domicile.keys;

/**
 * The one maker of passes. {@link Keys#passes} hands it out once; the launcher gives it to the
 * ledger.
 */
public final class Passes {
    Passes() {}

    /** A pass for a use whose record is durable at this place. */
    public Pass pass(String log, long index) {
        return new Pass(log, index);
    }
}
