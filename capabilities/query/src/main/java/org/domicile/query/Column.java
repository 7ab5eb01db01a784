package org.domicile.query;

/** A column of a result, or a field. */
public record Column(String name, Type type) {}
