package org.domicile.tables;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where files of tables are: the server says it, and nothing leads elsewhere. */
final class Locations {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{20}");
    private static final Pattern NUMBERED = Pattern.compile("(\\d{1,9})-.*\\.metadata\\.json");

    /** What would have writers put files elsewhere. */
    private static final List<String> PATHS =
            List.of(
                    "write.data.path",
                    "write.metadata.path",
                    "write.object-storage.path",
                    "write.folder-storage.path");

    private Locations() {}

    static String scheme(Warehouse warehouse) {
        return "s3://" + warehouse.bucket() + "/";
    }

    /** Of a table or view, without a slash at its end. */
    static String of(Warehouse warehouse, String id) {
        return scheme(warehouse) + id;
    }

    /** The id in a location, or in one of a file; empty when it is none in this warehouse. */
    static Optional<String> id(Warehouse warehouse, String location) {
        String scheme = scheme(warehouse);
        if (!location.startsWith(scheme)) {
            return Optional.empty();
        }
        String path = location.substring(scheme.length());
        int end = path.indexOf('/');
        String id = end < 0 ? path : path.substring(0, end);
        return Optional.of(id).filter(each -> ID.matcher(each).matches());
    }

    static boolean isId(String id) {
        return ID.matcher(id).matches();
    }

    /** The name in the bucket of a file of a table. @throws Refusal when it is elsewhere */
    static String name(Warehouse warehouse, String id, String location) {
        String own = of(warehouse, id) + "/";
        if (!location.startsWith(own) || folds(location) || location.length() > 1_000) {
            throw new Refusal(
                    Refusal.Kind.INVALID,
                    "Files of this table are below " + own + ", and this one is not: " + location);
        }
        return location.substring(scheme(warehouse).length());
    }

    /** Whether a client that folds paths comes to another place than one that does not. */
    private static boolean folds(String location) {
        return Arrays.stream(location.split("/", -1))
                .anyMatch(each -> each.equals(".") || each.equals(".."));
    }

    /**
     * @throws Refusal when a property leads elsewhere
     */
    static void check(Warehouse warehouse, String id, Map<String, String> properties) {
        String own = of(warehouse, id);
        for (String path : PATHS) {
            String value = properties.get(path);
            if (value != null
                    && (folds(value) || !value.equals(own) && !value.startsWith(own + "/"))) {
                throw new Refusal(
                        Refusal.Kind.INVALID,
                        path
                                + " leads away from the place of this table: its files are below "
                                + own);
            }
        }
    }

    /** Before there is an id, nothing can be below it. */
    static void check(Map<String, String> properties) {
        for (String path : PATHS) {
            if (properties.containsKey(path)) {
                throw new Refusal(
                        Refusal.Kind.INVALID,
                        path + " cannot be chosen: the server says where files of a table are");
            }
        }
    }

    /** The name of the next metadata file, behind the id. @param last its location; may be empty */
    static String next(String last) {
        Matcher matcher = NUMBERED.matcher(last.substring(last.lastIndexOf('/') + 1));
        int number = matcher.matches() ? Integer.parseInt(matcher.group(1)) + 1 : 0;
        return "metadata/%05d-%s.metadata.json".formatted(number, UUID.randomUUID());
    }
}
