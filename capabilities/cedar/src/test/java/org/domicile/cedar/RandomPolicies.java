package org.domicile.cedar;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Makes policies at random for one kind of request of a schema. Mostly each part has the type that
 * its place asks for, so that many policies are valid; sometimes it has not, so that many are not.
 */
final class RandomPolicies {
    private static final String[] TEXTS = {
        "", "a", "alice", "x*y", "*", "\\u{1F600}", "\\n", "\\\"", "ab", "é", "10.0.0.1"
    };
    private static final long[] NUMBERS = {
        0, 1, -1, 2, 7, 42, -100, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1
    };
    private static final String[] DECIMALS = {
        "0.0",
        "1.5",
        "-0.0",
        "-1.2345",
        "922337203685477.5807",
        "-922337203685477.5808",
        "7.00",
        "00.1",
        "922337203685477.5808",
        "1",
        "1.23456",
        ".5",
        "-.5",
        "1.",
        "+1.0"
    };
    private static final String[] ADDRESSES = {
        "10.0.0.1",
        "10.0.0.0/8",
        "127.0.0.1",
        "127.0.0.1/7",
        "224.0.0.1",
        "::1",
        "::",
        "ff00::/8",
        "ffee::/64",
        "1:2:3:4:5:6:7:8",
        "1::8/127",
        "0.0.0.0/0",
        "::/0",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "10.0.0.01",
        "1.2.3.4/33",
        "::ffff:1.2.3.4",
        "10.0.0.1/08",
        "1:2:3:4:5:6:7:8::",
        ":1::",
        "1.2.3",
        "1.2.3.4.5",
        "::g"
    };
    private static final String[] MOMENTS = {
        "1970-01-01",
        "2024-02-29",
        "2024-10-15T11:35:00Z",
        "2024-10-15T11:35:00.999Z",
        "2024-10-15T11:35:00+0130",
        "2024-10-15T11:35:00-2359",
        "9999-12-31T23:59:59.999Z",
        "0000-01-01",
        "1969-12-31T23:59:59.999Z",
        "2023-02-29",
        "2024-10-15T24:00:00Z",
        "2024-10-15T11:35:60Z",
        "2024-10-15T11:35:00+2400",
        "2024-10-15T11:35Z",
        "2024-13-01"
    };
    private static final String[] LENGTHS = {
        "0ms",
        "1d",
        "-1d",
        "1d2h3m4s5ms",
        "-36h",
        "9223372036854775807ms",
        "-9223372036854775808ms",
        "106751991167d",
        "90m",
        "9223372036854775808ms",
        "106751991168d",
        "",
        "-",
        "1h1d",
        "1ms1s",
        "+1h"
    };

    private final RandomGenerator random;
    private final Schema schema;
    private final Schema.ActionType action;
    private final String principal;
    private final String resource;
    private final List<EntityUid> uids;
    private final List<String> types;
    private final List<String> guards = new ArrayList<>();

    RandomPolicies(
            RandomGenerator random,
            Schema schema,
            Schema.ActionType action,
            String principal,
            String resource,
            List<EntityUid> uids) {
        this.random = random;
        this.schema = schema;
        this.action = action;
        this.principal = principal;
        this.resource = resource;
        this.uids = uids;
        types = schema.types().stream().map(Schema.EntityType::name).sorted().toList();
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static String quoted(String raw) {
        return "\"" + raw + "\"";
    }

    private String one(String... of) {
        return of[random.nextInt(of.length)];
    }

    /** One of the first, which are well-formed, and now and then any. */
    private String literal(int good, String... of) {
        return quoted(of[random.nextInt(chance(97) ? good : of.length)]);
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    String policy() {
        String scope =
                "principal%s, action%s, resource%s"
                        .formatted(
                                constraint(principal),
                                one(
                                        "",
                                        "",
                                        " == " + action.uid(),
                                        " in [" + action.uid() + "]",
                                        " in " + uid("Action")),
                                constraint(resource));
        StringBuilder text =
                new StringBuilder(chance(60) ? "permit(" : "forbid(").append(scope).append(")");
        int conditions = random.nextInt(3);
        for (int i = 0; i <= conditions; i++) {
            text.append(chance(80) ? " when { " : " unless { ");
            text.append(condition(4)).append(" }");
        }
        return text.append(";").toString();
    }

    private String constraint(String type) {
        return switch (random.nextInt(12)) {
            case 0 -> " == " + uid(type);
            case 1 -> " in " + uid(chance(50) ? type : one(types));
            case 2 -> " is " + (chance(80) ? type : one(types));
            case 3 -> " is " + type + " in " + uid(type);
            default -> "";
        };
    }

    /** A name, of this type if there is one. */
    private EntityUid uid(String type) {
        List<EntityUid> fitting = uids.stream().filter(uid -> uid.type().equals(type)).toList();
        if (!fitting.isEmpty() && chance(90)) {
            return one(fitting);
        }
        return type.equals("Action") || Names.isActionType(type)
                ? action.uid()
                : EntityUid.known(type, "nobody");
    }

    private String condition(int depth) {
        guards.clear();
        String body = bool(depth);
        // What the body reads that is optional is asked for first, mostly.
        StringBuilder text = new StringBuilder();
        for (String guard : guards) {
            if (chance(90)) {
                text.append(guard).append(" && ");
            }
        }
        return text.append("(").append(body).append(")").toString();
    }

    private String of(Type type, int depth) {
        Type asked = chance(1) ? anyType() : type;
        if (depth > 0 && chance(8)) {
            return "(if %s then %s else %s)"
                    .formatted(bool(depth - 1), of(asked, depth - 1), of(asked, depth - 1));
        }
        List<String> paths = paths(asked);
        if (!paths.isEmpty() && chance(60)) {
            return one(paths);
        }
        return switch (asked) {
            case Type.Truth _ -> bool(depth);
            case Type.Whole _ -> number(depth);
            case Type.Text _ -> quoted(one(TEXTS));
            case Type.Entity(String name) -> uid(name).toString();
            case Type.Extension(Type.Kind kind) -> extension(kind, depth);
            case Type.Many(Type element, _) -> set(element, depth);
            case Type.Fields fields -> record(fields, depth);
        };
    }

    private Type anyType() {
        return switch (random.nextInt(8)) {
            case 0 -> Types.BOOL;
            case 1 -> Types.WHOLE;
            case 2 -> Types.TEXT;
            case 3 -> new Type.Entity(one(types));
            case 4 -> Types.DECIMAL;
            case 5 -> Types.IPADDR;
            case 6 -> chance(50) ? Types.DATETIME : Types.DURATION;
            default -> new Type.Many(Types.TEXT);
        };
    }

    private String set(Type element, int depth) {
        int size = chance(2) ? 0 : 1 + random.nextInt(3);
        List<String> elements = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            elements.add(of(element, depth - 1));
        }
        return "[" + String.join(", ", elements) + "]";
    }

    private String record(Type.Fields type, int depth) {
        List<String> fields = new ArrayList<>();
        for (Map.Entry<String, Type.Field> field : type.fields().entrySet()) {
            if (field.getValue().isRequired() || chance(50)) {
                fields.add(
                        Escapes.quoted(field.getKey())
                                + ": "
                                + of(field.getValue().type(), depth - 1));
            }
        }
        return "{" + String.join(", ", fields) + "}";
    }

    private String number(int depth) {
        if (depth <= 0 || chance(40)) {
            // In parentheses: the sign of the least number is lost to a method that follows.
            return "(" + NUMBERS[random.nextInt(NUMBERS.length)] + ")";
        }
        return switch (random.nextInt(6)) {
            case 0 -> "-(" + of(Types.WHOLE, depth - 1) + ")";
            case 1 ->
                    of(Types.DURATION, depth - 1)
                            + one(
                                    ".toMilliseconds()",
                                    ".toSeconds()",
                                    ".toMinutes()",
                                    ".toHours()",
                                    ".toDays()");
            default ->
                    "("
                            + of(Types.WHOLE, depth - 1)
                            + one(" + ", " - ", " * ")
                            + of(Types.WHOLE, depth - 1)
                            + ")";
        };
    }

    private String extension(Type.Kind kind, int depth) {
        return switch (kind) {
            case DECIMAL -> "decimal(" + literal(8, DECIMALS) + ")";
            case IPADDR -> "ip(" + literal(15, ADDRESSES) + ")";
            case DATETIME ->
                    depth > 0 && chance(40)
                            ? of(Types.DATETIME, depth - 1)
                                    + (chance(50)
                                            ? ".toDate()"
                                            : ".offset(" + of(Types.DURATION, depth - 1) + ")")
                            : "datetime(" + literal(9, MOMENTS) + ")";
            case DURATION ->
                    depth > 0 && chance(40)
                            ? of(Types.DATETIME, depth - 1)
                                    + (chance(50)
                                            ? ".toTime()"
                                            : ".durationSince("
                                                    + of(Types.DATETIME, depth - 1)
                                                    + ")")
                            : "duration(" + literal(9, LENGTHS) + ")";
        };
    }

    private String entity(int depth) {
        return of(new Type.Entity(one(List.of(principal, resource, one(types)))), depth);
    }

    private String bool(int depth) {
        if (depth <= 0) {
            return chance(70) ? one("true", "false") : leaf(0);
        }
        return switch (random.nextInt(6)) {
            case 0 -> bool(depth - 1) + " && " + leaf(depth - 1);
            case 1 -> "(" + bool(depth - 1) + " || " + bool(depth - 1) + ")";
            case 2 -> "!(" + bool(depth - 1) + ")";
            case 3 ->
                    "(if %s then %s else %s)"
                            .formatted(bool(depth - 1), bool(depth - 1), bool(depth - 1));
            default -> leaf(depth - 1);
        };
    }

    private String leaf(int depth) {
        return switch (random.nextInt(14)) {
            case 0 -> {
                Type type = anyType();
                yield "(" + of(type, depth) + one(" == ", " != ") + of(type, depth) + ")";
            }
            case 1 -> {
                Type type = one(List.of(Types.WHOLE, Types.WHOLE, Types.DATETIME, Types.DURATION));
                yield "("
                        + of(type, depth)
                        + one(" < ", " <= ", " > ", " >= ")
                        + of(type, depth)
                        + ")";
            }
            case 2 -> "(" + entity(depth) + " in " + entity(depth) + ")";
            case 3 -> "(" + entity(depth) + " in " + set(new Type.Entity(one(types)), depth) + ")";
            case 4 ->
                    "("
                            + of(Types.TEXT, depth)
                            + " like "
                            + quoted(one("*", "a*", "*e", "x\\**", ""))
                            + ")";
            case 5 -> "(" + entity(depth) + " is " + one(types) + ")";
            case 6 -> {
                Type type = anyType();
                yield of(new Type.Many(type), depth) + ".contains(" + of(type, depth) + ")";
            }
            case 7 -> {
                Type type = new Type.Many(anyType());
                yield of(type, depth)
                        + one(".containsAll(", ".containsAny(")
                        + of(type, depth)
                        + ")";
            }
            case 8 -> of(new Type.Many(anyType()), depth) + ".isEmpty()";
            case 9 -> "(" + one(roots()) + " has " + attributePath() + ")";
            case 10 ->
                    of(Types.DECIMAL, depth)
                            + one(
                                    ".lessThan(",
                                    ".lessThanOrEqual(",
                                    ".greaterThan(",
                                    ".greaterThanOrEqual(")
                            + of(Types.DECIMAL, depth)
                            + ")";
            case 11 ->
                    of(Types.IPADDR, depth)
                            + (chance(50)
                                    ? ".isInRange(" + of(Types.IPADDR, depth) + ")"
                                    : one(
                                            ".isIpv4()",
                                            ".isIpv6()",
                                            ".isLoopback()",
                                            ".isMulticast()"));
            case 12 -> {
                String entity = entity(depth);
                String tag = quoted(one(TEXTS));
                String has = entity + ".hasTag(" + tag + ")";
                yield chance(50)
                        ? has
                        : "("
                                + has
                                + " && "
                                + entity
                                + ".getTag("
                                + tag
                                + ") == "
                                + of(anyType(), depth)
                                + ")";
            }
            default -> {
                List<String> paths = paths(Types.BOOL);
                yield paths.isEmpty() ? one("true", "false") : one(paths);
            }
        };
    }

    private List<String> roots() {
        return List.of("principal", "resource", "context", "action");
    }

    private String attributePath() {
        List<String> names = new ArrayList<>();
        collectNames(action.context(), names);
        for (String type : List.of(principal, resource)) {
            Schema.EntityType declared = schema.type(type);
            if (declared != null) {
                collectNames(declared.attributes(), names);
            }
        }
        return names.isEmpty() ? "nothing" : Escapes.quoted(one(names));
    }

    private static void collectNames(Type.Fields fields, List<String> names) {
        names.addAll(fields.fields().keySet());
    }

    /** Ways to reach a value of a type from the request, at most three steps long. */
    private List<String> paths(Type type) {
        List<String> found = new ArrayList<>();
        walk("principal", new Type.Entity(principal), type, 3, found);
        walk("resource", new Type.Entity(resource), type, 3, found);
        walk("context", action.context(), type, 3, found);
        walk("action", new Type.Entity(action.uid().type()), type, 0, found);
        if (found.isEmpty()) {
            return found;
        }
        String path = one(found);
        int mark = path.indexOf('\0');
        if (mark >= 0) {
            for (String guard : path.substring(mark + 1).split("\0", -1)) {
                guards.add(guard);
            }
            path = path.substring(0, mark);
        }
        return List.of(path);
    }

    /** What is found is the path and, after zeros, the checks that it needs. */
    private void walk(String path, Type at, Type wanted, int steps, List<String> found) {
        if (at.equals(wanted)) {
            found.add(path);
        }
        if (steps == 0 || found.size() > 60) {
            return;
        }
        Type.Fields fields =
                switch (at) {
                    case Type.Fields inner -> inner;
                    case Type.Entity(String name) -> {
                        Schema.EntityType declared = schema.type(name);
                        yield declared == null ? Type.Fields.EMPTY : declared.attributes();
                    }
                    case Type.Truth _, Type.Whole _, Type.Text _, Type.Extension _, Type.Many _ ->
                            Type.Fields.EMPTY;
                };
        int mark = path.indexOf('\0');
        String reached = mark < 0 ? path : path.substring(0, mark);
        String checks = mark < 0 ? "" : path.substring(mark);
        for (Map.Entry<String, Type.Field> field : fields.fields().entrySet()) {
            String name = Escapes.quoted(field.getKey());
            String next = reached + "[" + name + "]" + checks;
            if (!field.getValue().isRequired()) {
                next += "\0" + reached + " has " + name;
            }
            walk(next, field.getValue().type(), wanted, steps - 1, found);
        }
    }
}
