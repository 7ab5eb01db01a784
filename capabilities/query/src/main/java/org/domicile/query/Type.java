package org.domicile.query;

import java.util.List;

/** The type of a column or a parameter. */
public sealed interface Type {
    /** Types without parameters. How their values lie in a batch stands at {@link Vector}. */
    enum Simple implements Type {
        /** Not known: of a parameter, whatever fits; of a column, only nulls. */
        UNKNOWN,
        BOOLEAN,
        /** 8 bits. */
        TINYINT,
        /** 16 bits. */
        SMALLINT,
        /** 32 bits. */
        INTEGER,
        /** 64 bits. */
        BIGINT,
        /** 128 bits. */
        HUGEINT,
        /** 8 bits, unsigned. */
        UTINYINT,
        /** 16 bits, unsigned. */
        USMALLINT,
        /** 32 bits, unsigned. */
        UINTEGER,
        /** 64 bits, unsigned. */
        UBIGINT,
        /** 128 bits, unsigned. */
        UHUGEINT,
        FLOAT,
        DOUBLE,
        /** Text; enumerations, and what has no word here, come as text too. */
        VARCHAR,
        BLOB,
        DATE,
        /** Of a day, in microseconds. */
        TIME,
        /** Of a day, in microseconds, with an offset; comes as text. */
        TIMETZ,
        /** Without a zone, in microseconds; finer ones are cut off. */
        TIMESTAMP,
        /** A moment, in microseconds. */
        TIMESTAMPTZ,
        INTERVAL,
        UUID,
        /** Text that is JSON. */
        JSON
    }

    /** Exact. @param precision 1 to 38 digits @param scale of them behind the point */
    record Decimal(int precision, int scale) implements Type {}

    /** A list, or an array of fixed length. */
    record Array(Type element) implements Type {}

    /** Named fields in order. */
    record Struct(List<Column> fields) implements Type {
        /** They are the record's own. */
        public Struct {
            fields = List.copyOf(fields);
        }
    }

    /** Keys and values. */
    record Dictionary(Type key, Type value) implements Type {}
}
