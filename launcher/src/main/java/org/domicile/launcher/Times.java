package org.domicile.launcher;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Times, spans of time and sizes as people write and read them; in JSON times stay ISO 8601 in UTC
 * and sizes are bytes.
 */
final class Times {
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
    private static final LocalTime LAST = LocalTime.of(23, 59, 59);
    private static final long LONGEST_DAYS = 36_525;

    private Times() {}

    /** A span: 90s, 15m, 1h, 7d; up to a hundred years. */
    static Duration span(String text) {
        if (text.matches("\\d{1,10}[smhd]")) {
            long count = Long.parseLong(text.substring(0, text.length() - 1));
            Duration span =
                    switch (text.charAt(text.length() - 1)) {
                        case 's' -> Duration.ofSeconds(count);
                        case 'm' -> Duration.ofMinutes(count);
                        case 'h' -> Duration.ofHours(count);
                        default -> Duration.ofDays(count);
                    };
            if (!span.isZero() && span.toDays() <= LONGEST_DAYS) {
                return span;
            }
        }
        throw new IllegalArgumentException(
                "'" + text + "' is no span of time; write 90s, 15m, 1h or 7d");
    }

    /**
     * An end: a date counts to its last second in this zone, a time is taken as it is, {@code
     * never} stays.
     *
     * @return as the admin API takes it
     */
    static String end(String text, ZoneId zone) {
        if (text.isEmpty() || text.equals("never")) {
            return text;
        }
        try {
            if (text.matches("\\d{4}-\\d\\d-\\d\\d")) {
                return LocalDate.parse(text).atTime(LAST).atZone(zone).toInstant().toString();
            }
            if (text.matches("\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(:\\d\\d)?")) {
                return LocalDateTime.parse(text.replace(' ', 'T'))
                        .atZone(zone)
                        .toInstant()
                        .toString();
            }
            return Instant.parse(text).toString();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is no date or time; write 2028-12-31, 2028-12-31T18:00 or"
                            + " 2028-12-31T17:00:00Z");
        }
    }

    /** For a column: {@code 2028-12-31 23:59} in this zone; what is no time stays as it is. */
    static String minute(String iso, ZoneId zone) {
        return shown(iso, zone, MINUTE);
    }

    /** The same with seconds. */
    static String second(String iso, ZoneId zone) {
        return shown(iso, zone, SECOND);
    }

    private static String shown(String iso, ZoneId zone, DateTimeFormatter form) {
        try {
            return form.format(Instant.parse(iso).atZone(zone));
        } catch (DateTimeException e) {
            return iso;
        }
    }

    /** 8 s, 3 min 20 s, 2 h 5 min. */
    static String human(Duration span) {
        long seconds = span.toSeconds();
        if (seconds < 60) {
            return seconds + " s";
        }
        return seconds < 3600
                ? "%d min %d s".formatted(seconds / 60, seconds % 60)
                : "%d h %d min".formatted(seconds / 3600, seconds / 60 % 60);
    }

    /** A size in bytes: 1000, 64KiB, 50MiB, 2GiB; at least one byte. */
    static long bytes(String text) {
        if (text.matches("[1-9]\\d{0,9}(KiB|MiB|GiB)?")) {
            String unit = text.replaceAll("\\d", "");
            int shift =
                    switch (unit) {
                        case "KiB" -> 10;
                        case "MiB" -> 20;
                        case "GiB" -> 30;
                        default -> 0;
                    };
            return Long.parseLong(text.substring(0, text.length() - unit.length())) << shift;
        }
        throw new IllegalArgumentException("'" + text + "' is no size; write 64KiB, 50MiB or 2GiB");
    }

    /** 999 B, 4.1 kB, 16.8 MB: powers of ten, as disks are sold. */
    static String size(long bytes) {
        if (bytes < 1_000) {
            return bytes + " B";
        }
        double rest = bytes;
        for (String unit : new String[] {"kB", "MB", "GB", "TB", "PB"}) {
            rest /= 1_000;
            if (rest < 999.95) {
                return String.format(Locale.ROOT, "%.1f %s", rest, unit);
            }
        }
        return String.format(Locale.ROOT, "%.1f EB", rest / 1_000);
    }
}
