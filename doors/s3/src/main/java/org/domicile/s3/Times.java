package org.domicile.s3;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/** The two ways in which a request says when it was signed. */
final class Times {
    private static final int BASIC = "20130524T000000Z".length();
    private static final DateTimeFormatter BASIC_FORM =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private Times() {}

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

    /** A Date header's HTTP form; empty when it is none. */
    static Optional<Instant> http(String text) {
        try {
            return Optional.of(
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** The basic form of a moment. */
    static String basic(Instant moment) {
        return BASIC_FORM.format(moment);
    }
}
