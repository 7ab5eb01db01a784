package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** Prints alerts as they come. Its thread ends with the client that it follows by. */
final class TidesAlerts {
    private final StreamClient follower;
    private final Output output;
    private final AtomicLong count = new AtomicLong();
    private volatile boolean ended;

    /**
     * @param follower its alone: it is closed to end it
     */
    TidesAlerts(StreamClient follower, Output output) {
        this.follower = follower;
        this.output = output;
    }

    /** From now on. */
    void follow() {
        Thread _ = Thread.ofVirtual().name("demo-alerts").start(this::lines);
    }

    private void lines() {
        try {
            follower.lines(TidesPlace.ALERTS + "/records?from=end", this::alert);
        } catch (IOException | Problem | NumberFormatException e) {
            if (!ended) {
                output.err().println("alerts are not followed any more: " + e.getMessage());
                output.err().flush();
            }
        }
    }

    private void alert(String line) {
        if (ended) {
            return;
        }
        if (line.startsWith("{\"error\"")) {
            throw StreamClient.refused(403, line.getBytes(UTF_8));
        }
        Json.Row value;
        try {
            value = Json.object(line.getBytes(UTF_8)).row("value");
        } catch (IOException e) {
            throw new Problem("an alert is no JSON: " + e.getMessage());
        }
        if (value.text("above_mean").isEmpty()) {
            return; // somebody else's
        }
        count.incrementAndGet();
        double highest = Double.parseDouble(value.text("highest"));
        double above = Double.parseDouble(value.text("above_mean"));
        output.result(
                Json.row(
                        "event",
                        "alert",
                        "station",
                        value.text("station"),
                        "name",
                        value.text("name"),
                        "before",
                        value.text("window_end") + "Z",
                        "highest",
                        highest,
                        "above_mean_high_water",
                        Math.round(above * 1_000) / 1_000.0),
                String.format(
                        Locale.ROOT,
                        "  ALERT  %s: %.2f m, %.2f m above its mean high water, before %sZ",
                        Table.visible(value.text("name")),
                        highest,
                        above,
                        value.text("window_end")));
    }

    /** Says no more. */
    void end() {
        ended = true;
        follower.close();
    }

    long count() {
        return count.get();
    }
}
