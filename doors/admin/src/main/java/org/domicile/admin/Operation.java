package org.domicile.admin;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Everything that the door can be asked. The description lists the same, and a test compares. */
enum Operation {
    READ_DESCRIPTION("GET", "/openapi.json"),
    LIST_ORGANISATIONS("GET", "/v1/organisations"),
    CREATE_ORGANISATION("POST", "/v1/organisations"),
    LIST_ZONES("GET", "/v1/zones"),
    CREATE_ZONE("POST", "/v1/zones"),
    LIST_PURPOSES("GET", "/v1/purposes"),
    CREATE_PURPOSE("POST", "/v1/purposes"),
    CHANGE_PURPOSE("POST", "/v1/purposes/{organisation}/{name}"),
    WITHDRAW_PURPOSE("POST", "/v1/purposes/{organisation}/{name}/withdraw"),
    LIST_PRINCIPALS("GET", "/v1/principals"),
    CREATE_PRINCIPAL("POST", "/v1/principals"),
    LIST_CREDENTIALS("GET", "/v1/credentials"),
    CREATE_CREDENTIAL("POST", "/v1/credentials"),
    WITHDRAW_CREDENTIAL("POST", "/v1/credentials/{accessKey}/withdraw"),
    ROTATE_CREDENTIAL("POST", "/v1/credentials/{accessKey}/rotate"),
    READ_RECEIPTS("GET", "/v1/credentials/{accessKey}/receipts"),
    SET_RECEIPTS("POST", "/v1/credentials/{accessKey}/receipts"),
    LIST_ROLES("GET", "/v1/roles"),
    CREATE_ROLE("POST", "/v1/roles"),
    SHOW_ROLE("GET", "/v1/roles/{organisation}/{name}"),
    REMOVE_ROLE("POST", "/v1/roles/{organisation}/{name}/remove"),
    LIST_TARGETS("GET", "/v1/targets"),
    CREATE_TARGET("POST", "/v1/targets"),
    MAKE_TARGET_SECRET("POST", "/v1/targets/{organisation}/{name}/secret"),
    REMOVE_TARGET("POST", "/v1/targets/{organisation}/{name}/remove"),
    LIST_MOVES("GET", "/v1/moves"),
    START_MOVE("POST", "/v1/moves"),
    SHOW_MOVE("GET", "/v1/moves/{move}"),
    REPORT_MOVE("GET", "/v1/moves/{move}/report"),
    STOP_MOVE("POST", "/v1/moves/{move}/stop"),
    RESUME_MOVE("POST", "/v1/moves/{move}/resume"),
    FORGET_MOVE("POST", "/v1/moves/{move}/forget"),
    RUN_SQL("POST", "/v1/sql"),
    APPROVE_CREDENTIAL("POST", "/v1/credentials/{accessKey}/approve"),
    READ_SEALED_MAX("GET", "/v1/credentials/sealed-max"),
    SET_SEALED_MAX("POST", "/v1/credentials/sealed-max"),
    LIST_BUCKETS("GET", "/v1/buckets"),
    CREATE_BUCKET("POST", "/v1/buckets"),
    READ_BUCKET_QUOTA("GET", "/v1/buckets/{bucket}/quota"),
    SET_BUCKET_QUOTA("POST", "/v1/buckets/{bucket}/quota"),
    READ_INVENTORY("GET", "/v1/buckets/{bucket}/inventory"),
    READ_ORGANISATION_QUOTA("GET", "/v1/organisations/{organisation}/quota"),
    SET_ORGANISATION_QUOTA("POST", "/v1/organisations/{organisation}/quota"),
    READ_SQL_LIMITS("GET", "/v1/organisations/{organisation}/sql"),
    SET_SQL_LIMITS("POST", "/v1/organisations/{organisation}/sql"),
    READ_CHECK("GET", "/v1/check"),
    START_CHECK("POST", "/v1/check"),
    LIST_NAMED_KEYS("GET", "/v1/keys"),
    CREATE_NAMED_KEY("POST", "/v1/keys"),
    DESTROY_NAMED_KEY("POST", "/v1/keys/{organisation}/{name}/destroy"),
    LIST_LABELS("GET", "/v1/labels"),
    SET_LABEL("POST", "/v1/labels"),
    REMOVE_LABEL("POST", "/v1/labels/remove"),
    READ_LABELS("GET", "/v1/labels/of"),
    READ_TABLE_RULES("GET", "/v1/tables/rules"),
    SET_COLUMN_CLASSES("POST", "/v1/tables/classes"),
    SET_ROW_RULE("POST", "/v1/tables/rows"),
    LIST_USES("GET", "/v1/uses"),
    LIST_POLICIES("GET", "/v1/policies"),
    PUT_POLICY("POST", "/v1/policies"),
    SHOW_POLICY("GET", "/v1/policies/{organisation}/{name}"),
    REMOVE_POLICY("POST", "/v1/policies/{organisation}/{name}/remove"),
    EXPLAIN_USE("GET", "/v1/uses/explanation"),
    READ_STATUS("GET", "/v1/status"),
    STOP("POST", "/v1/stop"),
    BEGIN_BACKUP("POST", "/v1/backups"),
    RESUME_EVENTS("POST", "/v1/events/resume"),
    LIST_LOGS("GET", "/v1/ledger/logs"),
    LIST_KEYS("GET", "/v1/ledger/keys"),
    PROVE("GET", "/v1/ledger/proof"),
    LIST_SUBJECT_RULES("GET", "/v1/subjects/rules"),
    CREATE_SUBJECT_RULE("POST", "/v1/subjects/rules"),
    REMOVE_SUBJECT_RULE("POST", "/v1/subjects/rules/{rule}/remove"),
    ERASE_SUBJECT("POST", "/v1/subjects/erase"),
    ERASE_PRINCIPAL("POST", "/v1/principals/erase"),
    ISSUE_SUBJECT_CODE("POST", "/v1/subjects/codes"),
    DISCLOSE("POST", "/v1/disclosures"),
    DISCLOSE_DAY("POST", "/v1/disclosures/day"),
    READ_RETENTION("GET", "/v1/ledger/retention"),
    SET_RETENTION("POST", "/v1/ledger/retention");

    /** In records, what is none of these. */
    static final String UNKNOWN = "admin:Unknown";

    private final String method;
    private final String path;

    Operation(String method, String path) {
        this.method = method;
        this.path = path;
    }

    String method() {
        return method;
    }

    String path() {
        return path;
    }

    /** Its name in records: {@code admin:ReadStatus}. */
    String action() {
        StringBuilder words = new StringBuilder("admin:");
        for (String word : name().split("_", -1)) {
            words.append(word.charAt(0))
                    .append(word.substring(1).toLowerCase(java.util.Locale.ROOT));
        }
        return words.toString();
    }

    /**
     * @param operation what is asked @param names the path's variable parts
     */
    record Asked(Operation operation, Map<String, String> names) {}

    /**
     * @throws Failure 404 or 405
     */
    static Asked parse(String method, String rawPath) {
        String allowed = "";
        for (Operation each : values()) {
            Optional<Map<String, String>> names = each.match(rawPath);
            if (names.isPresent()) {
                if (each.method.equals(method)) {
                    return new Asked(each, names.get());
                }
                allowed = allowed.isEmpty() ? each.method : allowed + " and " + each.method;
            }
        }
        if (!allowed.isEmpty()) {
            throw new Failure(405, "method", "this path takes " + allowed + ", not " + method);
        }
        throw new Failure(
                404,
                "no-route",
                "there is nothing at this path; /openapi.json lists what there is");
    }

    private Optional<Map<String, String>> match(String rawPath) {
        String[] wanted = path.split("/", -1);
        String[] given = rawPath.split("/", -1);
        if (wanted.length != given.length) {
            return Optional.empty();
        }
        Map<String, String> names = new HashMap<>();
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].startsWith("{")) {
                names.put(
                        wanted[i].substring(1, wanted[i].length() - 1),
                        decode(given[i].replace("+", "%2B")));
            } else if (!wanted[i].equals(given[i])) {
                return Optional.empty();
            }
        }
        return Optional.of(names);
    }

    static String decode(String text) {
        try {
            return java.net.URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new Failure(400, "invalid", "a % in the URL is not followed by two hex digits");
        }
    }
}
