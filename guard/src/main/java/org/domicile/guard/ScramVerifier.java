package org.domicile.guard;

/**
 * What a server needs to know of a password to judge a proof of it by SCRAM-SHA-256 (RFC 5802,
 * section 3): it does not give the password away.
 *
 * @param iterations of PBKDF2
 */
public record ScramVerifier(byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {
    @Override
    public String toString() {
        return "a SCRAM verifier";
    }
}
