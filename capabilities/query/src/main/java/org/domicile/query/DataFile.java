package org.domicile.query;

/**
 * One immutable file of Parquet.
 *
 * @param id another one for other bytes: what was staged under it is reused
 * @param place what it is called on record and in messages, {@code bucket/key}
 * @param footer what is in it
 */
public record DataFile(String id, String place, Footer footer) {}
