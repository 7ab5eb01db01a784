package org.domicile.schemas;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * Dates and times as columns hold them: of the years 1 to 9999, to the microsecond. Texts are those
 * of RFC 3339, read by hand because every record has one.
 */
final class Moments {
    private static final int MICRO = 1_000;
    private static final long MILLIS_A_DAY = 86_400_000L;
    private static final long MICROS_A_DAY = 86_400_000_000L;
    private static final long FIRST = LocalDate.of(1, 1, 1).toEpochDay();
    private static final long LAST = LocalDate.of(9999, 12, 31).toEpochDay();

    private Moments() {}

    private static BadRecord range() {
        return new BadRecord("a date or time is not in the years 1 to 9999");
    }

    static LocalDate date(long days) {
        if (days < FIRST || days > LAST) {
            throw range();
        }
        return LocalDate.ofEpochDay(days);
    }

    static LocalTime timeOfMillis(long millis) {
        if (millis < 0 || millis >= MILLIS_A_DAY) {
            throw new BadRecord("a time is not within a day");
        }
        return LocalTime.ofNanoOfDay(millis * 1_000_000);
    }

    static LocalTime timeOfMicros(long micros) {
        if (micros < 0 || micros >= MICROS_A_DAY) {
            throw new BadRecord("a time is not within a day");
        }
        return LocalTime.ofNanoOfDay(micros * MICRO);
    }

    /**
     * @param each how many of the unit are a second
     */
    static LocalDateTime units(long units, long each) {
        return timestamp(
                Math.floorDiv(units, each), Math.floorMod(units, each) * (1_000_000_000 / each));
    }

    /**
     * @param nanos below a second
     */
    static LocalDateTime timestamp(long seconds, long nanos) {
        long days = Math.floorDiv(seconds, 86_400L);
        if (days < FIRST || days > LAST) {
            throw range();
        }
        return LocalDateTime.ofEpochSecond(seconds, (int) (nanos / MICRO * MICRO), ZoneOffset.UTC);
    }

    static OffsetDateTime instant(LocalDateTime utc) {
        return OffsetDateTime.of(utc, ZoneOffset.UTC);
    }

    // texts

    private static int digits(String text, int from, int count) {
        if (from + count > text.length()) {
            throw malformed();
        }
        int value = 0;
        for (int i = from; i < from + count; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw malformed();
            }
            value = value * 10 + digit;
        }
        return value;
    }

    private static BadRecord malformed() {
        return new BadRecord(
                "a text is no date or time as RFC 3339 writes them (2026-11-30T08:15:00Z)");
    }

    private static void is(String text, int at, char wanted) {
        if (at >= text.length() || text.charAt(at) != wanted) {
            throw malformed();
        }
    }

    private static LocalDate dateIn(String text) {
        is(text, 4, '-');
        is(text, 7, '-');
        int year = digits(text, 0, 4);
        if (year == 0) {
            throw range();
        }
        try {
            return LocalDate.of(year, digits(text, 5, 2), digits(text, 8, 2));
        } catch (DateTimeException e) {
            throw malformed();
        }
    }

    static LocalDate date(String text) {
        if (text.length() != 10) {
            throw malformed();
        }
        return dateIn(text);
    }

    /** Where the fraction that may begin at {@code at} ends. */
    private static int fraction(String text, int at) {
        if (at >= text.length() || text.charAt(at) != '.') {
            return at;
        }
        int end = at + 1;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        if (end == at + 1) {
            throw malformed();
        }
        return end;
    }

    private static LocalTime timeIn(String text, int at, int end) {
        is(text, at + 2, ':');
        is(text, at + 5, ':');
        int micros = 0;
        for (int i = at + 9, place = 100_000; i < end && place > 0; i++, place /= 10) {
            micros += (text.charAt(i) - '0') * place;
        }
        try {
            return LocalTime.of(
                    digits(text, at, 2),
                    digits(text, at + 3, 2),
                    digits(text, at + 6, 2),
                    micros * MICRO);
        } catch (DateTimeException e) {
            throw malformed();
        }
    }

    static LocalTime time(String text) {
        int end = fraction(text, 8);
        if (end != text.length()) {
            throw malformed();
        }
        return timeIn(text, 0, end);
    }

    private static void between(String text) {
        char c = text.length() > 10 ? text.charAt(10) : 0;
        if (c != 'T' && c != 't' && c != ' ') {
            throw malformed();
        }
    }

    static LocalDateTime timestamp(String text) {
        between(text);
        int end = fraction(text, 19);
        if (end != text.length()) {
            throw malformed();
        }
        return LocalDateTime.of(dateIn(text), timeIn(text, 11, end));
    }

    static OffsetDateTime instant(String text) {
        between(text);
        int end = fraction(text, 19);
        LocalDateTime local = LocalDateTime.of(dateIn(text), timeIn(text, 11, end));
        char sign = end < text.length() ? text.charAt(end) : 0;
        if ((sign == 'Z' || sign == 'z') && end + 1 == text.length()) {
            return instant(local);
        }
        if ((sign != '+' && sign != '-') || end + 6 != text.length()) {
            throw malformed();
        }
        is(text, end + 3, ':');
        int hours = digits(text, end + 1, 2);
        int minutes = digits(text, end + 4, 2);
        if (hours > 23 || minutes > 59) {
            throw malformed();
        }
        long seconds = (hours * 60L + minutes) * 60;
        Instant moment = local.toInstant(ZoneOffset.UTC);
        long epoch = moment.getEpochSecond() + (sign == '+' ? -seconds : seconds);
        return instant(timestamp(epoch, moment.getNano()));
    }
}
