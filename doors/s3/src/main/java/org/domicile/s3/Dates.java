package org.domicile.s3;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
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

    /** Length of what {@link #iso} writes. */
    static final int ISO = 24;

    /** Length of the day, with which it begins. */
    static final int ISO_DAY = 10;

    /** From the first of March of the year 0 to the first of January of 1970. */
    private static final int DAYS_TO_1970 = 719_468;

    private static final int DAYS_OF_400_YEARS = 146_097;

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

    private static final int BASIC = "20130524T000000Z".length();
    private static final DateTimeFormatter BASIC_FORM =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

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
        byte[] text = new byte[ISO];
        iso(instant, text, 0);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    /** The same into a buffer: {@link #ISO} bytes from {@code at}. */
    static void iso(Instant instant, byte[] target, int at) {
        date(day(instant), target, at);
        time(instant, target, at + ISO_DAY);
    }

    /** Days since 1970. */
    static long day(Instant instant) {
        return Math.floorDiv(instant.getEpochSecond(), DAY);
    }

    /** What {@link #iso} writes behind the {@link #ISO_DAY} bytes of the day. */
    static void time(Instant instant, byte[] target, int from) {
        int rest = (int) Math.floorMod(instant.getEpochSecond(), (long) DAY);
        int millis = instant.getNano() / 1_000_000;
        int at = from - ISO_DAY;
        target[at + 10] = 'T';
        digits(rest / 3_600, 2, target, at + 11);
        target[at + 13] = ':';
        digits(rest / 60 % 60, 2, target, at + 14);
        target[at + 16] = ':';
        digits(rest % 60, 2, target, at + 17);
        target[at + 19] = '.';
        digits(millis, 3, target, at + 20);
        target[at + 23] = 'Z';
    }

    /**
     * The proleptic Gregorian date of a day since 1970, counted in years that begin with March, so
     * that the leap day is their last.
     */
    private static void date(long epochDay, byte[] target, int at) {
        long day = epochDay + DAYS_TO_1970;
        long era = Math.floorDiv(day, DAYS_OF_400_YEARS);
        int dayOfEra = (int) Math.floorMod(day, DAYS_OF_400_YEARS);
        int yearOfEra =
                (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int month = (5 * dayOfYear + 2) / 153;
        int year = (int) (yearOfEra + 400 * era) + (month < 10 ? 0 : 1);
        digits(year, 4, target, at);
        target[at + 4] = '-';
        digits(month < 10 ? month + 3 : month - 9, 2, target, at + 5);
        target[at + 7] = '-';
        digits(dayOfYear - (153 * month + 2) / 5 + 1, 2, target, at + 8);
    }

    private static void digits(int number, int count, byte[] target, int at) {
        int rest = number;
        for (int i = at + count - 1; i >= at; i--) {
            target[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
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
        return parse(text, READ);
    }

    private static Optional<Instant> parse(String text, List<DateTimeFormatter> forms) {
        for (DateTimeFormatter form : forms) {
            try {
                return Optional.of(form.parse(text, Instant::from));
            } catch (DateTimeException e) {
                // not this form: the next one is tried
            }
        }
        return Optional.empty();
    }

    // ---- when a request was signed ------------------------------------------------------------

    /** ISO 8601's basic form, {@code yyyyMMdd'T'HHmmss'Z'}; empty when it is none. */
    static Optional<Instant> basic(String text) {
        if (text.length() != BASIC || text.charAt(8) != 'T' || text.charAt(15) != 'Z') {
            return Optional.empty();
        }
        for (int i = 0; i < BASIC - 1; i++) {
            char c = text.charAt(i);
            if (i != 8 && (c < '0' || c > '9')) {
                return Optional.empty();
            }
        }
        try {
            return Optional.of(
                    LocalDateTime.of(
                                    number(text, 0, 4),
                                    number(text, 4, 6),
                                    number(text, 6, 8),
                                    number(text, 9, 11),
                                    number(text, 11, 13),
                                    number(text, 13, 15))
                            .toInstant(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            return Optional.empty(); // a 30th of February
        }
    }

    private static int number(String text, int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            value = 10 * value + (text.charAt(i) - '0');
        }
        return value;
    }

    /** RFC 9110's preferred form, which a Date header has; empty when it is none. */
    static Optional<Instant> preferred(String text) {
        return parse(text, List.of(DateTimeFormatter.RFC_1123_DATE_TIME));
    }

    /** The basic form of a moment. */
    static String basic(Instant moment) {
        return BASIC_FORM.format(moment);
    }
}
