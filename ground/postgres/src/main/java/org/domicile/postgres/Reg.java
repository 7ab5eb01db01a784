package org.domicile.postgres;

/**
 * A value of {@code regclass}, {@code regtype} or another type that is an oid and is written as a
 * name.
 *
 * @param oid 0 for none, which is written {@code -}
 * @param name as it is written
 */
public record Reg(long oid, String name) {
    @Override
    public boolean equals(Object other) {
        return other instanceof Reg reg && reg.oid == oid;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(oid);
    }
}
