package org.domicile.postgres;

import java.math.BigDecimal;

/**
 * A span of time as PostgreSQL keeps it: three parts, because months and days differ in length.
 *
 * @param micros microseconds
 */
public record Interval(int months, int days, long micros) implements Comparable<Interval> {
    private static final long DAY = 86_400_000_000L;

    private BigDecimal length() {
        return BigDecimal.valueOf(months)
                .multiply(BigDecimal.valueOf(30))
                .add(BigDecimal.valueOf(days))
                .multiply(BigDecimal.valueOf(DAY))
                .add(BigDecimal.valueOf(micros));
    }

    @Override
    public int compareTo(Interval other) {
        return length().compareTo(other.length());
    }

    /** In the style {@code postgres}: {@code 1 year 2 mons 3 days 04:05:06.789}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        part(text, months / 12, "year");
        part(text, months % 12, "mon");
        part(text, days, "day");
        if (micros != 0 || text.isEmpty()) {
            if (!text.isEmpty()) {
                text.append(' ');
            }
            long left = Math.abs(micros);
            text.append(micros < 0 ? "-" : mixed() ? "+" : "");
            text.append(
                    "%02d:%02d:%02d"
                            .formatted(
                                    left / 3_600_000_000L,
                                    left / 60_000_000L % 60,
                                    left / 1_000_000L % 60));
            long fraction = left % 1_000_000L;
            if (fraction != 0) {
                text.append(("." + "%06d".formatted(fraction)).replaceAll("0+$", ""));
            }
        }
        return text.toString();
    }

    private boolean mixed() {
        return days < 0 || days == 0 && months < 0;
    }

    private static void part(StringBuilder text, int count, String word) {
        if (count == 0) {
            return;
        }
        if (!text.isEmpty()) {
            text.append(' ');
            if (count > 0 && text.charAt(0) == '-') {
                text.append('+');
            }
        }
        text.append(count).append(' ').append(word).append(count == 1 ? "" : "s");
    }
}
