package org.domicile.guard;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.Sealer;
import org.domicile.policy.Marks;

/**
 * Versions that were stored before their state lay apart from their attributes: those whose data
 * carry marks have, as attributes, the byte {@code M}, the length of the sealed marks in four
 * bytes, the sealed marks, and then the sealed attributes, which begin with another byte. They are
 * read and not written any more.
 */
final class Marked {
    private static final byte FIRST = 'M';
    private static final int HEAD = 5;
    private static final byte[] PLACE = "marks/".getBytes(StandardCharsets.US_ASCII);

    private Marked() {}

    /** The sealed attributes. */
    static byte[] attributes(byte[] stored) {
        return is(stored) ? Arrays.copyOfRange(stored, end(stored), stored.length) : stored;
    }

    /** A version's state with the marks that stand among its attributes. */
    static State with(State state, Sealer sealer, byte[] context, byte[] stored) {
        if (!is(stored)) {
            return state;
        }
        byte[] place = Arrays.copyOf(PLACE, PLACE.length + context.length);
        System.arraycopy(context, 0, place, PLACE.length, context.length);
        byte[] sealed = Arrays.copyOfRange(stored, HEAD, end(stored));
        Marks marks = AttributesCodec.marks(sealer.openState(place, sealed));
        return state.carrying(state.marks().and(marks));
    }

    static boolean is(byte[] stored) {
        return stored.length > 0 && stored[0] == FIRST;
    }

    private static int end(byte[] stored) {
        int length = stored.length < HEAD ? -1 : ByteBuffer.wrap(stored).getInt(1);
        if (length < 0 || length > stored.length - HEAD) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "the marks of a version end too early");
        }
        return HEAD + length;
    }
}
