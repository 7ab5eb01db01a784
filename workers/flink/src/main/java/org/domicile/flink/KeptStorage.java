package org.domicile.flink;

import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.runtime.state.CheckpointStorage;
import org.apache.flink.runtime.state.CheckpointStorageFactory;
import org.apache.flink.runtime.state.storage.JobManagerCheckpointStorage;
import org.domicile.watches.Watches;

/** Checkpoints that are one file each, with all state in it. For Flink, by its name. */
public final class KeptStorage implements CheckpointStorageFactory<CheckpointStorage> {
    /** For Flink. */
    public KeptStorage() {}

    @Override
    public CheckpointStorage createFromConfig(ReadableConfig config, ClassLoader loader) {
        return new JobManagerCheckpointStorage(Watches.LARGEST).configure(config, loader);
    }
}
