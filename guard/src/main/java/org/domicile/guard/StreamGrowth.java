package org.domicile.guard;

import org.domicile.watches.WatchEngine;
import org.jspecify.annotations.Nullable;

/** Who hears that a stream is about to grow, before it does: the engine of watches, if any. */
final class StreamGrowth {
    private volatile @Nullable WatchEngine engine;

    /** From now on. */
    void tell(WatchEngine told) {
        engine = told;
    }

    /** A stream is about to have so many partitions, or has them. */
    void grows(String stream, int partitions) {
        WatchEngine told = engine;
        if (told != null) {
            told.grows(stream, partitions);
        }
    }
}
