package org.domicile.schemas;

/** The languages of schemas. */
public enum Format {
    /** Apache Avro 1.12. */
    AVRO,
    /** JSON Schema, drafts 4, 6, 7, 2019-09 and 2020-12. */
    JSON,
    /** Protocol Buffers, proto2 and proto3. */
    PROTOBUF
}
