package org.domicile.policy;

import java.time.Instant;

/**
 * A key that an organisation gave a name, to seal objects under beside their bucket's key.
 *
 * @param organisation whose it is
 * @param name unique among the organisation's
 * @param key id of the key in the key store
 * @param destroyed nothing that is sealed under it can be read any more; its name may be given anew
 */
public record NamedKey(
        String organisation, String name, String key, Instant created, boolean destroyed) {
    /** What is meant where no key is named. */
    public static final String DEFAULT = "default";

    /** Its full name: {@code organisation/name}. */
    public String id() {
        return organisation + "/" + name;
    }

    NamedKey ended() {
        return new NamedKey(organisation, name, key, created, true);
    }
}
