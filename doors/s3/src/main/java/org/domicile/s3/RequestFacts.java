package org.domicile.s3;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.domicile.policy.Facts;

/**
 * What a request says of itself, by the names of IAM's condition keys (Service Authorization
 * Reference, "Condition keys for Amazon S3"; IAM User Guide, "AWS global condition context keys").
 */
final class RequestFacts {
    private static final String CONTENT_SHA256 = "s3:x-amz-content-sha256";

    /** The version that is asked for. */
    static final String VERSION_ID = "s3:VersionId";

    /** Fields that are keys under their own names. */
    private static final Map<String, String> FIELDS =
            Map.ofEntries(
                    Map.entry("user-agent", "aws:UserAgent"),
                    Map.entry("referer", "aws:Referer"),
                    Map.entry("if-match", "s3:if-match"),
                    Map.entry("if-none-match", "s3:if-none-match"),
                    Map.entry("x-amz-acl", "s3:x-amz-acl"),
                    Map.entry("x-amz-grant-read", "s3:x-amz-grant-read"),
                    Map.entry("x-amz-grant-write", "s3:x-amz-grant-write"),
                    Map.entry("x-amz-grant-read-acp", "s3:x-amz-grant-read-acp"),
                    Map.entry("x-amz-grant-write-acp", "s3:x-amz-grant-write-acp"),
                    Map.entry("x-amz-grant-full-control", "s3:x-amz-grant-full-control"),
                    Map.entry("x-amz-metadata-directive", "s3:x-amz-metadata-directive"),
                    Map.entry("x-amz-server-side-encryption", "s3:x-amz-server-side-encryption"),
                    Map.entry(
                            "x-amz-server-side-encryption-aws-kms-key-id",
                            "s3:x-amz-server-side-encryption-aws-kms-key-id"),
                    Map.entry(
                            "x-amz-server-side-encryption-customer-algorithm",
                            "s3:x-amz-server-side-encryption-customer-algorithm"),
                    Map.entry("x-amz-storage-class", "s3:x-amz-storage-class"),
                    Map.entry(
                            "x-amz-website-redirect-location",
                            "s3:x-amz-website-redirect-location"),
                    Map.entry("x-amz-object-ownership", "s3:x-amz-object-ownership"),
                    Map.entry("x-amz-content-sha256", CONTENT_SHA256),
                    Map.entry("x-amz-object-lock-mode", ObjectLocks.MODE_KEY),
                    Map.entry("x-amz-object-lock-retain-until-date", ObjectLocks.UNTIL_KEY),
                    Map.entry("x-amz-object-lock-legal-hold", ObjectLocks.HOLD_KEY));

    private static final Map<String, String> PARAMETERS =
            Map.of(
                    "prefix", "s3:prefix",
                    "delimiter", "s3:delimiter",
                    "max-keys", "s3:max-keys",
                    "versionId", VERSION_ID);

    /** What a browser says beside a form. */
    private static final List<String> BROWSERS = List.of("user-agent", "referer");

    private static final String COPY_SOURCE = "x-amz-copy-source";
    private static final String AUTH_TYPE = "s3:authType";
    private static final String SIGNATURE_VERSION = "s3:signatureversion";

    private RequestFacts() {}

    /**
     * @param body what the body says, by the names of keys
     * @param tags that the request sets
     */
    static Facts of(Call call, Map<String, String> body, Map<String, String> tags) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < call.fields().size(); i++) {
            String key = FIELDS.get(call.fields().name(i));
            if (key != null) {
                values.put(key, call.field(call.fields().name(i)));
            }
        }
        PARAMETERS.forEach((parameter, key) -> {
            if (call.query().has(parameter) && !named(call, parameter)) {
                values.put(key, call.query().value(parameter));
            }
        });
        if (call.has(ObjectLocks.UNTIL)) {
            ObjectLocks.remaining(call.field(ObjectLocks.UNTIL), call.at())
                    .ifPresent(days -> values.put(ObjectLocks.REMAINING_KEY, days));
        }
        values.putAll(body);
        if (call.has(COPY_SOURCE)) {
            values.put("s3:" + COPY_SOURCE, CopySource.path(call.field(COPY_SOURCE)));
        }
        values.put("aws:SecureTransport", Boolean.toString(call.exchange().secure()));
        if (call.payload() instanceof FormPayload form) {
            form(call, form, values);
        } else {
            signature(call, values);
        }
        return new Facts(values, tags);
    }

    /** DeleteObjects names versions in its body: one in the query would speak for none of them. */
    private static boolean named(Call call, String parameter) {
        return parameter.equals("versionId") && call.query().has("delete");
    }

    /** The browser speaks in the header, the page in the fields, which nobody signs whole. */
    private static void form(Call call, FormPayload form, Map<String, String> values) {
        Fields header = Fields.of(call.exchange().headers());
        for (String each : BROWSERS) {
            String key = FIELDS.getOrDefault(each, each);
            values.remove(key);
            if (header.has(each)) {
                values.put(key, header.joined(each));
            }
        }
        values.remove(CONTENT_SHA256);
        if (!form.signed().isEmpty()) {
            values.put(AUTH_TYPE, "POST");
            values.put(SIGNATURE_VERSION, form.signed());
            values.put(CONTENT_SHA256, Framing.UNSIGNED_PAYLOAD);
        }
    }

    private static void signature(Call call, Map<String, String> values) {
        boolean inQuery = call.query().has("X-Amz-Signature");
        if (inQuery || call.has("authorization")) {
            values.put(AUTH_TYPE, inQuery ? "REST-QUERY-STRING" : "REST-HEADER");
            values.put(SIGNATURE_VERSION, Claim.ALGORITHM);
        }
        if (inQuery) {
            // As it was signed.
            String said = call.query().value("X-Amz-Content-Sha256");
            values.putIfAbsent(CONTENT_SHA256, said.isEmpty() ? Framing.UNSIGNED_PAYLOAD : said);
        }
    }
}
