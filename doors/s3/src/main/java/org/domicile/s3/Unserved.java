package org.domicile.s3;

import java.util.Map;
import org.domicile.policy.Ownership;

/**
 * Request fields that ask for something we do not do: refused, because an answer 200 would say that
 * it was done.
 */
final class Unserved {
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
            default ->
                    refuse(
                            name.startsWith("x-amz-server-side-encryption")
                                            && !Encryptions.FIELDS.contains(name)
                                    || name.startsWith("x-amz-copy-source-server-side-encryption")
                                            && !Encryptions.SOURCE_FIELDS.contains(name)
                                    || name.startsWith("x-amz-object-lock-"),
                            name);
        }
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
