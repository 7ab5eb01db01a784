package org.domicile.tables;

import java.util.List;

/**
 * A page of names, in order.
 *
 * @param items at most {@link #MOST}
 * @param next what to ask on with; empty behind the last
 */
public record Page<T>(List<T> items, String next) {
    /** Most names of one. */
    public static final int MOST = 1_000;

    /**
     * Which page.
     *
     * @param after the {@code next} of the page before; empty for the first
     * @param size 1 to {@link #MOST}
     */
    public record Asked(String after, int size) {
        /** From the beginning, as much as there may be. */
        public static final Asked FIRST = new Asked("", MOST);

        /** Checks the limits. */
        public Asked {
            if (size < 1) {
                throw new Refusal(Refusal.Kind.INVALID, "A page has at least one name");
            }
            size = Math.min(size, MOST);
        }
    }
}
