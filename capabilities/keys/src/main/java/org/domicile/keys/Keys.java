package org.domicile.keys;

import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;

/** See the package's page. Safe for concurrent use. */
public interface Keys extends AutoCloseable {
    /**
     * Opens the key store, or makes one where neither the folder nor a place knows any. Copies that
     * a crash left behind are repaired from the newest whole one. Overwrites the passphrase of
     * {@code options}.
     *
     * @throws StorageFailure CORRUPT when the store or the root key is missing, truncated or
     *     damaged; FOREIGN when it is older than the folder, another installation's, another root
     *     key's, from a newer program, or when others than its owner may read the root key. The
     *     message says which, and what to do; nothing was written
     */
    static Keys open(KeyOptions options, FolderMark mark, Disk disk, SecureRandom random) {
        return KeyRing.open(options, mark, disk, random);
    }

    /** Bears a new organisation key; returns when it is durable in every place. */
    KeyId createOrganisation();

    /**
     * Bears a bucket, subject or named key under an organisation's; returns when it is durable in
     * every place.
     */
    KeyId create(KeyId.Kind kind, KeyId organisation);

    /**
     * The living key of the person whom an organisation knows under an identifier; empty when there
     * is none. The identifier is stored nowhere: what leads from it to the key is a token (an HMAC
     * under a key of the store) that stands in the store alone, and dies with the key. Two
     * organisations' keys for one identifier have nothing in common.
     *
     * @param identifier 1 to 1,024 bytes
     */
    Optional<KeyId> subject(KeyId organisation, String identifier);

    /** The same, born when there is none; callers at once get one and the same. */
    KeyId createSubject(KeyId organisation, String identifier);

    /** True while the key lives. */
    boolean exists(KeyId key);

    /**
     * Destroys keys (an organisation's takes all that were born under it along): every place is
     * rewritten under a new epoch key; returns when no place can open them any more. Destroying a
     * dead key does nothing.
     */
    void destroy(List<KeyId> keys);

    /**
     * A handle that seals under a bucket's key and cannot open. @throws KeyGone when the key is
     * dead
     */
    Sealer sealer(KeyId bucket);

    /**
     * A handle that opens under a bucket's key, against proof of a record. @throws KeyGone when the
     * key is dead
     */
    Opener opener(KeyId bucket, Pass pass);

    /**
     * A named key as a second one: it opens nothing without an opener, which takes a pass. @throws
     * KeyGone when the key is dead
     */
    SecondKey second(KeyId named);

    /**
     * The program's own secrets (credentials' secrets, the ledger's signing keys), sealed under the
     * epoch's key chain.
     */
    Vault vault();

    /** Salts and payload sealing for the records about a subject. */
    Subjects subjects();

    /** The one maker of passes. @throws IllegalStateException on the second call */
    Passes passes();

    /** Generation, places, and what {@code status} warns about. */
    State state();

    @Override
    void close();

    /**
     * @param generation of the store @param places where copies lie @param living number of keys
     */
    record State(long generation, List<String> places, long living) {}

    /** A key that was destroyed, or never was: nothing sealed under it can be opened. */
    final class KeyGone extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final KeyId.Kind kind;

        KeyGone(KeyId key) {
            super("the key " + key.kind() + " " + key.id() + " does not exist (any more)");
            this.kind = key.kind();
        }

        /** What kind of key it is. */
        public KeyId.Kind kind() {
            return kind;
        }
    }
}
