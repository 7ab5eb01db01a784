package org.domicile.policy;

import java.util.Optional;

/** What decisions of the past have read, by the digests that their records name. */
interface Past {
    /**
     * A register; empty when none of that digest is kept. Its digest may come out as another: then
     * it was altered.
     *
     * @throws IllegalArgumentException when what is kept cannot be read
     */
    Optional<Register> register(String digest);

    /** The text of a role's permissions or a session's policy; empty when none is kept. */
    Optional<String> document(String digest);

    /** A deciding set, likewise. */
    Optional<DecidingSet> set(String digest);

    /** The document of a bucket's policy; empty when none of that digest is kept. */
    Optional<String> bucketPolicy(String digest);
}
