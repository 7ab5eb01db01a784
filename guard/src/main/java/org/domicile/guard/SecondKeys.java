package org.domicile.guard;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.domicile.guard.GuardedObjects.Got.KeyRefused;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.keys.SecondKey;
import org.domicile.objects.Bucket;
import org.domicile.policy.NamedKey;
import org.domicile.request.Outcome;

/**
 * Which second key seals a body, and whether a caller has brought the one that opens it.
 *
 * <p>Of a customer's key nothing is kept but a token: an HMAC, under a key of the bucket's, of what
 * the customer's key says of 16 random bytes. It tells a wrong key from the right one, and nobody
 * who has the data folder, or even the key store, can try keys faster than one at a time out of
 * 2^256.
 */
final class SecondKeys {
    private static final int SALT = 16;
    private static final String PLACE = "customer-key/";
    private static final String UNKNOWN_KEY = "KMS.NotFoundException";

    private final Uses uses;
    private final Keys keys;
    private final Vessel vessel;
    private final SecureRandom random;

    SecondKeys(Uses uses, Keys keys, Vessel vessel, SecureRandom random) {
        this.uses = uses;
        this.keys = keys;
        this.vessel = vessel;
        this.random = random;
    }

    /**
     * @param key closed by whom it came from @param sealing what is kept of it
     */
    record Chosen(SecondKey key, SealedUnder sealing) {}

    /**
     * What is to seal a body that comes to a bucket.
     *
     * @throws Upstream.Invalid KMS.NotFoundException for a named key that is not there; the use is
     *     recorded as invalid then
     */
    Chosen choose(Admitted use, Bucket bucket, Encryption asked) {
        use.onFailure(Outcome.INVALID);
        Chosen chosen = choose(bucket, asked);
        use.onFailure(Outcome.FAILED);
        return chosen;
    }

    private Chosen choose(Bucket bucket, Encryption asked) {
        return switch (asked) {
            case Encryption.Unsaid() -> {
                Encryption standard = standard(bucket);
                yield standard instanceof Encryption.Unsaid ? OWN : choose(bucket, standard);
            }
            case Encryption.Own() -> OWN;
            case Encryption.Named(String name) ->
                    named(bucket, name.isEmpty() ? standardName(bucket) : name);
            case Encryption.Customer(CustomerKey sent) -> {
                byte[] salt = new byte[SALT];
                random.nextBytes(salt);
                byte[] proof = Arrays.copyOf(salt, 2 * SALT);
                System.arraycopy(token(bucket, salt, sent.key()), 0, proof, SALT, SALT);
                yield new Chosen(
                        sent.key(),
                        new SealedUnder(
                                new Encrypted(Encrypted.Kind.CUSTOMER, ""),
                                HexFormat.of().formatHex(proof)));
            }
            case Encryption.Wrong wrong -> throw wrong.refusal();
        };
    }

    private static final Chosen OWN = new Chosen(SecondKey.NONE, SealedUnder.OWN);

    /** What the bucket says of writes that say nothing. */
    private Encryption standard(Bucket bucket) {
        byte[] sealed = bucket.settings().get(BucketSetting.ENCRYPTION.key());
        return sealed == null
                ? Encryption.UNSAID
                : DefaultEncryption.decode(
                                vessel.sealer(bucket)
                                        .openState(
                                                BucketUses.place(bucket, BucketSetting.ENCRYPTION),
                                                sealed))
                        .encryption();
    }

    private String standardName(Bucket bucket) {
        return standard(bucket) instanceof Encryption.Named(String name) && !name.isEmpty()
                ? name
                : NamedKey.DEFAULT;
    }

    private Chosen named(Bucket bucket, String name) {
        NamedKey key = uses.policy().register().keys().get(bucket.organisation() + "/" + name);
        if (key == null || key.destroyed()) {
            throw unknown(name);
        }
        return new Chosen(
                ofStore(key.key()).orElseThrow(() -> unknown(name)),
                new SealedUnder(new Encrypted(Encrypted.Kind.NAMED, name), key.key()));
    }

    /** A key of the store; empty when it was destroyed. */
    private Optional<SecondKey> ofStore(String id) {
        try {
            return Optional.of(keys.second(new KeyId(KeyId.Kind.NAMED, id)));
        } catch (Keys.KeyGone e) {
            return Optional.empty();
        }
    }

    /**
     * What a body was sealed under is still there.
     *
     * @throws Upstream.Invalid KMS.NotFoundException when its named key was destroyed meanwhile
     */
    void demand(Admitted use, SealedUnder sealing) {
        if (sealing.shown().kind() == Encrypted.Kind.NAMED && ofStore(sealing.proof()).isEmpty()) {
            use.onFailure(Outcome.INVALID);
            throw unknown(sealing.shown().name());
        }
    }

    /** A named key died while the body came that it was to seal. */
    static Upstream.Invalid destroyed() {
        return new Upstream.Invalid(
                UNKNOWN_KEY, "Invalid keyId: the key was destroyed while the body arrived.");
    }

    private static Upstream.Invalid unknown(String name) {
        return new Upstream.Invalid(
                UNKNOWN_KEY, "Invalid keyId " + name + ": the organisation has no such key.");
    }

    private byte[] token(Bucket bucket, byte[] salt, SecondKey key) {
        return vessel.sealer(bucket)
                .token(PLACE.getBytes(StandardCharsets.US_ASCII), key.digest(salt));
    }

    private boolean proven(Bucket bucket, SealedUnder sealing, SecondKey key) {
        byte[] proof = HexFormat.of().parseHex(sealing.proof());
        byte[] salt = Arrays.copyOf(proof, SALT);
        return MessageDigest.isEqual(
                Arrays.copyOfRange(proof, SALT, 2 * SALT), token(bucket, salt, key));
    }

    /** What a reader brought does not open a body; empty when it does. */
    Optional<KeyRefused> refusal(Bucket bucket, SealedUnder sealing, CustomerKey brought) {
        boolean none = brought == CustomerKey.NONE;
        return switch (sealing.shown().kind()) {
            case OWN ->
                    none ? Optional.empty() : Optional.of(new KeyRefused(KeyRefused.Why.UNNEEDED));
            case NAMED -> {
                if (!none) {
                    yield Optional.of(new KeyRefused(KeyRefused.Why.UNNEEDED));
                }
                yield ofStore(sealing.proof()).isPresent()
                        ? Optional.empty()
                        : Optional.of(new KeyRefused(KeyRefused.Why.DESTROYED));
            }
            case CUSTOMER -> {
                if (none) {
                    yield Optional.of(new KeyRefused(KeyRefused.Why.MISSING));
                }
                yield proven(bucket, sealing, brought.key())
                        ? Optional.empty()
                        : Optional.of(new KeyRefused(KeyRefused.Why.WRONG));
            }
        };
    }

    /** The key that opens a body, when {@link #refusal} has nothing to say. */
    SecondKey opening(SealedUnder sealing, CustomerKey brought) {
        return switch (sealing.shown().kind()) {
            case OWN -> SecondKey.NONE;
            case NAMED ->
                    ofStore(sealing.proof()).orElseThrow(() -> unknown(sealing.shown().name()));
            case CUSTOMER -> brought.key();
        };
    }

    /**
     * The key that seals a part of an upload. A completion, which seals nothing, has to bring it
     * too, as s3-tests wants it: whoever completes knows the key.
     *
     * @param begun what the upload began with
     * @throws Upstream.Invalid InvalidRequest when the part says otherwise, or brings another key
     */
    SecondKey ofPart(Bucket bucket, SealedUnder begun, Encryption asked) {
        switch (asked) {
            case Encryption.Unsaid() -> {
                if (begun.shown().kind() == Encrypted.Kind.CUSTOMER) {
                    throw invalid(
                            "The multipart upload initiate requested encryption. Subsequent part"
                                    + " requests must include the appropriate encryption"
                                    + " parameters.");
                }
            }
            case Encryption.Wrong wrong -> throw wrong.refusal();
            case Encryption.Own() -> require(begun.shown().kind() == Encrypted.Kind.OWN);
            case Encryption.Named(String name) ->
                    require(
                            begun.shown().kind() == Encrypted.Kind.NAMED
                                    && (name.isEmpty() || name.equals(begun.shown().name())));
            case Encryption.Customer(CustomerKey sent) ->
                    require(
                            begun.shown().kind() == Encrypted.Kind.CUSTOMER
                                    && proven(bucket, begun, sent.key()));
        }
        return opening(
                begun,
                asked instanceof Encryption.Customer(CustomerKey sent) ? sent : CustomerKey.NONE);
    }

    private static void require(boolean same) {
        if (!same) {
            throw invalid(
                    "The provided encryption parameters did not match the ones used"
                            + " originally.");
        }
    }

    private static Upstream.Invalid invalid(String sentence) {
        return new Upstream.Invalid("InvalidRequest", sentence);
    }

    /**
     * Digests as they are shown. Under a second key an ETag is no MD5: who lists a bucket, or opens
     * attributes, would learn from it which of some guessed contents lies there. It is a token of
     * the MD5 under both keys, so one content keeps one ETag at one place.
     */
    Upstream.Digests shown(Bucket bucket, byte[] context, SecondKey key, Upstream.Digests digests) {
        if (key == SecondKey.NONE) {
            return digests;
        }
        byte[] md5 = digests.etag().getBytes(StandardCharsets.US_ASCII);
        byte[] token = vessel.sealer(bucket).token(etag(context), key.digest(md5));
        return new Upstream.Digests(HexFormat.of().formatHex(token), digests.checksums());
    }

    private static byte[] etag(byte[] context) {
        byte[] prefix = "etag/".getBytes(StandardCharsets.US_ASCII);
        byte[] place = Arrays.copyOf(prefix, prefix.length + context.length);
        System.arraycopy(context, 0, place, prefix.length, context.length);
        return place;
    }
}
