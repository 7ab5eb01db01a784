package org.domicile.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Header fields in wire order; names compare without case. A small list beats a map: requests carry
 * about ten. Not safe for concurrent use.
 */
public final class Headers {
    private final List<String> pairs = new ArrayList<>(24);

    /**
     * Appends a field. A value's chars stand for bytes (ISO-8859-1): who has other text encodes it
     * first.
     *
     * @throws IllegalArgumentException when name or value could split a header, or a char is no
     *     byte
     */
    public Headers add(String name, String value) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a header name must not be empty");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == ':') {
                throw new IllegalArgumentException("a header name must be a token");
            }
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\r' || c == '\n' || c == 0 || c > 0xff) {
                throw new IllegalArgumentException(
                        "a header value must hold neither line ends nor chars above 255");
            }
        }
        return append(name, value);
    }

    /** Appends a field that the parser has checked. */
    Headers append(String name, String value) {
        pairs.add(name);
        pairs.add(value);
        return this;
    }

    /** Name of the field at {@code index}. */
    String name(int index) {
        return pairs.get(2 * index);
    }

    /** Value of the field at {@code index}. */
    String value(int index) {
        return pairs.get(2 * index + 1);
    }

    /** The first value of a field. */
    public Optional<String> first(String name) {
        for (int i = 0; i < pairs.size(); i += 2) {
            if (pairs.get(i).equalsIgnoreCase(name)) {
                return Optional.of(pairs.get(i + 1));
            }
        }
        return Optional.empty();
    }

    /** All values of a field, in order. */
    public List<String> all(String name) {
        List<String> values = new ArrayList<>(1);
        for (int i = 0; i < pairs.size(); i += 2) {
            if (pairs.get(i).equalsIgnoreCase(name)) {
                values.add(pairs.get(i + 1));
            }
        }
        return values;
    }

    /** Every field in order; names as sent. */
    public void forEach(BiConsumer<String, String> visitor) {
        for (int i = 0; i < pairs.size(); i += 2) {
            visitor.accept(pairs.get(i), pairs.get(i + 1));
        }
    }

    /** Number of fields. */
    public int size() {
        return pairs.size() / 2;
    }

    /** Lower-case form of a field name, as SigV4 and maps want it. */
    public static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
