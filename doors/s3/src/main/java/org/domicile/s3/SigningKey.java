package org.domicile.s3;

import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs with one derived key, for one request. Owned by the request's thread. */
final class SigningKey {
    // Looking an algorithm up costs more than one use of it; a clone of an unused one does not.
    // Never used themselves, so cloning them from many threads is safe.
    private static final Mac MAC;
    private static final MessageDigest SHA256 = lookUp("SHA-256");

    static {
        try {
            MAC = Mac.getInstance("HmacSHA256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    private final Mac mac;

    SigningKey(byte[] key) {
        try {
            mac = (Mac) MAC.clone();
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
        } catch (CloneNotSupportedException | InvalidKeyException e) {
            throw new IllegalStateException("the JDK's HmacSHA256 clones and takes any key", e);
        }
    }

    /** The signature in lower-case hexadecimal digits. */
    byte[] sign(Text text) {
        mac.update(text.bytes(), 0, text.length());
        return Text.hexOf(mac.doFinal());
    }

    static MessageDigest sha256() {
        return copy(SHA256);
    }

    static MessageDigest copy(MessageDigest unused) {
        try {
            return (MessageDigest) unused.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's digests clone", e);
        }
    }

    static MessageDigest lookUp(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + name, e);
        }
    }
}
