package org.domicile.s3;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.domicile.policy.Ownership;

/**
 * Request fields that ask for something we do not do: refused, because an answer 200 would say that
 * it was done.
 */
final class Unserved {
    /**
     * What is looked at elsewhere (by whoever carries out the operation, or judges the signature),
     * or asks for nothing: MFA, who pays, and lists' restore states are of features that no bucket
     * here can have.
     */
    private static final Set<String> KNOWN =
            Set.of(
                    "x-amz-acl",
                    "x-amz-api-version", // of AWS SDK for C++, which PyArrow is made with
                    "x-amz-bucket-object-lock-token",
                    "x-amz-bypass-governance-retention",
                    "x-amz-cf-id", // CloudFront's own number of a request
                    "x-amz-confirm-remove-self-bucket-access",
                    "x-amz-content-sha256",
                    "x-amz-copy-source",
                    "x-amz-copy-source-if-match",
                    "x-amz-copy-source-if-modified-since",
                    "x-amz-copy-source-if-none-match",
                    "x-amz-copy-source-if-unmodified-since",
                    "x-amz-date",
                    "x-amz-decoded-content-length",
                    "x-amz-expected-bucket-owner",
                    "x-amz-max-parts",
                    "x-amz-metadata-directive",
                    "x-amz-mfa",
                    "x-amz-mp-object-size",
                    "x-amz-object-attributes",
                    "x-amz-optional-object-attributes",
                    "x-amz-part-number-marker",
                    "x-amz-request-payer",
                    "x-amz-sdk-checksum-algorithm",
                    "x-amz-security-token",
                    "x-amz-skip-destination-validation",
                    "x-amz-source-expected-bucket-owner",
                    "x-amz-tagging",
                    "x-amz-tagging-directive",
                    "x-amz-te",
                    "x-amz-trailer",
                    "x-amz-transition-default-minimum-object-size",
                    "x-amz-user-agent",
                    "x-amz-website-redirect-location");

    /** Families of them. */
    private static final List<String> KNOWN_FAMILIES =
            List.of("x-amz-checksum-", "x-amz-grant-", "x-amz-meta-");

    /**
     * How fields begin that change what a request means: what is not known of these is refused,
     * also what S3 learns tomorrow. Other fields mean nothing to S3, and nothing here.
     */
    private static final List<String> MEANING =
            List.of(
                    "x-amz-client-token",
                    "x-amz-copy-",
                    "x-amz-create-session-",
                    "x-amz-fwd-",
                    "x-amz-if-",
                    "x-amz-lock-",
                    "x-amz-object-",
                    "x-amz-rename-",
                    "x-amz-replication-",
                    "x-amz-request-route",
                    "x-amz-request-token",
                    "x-amz-restore-",
                    "x-amz-server-side-encryption",
                    "x-amz-write-");

    private Unserved() {}

    /**
     * @throws Failure NOT_IMPLEMENTED and its kin
     */
    static void check(Call call) {
        AclForms.ofHeaders(call);
        for (int i = 0; i < call.fields().size(); i++) {
            if (call.fields().name(i).startsWith("x-amz-")) {
                check(call, call.fields().name(i), call.fields().value(i));
            }
        }
        // A part of a body is no body (RFC 9110, section 14.5), and nothing here stores one.
        refuse(call.has("content-range") && writes(call.operation()), "Content-Range");
        part(call);
    }

    /** What is said of an object is said where its upload begins. */
    private static void part(Call call) {
        switch (call.operation()) {
            case UPLOAD_PART, UPLOAD_PART_COPY, COMPLETE_MULTIPART_UPLOAD -> {}
            default -> {
                return;
            }
        }
        for (int i = 0; i < call.fields().size(); i++) {
            String name = call.fields().name(i);
            if (name.startsWith("x-amz-meta-")) {
                throw new Failure(
                        ErrorCode.INVALID_ARGUMENT,
                        "Metadata cannot be specified in this context.");
            }
            refuse(
                    name.equals("x-amz-tagging")
                            || name.equals("x-amz-acl")
                            || name.startsWith("x-amz-grant-")
                            || name.equals("x-amz-website-redirect-location"),
                    name);
        }
    }

    private static boolean writes(Operation operation) {
        return operation == Operation.PUT_OBJECT || operation == Operation.UPLOAD_PART;
    }

    private static void check(Call call, String name, String value) {
        switch (name) {
            case "x-amz-storage-class" -> storageClass(value);
            case "x-amz-bucket-object-lock-enabled" ->
                    refuse(
                            call.operation() != Operation.CREATE_BUCKET
                                    && !value.equalsIgnoreCase("false"),
                            name);
            case "x-amz-object-lock-mode",
                    "x-amz-object-lock-retain-until-date",
                    "x-amz-object-lock-legal-hold" ->
                    refuse(!ObjectLocks.taken(call.operation()), name);
            case "x-amz-object-ownership" -> ownership(call, value);
            case "x-amz-write-offset-bytes", "x-amz-if-match-initiated-time" -> refuse(true, name);
            case "x-amz-bucket-namespace" -> refuse(!value.equals("global"), name);
            case "x-amz-copy-source-range" ->
                    refuse(call.operation() != Operation.UPLOAD_PART_COPY, name);
            case "x-amz-if-match-last-modified-time", "x-amz-if-match-size" ->
                    refuse(call.operation() != Operation.DELETE_OBJECT, name);
            default -> refuse(!known(name) && MEANING.stream().anyMatch(name::startsWith), name);
        }
    }

    private static boolean known(String name) {
        return KNOWN.contains(name)
                || Encryptions.FIELDS.contains(name)
                || Encryptions.SOURCE_FIELDS.contains(name)
                || KNOWN_FAMILIES.stream().anyMatch(name::startsWith);
    }

    private static void refuse(boolean asks, String name) {
        if (asks) {
            throw notImplemented(name);
        }
    }

    static Failure notImplemented(String field) {
        return notImplemented(field, "Leave it out.");
    }

    /** A body in chunked coding whose length nobody says, as S3 answers it. */
    static Failure chunked() {
        return notImplemented(
                "Transfer-Encoding",
                "Say the length in Content-Length, or send aws-chunked with"
                        + " x-amz-decoded-content-length.");
    }

    private static Failure notImplemented(String field, String advice) {
        return new Failure(
                ErrorCode.NOT_IMPLEMENTED,
                "A header you provided implies functionality that is not implemented: "
                        + field
                        + ". "
                        + advice,
                Map.of("Header", field));
    }

    /** Who owns the objects of a bucket is said where the bucket is made. */
    private static void ownership(Call call, String value) {
        refuse(call.operation() != Operation.CREATE_BUCKET, "x-amz-object-ownership");
        if (Ownership.of(value).isEmpty()) {
            throw new Failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "x-amz-object-ownership is BucketOwnerEnforced, BucketOwnerPreferred or"
                            + " ObjectWriter.");
        }
    }

    private static void storageClass(String value) {
        if (!value.equals("STANDARD")) {
            throw new Failure(
                    ErrorCode.INVALID_STORAGE_CLASS,
                    "The storage class you specified is not valid: there is one, STANDARD.");
        }
    }
}
