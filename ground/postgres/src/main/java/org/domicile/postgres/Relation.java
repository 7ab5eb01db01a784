package org.domicile.postgres;

import java.util.List;

/** Rows in memory. They are shared, and nobody changes them. */
public record Relation(List<Field> fields, List<Object[]> rows) {}
