package org.domicile.schemas;

/**
 * Another schema that one builds on.
 *
 * @param name as the text calls it: the full name of a type (Avro), an address (JSON Schema), a
 *     file (Protobuf)
 */
public record Reference(String name, String subject, int version) {}
