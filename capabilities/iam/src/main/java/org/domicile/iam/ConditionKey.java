package org.domicile.iam;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A condition key: something about a request that a statement may ask for. Names are those of AWS
 * (IAM User Guide, "AWS global condition context keys"; Service Authorization Reference, "Condition
 * keys for Amazon S3") and are the same in any case. A key that a request does not have is left
 * out; it is never an empty string in its place.
 */
public enum ConditionKey {
    /** When: taken from {@link S3Request#time}. */
    CURRENT_TIME("aws:CurrentTime", "currentTime", Kind.MOMENT),
    /** The same in seconds since 1970. */
    EPOCH_TIME("aws:EpochTime", "epochTime", Kind.MOMENT),
    /** From {@link Actor.Known#arn}. */
    PRINCIPAL_ARN("aws:PrincipalArn", "principalArn", Kind.TEXT),
    /** From {@link Actor.Known#account}. */
    PRINCIPAL_ACCOUNT("aws:PrincipalAccount", "principalAccount", Kind.TEXT),
    /** {@code Anonymous}, {@code User}, {@code AssumedRole}, {@code Account}. */
    PRINCIPAL_TYPE("aws:PrincipalType", "principalType", Kind.TEXT),
    /** The name of a user; sessions and anonymous callers have none. */
    USERNAME("aws:username", "username", Kind.TEXT),
    /** The unique id of a user, or {@code role-id:session-name}. */
    USERID("aws:userid", "userid", Kind.TEXT),
    /** The caller's address; an IPv4 address as such, not mapped into IPv6. */
    SOURCE_IP("aws:SourceIp", "sourceIp", Kind.ADDRESS),
    /** Whether the connection is encrypted. */
    SECURE_TRANSPORT("aws:SecureTransport", "secureTransport", Kind.TRUTH),
    /** The header {@code User-Agent}. */
    USER_AGENT("aws:UserAgent", "userAgent", Kind.TEXT),
    /** The header {@code Referer}. */
    REFERER("aws:Referer", "referer", Kind.TEXT),
    /** The region that was called: a zone. */
    REQUESTED_REGION("aws:RequestedRegion", "requestedRegion", Kind.TEXT),
    /** The account that owns the bucket: an organisation. */
    RESOURCE_ACCOUNT("aws:ResourceAccount", "resourceAccount", Kind.TEXT),
    /** When temporary credentials were issued; others have none. */
    TOKEN_ISSUE_TIME("aws:TokenIssueTime", "tokenIssueTime", Kind.MOMENT),
    /** Whether temporary credentials came of a second factor; others have none. */
    MULTI_FACTOR_PRESENT("aws:MultiFactorAuthPresent", "multiFactorAuthPresent", Kind.TRUTH),
    /** Seconds since that second factor. */
    MULTI_FACTOR_AGE("aws:MultiFactorAuthAge", "multiFactorAuthAge", Kind.NUMBER),
    /** Whether a service calls on behalf of the principal. */
    VIA_SERVICE("aws:ViaAWSService", "viaService", Kind.TRUTH),
    /** Whether a service calls on its own. */
    PRINCIPAL_IS_SERVICE("aws:PrincipalIsAWSService", "principalIsService", Kind.TRUTH),

    /** Of a listing. */
    PREFIX("s3:prefix", "prefix", Kind.TEXT),
    DELIMITER("s3:delimiter", "delimiter", Kind.TEXT),
    MAX_KEYS("s3:max-keys", "maxKeys", Kind.NUMBER),

    /** The header {@code x-amz-acl}, and so on. */
    ACL("s3:x-amz-acl", "acl", Kind.TEXT),
    GRANT_READ("s3:x-amz-grant-read", "grantRead", Kind.TEXT),
    GRANT_WRITE("s3:x-amz-grant-write", "grantWrite", Kind.TEXT),
    GRANT_READ_ACP("s3:x-amz-grant-read-acp", "grantReadAcp", Kind.TEXT),
    GRANT_WRITE_ACP("s3:x-amz-grant-write-acp", "grantWriteAcp", Kind.TEXT),
    GRANT_FULL_CONTROL("s3:x-amz-grant-full-control", "grantFullControl", Kind.TEXT),
    COPY_SOURCE("s3:x-amz-copy-source", "copySource", Kind.TEXT),
    METADATA_DIRECTIVE("s3:x-amz-metadata-directive", "metadataDirective", Kind.TEXT),
    ENCRYPTION("s3:x-amz-server-side-encryption", "encryption", Kind.TEXT),
    ENCRYPTION_KEY("s3:x-amz-server-side-encryption-aws-kms-key-id", "encryptionKeyId", Kind.TEXT),
    ENCRYPTION_CUSTOMER(
            "s3:x-amz-server-side-encryption-customer-algorithm",
            "encryptionCustomerAlgorithm",
            Kind.TEXT),
    STORAGE_CLASS("s3:x-amz-storage-class", "storageClass", Kind.TEXT),
    WEBSITE_REDIRECT("s3:x-amz-website-redirect-location", "websiteRedirectLocation", Kind.TEXT),
    OBJECT_OWNERSHIP("s3:x-amz-object-ownership", "objectOwnership", Kind.TEXT),
    CONTENT_SHA256("s3:x-amz-content-sha256", "contentSha256", Kind.TEXT),
    IF_MATCH("s3:if-match", "ifMatch", Kind.TEXT),
    IF_NONE_MATCH("s3:if-none-match", "ifNoneMatch", Kind.TEXT),

    /** The version that is asked for by its id. */
    VERSION_ID("s3:VersionId", "versionId", Kind.TEXT),
    LOCATION_CONSTRAINT("s3:LocationConstraint", "locationConstraint", Kind.TEXT),

    /** {@code AWS4-HMAC-SHA256}, {@code AWS}. */
    SIGNATURE_VERSION("s3:signatureversion", "signatureVersion", Kind.TEXT),
    /** {@code REST-HEADER}, {@code REST-QUERY-STRING} or {@code POST}. */
    AUTH_TYPE("s3:authType", "authType", Kind.TEXT),
    /** Milliseconds since a request was signed. */
    SIGNATURE_AGE("s3:signatureAge", "signatureAge", Kind.NUMBER),
    TLS_VERSION("s3:TlsVersion", "tlsVersion", Kind.TEXT),

    OBJECT_LOCK_MODE("s3:object-lock-mode", "objectLockMode", Kind.TEXT),
    OBJECT_LOCK_UNTIL("s3:object-lock-retain-until-date", "objectLockRetainUntilDate", Kind.MOMENT),
    OBJECT_LOCK_DAYS(
            "s3:object-lock-remaining-retention-days",
            "objectLockRemainingRetentionDays",
            Kind.NUMBER),
    OBJECT_LOCK_HOLD("s3:object-lock-legal-hold", "objectLockLegalHold", Kind.TEXT),

    S3_RESOURCE_ACCOUNT("s3:ResourceAccount", "s3ResourceAccount", Kind.TEXT),

    /** The tags of the object as it is: from {@link Target.ObjectIn#tags}. */
    EXISTING_OBJECT_TAG("s3:ExistingObjectTag/", "existingObjectTag", Kind.TAG),
    /** The tags that the request sets: from {@link S3Request#tags}. */
    REQUEST_OBJECT_TAG("s3:RequestObjectTag/", "requestTags", Kind.TAG),
    /** The keys of those. */
    REQUEST_OBJECT_TAG_KEYS("s3:RequestObjectTagKeys", "requestTagKeys", Kind.TEXTS);

    /** What a key holds, and how it stands in the context. */
    enum Kind {
        /** {@code String}. */
        TEXT,
        /** {@code {text: String, truth?: Bool}}. */
        TRUTH,
        /** {@code {text: String, number?: Long}}; a request's number is a whole one. */
        NUMBER,
        /** {@code {text: String, number?: Long, moment?: datetime}}. */
        MOMENT,
        /** {@code {text: String, address?: ipaddr}}. */
        ADDRESS,
        /** {@code Set<String>}. */
        TEXTS,
        /** A tag of an entity; the name of the tag follows the slash. */
        TAG
    }

    private static final Map<String, ConditionKey> BY_NAME =
            Arrays.stream(values())
                    .collect(Collectors.toMap(key -> folded(key.iamName), key -> key));

    private static final Set<ConditionKey> DERIVED =
            EnumSet.of(
                    CURRENT_TIME,
                    EPOCH_TIME,
                    PRINCIPAL_ARN,
                    PRINCIPAL_ACCOUNT,
                    EXISTING_OBJECT_TAG,
                    REQUEST_OBJECT_TAG,
                    REQUEST_OBJECT_TAG_KEYS);

    private final String iamName;
    private final String attribute;
    private final Kind kind;

    ConditionKey(String iamName, String attribute, Kind kind) {
        this.iamName = iamName;
        this.attribute = attribute;
        this.kind = kind;
    }

    /** As AWS writes it; a key of tags ends with a slash. */
    public String iamName() {
        return iamName;
    }

    /** The attribute of the context that holds it. */
    public String attribute() {
        return attribute;
    }

    Kind kind() {
        return kind;
    }

    /** Whether {@link S3Request} derives it from its other parts. */
    public boolean isDerived() {
        return DERIVED.contains(this);
    }

    private static String folded(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /**
     * A key as a document names it.
     *
     * @param tag the name of the tag, in its own case; empty for keys that are no tags
     */
    record Named(ConditionKey key, String tag) {
        String iamName() {
            return key.iamName + tag;
        }
    }

    static @Nullable Named named(String name) {
        int slash = name.indexOf('/');
        if (slash < 0) {
            ConditionKey key = BY_NAME.get(folded(name));
            return key == null ? null : new Named(key, "");
        }
        ConditionKey key = BY_NAME.get(folded(name.substring(0, slash + 1)));
        String tag = name.substring(slash + 1);
        return key == null || tag.isEmpty() ? null : new Named(key, tag);
    }

    /** The key of one value, no tag, that has this name in any case; null if there is none. */
    public static @Nullable ConditionKey of(String name) {
        return BY_NAME.get(folded(name));
    }

    /** The names that are near enough to be meant. */
    static List<String> like(String name) {
        String asked = folded(name.substring(name.indexOf(':') + 1));
        return Stream.of(values())
                .map(ConditionKey::iamName)
                .filter(known -> {
                    String bare = folded(known.substring(known.indexOf(':') + 1));
                    return !asked.isEmpty() && (bare.contains(asked) || asked.contains(bare));
                })
                .toList();
    }
}
