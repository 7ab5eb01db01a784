package org.domicile.objects;

/** The contract over the in-memory substrate. */
final class MemoryObjectsTest extends ObjectsContract {
    @Override
    Rig open() {
        return Rig.inMemory();
    }
}
