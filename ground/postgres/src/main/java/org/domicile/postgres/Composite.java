package org.domicile.postgres;

import java.util.List;

/**
 * A row as a value.
 *
 * @param names of its fields
 */
public record Composite(List<String> names, List<PgType> types, List<Object> values) {}
