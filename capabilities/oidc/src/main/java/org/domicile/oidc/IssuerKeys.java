package org.domicile.oidc;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.List;
import java.util.Map;

/** The public keys of an issuer (RFC 7517, section 5). Immutable. */
public final class IssuerKeys {
    /** Longest document of an issuer, in bytes. */
    public static final int LARGEST = 256 << 10;

    private static final int MOST = 64;

    /** Fewest bits of an RSA key (RFC 7518, section 3.3); the library does not demand them. */
    private static final int SHORTEST_RSA = 2_048;

    private final List<JWK> all;

    private IssuerKeys(List<JWK> all) {
        this.all = all;
    }

    /** What an issuer says cannot be read, or is not what it has to be: a sentence. */
    public static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        Unreadable(String sentence) {
            super(sentence);
        }
    }

    /**
     * Reads a set of keys. Keys of types that nobody here knows, and RSA keys of fewer than 2048
     * bits, are left out.
     *
     * @throws Unreadable when it is no such document, or has more than 64 keys
     */
    public static IssuerKeys parse(byte[] document) throws Unreadable {
        try {
            List<JWK> keys = JWKSet.parse(json(document)).getKeys();
            if (keys.size() > MOST) {
                throw new Unreadable("the issuer has more than 64 keys");
            }
            return new IssuerKeys(
                    keys.stream()
                            .map(JWK::toPublicJWK)
                            .filter(each -> each != null && isLongEnough(each))
                            .toList());
        } catch (ParseException | IllegalArgumentException e) {
            throw new Unreadable("the issuer's keys cannot be read");
        }
    }

    private static boolean isLongEnough(JWK key) {
        return !(key instanceof RSAKey rsa)
                || rsa.getModulus().decodeToBigInteger().bitLength() >= SHORTEST_RSA;
    }

    /**
     * Where an issuer's keys are, by what it says of itself.
     *
     * @param issuer who the document must be of
     * @throws Unreadable when it is no such document, or another issuer's
     */
    public static String address(byte[] discovery, String issuer) throws Unreadable {
        try {
            Map<String, Object> document = json(discovery);
            if (!issuer.equals(JSONObjectUtils.getString(document, "issuer"))) {
                throw new Unreadable("the document is not of this issuer");
            }
            String address = JSONObjectUtils.getString(document, "jwks_uri");
            if (address == null) {
                throw new Unreadable("the issuer does not say where its keys are");
            }
            return address;
        } catch (ParseException e) {
            throw new Unreadable("what the issuer says of itself cannot be read");
        }
    }

    private static Map<String, Object> json(byte[] document) throws ParseException {
        return JSONObjectUtils.parse(new String(document, StandardCharsets.UTF_8), LARGEST);
    }

    List<JWK> all() {
        return all;
    }
}
