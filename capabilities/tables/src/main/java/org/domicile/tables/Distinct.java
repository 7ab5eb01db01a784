package org.domicile.tables;

/**
 * How many different values a column of a snapshot has, nulls aside.
 *
 * @param field its id; of a column that is not nested
 * @param values about so many
 * @param theta a theta sketch, as the blob type {@code apache-datasketches-theta-v1} of Iceberg's
 *     Puffin specification has it
 */
public record Distinct(int field, long values, byte[] theta) {}
