package org.domicile.keys;

import java.util.Optional;

/**
 * What the records about a subject hang on: destroy the subject's key and neither its commitments
 * nor its payloads can be opened by anyone, while every proof still holds.
 */
public interface Subjects {
    /**
     * 32 bytes for one entry of one subject, derived from the subject's key (HKDF-SHA-256, info =
     * {@code entry}); the salts of the entry's fields come from it. @throws Keys.KeyGone when the
     * key is dead
     */
    byte[] salts(KeyId subject, byte[] entry);

    /**
     * Seals an entry's payload under the subject's key. @throws Keys.KeyGone when the key is dead
     */
    byte[] seal(KeyId subject, byte[] entry, byte[] payload);

    /** Opens it; empty when the subject was erased. */
    Optional<byte[]> open(KeyId subject, byte[] entry, byte[] sealed);
}
