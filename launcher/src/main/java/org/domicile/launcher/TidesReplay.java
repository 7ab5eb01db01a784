package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** Publishes what stations would read, in a time that runs faster than ours. */
final class TidesReplay {
    /** Of readings in one request: about 2 MiB. */
    private static final int AT_ONCE = 10_000;

    private static final long SHORTEST_WAIT = Duration.ofMillis(250).toNanos();
    private static final long BETWEEN_LINES = Duration.ofSeconds(5).toNanos();

    private final StreamClient streams;
    private final List<TideStation> stations;
    private final int speed;
    private final Output output;

    private long readings;
    private TideStation highest;
    private double above;

    TidesReplay(StreamClient streams, List<TideStation> stations, int speed, Output output) {
        this.streams = streams;
        this.stations = stations;
        this.speed = speed;
        this.output = output;
        this.highest = stations.getFirst();
    }

    /** Publishes until so long has passed. @return how many readings */
    long run(Instant begin, Duration span) throws IOException {
        long began = System.nanoTime();
        long told = began;
        Instant next = begin;
        while (!Thread.currentThread().isInterrupted()) {
            long gone = Math.min(System.nanoTime() - began, span.toNanos());
            Instant now = begin.plusNanos(gone * speed);
            while (!next.isAfter(now)) {
                next = publish(next, now);
            }
            if (System.nanoTime() - told >= BETWEEN_LINES) {
                told = System.nanoTime();
                tell(next.minus(TidesPlace.BETWEEN));
            }
            long left = span.toNanos() - gone;
            if (left == 0) {
                break;
            }
            long due = Duration.between(now, next).toNanos() / speed;
            LockSupport.parkNanos(
                    Math.min(left, Math.min(BETWEEN_LINES, Math.max(SHORTEST_WAIT, due))));
        }
        return readings;
    }

    /** All readings from one moment up to another, or as many as one request takes. */
    private Instant publish(Instant from, Instant to) throws IOException {
        StringBuilder lines = new StringBuilder();
        Instant next = from;
        int count = 0;
        while (!next.isAfter(to) && count < AT_ONCE) {
            Tide tide = Tide.at(next);
            above = Double.NEGATIVE_INFINITY;
            for (TideStation station : stations) {
                double level = station.level(tide);
                if (level - station.high() > above) {
                    above = level - station.high();
                    highest = station;
                }
                lines.append(reading(station, next, level)).append('\n');
                count++;
            }
            next = next.plus(TidesPlace.BETWEEN);
        }
        readings +=
                streams.publish(
                                TidesPlace.LEVELS + "?key=station",
                                "application/x-ndjson",
                                lines.toString().getBytes(UTF_8))
                        .number("records");
        return next;
    }

    private static String reading(TideStation station, Instant at, double level) {
        return Json.row(
                        "station",
                        station.id(),
                        "name",
                        station.name(),
                        "country",
                        station.country(),
                        "at",
                        at,
                        "level",
                        level,
                        "mean_high_water",
                        station.high(),
                        "latitude",
                        station.latitude(),
                        "longitude",
                        station.longitude())
                .line();
    }

    private void tell(Instant at) {
        output.result(
                Json.row(
                        "event",
                        "progress",
                        "at",
                        at,
                        "readings",
                        readings,
                        "highest",
                        highest.name(),
                        "above_mean_high_water",
                        Math.round(above * 1_000) / 1_000.0),
                String.format(
                        Locale.ROOT,
                        "%s  %,d readings; highest now: %s, %+.2f m from its mean high water",
                        at,
                        readings,
                        highest.name(),
                        above));
    }
}
