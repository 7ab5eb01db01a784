package org.domicile.watches;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * What runs watches.
 *
 * @param java home of the Java that workers run on
 * @param places what they load
 * @param folder where each has a folder of its own while it runs; nobody else's
 * @param memory bytes of a worker's heap
 * @param state bytes of the largest checkpoint
 * @param most workers at one time
 * @param pace time between checkpoints, which is how long results wait
 * @param tables after which a table is read again when it is looked into
 * @param port starts the streams' log where it does not run, and says where workers find it
 */
public record EngineOptions(
        Path java,
        Places places,
        Path folder,
        long memory,
        long state,
        int most,
        Duration pace,
        Duration tables,
        IntSupplier port,
        InstantSource clock) {
    /** Jars and folders of classes. */
    public interface Places {
        /** All of them. */
        List<Path> all() throws IOException;
    }
}
