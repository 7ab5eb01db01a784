package org.domicile.launcher;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * What a number of a sheet stands for, by the format that its cell has. Source: ECMA-376 part 1,
 * 18.8.30 (numFmt) and 18.17.4 (dates and times).
 */
enum ExcelFormat {
    NUMBER,
    DAY,
    TIME,
    MOMENT;

    private static final DateTimeFormatter MOMENTS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss[.SSS]", Locale.ROOT);
    private static final DateTimeFormatter TIMES =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final long MILLIS_A_DAY = 86_400_000;

    /** Behind the last day that can be written, 9999-12-31. */
    private static final double END = 2_958_466;

    /**
     * @param id of those that every program knows @param code of one that the workbook says
     */
    static ExcelFormat of(int id, String code) {
        if (!code.isEmpty()) {
            return said(code);
        }
        if (id >= 14 && id <= 17 || id >= 27 && id <= 31 || id == 36 || id >= 50 && id <= 58) {
            return DAY;
        }
        if (id >= 18 && id <= 21 || id >= 32 && id <= 35 || id >= 45 && id <= 47) {
            return TIME;
        }
        return id == 22 ? MOMENT : NUMBER;
    }

    private static ExcelFormat said(String code) {
        String bare =
                code.split(";", -1)[0]
                        .replaceAll("\"[^\"]*\"|\\\\.|_.|\\*.", "")
                        .replaceAll("\\[(?![hHmMsS]+\\])[^\\]]*\\]", "")
                        .replaceAll("(?i)general|am/pm|a/p", "")
                        .toLowerCase(Locale.ROOT);
        boolean hours = bare.contains("h") || bare.contains("s");
        boolean days = bare.contains("y") || bare.contains("d") || bare.contains("m") && !hours;
        return hours && days ? MOMENT : days ? DAY : hours ? TIME : NUMBER;
    }

    /** A Long, a Double, or a text as SQL writes a day, a time or a moment. */
    Object value(double number, boolean since1904) {
        if (this == NUMBER || number < 0 || number >= END) {
            return number == Math.rint(number) && Math.abs(number) < 1e15
                    ? (Object) (long) number
                    : (Object) number;
        }
        long millis = Math.round(number * MILLIS_A_DAY);
        if (this == TIME && millis < MILLIS_A_DAY) {
            return LocalTime.ofNanoOfDay(millis * 1_000_000).format(TIMES);
        }
        long days = millis / MILLIS_A_DAY;
        // Excel has a 29th of February 1900, day 60, which was none.
        LocalDate begin =
                since1904
                        ? LocalDate.of(1904, 1, 1)
                        : days < 60 ? LocalDate.of(1899, 12, 31) : LocalDate.of(1899, 12, 30);
        LocalDateTime moment =
                begin.plusDays(days).atStartOfDay().plus(millis % MILLIS_A_DAY, ChronoUnit.MILLIS);
        if (this == DAY) {
            return moment.toLocalDate().toString();
        }
        return MOMENTS.format(moment).replaceAll("\\.000$", "");
    }
}
