package org.domicile.s3;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.domicile.guard.Identity;
import org.domicile.guard.ScramVerifier;
import org.domicile.request.Caller;

/** A client's side of Signature Version 4, written from the specification and nothing of ours. */
final class Signer {
    static final String KEY = "AKIAIOSFODNN7EXAMPLE";
    static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    static final Instant NOW = Instant.parse("2013-05-24T00:00:00Z");
    static final String STAMP = "20130524T000000Z";
    static final String DAY = "20130524";
    static final Caller.Known CALLER = new Caller.Known("o", "p", KEY, "o/first-steps");

    /** Who signs. */
    record Pair(String key, String secret) {}

    private static final Pair EXAMPLE = new Pair(KEY, SECRET);

    private Signer() {}

    /** The one credential of these tests, over a region {@code home}. */
    static Authentication door(Instant now) {
        return Authentication.open(new OneCredential(), "home", InstantSource.fixed(now));
    }

    static Authentication door() {
        return door(NOW);
    }

    private record OneCredential() implements Identity {
        @Override
        public Optional<byte[]> signingKey(
                String accessKey, String date, String region, String service) {
            return accessKey.equals(KEY)
                    ? Optional.of(key(date, region, service))
                    : Optional.empty();
        }

        @Override
        public Optional<byte[]> signatureV2(String accessKey, byte[] text) {
            return Optional.empty();
        }

        @Override
        public Optional<Caller.Known> caller(String accessKey) {
            return accessKey.equals(KEY) ? Optional.of(CALLER) : Optional.empty();
        }

        @Override
        public boolean stands(String accessKey, Instant now) {
            return accessKey.equals(KEY);
        }

        @Override
        public Optional<Caller.Known> caller(String accessKey, byte[] secret) {
            return caller(accessKey)
                    .filter(_ -> Arrays.equals(secret, SECRET.getBytes(StandardCharsets.US_ASCII)));
        }

        @Override
        public ScramVerifier verifier(String accessKey) {
            throw new AssertionError("S3 signs");
        }

        @Override
        public Optional<Session> session(String accessKey, String token) {
            return Optional.empty();
        }

        @Override
        public String zone(String listener, InetAddress address) {
            return "home";
        }
    }

    static byte[] key(String date, String region, String service) {
        return key(EXAMPLE, date, region, service);
    }

    static byte[] key(Pair pair, String date, String region, String service) {
        byte[] key = hmac(("AWS4" + pair.secret()).getBytes(StandardCharsets.US_ASCII), date);
        return hmac(hmac(hmac(key, region), service), "aws4_request");
    }

    static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.ISO_8859_1));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] digest(String algorithm, byte[] bytes) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest("SHA-256", bytes));
    }

    static String scope(String region) {
        return scope(STAMP, region);
    }

    private static String scope(String stamp, String region) {
        return stamp.substring(0, 8) + "/" + region + "/s3/aws4_request";
    }

    /** Signs in the header: host, and all that S3 wants signed. {@code hash} as it is sent. */
    static Sent sign(Sent sent, String region, String hash) {
        return sign(sent, region, hash, NOW);
    }

    static Sent sign(Sent sent, String region, String hash, Instant at) {
        return sign(sent, region, hash, at, EXAMPLE);
    }

    static Sent sign(Sent sent, String region, String hash, Instant at, Pair pair) {
        String stamp = Dates.basic(at);
        Sent full =
                (sent.field("host").isEmpty() ? sent.with("Host", "localhost:9000") : sent)
                        .with("X-Amz-Content-Sha256", hash)
                        .with("X-Amz-Date", stamp);
        TreeMap<String, List<String>> headers = headers(full);
        String scope = stamp.substring(0, 8) + "/" + region + "/s3/aws4_request";
        String names = String.join(";", headers.keySet());
        String signature =
                signature(
                        canonical(full, full.rawQuery(), headers, hash),
                        stamp,
                        scope,
                        key(pair, stamp.substring(0, 8), region, "s3"));
        return full.with(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential="
                        + pair.key()
                        + "/"
                        + scope
                        + ", SignedHeaders="
                        + names
                        + ", Signature="
                        + signature);
    }

    /** As every service but S3 is signed for: the body's hash is not sent. */
    static Sent signForm(Sent sent, String region, Instant at, Pair pair) {
        String stamp = Dates.basic(at);
        Sent full = sent.with("Host", "localhost").with("X-Amz-Date", stamp);
        TreeMap<String, List<String>> headers = headers(full);
        String scope = stamp.substring(0, 8) + "/" + region + "/sts/aws4_request";
        String signature =
                signature(
                        canonical(full, full.rawQuery(), headers, sha256(full.bytes())),
                        stamp,
                        scope,
                        key(pair, stamp.substring(0, 8), region, "sts"));
        return full.with(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential="
                        + pair.key()
                        + "/"
                        + scope
                        + ", SignedHeaders="
                        + String.join(";", headers.keySet())
                        + ", Signature="
                        + signature);
    }

    static Sent presign(Sent sent, String region, int seconds) {
        return presign(sent, region, seconds, NOW, EXAMPLE);
    }

    static Sent presign(Sent sent, String region, int seconds, Instant at, Pair pair) {
        String stamp = Dates.basic(at);
        String scope = scope(stamp, region);
        Sent full = sent.field("host").isEmpty() ? sent.with("Host", "localhost:9000") : sent;
        TreeMap<String, List<String>> headers = headers(full);
        String query =
                (full.rawQuery().isEmpty() ? "" : full.rawQuery() + "&")
                        + "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
                        + pair.key()
                        + "%2F"
                        + scope.replace("/", "%2F")
                        + "&X-Amz-Date="
                        + stamp
                        + "&X-Amz-Expires="
                        + seconds
                        + "&X-Amz-SignedHeaders="
                        + String.join("%3B", headers.keySet());
        String signature =
                signature(
                        canonical(full, query, headers, "UNSIGNED-PAYLOAD"),
                        stamp,
                        scope,
                        key(pair, stamp.substring(0, 8), region, "s3"));
        return full.query(query + "&X-Amz-Signature=" + signature);
    }

    private static TreeMap<String, List<String>> headers(Sent sent) {
        TreeMap<String, List<String>> headers = new TreeMap<>();
        for (String[] field : sent.fields()) {
            headers.computeIfAbsent(field[0].toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(String.join(" ", field[1].strip().split("[ \t]+", -1)));
        }
        return headers;
    }

    private static String canonical(
            Sent sent, String query, Map<String, List<String>> headers, String hash) {
        TreeSet<String> parameters = new TreeSet<>();
        for (String parameter : query.split("&", -1)) {
            if (!parameter.isEmpty()) {
                String[] halves = parameter.split("=", 2);
                // A zero byte sorts a name before every longer one.
                parameters.add(halves[0] + "\0" + (halves.length > 1 ? halves[1] : ""));
            }
        }
        return sent.method()
                + "\n"
                + sent.rawPath()
                + "\n"
                + parameters.stream()
                        .map(p -> p.replace('\0', '='))
                        .collect(Collectors.joining("&"))
                + "\n"
                + headers.entrySet().stream()
                        .map(h -> h.getKey() + ":" + String.join(",", h.getValue()) + "\n")
                        .collect(Collectors.joining())
                + "\n"
                + String.join(";", headers.keySet())
                + "\n"
                + hash;
    }

    private static String signature(String canonical, String stamp, String scope, byte[] key) {
        return HexFormat.of()
                .formatHex(
                        hmac(
                                key,
                                "AWS4-HMAC-SHA256\n"
                                        + stamp
                                        + "\n"
                                        + scope
                                        + "\n"
                                        + sha256(canonical.getBytes(StandardCharsets.ISO_8859_1))));
    }

    /** The signature that a signed request carries in its header. */
    static String seed(Sent signed) {
        String authorization = signed.field("authorization");
        return authorization.substring(authorization.indexOf("Signature=") + 10);
    }

    /** Bytes of latin text. */
    static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Signs chunks of {@code size} behind a seed, with a trailer line when it is not empty. */
    static byte[] chunks(byte[] body, int size, String seed, String region, String trailer) {
        return chunks(body, size, seed, region, trailer, NOW, EXAMPLE);
    }

    static byte[] chunks(
            byte[] body,
            int size,
            String seed,
            String region,
            String trailer,
            Instant signed,
            Pair pair) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String stamp = Dates.basic(signed);
        byte[] key = key(pair, stamp.substring(0, 8), region, "s3");
        String head = "\n" + stamp + "\n" + scope(stamp, region) + "\n";
        String previous = seed;
        for (int at = 0; ; at += size) {
            byte[] chunk =
                    Arrays.copyOfRange(
                            body, Math.min(at, body.length), Math.min(at + size, body.length));
            previous =
                    HexFormat.of()
                            .formatHex(
                                    hmac(
                                            key,
                                            "AWS4-HMAC-SHA256-PAYLOAD"
                                                    + head
                                                    + previous
                                                    + "\n"
                                                    + sha256(new byte[0])
                                                    + "\n"
                                                    + sha256(chunk)));
            out.writeBytes(
                    latin(
                            Integer.toHexString(chunk.length)
                                    + ";chunk-signature="
                                    + previous
                                    + "\r\n"));
            out.writeBytes(chunk);
            if (chunk.length == 0) {
                break;
            }
            out.writeBytes(latin("\r\n"));
        }
        if (!trailer.isEmpty()) {
            String signature =
                    HexFormat.of()
                            .formatHex(
                                    hmac(
                                            key,
                                            "AWS4-HMAC-SHA256-TRAILER"
                                                    + head
                                                    + previous
                                                    + "\n"
                                                    + sha256(latin(trailer + "\n"))));
            out.writeBytes(latin(trailer + "\r\nx-amz-trailer-signature:" + signature + "\r\n"));
        }
        out.writeBytes(latin("\r\n"));
        return out.toByteArray();
    }

    /** Frames without signatures. */
    static byte[] unsignedChunks(byte[] body, int size, String trailer) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < body.length; at += size) {
            byte[] chunk = Arrays.copyOfRange(body, at, Math.min(at + size, body.length));
            out.writeBytes(latin(Integer.toHexString(chunk.length) + "\r\n"));
            out.writeBytes(chunk);
            out.writeBytes(latin("\r\n"));
        }
        out.writeBytes(latin("0\r\n" + (trailer.isEmpty() ? "" : trailer + "\r\n") + "\r\n"));
        return out.toByteArray();
    }
}
