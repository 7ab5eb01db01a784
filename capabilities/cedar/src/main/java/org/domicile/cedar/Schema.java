package org.domicile.cedar;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What kinds of entities there are, what each has and belongs to, and which actions apply to whom
 * and what. Read from Cedar's schema language: namespaces, entity types with attributes and tags,
 * enumerated entity types, action hierarchies, common types.
 */
public final class Schema {
    private final Map<String, EntityType> types;
    private final Map<EntityUid, ActionType> actions;

    Schema(Map<String, EntityType> types, Map<EntityUid, ActionType> actions) {
        this.types = Map.copyOf(types);
        this.actions = Map.copyOf(actions);
    }

    /**
     * The schema of a text.
     *
     * @throws CedarException if it does not parse or does not hold together
     */
    public static Schema parse(String text) throws CedarException {
        return new SchemaResolution(SchemaParser.parse(text)).schema();
    }

    /**
     * A declared entity type.
     *
     * @param tags the type of its tags; null when it has none
     * @param descendants the types whose entities can be in one of this type
     * @param choices the ids that there are, of an enumerated type
     */
    record EntityType(
            String name,
            Type.Fields attributes,
            @Nullable Type tags,
            Set<String> descendants,
            @Nullable Set<String> choices) {

        Type attribute(EntityUid uid, String attribute) throws CedarException {
            Type.Field field = attributes.fields().get(attribute);
            if (field == null) {
                throw new CedarException(
                        "the entity "
                                + uid
                                + " has the attribute "
                                + Escapes.quoted(attribute)
                                + ", which its type does not declare");
            }
            return field.type();
        }

        Type tag(EntityUid uid, String tag) throws CedarException {
            if (tags == null) {
                throw new CedarException(
                        "the entity "
                                + uid
                                + " has the tag "
                                + Escapes.quoted(tag)
                                + ", and its type declares no tags");
            }
            return tags;
        }
    }

    /**
     * A declared action.
     *
     * @param descendants the actions that are in it
     */
    record ActionType(
            EntityUid uid,
            Set<String> principals,
            Set<String> resources,
            Type.Fields context,
            Set<EntityUid> descendants) {}

    @Nullable EntityType type(String name) {
        return types.get(name);
    }

    @Nullable ActionType find(EntityUid action) {
        return actions.get(action);
    }

    Collection<EntityType> types() {
        return types.values();
    }

    Collection<ActionType> actions() {
        return actions.values();
    }

    EntityType declared(String name) throws CedarException {
        EntityType type = types.get(name);
        if (type == null) {
            throw new CedarException("the schema declares no entity type " + name);
        }
        return type;
    }

    ActionType action(EntityUid uid) throws CedarException {
        ActionType action = actions.get(uid);
        if (action == null) {
            throw new CedarException("the schema declares no action " + uid);
        }
        return action;
    }

    /** An action type is known by its name alone, whatever actions there are. */
    boolean isKnownType(String name) {
        return Names.isActionType(name) || types.containsKey(name);
    }

    /** The types whose entities can be in one of this type, and the type itself. */
    Set<String> typesIn(String name) {
        Set<String> in = new HashSet<>();
        in.add(name);
        EntityType type = types.get(name);
        if (type != null) {
            in.addAll(type.descendants());
        }
        return in;
    }

    /** The actions as entities, each with all that it is in. */
    List<Entity> actionEntities() {
        Map<EntityUid, Set<EntityUid>> ancestors = new HashMap<>();
        for (ActionType action : actions.values()) {
            for (EntityUid descendant : action.descendants()) {
                ancestors.computeIfAbsent(descendant, _ -> new HashSet<>()).add(action.uid());
            }
        }
        List<Entity> entities = new ArrayList<>(actions.size());
        for (EntityUid uid : actions.keySet()) {
            entities.add(new Entity(uid, Map.of(), ancestors.getOrDefault(uid, Set.of())));
        }
        return entities;
    }

    /**
     * @throws CedarException if the entity is not as its type declares
     */
    void check(Entity entity) throws CedarException {
        EntityUid uid = entity.uid();
        if (uid.isAction()) {
            action(uid);
            return;
        }
        EntityType type = declared(uid.type());
        checkName(uid);
        for (Map.Entry<String, Type.Field> entry : type.attributes().fields().entrySet()) {
            if (entry.getValue().isRequired() && !entity.attributes().containsKey(entry.getKey())) {
                throw new CedarException(
                        "the entity "
                                + uid
                                + " has no attribute "
                                + Escapes.quoted(entry.getKey())
                                + ", which its type requires");
            }
        }
        for (Map.Entry<String, Value> entry : entity.attributes().entrySet()) {
            String name = entry.getKey();
            check(
                    entry.getValue(),
                    type.attribute(uid, name),
                    "the attribute " + Escapes.quoted(name) + " of " + uid);
        }
        for (Map.Entry<String, Value> entry : entity.tags().entrySet()) {
            String name = entry.getKey();
            check(
                    entry.getValue(),
                    type.tag(uid, name),
                    "the tag " + Escapes.quoted(name) + " of " + uid);
        }
        for (EntityUid ancestor : entity.ancestors()) {
            checkName(ancestor);
            EntityType group = types.get(ancestor.type());
            if (group == null || !group.descendants().contains(uid.type())) {
                throw new CedarException(
                        "the entity "
                                + uid
                                + " is in "
                                + ancestor
                                + ", and its type cannot be in "
                                + ancestor.type());
            }
        }
    }

    /** An enumerated entity has one of the declared ids, an action is declared. */
    private void checkName(EntityUid uid) throws CedarException {
        EntityType type = types.get(uid.type());
        if (type != null && type.choices() != null && !type.choices().contains(uid.id())) {
            throw new CedarException("there is no " + uid + ": the ids of its type are declared");
        }
        if (uid.isAction()) {
            action(uid);
        }
    }

    /** A value against a type; says what is wrong and where. */
    private void check(Value value, Type type, String where) throws CedarException {
        boolean fits =
                switch (type) {
                    case Type.Truth _ -> value instanceof Value.Bool;
                    case Type.Whole _ -> value instanceof Value.Whole;
                    case Type.Text _ -> value instanceof Value.Text;
                    case Type.Entity(String name) ->
                            value instanceof EntityUid uid && uid.type().equals(name);
                    case Type.Extension(Type.Kind kind) ->
                            switch (kind) {
                                case DECIMAL -> value instanceof Decimal;
                                case IPADDR -> value instanceof IpAddress;
                                case DATETIME -> value instanceof Datetime;
                                case DURATION -> value instanceof Duration;
                            };
                    case Type.Many _ -> value instanceof Value.Many;
                    case Type.Fields _ -> value instanceof Value.Fields;
                };
        if (!fits) {
            throw new CedarException(where + ": expected " + type + ", found " + value.typeName());
        }
        if (value instanceof EntityUid uid) {
            checkName(uid);
        }
        if (value instanceof Value.Many(Set<Value> elements)
                && type instanceof Type.Many(Type element, _)) {
            for (Value inner : elements) {
                check(inner, element, where);
            }
        }
        if (value instanceof Value.Fields(Map<String, Value> values)
                && type instanceof Type.Fields fields) {
            check(values, fields, where);
        }
    }

    private void check(Map<String, Value> values, Type.Fields type, String where)
            throws CedarException {
        for (Map.Entry<String, Value> entry : values.entrySet()) {
            Type.Field field = type.fields().get(entry.getKey());
            String inner = where + "." + Escapes.quoted(entry.getKey());
            if (field == null) {
                throw new CedarException(inner + " is not declared");
            }
            check(entry.getValue(), field.type(), inner);
        }
        for (Map.Entry<String, Type.Field> entry : type.fields().entrySet()) {
            if (entry.getValue().isRequired() && !values.containsKey(entry.getKey())) {
                throw new CedarException(
                        where
                                + ": the attribute "
                                + Escapes.quoted(entry.getKey())
                                + " is missing");
            }
        }
    }

    /**
     * Whether the schema allows a request.
     *
     * @throws CedarException that says what does not fit
     */
    public void check(Request request) throws CedarException {
        declared(request.principal().type());
        checkName(request.principal());
        declared(request.resource().type());
        checkName(request.resource());
        ActionType action = action(request.action());
        if (!action.principals().contains(request.principal().type())) {
            throw new CedarException(
                    request.action()
                            + " does not apply to principals of type "
                            + request.principal().type());
        }
        if (!action.resources().contains(request.resource().type())) {
            throw new CedarException(
                    request.action()
                            + " does not apply to resources of type "
                            + request.resource().type());
        }
        check(request.context(), action.context(), "the context");
    }
}
