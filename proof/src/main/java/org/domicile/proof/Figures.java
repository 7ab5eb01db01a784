package org.domicile.proof;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a proof came to.
 *
 * @param proof its name @param passed @param failed @param skipped rounds
 * @param more further figures by name @param seed to choose the same again
 * @param violations what was wrong, as sentences
 */
record Figures(
        String proof,
        int passed,
        int failed,
        int skipped,
        Map<String, Long> more,
        long seed,
        List<String> violations) {

    /** The one line at the end. */
    String line() {
        return "%s: %d passed, %d failed, %d skipped%s, seed %d"
                .formatted(
                        proof,
                        passed,
                        failed,
                        skipped,
                        more.entrySet().stream()
                                .map(each -> ", %,d %s".formatted(each.getValue(), each.getKey()))
                                .collect(Collectors.joining()),
                        seed);
    }

    /** The same as one JSON object. */
    String json() {
        return "{\"proof\":\"%s\",\"passed\":%d,\"failed\":%d,\"skipped\":%d%s,\"seed\":%d,\"violations\":[%s]}"
                .formatted(
                        proof,
                        passed,
                        failed,
                        skipped,
                        more.entrySet().stream()
                                .map(each -> ",\"%s\":%d".formatted(each.getKey(), each.getValue()))
                                .collect(Collectors.joining()),
                        seed,
                        violations.stream()
                                .map(each ->
                                        "\""
                                                + new String(
                                                        com.fasterxml.jackson.core.io
                                                                .JsonStringEncoder.getInstance()
                                                                .quoteAsString(each))
                                                + "\"")
                                .collect(Collectors.joining(",")));
    }
}
