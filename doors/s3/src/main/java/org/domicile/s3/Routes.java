package org.domicile.s3;

import static org.domicile.s3.Target.Level.BUCKET;
import static org.domicile.s3.Target.Level.OBJECT;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.domicile.http.Headers;

/**
 * Which operation a request asks for. A subresource is a query parameter that names an operation,
 * such as {@code ?acl}; one that is not known here, or not with this method, never falls through to
 * the operation that the request would be without it.
 */
final class Routes {
    private record Route(String method, Target.Level level, String subresource) {}

    private static final Map<Route, Operation> ROUTES = new HashMap<>();

    /** Query parameters without a value that say how and not what. */
    private static final Set<String> PLAIN =
            Set.of(
                    "prefix",
                    "delimiter",
                    "marker",
                    "max-keys",
                    "encoding-type",
                    "list-type",
                    "continuation-token",
                    "start-after",
                    "fetch-owner",
                    "key-marker",
                    "version-id-marker",
                    "upload-id-marker",
                    "max-uploads",
                    "max-parts",
                    "part-number-marker",
                    "max-buckets",
                    "bucket-region",
                    "versionId",
                    "partNumber",
                    "select-type",
                    "id",
                    "x-id",
                    "AWSAccessKeyId",
                    "Signature",
                    "Expires");

    static {
        route("GET", BUCKET, "abac", Operation.GET_BUCKET_ABAC);
        route("PUT", BUCKET, "abac", Operation.PUT_BUCKET_ABAC);
        route("GET", BUCKET, "accelerate", Operation.GET_BUCKET_ACCELERATE_CONFIGURATION);
        route("PUT", BUCKET, "accelerate", Operation.PUT_BUCKET_ACCELERATE_CONFIGURATION);
        route("GET", BUCKET, "acl", Operation.GET_BUCKET_ACL);
        route("PUT", BUCKET, "acl", Operation.PUT_BUCKET_ACL);
        route("GET", BUCKET, "analytics", Operation.LIST_BUCKET_ANALYTICS_CONFIGURATIONS);
        route("PUT", BUCKET, "analytics", Operation.PUT_BUCKET_ANALYTICS_CONFIGURATION);
        route("DELETE", BUCKET, "analytics", Operation.DELETE_BUCKET_ANALYTICS_CONFIGURATION);
        route("GET", BUCKET, "cors", Operation.GET_BUCKET_CORS);
        route("PUT", BUCKET, "cors", Operation.PUT_BUCKET_CORS);
        route("DELETE", BUCKET, "cors", Operation.DELETE_BUCKET_CORS);
        route("GET", BUCKET, "encryption", Operation.GET_BUCKET_ENCRYPTION);
        route("PUT", BUCKET, "encryption", Operation.PUT_BUCKET_ENCRYPTION);
        route("DELETE", BUCKET, "encryption", Operation.DELETE_BUCKET_ENCRYPTION);
        route(
                "GET",
                BUCKET,
                "intelligent-tiering",
                Operation.LIST_BUCKET_INTELLIGENT_TIERING_CONFIGURATIONS);
        route(
                "PUT",
                BUCKET,
                "intelligent-tiering",
                Operation.PUT_BUCKET_INTELLIGENT_TIERING_CONFIGURATION);
        route(
                "DELETE",
                BUCKET,
                "intelligent-tiering",
                Operation.DELETE_BUCKET_INTELLIGENT_TIERING_CONFIGURATION);
        route("GET", BUCKET, "inventory", Operation.LIST_BUCKET_INVENTORY_CONFIGURATIONS);
        route("PUT", BUCKET, "inventory", Operation.PUT_BUCKET_INVENTORY_CONFIGURATION);
        route("DELETE", BUCKET, "inventory", Operation.DELETE_BUCKET_INVENTORY_CONFIGURATION);
        route("GET", BUCKET, "lifecycle", Operation.GET_BUCKET_LIFECYCLE_CONFIGURATION);
        route("PUT", BUCKET, "lifecycle", Operation.PUT_BUCKET_LIFECYCLE_CONFIGURATION);
        route("DELETE", BUCKET, "lifecycle", Operation.DELETE_BUCKET_LIFECYCLE);
        route("GET", BUCKET, "location", Operation.GET_BUCKET_LOCATION);
        route("GET", BUCKET, "logging", Operation.GET_BUCKET_LOGGING);
        route("PUT", BUCKET, "logging", Operation.PUT_BUCKET_LOGGING);
        route("GET", BUCKET, "metadataConfiguration", Operation.GET_BUCKET_METADATA_CONFIGURATION);
        route(
                "DELETE",
                BUCKET,
                "metadataConfiguration",
                Operation.DELETE_BUCKET_METADATA_CONFIGURATION);
        route(
                "POST",
                BUCKET,
                "metadataConfiguration",
                Operation.CREATE_BUCKET_METADATA_CONFIGURATION);
        route("GET", BUCKET, "metadataTable", Operation.GET_BUCKET_METADATA_TABLE_CONFIGURATION);
        route(
                "DELETE",
                BUCKET,
                "metadataTable",
                Operation.DELETE_BUCKET_METADATA_TABLE_CONFIGURATION);
        route(
                "POST",
                BUCKET,
                "metadataTable",
                Operation.CREATE_BUCKET_METADATA_TABLE_CONFIGURATION);
        route(
                "PUT",
                BUCKET,
                "metadataInventoryTable",
                Operation.UPDATE_BUCKET_METADATA_INVENTORY_TABLE_CONFIGURATION);
        route(
                "PUT",
                BUCKET,
                "metadataJournalTable",
                Operation.UPDATE_BUCKET_METADATA_JOURNAL_TABLE_CONFIGURATION);
        route("GET", BUCKET, "metrics", Operation.LIST_BUCKET_METRICS_CONFIGURATIONS);
        route("PUT", BUCKET, "metrics", Operation.PUT_BUCKET_METRICS_CONFIGURATION);
        route("DELETE", BUCKET, "metrics", Operation.DELETE_BUCKET_METRICS_CONFIGURATION);
        route("GET", BUCKET, "notification", Operation.GET_BUCKET_NOTIFICATION_CONFIGURATION);
        route("PUT", BUCKET, "notification", Operation.PUT_BUCKET_NOTIFICATION_CONFIGURATION);
        route("GET", BUCKET, "object-lock", Operation.GET_OBJECT_LOCK_CONFIGURATION);
        route("PUT", BUCKET, "object-lock", Operation.PUT_OBJECT_LOCK_CONFIGURATION);
        route("GET", BUCKET, "ownershipControls", Operation.GET_BUCKET_OWNERSHIP_CONTROLS);
        route("PUT", BUCKET, "ownershipControls", Operation.PUT_BUCKET_OWNERSHIP_CONTROLS);
        route("DELETE", BUCKET, "ownershipControls", Operation.DELETE_BUCKET_OWNERSHIP_CONTROLS);
        route("GET", BUCKET, "policy", Operation.GET_BUCKET_POLICY);
        route("PUT", BUCKET, "policy", Operation.PUT_BUCKET_POLICY);
        route("DELETE", BUCKET, "policy", Operation.DELETE_BUCKET_POLICY);
        route("GET", BUCKET, "policyStatus", Operation.GET_BUCKET_POLICY_STATUS);
        route("GET", BUCKET, "publicAccessBlock", Operation.GET_PUBLIC_ACCESS_BLOCK);
        route("PUT", BUCKET, "publicAccessBlock", Operation.PUT_PUBLIC_ACCESS_BLOCK);
        route("DELETE", BUCKET, "publicAccessBlock", Operation.DELETE_PUBLIC_ACCESS_BLOCK);
        route("GET", BUCKET, "replication", Operation.GET_BUCKET_REPLICATION);
        route("PUT", BUCKET, "replication", Operation.PUT_BUCKET_REPLICATION);
        route("DELETE", BUCKET, "replication", Operation.DELETE_BUCKET_REPLICATION);
        route("GET", BUCKET, "requestPayment", Operation.GET_BUCKET_REQUEST_PAYMENT);
        route("PUT", BUCKET, "requestPayment", Operation.PUT_BUCKET_REQUEST_PAYMENT);
        route("GET", BUCKET, "session", Operation.CREATE_SESSION);
        route("GET", BUCKET, "tagging", Operation.GET_BUCKET_TAGGING);
        route("PUT", BUCKET, "tagging", Operation.PUT_BUCKET_TAGGING);
        route("DELETE", BUCKET, "tagging", Operation.DELETE_BUCKET_TAGGING);
        route("GET", BUCKET, "uploads", Operation.LIST_MULTIPART_UPLOADS);
        route("GET", BUCKET, "versioning", Operation.GET_BUCKET_VERSIONING);
        route("PUT", BUCKET, "versioning", Operation.PUT_BUCKET_VERSIONING);
        route("GET", BUCKET, "versions", Operation.LIST_OBJECT_VERSIONS);
        route("GET", BUCKET, "website", Operation.GET_BUCKET_WEBSITE);
        route("PUT", BUCKET, "website", Operation.PUT_BUCKET_WEBSITE);
        route("DELETE", BUCKET, "website", Operation.DELETE_BUCKET_WEBSITE);
        route("POST", BUCKET, "delete", Operation.DELETE_OBJECTS);
        route("GET", OBJECT, "acl", Operation.GET_OBJECT_ACL);
        route("PUT", OBJECT, "acl", Operation.PUT_OBJECT_ACL);
        route("GET", OBJECT, "attributes", Operation.GET_OBJECT_ATTRIBUTES);
        route("PUT", OBJECT, "encryption", Operation.UPDATE_OBJECT_ENCRYPTION);
        route("GET", OBJECT, "legal-hold", Operation.GET_OBJECT_LEGAL_HOLD);
        route("PUT", OBJECT, "legal-hold", Operation.PUT_OBJECT_LEGAL_HOLD);
        route("GET", OBJECT, "retention", Operation.GET_OBJECT_RETENTION);
        route("PUT", OBJECT, "retention", Operation.PUT_OBJECT_RETENTION);
        route("GET", OBJECT, "tagging", Operation.GET_OBJECT_TAGGING);
        route("PUT", OBJECT, "tagging", Operation.PUT_OBJECT_TAGGING);
        route("DELETE", OBJECT, "tagging", Operation.DELETE_OBJECT_TAGGING);
        route("GET", OBJECT, "torrent", Operation.GET_OBJECT_TORRENT);
        route("PUT", OBJECT, "renameObject", Operation.RENAME_OBJECT);
        route("POST", OBJECT, "restore", Operation.RESTORE_OBJECT);
        route("POST", OBJECT, "select", Operation.SELECT_OBJECT_CONTENT);
        route("POST", OBJECT, "uploads", Operation.CREATE_MULTIPART_UPLOAD);
        route("GET", OBJECT, "uploadId", Operation.LIST_PARTS);
        route("PUT", OBJECT, "uploadId", Operation.UPLOAD_PART);
        route("POST", OBJECT, "uploadId", Operation.COMPLETE_MULTIPART_UPLOAD);
        route("DELETE", OBJECT, "uploadId", Operation.ABORT_MULTIPART_UPLOAD);
    }

    private static final Set<String> SUBRESOURCES =
            Set.copyOf(ROUTES.keySet().stream().map(Route::subresource).toList());

    private Routes() {}

    private static void route(
            String method, Target.Level level, String subresource, Operation operation) {
        ROUTES.put(new Route(method, level, subresource), operation);
    }

    /**
     * @throws Failure METHOD_NOT_ALLOWED, INVALID_ARGUMENT
     */
    static Operation parse(String method, Headers headers, Target target, Query query) {
        String subresource = subresource(query, target.level());
        if (method.equals("OPTIONS")) {
            return Operation.PREFLIGHT;
        }
        if (subresource.isEmpty()) {
            return switch (target.level()) {
                case SERVICE -> service(method, query);
                case BUCKET -> bucket(method, headers, query);
                case OBJECT -> object(method, headers, query);
            };
        }
        if (!SUBRESOURCES.contains(subresource)) {
            return Operation.UNKNOWN;
        }
        Operation found = ROUTES.get(new Route(method, target.level(), subresource));
        if (found == null) {
            throw notAllowed(method);
        }
        return refined(found, headers, query);
    }

    /** The parameter that names an operation; empty when there is none. */
    private static String subresource(Query query, Target.Level level) {
        String found = "";
        for (int i = 0; i < query.size(); i++) {
            String name = query.name(i);
            if (!SUBRESOURCES.contains(name)) {
                if (!query.value(i).isEmpty() || plain(name)) {
                    continue; // as S3: a parameter that it does not know, with a value, means none
                }
            }
            if (!found.isEmpty() && !found.equals(name)) {
                throw new Failure(
                        ErrorCode.INVALID_ARGUMENT,
                        "Conflicting query string parameters: one request names one subresource.");
            }
            found = name;
        }
        if (level == OBJECT && found.isEmpty() && query.has("uploadId")) {
            return "uploadId";
        }
        return found;
    }

    private static boolean plain(String name) {
        return PLAIN.contains(name)
                || name.startsWith("response-")
                || name.regionMatches(true, 0, "x-amz-", 0, 6);
    }

    private static Operation service(String method, Query query) {
        if (!method.equals("GET")) {
            throw notAllowed(method);
        }
        return query.value("x-id").equals("ListDirectoryBuckets")
                ? Operation.LIST_DIRECTORY_BUCKETS
                : Operation.LIST_BUCKETS;
    }

    private static Operation bucket(String method, Headers headers, Query query) {
        return switch (method) {
            case "GET" -> listing(query.value("list-type"));
            case "HEAD" -> Operation.HEAD_BUCKET;
            case "PUT" -> Operation.CREATE_BUCKET;
            case "DELETE" -> Operation.DELETE_BUCKET;
            case "POST" -> {
                String type = headers.first("Content-Type").orElse("");
                if (type.toLowerCase(Locale.ROOT).startsWith("multipart/form-data")) {
                    yield Operation.POST_OBJECT;
                }
                throw notAllowed("POST");
            }
            default -> throw notAllowed(method);
        };
    }

    private static Operation listing(String type) {
        return switch (type) {
            case "", "1" -> Operation.LIST_OBJECTS;
            case "2" -> Operation.LIST_OBJECTS_V2;
            default ->
                    throw new Failure(
                            ErrorCode.INVALID_ARGUMENT, "list-type is 2, or is left out.");
        };
    }

    private static Operation object(String method, Headers headers, Query query) {
        return switch (method) {
            case "GET" -> Operation.GET_OBJECT;
            case "HEAD" -> Operation.HEAD_OBJECT;
            case "PUT" -> {
                if (query.has("partNumber")) {
                    throw new Failure(
                            ErrorCode.INVALID_ARGUMENT,
                            "A part needs both partNumber and uploadId; uploadId is missing.");
                }
                yield headers.first("x-amz-copy-source").isPresent()
                        ? Operation.COPY_OBJECT
                        : Operation.PUT_OBJECT;
            }
            case "DELETE" -> Operation.DELETE_OBJECT;
            default -> throw notAllowed(method);
        };
    }

    /** Where more than the subresource tells operations apart. */
    private static Operation refined(Operation found, Headers headers, Query query) {
        return switch (found) {
            case UPLOAD_PART -> {
                if (!query.has("partNumber")) {
                    throw new Failure(
                            ErrorCode.INVALID_ARGUMENT,
                            "A part needs both partNumber and uploadId; partNumber is missing.");
                }
                yield headers.first("x-amz-copy-source").isPresent()
                        ? Operation.UPLOAD_PART_COPY
                        : Operation.UPLOAD_PART;
            }
            case LIST_BUCKET_ANALYTICS_CONFIGURATIONS ->
                    query.has("id") ? Operation.GET_BUCKET_ANALYTICS_CONFIGURATION : found;
            case LIST_BUCKET_INTELLIGENT_TIERING_CONFIGURATIONS ->
                    query.has("id")
                            ? Operation.GET_BUCKET_INTELLIGENT_TIERING_CONFIGURATION
                            : found;
            case LIST_BUCKET_INVENTORY_CONFIGURATIONS ->
                    query.has("id") ? Operation.GET_BUCKET_INVENTORY_CONFIGURATION : found;
            case LIST_BUCKET_METRICS_CONFIGURATIONS ->
                    query.has("id") ? Operation.GET_BUCKET_METRICS_CONFIGURATION : found;
            default -> found;
        };
    }

    private static Failure notAllowed(String method) {
        return new Failure(
                ErrorCode.METHOD_NOT_ALLOWED,
                "The method " + method + " is not allowed against this resource.");
    }
}
