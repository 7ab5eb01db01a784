package org.domicile.schemas;

import org.jspecify.annotations.Nullable;

/** Makes rows of records. Safe for concurrent use. */
interface Rows {
    /**
     * The row of one record.
     *
     * @param from where it begins in the bytes
     * @throws BadRecord when it does not fit
     */
    @Nullable Object[] read(byte[] value, int from);
}
