package org.domicile.s3;

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
            case "x-amz-write-offset-bytes" -> refuse(true, name);
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
        return new Failure(
                ErrorCode.NOT_IMPLEMENTED,
                "A header you provided implies functionality that is not implemented: "
                        + field
                        + ". Leave it out.");
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
