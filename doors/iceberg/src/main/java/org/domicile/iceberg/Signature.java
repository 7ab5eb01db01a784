package org.domicile.iceberg;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.domicile.guard.Identity;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.request.Caller;
import org.domicile.s3client.S3Signature;

/**
 * AWS Signature Version 4 in the header, over the hash of a body that is here whole (AWS, "Create a
 * signed AWS API request"). The path is tried as it was sent and encoded once more, as SDKs do it
 * for all services but S3.
 */
final class Signature {
    private static final Duration SKEW = Duration.ofMinutes(15);
    private static final Set<String> SERVICES = Set.of("execute-api", "s3", "glue");
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);
    private static final Pattern FORM =
            Pattern.compile(
                    "AWS4-HMAC-SHA256"
                        + " +Credential=([^/,]{1,128})/(\\d{8})/([^/,]{1,64})/([^/,]{1,64})/aws4_request,"
                        + " *SignedHeaders=([^,]{1,4096}), *Signature=([0-9a-f]{64})");

    private final Matcher parts;

    private Signature(Matcher parts) {
        this.parts = parts;
    }

    static boolean isMeant(String authorization) {
        return authorization.startsWith("AWS4-HMAC-SHA256");
    }

    /**
     * @throws Failure when it has not the form
     */
    static Signature parse(String authorization) {
        Matcher matcher = FORM.matcher(authorization.strip());
        if (authorization.length() > 8_192 || !matcher.matches()) {
            throw Failure.unknownCaller("The Authorization header is malformed.");
        }
        return new Signature(matcher);
    }

    private String part(int group) {
        return String.valueOf(parts.group(group));
    }

    String accessKey() {
        return part(1);
    }

    /** Who signed. @throws Failure when nobody of ours did */
    Caller.Known caller(Identity identity, Exchange exchange, byte[] body, Instant now) {
        Headers headers = exchange.headers();
        String stamp = headers.first("X-Amz-Date").orElse("");
        if (!SERVICES.contains(part(4)) || !stamp.startsWith(part(2))) {
            throw Failure.unknownCaller(
                    "The signature is for another service or another day; sign for execute-api.");
        }
        if (Duration.between(time(stamp), now).abs().compareTo(SKEW) > 0) {
            throw Failure.unknownCaller("The clocks differ too much: the signature is not of now.");
        }
        String token = headers.first("X-Amz-Security-Token").orElse("");
        byte[] key;
        Caller.Known caller;
        if (token.isEmpty()) {
            key =
                    identity.signingKey(accessKey(), part(2), part(3), part(4))
                            .orElseThrow(Signature::stranger);
            caller = identity.caller(accessKey()).orElseThrow(Signature::stranger);
        } else {
            Identity.Session session =
                    identity.session(accessKey(), token).orElseThrow(Signature::stranger);
            if (!now.isBefore(session.expires())) {
                throw Failure.unknownCaller("The session has ended. Ask for a new one.");
            }
            key = session.signingKey(part(2), part(3), part(4));
            caller = session.caller();
        }
        String raw = exchange.rawPath();
        if (!matches(key, stamp, exchange, raw, body)
                && !matches(key, stamp, exchange, S3Signature.encode(raw, "/"), body)) {
            throw Failure.unknownCaller(
                    "The signature does not match. Check the secret and what is signed.");
        }
        return caller;
    }

    private static Failure stranger() {
        return Failure.unknownCaller("There is no such credential.");
    }

    private static Instant time(String stamp) {
        try {
            return LocalDateTime.parse(stamp, STAMP).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw Failure.unknownCaller("X-Amz-Date is malformed.");
        }
    }

    private boolean matches(byte[] key, String stamp, Exchange exchange, String path, byte[] body) {
        StringBuilder text =
                new StringBuilder(exchange.method())
                        .append('\n')
                        .append(path)
                        .append('\n')
                        .append(query(exchange.rawQuery()))
                        .append('\n');
        boolean host = false;
        for (String name : part(5).split(";", -1)) {
            List<String> values = exchange.headers().all(name);
            if (values.isEmpty()) {
                return false;
            }
            host |= name.equals("host");
            text.append(name)
                    .append(':')
                    .append(
                            values.stream()
                                    .map(each -> each.strip().replaceAll(" +", " "))
                                    .collect(Collectors.joining(",")))
                    .append('\n');
        }
        text.append('\n')
                .append(part(5))
                .append('\n')
                .append(S3Signature.hex(S3Signature.sha256(body)));
        String scope = part(2) + "/" + part(3) + "/" + part(4) + "/aws4_request";
        String signed =
                "AWS4-HMAC-SHA256\n"
                        + stamp
                        + "\n"
                        + scope
                        + "\n"
                        + S3Signature.hex(
                                S3Signature.sha256(
                                        text.toString().getBytes(StandardCharsets.UTF_8)));
        return host
                && MessageDigest.isEqual(
                        S3Signature.hex(S3Signature.hmac(key, signed))
                                .getBytes(StandardCharsets.US_ASCII),
                        part(6).getBytes(StandardCharsets.US_ASCII));
    }

    /** The parameters as they are signed: encoded anew, and sorted. */
    static String query(String raw) {
        if (raw.isEmpty()) {
            return "";
        }
        List<String> pairs = new ArrayList<>();
        for (String each : raw.split("&", -1)) {
            int equals = each.indexOf('=');
            String name = equals < 0 ? each : each.substring(0, equals);
            String value = equals < 0 ? "" : each.substring(equals + 1);
            pairs.add(again(name) + "=" + again(value));
        }
        Collections.sort(pairs);
        return String.join("&", pairs);
    }

    private static String again(String text) {
        return S3Signature.encode(Asked.decoded(text), "");
    }

    /** The credential that a refused request names. */
    Optional<Caller.Known> claimed(Identity identity) {
        return identity.caller(accessKey());
    }
}
