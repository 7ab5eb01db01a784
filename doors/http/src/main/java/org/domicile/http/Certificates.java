package org.domicile.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * The certificate chain and key of one listener, read again when a file changes. Files that do not
 * belong together, or cannot be read, change nothing: the old pair stays and one log line says why,
 * until the files change again.
 */
public final class Certificates {
    private static final Logger LOG = System.getLogger("org.domicile.http");
    private static final List<String> KEY_KINDS = List.of("EC", "RSA", "EdDSA");

    private final String listener;
    private final ListenerOptions.Tls files;
    private volatile SSLContext current;
    private Stamp stamp;

    private record Stamp(String certificates, String key) {}

    /** Reads both files. @throws IOException that says what is wrong with which file */
    public Certificates(String listener, ListenerOptions.Tls files) throws IOException {
        this.listener = listener;
        this.files = files;
        this.stamp = stamp(files);
        this.current = read(files);
    }

    /** What new handshakes use. */
    public SSLContext current() {
        return current;
    }

    /** Looks whether a file has changed. One thread at a time. */
    public void check() {
        try {
            Stamp now = stamp(files);
            if (now.equals(stamp)) {
                return;
            }
            stamp = now;
            current = read(files);
            LOG.log(Level.INFO, "listener=" + listener + " reads its changed certificate");
        } catch (IOException e) {
            LOG.log(
                    Level.ERROR,
                    "listener=" + listener + " keeps its old certificate: " + e.getMessage());
        }
    }

    private static Stamp stamp(ListenerOptions.Tls files) {
        return new Stamp(stamp(files.certificates()), stamp(files.key()));
    }

    private static String stamp(Path file) {
        try {
            BasicFileAttributes seen = Files.readAttributes(file, BasicFileAttributes.class);
            return seen.lastModifiedTime() + " " + seen.size() + " " + seen.fileKey();
        } catch (IOException e) {
            return "unreadable"; // read() then says why
        }
    }

    private static SSLContext read(ListenerOptions.Tls files) throws IOException {
        Certificate[] chain;
        try (var in = new ByteArrayInputStream(Files.readAllBytes(files.certificates()))) {
            chain =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(in)
                            .toArray(Certificate[]::new);
        } catch (GeneralSecurityException e) {
            throw new IOException(files.certificates() + " is no PEM file of certificates", e);
        } catch (IOException e) {
            throw new IOException(files.certificates() + " cannot be read: " + e.getMessage(), e);
        }
        if (chain.length == 0) {
            throw new IOException(files.certificates() + " holds no certificate");
        }
        PrivateKey key = key(files.key());
        try {
            if (!pair(chain[0], key)) {
                throw new IOException(
                        files.key()
                                + " is not the key of the certificate in "
                                + files.certificates());
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, new char[0]);
            store.setKeyEntry("listener", key, new char[0], chain);
            KeyManagerFactory keys =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    files.key() + " and " + files.certificates() + " cannot be used: " + e, e);
        }
    }

    private static PrivateKey key(Path file) throws IOException {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new IOException(file + " cannot be read: " + e.getMessage(), e);
        }
        String begin = "-----BEGIN PRIVATE KEY-----";
        int from = text.indexOf(begin);
        int to = text.indexOf("-----END PRIVATE KEY-----");
        if (from < 0 || to < from) {
            throw new IOException(
                    file
                            + " holds no unencrypted PKCS #8 key"
                            + " (make one of it with: openssl pkcs8 -topk8 -nodes)");
        }
        try {
            PKCS8EncodedKeySpec spec =
                    new PKCS8EncodedKeySpec(
                            Base64.getMimeDecoder()
                                    .decode(text.substring(from + begin.length(), to)));
            for (String kind : KEY_KINDS) {
                try {
                    return KeyFactory.getInstance(kind).generatePrivate(spec);
                } catch (InvalidKeySpecException e) {
                    continue; // another kind
                }
            }
            throw new IOException(file + " holds a key that is neither EC nor RSA nor EdDSA");
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(file + " holds a key that cannot be read", e);
        }
    }

    private static boolean pair(Certificate certificate, PrivateKey key)
            throws GeneralSecurityException {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "EC" -> "SHA256withECDSA";
                    case "RSA" -> "SHA256withRSA";
                    default -> "EdDSA";
                };
        if (!Objects.equals(key.getAlgorithm(), certificate.getPublicKey().getAlgorithm())) {
            return false;
        }
        byte[] words = "one pair".getBytes(StandardCharsets.US_ASCII);
        Signature sign = Signature.getInstance(algorithm);
        sign.initSign(key);
        sign.update(words);
        Signature verify = Signature.getInstance(algorithm);
        verify.initVerify(certificate.getPublicKey());
        verify.update(words);
        return verify.verify(sign.sign());
    }
}
