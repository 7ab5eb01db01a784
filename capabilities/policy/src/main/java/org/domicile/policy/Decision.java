package org.domicile.policy;

/**
 * What policy says. @param reason code of the rule that decided @param policy digest of the state
 * that it read
 */
public record Decision(Effect effect, String reason, String policy) {
    /** Allowed or refused. */
    public enum Effect {
        /** Let through. */
        ALLOW,
        /** Refuse. */
        REFUSE
    }
}
