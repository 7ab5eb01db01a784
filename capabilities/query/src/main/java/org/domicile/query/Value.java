package org.domicile.query;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;

/** One value: a parameter, or a cell of a batch for who does not want arrays. */
public sealed interface Value {
    /** None. */
    record Null() implements Value {}

    /** BOOLEAN. */
    record Bool(boolean value) implements Value {}

    /** Any integer of at most 64 bits, signed, or unsigned below 2^63. */
    record Whole(long value) implements Value {}

    /** UBIGINT, HUGEINT, UHUGEINT. */
    record Big(BigInteger value) implements Value {}

    /** DECIMAL. */
    record Exact(BigDecimal value) implements Value {}

    /** FLOAT and DOUBLE. */
    record Real(double value) implements Value {}

    /** VARCHAR, JSON, TIMETZ; as a parameter whatever the engine reads from a text. */
    record Text(String value) implements Value {}

    /** BLOB. */
    record Bytes(byte[] value) implements Value {}

    /** DATE. */
    record Date(LocalDate value) implements Value {}

    /** TIME. */
    record Time(LocalTime value) implements Value {}

    /** TIMESTAMP; the engine's infinities come as {@link Text}. */
    record Timestamp(LocalDateTime value) implements Value {}

    /** TIMESTAMPTZ; the engine's infinities come as {@link Text}. */
    record Moment(Instant value) implements Value {}

    /** INTERVAL. */
    record Interval(int months, int days, long micros) implements Value {}

    /** UUID. */
    record Uuid(java.util.UUID value) implements Value {}

    /** A list. */
    record Items(List<Value> values) implements Value {}

    /** A struct: values in the order of its type's fields. */
    record Fields(List<Value> values) implements Value {}

    /** A map, in order. */
    record Entries(List<Entry> entries) implements Value {}

    /** One of a map. */
    record Entry(Value key, Value value) {}

    /** None, once. */
    Null NULL = new Null();
}
