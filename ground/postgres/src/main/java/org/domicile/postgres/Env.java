package org.domicile.postgres;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row while something is computed of it.
 *
 * @param above that of the question around this one; the outermost has none
 * @param row of all relations here, side by side
 * @param group rows that are taken together here; only this one where nothing is grouped
 * @param extras results of windows and of functions that return sets, by their places
 */
record Env(@Nullable Env above, Object[] row, List<Object[]> group, Object[] extras) {
    private static final Object[] NONE = {};

    static Env of(@Nullable Env above, Object[] row) {
        return new Env(above, row, List.of(), NONE);
    }

    Env upper() {
        if (above == null) {
            throw new IllegalStateException("there is nothing above");
        }
        return above;
    }
}
