package org.domicile.policy;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.domicile.keys.KeyId;
import org.domicile.keys.Subjects;
import org.domicile.keys.Vault;

/**
 * What hangs on a person's key, sealed by a vault of the tests.
 *
 * @param gone ids of the keys of those who are erased
 */
record SealedNames(Vault vault, Set<String> gone) implements Subjects {
    @Override
    public byte[] salts(KeyId subject, byte[] entry) {
        throw new AssertionError("the register makes no salts");
    }

    @Override
    public byte[] seal(KeyId subject, byte[] entry, byte[] payload) {
        return vault.seal(name(subject, entry), payload);
    }

    @Override
    public Optional<byte[]> open(KeyId subject, byte[] entry, byte[] sealed) {
        return gone.contains(subject.id())
                ? Optional.empty()
                : Optional.of(vault.open(name(subject, entry), sealed));
    }

    private static String name(KeyId subject, byte[] entry) {
        return subject.id() + new String(entry, StandardCharsets.UTF_8);
    }
}
