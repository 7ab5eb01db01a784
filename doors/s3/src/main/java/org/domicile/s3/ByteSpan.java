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
        String first = digits(range.substring(0, dash).strip());
        String end = range.substring(dash + 1).strip();
        String last = digits(end);
        if (range.substring(0, dash).isBlank()) {
            return last.isEmpty() ? new All() : suffix(number(last), size);
        }
        if (first.isEmpty() || last.isEmpty() && !end.isEmpty()) {
            return new All();
        }
        if (!last.isEmpty() && less(last, first)) {
            return new All();
        }
        long from = number(first);
        long to = last.isEmpty() ? Long.MAX_VALUE : number(last);
        return from >= size ? new None() : new Part(from, Math.min(to, size - 1));
    }

    private static ByteSpan suffix(long length, long size) {
        return length == 0 || size == 0
                ? new None()
                : new Part(Math.max(0, size - length), size - 1);
    }

    /** Digits without zeros before them; empty for what is no number. */
    private static String digits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return "";
            }
        }
        int zeros = 0;
        while (zeros < text.length() - 1 && text.charAt(zeros) == '0') {
            zeros++;
        }
        return text.substring(zeros);
    }

    /** Compares numbers however long they are: a range that ends before it begins is none. */
    private static boolean less(String digits, String than) {
        return digits.length() == than.length()
                ? digits.compareTo(than) < 0
                : digits.length() < than.length();
    }

    /** What is too large for a long is as good as its largest. */
    private static long number(String digits) {
        return digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits);
    }
}
