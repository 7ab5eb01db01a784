package org.domicile.cedar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads values and entities from Cedar's JSON. Where a schema gives the type, an entity may be
 * written {@code {"type", "id"}} and an extension value as its string; elsewhere they need {@code
 * {"__entity": {"type", "id"}}} and {@code {"__extn": {"fn", "arg"}}}.
 */
final class EntityReader {
    private final @Nullable Schema schema;

    EntityReader(@Nullable Schema schema) {
        this.schema = schema;
    }

    List<Entity> entities(String json) throws CedarException {
        if (!(Json.parse(json) instanceof Json.Many(List<Json> elements))) {
            throw new CedarException("entities are an array of objects");
        }
        List<Entity> entities = new ArrayList<>(elements.size());
        for (Json element : elements) {
            entities.add(entity(element));
        }
        return entities;
    }

    private Entity entity(Json json) throws CedarException {
        if (!(json instanceof Json.Fields(Map<String, Json> values))) {
            throw new CedarException("expected an entity, an object, found " + json.described());
        }
        Json uidJson = values.get("uid");
        if (uidJson == null) {
            throw new CedarException("an entity has no `uid`");
        }
        EntityUid uid = uid(uidJson, "the uid of an entity");
        Schema.EntityType type =
                schema == null || uid.isAction() ? null : schema.declared(uid.type());
        Map<String, Value> attributes = new HashMap<>();
        for (Map.Entry<String, Json> entry : fields(values, "attrs", uid).entrySet()) {
            String name = entry.getKey();
            Type expected = type == null ? null : type.attribute(uid, name);
            attributes.put(
                    name, value(entry.getValue(), expected, uid + "." + Escapes.quoted(name)));
        }
        Map<String, Value> tags = new HashMap<>();
        if (values.containsKey("tags")) {
            for (Map.Entry<String, Json> entry : fields(values, "tags", uid).entrySet()) {
                String name = entry.getKey();
                Type expected = type == null ? null : type.tag(uid, name);
                tags.put(
                        name,
                        value(entry.getValue(), expected, uid + " tag " + Escapes.quoted(name)));
            }
        }
        return new Entity(uid, attributes, tags, parents(values, uid));
    }

    private static Map<String, Json> fields(Map<String, Json> values, String key, EntityUid uid)
            throws CedarException {
        if (values.get(key) instanceof Json.Fields(Map<String, Json> fields)) {
            return fields;
        }
        throw new CedarException("the entity " + uid + " needs an object `" + key + "`");
    }

    private static Set<EntityUid> parents(Map<String, Json> values, EntityUid uid)
            throws CedarException {
        if (!(values.get("parents") instanceof Json.Many(List<Json> elements))) {
            throw new CedarException("the entity " + uid + " needs an array `parents`");
        }
        Set<EntityUid> parents = new HashSet<>();
        for (Json element : elements) {
            EntityUid parent = uid(element, "a parent of " + uid);
            if (uid.isAction() && !parent.isAction()) {
                throw new CedarException(
                        "the action " + uid + " has a parent that is no action, " + parent);
            }
            parents.add(parent);
        }
        return parents;
    }

    /** A value by itself, without a schema. */
    Value value(String json) throws CedarException {
        return value(Json.parse(json), null, "the value");
    }

    /** The context of a request for an action that the schema declares. */
    Value.Fields context(String json, EntityUid action) throws CedarException {
        Type expected = schema == null ? null : schema.action(action).context();
        Value value = value(Json.parse(json), expected, "the context");
        if (value instanceof Value.Fields fields) {
            return fields;
        }
        throw new CedarException("a context is a record, found " + value.typeName());
    }

    static EntityUid uid(Json json, String where) throws CedarException {
        if (json instanceof Json.Fields(Map<String, Json> values)) {
            Json explicit = values.get("__entity");
            EntityUid uid =
                    explicit instanceof Json.Fields(Map<String, Json> inner)
                            ? typeAndId(inner)
                            : null;
            if (uid == null) {
                uid = typeAndId(values);
            }
            if (uid != null) {
                return uid;
            }
        }
        throw new CedarException(
                where
                        + ": expected an entity, {\"type\": …, \"id\": …}, found "
                        + json.described());
    }

    private static @Nullable EntityUid typeAndId(Map<String, Json> values) throws CedarException {
        if (values.get("type") instanceof Json.Text(String type)
                && values.get("id") instanceof Json.Text(String id)) {
            if (!Names.isTypeName(type)) {
                throw new CedarException(
                        Escapes.quoted(type) + " is not the name of an entity type");
            }
            return EntityUid.known(type, id);
        }
        return null;
    }

    Value value(Json json, @Nullable Type expected, String where) throws CedarException {
        return switch (expected) {
            case null -> plain(json, where);
            case Type.Truth _, Type.Whole _, Type.Text _ -> plain(json, where);
            case Type.Entity _ -> uid(json, where);
            case Type.Extension extension -> extension(json, extension, where);
            case Type.Many(Type element, _) -> {
                if (!(json instanceof Json.Many(List<Json> elements))) {
                    throw mismatch(json, expected, where);
                }
                Set<Value> values = new HashSet<>();
                for (Json inner : elements) {
                    values.add(value(inner, element, where));
                }
                yield new Value.Many(values);
            }
            case Type.Fields fields -> {
                if (!(json instanceof Json.Fields(Map<String, Json> values))) {
                    throw mismatch(json, expected, where);
                }
                yield fields(values, fields, where);
            }
        };
    }

    private static CedarException mismatch(Json json, Type expected, String where) {
        return new CedarException(where + ": expected " + expected + ", found " + json.described());
    }

    private Value.Fields fields(Map<String, Json> values, Type.Fields expected, String where)
            throws CedarException {
        Map<String, Value> fields = new HashMap<>();
        for (Map.Entry<String, Type.Field> entry : expected.fields().entrySet()) {
            String name = entry.getKey();
            Json json = values.get(name);
            if (json != null) {
                fields.put(
                        name,
                        value(json, entry.getValue().type(), where + "." + Escapes.quoted(name)));
            } else if (entry.getValue().isRequired()) {
                throw new CedarException(
                        where + ": the attribute " + Escapes.quoted(name) + " is missing");
            }
        }
        for (String name : values.keySet()) {
            if (!expected.fields().containsKey(name)) {
                throw new CedarException(
                        where + ": the attribute " + Escapes.quoted(name) + " is not declared");
            }
        }
        return new Value.Fields(fields);
    }

    private Value extension(Json json, Type.Extension expected, String where)
            throws CedarException {
        if (json instanceof Json.Fields(Map<String, Json> values)) {
            Value called =
                    values.get("__extn") instanceof Json.Fields(Map<String, Json> inner)
                            ? call(inner, where)
                            : call(values, where);
            if (called != null) {
                return called;
            }
        }
        if (json instanceof Json.Text(String text)) {
            try {
                return ExtensionFunction.constructor(expected).apply(text);
            } catch (EvaluationFailure e) {
                throw new CedarException(where + ": " + e.getMessage());
            }
        }
        throw mismatch(json, expected, where);
    }

    /** {@code {"fn", "arg"}} or {@code {"fn", "args"}}; null when it is neither. */
    private @Nullable Value call(Map<String, Json> values, String where) throws CedarException {
        if (!(values.get("fn") instanceof Json.Text(String name))) {
            return null;
        }
        List<Json> arguments;
        Json single = values.get("arg");
        if (single != null) {
            arguments = List.of(single);
        } else if (values.get("args") instanceof Json.Many(List<Json> several)) {
            arguments = several;
        } else {
            return null;
        }
        ExtensionFunction function = ExtensionFunction.named(name);
        if (function == null) {
            throw new CedarException(where + ": there is no function " + Escapes.quoted(name));
        }
        Value[] evaluated = new Value[arguments.size()];
        for (int i = 0; i < evaluated.length; i++) {
            evaluated[i] = plain(arguments.get(i), where);
        }
        try {
            return function.call(evaluated);
        } catch (EvaluationFailure e) {
            throw new CedarException(where + ": " + e.getMessage());
        }
    }

    private Value plain(Json json, String where) throws CedarException {
        return switch (json) {
            case Json.Text(String text) -> new Value.Text(text);
            case Json.Whole(long number) -> new Value.Whole(number);
            case Json.Flag(boolean flag) -> Value.of(flag);
            case Json.Nothing _ ->
                    throw new CedarException(where + ": null is not a value; leave it out");
            case Json.Fraction(String text) ->
                    throw new CedarException(
                            where + ": " + text + " is not a whole number of 64 bits");
            case Json.Many(List<Json> elements) -> {
                Set<Value> values = new HashSet<>();
                for (Json element : elements) {
                    values.add(plain(element, where));
                }
                yield new Value.Many(values);
            }
            case Json.Fields(Map<String, Json> values) -> {
                Value escaped = values.size() == 1 ? escaped(values, where) : null;
                if (escaped != null) {
                    yield escaped;
                }
                Map<String, Value> fields = new HashMap<>();
                for (Map.Entry<String, Json> entry : values.entrySet()) {
                    fields.put(entry.getKey(), plain(entry.getValue(), where));
                }
                yield new Value.Fields(fields);
            }
        };
    }

    /** An object of one key that is an escape; null when it is a record. */
    private @Nullable Value escaped(Map<String, Json> values, String where) throws CedarException {
        if (values.get("__entity") instanceof Json.Fields(Map<String, Json> inner)) {
            return typeAndId(inner);
        }
        if (values.get("__extn") instanceof Json.Fields(Map<String, Json> inner)) {
            return call(inner, where);
        }
        if (values.get("__expr") instanceof Json.Text) {
            throw new CedarException(
                    where + ": `__expr` is no longer read; use `__entity` or `__extn`");
        }
        return null;
    }
}
