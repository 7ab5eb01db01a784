package org.domicile.cedar;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The entities that decisions read. Groups of groups are resolved when they are put together, so
 * that {@code in} is one look-up. What is not here does not exist: it is in no group but itself and
 * has no attributes.
 */
public final class Entities {
    /** No entities. */
    public static final Entities NONE = new Entities(Map.of(), null, null);

    private final Map<EntityUid, Entity> entities;

    /** Stands instead of the map where there is one only. */
    private final @Nullable Entity one;
    private final @Nullable Entities below;

    private Entities(
            Map<EntityUid, Entity> entities, @Nullable Entity one, @Nullable Entities below) {
        this.entities = entities;
        this.one = one;
        this.below = below;
    }

    /**
     * One entity besides what is here, for those who decide often: nothing is looked up. It hides
     * one of its name that is here.
     *
     * @param entity with all that it is in, directly or through other groups
     */
    public Entities with(Entity entity) {
        return new Entities(Map.of(), entity, this);
    }

    /**
     * These entities; the ancestors of each may be its direct groups only.
     *
     * @throws CedarException if two of one name differ, or a group is in itself
     */
    public static Entities of(Collection<Entity> entities) throws CedarException {
        return NONE.plus(entities);
    }

    /**
     * These entities besides what is here: the few that a request brings, over the many that stay.
     * What is here does not learn of them; in particular, nothing here becomes a member of a group
     * through them.
     *
     * @throws CedarException if two of one name differ, or a group is in itself
     */
    public Entities plus(Collection<Entity> more) throws CedarException {
        Map<EntityUid, Entity> added = HashMap.newHashMap(more.size());
        for (Entity entity : more) {
            Entity before = added.put(entity.uid(), entity);
            if (before == null) {
                before = find(entity.uid());
            }
            if (before != null && !before.equals(entity)) {
                throw new CedarException(
                        "the entity " + entity.uid() + " is there twice, and differs");
            }
        }
        Map<EntityUid, Entity> closed = HashMap.newHashMap(more.size());
        for (Entity entity : more) {
            closed.put(entity.uid(), closed(entity, added));
        }
        return new Entities(closed, null, this == NONE ? null : this);
    }

    /**
     * Entities in Cedar's JSON: an array of objects with {@code uid}, {@code attrs}, {@code
     * parents} and {@code tags}. References and extension values are written with {@code __entity}
     * and {@code __extn}.
     */
    public static Entities parse(String json) throws CedarException {
        return of(new EntityReader(null).entities(json));
    }

    /**
     * The same by a schema: references and extension values may be written plainly, since their
     * types are known; the entities have to conform to the schema; the actions of the schema are
     * added.
     */
    public static Entities parse(String json, Schema schema) throws CedarException {
        return conforming(new EntityReader(schema).entities(json), schema);
    }

    /** These entities, which have to conform to the schema, and its actions. */
    public static Entities conforming(Collection<Entity> entities, Schema schema)
            throws CedarException {
        for (Entity entity : entities) {
            schema.check(entity);
        }
        Entities closed = of(entities);
        Map<EntityUid, Entity> all = new HashMap<>(closed.entities);
        for (Entity action : schema.actionEntities()) {
            Entity declared = all.put(action.uid(), action);
            if (declared != null && !declared.equals(action)) {
                throw new CedarException(
                        "the action " + action.uid() + " differs from what the schema declares");
            }
        }
        return new Entities(all, null, null);
    }

    private Entity closed(Entity entity, Map<EntityUid, Entity> added) throws CedarException {
        if (entity.ancestors().isEmpty()) {
            return entity;
        }
        Set<EntityUid> all = new LinkedHashSet<>();
        List<EntityUid> open = new ArrayList<>(entity.ancestors());
        while (!open.isEmpty()) {
            EntityUid uid = open.removeLast();
            if (uid.equals(entity.uid())) {
                throw new CedarException("the entity " + uid + " is in itself");
            }
            if (all.add(uid)) {
                Entity group = added.get(uid);
                if (group == null) {
                    group = find(uid);
                }
                if (group != null) {
                    open.addAll(group.ancestors());
                }
            }
        }
        return all.size() == entity.ancestors().size() ? entity : entity.withAncestors(all);
    }

    @Nullable Entity find(EntityUid uid) {
        @Nullable Entities at = this;
        while (at != null) {
            Entity entity = at.one;
            if (entity == null) {
                entity = at.entities.get(uid);
                if (entity != null) {
                    return entity;
                }
            } else if (entity.uid().equals(uid)) {
                return entity;
            }
            at = at.below;
        }
        return null;
    }

    /** Whether there is one of this name. */
    public boolean contains(EntityUid uid) {
        return find(uid) != null;
    }

    /** The names of all. */
    public Set<EntityUid> uids() {
        Set<EntityUid> uids = new HashSet<>(entities.keySet());
        if (one != null) {
            uids.add(one.uid());
        }
        if (below != null) {
            uids.addAll(below.uids());
        }
        return uids;
    }

    public int size() {
        return uids().size();
    }

    /**
     * What a decision could read here if it begins with these names: they and their groups, what
     * attributes and tags of any of them name, and so on. In the order of their names.
     */
    public List<Entity> reachable(Collection<EntityUid> from) {
        Map<String, Entity> found = new TreeMap<>();
        List<EntityUid> open = new ArrayList<>(from);
        Set<EntityUid> seen = new HashSet<>();
        while (!open.isEmpty()) {
            EntityUid uid = open.removeLast();
            Entity entity = seen.add(uid) ? find(uid) : null;
            if (entity != null) {
                found.put(uid.toString(), entity);
                open.addAll(entity.ancestors());
                entity.attributes().values().forEach(value -> names(value, open));
                entity.tags().values().forEach(value -> names(value, open));
            }
        }
        return List.copyOf(found.values());
    }

    private static void names(Value value, List<EntityUid> into) {
        switch (value) {
            case EntityUid uid -> into.add(uid);
            case Value.Many(Set<Value> elements) ->
                    elements.forEach(element -> names(element, into));
            case Value.Fields(Map<String, Value> values) ->
                    values.values().forEach(field -> names(field, into));
            case Value.Bool _,
                    Value.Whole _,
                    Value.Text _,
                    Decimal _,
                    IpAddress _,
                    Datetime _,
                    Duration _ -> {}
        }
    }
}
