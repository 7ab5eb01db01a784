package org.domicile.objects;

import java.nio.ByteBuffer;
import org.domicile.blobs.BlobId;
import org.domicile.bytes.StorageFailure;

/**
 * Where the sealed bytes of a piece lie: one byte that says which kind, and sixteen that name it.
 */
sealed interface Place {
    /** Length of the encoded form. */
    int BYTES = 1 + Layout.ID_BYTES;

    /** In the keyspace, under an id of ours. */
    record Inline(byte[] id) implements Place {}

    /** A blob. */
    record Stored(BlobId id) implements Place {}

    default byte[] encode() {
        ByteBuffer place = ByteBuffer.allocate(BYTES);
        switch (this) {
            case Inline(byte[] id) -> place.put((byte) 1).put(id);
            case Stored(BlobId id) -> place.put((byte) 2).putLong(id.high()).putLong(id.low());
        }
        return place.array();
    }

    static Place decode(byte[] place) {
        ByteBuffer in = ByteBuffer.wrap(place);
        return switch (in.get()) {
            case 1 -> {
                byte[] id = new byte[Layout.ID_BYTES];
                in.get(id);
                yield new Inline(id);
            }
            case 2 -> new Stored(BlobId.decode(in));
            default ->
                    throw new StorageFailure(
                            StorageFailure.Kind.FOREIGN,
                            "a body lies in a kind of place that this program does not know: "
                                    + place[0]);
        };
    }
}
