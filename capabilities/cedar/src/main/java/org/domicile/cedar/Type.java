package org.domicile.cedar;

import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A type of the validator. Booleans that are known to be true or false are types of their own: what
 * stands behind a known {@code false &&} is not checked.
 */
sealed interface Type {
    /** How deep it is nested; bounded, so that nothing here recurses without end. */
    default int depth() {
        return 1;
    }

    /** What is known of a boolean. */
    enum Known {
        TRUE,
        FALSE,
        EITHER
    }

    record Truth(Known known) implements Type {
        @Override
        public String toString() {
            return "Bool";
        }
    }

    record Whole() implements Type {
        @Override
        public String toString() {
            return "Long";
        }
    }

    record Text() implements Type {
        @Override
        public String toString() {
            return "String";
        }
    }

    /** An entity of this type. */
    record Entity(String name) implements Type {
        @Override
        public String toString() {
            return name;
        }
    }

    /** The extension types. */
    enum Kind {
        DECIMAL,
        IPADDR,
        DATETIME,
        DURATION
    }

    record Extension(Kind kind) implements Type {
        @Override
        public String toString() {
            return kind.name().toLowerCase(Locale.ROOT);
        }

        /** Whether {@code <} compares its values. */
        boolean isOrdered() {
            return kind == Kind.DATETIME || kind == Kind.DURATION;
        }
    }

    record Many(Type element, int depth) implements Type {
        Many(Type element) {
            this(element, element.depth() + 1);
        }

        @Override
        public String toString() {
            return "Set<" + element + ">";
        }
    }

    record Fields(SortedMap<String, Field> fields, int depth) implements Type {
        static final Fields EMPTY = new Fields(new TreeMap<>());

        Fields(SortedMap<String, Field> fields) {
            this(
                    fields,
                    fields.values().stream().mapToInt(field -> field.type().depth()).max().orElse(0)
                            + 1);
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("{");
            for (Map.Entry<String, Field> entry : fields.entrySet()) {
                if (text.length() > 200) {
                    text.append(" …");
                    break;
                }
                text.append(text.length() > 1 ? ", " : "")
                        .append(Escapes.quoted(entry.getKey()))
                        .append(entry.getValue().need() == Need.OPTIONAL ? "?" : "")
                        .append(": ")
                        .append(entry.getValue().type());
            }
            return text.append('}').toString();
        }
    }

    /** Whether an attribute must be there. */
    enum Need {
        REQUIRED,
        OPTIONAL
    }

    record Field(Type type, Need need) {
        boolean isRequired() {
            return need == Need.REQUIRED;
        }
    }

    /** Subtyping as strict validation has it: equal, but for what is known of booleans. */
    @SuppressWarnings("ReferenceEquality") // only to be quick: big types are often shared
    static boolean isSubtype(Type sub, Type of) {
        if (sub == of) {
            return true;
        }
        return switch (sub) {
            case Truth(Known known) ->
                    of instanceof Truth(Known other) && (other == Known.EITHER || other == known);
            case Many(Type element, _) ->
                    of instanceof Many(Type other, _) && isSubtype(element, other);
            case Fields(SortedMap<String, Field> fields, _) ->
                    of instanceof Fields(SortedMap<String, Field> others, _)
                            && isSubtype(fields, others);
            case Whole _, Text _, Entity _, Extension _ -> sub.equals(of);
        };
    }

    private static boolean isSubtype(
            SortedMap<String, Field> fields, SortedMap<String, Field> others) {
        if (!fields.keySet().equals(others.keySet())) {
            return false;
        }
        for (Map.Entry<String, Field> entry : fields.entrySet()) {
            Field other = others.get(entry.getKey());
            if (other == null
                    || other.need() != entry.getValue().need()
                    || !isSubtype(entry.getValue().type(), other.type())) {
                return false;
            }
        }
        return true;
    }

    /** The least type of which both are subtypes; null when there is none. */
    static @Nullable Type leastUpperBound(Type one, Type other) {
        if (isSubtype(one, other)) {
            return other;
        }
        if (isSubtype(other, one)) {
            return one;
        }
        return switch (one) {
            case Truth _ -> other instanceof Truth ? Types.BOOL : null;
            case Many(Type element, _) -> {
                Type bound =
                        other instanceof Many(Type second, _)
                                ? leastUpperBound(element, second)
                                : null;
                yield bound == null ? null : new Many(bound);
            }
            case Fields(SortedMap<String, Field> fields, _) ->
                    other instanceof Fields(SortedMap<String, Field> others, _)
                            ? leastUpperBound(fields, others)
                            : null;
            case Whole _, Text _, Entity _, Extension _ -> null;
        };
    }

    private static @Nullable Type leastUpperBound(
            SortedMap<String, Field> fields, SortedMap<String, Field> others) {
        if (!fields.keySet().equals(others.keySet())) {
            return null;
        }
        SortedMap<String, Field> bounds = new TreeMap<>();
        for (Map.Entry<String, Field> entry : fields.entrySet()) {
            Field field = entry.getValue();
            Field other = others.get(entry.getKey());
            Type bound =
                    other == null || other.need() != field.need()
                            ? null
                            : leastUpperBound(field.type(), other.type());
            if (bound == null) {
                return null;
            }
            bounds.put(entry.getKey(), new Field(bound, field.need()));
        }
        return new Fields(bounds);
    }
}
