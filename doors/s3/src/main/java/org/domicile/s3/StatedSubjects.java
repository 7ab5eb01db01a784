package org.domicile.s3;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.domicile.http.Headers;

/**
 * The people whom a request concerns as its caller states them, in the header {@code
 * x-domicile-subject}: identifiers with commas between, percent-encoded where they hold a comma or
 * anything but visible ASCII; at most eight, each at most 256 bytes. The header must be signed. No
 * message repeats what stood in it.
 */
final class StatedSubjects {
    static final String HEADER = "x-domicile-subject";

    private static final int MOST = 8;
    private static final int LONGEST = 256;

    private StatedSubjects() {}

    /**
     * @throws Failure INVALID_ARGUMENT
     */
    static List<String> of(Headers headers) {
        List<String> values = headers.all(HEADER);
        if (values.isEmpty()) {
            return List.of();
        }
        List<String> stated = new ArrayList<>();
        for (String value : values) {
            for (String each : value.split(",", -1)) {
                String identifier = decoded(each.strip());
                int length = identifier.getBytes(StandardCharsets.UTF_8).length;
                if (length == 0 || length > LONGEST || stated.size() == MOST) {
                    throw wrong();
                }
                stated.add(identifier);
            }
        }
        return List.copyOf(stated);
    }

    private static String decoded(String text) {
        try {
            return Percent.decode(text, Percent.Plus.PLUS);
        } catch (Failure e) {
            throw wrong();
        }
    }

    private static Failure wrong() {
        return new Failure(
                ErrorCode.INVALID_ARGUMENT,
                "x-domicile-subject holds one to eight identifiers of people with commas between,"
                        + " each of 1 to 256 bytes, percent-encoded.");
    }
}
