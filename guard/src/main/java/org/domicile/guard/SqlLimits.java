package org.domicile.guard;

import org.domicile.query.Limits;

/**
 * What SQL of an organisation may take.
 *
 * @param sessions that it has now
 * @param use of asking, or of setting, as {@code organisation/node/number}
 */
public record SqlLimits(String organisation, Limits limits, Whose whose, int sessions, String use) {
    /** Where they come from. */
    public enum Whose {
        /** What the server's configuration says for all. */
        USUAL,
        /** Set for this organisation. */
        OWN
    }
}
