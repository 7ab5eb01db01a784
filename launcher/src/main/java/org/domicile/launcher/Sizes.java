package org.domicile.launcher;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them. */
final class Sizes {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*(B|KiB|MiB|GiB|TiB|PiB)?");

    private Sizes() {}

    /** Bytes of a text such as {@code 10GiB}; empty when it is none, or over 63 bits. */
    static OptionalLong parse(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            return OptionalLong.empty();
        }
        int shift =
                switch (matcher.group(2)) {
                    case "KiB" -> 10;
                    case "MiB" -> 20;
                    case "GiB" -> 30;
                    case "TiB" -> 40;
                    case "PiB" -> 50;
                    case null, default -> 0;
                };
        long number = Long.parseLong(matcher.group(1));
        return number <= Long.MAX_VALUE >> shift
                ? OptionalLong.of(number << shift)
                : OptionalLong.empty();
    }
}
