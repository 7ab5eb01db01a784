package org.domicile.keys;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;

/**
 * HKDF-SHA-256 (RFC 5869), the expand step alone, one block. Every key that something is derived
 * from here is 32 uniformly random bytes, or derived from such, so the extract step adds nothing
 * (RFC 5869, section 3.3).
 */
final class Hkdf {
    private static final String ALGORITHM = "HmacSHA256";

    /** Looking an algorithm up costs more than a short HMAC does; a copy of one costs little. */
    private static final Mac PROTOTYPE = prototype();

    private Hkdf() {}

    private static Mac prototype() {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            // A Mac can be copied once it has chosen its provider, which the first key makes it do.
            mac.init(new Secret.Raw(new byte[Secret.LENGTH], ALGORITHM));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    /** 32 bytes: T(1) of HKDF-Expand with info = label, a zero byte, and {@code info}. */
    static byte[] expand(byte[] key, String label, byte[] info) {
        Mac mac = mac(key);
        mac.update(label.getBytes(US_ASCII));
        mac.update((byte) 0);
        mac.update(info);
        mac.update((byte) 1);
        return mac.doFinal();
    }

    /** An initialised HMAC-SHA-256. */
    static Mac mac(byte[] key) {
        try {
            Mac mac = (Mac) PROTOTYPE.clone();
            mac.init(new Secret.Raw(key, ALGORITHM));
            return mac;
        } catch (GeneralSecurityException | CloneNotSupportedException e) {
            throw new IllegalStateException("every Java copies an " + ALGORITHM, e);
        }
    }
}
