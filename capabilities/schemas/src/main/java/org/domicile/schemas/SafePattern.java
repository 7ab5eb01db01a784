package org.domicile.schemas;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * A regular expression that takes time in proportion to the text: those of RE2, which looks neither
 * ahead nor back. ECMA-262's {@code \\uXXXX} is understood, too.
 */
final class SafePattern {
    private static final int LONGEST = 2_000;

    /** Of what repetitions unfold to. */
    private static final int LARGEST = 5_000;

    /** Steps of all matches of a record, or of a comparison. */
    static final long MOST_STEPS = 10_000_000;

    private final String text;
    private final Pattern pattern;
    private final long size;

    private SafePattern(String text, Pattern pattern, long size) {
        this.text = text;
        this.pattern = pattern;
        this.size = size;
    }

    static SafePattern of(String text) {
        if (text.length() > LONGEST) {
            throw new BadSchema("A pattern has at most %d characters.".formatted(LONGEST));
        }
        long size = new Unfolded(text).size();
        if (size > LARGEST) {
            throw new BadSchema(
                    "The repetitions of a pattern unfold to more than %d parts."
                            .formatted(LARGEST));
        }
        try {
            return new SafePattern(
                    text,
                    Pattern.compile(
                            text.replaceAll(
                                    "(?<!\\\\)((?:\\\\\\\\)*)\\\\u([0-9a-fA-F]{4})",
                                    "$1\\\\x{$2}")),
                    size);
        } catch (PatternSyntaxException e) {
            throw new BadSchema(
                    "A pattern is not one that is matched here (RE2's, which looks neither ahead"
                            + " nor back): "
                            + JsonText.brief(e));
        }
    }

    /** Steps that a match can take; whoever matches counts them. */
    long cost(String where) {
        return size * (where.length() + 1L);
    }

    boolean finds(String where) {
        return pattern.matcher(where).find();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SafePattern pattern && pattern.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** How large a pattern becomes when each {@code {n,m}} is written out. */
    private static final class Unfolded {
        private final String text;
        private int at;
        private int levels;

        Unfolded(String text) {
            this.text = text;
        }

        long size() {
            long size = 0;
            while (at < text.length()) {
                size = capped(size + sequence());
                at++; // a bracket that closes nothing: the compiler will say so
            }
            return size + 1;
        }

        private static long capped(long size) {
            return Math.min(size, Integer.MAX_VALUE);
        }

        private long sequence() {
            if (++levels > Schemas.MOST_LEVELS) {
                throw new BadSchema(
                        "Groups of a pattern stand in each other in at most %d levels."
                                .formatted(Schemas.MOST_LEVELS));
            }
            long all = 0;
            long last = 0;
            while (at < text.length() && text.charAt(at) != ')') {
                char c = text.charAt(at);
                if (c == '{') {
                    int end = text.indexOf('}', at);
                    long times = end < 0 ? 1 : times(text.substring(at + 1, end));
                    all = capped(all + last * (times - 1));
                    last = capped(last * times);
                    at = times > 1 && end >= 0 ? end + 1 : at + 1;
                    continue;
                }
                switch (c) {
                    case '(' -> {
                        at++;
                        last = 1 + sequence();
                    }
                    case '[' -> {
                        set();
                        last = 1;
                    }
                    case '\\' -> {
                        at++;
                        last = 1;
                    }
                    default -> last = 1;
                }
                at++;
                all = capped(all + last);
            }
            levels--;
            return all;
        }

        private void set() {
            int i = at + 1;
            if (i < text.length() && text.charAt(i) == '^') {
                i++;
            }
            if (i < text.length() && text.charAt(i) == ']') {
                i++;
            }
            while (i < text.length() && text.charAt(i) != ']') {
                i += text.charAt(i) == '\\' ? 2 : 1;
            }
            at = i;
        }

        private static long times(String counts) {
            long most = 1;
            for (String each : counts.split(",", -1)) {
                if (!each.isEmpty()
                        && each.length() < 6
                        && each.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    most = Math.max(most, Long.parseLong(each));
                }
            }
            return most;
        }
    }
}
