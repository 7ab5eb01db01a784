package org.domicile.guard;

import org.domicile.policy.Facts;

/** What a request says of itself; asked only where a bucket's policy could read it. */
public interface Asking {
    /** Nothing. */
    Asking NOTHING = () -> Facts.NONE;

    /** What it says. */
    Facts facts();
}
