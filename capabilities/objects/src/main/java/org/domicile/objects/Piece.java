package org.domicile.objects;

/**
 * One stretch of a version's body, sealed by itself.
 *
 * @param size plain bytes
 * @param place engine-defined bytes that say where the sealed bytes lie
 */
public record Piece(long size, byte[] place) {}
