package org.domicile.keyspace;

/** The committed state at one version. Close it soon: it keeps old data alive. */
public interface Snapshot extends Reading, AutoCloseable {
    @Override
    void close();
}
