package org.domicile.health;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Prometheus' text-based exposition format 0.0.4: for each family HELP, TYPE and its samples, lines
 * that end with a line feed. In help texts backslash and line feed are escaped, in label values the
 * double quote too.
 */
final class Exposition {
    static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** Whole numbers up to here are exact in a double, and written as such. */
    private static final double EXACT = 1L << 53;

    private Exposition() {}

    static String of(List<Metric> metrics) {
        StringBuilder text = new StringBuilder(4_096);
        Set<String> names = new HashSet<>();
        for (Metric metric : metrics) {
            if (!names.add(metric.name())) {
                throw new IllegalStateException("two families are called " + metric.name());
            }
            family(text, metric);
        }
        return text.toString();
    }

    private static void family(StringBuilder text, Metric metric) {
        text.append("# HELP ").append(metric.name()).append(' ');
        text.append(metric.help().replace("\\", "\\\\").replace("\n", "\\n")).append('\n');
        text.append("# TYPE ").append(metric.name()).append(' ');
        text.append(metric.type().name().toLowerCase(Locale.ROOT)).append('\n');
        for (Metric.Sample sample : metric.samples()) {
            text.append(metric.name());
            labels(text, sample.labels());
            text.append(' ').append(number(sample.value())).append('\n');
        }
    }

    private static void labels(StringBuilder text, Map<String, String> labels) {
        if (labels.isEmpty()) {
            return;
        }
        char before = '{';
        for (Map.Entry<String, String> label : labels.entrySet()) {
            text.append(before).append(label.getKey()).append("=\"");
            text.append(
                    label.getValue()
                            .replace("\\", "\\\\")
                            .replace("\"", "\\\"")
                            .replace("\n", "\\n"));
            text.append('"');
            before = ',';
        }
        text.append('}');
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        return value == Math.rint(value) && Math.abs(value) <= EXACT
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
