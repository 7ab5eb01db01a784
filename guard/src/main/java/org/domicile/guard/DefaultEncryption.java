package org.domicile.guard;

import java.nio.charset.StandardCharsets;

/**
 * Which keys seal what says nothing of keys, as a bucket keeps it.
 *
 * @param encryption {@link Encryption.Own} or {@link Encryption.Named}
 * @param spared whether calls to a key service are to be spared (S3's Bucket Key): kept for who
 *     asks, without effect
 */
public record DefaultEncryption(Encryption encryption, boolean spared) {
    private static final String OWN = "own";
    private static final String NAMED = "named ";
    private static final String SPARED = "\nspared";

    /** Refuses what cannot be a default. */
    public DefaultEncryption {
        if (!(encryption instanceof Encryption.Own) && !(encryption instanceof Encryption.Named)) {
            throw new IllegalArgumentException("no default: " + encryption);
        }
    }

    /** The document of {@link BucketSetting#ENCRYPTION}. */
    public byte[] encode() {
        String what = encryption instanceof Encryption.Named(String name) ? NAMED + name : OWN;
        return (spared ? what + SPARED : what).getBytes(StandardCharsets.UTF_8);
    }

    /** Reads it. */
    public static DefaultEncryption decode(byte[] document) {
        String text = new String(document, StandardCharsets.UTF_8);
        boolean spared = text.endsWith(SPARED);
        String what = spared ? text.substring(0, text.length() - SPARED.length()) : text;
        return new DefaultEncryption(
                what.startsWith(NAMED)
                        ? new Encryption.Named(what.substring(NAMED.length()))
                        : new Encryption.Own(),
                spared);
    }
}
