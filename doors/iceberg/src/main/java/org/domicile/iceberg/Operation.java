package org.domicile.iceberg;

import java.util.List;
import java.util.Optional;

/**
 * Everything that this door serves.
 *
 * <p>Paths are the specification's without {@code /v1/{prefix}}: there is one catalog for a caller,
 * so its configuration names no prefix.
 */
enum Operation {
    GET_CONFIG("GET", "config", "iceberg:GetConfig", Told.BY_ITSELF),
    GET_TOKEN("POST", "oauth/tokens", "sts:GetSessionToken", Told.BY_ITSELF),
    LIST_NAMESPACES("GET", "namespaces", "iceberg:ListNamespaces", Told.ADVERTISED),
    CREATE_NAMESPACE("POST", "namespaces", "iceberg:CreateNamespace", Told.ADVERTISED),
    LOAD_NAMESPACE("GET", "namespaces/{namespace}", "iceberg:LoadNamespace", Told.ADVERTISED),
    NAMESPACE_EXISTS("HEAD", "namespaces/{namespace}", "iceberg:LoadNamespace", Told.ADVERTISED),
    DROP_NAMESPACE("DELETE", "namespaces/{namespace}", "iceberg:DropNamespace", Told.ADVERTISED),
    UPDATE_NAMESPACE(
            "POST",
            "namespaces/{namespace}/properties",
            "iceberg:UpdateNamespace",
            Told.ADVERTISED),
    LIST_TABLES("GET", "namespaces/{namespace}/tables", "iceberg:ListTables", Told.ADVERTISED),
    CREATE_TABLE("POST", "namespaces/{namespace}/tables", "iceberg:CreateTable", Told.ADVERTISED),
    REGISTER_TABLE(
            "POST", "namespaces/{namespace}/register", "iceberg:RegisterTable", Told.ADVERTISED),
    LOAD_TABLE(
            "GET", "namespaces/{namespace}/tables/{table}", "iceberg:LoadTable", Told.ADVERTISED),
    TABLE_EXISTS(
            "HEAD", "namespaces/{namespace}/tables/{table}", "iceberg:LoadTable", Told.ADVERTISED),
    COMMIT_TABLE(
            "POST",
            "namespaces/{namespace}/tables/{table}",
            "iceberg:CommitTable",
            Told.ADVERTISED),
    DROP_TABLE(
            "DELETE",
            "namespaces/{namespace}/tables/{table}",
            "iceberg:DropTable",
            Told.ADVERTISED),
    RENAME_TABLE("POST", "tables/rename", "iceberg:RenameTable", Told.ADVERTISED),
    REPORT_METRICS(
            "POST",
            "namespaces/{namespace}/tables/{table}/metrics",
            "iceberg:ReportMetrics",
            Told.ADVERTISED),
    LOAD_CREDENTIALS(
            "GET",
            "namespaces/{namespace}/tables/{table}/credentials",
            "iceberg:LoadCredentials",
            Told.ADVERTISED),
    SIGN(
            "POST",
            "namespaces/{namespace}/tables/{table}/sign",
            "iceberg:SignRequest",
            Told.ADVERTISED),
    PLAN_SCAN(
            "POST",
            "namespaces/{namespace}/tables/{table}/plan",
            "iceberg:PlanScan",
            Told.ADVERTISED),
    FETCH_PLAN(
            "GET",
            "namespaces/{namespace}/tables/{table}/plan/{plan-id}",
            "iceberg:PlanScan",
            Told.ADVERTISED),
    CANCEL_PLAN(
            "DELETE",
            "namespaces/{namespace}/tables/{table}/plan/{plan-id}",
            "iceberg:CancelPlan",
            Told.ADVERTISED),
    FETCH_TASKS(
            "POST",
            "namespaces/{namespace}/tables/{table}/tasks",
            "iceberg:PlanScan",
            Told.ADVERTISED),
    COMMIT_TRANSACTION("POST", "transactions/commit", "iceberg:CommitTable", Told.ADVERTISED),
    LIST_VIEWS("GET", "namespaces/{namespace}/views", "iceberg:ListViews", Told.ADVERTISED),
    CREATE_VIEW("POST", "namespaces/{namespace}/views", "iceberg:CreateView", Told.ADVERTISED),
    LOAD_VIEW("GET", "namespaces/{namespace}/views/{view}", "iceberg:LoadView", Told.ADVERTISED),
    VIEW_EXISTS("HEAD", "namespaces/{namespace}/views/{view}", "iceberg:LoadView", Told.ADVERTISED),
    REPLACE_VIEW(
            "POST", "namespaces/{namespace}/views/{view}", "iceberg:ReplaceView", Told.ADVERTISED),
    DROP_VIEW("DELETE", "namespaces/{namespace}/views/{view}", "iceberg:DropView", Told.ADVERTISED),
    RENAME_VIEW("POST", "views/rename", "iceberg:RenameView", Told.ADVERTISED),
    REGISTER_VIEW(
            "POST",
            "namespaces/{namespace}/register-view",
            "iceberg:RegisterView",
            Told.ADVERTISED),
    INSPECT_TABLE(
            "GET",
            "namespaces/{namespace}/tables/{table}/inspection",
            "iceberg:InspectTable",
            Told.TO_OUR_COMMANDS),
    PLAN_EXPIRY(
            "GET",
            "namespaces/{namespace}/tables/{table}/expiry",
            "iceberg:LoadTable",
            Told.TO_OUR_COMMANDS),
    EXPIRE_SNAPSHOTS(
            "POST",
            "namespaces/{namespace}/tables/{table}/expiry",
            "iceberg:ExpireSnapshots",
            Told.TO_OUR_COMMANDS);

    /** How clients learn of it. */
    enum Told {
        /** It stands in the configuration's list. */
        ADVERTISED,
        /** The specification has it for every server, outside that list. */
        BY_ITSELF,
        /** Not by the specification: our own commands ask it. */
        TO_OUR_COMMANDS
    }

    private final String method;
    private final String path;
    private final List<String> steps;
    private final String action;
    private final Told told;

    Operation(String method, String path, String action, Told told) {
        this.method = method;
        this.path = path;
        this.steps = List.of(path.split("/"));
        this.action = action;
        this.told = told;
    }

    String method() {
        return method;
    }

    /** What policy is asked. */
    String action() {
        return action;
    }

    Told told() {
        return told;
    }

    /** As the configuration says it. */
    String endpoint() {
        return method + " /v1/{prefix}/" + path;
    }

    /** Whether a path's steps, still encoded, are of this shape. */
    private boolean fits(List<String> asked) {
        if (asked.size() != steps.size()) {
            return false;
        }
        for (int i = 0; i < steps.size(); i++) {
            boolean free = steps.get(i).startsWith("{");
            if (free ? asked.get(i).isEmpty() : !steps.get(i).equals(asked.get(i))) {
                return false;
            }
        }
        return true;
    }

    static boolean known(List<String> steps) {
        for (Operation each : values()) {
            if (each.fits(steps)) {
                return true;
            }
        }
        return false;
    }

    static Optional<Operation> of(String method, List<String> steps) {
        for (Operation each : values()) {
            if (each.method.equals(method) && each.fits(steps)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** Whether what it answers can change something. */
    boolean changes() {
        return switch (this) {
            case CREATE_NAMESPACE,
                    DROP_NAMESPACE,
                    UPDATE_NAMESPACE,
                    CREATE_TABLE,
                    REGISTER_TABLE,
                    COMMIT_TABLE,
                    DROP_TABLE,
                    RENAME_TABLE,
                    COMMIT_TRANSACTION,
                    CREATE_VIEW,
                    REPLACE_VIEW,
                    DROP_VIEW,
                    RENAME_VIEW,
                    REGISTER_VIEW,
                    EXPIRE_SNAPSHOTS ->
                    true;
            case GET_CONFIG,
                    GET_TOKEN,
                    LIST_NAMESPACES,
                    LOAD_NAMESPACE,
                    NAMESPACE_EXISTS,
                    LIST_TABLES,
                    LOAD_TABLE,
                    TABLE_EXISTS,
                    REPORT_METRICS,
                    LOAD_CREDENTIALS,
                    SIGN,
                    PLAN_SCAN,
                    FETCH_PLAN,
                    CANCEL_PLAN,
                    FETCH_TASKS,
                    LIST_VIEWS,
                    LOAD_VIEW,
                    VIEW_EXISTS,
                    INSPECT_TABLE,
                    PLAN_EXPIRY ->
                    false;
        };
    }
}
