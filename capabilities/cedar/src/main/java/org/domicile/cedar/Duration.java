package org.domicile.cedar;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A length of time in milliseconds, which may be negative. */
public record Duration(long milliseconds) implements Value {
    private static final Pattern SHAPE =
            Pattern.compile(
                    "(-)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?");
    private static final long[] UNITS = {86_400_000, 3_600_000, 60_000, 1000, 1};

    static Duration parse(String text) throws EvaluationFailure {
        Matcher parts = SHAPE.matcher(text);
        if (text.isEmpty() || text.equals("-") || !parts.matches()) {
            throw new EvaluationFailure(
                    Escapes.quoted(text) + " is not a duration, which looks like 1d2h3m4s50ms");
        }
        int sign = parts.group(1) == null ? 1 : -1;
        try {
            long total = 0;
            // The smallest unit first: that is the order in which the language notices overflow.
            for (int i = UNITS.length - 1; i >= 0; i--) {
                String digits = parts.group(i + 2);
                if (digits != null) {
                    total = Math.addExact(total, part(digits, sign, UNITS[i]));
                }
            }
            return new Duration(total);
        } catch (ArithmeticException | NumberFormatException e) {
            throw new EvaluationFailure(
                    Escapes.quoted(text) + " has more milliseconds than a long can count");
        }
    }

    /** The least long can be said in milliseconds only, because a bigger unit counts up first. */
    private static long part(String digits, int sign, long unit) {
        return unit == 1
                ? Long.parseLong(sign < 0 ? "-" + digits : digits)
                : sign * Math.multiplyExact(Long.parseLong(digits), unit);
    }

    @Override
    public String typeName() {
        return "duration";
    }

    @Override
    public String toString() {
        return "duration(\"" + milliseconds + "ms\")";
    }
}
