package org.domicile.guard;

/** What all doors of SQL share in the server's heap, whatever they are called with. */
record SqlMemory(Manifests manifests, Footers footers, Describing describing) {}
