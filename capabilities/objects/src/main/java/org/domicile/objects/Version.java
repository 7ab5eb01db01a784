package org.domicile.objects;

import java.time.Instant;
import java.util.List;

/**
 * A version as it lies in the store.
 *
 * @param name the object's name
 * @param id the version's id in doors: 16 lower-case hexadecimal digits of the commit version, or
 *     {@code null} (the four letters) for the null version
 * @param kind object or delete marker
 * @param latest true for the newest version of its name
 * @param size plain bytes; 0 for a marker
 * @param modified when it was committed, to the millisecond
 * @param token the token of its ETag that the guard gave; empty for a marker
 * @param attributes what the guard sealed; empty for a marker
 * @param state what the guard sealed that may change while the version stays; may be empty
 * @param lock what keeps it from being removed
 * @param pieces the body's pieces, in order: one, or one for each part; empty for a marker
 */
public record Version(
        String name,
        String id,
        Kind kind,
        boolean latest,
        long size,
        Instant modified,
        byte[] token,
        byte[] attributes,
        byte[] state,
        Lock lock,
        List<Piece> pieces) {
    /** What a version is. */
    public enum Kind {
        /** An object with a body. */
        OBJECT,
        /** The name was deleted here. */
        DELETE_MARKER
    }
}
