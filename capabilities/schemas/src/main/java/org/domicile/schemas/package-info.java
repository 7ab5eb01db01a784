/**
 * Schemas: what records of streams are, in Avro, JSON Schema or Protobuf, and rows of tables made
 * of records.
 *
 * <p><b>Model.</b> An organisation has <i>subjects</i>, each with versions that count from 1. A
 * version is a schema, and a schema has an id: a positive number, unique in the installation, never
 * given twice, the same for the same schema in all subjects of an organisation. Two texts are the
 * same schema when they mean the same to a reader of records (spaces, the order of JSON's members,
 * Protobuf's comments and options do not count) and build on the same schemas. What a stream's
 * records are says the newest version of the subject {@code STREAM-value}.
 *
 * <p><b>Compatibility.</b> A new version has to go with those before it as the level of its subject
 * says, or its organisation's, or BACKWARD. {@code NONE} lets the language change, too. What cannot
 * be shown counts as a break.
 *
 * <p><b>Atomicity and durability.</b> A registration, a deletion and a level are each one commit,
 * which carries the record. A soft deletion hides a version; records that it wrote can be read on.
 * A permanent one removes it, and its schema once no version is it. What others build on is not
 * deleted.
 *
 * <p><b>Rows.</b> {@link org.domicile.schemas.RowDecoder} makes rows of one schema's columns from
 * records that this schema wrote, or another of the same organisation and language (Confluent's
 * header names it), or that are plain JSON. Avro resolves by its own rules and by name, Protobuf by
 * field number, JSON Schema by member; a member that is no column is dropped, unless the schema
 * forbids it. Columns are derived so:
 *
 * <pre>
 *   Avro         its types and logical types; a union of null and one other may be null
 *   JSON Schema  integer LONG, number DOUBLE, string TEXT or by format DATE, INSTANT (date-time),
 *                UUID; an object with properties a struct, with additionalProperties alone a map;
 *                what has no one type is its JSON as TEXT
 *   Protobuf     its types; uint32 LONG, uint64 DECIMAL(20,0), enum TEXT, Timestamp INSTANT, wrappers
 *                what they hold; with presence a column may be null
 * </pre>
 *
 * Dates and times are of the years 1 to 9999. A schema that holds itself, has unions of several
 * types, no columns, or columns whose names differ in case alone, is no table and says so.
 *
 * <p><b>Limits.</b> As {@link org.domicile.schemas.Schemas} names them. Schemas and records come
 * from strangers: nothing but the refusals that are meant for them comes out, in time and memory
 * that what came bounds.
 */
@NullMarked
package org.domicile.schemas;

import org.jspecify.annotations.NullMarked;
