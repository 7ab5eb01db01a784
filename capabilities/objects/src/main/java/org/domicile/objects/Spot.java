package org.domicile.objects;

import java.util.HexFormat;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Tuple;

/**
 * What the key of a version, or of the place of a null version, says.
 *
 * @param bucket id in hexadecimal
 * @param stamp commit version
 */
record Spot(String bucket, String name, long stamp) {
    /**
     * @throws StorageFailure CORRUPT when it is no such key
     */
    static Spot decode(byte[] key) {
        try {
            var parts = Tuple.unpack(key);
            if (parts.size() == 5
                    && parts.get(2) instanceof Tuple.Part.Octets(byte[] bucket)
                    && parts.get(3) instanceof Tuple.Part.Text(String name)) {
                return new Spot(HexFormat.of().formatHex(bucket), name, Layout.stamp(key));
            }
        } catch (IllegalArgumentException e) {
            throw new StorageFailure(StorageFailure.Kind.CORRUPT, "no version has this key", e);
        }
        throw new StorageFailure(StorageFailure.Kind.CORRUPT, "no version has this key");
    }
}
