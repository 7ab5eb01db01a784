package org.domicile.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.domicile.proof.RandomWorld.Kind;

/**
 * Makes policies for a world. Mostly each part has the type that its place asks for, so that many
 * are valid; sometimes it has not, so that many are not.
 */
final class RandomPolicy {
    private static final long[] NUMBERS = {
        0, 1, -1, 2, 7, 42, -100, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1
    };
    private static final int STEPS = 2;

    private final RandomGenerator random;
    private final RandomWorld world;
    private final RandomWorld.Act act;
    private final String principal;
    private final String resource;
    private final List<Term> guards = new ArrayList<>();

    RandomPolicy(RandomGenerator random, RandomWorld world) {
        this.random = random;
        this.world = world;
        act =
                world.one(
                        world.actions.stream()
                                .filter(each -> !each.principals().isEmpty())
                                .toList());
        principal = world.one(act.principals());
        resource = world.one(act.resources());
    }

    /** A path to something, and whether each step of it is there for sure. */
    private record Found(Term path, List<Term> guards) {}

    private String one(String... of) {
        return of[random.nextInt(of.length)];
    }

    Term policy() {
        return policy(constraint(principal), constraint(resource));
    }

    /** A template with these slots. */
    Term template(boolean ofPrincipal, boolean ofResource) {
        return policy(
                ofPrincipal ? slot("?principal", principal) : constraint(principal),
                ofResource ? slot("?resource", resource) : constraint(resource));
    }

    private String slot(String slot, String type) {
        return one(" == " + slot, " in " + slot, " is " + type + " in " + slot);
    }

    String principalType() {
        return principal;
    }

    String resourceType() {
        return resource;
    }

    private Term policy(String ofPrincipal, String ofResource) {
        String action = world.action(act).toString();
        String of =
                one(
                        "",
                        "",
                        " == " + action,
                        " in [" + action + "]",
                        " in " + world.action(world.one(world.actions)),
                        " in [" + world.action(world.one(world.actions)) + ", " + action + "]");
        List<Term> conditions = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            conditions.add(
                    Term.of(world.chance(80) ? " when { % }" : " unless { % }", condition(4)));
        }
        return Term.joined(
                "%s(principal%s, action%s, resource%s)"
                        .formatted(
                                world.chance(60) ? "permit" : "forbid",
                                ofPrincipal,
                                of,
                                ofResource),
                conditions,
                "",
                ";");
    }

    private String constraint(String type) {
        return switch (random.nextInt(12)) {
            case 0 -> " == " + world.uid(type);
            case 1 -> " in " + world.uid(world.chance(50) ? type : world.one(world.types).name());
            case 2 -> " is " + (world.chance(80) ? type : world.one(world.types).name());
            case 3 -> " is " + type + " in " + world.uid(type);
            default -> "";
        };
    }

    private Term condition(int depth) {
        guards.clear();
        Term body = bool(depth);
        // What the body reads that may be absent is asked for first, mostly.
        List<Term> parts = new ArrayList<>();
        for (Term guard : guards) {
            if (world.chance(90)) {
                parts.add(guard);
            }
        }
        parts.add(Term.of("(%)", body));
        return Term.joined("", parts, " && ", "");
    }

    private Term of(Kind kind, int depth) {
        Kind asked = world.chance(1) ? world.anyKind() : kind;
        if (depth > 0 && world.chance(8)) {
            return Term.of(
                    "(if % then % else %)",
                    bool(depth - 1), of(asked, depth - 1), of(asked, depth - 1));
        }
        List<Found> paths = paths(asked);
        if (!paths.isEmpty() && world.chance(60)) {
            Found found = world.one(paths);
            guards.addAll(found.guards());
            return found.path();
        }
        return switch (asked) {
            case Kind.Plain(String name) ->
                    switch (name) {
                        case "Bool" -> bool(depth);
                        case "Long" -> number(depth);
                        case "String" -> Term.leaf(text());
                        default -> extension(asked, depth);
                    };
            case Kind.Entity(String name) -> Term.leaf(world.uid(name).toString());
            case Kind.Many(Kind element) -> set(element, depth);
            case Kind.Fields(Map<String, RandomWorld.Field> fields) -> {
                List<Term> members = new ArrayList<>();
                fields.forEach((name, field) -> {
                    if (field.required() || world.chance(50)) {
                        members.add(
                                Term.of(
                                        CedarCase.quoted(name) + ": %",
                                        of(field.kind(), depth - 1)));
                    }
                });
                yield Term.joined("{", members, ", ", "}");
            }
        };
    }

    private String text() {
        return new org.domicile.cedar.EntityUid(
                        "T", RandomWorld.TEXTS[random.nextInt(RandomWorld.TEXTS.length)])
                .toString()
                .substring(3);
    }

    private Term set(Kind element, int depth) {
        int size = world.chance(2) ? 0 : 1 + random.nextInt(3);
        List<Term> elements = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            elements.add(of(element, depth - 1));
        }
        return Term.joined("[", elements, ", ", "]");
    }

    private Term number(int depth) {
        if (depth <= 0 || world.chance(40)) {
            // In parentheses: the sign of the least number is lost to a method that follows.
            return Term.leaf("(" + NUMBERS[random.nextInt(NUMBERS.length)] + ")");
        }
        return switch (random.nextInt(6)) {
            case 0 -> Term.of("-(%)", of(RandomWorld.LONG, depth - 1));
            case 1 ->
                    Term.of(
                            "%"
                                    + one(
                                            ".toMilliseconds()",
                                            ".toSeconds()",
                                            ".toMinutes()",
                                            ".toHours()",
                                            ".toDays()"),
                            of(RandomWorld.LENGTH, depth - 1));
            default ->
                    Term.of(
                            "(%" + one(" + ", " - ", " * ") + "%)",
                            of(RandomWorld.LONG, depth - 1),
                            of(RandomWorld.LONG, depth - 1));
        };
    }

    private Term extension(Kind kind, int depth) {
        if (kind.equals(RandomWorld.DECIMAL)) {
            return call("decimal", RandomWorld.GOOD_DECIMALS, RandomWorld.DECIMALS);
        }
        if (kind.equals(RandomWorld.ADDRESS)) {
            return call("ip", RandomWorld.GOOD_ADDRESSES, RandomWorld.ADDRESSES);
        }
        boolean deeper = depth > 0 && world.chance(40);
        if (kind.equals(RandomWorld.MOMENT)) {
            if (!deeper) {
                return call("datetime", RandomWorld.GOOD_MOMENTS, RandomWorld.MOMENTS);
            }
            Term moment = of(RandomWorld.MOMENT, depth - 1);
            return world.chance(50)
                    ? Term.of("%.toDate()", moment)
                    : Term.of("%.offset(%)", moment, of(RandomWorld.LENGTH, depth - 1));
        }
        if (!deeper) {
            return call("duration", RandomWorld.GOOD_LENGTHS, RandomWorld.LENGTHS);
        }
        Term moment = of(RandomWorld.MOMENT, depth - 1);
        return world.chance(50)
                ? Term.of("%.toTime()", moment)
                : Term.of("%.durationSince(%)", moment, of(RandomWorld.MOMENT, depth - 1));
    }

    private Term call(String function, int good, String[] of) {
        return Term.leaf(function + "(\"" + world.literal(good, of) + "\")");
    }

    private Term entity(int depth) {
        return of(
                new Kind.Entity(
                        world.one(List.of(principal, resource, world.one(world.types).name()))),
                depth);
    }

    private Term bool(int depth) {
        if (depth <= 0) {
            return world.chance(70) ? Term.leaf(one("true", "false")) : leaf(0);
        }
        return switch (random.nextInt(6)) {
            case 0 -> Term.of("% && %", bool(depth - 1), leaf(depth - 1));
            case 1 -> Term.of("(% || %)", bool(depth - 1), bool(depth - 1));
            case 2 -> Term.of("!(%)", bool(depth - 1));
            case 3 ->
                    Term.of(
                            "(if % then % else %)",
                            bool(depth - 1), bool(depth - 1), bool(depth - 1));
            default -> leaf(depth - 1);
        };
    }

    private Term pair(String pattern, Kind one, Kind other, int depth) {
        return Term.of(pattern, of(one, depth), of(other, depth));
    }

    private Term leaf(int depth) {
        Kind any = world.anyKind();
        return switch (random.nextInt(14)) {
            case 0 -> pair("(%" + one(" == ", " != ") + "%)", any, any, depth);
            case 1 -> {
                Kind kind =
                        world.one(
                                List.of(
                                        RandomWorld.LONG,
                                        RandomWorld.LONG,
                                        RandomWorld.MOMENT,
                                        RandomWorld.LENGTH));
                yield pair("(%" + one(" < ", " <= ", " > ", " >= ") + "%)", kind, kind, depth);
            }
            case 2 -> Term.of("(% in %)", entity(depth), entity(depth));
            case 3 ->
                    Term.of(
                            "(% in %)",
                            entity(depth),
                            set(new Kind.Entity(world.one(world.types).name()), depth));
            case 4 ->
                    Term.of(
                            "(% like \"" + one("*", "a*", "*e", "x\\**", "", "*l*c*") + "\")",
                            of(RandomWorld.TEXT, depth));
            case 5 ->
                    Term.of(
                            "(% is "
                                    + world.one(world.types).name()
                                    + (world.chance(30)
                                            ? " in " + world.uid(world.one(world.types).name())
                                            : "")
                                    + ")",
                            entity(depth));
            case 6 -> pair("%.contains(%)", new Kind.Many(any), any, depth);
            case 7 -> {
                Kind many = new Kind.Many(any);
                yield pair("%" + one(".containsAll(", ".containsAny(") + "%)", many, many, depth);
            }
            case 8 -> Term.of("%.isEmpty()", of(new Kind.Many(any), depth));
            case 9 ->
                    Term.leaf(
                            "("
                                    + one("principal", "resource", "context", "action")
                                    + " has "
                                    + CedarCase.quoted(one(RandomWorld.NAMES))
                                    + ")");
            case 10 ->
                    pair(
                            "%"
                                    + one(
                                            ".lessThan(",
                                            ".lessThanOrEqual(",
                                            ".greaterThan(",
                                            ".greaterThanOrEqual(")
                                    + "%)",
                            RandomWorld.DECIMAL,
                            RandomWorld.DECIMAL,
                            depth);
            case 11 ->
                    world.chance(50)
                            ? pair(
                                    "%.isInRange(%)",
                                    RandomWorld.ADDRESS, RandomWorld.ADDRESS, depth)
                            : Term.of(
                                    "%"
                                            + one(
                                                    ".isIpv4()",
                                                    ".isIpv6()",
                                                    ".isLoopback()",
                                                    ".isMulticast()"),
                                    of(RandomWorld.ADDRESS, depth));
            case 12 -> tag(any, depth);
            default -> {
                List<Found> paths = paths(RandomWorld.BOOL);
                if (paths.isEmpty()) {
                    yield Term.leaf(one("true", "false"));
                }
                Found found = world.one(paths);
                guards.addAll(found.guards());
                yield found.path();
            }
        };
    }

    private Term tag(Kind any, int depth) {
        String type = world.one(List.of(principal, resource));
        List<Kind> tags = world.type(type).tags();
        Term entity = world.chance(70) ? of(new Kind.Entity(type), depth) : entity(depth);
        String key = one("\"a\"", "\"ab\"", "\"x*y\"");
        Term has = Term.of("%.hasTag(" + key + ")", entity);
        return world.chance(40)
                ? has
                : Term.of(
                        "(% && %.getTag(" + key + ") == %)",
                        has,
                        entity,
                        of(tags.isEmpty() ? any : tags.getFirst(), depth));
    }

    /** What of this type can be reached from the request. */
    private List<Found> paths(Kind kind) {
        List<Found> found = new ArrayList<>();
        Term ofPrincipal = Term.leaf("principal");
        Term ofResource = Term.leaf("resource");
        if (kind.equals(new Kind.Entity(principal))) {
            found.add(new Found(ofPrincipal, List.of()));
        }
        if (kind.equals(new Kind.Entity(resource))) {
            found.add(new Found(ofResource, List.of()));
        }
        walk(new Found(ofPrincipal, List.of()), new Kind.Entity(principal), kind, STEPS, found);
        walk(new Found(ofResource, List.of()), new Kind.Entity(resource), kind, STEPS, found);
        walk(new Found(Term.leaf("context"), List.of()), act.context(), kind, STEPS, found);
        return found;
    }

    private void walk(Found at, Kind of, Kind wanted, int steps, List<Found> found) {
        Map<String, RandomWorld.Field> fields =
                switch (of) {
                    case Kind.Fields(Map<String, RandomWorld.Field> members) -> members;
                    case Kind.Entity(String name) -> world.type(name).attributes().fields();
                    case Kind.Plain _, Kind.Many _ -> Map.of();
                };
        fields.forEach((name, field) -> {
            String path = at.path().text();
            Term step = Term.leaf(path + "[" + CedarCase.quoted(name) + "]");
            List<Term> before = new ArrayList<>(at.guards());
            if (!field.required()) {
                before.add(Term.leaf("(" + path + " has " + CedarCase.quoted(name) + ")"));
            }
            Found next = new Found(step, before);
            if (field.kind().equals(wanted)) {
                found.add(next);
            }
            if (steps > 1) {
                walk(next, field.kind(), wanted, steps - 1, found);
            }
        });
    }
}
