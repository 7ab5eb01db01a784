package org.domicile.guard;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A small OpenID Connect issuer on loopback, written from the specifications with the JDK alone: it
 * says where its keys are, shows them, and signs what it is told.
 */
public final class TestIssuer implements AutoCloseable {
    private final HttpServer http;
    private final Map<String, KeyPair> keys = new LinkedHashMap<>();

    /** Requests for its keys. */
    public final AtomicInteger asked = new AtomicInteger();

    /** What it answers in place of documents; 200 for documents. */
    public volatile int status = 200;

    /** What it says in place of its keys' address; empty for the true one. */
    public volatile String keysAddress = "";

    /** Starts it, with a key {@code r} (RSA) and a key {@code e} (P-256). */
    public TestIssuer() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext(
                "/realm/.well-known/openid-configuration",
                exchange ->
                        answer(
                                exchange,
                                "{\"issuer\":\"%s\",\"jwks_uri\":\"%s\"}"
                                        .formatted(
                                                url(),
                                                keysAddress.isEmpty()
                                                        ? url() + "/keys"
                                                        : keysAddress)));
        http.createContext(
                "/realm/keys",
                exchange -> {
                    asked.incrementAndGet();
                    answer(
                            exchange,
                            "{\"keys\":["
                                    + String.join(
                                            ",",
                                            keys.entrySet().stream()
                                                    .map(each ->
                                                            jwk(each.getKey(), each.getValue()))
                                                    .toList())
                                    + "]}");
                });
        http.start();
        add("r", "RSA");
        add("e", "EC");
    }

    /** Who it says it is. */
    public String url() {
        return "http://127.0.0.1:" + http.getAddress().getPort() + "/realm";
    }

    private void answer(HttpExchange exchange, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        if (status == 302) {
            exchange.getResponseHeaders().add("Location", url() + "/keys");
        }
        exchange.sendResponseHeaders(status, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    /** Makes a key. */
    public void add(String id, String type) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(type);
            if (type.equals("EC")) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            } else {
                generator.initialize(2_048);
            }
            keys.put(id, generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A token for {@code tests} about somebody, for a while. */
    public String token(String key, String subject, Instant ends) {
        return token(
                key,
                "{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"tests\",\"exp\":%d}"
                        .formatted(url(), subject, ends.getEpochSecond()));
    }

    /** A token that says this. @param key {@code r} or what begins with it is an RSA key */
    public String token(String key, String claims) {
        boolean rsa = key.startsWith("r");
        return token(
                key,
                "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"JWT\"}"
                        .formatted(rsa ? "RS256" : "ES256", key),
                claims);
    }

    /** A token with this header. */
    public String token(String key, String header, String claims) {
        String signed = base64(header) + "." + base64(claims);
        try {
            boolean rsa = key.startsWith("r");
            Signature signature =
                    Signature.getInstance(rsa ? "SHA256withRSA" : "SHA256withECDSAinP1363Format");
            signature.initSign(pair(key).getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + base64(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The bytes of an RSA public key, as somebody who confuses algorithms would use them. */
    public byte[] publicKey(String key) {
        return pair(key).getPublic().getEncoded();
    }

    private KeyPair pair(String key) {
        return Objects.requireNonNull(keys.get(key));
    }

    private static String jwk(String id, KeyPair pair) {
        if (pair.getPublic() instanceof RSAPublicKey rsa) {
            return "{\"kty\":\"RSA\",\"kid\":\"%s\",\"use\":\"sig\",\"alg\":\"RS256\",\"n\":\"%s\",\"e\":\"%s\"}"
                    .formatted(
                            id, number(rsa.getModulus(), 256), number(rsa.getPublicExponent(), 3));
        }
        ECPublicKey ec = (ECPublicKey) pair.getPublic();
        return "{\"kty\":\"EC\",\"kid\":\"%s\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}"
                .formatted(
                        id, number(ec.getW().getAffineX(), 32), number(ec.getW().getAffineY(), 32));
    }

    private static String number(BigInteger number, int length) {
        byte[] bytes = number.toByteArray();
        byte[] fixed = new byte[length];
        int size = Math.min(bytes.length, length);
        System.arraycopy(bytes, bytes.length - size, fixed, length - size, size);
        return base64(fixed);
    }

    /** Without padding, in the alphabet of URLs. */
    public static String base64(String text) {
        return base64(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The same of bytes. */
    public static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
