package org.domicile.guard;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.Sealer;
import org.domicile.policy.Marks;

/**
 * What lies as a version's attributes: the sealed attributes alone, which begin with the byte 1;
 * or, of data that carry marks, the byte {@code M}, the length of the sealed marks in four bytes,
 * the sealed marks, and then the sealed attributes.
 *
 * <p>Marks are sealed as state is: policy has to see them before a reading is on record, and only
 * what is on record opens attributes.
 */
final class Marked {
    private static final byte FIRST = 'M';
    private static final int HEAD = 5;
    private static final byte[] PLACE = "marks/".getBytes(StandardCharsets.US_ASCII);

    private Marked() {}

    /** Puts marks before sealed attributes; none leave them as they are. */
    static byte[] with(Sealer sealer, byte[] context, Marks marks, byte[] sealedAttributes) {
        if (marks.isEmpty()) {
            return sealedAttributes;
        }
        byte[] sealed = sealer.sealState(place(context), AttributesCodec.encode(marks));
        return ByteBuffer.allocate(HEAD + sealed.length + sealedAttributes.length)
                .put(FIRST)
                .putInt(sealed.length)
                .put(sealed)
                .put(sealedAttributes)
                .array();
    }

    /** The sealed attributes. */
    static byte[] attributes(byte[] stored) {
        return is(stored) ? Arrays.copyOfRange(stored, end(stored), stored.length) : stored;
    }

    /** Whether there are marks to ask for. */
    static boolean is(byte[] stored) {
        return stored.length > 0 && stored[0] == FIRST;
    }

    /** The marks. */
    static Marks marks(Sealer sealer, byte[] context, byte[] stored) {
        if (!is(stored)) {
            return Marks.NONE;
        }
        byte[] sealed = Arrays.copyOfRange(stored, HEAD, end(stored));
        return AttributesCodec.marks(sealer.openState(place(context), sealed));
    }

    private static int end(byte[] stored) {
        int length = stored.length < HEAD ? -1 : ByteBuffer.wrap(stored).getInt(1);
        if (length < 0 || length > stored.length - HEAD) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "the marks of a version end too early");
        }
        return HEAD + length;
    }

    private static byte[] place(byte[] context) {
        byte[] place = Arrays.copyOf(PLACE, PLACE.length + context.length);
        System.arraycopy(context, 0, place, PLACE.length, context.length);
        return place;
    }
}
