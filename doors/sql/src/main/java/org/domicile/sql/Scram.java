package org.domicile.sql;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.domicile.guard.ScramVerifier;
import org.domicile.postgres.SqlError;

/**
 * The server's side of SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677), with the channel
 * binding {@code tls-server-end-point} (RFC 5929). As in PostgreSQL, the user name in the first
 * message is not looked at: that of the start-up counts. Used once.
 */
final class Scram {
    static final String PLAIN = "SCRAM-SHA-256";
    static final String PLUS = "SCRAM-SHA-256-PLUS";

    private static final Pattern FIRST =
            Pattern.compile(
                    "(n|y|p=([A-Za-z0-9.-]+)),(a=[^,]*)?,(n=[^,]*,r=([!-+\\--~]{1,512}))(,.*)?");
    private static final Pattern FINAL =
            Pattern.compile("(c=([A-Za-z0-9+/=]+),r=([!-+\\--~]+)(?:,[^,]+)*),p=([A-Za-z0-9+/=]+)");

    private final ScramVerifier verifier;
    private final byte[] binding; // empty without TLS
    private final String ownNonce;
    private String header = "";
    private boolean bound;
    private String firstBare = "";
    private String serverFirst = "";
    private String nonce = "";

    /**
     * @param binding of this TLS connection; empty without TLS @param nonce printable, fresh
     */
    Scram(ScramVerifier verifier, Optional<byte[]> binding, String nonce) {
        this.verifier = verifier;
        this.binding = binding.orElse(new byte[0]);
        this.ownNonce = nonce;
    }

    /** What is offered. */
    static List<String> offered(Optional<byte[]> binding) {
        return binding.isPresent() ? List.of(PLUS, PLAIN) : List.of(PLAIN);
    }

    private static SqlError malformed() {
        return new SqlError("08P01", "malformed SCRAM message");
    }

    /** Answers the client's first message. @param mechanism that it chose */
    String first(String mechanism, String message) {
        Matcher matcher = FIRST.matcher(message);
        if (!matcher.matches() || matcher.group(6) != null) {
            throw malformed();
        }
        String flag = matcher.group(1);
        bound = mechanism.equals(PLUS);
        if (bound != flag.startsWith("p=")
                || bound && !"tls-server-end-point".equals(matcher.group(2))
                || bound && binding.length == 0) {
            throw new SqlError("08P01", "SCRAM channel binding does not fit the mechanism");
        }
        if (flag.equals("y") && binding.length > 0) {
            // the client thinks that we have none: somebody between us took it out of the offer
            throw new SqlError("28000", "SCRAM channel binding negotiation error: it was offered");
        }
        header = flag + "," + (matcher.group(3) == null ? "" : matcher.group(3)) + ",";
        firstBare = matcher.group(4);
        nonce = matcher.group(5) + ownNonce;
        serverFirst =
                "r="
                        + nonce
                        + ",s="
                        + Base64.getEncoder().encodeToString(verifier.salt())
                        + ",i="
                        + verifier.iterations();
        return serverFirst;
    }

    /** Judges the client's last message. @return ours; empty when the proof is wrong */
    Optional<String> last(String message) {
        Matcher matcher = FINAL.matcher(message);
        if (!matcher.matches()) {
            throw malformed();
        }
        byte[] channel;
        byte[] proof;
        try {
            channel = Base64.getDecoder().decode(matcher.group(2));
            proof = Base64.getDecoder().decode(matcher.group(4));
        } catch (IllegalArgumentException e) {
            throw malformed();
        }
        byte[] wanted = header.getBytes(StandardCharsets.US_ASCII);
        if (bound) {
            int length = wanted.length;
            wanted = Arrays.copyOf(wanted, length + binding.length);
            System.arraycopy(binding, 0, wanted, length, binding.length);
        }
        if (!MessageDigest.isEqual(wanted, channel)) {
            throw new SqlError("28000", "SCRAM channel binding check failed");
        }
        if (!nonce.equals(matcher.group(3)) || proof.length != 32) {
            throw malformed();
        }
        byte[] all =
                (firstBare + "," + serverFirst + "," + matcher.group(1))
                        .getBytes(StandardCharsets.US_ASCII);
        byte[] key = hmac(verifier.storedKey(), all);
        for (int i = 0; i < key.length; i++) {
            key[i] ^= proof[i];
        }
        boolean right = MessageDigest.isEqual(sha256(key), verifier.storedKey());
        return right
                ? Optional.of(
                        "v=" + Base64.getEncoder().encodeToString(hmac(verifier.serverKey(), all)))
                : Optional.empty();
    }

    /** Of a certificate, by the hash that it is signed with, and SHA-256 for MD5 and SHA-1. */
    static Optional<byte[]> endPoint(Certificate certificate) {
        if (!(certificate instanceof X509Certificate x509)) {
            return Optional.empty();
        }
        String algorithm = x509.getSigAlgName().toUpperCase(Locale.ROOT);
        String hash =
                algorithm.startsWith("SHA384")
                        ? "SHA-384"
                        : algorithm.startsWith("SHA512")
                                ? "SHA-512"
                                : algorithm.startsWith("SHA224") ? "SHA-224" : "SHA-256";
        if (!algorithm.contains("WITH")) {
            return Optional.empty(); // Ed25519 and its like name no hash, and clients take none
        }
        try {
            return Optional.of(MessageDigest.getInstance(hash).digest(x509.getEncoded()));
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static byte[] hmac(byte[] key, byte[] text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }
}
