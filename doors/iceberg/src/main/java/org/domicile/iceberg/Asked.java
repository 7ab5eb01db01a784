package org.domicile.iceberg;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.domicile.tables.Expiry;
import org.domicile.tables.NamespaceName;
import org.domicile.tables.Page;
import org.domicile.tables.TableName;

/**
 * A request's line, parsed: what is asked, of what.
 *
 * @param steps of the path behind {@code /iceberg/v1/}, still encoded
 * @param query decoded, the last of a name
 */
record Asked(Operation operation, List<String> steps, Map<String, String> query) {
    static final String ROOT = "/iceberg/v1/";

    /** Between levels of a namespace, as it is sent; the specification's own, and the usual. */
    private static final String SEPARATOR = "%1F";

    private static final int LONGEST = 16 << 10;
    private static final int MOST_PARAMETERS = 32;

    static Asked parse(String method, String rawPath, String rawQuery) {
        if (!rawPath.startsWith(ROOT) || rawPath.length() > LONGEST) {
            throw nothing();
        }
        List<String> steps = List.of(rawPath.substring(ROOT.length()).split("/", -1));
        Operation operation =
                Operation.of(method, steps)
                        .orElseThrow(() ->
                                Operation.known(steps)
                                        ? new Failure(
                                                405,
                                                "UnsupportedOperationException",
                                                "This endpoint does not take " + method + ".")
                                        : nothing());
        return new Asked(operation, steps, query(rawQuery));
    }

    private static Failure nothing() {
        return new Failure(
                404,
                "NoSuchEndpointException",
                "There is no such endpoint; the configuration lists those that there are.");
    }

    private static Map<String, String> query(String raw) {
        Map<String, String> query = new HashMap<>();
        if (raw.isEmpty()) {
            return query;
        }
        if (raw.length() > LONGEST) {
            throw Failure.bad("The query is too long.");
        }
        String[] parts = raw.split("&", -1);
        if (parts.length > MOST_PARAMETERS) {
            throw Failure.bad("The query has too many parameters.");
        }
        for (String each : parts) {
            int equals = each.indexOf('=');
            String name = equals < 0 ? each : each.substring(0, equals);
            query.put(decoded(name), equals < 0 ? "" : each.substring(equals + 1));
        }
        return query;
    }

    /** As forms and Iceberg's own client encode: a plus is a blank. */
    static String decoded(String text) {
        try {
            String decoded = URLDecoder.decode(text, StandardCharsets.UTF_8);
            if (decoded.indexOf('\uFFFD') >= 0) {
                throw Failure.bad("The address is not encoded as UTF-8.");
            }
            return decoded;
        } catch (IllegalArgumentException e) {
            throw Failure.bad("The address is not encoded as it should be.");
        }
    }

    String parameter(String name) {
        return decoded(query.getOrDefault(name, ""));
    }

    boolean truth(String name) {
        return switch (parameter(name).toLowerCase(java.util.Locale.ROOT)) {
            case "true" -> true;
            case "", "false" -> false;
            default -> throw Failure.bad(name + " is true or false.");
        };
    }

    NamespaceName namespace() {
        return namespace(steps.get(1));
    }

    /** The namespace whose inner ones are listed; the root where none is named. */
    NamespaceName parent() {
        String raw = query.getOrDefault("parent", "");
        return raw.isEmpty() ? NamespaceName.ROOT : namespace(raw);
    }

    private static NamespaceName namespace(String raw) {
        List<String> levels = new ArrayList<>();
        for (String each : raw.replace("%1f", SEPARATOR).split(SEPARATOR, -1)) {
            levels.add(decoded(each));
        }
        return new NamespaceName(levels);
    }

    /** Table or view. */
    TableName table() {
        return new TableName(namespace(), decoded(steps.get(3)));
    }

    /** Which snapshots are to end. */
    Expiry expiry() {
        return Expiry.parse(parameter("older-than-ms"), parameter("keep"));
    }

    String plan() {
        return decoded(steps.get(5));
    }

    Page.Asked page() {
        String size = parameter("pageSize");
        String token = parameter("pageToken");
        if (size.isEmpty()) {
            return new Page.Asked(token, Page.MOST);
        }
        try {
            return new Page.Asked(token, Integer.parseInt(size));
        } catch (NumberFormatException e) {
            throw Failure.bad("pageSize is a number.");
        }
    }

    /** Whether who asks knows pages: others are given everything. */
    boolean paged() {
        return query.containsKey("pageToken") || query.containsKey("pageSize");
    }
}
