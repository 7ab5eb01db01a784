package org.domicile.guard;

/**
 * Which keys a body is sealed under, as answers may say it.
 *
 * @param kind which second key there is beside the bucket's
 * @param name of a named key; empty otherwise
 */
public record Encrypted(Kind kind, String name) {
    /** Under the bucket's own key alone. */
    public static final Encrypted OWN = new Encrypted(Kind.OWN, "");

    /** What there is beside the bucket's key. */
    public enum Kind {
        /** Nothing. */
        OWN,
        /** A named key of the organisation. */
        NAMED,
        /** A key that the customer keeps. */
        CUSTOMER
    }
}
