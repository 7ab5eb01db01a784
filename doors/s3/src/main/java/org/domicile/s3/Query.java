package org.domicile.s3;

import java.util.ArrayList;
import java.util.List;

/**
 * A request's query, decoded. The first of several parameters of one name counts. Names compare
 * with case, as S3's do.
 */
final class Query {
    private static final Query EMPTY = new Query(List.of());

    /** Names and values in turn. */
    private final List<String> pairs;

    private Query(List<String> pairs) {
        this.pairs = pairs;
    }

    /**
     * @throws Failure INVALID_URI
     */
    static Query parse(String raw) {
        if (raw.isEmpty()) {
            return EMPTY;
        }
        List<String> pairs = new ArrayList<>(8);
        int at = 0;
        while (at <= raw.length()) {
            int end = raw.indexOf('&', at);
            if (end < 0) {
                end = raw.length();
            }
            if (end > at) {
                int equals = raw.indexOf('=', at);
                boolean valued = equals >= 0 && equals < end;
                String name = raw.substring(at, valued ? equals : end);
                pairs.add(Percent.decode(name, Percent.Plus.SPACE));
                pairs.add(
                        valued
                                ? Percent.decode(raw.substring(equals + 1, end), Percent.Plus.SPACE)
                                : "");
            }
            at = end + 1;
        }
        return new Query(pairs);
    }

    /** The value of a parameter; empty when it has none, and when it is not there. */
    String value(String name) {
        int at = index(name);
        return at < 0 ? "" : pairs.get(at + 1);
    }

    boolean has(String name) {
        return index(name) >= 0;
    }

    private int index(String name) {
        for (int i = 0; i < pairs.size(); i += 2) {
            if (pairs.get(i).equals(name)) {
                return i;
            }
        }
        return -1;
    }

    int size() {
        return pairs.size() / 2;
    }

    String name(int index) {
        return pairs.get(2 * index);
    }

    String value(int index) {
        return pairs.get(2 * index + 1);
    }

    /**
     * A count between 0 and {@code most}: larger ones are {@code most}, none is {@code most} too.
     *
     * @throws Failure INVALID_ARGUMENT
     */
    int count(String name, int most) {
        String text = value(name);
        if (text.isEmpty()) {
            return most;
        }
        long number = Numbers.parse(text);
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw new Failure(
                    ErrorCode.INVALID_ARGUMENT,
                    name + " is a whole number from 0 to 2147483647, not what was sent.");
        }
        return (int) Math.min(number, most);
    }
}
