package org.domicile.guard;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.domicile.keys.Vault;
import org.domicile.policy.Credential;
import org.domicile.policy.Policy;
import org.domicile.policy.Principal;
import org.domicile.policy.Register;
import org.domicile.request.Caller;

/**
 * Who calls. Derived signing keys are kept, because deriving one costs four HMACs: at most {@code
 * MOST} of them, emptied whole when full. A secret never changes under its access key (a rotation
 * makes a new pair), so a kept key cannot outlive its meaning; that the credential was withdrawn is
 * policy's to say.
 */
final class SigningKeys implements Identity {
    private static final int MOST = 4_096;

    /** RFC 7677's least: secrets are random, so nothing is gained by more. */
    private static final int ITERATIONS = 4_096;

    private static final int SALT = 16;

    /** What is opened in place of a secret that does not exist, so that both take as long. */
    private static final String DECOY = "guard/decoy";

    private record Scope(String accessKey, String date, String region, String service) {}

    private final Policy policy;
    private final GuardOptions options;
    private final Networks networks;
    private final Vault vault;
    private final SessionTokens tokens;
    private final Predicate<String> living;
    private final byte[] decoy;
    private final byte[] salting = new byte[32];
    private final ConcurrentHashMap<Scope, byte[]> derived = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, ScramVerifier> verifiers = new ConcurrentHashMap<>();

    /**
     * @param living whether the subject key of an id is there
     */
    SigningKeys(
            Policy policy,
            GuardOptions options,
            Vault vault,
            Predicate<String> living,
            SecureRandom random) {
        this.tokens = new SessionTokens(vault);
        this.living = living;
        this.policy = policy;
        this.options = options;
        this.networks = new Networks(options.networks());
        this.vault = vault;
        byte[] secret = new byte[40];
        random.nextBytes(secret);
        this.decoy = vault.seal(DECOY, secret);
        random.nextBytes(salting);
    }

    @Override
    public Optional<byte[]> signingKey(
            String accessKey, String date, String region, String service) {
        if (forgotten(accessKey)) {
            return Optional.empty();
        }
        Scope scope = new Scope(accessKey, date, region, service);
        byte[] kept = derived.get(scope);
        if (kept != null) {
            return Optional.of(kept);
        }
        byte[] secret = policy.secret(accessKey);
        if (secret.length == 0) {
            return Optional.empty();
        }
        byte[] key = derive(secret, date, region, service);
        Arrays.fill(secret, (byte) 0);
        if (derived.size() >= MOST) {
            derived.clear();
        }
        derived.put(scope, key);
        return Optional.of(key);
    }

    private static byte[] derive(byte[] secret, String date, String region, String service) {
        byte[] first = new byte[secret.length + 4];
        System.arraycopy("AWS4".getBytes(StandardCharsets.US_ASCII), 0, first, 0, 4);
        System.arraycopy(secret, 0, first, 4, secret.length);
        byte[] key = hmac(hmac(hmac(hmac(first, date), region), service), "aws4_request");
        Arrays.fill(first, (byte) 0);
        return key;
    }

    @Override
    public Optional<Session> session(String accessKey, String token) {
        return tokens.open(token)
                .filter(each -> same(each.caller().credential(), accessKey))
                .filter(each -> living.test(each.session().subject()))
                .map(SigningKeys::shown);
    }

    private static Session shown(SessionTokens.Token token) {
        return new Session() {
            @Override
            public Caller.Known caller() {
                return token.caller();
            }

            @Override
            public Instant expires() {
                return token.session().expires();
            }

            @Override
            public byte[] signingKey(String date, String region, String service) {
                return derive(
                        token.secret().getBytes(StandardCharsets.US_ASCII), date, region, service);
            }
        };
    }

    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(
                one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Optional<byte[]> signatureV2(String accessKey, byte[] text) {
        byte[] secret = forgotten(accessKey) ? new byte[0] : policy.secret(accessKey);
        if (secret.length == 0) {
            return Optional.empty();
        }
        byte[] signature = hmac("HmacSHA1", secret, text);
        Arrays.fill(secret, (byte) 0);
        return Optional.of(signature);
    }

    @Override
    public Optional<Caller.Known> caller(String accessKey) {
        Credential credential = policy.register().credentials().get(accessKey);
        if (credential == null || forgotten(accessKey)) {
            return Optional.empty();
        }
        return Optional.of(
                new Caller.Known(
                        credential.organisation(),
                        credential.principal(),
                        credential.accessKey(),
                        credential.purpose()));
    }

    @Override
    public Optional<Caller.Known> caller(String accessKey, byte[] secret) {
        Optional<Caller.Known> known = caller(accessKey);
        byte[] stored = policy.secret(accessKey);
        byte[] right = stored.length > 0 ? stored : vault.open(DECOY, decoy);
        // Digests, because they are equally long: the comparison tells no length either.
        boolean same = MessageDigest.isEqual(sha256(right), sha256(secret));
        Arrays.fill(right, (byte) 0);
        return same && stored.length > 0 ? known : Optional.empty();
    }

    @Override
    public boolean stands(String accessKey, Instant now) {
        Credential credential = policy.register().credentials().get(accessKey);
        return credential != null
                && !forgotten(accessKey)
                && !credential.withdrawn()
                && now.isBefore(credential.expires());
    }

    /** Both a right and a made-up one are derived once and kept, so that none takes longer. */
    @Override
    public ScramVerifier verifier(String accessKey) {
        byte[] stored = forgotten(accessKey) ? new byte[0] : policy.secret(accessKey);
        boolean real = stored.length > 0;
        // A key that was made, or whose owner was erased, after a decoy was kept is another entry.
        String entry = (real ? "+" : "-") + accessKey;
        ScramVerifier kept = verifiers.get(entry);
        if (kept != null) {
            Arrays.fill(stored, (byte) 0);
            return kept;
        }
        byte[] secret = real ? stored : vault.open(DECOY, decoy);
        byte[] salt = Arrays.copyOf(hmac(salting, accessKey), SALT);
        byte[] salted = pbkdf2(secret, salt);
        Arrays.fill(secret, (byte) 0);
        ScramVerifier verifier =
                new ScramVerifier(
                        salt,
                        ITERATIONS,
                        sha256(hmac(salted, "Client Key")),
                        hmac(salted, "Server Key"));
        if (verifiers.size() >= MOST) {
            verifiers.clear();
        }
        verifiers.put(entry, verifier);
        return verifier;
    }

    private static byte[] pbkdf2(byte[] secret, byte[] salt) {
        char[] letters = new char[secret.length];
        for (int i = 0; i < letters.length; i++) {
            letters[i] = (char) (secret[i] & 0xff);
        }
        PBEKeySpec spec = new PBEKeySpec(letters, salt, ITERATIONS, 256);
        Arrays.fill(letters, '\0');
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has PBKDF2", e);
        } finally {
            spec.clearPassword();
        }
    }

    @Override
    public String zone(String listener, InetAddress address) {
        return networks.zone(address)
                .orElseGet(
                        () -> options.listenerZones().getOrDefault(listener, options.dataZone()));
    }

    /** Nobody's any more: a record of it would hang on a key that was destroyed. */
    private boolean forgotten(String accessKey) {
        Register register = policy.register();
        Credential credential = register.credentials().get(accessKey);
        Principal principal =
                credential == null ? null : register.principals().get(credential.principal());
        return principal != null && principal.erased();
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        return hmac("HmacSHA256", key, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] hmac(String algorithm, byte[] key, byte[] text) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }
}
