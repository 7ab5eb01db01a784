package org.domicile.keyspace;

class MemoryAdditionsTest extends AdditionsContract {
    @Override
    Keyspace open() {
        return Keyspace.inMemory();
    }
}
