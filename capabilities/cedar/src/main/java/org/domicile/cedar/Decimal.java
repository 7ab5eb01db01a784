package org.domicile.cedar;

/** A number with four decimals; {@code value} counts ten-thousandths. */
public record Decimal(long value) implements Value {
    private static final long UNIT = 10_000;
    private static final int DIGITS = 4;

    static Decimal parse(String text) throws EvaluationFailure {
        int point = text.indexOf('.');
        boolean negative = text.startsWith("-");
        if (point < 0
                || !isDigits(text, negative ? 1 : 0, point)
                || !isDigits(text, point + 1, text.length())) {
            throw new EvaluationFailure(
                    Escapes.quoted(text)
                            + " is not a decimal; expected digits on both sides of a point");
        }
        int decimals = text.length() - point - 1;
        if (decimals > DIGITS) {
            throw new EvaluationFailure(
                    Escapes.quoted(text) + " has more than four digits after the point");
        }
        try {
            long whole = Math.multiplyExact(Long.parseLong(text.substring(0, point)), UNIT);
            long part = Long.parseLong(text.substring(point + 1));
            for (int i = decimals; i < DIGITS; i++) {
                part *= 10;
            }
            return new Decimal(
                    negative ? Math.subtractExact(whole, part) : Math.addExact(whole, part));
        } catch (ArithmeticException | NumberFormatException e) {
            throw new EvaluationFailure(
                    Escapes.quoted(text)
                            + " is out of range; decimals reach from -922337203685477.5808 to"
                            + " 922337203685477.5807");
        }
    }

    static boolean isDigits(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return to > from;
    }

    @Override
    public String typeName() {
        return "decimal";
    }

    @Override
    public String toString() {
        long part = Math.abs(value % UNIT);
        String sign = value < 0 ? "-" : "";
        return "decimal(\"%s%d.%04d\")".formatted(sign, Math.abs(value / UNIT), part);
    }
}
