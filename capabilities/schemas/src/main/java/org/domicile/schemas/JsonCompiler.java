package org.domicile.schemas;

import java.math.BigDecimal;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compiles JSON Schema, drafts 4, 6, 7, 2019-09 and 2020-12, into {@link Check}s. What is not
 * checked here is refused rather than passed over: {@code unevaluatedProperties}, {@code
 * unevaluatedItems}, {@code $dynamicRef}, {@code $recursiveRef}, and patterns that look around.
 * Formats say which columns there are, as annotations do.
 */
final class JsonCompiler {
    private static final int MOST_PATTERNS = 1_000;
    private static final int MOST_CHECKS = 20_000;
    private static final int MOST_DEEP = 300;
    private static final URI NOWHERE = URI.create("schema:/");

    private static final Set<String> REFUSED =
            Set.of(
                    "unevaluatedProperties",
                    "unevaluatedItems",
                    "$dynamicRef",
                    "$recursiveRef",
                    "extends",
                    "disallow",
                    "divisibleBy");

    private enum Draft {
        FOUR,
        SIX,
        SEVEN,
        YEAR_2019,
        YEAR_2020
    }

    /** A schema's place: what it is, and against what it names others. */
    private record Place(Object tree, URI base, Draft draft) {}

    private final Map<URI, Place> places = new HashMap<>();
    private final Map<Object, Check> compiled = new IdentityHashMap<>();

    /** The same in the order of the text, so that what is refused is always refused. */
    private final List<Check> order = new ArrayList<>();

    private int patterns;
    private int levels;

    private JsonCompiler() {}

    /**
     * @param on other schemas, by the names under which this one knows them
     */
    static Check compile(Object tree, Map<String, Object> on) {
        JsonCompiler compiler = new JsonCompiler();
        on.forEach((name, other) -> {
            Place place = compiler.index(other, resolve(NOWHERE, name), draft(other, Draft.SEVEN));
            compiler.places.put(resolve(NOWHERE, name), place);
        });
        Place root = compiler.index(tree, NOWHERE, draft(tree, Draft.SEVEN));
        compiler.places.put(NOWHERE, root);
        Check check = compiler.check(root);
        compiler.circles();
        return check;
    }

    private static Draft draft(Object tree, Draft otherwise) {
        if (!(tree instanceof Map<?, ?> members)
                || !(members.get("$schema") instanceof String named)) {
            return otherwise;
        }
        String word = named.replaceFirst("^https?://", "").replaceFirst("#$", "");
        return switch (word) {
            case "json-schema.org/draft-04/schema" -> Draft.FOUR;
            case "json-schema.org/draft-06/schema" -> Draft.SIX;
            case "json-schema.org/draft-07/schema", "json-schema.org/schema" -> Draft.SEVEN;
            case "json-schema.org/draft/2019-09/schema" -> Draft.YEAR_2019;
            case "json-schema.org/draft/2020-12/schema" -> Draft.YEAR_2020;
            default ->
                    throw new BadSchema(
                            "Its $schema is none of the drafts 4, 6, 7, 2019-09 and 2020-12.");
        };
    }

    private static URI resolve(URI base, String reference) {
        try {
            return base.resolve(reference);
        } catch (IllegalArgumentException e) {
            throw new BadSchema("'%s' is no address.".formatted(reference));
        }
    }

    private static URI created(String address) {
        try {
            return URI.create(address);
        } catch (IllegalArgumentException e) {
            throw new BadSchema("'%s' is no address.".formatted(address));
        }
    }

    private static URI plain(URI address) {
        String text = address.toString();
        int hash = text.indexOf('#');
        return hash < 0 ? address : created(text.substring(0, hash));
    }

    /** Remembers what has an address of its own. */
    private Place index(Object tree, URI base, Draft draft) {
        if (tree instanceof List<?> elements) {
            elements.forEach(each -> index(each, base, draft));
        }
        if (!(tree instanceof Map<?, ?> members)) {
            return new Place(tree, base, draft);
        }
        Draft own = draft(tree, draft);
        URI here = base;
        if (members.get(own == Draft.FOUR ? "id" : "$id") instanceof String id
                && !(own.compareTo(Draft.SEVEN) <= 0 && members.containsKey("$ref"))) {
            URI address = resolve(base, id);
            if (id.startsWith("#")) {
                places.put(address, new Place(tree, base, own));
            } else {
                here = plain(address);
                places.put(here, new Place(tree, here, own));
            }
        }
        for (String word : List.of("$anchor", "$dynamicAnchor")) {
            if (members.get(word) instanceof String anchor) {
                places.put(resolve(here, "#" + anchor), new Place(tree, here, own));
            }
        }
        for (Map.Entry<?, ?> each : members.entrySet()) {
            if (!each.getKey().equals("enum") && !each.getKey().equals("const")) {
                index(each.getValue(), here, own);
            }
        }
        return new Place(tree, here, own);
    }

    /** Schemas that ask each other about the same value for ever, or in too many steps. */
    private void circles() {
        Map<Check, Integer> depths = new IdentityHashMap<>();
        for (Check each : order) {
            if (depth(each, depths, 0) > Schemas.MOST_LEVELS) {
                throw circle();
            }
        }
    }

    private static BadSchema circle() {
        return new BadSchema(
                "Schemas in it refer to each other in a circle, or through more than %d others."
                        .formatted(Schemas.MOST_LEVELS));
    }

    /** How many judge one value one after the other; 0 stands for one that is being counted. */
    private static int depth(Check check, Map<Check, Integer> depths, int level) {
        Integer known = depths.get(check);
        if (known != null && known > 0) {
            return known;
        }
        if (known != null || level > MOST_DEEP) {
            throw circle();
        }
        depths.put(check, 0);
        int deepest = 0;
        for (Check each : check.beside()) {
            deepest = Math.max(deepest, depth(each, depths, level + 1));
        }
        depths.put(check, deepest + 1);
        return deepest + 1;
    }

    // addresses

    private Place place(Place from, String reference) {
        URI whole = resolve(from.base(), reference);
        if (reference.isEmpty() || reference.startsWith("#")) {
            // URI.resolve makes something else of these where the base is not a path.
            whole = created(plain(from.base()) + reference.replace("^", "%5E"));
        }
        Place exact = places.get(whole);
        if (exact != null) {
            return exact;
        }
        Place document = places.get(plain(whole));
        if (document == null) {
            throw new BadSchema(
                    "It refers to '%s', which is neither in it nor among its references."
                            .formatted(reference));
        }
        String fragment = whole.getFragment() == null ? "" : whole.getFragment();
        if (fragment.isEmpty()) {
            return document;
        }
        if (!fragment.startsWith("/")) {
            throw new BadSchema("It refers to '%s', which is not there.".formatted(reference));
        }
        Object at = document.tree();
        Place place = document;
        for (String step : fragment.substring(1).split("/", -1)) {
            String word = step.replace("~1", "/").replace("~0", "~");
            at =
                    switch (at) {
                        case Map<?, ?> members -> members.get(word);
                        case List<?> elements -> element(elements, word);
                        case null, default -> null;
                    };
            if (at == null) {
                throw new BadSchema("It refers to '%s', which is not there.".formatted(reference));
            }
            place = below(place, at);
        }
        return place;
    }

    private static @Nullable Object element(List<?> elements, String word) {
        return word.length() < 6
                        && word.matches("[0-9]+")
                        && Integer.parseInt(word) < elements.size()
                ? elements.get(Integer.parseInt(word))
                : null;
    }

    /** A part of a schema, which may have an address of its own. */
    private static Place below(Place from, Object tree) {
        Draft draft = draft(tree, from.draft());
        if (tree instanceof Map<?, ?> members
                && members.get(draft == Draft.FOUR ? "id" : "$id") instanceof String id
                && !id.startsWith("#")
                && !(draft.compareTo(Draft.SEVEN) <= 0 && members.containsKey("$ref"))) {
            return new Place(tree, plain(resolve(from.base(), id)), draft);
        }
        return new Place(tree, from.base(), draft);
    }

    // keywords

    private Check check(Place place) {
        Object tree = place.tree();
        if (tree instanceof Boolean always) {
            Check check = new Check(tree);
            check.never = !always;
            return check;
        }
        if (!(tree instanceof Map<?, ?> members)) {
            throw new BadSchema("A schema in it is neither an object nor true or false.");
        }
        Check known = compiled.get(tree);
        if (known != null) {
            return known;
        }
        if (compiled.size() > MOST_CHECKS) {
            throw new BadSchema("It has more than %d schemas in it.".formatted(MOST_CHECKS));
        }
        if (++levels > MOST_DEEP) {
            throw new BadSchema(
                    "Schemas in it lead to each other through more than %d others."
                            .formatted(MOST_DEEP));
        }
        Check check = new Check(tree);
        compiled.put(tree, check);
        order.add(check);
        new Keywords(place, members, check).compile();
        levels--;
        return check;
    }

    private final class Keywords {
        private final Place place;
        private final Map<?, ?> members;
        private final Check check;

        Keywords(Place place, Map<?, ?> members, Check check) {
            this.place = place;
            this.members = members;
            this.check = check;
        }

        private boolean since(Draft draft) {
            return place.draft().compareTo(draft) >= 0;
        }

        void compile() {
            Object ref = members.get("$ref");
            if (ref != null) {
                if (!(ref instanceof String reference)) {
                    throw wrong("$ref");
                }
                check.ref = check(place(place, reference));
                if (!since(Draft.YEAR_2019)) {
                    return; // beside $ref nothing counted
                }
            }
            for (String word : REFUSED) {
                if (members.containsKey(word)) {
                    throw new BadSchema(
                            "'%s' is not checked here, so a schema with it is not taken."
                                    .formatted(word));
                }
            }
            values();
            numbers();
            texts();
            objects();
            arrays();
            check.all = list("allOf");
            check.any = list("anyOf");
            check.one = list("oneOf");
            check.not = one("not");
            check.condition = one("if");
            check.then = one("then");
            check.otherwise = one("else");
        }

        private BadSchema wrong(String word) {
            return new BadSchema(
                    "What '%s' has is not what JSON Schema wants there.".formatted(word));
        }

        private @Nullable Check one(String word) {
            Object tree = members.get(word);
            return tree == null ? null : check(below(place, tree));
        }

        private List<Check> list(String word) {
            Object tree = members.get(word);
            if (tree == null) {
                return List.of();
            }
            if (!(tree instanceof List<?> elements) || elements.isEmpty()) {
                throw wrong(word);
            }
            List<Check> checks = new ArrayList<>();
            elements.forEach(each -> checks.add(check(below(place, each))));
            return checks;
        }

        private Map<?, ?> map(String word) {
            return switch (members.get(word)) {
                case null -> Map.of();
                case Map<?, ?> map -> map;
                default -> throw wrong(word);
            };
        }

        private @Nullable BigDecimal number(String word) {
            return switch (members.get(word)) {
                case null -> null;
                case BigDecimal number -> number;
                default -> throw wrong(word);
            };
        }

        private long count(String word, long otherwise) {
            BigDecimal number = number(word);
            if (number == null) {
                return otherwise;
            }
            if (number.signum() < 0 || number.scale() > 0) {
                throw wrong(word);
            }
            return number.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
                    ? Long.MAX_VALUE
                    : number.longValueExact();
        }

        private Set<String> texts(Object tree, String word) {
            if (!(tree instanceof List<?> elements)) {
                throw wrong(word);
            }
            Set<String> texts = new LinkedHashSet<>();
            for (Object each : elements) {
                if (!(each instanceof String text)) {
                    throw wrong(word);
                }
                texts.add(text);
            }
            return texts;
        }

        private void values() {
            Object type = members.get("type");
            if (type != null) {
                EnumSet<Check.Type> types = EnumSet.noneOf(Check.Type.class);
                for (String each : texts(type instanceof String ? List.of(type) : type, "type")) {
                    try {
                        types.add(Check.Type.valueOf(each.toUpperCase(Locale.ROOT)));
                    } catch (IllegalArgumentException e) {
                        throw wrong("type");
                    }
                }
                if (types.isEmpty()) {
                    throw wrong("type");
                }
                check.types = types;
            }
            if (members.get("enum") instanceof List<?> values) {
                check.values = new LinkedHashSet<>(values);
            } else if (members.containsKey("enum")) {
                throw wrong("enum");
            }
            if (members.containsKey("const") && since(Draft.SIX)) {
                Set<Object> only = new LinkedHashSet<>(Set.of(members.get("const")));
                if (check.values != null) {
                    only.retainAll(check.values);
                }
                check.values = only;
            }
        }

        private void numbers() {
            check.multipleOf = number("multipleOf");
            if (check.multipleOf != null && check.multipleOf.signum() <= 0) {
                throw wrong("multipleOf");
            }
            check.minimum = number("minimum");
            check.maximum = number("maximum");
            if (place.draft() == Draft.FOUR) {
                if (Boolean.TRUE.equals(members.get("exclusiveMinimum"))) {
                    check.above = check.minimum;
                }
                if (Boolean.TRUE.equals(members.get("exclusiveMaximum"))) {
                    check.below = check.maximum;
                }
            } else {
                check.above = number("exclusiveMinimum");
                check.below = number("exclusiveMaximum");
            }
        }

        private SafePattern pattern(String text) {
            if (++patterns > MOST_PATTERNS) {
                throw new BadSchema("It has more than %d patterns.".formatted(MOST_PATTERNS));
            }
            return SafePattern.of(text);
        }

        private void texts() {
            check.minLength = count("minLength", 0);
            check.maxLength = count("maxLength", Long.MAX_VALUE);
            switch (members.get("pattern")) {
                case null -> {}
                case String text -> check.pattern = pattern(text);
                default -> throw wrong("pattern");
            }
            check.format = members.get("format") instanceof String format ? format : "";
        }

        private void objects() {
            map("properties")
                    .forEach((name, tree) ->
                            check.properties.put(String.valueOf(name), check(below(place, tree))));
            map("patternProperties")
                    .forEach((text, tree) ->
                            check.patterns.put(
                                    pattern(String.valueOf(text)), check(below(place, tree))));
            check.additional = one("additionalProperties");
            check.names = since(Draft.SIX) ? one("propertyNames") : null;
            if (members.containsKey("required")) {
                check.required = texts(members.get("required"), "required");
            }
            map("dependentRequired")
                    .forEach((name, tree) ->
                            check.requiredBeside.put(
                                    String.valueOf(name), texts(tree, "dependentRequired")));
            map("dependentSchemas")
                    .forEach((name, tree) ->
                            check.schemaBeside.put(
                                    String.valueOf(name), check(below(place, tree))));
            map("dependencies")
                    .forEach((name, tree) -> {
                        if (tree instanceof List<?>) {
                            check.requiredBeside.put(
                                    String.valueOf(name), texts(tree, "dependencies"));
                        } else {
                            check.schemaBeside.put(String.valueOf(name), check(below(place, tree)));
                        }
                    });
            check.minProperties = count("minProperties", 0);
            check.maxProperties = count("maxProperties", Long.MAX_VALUE);
        }

        private void arrays() {
            if (since(Draft.YEAR_2020)) {
                check.prefix = list("prefixItems");
                check.items = one("items");
            } else if (members.get("items") instanceof List<?> elements) {
                List<Check> prefix = new ArrayList<>();
                elements.forEach(each -> prefix.add(check(below(place, each))));
                check.prefix = prefix;
                check.items = one("additionalItems");
            } else {
                check.items = one("items");
            }
            if (since(Draft.SIX)) {
                check.contains = one("contains");
            }
            if (since(Draft.YEAR_2019)) {
                check.minContains = count("minContains", 1);
                check.maxContains = count("maxContains", Long.MAX_VALUE);
            }
            check.minItems = count("minItems", 0);
            check.maxItems = count("maxItems", Long.MAX_VALUE);
            switch (members.get("uniqueItems")) {
                case null -> {}
                case Boolean unique -> check.unique = unique;
                default -> throw wrong("uniqueItems");
            }
        }
    }
}
