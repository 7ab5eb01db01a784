package org.domicile.policy;

import java.util.List;

/**
 * What policy says.
 *
 * @param reason {@code allowed}, or the code that the caller is told: the first of those that
 *     forbid, in the order of the package's page
 * @param policy digest of the whole deciding set, 64 hexadecimal digits
 * @param reasons the ids of all policies that determined it: those that forbid, or else those that
 *     permit
 * @param read what the decision read beside the fields that every use's record has, as canonical
 *     JSON; it goes on record
 */
public record Decision(
        Effect effect, String reason, String policy, List<String> reasons, String read) {
    /** Allowed or refused. */
    public enum Effect {
        /** Let through. */
        ALLOW,
        /** Refuse. */
        REFUSE
    }
}
