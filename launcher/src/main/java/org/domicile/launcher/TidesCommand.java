package org.domicile.launcher;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Real tide stations as live readings: a stream that is a table, a watch over it, its alerts. */
@Command(
        name = "tides",
        description = {
            "Replay real tide stations (NOAA's; what moon and sun do to the sea at each) as live"
                + " readings of the past year: the stream tides.levels, which is a table, too, and"
                + " a watch that publishes to tides.alerts where the sea is high.",
            "Event time runs --speed times as fast as the clock, and goes on where the last run"
                    + " ended. All of it stays until --remove. Not for navigation."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example: ./domicile demo tides --stations 12 --speed 600 --for 2m"})
final class TidesCommand extends ServerCommand {
    private static final int FASTEST = 36_000;
    private static final Duration LONGEST = Duration.ofDays(1);

    @Mixin CatalogOptions as = new CatalogOptions();

    @Option(
            names = "--stations",
            paramLabel = "N",
            defaultValue = "12",
            description = "Of how many stations, up to 33 (default: ${DEFAULT-VALUE}).")
    int stations = 12;

    @Option(
            names = "--speed",
            paramLabel = "N",
            defaultValue = "600",
            description =
                    "How many seconds of the sea pass in one of ours, up to 36000 (default:"
                            + " ${DEFAULT-VALUE}).")
    int speed = 600;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            defaultValue = "2m",
            description = "How long it goes on, up to 1d (default: ${DEFAULT-VALUE}).")
    String length = "2m";

    @Option(
            names = "--no-watch",
            description = "Make no watch: its worker takes some 700 MiB of memory.")
    boolean unwatched;

    @Option(
            names = "--remove",
            description = "Remove what earlier runs have made, with all readings, and end.")
    boolean remove;

    @Option(
            names = "--notice",
            description = "Print where the stations' data come from, their licences, and end.")
    boolean notice;

    @Override
    public Integer call() throws IOException {
        if (notice) {
            output().result(Json.row("notice", TideStation.notice()), TideStation.notice());
            return 0;
        }
        int known = TideStation.all().size();
        if (stations < 1 || stations > known) {
            throw Input.wrong(spec, "--stations is from 1 to " + known);
        }
        if (speed < 1 || speed > FASTEST) {
            throw Input.wrong(spec, "--speed is from 1 to " + FASTEST);
        }
        Duration span = Input.span(spec, length);
        if (span.compareTo(LONGEST) > 0 || passing(span).compareTo(TidesPlace.LONGEST) > 0) {
            throw Input.wrong(
                    spec,
                    "--for is at most 1d, and with this --speed not more than a year at sea; run it"
                            + " again to go on");
        }
        Endpoints server = Endpoints.on(common.folder());
        URI endpoint = server.web("streams are");
        FirstCredential own = as.own(server);
        try (StreamClient streams = new StreamClient(endpoint, own, Optional.ofNullable(as.ca));
                StreamClient watches =
                        new StreamClient(endpoint, "/watches/", own, Optional.ofNullable(as.ca))) {
            TidesPlace place = new TidesPlace(streams, watches);
            if (remove) {
                try (CatalogClient catalog = as.client(common)) {
                    String removed = String.join("; ", place.remove(catalog));
                    output().result(Json.row("removed", removed), removed);
                }
                return 0;
            }
            run(place, server, own, span);
        }
        return 0;
    }

    /** How much passes at sea. */
    private Duration passing(Duration span) {
        return span.multipliedBy(speed);
    }

    private void run(TidesPlace place, Endpoints server, FirstCredential own, Duration span)
            throws IOException {
        Output output = output();
        place.prepare();
        say(output, "tides.levels is there, and is a table; tides.alerts is there");
        TidesPlace.Begin begin = place.begin(Instant.now(), passing(span));
        boolean watched = !unwatched && watch(place, begin.anew(), output);
        try (StreamClient follower =
                new StreamClient(server.web("streams are"), own, Optional.ofNullable(as.ca))) {
            TidesAlerts alerts = new TidesAlerts(follower, output);
            if (watched) {
                alerts.follow();
            }
            long readings =
                    new TidesReplay(
                                    place.streams(),
                                    TideStation.all().subList(0, stations),
                                    speed,
                                    output)
                            .run(begin.at(), span);
            if (watched && !place.caughtUp()) {
                say(output, "the watch has not read all of it yet; it goes on");
            }
            alerts.end();
            output.result(
                    Json.row(
                            "event",
                            "end",
                            "stations",
                            stations,
                            "readings",
                            readings,
                            "alerts",
                            alerts.count(),
                            "watched",
                            watched),
                    ending(readings, alerts.count(), watched));
        }
    }

    /** Whether there is a watch. Where there can be none, the readings are worth it alone. */
    private boolean watch(TidesPlace place, boolean anew, Output output) throws IOException {
        try {
            say(output, place.watch(anew));
            return true;
        } catch (Problem e) {
            say(output, "no watch, and so no alerts: " + e.getMessage());
            return false;
        }
    }

    private static void say(Output output, String sentence) {
        output.result(Json.row("event", "note", "sentence", sentence), sentence);
    }

    private String ending(long readings, long alerts, boolean watched) {
        return String.join(
                "\n",
                "%,d readings of %d stations, %s"
                        .formatted(
                                readings,
                                stations,
                                watched ? "%,d alerts".formatted(alerts) : "no watch"),
                "",
                "Look further:",
                "  "
                        + common.again(
                                "sql \"select name, count(*) as readings, max(level) as highest"
                                        + " from tides.levels group by 1 order by 1\""),
                "  " + common.again("uses --bucket streams --last 10m"),
                "  " + common.again(watched ? "watch show high_tide" : "stream show tides.levels"),
                "It stays until: " + common.again("demo tides --remove"));
    }
}
