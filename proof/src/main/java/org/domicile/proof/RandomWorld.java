package org.domicile.proof;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.domicile.cedar.EntityUid;

/** A random schema, and entities and requests that mostly conform to it. */
final class RandomWorld {
    /** A type of the language, as schemas write it. */
    sealed interface Kind {
        record Plain(String name) implements Kind {}

        record Entity(String name) implements Kind {}

        record Many(Kind element) implements Kind {}

        record Fields(Map<String, Field> fields) implements Kind {}
    }

    record Field(Kind kind, boolean required) {}

    static final Kind BOOL = new Kind.Plain("Bool");
    static final Kind LONG = new Kind.Plain("Long");
    static final Kind TEXT = new Kind.Plain("String");
    static final Kind DECIMAL = new Kind.Plain("decimal");
    static final Kind ADDRESS = new Kind.Plain("ipaddr");
    static final Kind MOMENT = new Kind.Plain("datetime");
    static final Kind LENGTH = new Kind.Plain("duration");
    static final List<Kind> PLAIN = List.of(BOOL, LONG, TEXT, DECIMAL, ADDRESS, MOMENT, LENGTH);

    /** A declared type of entity. */
    record Declared(
            String name,
            List<String> parents,
            Kind.Fields attributes,
            List<Kind> tags,
            List<String> choices) {}

    /** A declared action. */
    record Act(
            String id,
            List<String> groups,
            List<String> principals,
            List<String> resources,
            Kind.Fields context) {}

    static final String[] NAMES = {"a", "b", "c", "d", "odd name", "if"};
    static final String[] TEXTS = {
        "", "a", "alice", "x*y", "*", "\ud83d\ude00", "\n", "\"", "ab", "é"
    };
    static final String[] DECIMALS = {
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
    static final int GOOD_DECIMALS = 8;
    static final String[] ADDRESSES = {
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
    static final int GOOD_ADDRESSES = 15;
    static final String[] MOMENTS = {
        "1970-01-01", "2024-02-29", "2024-10-15T11:35:00Z", "2024-10-15T11:35:00.999Z",
        "2024-10-15T11:35:00+0130", "2024-10-15T11:35:00-2359", "9999-12-31T23:59:59.999Z",
                "0000-01-01",
        "1969-12-31T23:59:59.999Z", "2023-02-29", "2024-10-15T24:00:00Z", "2024-10-15T11:35:60Z",
        "2024-10-15T11:35:00+2400", "2024-10-15T11:35Z", "2024-13-01"
    };
    static final int GOOD_MOMENTS = 9;
    static final String[] LENGTHS = {
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
    static final int GOOD_LENGTHS = 9;

    private static final String[] IDS = {"x", "y", "z\"\\"};

    private final RandomGenerator random;
    final String namespace;
    final List<Declared> types = new ArrayList<>();
    final List<Act> actions = new ArrayList<>();

    RandomWorld(RandomGenerator random) {
        this.random = random;
        namespace = chance(50) ? "" : chance(50) ? "N::" : "N::M::";
        int count = 2 + random.nextInt(3);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(namespace + "T" + i);
        }
        for (String name : names) {
            if (types.size() == 1 && chance(30)) {
                types.add(
                        new Declared(
                                name,
                                List.of(),
                                new Kind.Fields(Map.of()),
                                List.of(),
                                List.of("x", "y")));
                continue;
            }
            List<String> parents = new ArrayList<>();
            for (String parent : names) {
                if (chance(35)) {
                    parents.add(parent);
                }
            }
            types.add(
                    new Declared(
                            name,
                            parents,
                            fields(names, 2),
                            chance(40) ? List.of(kind(names, 1)) : List.of(),
                            List.of()));
        }
        List<String> groups = new ArrayList<>();
        int acts = 1 + random.nextInt(3);
        for (int i = 0; i < acts; i++) {
            boolean group = i == 0 && acts > 1 && chance(60);
            List<String> in = groups.isEmpty() || chance(40) ? List.of() : List.of(one(groups));
            List<String> principals = group && chance(50) ? List.of() : some(names);
            List<String> resources = principals.isEmpty() ? List.of() : some(names);
            actions.add(
                    new Act(
                            i == 2 ? "odd act" : "act" + i,
                            in,
                            principals,
                            resources,
                            principals.isEmpty() ? new Kind.Fields(Map.of()) : fields(names, 2)));
            if (group) {
                groups.add("act" + i);
            }
        }
        if (actions.stream().allMatch(act -> act.principals().isEmpty())) {
            actions.add(new Act("last", List.of(), some(names), some(names), fields(names, 2)));
        }
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** One of the first, which are well-formed, and now and then any. */
    String literal(int good, String[] of) {
        return of[random.nextInt(chance(97) ? good : of.length)];
    }

    private List<String> some(List<String> of) {
        List<String> some = new ArrayList<>();
        for (String each : of) {
            if (chance(50)) {
                some.add(each);
            }
        }
        return some.isEmpty() ? List.of(one(of)) : some;
    }

    private Kind.Fields fields(List<String> names, int depth) {
        Map<String, Field> fields = new LinkedHashMap<>();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            fields.put(
                    NAMES[random.nextInt(NAMES.length)], new Field(kind(names, depth), chance(55)));
        }
        return new Kind.Fields(fields);
    }

    private Kind kind(List<String> names, int depth) {
        int choice = random.nextInt(depth > 0 ? 13 : 10);
        return switch (choice) {
            case 7, 8, 9 -> new Kind.Entity(one(names));
            case 10, 11 -> new Kind.Many(kind(names, depth - 1));
            case 12 -> fields(names, depth - 1);
            default -> PLAIN.get(choice);
        };
    }

    Kind anyKind() {
        int choice = random.nextInt(9);
        return choice < 7
                ? PLAIN.get(choice)
                : choice == 7 ? new Kind.Entity(one(types).name()) : new Kind.Many(TEXT);
    }

    Declared type(String name) {
        return types.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    }

    EntityUid action(Act act) {
        return new EntityUid(namespace + "Action", act.id());
    }

    EntityUid uid(String type) {
        return new EntityUid(type, IDS[random.nextInt(chance(95) ? 2 : 3)]);
    }

    String schema() {
        StringBuilder text = new StringBuilder();
        if (!namespace.isEmpty()) {
            text.append("namespace ").append(namespace, 0, namespace.length() - 2).append(" {\n");
        }
        for (Declared type : types) {
            text.append("entity ").append(bare(type.name()));
            if (!type.choices().isEmpty()) {
                text.append(" enum [\"x\", \"y\"];\n");
                continue;
            }
            if (!type.parents().isEmpty()) {
                text.append(" in [")
                        .append(String.join(", ", type.parents().stream().map(this::bare).toList()))
                        .append(']');
            }
            text.append(" = ").append(written(type.attributes()));
            if (!type.tags().isEmpty()) {
                text.append(" tags ").append(written(type.tags().getFirst()));
            }
            text.append(";\n");
        }
        for (Act act : actions) {
            text.append("action ").append(CedarCase.quoted(act.id()));
            if (!act.groups().isEmpty()) {
                text.append(" in [").append(String.join(", ", act.groups())).append(']');
            }
            if (!act.principals().isEmpty()) {
                text.append(" appliesTo { principal: [")
                        .append(
                                String.join(
                                        ", ", act.principals().stream().map(this::bare).toList()))
                        .append("], resource: [")
                        .append(
                                String.join(
                                        ", ", act.resources().stream().map(this::bare).toList()))
                        .append("], context: ")
                        .append(written(act.context()))
                        .append(" }");
            }
            text.append(";\n");
        }
        return text.append(namespace.isEmpty() ? "" : "}\n").toString();
    }

    private String bare(String name) {
        return name.substring(namespace.length());
    }

    private String written(Kind kind) {
        return switch (kind) {
            case Kind.Plain(String name) -> name;
            case Kind.Entity(String name) -> bare(name);
            case Kind.Many(Kind element) -> "Set<" + written(element) + ">";
            case Kind.Fields(Map<String, Field> fields) -> {
                List<String> written = new ArrayList<>();
                fields.forEach((name, field) ->
                        written.add(
                                CedarCase.quoted(name)
                                        + (field.required() ? ": " : "?: ")
                                        + written(field.kind())));
                yield "{ " + String.join(", ", written) + " }";
            }
        };
    }

    /** An entity of each of some names; now and then one that does not conform. */
    List<String> entities() {
        List<String> entities = new ArrayList<>();
        for (Declared type : types) {
            for (int i = 0; i < 2; i++) {
                if (chance(type.choices().isEmpty() ? 75 : 20)) {
                    entities.add(entity(type, IDS[i]));
                }
            }
        }
        return entities;
    }

    private String entity(Declared type, String id) {
        List<String> parents = new ArrayList<>();
        for (String parent : type.parents()) {
            // only to names that come later, so that nothing is in itself
            boolean later =
                    parent.compareTo(type.name()) > 0
                            || (parent.equals(type.name()) && id.equals("x"));
            if (later && chance(60)) {
                String in = parent.equals(type.name()) ? "y" : IDS[random.nextInt(2)];
                parents.add(CedarCase.json(new EntityUid(parent, in)));
            }
        }
        String tags = "";
        if (!type.tags().isEmpty()) {
            List<String> members = new ArrayList<>();
            for (String key : List.of("a", "ab")) {
                if (chance(50)) {
                    members.add(CedarCase.quoted(key) + ":" + value(type.tags().getFirst()));
                }
            }
            tags = ",\"tags\":{" + String.join(",", members) + "}";
        }
        return "{\"uid\":%s,\"attrs\":%s,\"parents\":[%s]%s}"
                .formatted(
                        CedarCase.json(new EntityUid(type.name(), id)),
                        value(type.attributes()),
                        String.join(",", parents),
                        tags);
    }

    /** A value in Cedar's JSON; rarely of another type. Numbers are those that JavaScript keeps. */
    String value(Kind kind) {
        if (random.nextInt(1000) == 0) {
            return value(anyKind());
        }
        return switch (kind) {
            case Kind.Plain(String name) ->
                    switch (name) {
                        case "Bool" -> chance(50) ? "true" : "false";
                        case "Long" ->
                                one(
                                        List.of(
                                                "0",
                                                "1",
                                                "-1",
                                                "7",
                                                "42",
                                                "9007199254740991",
                                                "-9007199254740991"));
                        case "String" -> CedarCase.quoted(TEXTS[random.nextInt(TEXTS.length)]);
                        case "decimal" ->
                                extension("decimal", DECIMALS[random.nextInt(GOOD_DECIMALS)]);
                        case "ipaddr" -> extension("ip", ADDRESSES[random.nextInt(GOOD_ADDRESSES)]);
                        case "datetime" ->
                                extension("datetime", MOMENTS[random.nextInt(GOOD_MOMENTS)]);
                        case "duration" ->
                                extension("duration", LENGTHS[random.nextInt(GOOD_LENGTHS)]);
                        default -> throw new IllegalStateException(name);
                    };
            case Kind.Entity(String name) -> {
                String uid = CedarCase.json(uid(name));
                yield chance(50) ? uid : "{\"__entity\":" + uid + "}";
            }
            case Kind.Many(Kind element) -> {
                List<String> elements = new ArrayList<>();
                for (int i = random.nextInt(3); i > 0; i--) {
                    elements.add(value(element));
                }
                yield "[" + String.join(",", elements) + "]";
            }
            case Kind.Fields(Map<String, Field> fields) -> {
                List<String> members = new ArrayList<>();
                fields.forEach((name, field) -> {
                    if (chance(field.required() ? 100 : 50)) {
                        members.add(CedarCase.quoted(name) + ":" + value(field.kind()));
                    }
                });
                yield "{" + String.join(",", members) + "}";
            }
        };
    }

    private String extension(String function, String argument) {
        return chance(50)
                ? CedarCase.quoted(argument)
                : "{\"__extn\":{\"fn\":\"%s\",\"arg\":%s}}"
                        .formatted(function, CedarCase.quoted(argument));
    }

    /** A request that the schema allows, mostly. */
    CedarCase.Asked request() {
        List<Act> asked = actions.stream().filter(act -> !act.principals().isEmpty()).toList();
        Act act = one(asked);
        String principal = chance(98) ? one(act.principals()) : one(types).name();
        String resource = chance(98) ? one(act.resources()) : one(types).name();
        return new CedarCase.Asked(
                uid(principal), action(act), uid(resource), value(act.context()));
    }
}
