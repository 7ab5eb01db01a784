package org.domicile.schemas;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads one value of plain JSON straight into what a column holds. Safe for concurrent use. */
interface Cell {
    /**
     * The value.
     *
     * @param walk stands on the value's first token, and is left on its last
     * @throws BadRecord when it does not fit
     * @throws IOException when it is no JSON
     */
    @Nullable Object read(Walk walk) throws IOException;

    /** One that reads a single token, or skips what it does not look into. */
    interface Leaf {
        /** The value. */
        @Nullable Object read(JsonParser json) throws IOException;
    }

    /** A cell of it. */
    static Cell of(Leaf leaf) {
        return walk -> leaf.read(walk.json());
    }
}
