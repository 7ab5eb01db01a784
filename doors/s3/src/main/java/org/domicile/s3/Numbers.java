package org.domicile.s3;

/** Whole numbers as clients write them. */
final class Numbers {
    private Numbers() {}

    /** The value of 1 to 18 ASCII digits; -1 for everything else. */
    static long parse(String text) {
        if (text.isEmpty() || text.length() > 18) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = 10 * value + (c - '0');
        }
        return value;
    }
}
