package org.domicile.watches;

import java.time.Instant;
import java.util.List;

/** Watches that run, for tests of what becomes of them. */
final class Jobs {
    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private Jobs() {}

    /** One whose id is {@code a} to whoever looks it up, on a worker. */
    static Job on(
            Object worker,
            List<Watch.Table> tables,
            WatchEngine.Kept kept,
            WatchEngine.Contents contents) {
        Job job =
                new Job(
                        new Watch(
                                "0123456789abcdef",
                                "city",
                                "high",
                                "city/flood",
                                "p1",
                                "AK1",
                                "select 1",
                                "water.alerts",
                                List.of("water.levels"),
                                tables,
                                "",
                                0,
                                Watch.From.NOW,
                                NOON),
                        List.of(),
                        new WatchEngine.Login("a", "b"),
                        kept,
                        contents);
        job.starts(worker);
        return job;
    }
}
