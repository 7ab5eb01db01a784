package org.domicile.schemas;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads one schema, with all that it builds on, within limits: what refers to each other could
 * otherwise be read over and over. Owned by one thread.
 */
final class Loading {
    private static final int MOST_LEVELS = 16;
    private static final int MOST_TEXT = 4 * Schemas.MOST_TEXT;

    /** What is registered. */
    interface Register {
        /** The id of a version that is not deleted for good. */
        Optional<Integer> id(Reference reference);

        /** A schema by its id. */
        SchemaText text(int id);
    }

    private final Register register;
    private final Map<Integer, Parsed> known = new HashMap<>();
    private final List<Integer> ids = new ArrayList<>();
    private int characters;

    Loading(Register register) {
        this.register = register;
    }

    /**
     * Reads it.
     *
     * @throws BadSchema when it is none
     */
    Parsed of(SchemaText schema) {
        return of(schema, 0);
    }

    /** The ids of those that what was read refers to itself, in order. */
    List<Integer> ids() {
        return ids;
    }

    private Parsed of(SchemaText schema, int level) {
        if (level > MOST_LEVELS) {
            throw new BadSchema(
                    "Schemas build on each other in at most %d levels.".formatted(MOST_LEVELS));
        }
        characters += schema.text().length();
        if (schema.text().length() > Schemas.MOST_TEXT || characters > MOST_TEXT) {
            throw new BadSchema(
                    "A schema has at most %d characters, and with all that it builds on %d."
                            .formatted(Schemas.MOST_TEXT, MOST_TEXT));
        }
        if (schema.references().size() > Schemas.MOST_REFERENCES) {
            throw new BadSchema(
                    "A schema has at most %d references.".formatted(Schemas.MOST_REFERENCES));
        }
        Map<String, Parsed> on = new LinkedHashMap<>();
        for (Reference each : schema.references()) {
            int id =
                    register.id(each)
                            .orElseThrow(() ->
                                    new BadSchema(
                                            "It refers to version %d of '%s', which is not"
                                                            .formatted(
                                                                    each.version(), each.subject())
                                                    + " there."));
            if (level == 0) {
                ids.add(id);
            }
            if (on.put(each.name(), referred(id, level)) != null) {
                throw new BadSchema("Two references of it are called '%s'.".formatted(each.name()));
            }
        }
        return switch (schema.format()) {
            case AVRO -> AvroSchema.parse(schema.text(), only(AvroSchema.class, on).values());
            case JSON -> JsonSchema.parse(schema.text(), only(JsonSchema.class, on));
            case PROTOBUF -> ProtobufSchema.parse(schema.text(), only(ProtobufSchema.class, on));
        };
    }

    private Parsed referred(int id, int level) {
        Parsed before = known.get(id);
        if (before != null) {
            return before;
        }
        if (known.size() >= Schemas.MOST_BEHIND) {
            throw new BadSchema(
                    "A schema builds on at most %d others, with those on that they build."
                            .formatted(Schemas.MOST_BEHIND));
        }
        Parsed parsed = of(register.text(id), level + 1);
        known.put(id, parsed);
        return parsed;
    }

    private static <T extends Parsed> Map<String, T> only(Class<T> format, Map<String, Parsed> on) {
        Map<String, T> same = new LinkedHashMap<>();
        on.forEach((name, other) -> {
            if (!format.isInstance(other)) {
                throw new BadSchema("A schema refers to others of its own language alone.");
            }
            same.put(name, format.cast(other));
        });
        return same;
    }
}
