package org.domicile.health;

import java.util.List;

/** The program's figures. Safe for concurrent use. */
@FunctionalInterface
public interface Figures {
    /**
     * All families of metrics as they are now, each name once. Cheap: it is asked every few
     * seconds.
     */
    List<Metric> now();
}
