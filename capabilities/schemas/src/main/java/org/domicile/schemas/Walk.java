package org.domicile.schemas;

import com.fasterxml.jackson.core.JsonParser;

/**
 * One walk through a record of plain JSON. What a record can make of a few bytes (wide rows, texts
 * held against patterns) is counted, because it comes from strangers. Owned by one thread.
 */
final class Walk {
    /** Values of one record, also those that stand in it as nothing. */
    static final int MOST_VALUES = 1_000_000;

    private final JsonParser json;
    private int values;
    private long steps;

    Walk(JsonParser json) {
        this.json = json;
    }

    JsonParser json() {
        return json;
    }

    /** Counts values that are made now. */
    void values(int more) {
        values += more;
        if (values > MOST_VALUES) {
            throw tooMany();
        }
    }

    static BadRecord tooMany() {
        return new BadRecord("it has more than %,d values".formatted(MOST_VALUES));
    }

    /** Counts what a match costs. */
    void matching(SafePattern pattern, String text) {
        steps += pattern.cost(text);
        if (steps > SafePattern.MOST_STEPS) {
            throw new BadRecord("its texts are too long for the patterns that its schema has");
        }
    }
}
