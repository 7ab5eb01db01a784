package org.domicile.policy;

import org.domicile.keys.Vault;

/** Seals nothing: for tests of what is not about secrets. */
final class PlainVault implements Vault {
    @Override
    public byte[] seal(String name, byte[] secret) {
        return secret.clone();
    }

    @Override
    public byte[] open(String name, byte[] sealed) {
        return sealed.clone();
    }
}
