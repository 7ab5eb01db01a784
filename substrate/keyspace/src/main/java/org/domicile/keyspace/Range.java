package org.domicile.keyspace;

/** Keys from {@code from} (inclusive) to {@code to} (exclusive), in bytewise unsigned order. */
public record Range(byte[] from, byte[] to) {
    /** All keys that begin with {@code prefix}, which must not be empty or all 0xFF. */
    public static Range prefix(byte[] prefix) {
        int last = prefix.length - 1;
        while (last >= 0 && prefix[last] == (byte) 0xFF) {
            last--;
        }
        if (last < 0) {
            throw new IllegalArgumentException("no key comes after this prefix");
        }
        byte[] end = java.util.Arrays.copyOf(prefix, last + 1);
        end[last]++;
        return new Range(prefix, end);
    }
}
