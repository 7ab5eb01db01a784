package org.domicile.keyspace;

import java.nio.ByteBuffer;

/** How a commit version stands in a key. */
final class Stamps {
    private Stamps() {}

    static long bits(Write.Stamp stamp, long version) {
        return switch (stamp) {
            case OLDEST_FIRST -> version;
            // The version is positive, so its complement has the high bit and sorts as unsigned.
            case NEWEST_FIRST -> ~version;
        };
    }

    static byte[] key(Write.PutStamped write, long version) {
        return ByteBuffer.allocate(write.prefix().length + Long.BYTES + write.suffix().length)
                .put(write.prefix())
                .putLong(bits(write.stamp(), version))
                .put(write.suffix())
                .array();
    }
}
