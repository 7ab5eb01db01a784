package org.domicile.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A tide station of those that come with the program; levels are metres above mean lower low water.
 *
 * @param id that NOAA knows it by
 * @param sea the mean level
 * @param high the mean of all high waters
 */
record TideStation(
        String id,
        String name,
        String country,
        double latitude,
        double longitude,
        double sea,
        double high,
        List<Wave> waves) {
    /** A part of its tide. @param phase by which it is behind, in degrees */
    record Wave(String constituent, double amplitude, double phase) {}

    /** All of them, the best known first. */
    static List<TideStation> all() {
        try {
            return Json.object(resource("tides.json")).rows("stations").stream()
                    .map(TideStation::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the program's own file of tides cannot be read", e);
        }
    }

    /** Where they come from, and under which licence. */
    static String notice() {
        return new String(resource("tides.notice.txt"), StandardCharsets.UTF_8).strip();
    }

    private static byte[] resource(String name) {
        try (InputStream in = TideStation.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the program comes without its file " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("the program's own file cannot be read: " + name, e);
        }
    }

    private static TideStation of(Json.Row row) {
        return new TideStation(
                row.text("id"),
                row.text("name"),
                row.text("country"),
                decimal(row.fields().get("latitude")),
                decimal(row.fields().get("longitude")),
                decimal(row.fields().get("mean_sea_level")),
                decimal(row.fields().get("mean_high_water")),
                row.row("constituents").fields().entrySet().stream()
                        .map(TideStation::wave)
                        .toList());
    }

    private static Wave wave(Map.Entry<String, Object> entry) {
        List<?> both = (List<?>) entry.getValue();
        return new Wave(entry.getKey(), decimal(both.get(0)), decimal(both.get(1)));
    }

    /** Whole numbers are read as such, others as their text. */
    private static double decimal(@org.jspecify.annotations.Nullable Object value) {
        return Double.parseDouble(String.valueOf(value));
    }

    /** Its level then, to the millimetre. */
    double level(Tide tide) {
        double level = sea;
        for (Wave wave : waves) {
            Tide.Turn turn = tide.turn(wave.constituent());
            level +=
                    turn.factor()
                            * wave.amplitude()
                            * Math.cos(Math.toRadians(turn.degrees() - wave.phase()));
        }
        return Math.round(level * 1_000) / 1_000.0;
    }
}
