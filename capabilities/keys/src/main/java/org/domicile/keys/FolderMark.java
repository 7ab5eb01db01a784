package org.domicile.keys;

/**
 * What the data folder remembers of the key store. The launcher makes it from the keyspace, so that
 * this module needs none.
 */
public interface FolderMark {
    /**
     * A mark that lives as long as the process: for folders that are thrown away, as in tests and
     * measurements. Safe for concurrent use.
     */
    static FolderMark inMemory() {
        return new FolderMark() {
            private volatile long generation;

            @Override
            public String installation() {
                return "00112233445566778899aabbccddeeff";
            }

            @Override
            public long generation() {
                return generation;
            }

            @Override
            public void raise(long raised) {
                generation = raised;
            }
        };
    }

    /** Random id of the installation; a store of another one is refused. */
    String installation();

    /** The highest generation that the folder has seen; 0 for a new folder. */
    long generation();

    /** Remembers a generation, durably. Called after the store itself is durable. */
    void raise(long generation);
}
