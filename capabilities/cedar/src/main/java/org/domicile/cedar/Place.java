package org.domicile.cedar;

/**
 * Where something stands in its text. All places are equal to each other: two expressions are the
 * same expression wherever they stand, which is how the validator remembers what a {@code has} has
 * shown.
 */
final class Place {
    static final Place UNKNOWN = new Place(0, 0);

    private final int line;
    private final int column;

    Place(int line, int column) {
        this.line = line;
        this.column = column;
    }

    int line() {
        return line;
    }

    int column() {
        return column;
    }

    boolean isKnown() {
        return line > 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Place;
    }

    @Override
    public int hashCode() {
        return 0;
    }

    @Override
    public String toString() {
        return "line " + line + ", column " + column;
    }
}
