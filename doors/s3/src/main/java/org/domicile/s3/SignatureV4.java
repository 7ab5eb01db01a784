package org.domicile.s3;

import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.domicile.guard.Identity;
import org.domicile.http.Exchange;
import org.domicile.request.Caller;

/**
 * AWS Signature Version 4 with HMAC-SHA256, in the Authorization header or in the query (S3 API
 * reference, "Authenticating Requests"). Safe for concurrent use.
 *
 * <p><b>Meant, though it looks odd.</b> The path that is signed is tried in two spellings: decoded
 * and encoded once, as S3 documents it, and, when that does not match, as it stands on the wire,
 * because some clients sign what they send. Either way the signature is over this path. The header
 * x-amz-content-sha256 may be missing from SignedHeaders: its value is part of what is signed
 * anyway.
 */
final class SignatureV4 implements Authentication {
    private static final Duration SKEW = Duration.ofMinutes(15);
    static final String DEFAULT_REGION = "us-east-1";
    static final String SERVICE = "s3";
    static final String END = "aws4_request";
    private static final String TOKEN = "x-amz-security-token";
    private static final String CONTENT_SHA256 = "x-amz-content-sha256";

    private final Identity identity;
    private final String service;
    private final String region;
    private final InstantSource clock;

    /**
     * @param service as it stands in the scope of what is signed
     */
    SignatureV4(Identity identity, String service, String region, InstantSource clock) {
        this.identity = identity;
        this.service = service;
        this.region = region;
        this.clock = clock;
    }

    @Override
    public Verdict judge(Exchange exchange) {
        Fields fields = Fields.of(exchange.headers());
        try {
            CanonicalQuery query = CanonicalQuery.of(exchange.rawQuery());
            Optional<Claim> claim = claim(fields, query);
            if (claim.isEmpty()) {
                return new Verdict.Accepted(
                        new Caller.Anonymous(),
                        new BodyPayload(exchange, fields, Framing.unsigned(fields)));
            }
            String hash = contentHash(fields, query, claim.get());
            Signed signed = signed(exchange, fields, query, claim.get(), hash);
            return new Verdict.Accepted(
                    signed.caller(),
                    new BodyPayload(exchange, fields, Framing.of(hash, signed.key(), claim.get())));
        } catch (Failure failure) {
            return new Verdict.Rejected(claimed(fields, exchange.rawQuery(), identity), failure);
        }
    }

    /** Who sent a request, or why it is not believed. */
    sealed interface Sender {
        /** Signed, or anonymous. */
        record Believed(Caller caller) implements Sender {}

        /** As {@link Verdict.Rejected}. */
        record Unbelieved(Optional<Caller.Known> claimed, Failure failure) implements Sender {}
    }

    /**
     * The same for a service whose requests do not say the hash of their body: it is signed all the
     * same.
     */
    Sender judge(Exchange exchange, byte[] body) {
        Fields fields = Fields.of(exchange.headers());
        try {
            CanonicalQuery query = CanonicalQuery.of(exchange.rawQuery());
            Optional<Claim> claim = claim(fields, query);
            if (claim.isEmpty()) {
                return new Sender.Believed(new Caller.Anonymous());
            }
            String hash = HexFormat.of().formatHex(SigningKey.sha256().digest(body));
            return new Sender.Believed(signed(exchange, fields, query, claim.get(), hash).caller());
        } catch (Failure failure) {
            return new Sender.Unbelieved(claimed(fields, exchange.rawQuery(), identity), failure);
        }
    }

    /** What the request says of its signature; empty when it has none. */
    private static Optional<Claim> claim(Fields fields, CanonicalQuery query) {
        boolean inHeader = fields.has("authorization");
        boolean inQuery = inQuery(query);
        boolean second = query.has("AWSAccessKeyId") || query.has("Signature");
        if (inHeader && (inQuery || second) || inQuery && second) {
            throw new Failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "Only one auth mechanism allowed; only the X-Amz-Algorithm query"
                            + " parameter, Signature query string parameter or the"
                            + " Authorization header should be specified.");
        }
        if (second) {
            throw Claim.unsupported();
        }
        if (!inHeader && !inQuery) {
            if (!token(fields, query).isEmpty()) {
                throw badToken(); // it says who, and nothing that proves it
            }
            return Optional.empty();
        }
        return Optional.of(inHeader ? Claim.inHeader(fields) : Claim.inQuery(query));
    }

    private static boolean inQuery(CanonicalQuery query) {
        return query.has("X-Amz-Algorithm")
                || query.has("X-Amz-Signature")
                || query.has("X-Amz-Credential");
    }

    /** The session token; empty when there is none. Either place is part of what is signed. */
    private static String token(Fields fields, CanonicalQuery query) {
        String inHeader = fields.one(TOKEN);
        String inQuery = query.one("X-Amz-Security-Token");
        if (!inHeader.isEmpty() && !inQuery.isEmpty()) {
            throw new Failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "The session token stands both in the header and in the query. Send it once.");
        }
        return inHeader.isEmpty() ? inQuery : inHeader;
    }

    /** Somebody whose signature is right. @param key that signs chunks too */
    record Signed(Caller.Known caller, SigningKey key) {}

    /** What a credential signs with, whether it may do anything or not. */
    Signed signer(Scope scope, String token) {
        if (token.isEmpty()) {
            SigningKey key =
                    identity.signingKey(scope.accessKey(), scope.date(), scope.region(), service)
                            .map(SigningKey::new)
                            .orElseThrow(SignatureV4::stranger);
            return new Signed(
                    identity.caller(scope.accessKey()).orElseThrow(SignatureV4::stranger), key);
        }
        Identity.Session session =
                identity.session(scope.accessKey(), token).orElseThrow(SignatureV4::badToken);
        if (!clock.instant().isBefore(session.expires())) {
            throw new Failure(
                    ErrorCode.EXPIRED_TOKEN, "The provided token has expired. Ask for a new one.");
        }
        return new Signed(
                session.caller(),
                new SigningKey(session.signingKey(scope.date(), scope.region(), service)));
    }

    private Signed signed(
            Exchange exchange, Fields fields, CanonicalQuery query, Claim claim, String hash) {
        requireTime(claim);
        requireScope(claim);
        Signed signer = signer(claim.scope(), token(fields, query));
        SigningKey key = signer.key();
        String path = PercentCoding.canonical(exchange.rawPath(), PercentCoding.Place.PATH);
        String wire = exchange.rawPath();
        if (!matches(exchange.method(), path, fields, query, claim, hash, key)
                && (path.equals(wire)
                        || !matches(exchange.method(), wire, fields, query, claim, hash, key))) {
            throw mismatch(
                    "The request signature we calculated does not match the signature you"
                            + " provided. Check your key and signing method.");
        }
        return signer;
    }

    private void requireTime(Claim claim) {
        Instant now = clock.instant();
        switch (claim.place()) {
            case HEADER -> {
                if (Duration.between(claim.time(), now).abs().compareTo(SKEW) > 0) {
                    throw new Failure(
                            ErrorCode.REQUEST_TIME_TOO_SKEWED,
                            "The difference between the request time and the server's time is too"
                                    + " large.");
                }
            }
            case QUERY -> {
                if (now.plus(SKEW).isBefore(claim.time())) {
                    throw new Failure(ErrorCode.ACCESS_DENIED, "Request is not valid yet");
                }
                if (now.isAfter(claim.time().plus(claim.life()))) {
                    throw new Failure(ErrorCode.ACCESS_DENIED, "Request has expired");
                }
            }
        }
    }

    private void requireScope(Claim claim) {
        Scope scope = claim.scope();
        if (!claim.timestamp().startsWith(scope.date()) || scope.date().length() != 8) {
            throw wrongScope(
                    claim,
                    "Invalid credential date \""
                            + scope.date()
                            + "\". This date is not the same as X-Amz-Date: \""
                            + claim.timestamp()
                            + "\".");
        }
        if (!scope.service().equals(service)) {
            throw wrongScope(
                    claim,
                    "incorrect service \""
                            + scope.service()
                            + "\". This endpoint belongs to \""
                            + service
                            + "\".");
        }
        if (!scope.end().equals(END)) {
            throw wrongScope(
                    claim,
                    "incorrect terminal \""
                            + scope.end()
                            + "\". This endpoint uses \""
                            + END
                            + "\".");
        }
        if (!scope.region().equals(region) && !scope.region().equals(DEFAULT_REGION)) {
            throw wrongScope(
                    claim,
                    "the region '" + scope.region() + "' is wrong; expecting '" + region + "'",
                    Map.of(Failure.REGION, region));
        }
    }

    private static Failure wrongScope(Claim claim, String sentence) {
        return wrongScope(claim, sentence, Map.of());
    }

    private static Failure wrongScope(Claim claim, String sentence, Map<String, String> details) {
        return switch (claim.place()) {
            case HEADER ->
                    new Failure(
                            ErrorCode.AUTHORIZATION_HEADER_MALFORMED,
                            "The authorization header is malformed; " + sentence,
                            details);
            case QUERY ->
                    new Failure(
                            ErrorCode.AUTHORIZATION_QUERY_PARAMETERS_ERROR,
                            "Error parsing the X-Amz-Credential parameter; " + sentence,
                            details);
        };
    }

    /** The last line of what is signed: the body's hash, or the name of its framing. */
    private static String contentHash(Fields fields, CanonicalQuery query, Claim claim) {
        String inHeader = fields.one(CONTENT_SHA256);
        return switch (claim.place()) {
            case HEADER -> {
                if (inHeader.isEmpty()) {
                    throw new Failure(
                            ErrorCode.INVALID_REQUEST,
                            "Missing required header for this request: x-amz-content-sha256");
                }
                yield inHeader;
            }
            case QUERY -> {
                String inQuery = query.one("X-Amz-Content-Sha256");
                if (!inHeader.isEmpty() && !inQuery.isEmpty() && !inHeader.equals(inQuery)) {
                    throw new Failure(
                            ErrorCode.INVALID_ARGUMENT,
                            "The header x-amz-content-sha256 and the query parameter"
                                    + " X-Amz-Content-Sha256 say different things.");
                }
                yield !inQuery.isEmpty()
                        ? inQuery
                        : inHeader.isEmpty() ? Framing.UNSIGNED_PAYLOAD : inHeader;
            }
        };
    }

    private static boolean matches(
            String method,
            String path,
            Fields fields,
            CanonicalQuery query,
            Claim claim,
            String hash,
            SigningKey key) {
        Text text = new Text(1024);
        text.add(method).add('\n').add(path).add('\n');
        query.addTo(text);
        text.add('\n');
        addHeaders(text, fields, claim, hash);
        text.add('\n').add(claim.signedHeaders()).add('\n').add(hash);
        MessageDigest sha256 = SigningKey.sha256();
        sha256.update(text.bytes(), 0, text.length());
        byte[] digest = sha256.digest();
        text.clear()
                .add(Claim.ALGORITHM)
                .add('\n')
                .add(claim.timestamp())
                .add('\n')
                .add(claim.scope().text())
                .add('\n')
                .hex(digest);
        return MessageDigest.isEqual(key.sign(text), new Text(64).add(claim.signature()).copy());
    }

    /** Canonical headers; refuses a request that leaves unsigned what S3 wants signed. */
    private static void addHeaders(Text text, Fields fields, Claim claim, String hash) {
        String list = org.domicile.http.Headers.lower(claim.signedHeaders());
        boolean[] signed = new boolean[fields.size()];
        boolean host = false;
        int from = 0;
        while (from < list.length()) {
            int end = list.indexOf(';', from);
            if (end < 0) {
                end = list.length();
            }
            int length = end - from;
            boolean found = false;
            for (int i = 0; i < signed.length; i++) {
                String name = fields.name(i);
                if (name.length() == length && list.startsWith(name, from) && !signed[i]) {
                    if (!found) {
                        text.add(name).add(':');
                    } else {
                        text.add(',');
                    }
                    text.value(fields.value(i));
                    found = true;
                    signed[i] = true;
                    host |= name.equals("host");
                }
            }
            if (!found) {
                throw mismatch(
                        "The request lacks the header "
                                + list.substring(from, end)
                                + " that SignedHeaders names, or it is named twice.");
            }
            text.add('\n');
            from = end + 1;
        }
        requireSigned(fields, signed, host, claim, hash);
    }

    private static void requireSigned(
            Fields fields, boolean[] signed, boolean host, Claim claim, String hash) {
        StringBuilder unsigned = new StringBuilder(host ? "" : "host");
        for (int i = 0; i < signed.length; i++) {
            String name = fields.name(i);
            boolean wanted = name.startsWith("x-amz-") || name.equals(StatedSubjects.HEADER);
            if (!signed[i] && wanted && !bound(name, i, fields, claim, hash)) {
                unsigned.append(unsigned.isEmpty() ? "" : ", ").append(name);
            }
        }
        if (!unsigned.isEmpty()) {
            throw new Failure(
                    ErrorCode.ACCESS_DENIED,
                    "There were headers present in the request which were not signed: " + unsigned);
        }
    }

    /** Whether a header is signed without being listed: the body's hash is, by its last line. */
    private static boolean bound(String name, int index, Fields fields, Claim claim, String hash) {
        return name.equals(CONTENT_SHA256)
                && fields.value(index).equals(hash)
                && (claim.place() == Claim.Place.HEADER || hash.equals(Framing.UNSIGNED_PAYLOAD));
    }

    private static Failure mismatch(String sentence) {
        return new Failure(ErrorCode.SIGNATURE_DOES_NOT_MATCH, sentence);
    }

    static Failure badToken() {
        return new Failure(
                ErrorCode.INVALID_TOKEN, "The provided token is malformed or otherwise invalid.");
    }

    static Failure stranger() {
        return new Failure(
                ErrorCode.INVALID_ACCESS_KEY_ID,
                "The AWS Access Key Id you provided does not exist in our records.");
    }

    /** The credential of ours that a refused request names, however malformed the rest is. */
    private static Optional<Caller.Known> claimed(
            Fields fields, String rawQuery, Identity identity) {
        try {
            CanonicalQuery query = CanonicalQuery.of(rawQuery);
            String accessKey = accessKey(fields, query);
            String token = token(fields, query);
            return token.isEmpty()
                    ? identity.caller(accessKey)
                    : identity.session(accessKey, token)
                            .map(Identity.Session::caller)
                            .or(() -> identity.caller(accessKey));
        } catch (Failure unreadable) {
            return inHeader(fields).flatMap(identity::caller);
        }
    }

    private static String accessKey(Fields fields, CanonicalQuery query) {
        String credential = query.one("X-Amz-Credential");
        return inHeader(fields)
                .orElseGet(() ->
                        credential.isEmpty() ? query.one("AWSAccessKeyId") : leading(credential));
    }

    private static Optional<String> inHeader(Fields fields) {
        for (int i = 0; i < fields.size(); i++) {
            if (fields.name(i).equals("authorization")) {
                return Optional.of(accessKey(fields.value(i)));
            }
        }
        return Optional.empty();
    }

    private static String accessKey(String authorization) {
        if (authorization.startsWith("AWS ")) {
            int colon = authorization.lastIndexOf(':');
            return colon < 4 ? "" : authorization.substring(4, colon);
        }
        int from = authorization.indexOf("Credential=");
        if (from < 0) {
            return "";
        }
        int comma = authorization.indexOf(',', from);
        return leading(
                authorization.substring(from + 11, comma < 0 ? authorization.length() : comma));
    }

    private static String leading(String credential) {
        try {
            return Scope.parse(credential, ErrorCode.ACCESS_DENIED).accessKey();
        } catch (Failure malformed) {
            int slash = credential.indexOf('/');
            return slash < 0 ? credential : credential.substring(0, slash);
        }
    }
}
