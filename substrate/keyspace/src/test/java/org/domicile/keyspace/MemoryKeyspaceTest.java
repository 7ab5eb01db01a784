package org.domicile.keyspace;

class MemoryKeyspaceTest extends KeyspaceContract {
    @Override
    protected Keyspace open() {
        return Keyspace.inMemory();
    }
}
