package org.domicile.tables;

import java.util.List;

/**
 * Which rows are wanted, for leaving out files that hold none of them. What cannot be said in it is
 * {@link All}: files are then left out less often, and who reads filters rows anyway.
 */
public sealed interface Filter {
    /** All rows. */
    record All() implements Filter {}

    /** Rows that all of them want. */
    record And(List<Filter> of) implements Filter {}

    /** Rows that any of them wants. */
    record Or(List<Filter> of) implements Filter {}

    /** Rows that it does not want; exact only where the inner one is. */
    record Not(Filter of) implements Filter {}

    /**
     * A column against a value.
     *
     * @param column its full name, with a dot before the name of a field of a struct
     */
    record Compare(String column, Operator operator, Value value) implements Filter {}

    /** A column is one of some values. */
    record In(String column, List<Value> values) implements Filter {}

    /** A column is null. */
    record IsNull(String column) implements Filter {}

    /** A text begins so. */
    record StartsWith(String column, String prefix) implements Filter {}

    /** How a column is compared. */
    enum Operator {
        EQUAL,
        NOT_EQUAL,
        LESS,
        AT_MOST,
        GREATER,
        AT_LEAST
    }

    /** A value. It is taken for what the column's type makes of it. */
    sealed interface Value {
        /** A truth value. */
        record Truth(boolean value) implements Value {}

        /** A whole number; of a date days, of a time or timestamp micros since 1970. */
        record Whole(long value) implements Value {}

        /** A number with a fraction. */
        record Real(double value) implements Value {}

        /** A decimal number as text. */
        record Decimal(String value) implements Value {}

        /** A text; of a date, time, timestamp or UUID as ISO 8601 and RFC 9562 write it. */
        record Text(String value) implements Value {}

        /** A day as ISO 8601 writes it; of days and of moments without a zone. */
        record Day(String value) implements Value {}

        /** A moment without a zone, with a blank or a T; of moments without a zone. */
        record Moment(String value) implements Value {}

        /** Bytes. */
        record Octets(byte[] value) implements Value {}
    }
}
