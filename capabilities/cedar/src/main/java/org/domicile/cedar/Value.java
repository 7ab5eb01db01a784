package org.domicile.cedar;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A value of the language. Equality is the language's {@code ==}: values of different types differ,
 * sets know neither order nor repetition, and extension values compare by what they mean.
 */
public sealed interface Value
        permits Value.Bool,
                Value.Whole,
                Value.Text,
                Value.Many,
                Value.Fields,
                EntityUid,
                Decimal,
                IpAddress,
                Datetime,
                Duration {

    /** The name of the type, for messages. */
    String typeName();

    static Value of(String text) {
        return new Text(text);
    }

    static Value of(long number) {
        return new Whole(number);
    }

    static Bool of(boolean flag) {
        return flag ? Bool.TRUE : Bool.FALSE;
    }

    static Value setOf(List<? extends Value> elements) {
        return new Many(Set.copyOf(elements));
    }

    static Fields recordOf(Map<String, ? extends Value> fields) {
        return new Fields(Map.copyOf(fields));
    }

    /** A boolean. */
    record Bool(boolean value) implements Value {
        public static final Bool TRUE = new Bool(true);
        public static final Bool FALSE = new Bool(false);

        @Override
        public String typeName() {
            return "bool";
        }

        @Override
        public String toString() {
            return Boolean.toString(value);
        }
    }

    /** A whole number of 64 bits. */
    record Whole(long value) implements Value {
        @Override
        public String typeName() {
            return "long";
        }

        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    /** A string. */
    record Text(String value) implements Value {
        @Override
        public String typeName() {
            return "string";
        }

        @Override
        public String toString() {
            return Escapes.quoted(value);
        }
    }

    /** A set. */
    record Many(Set<Value> elements) implements Value {
        static final Many EMPTY = new Many(Set.of());

        public Many {
            elements = Set.copyOf(elements);
        }

        @Override
        public String typeName() {
            return "set";
        }

        @Override
        public String toString() {
            return new LinkedHashSet<>(elements).toString();
        }
    }

    /** A record. */
    record Fields(Map<String, Value> values) implements Value {
        public static final Fields EMPTY = new Fields(Map.of());

        public Fields {
            values = Map.copyOf(values);
        }

        @Override
        public String typeName() {
            return "record";
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("{");
            new TreeMap<>(values)
                    .forEach((name, value) ->
                            text.append(text.length() > 1 ? ", " : "")
                                    .append(Escapes.quoted(name))
                                    .append(": ")
                                    .append(value));
            return text.append('}').toString();
        }
    }
}
