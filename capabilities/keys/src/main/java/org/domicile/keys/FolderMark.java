package org.domicile.keys;

/**
 * What the data folder remembers of the key store. The launcher makes it from the keyspace, so that
 * this module needs none.
 */
public interface FolderMark {
    /** Random id of the installation; a store of another one is refused. */
    String installation();

    /** The highest generation that the folder has seen; 0 for a new folder. */
    long generation();

    /** Remembers a generation, durably. Called after the store itself is durable. */
    void raise(long generation);
}
