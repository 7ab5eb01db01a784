package org.domicile.schemas;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether every value that one JSON Schema allows is allowed by another. It errs on the strict
 * side: what it cannot show counts as a break. Owned by one thread.
 */
final class JsonBreaks {
    private static final int MOST_STEPS = 20_000;
    private static final int MOST_REASONS = 20;
    private static final int DEEPEST = 200;
    private static final String TOO_MUCH = "The schemas are too intricate to compare";

    private record Pair(Check old, Check fresh) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Pair pair && pair.old == old && pair.fresh == fresh;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(old) * 31 + System.identityHashCode(fresh);
        }
    }

    /** Compared before, or being compared: a schema that holds itself holds what it holds. */
    private Set<Pair> seen = new java.util.HashSet<>();

    private final Set<String> why = new LinkedHashSet<>();
    private int steps;

    /** Circles of different lengths meet in as many pairs as their product. */
    private int level;

    /** Why a value of {@code old} need not be one of {@code fresh}. */
    List<String> of(Check old, Check fresh) {
        compare(old, fresh, "/");
        return List.copyOf(why);
    }

    private void say(String where, String what) {
        if (why.size() < MOST_REASONS) {
            why.add(what + " at " + where);
        }
    }

    /** Whether it holds, without a word about why not. */
    private boolean holds(Check old, Check fresh) {
        JsonBreaks other = new JsonBreaks();
        other.seen = new java.util.HashSet<>(seen);
        other.steps = steps;
        other.level = level;
        boolean holds = other.of(old, fresh).isEmpty();
        steps = other.steps;
        return holds;
    }

    private static Check through(Check check) {
        Check at = check;
        for (int i = 0; i < Schemas.MOST_LEVELS && at.ref != null && isBare(at); i++) {
            at = Objects.requireNonNull(at.ref);
        }
        return at;
    }

    /** Nothing but a reference, as far as values go. */
    private static boolean isBare(Check check) {
        return check.written instanceof Map<?, ?> members
                && members.keySet().stream()
                        .allMatch(each ->
                                Set.of(
                                                "$ref",
                                                "title",
                                                "description",
                                                "$comment",
                                                "examples",
                                                "default",
                                                "deprecated",
                                                "$id",
                                                "$defs",
                                                "definitions",
                                                "$schema")
                                        .contains(each));
    }

    private void compare(Check oldOne, Check freshOne, String where) {
        Check old = through(oldOne);
        Check fresh = through(freshOne);
        if (++steps > MOST_STEPS || level > DEEPEST) {
            say("/", TOO_MUCH);
            return;
        }
        if (old == fresh || old.never || !seen.add(new Pair(old, fresh))) {
            return;
        }
        level++;
        if (fresh.never) {
            say(where, "Nothing is allowed any more");
        } else if (!choices(old, fresh, where)) {
            types(old, fresh, where);
            values(old, fresh, where);
            numbers(old, fresh, where);
            texts(old, fresh, where);
            objects(old, fresh, where);
            arrays(old, fresh, where);
            combinations(old, fresh, where);
        }
        level--;
    }

    // choices

    private static List<Check> branches(Check check) {
        return check.any.isEmpty() ? check.one : check.any;
    }

    /** Only one of the two ways to choose, and nothing else that combines. */
    private static boolean isChoice(Check check) {
        return branches(check).size() > 0
                && (check.any.isEmpty() || check.one.isEmpty())
                && check.all.isEmpty()
                && check.ref == null
                && check.not == null
                && check.condition == null
                && check.schemaBeside.isEmpty();
    }

    /** Nothing beside its branches. */
    private static boolean isPure(Check check) {
        return isChoice(check)
                && check.types == null
                && check.values == null
                && check.properties.isEmpty()
                && check.patterns.isEmpty()
                && check.required.isEmpty()
                && check.requiredBeside.isEmpty()
                && check.additional == null
                && check.names == null
                && check.items == null
                && check.prefix.isEmpty()
                && check.contains == null
                && !check.bounded()
                && check.pattern == null
                && !check.unique
                && check.minLength == 0
                && check.maxLength == Long.MAX_VALUE
                && check.minItems == 0
                && check.maxItems == Long.MAX_VALUE
                && check.minProperties == 0
                && check.maxProperties == Long.MAX_VALUE;
    }

    /** A value of only one branch: what each is in types has nothing in common. */
    private static boolean isApart(Check check) {
        if (!check.any.isEmpty()) {
            return true; // it may be of several
        }
        EnumSet<Check.Type> taken = EnumSet.noneOf(Check.Type.class);
        for (Check each : check.one) {
            EnumSet<Check.Type> types = through(each).types;
            if (types == null) {
                return false;
            }
            EnumSet<Check.Type> all = EnumSet.copyOf(types);
            if (all.contains(Check.Type.NUMBER)) {
                all.add(Check.Type.INTEGER);
            }
            for (Check.Type type : all) {
                if (!taken.add(type)) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean choices(Check old, Check fresh, String where) {
        if (isPure(fresh) && isApart(fresh)) {
            List<Check> theirs = isPure(old) ? branches(old) : split(old);
            for (Check each : theirs) {
                if (branches(fresh).stream().noneMatch(branch -> holds(each, branch))) {
                    say(where, "A value of one of the choices before is none of those now");
                    return true;
                }
            }
            return true;
        }
        if (isPure(old) && !isChoice(fresh)) {
            branches(old).forEach(each -> compare(each, fresh, where));
            return true;
        }
        return false;
    }

    /** A schema of several types, as one of each. */
    private static List<Check> split(Check check) {
        if (check.types == null || check.types.size() < 2 || check.combines()) {
            return List.of(check);
        }
        List<Check> each = new ArrayList<>();
        for (Check.Type type : check.types) {
            each.add(check.of(type));
        }
        return each;
    }

    // keywords

    private void types(Check old, Check fresh, String where) {
        if (fresh.types == null) {
            return;
        }
        EnumSet<Check.Type> allowed = EnumSet.copyOf(fresh.types);
        if (allowed.contains(Check.Type.NUMBER)) {
            allowed.add(Check.Type.INTEGER);
        }
        if (old.types == null) {
            boolean listed =
                    old.values != null
                            && old.values.stream()
                                    .allMatch(each -> allowed.contains(Check.Type.of(each)));
            if (!listed) {
                say(where, "A type is asked for, where there was none before");
            }
        } else if (!allowed.containsAll(old.types)) {
            say(where, "The type " + old.types + " became " + fresh.types);
        }
    }

    private void values(Check old, Check fresh, String where) {
        if (fresh.values != null && (old.values == null || !fresh.values.containsAll(old.values))) {
            say(where, "Values are no longer allowed");
        }
    }

    private static boolean may(Check check, Check.Type... types) {
        return check.types == null || List.of(types).stream().anyMatch(check.types::contains);
    }

    /** Whether one bound is at least as far as the other, upwards (1) or downwards (-1). */
    private static boolean reaches(@Nullable BigDecimal one, BigDecimal other, int sign) {
        return one != null && sign * Integer.signum(one.compareTo(other)) >= 0;
    }

    private static boolean passes(@Nullable BigDecimal one, BigDecimal other, int sign) {
        return one != null && sign * Integer.signum(one.compareTo(other)) > 0;
    }

    /**
     * Whether bounds in one direction hold where others held.
     *
     * @param fresh that may be reached @param strict that may not
     */
    private static boolean bound(
            @Nullable BigDecimal fresh,
            @Nullable BigDecimal strict,
            @Nullable BigDecimal old,
            @Nullable BigDecimal oldStrict,
            int sign) {
        boolean held =
                fresh == null || reaches(old, fresh, sign) || reaches(oldStrict, fresh, sign);
        return held
                && (strict == null
                        || passes(old, strict, sign)
                        || reaches(oldStrict, strict, sign));
    }

    private void numbers(Check old, Check fresh, String where) {
        if (!may(old, Check.Type.NUMBER, Check.Type.INTEGER)) {
            return;
        }
        if (!bound(fresh.minimum, fresh.above, old.minimum, old.above, 1)) {
            say(where, "The smallest number became larger");
        }
        if (!bound(fresh.maximum, fresh.below, old.maximum, old.below, -1)) {
            say(where, "The largest number became smaller");
        }
        if (fresh.multipleOf != null
                && (old.multipleOf == null
                        || old.multipleOf.remainder(fresh.multipleOf).signum() != 0)) {
            say(where, "Numbers have to be multiples of another number");
        }
    }

    private void texts(Check old, Check fresh, String where) {
        if (!may(old, Check.Type.STRING)) {
            return;
        }
        if (fresh.minLength > old.minLength || fresh.maxLength < old.maxLength) {
            say(where, "Texts have other lengths");
        }
        if (fresh.pattern != null && !Objects.equals(fresh.pattern, old.pattern)) {
            say(where, "Texts have to match another pattern");
        }
        if (!fresh.format.isEmpty() && !fresh.format.equals(old.format)) {
            say(where, "Texts have another format");
        }
    }

    /** What takes too many steps is not matched: then the whole is too intricate. */
    private boolean finds(SafePattern pattern, String name) {
        long cost = pattern.cost(name) * MOST_STEPS / SafePattern.MOST_STEPS;
        steps = (int) Math.min(Integer.MAX_VALUE / 2, steps + 1 + cost);
        if (steps > MOST_STEPS) {
            say("/", TOO_MUCH);
            return true;
        }
        return pattern.finds(name);
    }

    /** What a member of that name had to be. */
    private List<Check> before(Check old, String name) {
        List<Check> checks = new ArrayList<>();
        if (old.properties.get(name) != null) {
            checks.add(old.properties.get(name));
        }
        old.patterns.forEach((pattern, check) -> {
            if (finds(pattern, name)) {
                checks.add(check);
            }
        });
        if (checks.isEmpty()) {
            checks.add(old.additional == null ? new Check(true) : old.additional);
        }
        return checks;
    }

    private void objects(Check old, Check fresh, String where) {
        if (!may(old, Check.Type.OBJECT)) {
            return;
        }
        if (!old.required.containsAll(fresh.required)) {
            say(where, "Members are required that were not");
        }
        if (fresh.minProperties > old.minProperties || fresh.maxProperties < old.maxProperties) {
            say(where, "Objects have other numbers of members");
        }
        if (fresh.names != null && !same(old.names, fresh.names)) {
            say(where, "Names of members have to be others");
        }
        fresh.requiredBeside.forEach((name, others) -> {
            if (!old.requiredBeside.getOrDefault(name, Set.of()).containsAll(others)) {
                say(where, "Members are required beside others");
            }
        });
        if (!fresh.patterns.keySet().equals(old.patterns.keySet())
                && !(fresh.patterns.isEmpty() && fresh.additional == null)) {
            say(where, "Patterns of names are others");
            return;
        }
        fresh.properties.forEach(
                (name, property) -> member(before(old, name), property, where + name + "/"));
        fresh.patterns.forEach((pattern, property) -> {
            Check other = old.patterns.get(pattern);
            if (other != null) {
                compare(other, property, where + "(pattern)/");
            }
        });
        others(old, fresh, where);
    }

    private void member(List<Check> before, Check fresh, String where) {
        if (before.size() == 1) {
            compare(before.getFirst(), fresh, where);
        } else if (before.stream().noneMatch(each -> holds(each, fresh))) {
            say(where, "It may have been something else");
        }
    }

    /** Members that {@code fresh} has no word for. */
    private void others(Check old, Check fresh, String where) {
        if (fresh.additional == null) {
            return;
        }
        Check additional = fresh.additional;
        old.properties.forEach((name, property) -> {
            boolean known =
                    fresh.properties.containsKey(name)
                            || fresh.patterns.keySet().stream().anyMatch(each -> finds(each, name));
            if (!known) {
                compare(property, additional, where + name + "/");
            }
        });
        compare(
                old.additional == null ? new Check(true) : old.additional,
                additional,
                where + "(others)/");
    }

    private static boolean same(@Nullable Check one, @Nullable Check other) {
        return one == null || other == null
                ? one == other
                : one.written.equals(other.written) && !refers(one.written, 0);
    }

    /** Equal texts mean the same only if nothing in them depends on where they stand. */
    private static boolean refers(Object tree, int level) {
        return switch (tree) {
            case Map<?, ?> members ->
                    members.containsKey("$ref")
                            || members.values().stream().anyMatch(each -> refers(each, level + 1));
            case List<?> elements -> elements.stream().anyMatch(each -> refers(each, level + 1));
            default -> false;
        };
    }

    private void arrays(Check old, Check fresh, String where) {
        if (!may(old, Check.Type.ARRAY)) {
            return;
        }
        if (fresh.minItems > old.minItems || fresh.maxItems < old.maxItems) {
            say(where, "Arrays have other lengths");
        }
        if (fresh.unique && !old.unique) {
            say(where, "Elements have to differ");
        }
        if (fresh.contains != null
                && !(same(old.contains, fresh.contains)
                        && old.minContains >= fresh.minContains
                        && old.maxContains <= fresh.maxContains)) {
            say(where, "Arrays have to contain something else");
        }
        int most = Math.max(old.prefix.size(), fresh.prefix.size());
        for (int i = 0; i <= most; i++) {
            Check now = i < fresh.prefix.size() ? fresh.prefix.get(i) : fresh.items;
            Check before = i < old.prefix.size() ? old.prefix.get(i) : old.items;
            if (now != null) {
                compare(before == null ? new Check(true) : before, now, where + "[]/");
            }
        }
    }

    private void combinations(Check old, Check fresh, String where) {
        // Whatever the old one was beside, a value of it still fits what it fitted itself.
        if (fresh.ref != null && !(old.ref != null && holds(old.ref, fresh.ref))) {
            compare(old, fresh.ref, where);
        }
        for (Check each : fresh.all) {
            if (old.all.stream().noneMatch(before -> holds(before, each))) {
                compare(old, each, where);
            }
        }
        if (!fresh.any.isEmpty()
                && !(old.any.size() > 0
                        && old.any.stream()
                                .allMatch(before ->
                                        fresh.any.stream().anyMatch(now -> holds(before, now))))
                && fresh.any.stream().noneMatch(now -> holds(old, now))) {
            say(where, "None of the choices allows what was allowed");
        }
        boolean ones = old.one.size() == fresh.one.size() && sameAll(old.one, fresh.one);
        if (!fresh.one.isEmpty() && !ones) {
            say(where, "The choices are others");
        }
        if (fresh.not != null && !same(old.not, fresh.not)) {
            say(where, "Something else is not allowed");
        }
        if (fresh.condition != null
                && !(same(old.condition, fresh.condition)
                        && same(old.then, fresh.then)
                        && same(old.otherwise, fresh.otherwise))) {
            say(where, "A condition is another");
        }
        fresh.schemaBeside.forEach((name, check) -> {
            if (!same(old.schemaBeside.get(name), check)) {
                say(where, "Something else is asked beside members");
            }
        });
    }

    private static boolean sameAll(List<Check> one, List<Check> other) {
        for (int i = 0; i < one.size(); i++) {
            if (!same(one.get(i), other.get(i))) {
                return false;
            }
        }
        return true;
    }
}
