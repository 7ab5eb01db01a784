package org.domicile.schemas;

import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One schema of JSON Schema, compiled: what its keywords ask of a value (a tree of {@link
 * JsonText}). Keywords mean what draft 2020-12 says; what older drafts wrote differently has been
 * put into its words by {@link JsonCompiler}, who alone writes these fields.
 */
final class Check {
    /** Of one record: combinations of schemas can ask the same of the same value over and over. */
    private static final int MOST_STEPS = 200_000;

    private static final int DEEPEST = 250;

    /** Types of JSON Schema; a whole number is a number, too. */
    enum Type {
        NULL,
        BOOLEAN,
        OBJECT,
        ARRAY,
        NUMBER,
        INTEGER,
        STRING;

        static Type of(Object tree) {
            return switch (tree) {
                case JsonText.Nothing _ -> NULL;
                case Boolean _ -> BOOLEAN;
                case Map<?, ?> _ -> OBJECT;
                case List<?> _ -> ARRAY;
                case String _ -> STRING;
                case BigDecimal number -> number.scale() <= 0 ? INTEGER : NUMBER;
                default -> throw new IllegalStateException("no tree of JSON: " + tree.getClass());
            };
        }
    }

    /** As it was written, for comparisons. */
    final Object written;

    /** The schema {@code false}. */
    boolean never;

    @Nullable Check ref;
    @Nullable EnumSet<Type> types;
    @Nullable Set<Object> values;
    @Nullable BigDecimal multipleOf;
    @Nullable BigDecimal minimum;
    @Nullable BigDecimal above;
    @Nullable BigDecimal maximum;
    @Nullable BigDecimal below;
    long minLength;
    long maxLength = Long.MAX_VALUE;
    @Nullable SafePattern pattern;
    String format = "";
    Map<String, Check> properties = new LinkedHashMap<>();
    Map<SafePattern, Check> patterns = new LinkedHashMap<>();
    @Nullable Check additional;
    @Nullable Check names;
    Set<String> required = new LinkedHashSet<>();
    Map<String, Set<String>> requiredBeside = new LinkedHashMap<>();
    Map<String, Check> schemaBeside = new LinkedHashMap<>();
    long minProperties;
    long maxProperties = Long.MAX_VALUE;
    List<Check> prefix = List.of();
    @Nullable Check items;
    @Nullable Check contains;
    long minContains = 1;
    long maxContains = Long.MAX_VALUE;
    boolean unique;
    long minItems;
    long maxItems = Long.MAX_VALUE;
    List<Check> all = List.of();
    List<Check> any = List.of();
    List<Check> one = List.of();
    @Nullable Check not;
    @Nullable Check condition;
    @Nullable Check then;
    @Nullable Check otherwise;

    Check(Object written) {
        this.written = written;
    }

    /** The same, of one of its types; without what combines. */
    Check of(Type type) {
        Check same = new Check(written);
        same.types = EnumSet.of(type);
        same.values = values == null ? null : only(values, type);
        same.multipleOf = multipleOf;
        same.minimum = minimum;
        same.above = above;
        same.maximum = maximum;
        same.below = below;
        same.minLength = minLength;
        same.maxLength = maxLength;
        same.pattern = pattern;
        same.format = format;
        same.properties = properties;
        same.patterns = patterns;
        same.additional = additional;
        same.names = names;
        same.required = required;
        same.requiredBeside = requiredBeside;
        same.minProperties = minProperties;
        same.maxProperties = maxProperties;
        same.prefix = prefix;
        same.items = items;
        same.contains = contains;
        same.minContains = minContains;
        same.maxContains = maxContains;
        same.unique = unique;
        same.minItems = minItems;
        same.maxItems = maxItems;
        return same;
    }

    private static Set<Object> only(Set<Object> values, Type type) {
        Set<Object> only = new LinkedHashSet<>(values);
        only.removeIf(each -> {
            Type own = Type.of(each);
            return own != type && !(own == Type.INTEGER && type == Type.NUMBER);
        });
        return only;
    }

    /** The schemas that judge the same value as this one. */
    List<Check> beside() {
        List<Check> beside = new java.util.ArrayList<>(all);
        beside.addAll(any);
        beside.addAll(one);
        beside.addAll(schemaBeside.values());
        for (Check each : new @Nullable Check[] {ref, not, condition, then, otherwise}) {
            if (each != null) {
                beside.add(each);
            }
        }
        return beside;
    }

    /** Whether it asks something of combinations of schemas. */
    boolean combines() {
        return !beside().isEmpty();
    }

    /** Whether a value fits. */
    boolean accepts(Object value) {
        return new Judging().accepts(this, value, 0);
    }

    /** Of one value. Owned by one thread. */
    private static final class Judging {
        private int steps;
        private long matching;

        private void matched(SafePattern pattern, String text) {
            matching += pattern.cost(text);
            if (matching > SafePattern.MOST_STEPS) {
                throw new BadRecord("its texts are too long for the patterns that its schema has");
            }
        }

        boolean accepts(Check check, Object value, int level) {
            if (++steps > MOST_STEPS || level > DEEPEST) {
                throw new BadRecord(
                        "its schema asks too much of it: more than %d steps".formatted(MOST_STEPS));
            }
            if (check.never
                    || (check.types != null && !check.hasType(value))
                    || (check.values != null && !check.values.contains(value))) {
                return false;
            }
            boolean fits =
                    switch (value) {
                        case BigDecimal number -> check.fits(number);
                        case String text -> fits(check, text);
                        case Map<?, ?> members -> fits(check, members, level);
                        case List<?> elements -> fits(check, elements, level);
                        default -> true;
                    };
            return fits && combined(check, value, level + 1);
        }

        private boolean fits(Check check, String text) {
            if (check.pattern != null) {
                matched(check.pattern, text);
            }
            return check.fits(text);
        }

        private boolean combined(Check check, Object value, int level) {
            if (check.ref != null && !accepts(check.ref, value, level)) {
                return false;
            }
            for (Check each : check.all) {
                if (!accepts(each, value, level)) {
                    return false;
                }
            }
            if (!check.any.isEmpty()
                    && check.any.stream().noneMatch(each -> accepts(each, value, level))) {
                return false;
            }
            if (!check.one.isEmpty()
                    && check.one.stream().filter(each -> accepts(each, value, level)).count()
                            != 1) {
                return false;
            }
            if (check.not != null && accepts(check.not, value, level)) {
                return false;
            }
            if (check.condition != null) {
                Check next = accepts(check.condition, value, level) ? check.then : check.otherwise;
                return next == null || accepts(next, value, level);
            }
            return true;
        }

        private boolean fits(Check check, Map<?, ?> members, int level) {
            if (members.size() < check.minProperties
                    || members.size() > check.maxProperties
                    || !members.keySet().containsAll(check.required)) {
                return false;
            }
            for (Map.Entry<?, ?> each : members.entrySet()) {
                String name = String.valueOf(each.getKey());
                Object value = each.getValue();
                boolean known = false;
                Check property = check.properties.get(name);
                if (property != null) {
                    known = true;
                    if (!accepts(property, value, level + 1)) {
                        return false;
                    }
                }
                for (Map.Entry<SafePattern, Check> pattern : check.patterns.entrySet()) {
                    matched(pattern.getKey(), name);
                    if (pattern.getKey().finds(name)) {
                        known = true;
                        if (!accepts(pattern.getValue(), value, level + 1)) {
                            return false;
                        }
                    }
                }
                if (!known
                        && check.additional != null
                        && !accepts(check.additional, value, level + 1)) {
                    return false;
                }
                if (check.names != null && !accepts(check.names, name, level + 1)) {
                    return false;
                }
                if (!members.keySet()
                        .containsAll(check.requiredBeside.getOrDefault(name, Set.of()))) {
                    return false;
                }
                Check beside = check.schemaBeside.get(name);
                if (beside != null && !accepts(beside, members, level + 1)) {
                    return false;
                }
            }
            return true;
        }

        private boolean fits(Check check, List<?> elements, int level) {
            if (elements.size() < check.minItems || elements.size() > check.maxItems) {
                return false;
            }
            if (check.unique && !differ(elements)) {
                return false;
            }
            long contained = 0;
            for (int i = 0; i < elements.size(); i++) {
                Check each = i < check.prefix.size() ? check.prefix.get(i) : check.items;
                if (each != null && !accepts(each, elements.get(i), level + 1)) {
                    return false;
                }
                if (check.contains != null && accepts(check.contains, elements.get(i), level + 1)) {
                    contained++;
                }
            }
            return check.contains == null
                    || (contained >= check.minContains && contained <= check.maxContains);
        }
    }

    /** By their texts: texts have an order, so that equal hashes cost nothing. */
    private static boolean differ(List<?> elements) {
        Set<String> texts = new HashSet<>();
        return elements.stream().allMatch(each -> texts.add(JsonText.canonical(each)));
    }

    private boolean hasType(Object value) {
        Type type = Type.of(value);
        return types == null
                || types.contains(type)
                || (type == Type.INTEGER && types.contains(Type.NUMBER));
    }

    boolean bounded() {
        return minimum != null
                || above != null
                || maximum != null
                || below != null
                || multipleOf != null;
    }

    boolean fits(BigDecimal number) {
        return (minimum == null || number.compareTo(minimum) >= 0)
                && (above == null || number.compareTo(above) > 0)
                && (maximum == null || number.compareTo(maximum) <= 0)
                && (below == null || number.compareTo(below) < 0)
                && (multipleOf == null || number.remainder(multipleOf).signum() == 0);
    }

    boolean fits(String text) {
        if (minLength > 0 || maxLength < Long.MAX_VALUE) {
            int length = text.codePointCount(0, text.length());
            if (length < minLength || length > maxLength) {
                return false;
            }
        }
        return pattern == null || pattern.finds(text);
    }
}
