package org.domicile.objects;

import org.domicile.blobs.Blob;

/**
 * The sealed bytes of a version that is about to be committed, already durable or small enough to
 * go along.
 */
public sealed interface Content {
    /** Plain length in bytes. */
    long size();

    /** A small body, committed inline. @param sealed its sealed bytes */
    record Inline(long size, byte[] sealed) implements Content {}

    /** A large body, durable as a blob that the commit adopts. */
    record Stored(long size, Blob blob) implements Content {}
}
