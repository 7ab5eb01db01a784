package org.domicile.s3;

/**
 * What a Range asks for (RFC 9110, section 14). Several ranges, other units and what cannot be read
 * are answered with everything, as S3 does.
 */
sealed interface ByteSpan {
    /** All of it. */
    record All() implements ByteSpan {}

    /**
     * @param first inclusive @param last inclusive
     */
    record Part(long first, long last) implements ByteSpan {
        long length() {
            return last - first + 1;
        }
    }

    /** Not a byte of it: 416. */
    record None() implements ByteSpan {}

    /** Reads a Range field; empty for none. */
    static ByteSpan parse(String field, long size) {
        if (!field.regionMatches(true, 0, "bytes=", 0, 6)) {
            return new All();
        }
        String range = field.substring(6).strip();
        int dash = range.indexOf('-');
        if (dash < 0 || range.indexOf(',') >= 0) {
            return new All();
        }
        String from = range.substring(0, dash).strip();
        String to = range.substring(dash + 1).strip();
        if (from.isEmpty()) {
            long last = number(to);
            if (last < 0) {
                return new All();
            }
            return last == 0 || size == 0
                    ? new None()
                    : new Part(Math.max(0, size - last), size - 1);
        }
        long first = number(from);
        long last = to.isEmpty() ? Long.MAX_VALUE : number(to);
        if (first < 0 || last < first) {
            return new All();
        }
        return first >= size ? new None() : new Part(first, Math.min(last, size - 1));
    }

    /** Digits, however many: what is too large for a long is as good as its largest. */
    private static long number(String text) {
        if (text.isEmpty()) {
            return -1;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return -1;
            }
        }
        int zeros = 0;
        while (zeros < text.length() - 1 && text.charAt(zeros) == '0') {
            zeros++;
        }
        String digits = text.substring(zeros);
        return digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits);
    }
}
