package org.domicile.duckdb;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.domicile.query.Failure;
import org.jspecify.annotations.Nullable;

/** The engine's errors, which come as JSON ({@code errors_as_json}), as failures. */
final class Errors {
    private static final String MORE =
            "Read or keep less at a time, or ask the operator for more (sql.memory, sql.spill).";

    /** Of Java: values on their way out, and statements on their way in. */
    static final Failure HEAP =
            new Failure(
                    Failure.MEMORY,
                    "The values or the statement are too large for the session's process.",
                    0,
                    "Take fewer or smaller ones at a time (substr), or write them to a bucket with"
                            + " copy … to.");

    /** As the driver hands on what Java throws below it. */
    private static final String HEAP_SAID = "Java heap space";

    /** It would offer a column that a view of ours has and nobody wrote. */
    private static final Pattern OURS =
            Pattern.compile("\\s*Candidate bindings: [^\\n]*\"domicile_[^\\n]*");

    private Errors() {}

    /**
     * @param files the staging, whose place is nobody's business
     */
    static Failure of(SQLException e, Path files) {
        String text = String.valueOf(e.getMessage());
        if (text.endsWith(HEAP_SAID)) {
            return HEAP;
        }
        int begin = text.indexOf('{');
        if (begin >= 0) {
            try {
                if (Json.read(text.substring(begin).strip()) instanceof Map<?, ?> error
                        && error.get("exception_type") instanceof String type) {
                    String message = String.valueOf(error.get("exception_message"));
                    String state = state(type, error);
                    boolean full = state.equals(Failure.MEMORY);
                    return new Failure(
                            state,
                            OURS.matcher(full ? first(message) : message)
                                    .replaceAll("")
                                    .replace(files.toString(), "")
                                    .strip(),
                            position(error.get("position"), 0),
                            full ? MORE : "");
                }
            } catch (IllegalArgumentException _) {
                // not JSON after all
            }
        }
        if (text.contains("Parameter count mismatch")
                || text.contains("Parameter index out of bounds")) {
            return Failure.of("08P01", "The statement has not as many parameters as values came.");
        }
        return Failure.of(plain(text), text.replace(files.toString(), ""));
    }

    /** What follows are settings of the engine, which nobody can set here. */
    private static String first(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    /** From what it says before the colon. */
    private static String plain(String text) {
        int end = text.indexOf(" Error:");
        return end > 0 ? state(text.substring(0, end), Map.of()) : "XX000";
    }

    private static String state(String type, Map<?, ?> error) {
        String what = String.valueOf(error.get("type"));
        String message = String.valueOf(error.get("exception_message"));
        return switch (type.toLowerCase(Locale.ROOT)) {
            case "parser", "syntax", "syntax error" -> "42601";
            case "catalog" ->
                    what.equalsIgnoreCase("table") || what.equalsIgnoreCase("view")
                            ? Failure.NO_TABLE
                            : what.toLowerCase(Locale.ROOT).contains("function")
                                    ? "42883"
                                    : "42704";
            case "binder" ->
                    "COLUMN_NOT_FOUND".equals(error.get("error_subtype"))
                                    || error.containsKey("candidates")
                            ? "42703"
                            : "42000";
            case "conversion" -> message.contains("out of range") ? "22003" : "22P02";
            case "out of range" -> "22003";
            case "divide by zero" -> "22012";
            case "invalid input", "invalid" -> "22023";
            case "mismatch type", "invalid type" -> "42804";
            case "decimal" -> "22003";
            case "out of memory" -> Failure.MEMORY;
            case "interrupt" -> Failure.CANCELLED;
            case "permission" -> Failure.REFUSED;
            case "not implemented" -> Failure.NOT_HERE;
            case "constraint" -> "23000";
            case "io" -> "58030";
            case "parameter not resolved", "parameter not allowed" -> "42P18";
            case "dependency" -> "2BP01";
            case "transactioncontext", "transaction" -> "25000";
            default -> "XX000";
        };
    }

    /** Counted from 1; the engine counts from 0. */
    static int position(@Nullable Object said, int before) {
        if (said instanceof String text && text.matches("[0-9]{1,9}")) {
            return before + Integer.parseInt(text) + 1;
        }
        return 0;
    }
}
