package org.domicile.cedar;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A moment, in milliseconds from 1970-01-01T00:00:00Z. */
public record Datetime(long milliseconds) implements Value {
    private static final long DAY = 86_400_000;
    private static final Pattern SHAPE =
            Pattern.compile(
                    "([0-9]{4})-([0-9]{2})-([0-9]{2})"
                            + "(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\\.([0-9]{3}))?"
                            + "(?:Z|([+-])([0-9]{2})([0-9]{2})))?");

    static Datetime parse(String text) throws EvaluationFailure {
        Matcher parts = SHAPE.matcher(text);
        if (!parts.matches()) {
            throw wrong(text);
        }
        try {
            long moment =
                    LocalDateTime.of(
                                                    part(parts, 1),
                                                    part(parts, 2),
                                                    part(parts, 3),
                                                    part(parts, 4),
                                                    part(parts, 5),
                                                    part(parts, 6))
                                            .toEpochSecond(ZoneOffset.UTC)
                                    * 1000
                            + part(parts, 7);
            int hours = part(parts, 9);
            int minutes = part(parts, 10);
            if (hours > 23 || minutes > 59) {
                throw wrong(text);
            }
            long offset = (hours * 60L + minutes) * 60_000;
            return new Datetime("-".equals(parts.group(8)) ? moment + offset : moment - offset);
        } catch (DateTimeException e) {
            throw wrong(text);
        }
    }

    private static int part(Matcher parts, int group) {
        String part = parts.group(group);
        return part == null ? 0 : Integer.parseInt(part);
    }

    private static EvaluationFailure wrong(String text) {
        return new EvaluationFailure(
                Escapes.quoted(text)
                        + " is not a datetime, which looks like 2024-10-15, 2024-10-15T11:35:00Z,"
                        + " 2024-10-15T11:35:00.000Z or 2024-10-15T11:35:00+0100");
    }

    Datetime offset(Duration duration) {
        try {
            return new Datetime(Math.addExact(milliseconds, duration.milliseconds()));
        } catch (ArithmeticException e) {
            throw new EvaluationFailure("offset overflows");
        }
    }

    Duration since(Datetime other) {
        try {
            return new Duration(Math.subtractExact(milliseconds, other.milliseconds));
        } catch (ArithmeticException e) {
            throw new EvaluationFailure("durationSince overflows");
        }
    }

    Datetime toDate() {
        try {
            return new Datetime(Math.subtractExact(milliseconds, Math.floorMod(milliseconds, DAY)));
        } catch (ArithmeticException e) {
            throw new EvaluationFailure("toDate overflows");
        }
    }

    Duration toTime() {
        return new Duration(Math.floorMod(milliseconds, DAY));
    }

    @Override
    public String typeName() {
        return "datetime";
    }

    @Override
    public String toString() {
        return "datetime(\"" + Instant.ofEpochMilli(milliseconds) + "\")";
    }
}
