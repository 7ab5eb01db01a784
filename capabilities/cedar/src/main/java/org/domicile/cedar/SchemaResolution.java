package org.domicile.cedar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.domicile.cedar.SchemaParser.ActionDeclaration;
import org.domicile.cedar.SchemaParser.ActionName;
import org.domicile.cedar.SchemaParser.EntityDeclaration;
import org.domicile.cedar.SchemaParser.Name;
import org.domicile.cedar.SchemaParser.Namespace;
import org.domicile.cedar.SchemaParser.TypeDeclaration;
import org.domicile.cedar.SchemaParser.Written;

/**
 * Finds what the names of a schema stand for. A name without a namespace is looked for in the
 * namespace that it stands in, then outside of any; the types of the language are in {@code
 * __cedar} and, where nothing else has their names, outside of any namespace as well.
 */
final class SchemaResolution {
    private static final int DEEPEST = 128;
    private static final Set<String> KEYWORDS =
            Set.of("Bool", "Boolean", "Entity", "Extension", "Long", "Record", "Set", "String");
    private static final Map<String, Type> BUILT_IN =
            Map.of(
                    "Bool", Types.BOOL,
                    "Long", Types.WHOLE,
                    "String", Types.TEXT,
                    "decimal", Types.DECIMAL,
                    "ipaddr", Types.IPADDR,
                    "datetime", Types.DATETIME,
                    "duration", Types.DURATION);

    private final Map<String, EntityDeclaration> entities = new LinkedHashMap<>();
    private final Map<String, String> entityNamespaces = new HashMap<>();
    private final Map<EntityUid, ActionDeclaration> actions = new LinkedHashMap<>();
    private final Map<EntityUid, String> actionNamespaces = new HashMap<>();
    private final Map<String, Common> common = new LinkedHashMap<>();
    private final Set<String> actionTypes = new HashSet<>();

    private record Common(TypeDeclaration declaration, String namespace) {}

    /** Common types that are resolved, and in between those that are being resolved. */
    private final Map<String, Type> resolved = new HashMap<>();

    private final Set<String> open = new HashSet<>();

    /** What a name may stand for. */
    private enum Kind {
        ENTITY,
        COMMON,
        EITHER
    }

    SchemaResolution(List<Namespace> namespaces) throws CedarException {
        for (Namespace namespace : namespaces) {
            collect(namespace);
        }
        checkShadows();
        BUILT_IN.forEach((name, type) -> {
            resolved.put(Names.CEDAR + "::" + name, type);
            if (!entities.containsKey(name) && !common.containsKey(name)) {
                resolved.put(name, type);
            }
        });
    }

    private static String qualified(String namespace, String name) {
        return namespace.isEmpty() ? name : namespace + "::" + name;
    }

    private void collect(Namespace namespace) throws CedarException {
        String in = namespace.name();
        for (EntityDeclaration entity : namespace.entities()) {
            for (Name name : entity.names()) {
                String full = qualified(in, name.text());
                if (name.text().equals("Action")) {
                    throw new CedarException(
                            name.at(), "the entity type `Action` is declared by actions alone");
                }
                if (entities.putIfAbsent(full, entity) != null) {
                    throw twice(name, "entity type", full);
                }
                entityNamespaces.put(full, in);
            }
        }
        for (TypeDeclaration type : namespace.types()) {
            Name name = type.name();
            if (KEYWORDS.contains(name.text())) {
                throw new CedarException(
                        name.at(),
                        "`" + name.text() + "` is a word of the language and cannot name a type");
            }
            String full = qualified(in, name.text());
            if (common.putIfAbsent(full, new Common(type, in)) != null) {
                throw twice(name, "type", full);
            }
        }
        String actionType = qualified(in, "Action");
        for (ActionDeclaration action : namespace.actions()) {
            for (Name name : action.names()) {
                EntityUid uid = EntityUid.known(actionType, name.text());
                if (actions.putIfAbsent(uid, action) != null) {
                    throw twice(name, "action", uid.toString());
                }
                actionNamespaces.put(uid, in);
                actionTypes.add(actionType);
            }
        }
    }

    private static CedarException twice(Name name, String what, String full) {
        return new CedarException(name.at(), "the " + what + " `" + full + "` is declared twice");
    }

    /** What is declared outside of namespaces may not hide behind a name inside of one. */
    private void checkShadows() throws CedarException {
        Map<String, String> inside = new HashMap<>();
        Set<String> names = new HashSet<>(entities.keySet());
        names.addAll(common.keySet());
        for (String name : names) {
            if (Names.isQualified(name)) {
                inside.put(Names.baseName(name), name);
            }
        }
        for (String name : names) {
            String shadow = inside.get(name);
            if (!Names.isQualified(name) && shadow != null) {
                throw new CedarException("`" + shadow + "` hides the type `" + name + "`");
            }
        }
        Map<String, EntityUid> insideActions = new HashMap<>();
        for (EntityUid uid : actions.keySet()) {
            if (Names.isQualified(uid.type())) {
                insideActions.put(uid.id(), uid);
            }
        }
        for (EntityUid uid : actions.keySet()) {
            EntityUid shadow = insideActions.get(uid.id());
            if (!Names.isQualified(uid.type()) && shadow != null) {
                throw new CedarException(shadow + " hides the action " + uid);
            }
        }
    }

    private static List<String> possible(String name, String namespace) {
        return Names.isQualified(name) || namespace.isEmpty()
                ? List.of(name)
                : List.of(qualified(namespace, name), name);
    }

    private String resolve(Name name, String namespace, Kind kind) throws CedarException {
        for (String full : possible(name.text(), namespace)) {
            if (kind != Kind.ENTITY && (common.containsKey(full) || resolved.containsKey(full))) {
                return full;
            }
            if (kind != Kind.COMMON && (entities.containsKey(full) || actionTypes.contains(full))) {
                return full;
            }
        }
        String what =
                switch (kind) {
                    case ENTITY -> "an entity type";
                    case COMMON -> "a common type";
                    case EITHER -> "a type";
                };
        throw new CedarException(name.at(), "`" + name.text() + "` is not declared as " + what);
    }

    private Type type(Written written, String namespace, int depth) throws CedarException {
        return switch (written) {
            case Written.Named(Name name) -> named(name, namespace, Kind.EITHER, depth);
            case Written.Many(Written element) ->
                    bounded(new Type.Many(type(element, namespace, depth)));
            case Written.Fields fields -> fields(fields, namespace, depth);
        };
    }

    private Type.Fields fields(Written.Fields written, String namespace, int depth)
            throws CedarException {
        SortedMap<String, Type.Field> fields = new TreeMap<>();
        for (Map.Entry<String, Written.Field> entry : written.fields().entrySet()) {
            Type type = type(entry.getValue().type(), namespace, depth);
            fields.put(entry.getKey(), new Type.Field(type, entry.getValue().need()));
        }
        Type.Fields type = new Type.Fields(fields);
        bounded(type);
        return type;
    }

    private static Type bounded(Type type) throws CedarException {
        if (type.depth() > DEEPEST) {
            throw new CedarException("a type is nested more than " + DEEPEST + " levels deep");
        }
        return type;
    }

    private Type named(Name name, String namespace, Kind kind, int depth) throws CedarException {
        String full = resolve(name, namespace, kind);
        Type known = resolved.get(full);
        if (known != null) {
            return known;
        }
        Common declared = common.get(full);
        if (declared == null) {
            return new Type.Entity(full);
        }
        if (depth >= DEEPEST || !open.add(full)) {
            throw new CedarException(
                    name.at(),
                    depth >= DEEPEST
                            ? "types refer to types more than " + DEEPEST + " times in a row"
                            : "the type `" + full + "` is made of itself");
        }
        Type type = type(declared.declaration().type(), declared.namespace(), depth + 1);
        open.remove(full);
        resolved.put(full, type);
        return type;
    }

    Schema schema() throws CedarException {
        for (Map.Entry<String, Common> entry : common.entrySet()) {
            Name name = entry.getValue().declaration().name();
            named(new Name(entry.getKey(), name.at()), "", Kind.COMMON, 0);
        }
        Map<String, Set<String>> children = new HashMap<>();
        for (Map.Entry<String, EntityDeclaration> entry : entities.entrySet()) {
            String namespace = namespaceOf(entry.getKey());
            for (Name parent : entry.getValue().parents()) {
                String full = resolve(parent, namespace, Kind.ENTITY);
                if (!entities.containsKey(full)) {
                    throw new CedarException(
                            parent.at(), "`" + full + "` is not declared as an entity type");
                }
                children.computeIfAbsent(full, _ -> new HashSet<>()).add(entry.getKey());
            }
        }
        Map<String, Schema.EntityType> types = new HashMap<>();
        for (Map.Entry<String, EntityDeclaration> entry : entities.entrySet()) {
            types.put(entry.getKey(), entityType(entry.getKey(), entry.getValue(), children));
        }
        return new Schema(types, actionTypes());
    }

    private String namespaceOf(String entity) {
        return entityNamespaces.getOrDefault(entity, "");
    }

    private Schema.EntityType entityType(
            String name, EntityDeclaration declaration, Map<String, Set<String>> children)
            throws CedarException {
        String namespace = namespaceOf(name);
        Written tags = declaration.tags();
        return new Schema.EntityType(
                name,
                fields(declaration.attributes(), namespace, 0),
                tags == null ? null : type(tags, namespace, 0),
                below(name, children),
                declaration.choices());
    }

    /** All that is below, through any number of steps. */
    private static <T> Set<T> below(T top, Map<T, Set<T>> children) {
        Set<T> all = new HashSet<>();
        List<T> open = new ArrayList<>(children.getOrDefault(top, Set.of()));
        while (!open.isEmpty()) {
            T next = open.removeLast();
            if (all.add(next)) {
                open.addAll(children.getOrDefault(next, Set.of()));
            }
        }
        return all;
    }

    private Map<EntityUid, Schema.ActionType> actionTypes() throws CedarException {
        Map<EntityUid, Set<EntityUid>> children = new HashMap<>();
        for (Map.Entry<EntityUid, ActionDeclaration> entry : actions.entrySet()) {
            for (ActionName parent : entry.getValue().parents()) {
                EntityUid uid = action(parent, namespaceOf(entry.getKey()));
                children.computeIfAbsent(uid, _ -> new HashSet<>()).add(entry.getKey());
            }
        }
        Map<EntityUid, Schema.ActionType> types = new HashMap<>();
        for (Map.Entry<EntityUid, ActionDeclaration> entry : actions.entrySet()) {
            EntityUid uid = entry.getKey();
            ActionDeclaration declaration = entry.getValue();
            String namespace = namespaceOf(uid);
            Set<EntityUid> descendants = below(uid, children);
            if (descendants.contains(uid)) {
                throw new CedarException("the action " + uid + " is in itself");
            }
            types.put(
                    uid,
                    new Schema.ActionType(
                            uid,
                            declaredTypes(declaration.principals(), namespace),
                            declaredTypes(declaration.resources(), namespace),
                            context(declaration.context(), namespace, uid),
                            descendants));
        }
        return types;
    }

    private String namespaceOf(EntityUid action) {
        return actionNamespaces.getOrDefault(action, "");
    }

    private EntityUid action(ActionName name, String namespace) throws CedarException {
        String written = name.type() == null ? "Action" : name.type();
        for (String type : possible(written, namespace)) {
            EntityUid uid = EntityUid.known(type, name.id());
            if (actions.containsKey(uid)) {
                return uid;
            }
        }
        throw new CedarException(
                name.at(), "the action " + Escapes.quoted(name.id()) + " is not declared");
    }

    private Set<String> declaredTypes(List<Name> names, String namespace) throws CedarException {
        Set<String> types = new HashSet<>();
        for (Name name : names) {
            String full = resolve(name, namespace, Kind.ENTITY);
            if (!entities.containsKey(full)) {
                throw new CedarException(
                        name.at(), "`" + full + "` is not declared as an entity type");
            }
            types.add(full);
        }
        return types;
    }

    private Type.Fields context(Written written, String namespace, EntityUid action)
            throws CedarException {
        Type type =
                written instanceof Written.Named(Name name)
                        ? named(name, namespace, Kind.COMMON, 0)
                        : type(written, namespace, 0);
        if (type instanceof Type.Fields fields) {
            return fields;
        }
        throw new CedarException("the context of " + action + " is not a record but " + type);
    }
}
