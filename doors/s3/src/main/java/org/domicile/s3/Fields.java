package org.domicile.s3;

import java.util.Arrays;
import java.util.function.BiConsumer;
import org.domicile.http.Headers;

/** A request's header fields in wire order, names in lower case. Owned by the request's thread. */
final class Fields implements BiConsumer<String, String> {
    private String[] names;
    private String[] values;
    private int size;

    private Fields(int capacity) {
        names = new String[capacity];
        values = new String[capacity];
    }

    static Fields of(Headers headers) {
        Fields fields = new Fields(headers.size());
        headers.forEach(fields);
        return fields;
    }

    @Override
    public void accept(String name, String value) {
        if (size == names.length) {
            names = Arrays.copyOf(names, size + 8);
            values = Arrays.copyOf(values, size + 8);
        }
        names[size] = Headers.lower(name);
        values[size++] = value;
    }

    int size() {
        return size;
    }

    String name(int index) {
        return names[index];
    }

    String value(int index) {
        return values[index];
    }

    boolean has(String name) {
        for (int i = 0; i < size; i++) {
            if (names[i].equals(name)) {
                return true;
            }
        }
        return false;
    }

    boolean noneStartsWith(String prefix) {
        for (int i = 0; i < size; i++) {
            if (names[i].startsWith(prefix)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The value of a field; of one that stands more than once its values with commas between, as
     * RFC 9110, section 5.3, reads them; empty when it is absent.
     */
    String joined(String name) {
        String found = "";
        boolean seen = false;
        for (int i = 0; i < size; i++) {
            if (names[i].equals(name)) {
                found = seen ? found + "," + values[i] : values[i];
                seen = true;
            }
        }
        return found;
    }

    /**
     * The value of a field that may stand once; empty when it is absent.
     *
     * @throws Failure INVALID_REQUEST when it stands twice: two readers could take different ones
     */
    String one(String name) {
        String found = "";
        boolean seen = false;
        for (int i = 0; i < size; i++) {
            if (names[i].equals(name)) {
                if (seen) {
                    throw new Failure(
                            ErrorCode.INVALID_REQUEST,
                            "The header " + name + " stands more than once. Send it once.");
                }
                found = values[i];
                seen = true;
            }
        }
        return found;
    }
}
