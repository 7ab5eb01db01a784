package org.domicile.request;

/** Who asks. Closed: every place that judges a caller has to say what it does with each kind. */
public sealed interface Caller {
    /**
     * Somebody whose credential was verified.
     *
     * @param organisation id of the tenant
     * @param principal random id of the principal (never a name)
     * @param credential access key id
     * @param purpose the one purpose that the credential is bound to, as "organisation/name"
     */
    record Known(String organisation, String principal, String credential, String purpose)
            implements Caller {}

    /** Nobody known: no credential was shown. */
    record Anonymous() implements Caller {}

    /**
     * A part of the program that works on its own: compaction, scrub, expiry.
     *
     * @param name the system principal, for example {@code system:upkeep}
     * @param purpose the built-in purpose it acts under
     */
    record Program(String name, String purpose) implements Caller {}
}
