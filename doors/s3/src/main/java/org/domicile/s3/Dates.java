package org.domicile.s3;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Dates on the wire. Written by hand, because each answer and each listed key has one. */
final class Dates {
    private static final String[] DAYS = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    private static final int DAY = 86_400;

    /** RFC 9110, section 5.6.7: one form to write, three to read; and ISO 8601, as SDKs send. */
    private static final List<DateTimeFormatter> READ =
            List.of(
                    DateTimeFormatter.RFC_1123_DATE_TIME,
                    new DateTimeFormatterBuilder()
                            .appendPattern("EEEE, dd-MMM-")
                            .appendValueReduced(ChronoField.YEAR, 2, 2, 1970)
                            .appendPattern(" HH:mm:ss 'GMT'")
                            .toFormatter(Locale.US)
                            .withZone(ZoneOffset.UTC),
                    DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US)
                            .withZone(ZoneOffset.UTC),
                    DateTimeFormatter.ISO_DATE_TIME);

    private Dates() {}

    /** {@code Tue, 24 Nov 2026 14:46:56 GMT}. */
    static String http(Instant instant) {
        long day = Math.floorDiv(instant.getEpochSecond(), DAY);
        int second = (int) Math.floorMod(instant.getEpochSecond(), (long) DAY);
        LocalDate date = LocalDate.ofEpochDay(day);
        StringBuilder text = new StringBuilder(29);
        text.append(DAYS[date.getDayOfWeek().getValue() - 1]).append(", ");
        two(text, date.getDayOfMonth()).append(' ');
        text.append(MONTHS[date.getMonthValue() - 1]).append(' ');
        four(text, date.getYear()).append(' ');
        return time(text, second).append(" GMT").toString();
    }

    /** {@code 2026-11-24T14:46:56.123Z}. */
    static String iso(Instant instant) {
        long day = Math.floorDiv(instant.getEpochSecond(), DAY);
        int second = (int) Math.floorMod(instant.getEpochSecond(), (long) DAY);
        LocalDate date = LocalDate.ofEpochDay(day);
        StringBuilder text = new StringBuilder(24);
        four(text, date.getYear()).append('-');
        two(text, date.getMonthValue()).append('-');
        two(text, date.getDayOfMonth()).append('T');
        time(text, second).append('.');
        int millis = instant.getNano() / 1_000_000;
        text.append((char) ('0' + millis / 100));
        return two(text, millis % 100).append('Z').toString();
    }

    private static StringBuilder time(StringBuilder text, int second) {
        two(text, second / 3_600).append(':');
        two(text, second / 60 % 60).append(':');
        return two(text, second % 60);
    }

    private static StringBuilder two(StringBuilder text, int number) {
        return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }

    private static StringBuilder four(StringBuilder text, int number) {
        return two(two(text, number / 100 % 100), number % 100);
    }

    /** A date of a condition; empty when it is none, and RFC 9110 then ignores the condition. */
    static Optional<Instant> parse(String text) {
        for (DateTimeFormatter form : READ) {
            try {
                return Optional.of(form.parse(text, Instant::from));
            } catch (DateTimeException e) {
                // not this form: the next one is tried
            }
        }
        return Optional.empty();
    }
}
