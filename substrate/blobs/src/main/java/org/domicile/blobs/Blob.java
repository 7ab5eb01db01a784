package org.domicile.blobs;

/**
 * A finished blob, durable and not yet adopted.
 *
 * @param id its name
 * @param length bytes
 * @param place engine-defined bytes that say where it lies; adopting writes them
 */
public record Blob(BlobId id, long length, byte[] place) {}
