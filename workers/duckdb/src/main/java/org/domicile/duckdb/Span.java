package org.domicile.duckdb;

import java.math.BigDecimal;

/** An interval, read from the engine's text: {@code 1 year 2 months -3 days 04:05:06.789}. */
record Span(int months, int days, long micros) {
    static final Span NONE = new Span(0, 0, 0);

    private static final long SECOND = 1_000_000;

    static Span parse(String text) {
        int months = 0;
        int days = 0;
        long micros = 0;
        String[] words = text.strip().split(" +", -1);
        for (int i = 0; i < words.length; i++) {
            if (words[i].indexOf(':') >= 0) {
                micros = time(words[i]);
                continue;
            }
            if (i + 1 == words.length) {
                break;
            }
            int count = Integer.parseInt(words[i]);
            switch (words[++i]) {
                case "year", "years" -> months += 12 * count;
                case "month", "months" -> months += count;
                case "day", "days" -> days += count;
                default -> throw new IllegalArgumentException("an interval of " + words[i]);
            }
        }
        return new Span(months, days, micros);
    }

    private static long time(String text) {
        boolean minus = text.startsWith("-");
        String[] parts = (minus ? text.substring(1) : text).split(":", -1);
        long micros =
                Long.parseLong(parts[0]) * 3_600 * SECOND
                        + Long.parseLong(parts[1]) * 60 * SECOND
                        + new BigDecimal(parts[2]).movePointRight(6).longValue();
        return minus ? -micros : micros;
    }

    /** As the engine reads it. */
    String text() {
        return months + " months " + days + " days " + micros + " microseconds";
    }
}
