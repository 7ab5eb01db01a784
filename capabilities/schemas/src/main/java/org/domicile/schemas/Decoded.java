package org.domicile.schemas;

import org.jspecify.annotations.Nullable;

/** What came of a record's value. */
public sealed interface Decoded {
    /**
     * A row.
     *
     * @param values one for each column, of the class that {@link ColumnType} says; null where the
     *     column is not required and there is none
     */
    record Row(@Nullable Object[] values) implements Decoded {}

    /**
     * It does not fit.
     *
     * @param why a sentence for people, without what the record says
     */
    record Unfit(String why) implements Decoded {}
}
