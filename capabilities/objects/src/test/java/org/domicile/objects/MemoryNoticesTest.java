package org.domicile.objects;

/** On substrates in memory. */
class MemoryNoticesTest extends NoticesContract {
    @Override
    Rig open() {
        return Rig.inMemory();
    }
}
