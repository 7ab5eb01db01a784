package org.domicile.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.schemas.Schemas;

/** Everything that the door can be asked. */
enum Operation {
    LIST_SUBJECTS("GET", "subjects"),
    FIND_SCHEMA("POST", "subjects/S"),
    DELETE_SUBJECT("DELETE", "subjects/S"),
    LIST_VERSIONS("GET", "subjects/S/versions"),
    REGISTER_SCHEMA("POST", "subjects/S/versions"),
    GET_VERSION("GET", "subjects/S/versions/V"),
    GET_VERSION_TEXT("GET", "subjects/S/versions/V/schema"),
    LIST_BUILDERS("GET", "subjects/S/versions/V/referencedby"),
    DELETE_VERSION("DELETE", "subjects/S/versions/V"),
    GET_SCHEMA("GET", "schemas/ids/ID"),
    GET_SCHEMA_TEXT("GET", "schemas/ids/ID/schema"),
    LIST_SCHEMA_VERSIONS("GET", "schemas/ids/ID/versions"),
    LIST_SCHEMA_SUBJECTS("GET", "schemas/ids/ID/subjects"),
    LIST_TYPES("GET", "schemas/types"),
    COMPARE_SCHEMA("POST", "compatibility/subjects/S/versions"),
    COMPARE_VERSION("POST", "compatibility/subjects/S/versions/V"),
    GET_LEVEL("GET", "config"),
    SET_LEVEL("PUT", "config"),
    UNSET_LEVEL("DELETE", "config"),
    GET_SUBJECT_LEVEL("GET", "config/S"),
    SET_SUBJECT_LEVEL("PUT", "config/S"),
    UNSET_SUBJECT_LEVEL("DELETE", "config/S"),
    GET_MODE("GET", "mode"),
    GET_SUBJECT_MODE("GET", "mode/S");

    /** Below which everything is. */
    static final String ROOT = "/schemas/";

    private static final String SUBJECT = "S";
    private static final String VERSION = "V";
    private static final String ID = "ID";

    private final String method;
    private final String[] shape;

    Operation(String method, String shape) {
        this.method = method;
        this.shape = shape.split("/");
    }

    /**
     * What is asked.
     *
     * @param subject empty where none is named
     * @param version as it is written; empty where none is
     * @param id as it is written; empty where none is
     */
    record Asked(Operation operation, String subject, String version, String id) {}

    /** What a request asks; a {@link Failure} says why it asks nothing. */
    static Asked parse(String method, String rawPath) {
        String rest = rawPath.startsWith(ROOT) ? rawPath.substring(ROOT.length()) : "";
        if (rest.endsWith("/")) {
            rest = rest.substring(0, rest.length() - 1);
        }
        List<String> parts = new ArrayList<>();
        for (String each : rest.split("/", -1)) {
            parts.add(decoded(each));
        }
        boolean known = false;
        for (Operation each : values()) {
            Optional<Asked> asked = each.match(parts);
            known |= asked.isPresent();
            if (asked.isPresent() && each.method.equals(method)) {
                return asked.get();
            }
        }
        throw known
                ? new Failure(405, 405, "That cannot be done with it.")
                : new Failure(404, 404, "There is nothing here; subjects are /schemas/subjects.");
    }

    private static String decoded(String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), UTF_8);
        } catch (IllegalArgumentException e) {
            throw new Failure(400, 400, "The path is not encoded as it should.");
        }
    }

    private Optional<Asked> match(List<String> parts) {
        if (parts.size() != shape.length) {
            return Optional.empty();
        }
        String subject = "";
        String version = "";
        String id = "";
        for (int i = 0; i < shape.length; i++) {
            String part = parts.get(i);
            switch (shape[i]) {
                case SUBJECT -> subject = part;
                case VERSION -> version = part;
                case ID -> id = part;
                default -> {
                    if (!shape[i].equals(part)) {
                        return Optional.empty();
                    }
                }
            }
        }
        if (List.of(shape).contains(SUBJECT) && !isName(subject)) {
            throw new Failure(
                    422,
                    42208,
                    "A subject's name has 1 to %d characters that can be printed."
                            .formatted(Schemas.LONGEST_SUBJECT));
        }
        return Optional.of(new Asked(this, subject, version, id));
    }

    static boolean isName(String name) {
        return !name.isBlank()
                && name.length() <= Schemas.LONGEST_SUBJECT
                && name.chars()
                        .noneMatch(
                                c -> Character.isISOControl(c) || Character.isSurrogate((char) c));
    }
}
