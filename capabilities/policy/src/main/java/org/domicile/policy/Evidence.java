package org.domicile.policy;

import java.util.List;

/**
 * What a digest in a use's record names: enough to make its decision once more without the
 * installation that made it. Who has it checks it first, because it is taken for what its digest
 * names and for nothing else.
 */
public sealed interface Evidence {
    /** 64 hexadecimal characters, as records name it. */
    String digest();

    /**
     * A register of the past: all that decisions read of it. It is of the whole installation, since
     * its digest is; it holds no secret, no policy and no person's name.
     *
     * @param records in the form in which they are kept
     */
    record OfRegister(String digest, List<Kept> records) implements Evidence {}

    /** A record of a register. @param key two bytes of kind, then its name in UTF-8 */
    record Kept(byte[] key, byte[] value) {}

    /**
     * A document that only some are bound by: the permissions of a role, the policy of a session,
     * or that of a bucket.
     *
     * @param digest SHA-256 of the text in UTF-8
     */
    record OfDocument(String digest, String text) implements Evidence {}

    /**
     * A deciding set of the past.
     *
     * @param schema in Cedar's own syntax
     * @param program the policies of the program
     * @param own the organisation's policy sets, in the order of their names
     */
    record OfPolicies(String digest, String schema, String program, List<PolicyText> own)
            implements Evidence {}
}
