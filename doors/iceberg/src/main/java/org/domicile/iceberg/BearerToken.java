package org.domicile.iceberg;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import org.domicile.guard.Identity;

/**
 * What a client shows in place of a signature.
 *
 * @param accessKey of a session @param token its sealed token @param proof a key that only its
 *     secret gives, as for a signature of no date
 */
record BearerToken(String accessKey, String token, String proof) {
    private static final int LONGEST = 8_192;
    private static final String DATE = "00000000";
    private static final String REGION = "bearer";
    private static final String SERVICE = "iceberg";

    /** Of a session whose secret was just shown. */
    static BearerToken of(String accessKey, String token, Identity.Session session) {
        return new BearerToken(accessKey, token, proof(session));
    }

    private static String proof(Identity.Session session) {
        return HexFormat.of().formatHex(session.signingKey(DATE, REGION, SERVICE));
    }

    String text() {
        return accessKey + "." + token + "." + proof;
    }

    /** Empty when it is none of ours in its form. */
    static Optional<BearerToken> parse(String text) {
        String[] parts = text.length() > LONGEST ? new String[0] : text.split("\\.", -1);
        return parts.length == 3
                ? Optional.of(new BearerToken(parts[0], parts[1], parts[2]))
                : Optional.empty();
    }

    /** The session that it shows; empty when it is forged. */
    Optional<Identity.Session> session(Identity identity) {
        return identity.session(accessKey, token)
                .filter(each ->
                        MessageDigest.isEqual(
                                proof(each).getBytes(java.nio.charset.StandardCharsets.UTF_8),
                                proof.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    @Override
    public String toString() {
        return "bearer of " + accessKey;
    }
}
