package org.domicile.bench;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a stream that is a table leaves behind in its catalog: how often it was committed, and how
 * large its files are.
 *
 * @param commits when each was
 * @param files their bytes, the smallest first
 * @param rows that are in them
 */
record StreamLayout(List<Instant> commits, List<Long> files, long rows) {
    static final long SIZE_GOAL = 64_000_000;
    static final double COMMITS_GOAL = 12;

    /**
     * Of a table as clients of the catalog see it.
     *
     * @param loaded a LoadTableResult @param planned a PlanTableScanResult of all of it
     */
    static StreamLayout of(String loaded, String planned) throws IOException {
        List<Instant> commits = new ArrayList<>();
        for (Map<?, ?> each : list(map(Json.object(loaded).get("metadata")).get("snapshots"))) {
            if (map(each.get("summary")).containsKey("domicile.stream.offsets")
                    && each.get("timestamp-ms") instanceof Long at) {
                commits.add(Instant.ofEpochMilli(at));
            }
        }
        List<Long> files = new ArrayList<>();
        long rows = 0;
        for (Map<?, ?> each : list(Json.object(planned).get("file-scan-tasks"))) {
            Map<?, ?> file = map(each.get("data-file"));
            if (file.get("file-size-in-bytes") instanceof Long size
                    && file.get("record-count") instanceof Long count) {
                files.add(size);
                rows += count;
            }
        }
        return new StreamLayout(
                commits.stream().sorted().toList(), files.stream().sorted().toList(), rows);
    }

    private static Map<?, ?> map(Object json) throws IOException {
        if (json instanceof Map<?, ?> map) {
            return map;
        }
        throw new IOException("the catalog's answer has no object there: " + json);
    }

    private static List<Map<?, ?>> list(Object json) throws IOException {
        List<Map<?, ?>> all = new ArrayList<>();
        if (json instanceof List<?> list) {
            for (Object each : list) {
                all.add(map(each));
            }
        }
        return all;
    }

    /** Bytes of the file in the middle; none where there is none. */
    OptionalLong median() {
        return files.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(files.get((files.size() - 1) / 2));
    }

    /** How many commits an hour there are at the pace from the first to the last. */
    double hourly() {
        if (commits.size() < 2) {
            return commits.size();
        }
        double hours =
                Duration.between(commits.getFirst(), commits.getLast()).toMillis() / 3_600_000.0;
        return (commits.size() - 1) / hours;
    }

    String sentence() {
        return String.format(
                Locale.ROOT,
                "layout: %d commits, %.1f an hour (at most %.0f); %d files of %,d rows, median"
                        + " %.1f MB (at least %.0f), smallest %.1f, largest %.1f; %.1f bytes a row",
                commits.size(),
                hourly(),
                COMMITS_GOAL,
                files.size(),
                rows,
                median().orElse(0) / 1e6,
                SIZE_GOAL / 1e6,
                files.isEmpty() ? 0 : files.getFirst() / 1e6,
                files.isEmpty() ? 0 : files.getLast() / 1e6,
                rows == 0 ? 0 : files.stream().mapToLong(Long::longValue).sum() / (double) rows);
    }
}
