package org.domicile.s3;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A query as a signature sees it: canonical names and values, sorted by name and then by value,
 * every parameter with an equals sign. Owned by the request's thread.
 */
final class CanonicalQuery {
    /** What a presigned request carries its own signature in; it is not part of what is signed. */
    private static final String SIGNATURE = "X-Amz-Signature";

    private static final CanonicalQuery EMPTY = new CanonicalQuery(List.of());
    private static final Comparator<Parameter> ORDER =
            Comparator.comparing(Parameter::name).thenComparing(Parameter::value);

    private record Parameter(String name, String value) {}

    private final List<Parameter> parameters;

    private CanonicalQuery(List<Parameter> parameters) {
        this.parameters = parameters;
    }

    /**
     * Parses a query as on the wire.
     *
     * @throws Failure INVALID_URI when it is not percent-encoded
     */
    static CanonicalQuery of(String raw) {
        if (raw.isEmpty()) {
            return EMPTY;
        }
        List<Parameter> parameters = new ArrayList<>(8);
        int from = 0;
        while (from <= raw.length()) {
            int end = raw.indexOf('&', from);
            if (end < 0) {
                end = raw.length();
            }
            if (end > from) {
                int equals = raw.indexOf('=', from);
                int nameEnd = equals < 0 || equals > end ? end : equals;
                parameters.add(
                        new Parameter(
                                canonical(raw.substring(from, nameEnd)),
                                nameEnd == end ? "" : canonical(raw.substring(nameEnd + 1, end))));
            }
            from = end + 1;
        }
        if (parameters.size() > 1) {
            parameters.sort(ORDER);
        }
        return new CanonicalQuery(parameters);
    }

    private static String canonical(String part) {
        return PercentCoding.canonical(part, PercentCoding.Place.QUERY);
    }

    boolean has(String name) {
        for (Parameter parameter : parameters) {
            if (parameter.name.equals(name)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The decoded value of a parameter that may stand once; empty when it is absent.
     *
     * @throws Failure AUTHORIZATION_QUERY_PARAMETERS_ERROR when it stands twice
     */
    String one(String name) {
        String found = "";
        boolean seen = false;
        for (Parameter parameter : parameters) {
            if (parameter.name.equals(name)) {
                if (seen) {
                    throw new Failure(
                            ErrorCode.AUTHORIZATION_QUERY_PARAMETERS_ERROR,
                            "The query parameter " + name + " stands more than once.");
                }
                found = PercentCoding.decoded(parameter.value);
                seen = true;
            }
        }
        return found;
    }

    /** Appends what is signed. */
    void addTo(Text text) {
        boolean first = true;
        for (Parameter parameter : parameters) {
            if (!parameter.name.equals(SIGNATURE)) {
                if (!first) {
                    text.add('&');
                }
                first = false;
                text.add(parameter.name).add('=').add(parameter.value);
            }
        }
    }
}
