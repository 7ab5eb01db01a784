package org.domicile.register;

import java.util.Comparator;

/** What uses of a purpose are counted by, as the public log has it. */
record Cell(String action, String dataZone, String clientZone, String verdict)
        implements Comparable<Cell> {
    private static final Comparator<Cell> ORDER =
            Comparator.comparing(Cell::action)
                    .thenComparing(Cell::dataZone)
                    .thenComparing(Cell::clientZone)
                    .thenComparing(Cell::verdict);

    boolean allowed() {
        return verdict.equals("allowed");
    }

    @Override
    public int compareTo(Cell other) {
        return ORDER.compare(this, other);
    }
}
