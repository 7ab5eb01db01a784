package org.domicile.keys;

/** Seals and opens the program's own secrets. They are no user's data, so no pass is asked. */
public interface Vault {
    /** Seals a secret, bound to a name. */
    byte[] seal(String name, byte[] secret);

    /** Opens it. @throws org.domicile.bytes.StorageFailure CORRUPT when it does not verify */
    byte[] open(String name, byte[] sealed);
}
