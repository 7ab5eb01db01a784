package org.domicile.s3;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import org.domicile.guard.CustomerKey;
import org.domicile.guard.Encrypted;
import org.domicile.guard.Encryption;
import org.domicile.guard.GuardedObjects.Got.KeyRefused;
import org.domicile.http.Headers;

/**
 * Server-side encryption as requests ask for it and answers say it (Amazon S3 User Guide,
 * "Protecting data with server-side encryption"): with the server's keys (AES256, which is always
 * so), with a named key of the organisation (aws:kms), with a key that the customer sends along
 * (SSE-C).
 *
 * <p>A customer's key is taken over TLS, and from the machine itself: S3 wants TLS, and a plain
 * connection that leaves the machine could be read. It is nowhere but in memory, and {@link
 * Call#release} wipes it.
 */
final class Encryptions {
    private static final String FIELD = "x-amz-server-side-encryption";
    private static final String KEY_ID = FIELD + "-aws-kms-key-id";
    private static final String BUCKET_KEY = FIELD + "-bucket-key-enabled";
    private static final String CUSTOMER = FIELD + "-customer-";
    private static final String SOURCE_CUSTOMER =
            "x-amz-copy-source-server-side-encryption-customer-";
    private static final String ALGORITHM = "algorithm";
    private static final String KEY = "key";
    private static final String KEY_MD5 = "key-md5";
    private static final String AES256 = "AES256";
    private static final String KMS = "aws:kms";

    /** What requests may say of their own object. */
    static final Set<String> FIELDS =
            Set.of(
                    FIELD,
                    KEY_ID,
                    BUCKET_KEY,
                    CUSTOMER + ALGORITHM,
                    CUSTOMER + KEY,
                    CUSTOMER + KEY_MD5);

    /** What copies may say of their source. */
    static final Set<String> SOURCE_FIELDS =
            Set.of(SOURCE_CUSTOMER + ALGORITHM, SOURCE_CUSTOMER + KEY, SOURCE_CUSTOMER + KEY_MD5);

    private static final int KEY_TEXT = 64;

    private Encryptions() {}

    // ---- what is asked for ------------------------------------------------------------------

    /** Of a write. What means nothing is refused once policy has let the write through. */
    static Encryption asked(Call call) {
        try {
            return meant(call);
        } catch (Failure e) {
            return new Encryption.Wrong(e.code().code(), e.sentence());
        }
    }

    /**
     * @throws Failure INVALID_ARGUMENT, INVALID_REQUEST, NOT_IMPLEMENTED
     */
    private static Encryption meant(Call call) {
        String method = call.fields().one(FIELD);
        CustomerKey customer = customer(call, CUSTOMER);
        if (customer != CustomerKey.NONE) {
            if (!method.isEmpty() || call.has(KEY_ID)) {
                throw invalid(
                        "Server Side Encryption with Customer provided key is incompatible with the"
                                + " encryption method specified.");
            }
            return new Encryption.Customer(customer);
        }
        String name = call.fields().one(KEY_ID);
        if (!name.isEmpty() && !method.equals(KMS)) {
            throw invalid(
                    "Server Side Encryption with AWS KMS managed key requires HTTP header"
                            + " x-amz-server-side-encryption : aws:kms.");
        }
        bucketKey(call.fields().one(BUCKET_KEY), method);
        return switch (method) {
            case "" -> Encryption.UNSAID;
            case AES256 -> new Encryption.Own();
            case KMS -> new Encryption.Named(name);
            case "aws:kms:dsse", "aws:fsx" -> throw Unserved.notImplemented(FIELD + ": " + method);
            default -> throw invalid("The encryption method specified is not supported.");
        };
    }

    /**
     * An S3 Bucket Key spares calls to a key service. Here a named key is never used without the
     * bucket's own, so asking for it asks for what is so.
     */
    private static void bucketKey(String said, String method) {
        if (!said.isEmpty() && !said.equalsIgnoreCase("true") && !said.equalsIgnoreCase("false")) {
            throw invalid("The value of " + BUCKET_KEY + " is true or false.");
        }
        if (said.equalsIgnoreCase("true") && !method.isEmpty() && !method.equals(KMS)) {
            throw invalid("An S3 Bucket Key goes with aws:kms.");
        }
    }

    /** The key of a read; a read cannot choose any other encryption. @throws Failure as above */
    static CustomerKey brought(Call call) {
        for (String field : new String[] {FIELD, KEY_ID, BUCKET_KEY}) {
            if (call.has(field)) {
                throw invalid(field + " header is not supported for this operation.");
            }
        }
        return customer(call, CUSTOMER);
    }

    /** The key of a copy's source. @throws Failure as above */
    static CustomerKey ofSource(Call call) {
        return customer(call, SOURCE_CUSTOMER);
    }

    private static CustomerKey customer(Call call, String fields) {
        String algorithm = call.fields().one(fields + ALGORITHM);
        String key = call.fields().one(fields + KEY);
        String digest = call.fields().one(fields + KEY_MD5);
        if (algorithm.isEmpty() && key.isEmpty() && digest.isEmpty()) {
            return CustomerKey.NONE;
        }
        if (!call.confidential()) {
            throw new Failure(
                    ErrorCode.INVALID_REQUEST,
                    "Requests specifying Server Side Encryption with Customer provided keys must be"
                            + " made over a secure connection.");
        }
        if (algorithm.isEmpty()) {
            throw provide("a valid encryption algorithm.");
        }
        if (!algorithm.equals(AES256)) {
            throw new Failure(
                    ErrorCode.INVALID_ENCRYPTION_ALGORITHM,
                    "The Encryption request you specified is not valid. Supported value: AES256.");
        }
        if (key.isEmpty()) {
            throw provide("an appropriate secret key.");
        }
        if (digest.isEmpty()) {
            throw provide("the client calculated MD5 of the secret key.");
        }
        return checked(call, key, digest);
    }

    private static CustomerKey checked(Call call, String text, String digest) {
        byte[] key = decoded(text);
        if (key.length != CustomerKey.LENGTH) {
            Arrays.fill(key, (byte) 0);
            throw invalid("The secret key was invalid for the specified algorithm.");
        }
        byte[] right = Base64.getEncoder().encode(md5(key));
        CustomerKey customer = call.keep(CustomerKey.of(key));
        if (!MessageDigest.isEqual(right, digest.getBytes(StandardCharsets.ISO_8859_1))) {
            throw invalid(
                    "The calculated MD5 hash of the key did not match the hash that was provided.");
        }
        return customer;
    }

    private static byte[] decoded(String text) {
        try {
            return text.length() > KEY_TEXT ? new byte[0] : Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private static byte[] md5(byte[] key) {
        try {
            return MessageDigest.getInstance("MD5").digest(key);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }

    private static Failure provide(String what) {
        return invalid(
                "Requests specifying Server Side Encryption with Customer provided keys must"
                        + " provide "
                        + what);
    }

    private static Failure invalid(String sentence) {
        return new Failure(ErrorCode.INVALID_ARGUMENT, sentence);
    }

    // ---- answers ----------------------------------------------------------------------------

    /** Says which keys a body is under; of a customer's key what the request itself said. */
    static Headers show(Call call, Headers headers, Encrypted encrypted) {
        return switch (encrypted.kind()) {
            case OWN -> headers.add(FIELD, AES256);
            case NAMED ->
                    headers.add(FIELD, KMS).add(KEY_ID, encrypted.name()).add(BUCKET_KEY, "true");
            case CUSTOMER -> {
                headers.add(CUSTOMER + ALGORITHM, AES256);
                String digest = call.field(CUSTOMER + KEY_MD5);
                yield digest.isEmpty() ? headers : headers.add(CUSTOMER + "key-MD5", digest);
            }
        };
    }

    /** Why a key opens nothing. */
    static Failure refused(KeyRefused.Why why) {
        return switch (why) {
            case MISSING ->
                    new Failure(
                            ErrorCode.INVALID_REQUEST,
                            "The object was stored using a form of Server Side Encryption. The"
                                    + " correct parameters must be provided to retrieve the"
                                    + " object.");
            case WRONG ->
                    new Failure(
                            ErrorCode.ACCESS_DENIED,
                            "Access Denied: the object was stored under another customer's key.");
            case UNNEEDED ->
                    new Failure(
                            ErrorCode.INVALID_REQUEST,
                            "The encryption parameters are not applicable to this object.");
            case DESTROYED ->
                    new Failure(
                            ErrorCode.KMS_NOT_FOUND,
                            "The key that this object was stored under was destroyed: nobody can"
                                    + " read it any more.");
        };
    }
}
