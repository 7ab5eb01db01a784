package org.domicile.objects;

/** In memory. */
final class MemoryAmendmentsTest extends AmendmentsContract {
    @Override
    Rig open() {
        return Rig.inMemory();
    }
}
