package org.domicile.health;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A strict reader of the text format 0.0.4, written from its description and not from the writer:
 * each family begins with HELP and TYPE, its samples follow it and no other's, every line ends with
 * a line feed.
 */
final class PrometheusText {
    private static final Pattern HELP =
            Pattern.compile("# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\\\\n]|\\\\[\\\\n])*)");
    private static final Pattern TYPE =
            Pattern.compile(
                    "# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)");
    private static final Pattern SAMPLE =
            Pattern.compile(
                    "([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})?"
                            + " ([+-]?(?:[0-9.]+(?:[eE][+-]?[0-9]+)?|Inf)|NaN)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\\\\\"\n]|\\\\[\\\\\"n])*)\"(,|$)");

    private PrometheusText() {}

    /** Values by "name{label=value,...}", labels sorted and unescaped. */
    static Map<String, Double> parse(String text) {
        if (!text.isEmpty() && !text.endsWith("\n")) {
            throw new IllegalArgumentException("the last line does not end");
        }
        Map<String, Double> values = new HashMap<>();
        String helped = "";
        String family = "";
        for (String line : text.lines().toList()) {
            Matcher help = HELP.matcher(line);
            Matcher type = TYPE.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (help.matches()) {
                helped = help.group(1);
            } else if (type.matches() && type.group(1).equals(helped)) {
                family = helped;
            } else if (sample.matches() && sample.group(1).equals(family)) {
                String key = family + labels(sample.group(2));
                if (values.put(key, number(sample.group(3))) != null) {
                    throw new IllegalArgumentException("twice: " + key);
                }
            } else {
                throw new IllegalArgumentException("not understood: " + line);
            }
        }
        return values;
    }

    private static double number(String text) {
        return Double.parseDouble(text.replace("Inf", "Infinity"));
    }

    private static String labels(@Nullable String text) {
        Map<String, String> labels = new TreeMap<>();
        String rest = text == null ? "" : text;
        while (!rest.isEmpty()) {
            Matcher label = LABEL.matcher(rest);
            if (!label.lookingAt()) {
                throw new IllegalArgumentException("no label: " + rest);
            }
            if (labels.put(label.group(1), unescaped(label.group(2))) != null) {
                throw new IllegalArgumentException("a label twice: " + text);
            }
            rest = rest.substring(label.end());
        }
        return labels.toString().replace(", ", ",");
    }

    private static String unescaped(String text) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
                plain.append(text.charAt(i) == 'n' ? '\n' : text.charAt(i));
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }
}
