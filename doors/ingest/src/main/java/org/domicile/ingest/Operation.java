package org.domicile.ingest;

import java.util.Optional;
import org.domicile.streams.Topic;

/** Everything that the door can be asked. */
enum Operation {
    LIST_STREAMS("GET", ""),
    CREATE_STREAM("PUT", "NAME"),
    SHOW_STREAM("GET", "NAME"),
    CHANGE_STREAM("PATCH", "NAME"),
    DELETE_STREAM("DELETE", "NAME"),
    CREATE_TABLE("PUT", "NAME/table"),
    PUBLISH("POST", "NAME"),
    PUBLISH_TELEMETRY("POST", "NAME/v1/SIGNAL"),
    FOLLOW("GET", "NAME/records");

    /** Below which everything is. */
    static final String ROOT = "/streams/";

    private final String method;
    private final String shape;

    Operation(String method, String shape) {
        this.method = method;
        this.shape = shape;
    }

    /** What is asked. @param stream empty for none @param signal of telemetry; empty for none */
    record Asked(Operation operation, String stream, String signal) {}

    /** Why nothing is. */
    enum Nothing {
        /** Nothing is there. */
        ABSENT,
        /** Something is, but not by this method. */
        METHOD
    }

    /** What a request asks; empty with the reason for nothing. */
    sealed interface Parsed {
        record Found(Asked asked) implements Parsed {}

        record None(Nothing why) implements Parsed {}
    }

    /** Whether whoever asks for this path speaks OTLP. */
    static boolean isTelemetry(String rawPath) {
        return parse(PUBLISH_TELEMETRY.method, rawPath)
                        instanceof Parsed.Found(Asked(Operation operation, String _, String _))
                && operation == PUBLISH_TELEMETRY;
    }

    static Parsed parse(String method, String rawPath) {
        String rest = rawPath.startsWith(ROOT) ? rawPath.substring(ROOT.length()) : "/";
        String[] parts = rest.split("/", -1);
        String shape =
                switch (parts.length) {
                    case 1 -> parts[0].isEmpty() ? "" : "NAME";
                    case 2 ->
                            parts[1].equals("records") || parts[1].equals("table")
                                    ? "NAME/" + parts[1]
                                    : "?";
                    case 3 ->
                            parts[1].equals("v1") && signal(parts[2]).isPresent()
                                    ? "NAME/v1/SIGNAL"
                                    : "?";
                    default -> "?";
                };
        String name = parts[0];
        if (shape.equals("?") || (!shape.isEmpty() && !Topic.names(name))) {
            return new Parsed.None(Nothing.ABSENT);
        }
        for (Operation each : values()) {
            if (each.shape.equals(shape) && each.method.equals(method)) {
                return new Parsed.Found(new Asked(each, name, parts.length == 3 ? parts[2] : ""));
            }
        }
        return new Parsed.None(Nothing.METHOD);
    }

    private static Optional<String> signal(String text) {
        return switch (text) {
            case "logs", "metrics", "traces" -> Optional.of(text);
            default -> Optional.empty();
        };
    }
}
