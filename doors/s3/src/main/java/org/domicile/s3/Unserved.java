package org.domicile.s3;

import org.domicile.request.Caller;

/**
 * Request fields that ask for something we do not do: refused, because an answer 200 would say that
 * it was done.
 *
 * <p>{@code x-amz-server-side-encryption: AES256} is taken: everything is encrypted at rest with
 * AES-256 under keys that the server keeps, which is what it asks for, so answers say AES256 too.
 */
final class Unserved {
    private Unserved() {}

    /**
     * @throws Failure NOT_IMPLEMENTED and its kin
     */
    static void check(Call call) {
        for (int i = 0; i < call.fields().size(); i++) {
            if (call.fields().name(i).startsWith("x-amz-")) {
                check(call, call.fields().name(i), call.fields().value(i));
            }
        }
    }

    private static void check(Call call, String name, String value) {
        switch (name) {
            case "x-amz-server-side-encryption" -> refuse(!value.equals("AES256"), name);
            case "x-amz-server-side-encryption-bucket-key-enabled" ->
                    refuse(!value.equalsIgnoreCase("false"), name);
            case "x-amz-acl" -> acl(value);
            case "x-amz-storage-class" -> storageClass(value);
            case "x-amz-website-redirect-location" -> refuse(!value.isEmpty(), name);
            case "x-amz-bucket-object-lock-enabled" ->
                    refuse(
                            call.operation() != Operation.CREATE_BUCKET
                                    && !value.equalsIgnoreCase("false"),
                            name);
            case "x-amz-object-lock-mode",
                    "x-amz-object-lock-retain-until-date",
                    "x-amz-object-lock-legal-hold" ->
                    refuse(!ObjectLocks.taken(call.operation()), name);
            case "x-amz-object-ownership" -> refuse(!value.equals("BucketOwnerEnforced"), name);
            case "x-amz-write-offset-bytes" -> refuse(true, name);
            case "x-amz-if-match-last-modified-time", "x-amz-if-match-size" ->
                    refuse(call.operation() != Operation.DELETE_OBJECT, name);
            case "x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner" ->
                    owner(call, value);
            default ->
                    refuse(
                            name.startsWith("x-amz-server-side-encryption-")
                                    || name.startsWith("x-amz-copy-source-server-side-encryption-")
                                    || name.startsWith("x-amz-object-lock-")
                                    || name.startsWith("x-amz-grant-"),
                            name);
        }
    }

    private static void refuse(boolean asks, String name) {
        if (asks) {
            throw notImplemented(name);
        }
    }

    static Failure notImplemented(String field) {
        return new Failure(
                ErrorCode.NOT_IMPLEMENTED,
                "A header you provided implies functionality that is not implemented: "
                        + field
                        + ". Leave it out.");
    }

    private static void acl(String value) {
        switch (value) {
            case "private", "bucket-owner-full-control" -> {}
            case "public-read",
                    "public-read-write",
                    "authenticated-read",
                    "aws-exec-read",
                    "bucket-owner-read",
                    "log-delivery-write" ->
                    throw notImplemented("x-amz-acl");
            default ->
                    throw new Failure(
                            ErrorCode.INVALID_ARGUMENT, "x-amz-acl is none of the canned ACLs.");
        }
    }

    private static void storageClass(String value) {
        if (!value.equals("STANDARD")) {
            throw new Failure(
                    ErrorCode.INVALID_STORAGE_CLASS,
                    "The storage class you specified is not valid: there is one, STANDARD.");
        }
    }

    /** Policy lets nobody into another organisation's bucket, so the caller's is the owner's. */
    private static void owner(Call call, String expected) {
        if (call.caller() instanceof Caller.Known known && !known.organisation().equals(expected)) {
            throw new Failure(
                    ErrorCode.ACCESS_DENIED, "The bucket's owner is not the one you expect.");
        }
    }
}
