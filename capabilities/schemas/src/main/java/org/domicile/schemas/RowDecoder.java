package org.domicile.schemas;

import java.util.List;

/** Turns values of records into rows of one fixed list of columns. Safe for concurrent use. */
public interface RowDecoder {
    /** The columns of each row, in order. */
    List<Column> columns();

    /**
     * What a record's value is.
     *
     * @param value framed by Confluent's header (a zero byte, the id of the writer's schema in four
     *     bytes, for Protobuf the path of its message), or plain JSON that fits the schema
     */
    Decoded decode(byte[] value);
}
