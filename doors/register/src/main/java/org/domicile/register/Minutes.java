package org.domicile.register;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.OptionalLong;

/** Minutes as entries write them: {@code 2026-11-24T05:03Z}. */
final class Minutes {
    private Minutes() {}

    /** Minutes since 1970; empty when it is none. */
    static OptionalLong parse(String minute) {
        if (minute.length() != 17 || minute.charAt(16) != 'Z') {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(
                    LocalDateTime.parse(minute.substring(0, 16)).toEpochSecond(ZoneOffset.UTC)
                            / 60);
        } catch (DateTimeException e) {
            return OptionalLong.empty();
        }
    }

    /** As entries write it. */
    static String format(long minute) {
        return Instant.ofEpochSecond(minute * 60).toString().substring(0, 16) + "Z";
    }

    /** Its day, as {@code 2026-11-24}. */
    static String day(long minute) {
        return format(minute).substring(0, 10);
    }
}
