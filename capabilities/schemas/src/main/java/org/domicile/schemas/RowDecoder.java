package org.domicile.schemas;

import java.util.List;
import java.util.Optional;

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

    /**
     * Rows of a schema's columns, where it was handed over with those that write.
     *
     * @return empty when it cannot be a table
     */
    static Optional<RowDecoder> of(Written reader, Writers writers) {
        try {
            Parsed parsed = reader.parsed();
            return parsed.shape() instanceof Schemas.Shape.Table(List<Column> columns)
                    ? Optional.of(
                            new Decoding(
                                    parsed, columns, id -> writers.by(id).map(Written::parsed)))
                    : Optional.empty();
        } catch (BadSchema e) {
            return Optional.empty();
        }
    }

    /** The schemas that records may be written by. */
    interface Writers {
        /** One by its id; empty for one that is none of them. */
        Optional<Written> by(int id);
    }
}
