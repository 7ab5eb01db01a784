package org.domicile.query;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the engine's reader of CSV says of a broken row, as one sentence: the line, what is wrong,
 * how it begins. The engine adds its own settings, which nobody can set here, the place of the
 * file, and the whole line.
 */
final class CsvRecords {
    private static final int SHOWN = 200;
    private static final Pattern ERROR =
            Pattern.compile("\\ACSV Error on Line: ([0-9]+)\\s*\\nOriginal Line: ");
    private static final Pattern CONVERSION =
            Pattern.compile(
                    "\\nError when converting column \"(.*?)\"\\. Could not convert string"
                            + " \"(.*)\" to '(.*?)'",
                    Pattern.DOTALL);
    private static final Pattern COLUMNS =
            Pattern.compile("\\nExpected Number of Columns: ([0-9]+) Found: ([0-9]+)");
    private static final Pattern QUOTE = Pattern.compile("\\nValue with unterminated quote found");
    private static final Pattern UNICODE = Pattern.compile("\\nInvalid unicode");
    private static final Pattern LONG =
            Pattern.compile("\\nMaximum line size of ([0-9]+) bytes exceeded");
    private static final Pattern OTHER = Pattern.compile("\\n(.*?)\\s*(\\n|\\z)");

    private CsvRecords() {}

    /** The same failure, told so that one can mend the file. */
    static Failure told(Failure failure) {
        String message = failure.message();
        if (message.startsWith("Error when sniffing file")) {
            return new Failure(
                    Failure.INVALID,
                    "This cannot be read as CSV: a quote in it does not end, it has other signs"
                            + " than were said, or is not UTF-8.",
                    0,
                    "Mend it, or say its delimiter.");
        }
        Matcher error = ERROR.matcher(message);
        if (!error.find()) {
            return failure;
        }
        String rest = message.substring(error.end());
        return found(CONVERSION, rest)
                .map(each ->
                        told(
                                failure,
                                error,
                                rest,
                                each,
                                "%s holds what is no %s: \"%s\""
                                        .formatted(
                                                each.group(1),
                                                each.group(3).toLowerCase(java.util.Locale.ROOT),
                                                shown(each.group(2)))))
                .or(() ->
                        found(COLUMNS, rest)
                                .map(each ->
                                        told(
                                                failure,
                                                error,
                                                rest,
                                                each,
                                                "%s values, and not %s"
                                                        .formatted(each.group(2), each.group(1)))))
                .or(() -> plain(failure, error, rest, QUOTE, "a quote in it does not end"))
                .or(() -> plain(failure, error, rest, UNICODE, "it is not UTF-8"))
                .or(() -> plain(failure, error, rest, LONG, "it has more than 16 MiB"))
                .or(() ->
                        found(OTHER, rest)
                                .map(each -> told(failure, error, rest, each, each.group(1))))
                .orElse(failure);
    }

    private static Optional<Failure> plain(
            Failure failure, Matcher error, String rest, Pattern what, String said) {
        return found(what, rest).map(each -> told(failure, error, rest, each, said));
    }

    private static Optional<Matcher> found(Pattern pattern, String rest) {
        Matcher matcher = pattern.matcher(rest);
        return matcher.find() ? Optional.of(matcher) : Optional.empty();
    }

    private static Failure told(
            Failure failure, Matcher error, String rest, Matcher what, String said) {
        return new Failure(
                failure.state(),
                "Line %s: %s. It begins: %s"
                        .formatted(error.group(1), said, shown(rest.substring(0, what.start()))),
                0,
                "Mend it, or leave such rows out (--on-error skip).");
    }

    private static String shown(String text) {
        return text.length() > SHOWN ? text.substring(0, SHOWN) : text;
    }

    /** Why a file is none, where its first bytes say so. */
    static Optional<Failure> foreign(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            int first = in.read();
            int second = in.read();
            return first == 0xff && second == 0xfe || first == 0xfe && second == 0xff
                    ? Optional.of(
                            new Failure(
                                    Failure.INVALID,
                                    "The file is UTF-16, and CSV is UTF-8 here.",
                                    0,
                                    "Save it as UTF-8."))
                    : Optional.empty();
        }
    }
}
