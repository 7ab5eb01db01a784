package org.domicile.guard;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.domicile.keys.Sealer;
import org.domicile.policy.Acl;
import org.domicile.policy.Marks;

/**
 * What may change of a version while it stays, and what policy has to see of it before its reading
 * is on record; sealed as state is, because only what is on record opens attributes.
 *
 * @param marks what its data carry from what they were derived from
 * @param tags by key, in the order in which they were set
 * @param sealing which second key its body is sealed under; it never changes
 * @param acl who owns it, and with whom it is shared
 */
record State(Marks marks, Map<String, String> tags, SealedUnder sealing, Acl acl) {
    static final State NONE = new State(Marks.NONE, Map.of(), SealedUnder.OWN, Acl.NONE);

    private static final byte[] PLACE = "state/".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOTHING = {};

    State carrying(Marks newMarks) {
        return new State(newMarks, tags, sealing, acl);
    }

    State tagged(Map<String, String> newTags) {
        return new State(marks, newTags, sealing, acl);
    }

    State listed(Acl newAcl) {
        return new State(marks, tags, sealing, newAcl);
    }

    /** Nothing takes no bytes. */
    byte[] seal(Sealer sealer, byte[] context) {
        return equals(NONE)
                ? NOTHING
                : sealer.sealState(place(context), AttributesCodec.encode(this));
    }

    static State open(Sealer sealer, byte[] context, byte[] sealed) {
        return sealed.length == 0
                ? NONE
                : AttributesCodec.state(sealer.openState(place(context), sealed));
    }

    private static byte[] place(byte[] context) {
        byte[] place = Arrays.copyOf(PLACE, PLACE.length + context.length);
        System.arraycopy(context, 0, place, PLACE.length, context.length);
        return place;
    }
}
