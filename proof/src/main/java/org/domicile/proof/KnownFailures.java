package org.domicile.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * The tests of somebody else's suite that are known not to pass, each with its reason. A file of
 * lines {@code FILE::TEST reason}; empty lines and those that begin with {@code #} say nothing.
 *
 * @param reasons by test
 */
record KnownFailures(Map<String, String> reasons) {
    /** How one test ended. @param outcome passed, failed or skipped @param why it did not pass */
    record Ended(String test, String outcome, String why) {
        boolean passed() {
            return outcome.equals("passed");
        }
    }

    /** Whether every test that there is was run. */
    enum Extent {
        ALL,
        SOME
    }

    /**
     * Reads a list.
     *
     * @throws IOException also when a test has no reason or stands there twice
     */
    static KnownFailures read(Path file) throws IOException {
        Map<String, String> reasons = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            // a test's name may hold a space within its brackets
            int end = line.indexOf("  ");
            if (end < 0 || line.substring(end).isBlank()) {
                throw new IOException(file + ": a test and its reason, two spaces apart: " + line);
            }
            if (reasons.put(line.substring(0, end), line.substring(end).strip()) != null) {
                throw new IOException(file + ": twice: " + line.substring(0, end));
            }
        }
        return new KnownFailures(reasons);
    }

    /** What differs from the list, as sentences. */
    Collection<String> differences(Collection<Ended> all, Extent extent) {
        TreeSet<String> differences = new TreeSet<>();
        TreeSet<String> unseen = new TreeSet<>(reasons.keySet());
        for (Ended each : all) {
            unseen.remove(each.test());
            boolean listed = reasons.containsKey(each.test());
            if (each.passed() && listed) {
                differences.add(each.test() + " passes and is listed: take it off the list");
            } else if (!each.passed() && !listed) {
                differences.add(
                        "%s %s: %s".formatted(each.test(), each.outcome(), each.why().strip()));
            }
        }
        if (extent == Extent.ALL) {
            unseen.forEach(test -> differences.add(test + " is listed and was not run"));
        }
        return differences;
    }
}
