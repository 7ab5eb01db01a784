package org.domicile.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;

/** A token that was read. Nothing of it is believed before it is verified. Immutable. */
public final class IdToken {
    private static final int LONGEST = 20_000;
    private static final int LONGEST_SUBJECT = 255;
    private static final Duration SKEW = Duration.ofMinutes(1);

    private final SignedJWT token;
    private final JWTClaimsSet claims;

    private IdToken(SignedJWT token, JWTClaimsSet claims) {
        this.token = token;
        this.claims = claims;
    }

    /** What a verification finds. */
    public sealed interface Verdict {
        /**
         * It is the issuer's, for one of the audiences, and in force.
         *
         * @param subject whom it is about, as the issuer names him; at most 255 characters
         * @param audience the first of those that it names and that were asked for
         * @param expires when it ends
         */
        record Valid(String subject, String audience, Instant expires) implements Verdict {}

        /** It is the issuer's, and has ended. */
        record Expired() implements Verdict {}

        /** The issuer has no key (any more, or yet) that it could be signed with. */
        record UnknownKey() implements Verdict {}

        /** It is not to be trusted: why, in a sentence. */
        record Refused(String sentence) implements Verdict {}
    }

    /** Empty when it is no signed token. */
    public static Optional<IdToken> parse(String text) {
        if (text.length() > LONGEST || !text.chars().allMatch(IdToken::mayBe)) {
            return Optional.empty();
        }
        try {
            SignedJWT token = SignedJWT.parse(text);
            JWTClaimsSet claims = token.getJWTClaimsSet();
            return claims == null ? Optional.empty() : Optional.of(new IdToken(token, claims));
        } catch (ParseException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * RFC 7515, section 2: base64url without padding, and dots between. The library takes other
     * alphabets too, by which one token could be written in several ways.
     */
    private static boolean mayBe(int c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '-'
                || c == '_'
                || c == '.';
    }

    /** Who it says made it ({@code iss}); empty when it says nothing. */
    public String issuer() {
        return claims.getIssuer() == null ? "" : claims.getIssuer();
    }

    /** Whom it says it is for ({@code aud}). */
    public List<String> audiences() {
        return List.copyOf(claims.getAudience());
    }

    /**
     * @param keys of the issuer
     * @param issuer who must have made it
     * @param audiences of which it must name one
     */
    public Verdict verify(IssuerKeys keys, String issuer, List<String> audiences, Instant now) {
        if (!issuer().equals(issuer)) {
            return new Verdict.Refused("another issuer made the token");
        }
        JWSHeader header = token.getHeader();
        JWSAlgorithm algorithm = header.getAlgorithm();
        if (!algorithm.equals(JWSAlgorithm.RS256) && !algorithm.equals(JWSAlgorithm.ES256)) {
            return new Verdict.Refused("the token is not signed with RS256 or ES256");
        }
        JOSEObjectType type = header.getType();
        if (type != null && !type.getType().equalsIgnoreCase("JWT")) {
            return new Verdict.Refused("the token is of another type than JWT");
        }
        List<JWK> candidates = keys.all().stream().filter(each -> fits(each, header)).toList();
        if (candidates.size() != 1) {
            // None, or more than one that the token does not tell apart.
            return new Verdict.UnknownKey();
        }
        return signedBy(candidates.getFirst())
                ? claims(audiences, now)
                : new Verdict.Refused("the token's signature does not match");
    }

    private static boolean fits(JWK key, JWSHeader header) {
        boolean named = header.getKeyID() == null || header.getKeyID().equals(key.getKeyID());
        boolean signs = key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE);
        boolean meant =
                key.getAlgorithm() == null || key.getAlgorithm().equals(header.getAlgorithm());
        boolean typed =
                header.getAlgorithm().equals(JWSAlgorithm.RS256)
                        ? key instanceof RSAKey
                        : key instanceof ECKey;
        return named && signs && meant && typed;
    }

    private boolean signedBy(JWK key) {
        try {
            JWSVerifier verifier =
                    key instanceof RSAKey rsa
                            ? new RSASSAVerifier(rsa.toPublicJWK())
                            : new ECDSAVerifier(key.toECKey().toPublicJWK());
            return token.verify(verifier);
        } catch (JOSEException | IllegalArgumentException e) {
            return false; // a key on another curve, or too short
        }
    }

    private Verdict claims(List<String> audiences, Instant now) {
        List<String> named = claims.getAudience();
        Optional<String> audience = named.stream().filter(audiences::contains).findFirst();
        if (audience.isEmpty()) {
            return new Verdict.Refused("the token is for another audience");
        }
        String subject = claims.getSubject();
        if (subject == null || subject.isBlank() || subject.length() > LONGEST_SUBJECT) {
            return new Verdict.Refused("the token names no subject of 1 to 255 characters");
        }
        Date expires = claims.getExpirationTime();
        if (expires == null) {
            return new Verdict.Refused("the token does not say when it ends");
        }
        if (!now.isBefore(expires.toInstant())) {
            return new Verdict.Expired();
        }
        for (Date begins : new Date[] {claims.getNotBeforeTime(), claims.getIssueTime()}) {
            if (begins != null && now.plus(SKEW).isBefore(begins.toInstant())) {
                return new Verdict.Refused("the token is not valid yet");
            }
        }
        return new Verdict.Valid(subject, audience.get(), expires.toInstant());
    }
}
