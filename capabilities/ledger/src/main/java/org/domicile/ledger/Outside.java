package org.domicile.ledger;

/**
 * What holds the ledger to its word from outside of its folder.
 *
 * @param mark how far it was ever signed
 * @param witnesses who cosigns before it publishes
 */
public record Outside(SignedMark mark, Witnesses witnesses) {
    /** Neither: for tests. */
    public static Outside nothing() {
        return new Outside(SignedMark.none(), Witnesses.none());
    }
}
