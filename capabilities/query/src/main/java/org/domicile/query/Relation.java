package org.domicile.query;

/** What a name of a statement means. */
public sealed interface Relation permits Table, CatalogTable, RuledTable, CatalogView {}
