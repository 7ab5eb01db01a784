package org.domicile.schemas;

import java.util.List;

/** What a column holds, and in which class its values come. Null stands for none. */
public sealed interface ColumnType {
    /** Types without parameters. */
    enum Simple implements ColumnType {
        /** {@link Boolean}. */
        BOOLEAN,
        /** {@link Integer}. */
        INT,
        /** {@link Long}. */
        LONG,
        /** {@link Float}. */
        FLOAT,
        /** {@link Double}. */
        DOUBLE,
        /** {@link java.time.LocalDate}. */
        DATE,
        /** {@link java.time.LocalTime}, to the microsecond. */
        TIME,
        /** {@link java.time.LocalDateTime}, to the microsecond, of no zone. */
        TIMESTAMP,
        /** {@link java.time.OffsetDateTime} in UTC, to the microsecond. */
        INSTANT,
        /** {@link String}. */
        TEXT,
        /** {@link java.util.UUID}. */
        UUID,
        /** {@link java.nio.ByteBuffer}. */
        BYTES
    }

    /** {@link java.math.BigDecimal} of exactly this scale, of at most 38 digits. */
    record Decimal(int precision, int scale) implements ColumnType {
        /** The most digits. */
        public static final int MOST = 38;

        /** Checks that it can be. */
        public Decimal {
            if (precision < 1 || precision > MOST || scale < 0 || scale > precision) {
                throw new IllegalArgumentException(
                        "a decimal has 1 to %d digits, and no more of them behind its point: %d, %d"
                                .formatted(MOST, precision, scale));
            }
        }
    }

    /**
     * A list: {@link List} of values of the element.
     *
     * @param element of the name {@code element}
     */
    record Sequence(Column element) implements ColumnType {}

    /**
     * A map: {@link java.util.Map} from texts to values.
     *
     * @param value of the name {@code value}
     */
    record Mapping(Column value) implements ColumnType {}

    /** A row in a row: {@code Object[]} with a value for each column, in their order. */
    record Struct(List<Column> columns) implements ColumnType {
        /** Copies. */
        public Struct {
            columns = List.copyOf(columns);
        }
    }
}
