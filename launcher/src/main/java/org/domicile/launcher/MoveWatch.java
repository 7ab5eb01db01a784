package org.domicile.launcher;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Watches a move, and says what became of it. */
record MoveWatch(AdminClient admin, Output output) {
    private static final long FIRST_PAUSE_MILLIS = 100;

    /** Each look is a use on record. */
    private static final long LONGEST_PAUSE_MILLIS = 2_000;

    private static final int MOST_SHOWN = 20;

    /** Draws how far it came until it has ended. @return 0 when it is done */
    Integer untilTheEnd(String id) {
        Json.Row move = show(id);
        try (Progress progress = progress(move)) {
            long drawn = 0;
            long pause = FIRST_PAUSE_MILLIS;
            while (move.text("state").equals("running")) {
                pause(pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
                move = show(id);
                if (progress.total() < 0 && move.number("versions") >= 0) {
                    progress.total(move.number("versions"));
                }
                long done = done(move);
                progress.add(
                        done - drawn,
                        Times.size(move.number("bytes"))
                                + "  "
                                + Table.visible(move.text("after")));
                drawn = done;
            }
        }
        return told(move);
    }

    private Progress progress(Json.Row move) {
        return Progress.count(output.err(), move.number("versions"), "versions");
    }

    private static long done(Json.Row move) {
        return move.number("carried") + move.number("present") + move.number("left");
    }

    Json.Row show(String id) {
        return admin.object("/v1/moves/" + AdminClient.segment(id));
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem("interrupted; the move goes on");
        }
    }

    private Integer told(Json.Row move) {
        String id = move.text("move");
        output.result(
                move,
                "%s: %,d versions carried (%s), %,d were there already, %,d could not be"
                                .formatted(
                                        move.text("state"),
                                        move.number("carried"),
                                        Times.size(move.number("bytes")),
                                        move.number("present"),
                                        move.number("left"))
                        + compared(id));
        boolean done = move.text("state").equals("done");
        if (!output.json() && (move.number("left") > 0 || !done)) {
            left(id, done);
        }
        return switch (move.text("state")) {
            case "done" -> 0;
            case "stopped" -> {
                output.err().println("it was stopped; go on with: ./domicile move resume " + id);
                yield 1;
            }
            default ->
                    throw new Problem(
                            move.text("ended")
                                    + "; when that is mended: ./domicile move resume "
                                    + id);
        };
    }

    /** By what the versions were compared. */
    private String compared(String id) {
        Map<String, Long> counts = new TreeMap<>();
        for (Lines lines = new Lines(id); lines.next(); ) {
            for (Json.Row line : lines.rows()) {
                boolean there =
                        line.text("fate").equals("carried") || line.text("fate").equals("present");
                if (there && !line.text("name").isEmpty()) {
                    counts.merge(line.text("by"), 1L, Long::sum);
                }
            }
        }
        StringBuilder text = new StringBuilder();
        counts.forEach((by, count) -> text.append("\n  %,d by %s".formatted(count, by)));
        return text.toString();
    }

    /** What waited once may have been carried since; only what is not done yet can still wait. */
    private void left(String id, boolean done) {
        int shown = 0;
        for (Lines lines = new Lines(id); lines.next(); ) {
            for (Json.Row line : lines.rows()) {
                boolean waits = !done && line.text("fate").equals("waiting");
                if (waits || line.text("fate").equals("left")) {
                    if (shown++ == MOST_SHOWN) {
                        output.err()
                                .println("  and more: ./domicile move report " + id + " --left");
                        return;
                    }
                    output.err().println("  " + sentence(line));
                }
            }
        }
    }

    private static String sentence(Json.Row line) {
        String what =
                line.text("name").isEmpty()
                        ? "the bucket's " + line.text("from")
                        : line.text("name") + " " + line.text("from");
        return Table.visible(what + ": " + line.text("by"));
    }

    /** The report, page by page. */
    Lines report(String id) {
        return new Lines(id);
    }

    /** Pages of a report. */
    final class Lines {
        private final String id;
        private int page;
        private List<Json.Row> rows = List.of();

        private Lines(String id) {
            this.id = id;
        }

        /** Goes to the next page; false behind the last. */
        boolean next() {
            rows =
                    admin.list(
                            AdminClient.path(
                                    "/v1/moves/" + AdminClient.segment(id) + "/report",
                                    "page",
                                    Integer.toString(page++)));
            return !rows.isEmpty();
        }

        List<Json.Row> rows() {
            return rows;
        }
    }
}
