package org.domicile.schemas;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * JSON Schema. Records are read in one walk from tokens to values, which also checks what is asked
 * of single values and of members; where a schema asks more ({@link #straight} is false), a record
 * is first read as a tree and checked as a whole.
 *
 * <p>Columns: {@code integer} a LONG, {@code number} a DOUBLE, {@code boolean}, {@code string} a
 * TEXT, or by its format a DATE, an INSTANT or a UUID; {@code object} with properties a struct,
 * with {@code additionalProperties} alone a map; {@code array} a list. Whatever has no one type is
 * a TEXT that holds its JSON.
 */
final class JsonSchema implements Parsed {
    private final Check check;
    private final Map<String, Object> others;
    private final String canonical;
    private final String text;

    private JsonSchema(Check check, Map<String, Object> others, String canonical, String text) {
        this.check = check;
        this.others = others;
        this.canonical = canonical;
        this.text = text;
    }

    /**
     * @param on what it builds on, by the names under which it knows them
     */
    static JsonSchema parse(String text, Map<String, JsonSchema> on) {
        Object tree = JsonText.tree(text);
        Map<String, Object> others = new LinkedHashMap<>();
        on.values().forEach(each -> others.putAll(each.others));
        on.forEach((name, other) -> others.put(name, other.check.written));
        Check check = JsonCompiler.compile(tree, others);
        return new JsonSchema(check, others, JsonText.canonical(tree), text);
    }

    /** What it asks of a value. */
    Check check() {
        return check;
    }

    @Override
    public String canonical() {
        return canonical;
    }

    @Override
    public String text() {
        return text;
    }

    @Override
    public List<String> breaks(Parsed writer) {
        return new JsonBreaks().of(((JsonSchema) writer).check, check);
    }

    @Override
    public Schemas.Shape shape() {
        try {
            return derive().type() instanceof ColumnType.Struct(List<Column> columns)
                    ? Columns.shape(columns)
                    : new Schemas.Shape.None(
                            "The schema's own type is no object with properties, and only those"
                                    + " have columns.");
        } catch (BadSchema e) {
            return new Schemas.Shape.None(e.sentence());
        }
    }

    @Override
    public Rows plain() {
        Deriving deriving = new Deriving();
        PlainJson rows = new PlainJson(deriving.kind(check, 1).cell());
        if (deriving.straight) {
            return rows;
        }
        return (value, from) -> {
            if (!check.accepts(JsonText.tree(value, from))) {
                throw new BadRecord("its schema does not allow it");
            }
            return rows.read(value, from);
        };
    }

    /** Whether records are read in one walk. */
    boolean straight() {
        Deriving deriving = new Deriving();
        deriving.kind(check, 1);
        return deriving.straight;
    }

    @Override
    public Rows from(Parsed writer) {
        return plain(); // by member name, and what the reader asks counts
    }

    private Kind derive() {
        return new Deriving().kind(check, 1);
    }

    /** What a value becomes. */
    private record Kind(ColumnType type, boolean nullable, Cell cell) {}

    /** Owned by one thread. */
    private static final class Deriving {
        private final Columns.Budget budget = new Columns.Budget();
        private final Set<Check> above = Collections.newSetFromMap(new IdentityHashMap<>());

        /** Whether the cells check all that the schema asks. */
        private boolean straight = true;

        /** A schema and those that all judge with it. */
        private List<Check> together(Check check) {
            List<Check> all = new ArrayList<>();
            gather(check, all);
            return all;
        }

        private void gather(Check check, List<Check> into) {
            if (into.size() > Schemas.MOST_COLUMNS) {
                throw new BadSchema("Too many schemas judge one value of it.");
            }
            into.add(check);
            if (check.ref != null) {
                gather(check.ref, into);
            }
            check.all.forEach(each -> gather(each, into));
        }

        Kind kind(Check check, int level) {
            budget.take(level);
            List<Check> all = together(check);
            for (Check each : all) {
                if (!above.add(each)) {
                    throw new BadSchema(
                            "A schema in it holds itself; a table has a fixed number of columns.");
                }
            }
            try {
                return kind(all, level);
            } finally {
                all.forEach(above::remove);
            }
        }

        private Kind kind(List<Check> all, int level) {
            Optional<Check> orNull = orNull(all);
            if (orNull.isPresent()) {
                Kind inner = kind(orNull.get(), level);
                return new Kind(inner.type(), true, new Cells.Optional(inner.cell()));
            }
            if (all.stream().anyMatch(Deriving::isCombined) || asked(all) > 1) {
                straight = false;
            }
            EnumSet<Check.Type> types = types(all);
            boolean nullable = types.remove(Check.Type.NULL);
            if (types.contains(Check.Type.NUMBER)) {
                types.remove(Check.Type.INTEGER);
            }
            Kind kind = types.size() == 1 ? typed(types.iterator().next(), all, level) : any(all);
            return nullable && types.size() == 1
                    ? new Kind(kind.type(), true, new Cells.Optional(kind.cell()))
                    : kind;
        }

        /** How many of them ask anything of a value. */
        private static long asked(List<Check> all) {
            return all.stream().filter(each -> asks(each)).count();
        }

        private static boolean asks(Check check) {
            return check.never
                    || check.types != null
                    || check.values != null
                    || check.bounded()
                    || bounded(check)
                    || check.pattern != null
                    || check.additional != null
                    || check.names != null
                    || check.items != null
                    || check.contains != null
                    || check.unique
                    || !check.prefix.isEmpty()
                    || !check.properties.isEmpty()
                    || !check.patterns.isEmpty()
                    || !check.required.isEmpty()
                    || !check.requiredBeside.isEmpty();
        }

        private static boolean bounded(Check check) {
            return check.minLength > 0 || check.maxLength < Long.MAX_VALUE || isBoundedIn(check);
        }

        private static boolean isBoundedIn(Check check) {
            return check.minProperties > 0
                    || check.maxProperties < Long.MAX_VALUE
                    || check.minItems > 0
                    || check.maxItems < Long.MAX_VALUE;
        }

        /** More than what judges with it, which are all here. */
        private static boolean isCombined(Check check) {
            return !check.any.isEmpty()
                    || !check.one.isEmpty()
                    || check.not != null
                    || check.condition != null
                    || !check.schemaBeside.isEmpty();
        }

        /** The one schema that a value has when it is not null, where that is said by a choice. */
        private Optional<Check> orNull(List<Check> all) {
            List<Check> asking =
                    all.stream().filter(each -> asks(each) || isCombined(each)).toList();
            if (asking.size() != 1) {
                return Optional.empty();
            }
            Check check = asking.getFirst();
            List<Check> branches = check.any.isEmpty() ? check.one : check.any;
            boolean alone =
                    !asks(check)
                            && check.not == null
                            && check.condition == null
                            && check.schemaBeside.isEmpty()
                            && (check.any.isEmpty() || check.one.isEmpty());
            if (!alone || branches.size() != 2) {
                return Optional.empty();
            }
            for (int i = 0; i < 2; i++) {
                Check other = branches.get(1 - i);
                if (isNull(branches.get(i)) && !mayBeNull(other)) {
                    return Optional.of(other);
                }
            }
            return Optional.empty();
        }

        private static boolean isNull(Check check) {
            return check.types != null
                    && check.types.equals(EnumSet.of(Check.Type.NULL))
                    && !check.combines()
                    && check.values == null;
        }

        private boolean mayBeNull(Check check) {
            return types(together(check)).contains(Check.Type.NULL);
        }

        /** Which types a value may have, by what is said of types and of values. */
        private static EnumSet<Check.Type> types(List<Check> all) {
            EnumSet<Check.Type> types = EnumSet.allOf(Check.Type.class);
            for (Check each : all) {
                if (each.types != null) {
                    EnumSet<Check.Type> own = EnumSet.copyOf(each.types);
                    if (own.contains(Check.Type.NUMBER)) {
                        own.add(Check.Type.INTEGER);
                    }
                    types.retainAll(own);
                }
                if (each.values != null) {
                    EnumSet<Check.Type> own = EnumSet.noneOf(Check.Type.class);
                    each.values.forEach(value -> own.add(Check.Type.of(value)));
                    types.retainAll(own);
                }
            }
            return types;
        }

        private Kind any(List<Check> all) {
            if (all.stream().anyMatch(Deriving::asks)) {
                straight = false;
            }
            return new Kind(ColumnType.Simple.TEXT, false, Cell.of(Cells::json));
        }

        private Kind typed(Check.Type type, List<Check> all, int level) {
            return switch (type) {
                case BOOLEAN -> leaf(ColumnType.Simple.BOOLEAN, values(all, Cell.of(Cells::bool)));
                case INTEGER -> leaf(ColumnType.Simple.LONG, whole(all));
                case NUMBER -> leaf(ColumnType.Simple.DOUBLE, number(all));
                case STRING -> string(all);
                case OBJECT -> object(all, level);
                case ARRAY -> array(all, level);
                case NULL -> any(all);
            };
        }

        private static Kind leaf(ColumnType.Simple type, Cell cell) {
            return new Kind(type, false, cell);
        }

        private Cell values(List<Check> all, Cell cell) {
            if (all.stream().anyMatch(each -> each.values != null)) {
                straight = false;
            }
            return cell;
        }

        private static Check asking(List<Check> all) {
            return all.stream().filter(Deriving::asks).findFirst().orElse(all.getFirst());
        }

        private static BadRecord outside() {
            return new BadRecord("its value is not among those that the schema allows");
        }

        private Cell whole(List<Check> all) {
            Check check = asking(all);
            if (!check.bounded() && check.values == null) {
                return Cell.of(Cells::whole);
            }
            return walk -> {
                long value = Cells.whole(walk.json());
                fits(check, JsonText.number(BigDecimal.valueOf(value)));
                return value;
            };
        }

        private Cell number(List<Check> all) {
            Check check = asking(all);
            if (!check.bounded() && check.values == null) {
                return Cell.of(Cells::number);
            }
            return walk -> {
                double value = Cells.number(walk.json());
                fits(check, JsonText.number(walk.json().getDecimalValue()));
                return value;
            };
        }

        private static void fits(Check check, BigDecimal value) {
            if (!check.fits(value) || (check.values != null && !check.values.contains(value))) {
                throw outside();
            }
        }

        private Kind string(List<Check> all) {
            String format =
                    all.stream()
                            .map(each -> each.format)
                            .filter(each -> !each.isEmpty())
                            .findFirst()
                            .orElse("");
            ColumnType.Simple type =
                    switch (format) {
                        case "date" -> ColumnType.Simple.DATE;
                        case "date-time" -> ColumnType.Simple.INSTANT;
                        case "uuid" -> ColumnType.Simple.UUID;
                        default -> ColumnType.Simple.TEXT;
                    };
            Check check = asking(all);
            boolean asks =
                    check.pattern != null
                            || check.values != null
                            || check.minLength > 0
                            || check.maxLength < Long.MAX_VALUE;
            Cell plain = Cells.simple(type);
            if (!asks) {
                return leaf(type, plain);
            }
            return leaf(
                    type,
                    walk -> {
                        String text = Cells.text(walk.json());
                        if (check.pattern != null) {
                            walk.matching(check.pattern, text);
                        }
                        if (!check.fits(text)
                                || (check.values != null && !check.values.contains(text))) {
                            throw outside();
                        }
                        return type == ColumnType.Simple.TEXT ? text : plain.read(walk);
                    });
        }

        private Kind array(List<Check> all, int level) {
            List<Check> items = new ArrayList<>();
            boolean odd = false;
            for (Check each : all) {
                odd |= !each.prefix.isEmpty();
                if (each.items != null) {
                    items.add(each.items);
                }
                if (each.contains != null
                        || each.unique
                        || isBoundedIn(each)
                        || each.values != null) {
                    straight = false;
                }
            }
            if (odd || items.size() != 1) {
                return any(all);
            }
            Kind element = kind(items.getFirst(), level + 1);
            return new Kind(
                    new ColumnType.Sequence(
                            new Column("element", element.type(), !element.nullable())),
                    false,
                    new Cells.Sequence(element.cell()));
        }

        private Kind object(List<Check> all, int level) {
            Map<String, Check> properties = new LinkedHashMap<>();
            Set<String> required = new LinkedHashSet<>();
            Cells.Unknown unknown = Cells.Unknown.DROPPED;
            Optional<Check> additional = Optional.empty();
            for (Check each : all) {
                each.properties.forEach((name, property) -> {
                    if (properties.putIfAbsent(name, property) != null) {
                        straight = false;
                    }
                });
                required.addAll(each.required);
                if (!each.patterns.isEmpty()
                        || each.names != null
                        || !each.requiredBeside.isEmpty()
                        || isBoundedIn(each)
                        || each.values != null) {
                    straight = false;
                }
                if (each.additional != null) {
                    additional = Optional.of(each.additional);
                    if (each.additional.never) {
                        unknown = Cells.Unknown.REFUSED;
                    }
                }
            }
            if (!properties.keySet().containsAll(required)) {
                straight = false;
            }
            if (properties.isEmpty()) {
                boolean map =
                        additional.isPresent()
                                && !additional.get().never
                                && all.stream().allMatch(each -> each.patterns.isEmpty());
                return map ? map(additional.get(), level) : any(all);
            }
            if (additional.isPresent()
                    && !additional.get().never
                    && (asks(additional.get()) || additional.get().combines())) {
                straight = false;
            }
            return struct(properties, required, straight ? unknown : Cells.Unknown.DROPPED, level);
        }

        private Kind map(Check additional, int level) {
            Kind value = kind(additional, level + 1);
            return new Kind(
                    new ColumnType.Mapping(new Column("value", value.type(), !value.nullable())),
                    false,
                    new Cells.Mapping(value.cell()));
        }

        private Kind struct(
                Map<String, Check> properties,
                Set<String> required,
                Cells.Unknown unknown,
                int level) {
            List<Column> columns = new ArrayList<>();
            List<Cells.Member> members = new ArrayList<>();
            properties.forEach((name, property) -> {
                if (property.never) {
                    straight = false;
                    return;
                }
                Kind kind = kind(property, level + 1);
                boolean wanted = required.contains(name);
                columns.add(new Column(name, kind.type(), wanted && !kind.nullable()));
                members.add(
                        new Cells.Member(
                                name,
                                List.of(name),
                                kind.cell(),
                                wanted ? Optional.empty() : Optional.of(Cells.none())));
            });
            if (columns.isEmpty()) {
                straight = false;
                return new Kind(ColumnType.Simple.TEXT, false, Cell.of(Cells::json));
            }
            return new Kind(
                    new ColumnType.Struct(columns), false, new Cells.Struct(members, unknown));
        }
    }
}
