package org.domicile.health;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * One family of metrics, named as Prometheus' conventions want it: base units, and {@code _total}
 * at the end of counters.
 *
 * @param name letters, digits, underscores
 * @param help one sentence
 * @param type counter or gauge
 * @param samples one for each set of labels
 */
public record Metric(String name, String help, Type type, List<Sample> samples) {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

    /** What the value does. */
    public enum Type {
        /** Only grows, until a restart. */
        COUNTER,
        /** Goes up and down. */
        GAUGE
    }

    /**
     * A value under labels.
     *
     * @param labels by name; never a person, a credential, an address or an object
     * @param value any number, also infinite or none
     */
    public record Sample(SortedMap<String, String> labels, double value) {
        /** Checks names. */
        public Sample {
            labels = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(labels));
            for (String label : labels.keySet()) {
                if (!NAME.matcher(label).matches() || label.startsWith("__")) {
                    throw new IllegalArgumentException("not a label's name: " + label);
                }
            }
        }

        /** A value with labels. */
        public static Sample of(Map<String, String> labels, double value) {
            return new Sample(new TreeMap<>(labels), value);
        }
    }

    /** Checks names, and that no two samples have the same labels. */
    public Metric {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a metric's name: " + name);
        }
        if (type == Type.COUNTER != name.endsWith("_total")) {
            throw new IllegalArgumentException(
                    "a counter's name, and no other, ends with _total: " + name);
        }
        samples = List.copyOf(samples);
        Set<Map<String, String>> seen = new HashSet<>();
        for (Sample sample : samples) {
            if (!seen.add(sample.labels())) {
                throw new IllegalArgumentException(
                        name + " has two samples for " + sample.labels());
            }
        }
    }

    /** A gauge without labels. */
    public static Metric gauge(String name, String help, double value) {
        return new Metric(name, help, Type.GAUGE, List.of(Sample.of(Map.of(), value)));
    }

    /** A counter without labels. */
    public static Metric counter(String name, String help, double value) {
        return new Metric(name, help, Type.COUNTER, List.of(Sample.of(Map.of(), value)));
    }
}
