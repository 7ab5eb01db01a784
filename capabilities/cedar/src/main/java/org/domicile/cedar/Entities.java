package org.domicile.cedar;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The entities that decisions read. Groups of groups are resolved when they are put together, so
 * that {@code in} is one look-up. What is not here does not exist: it is in no group but itself and
 * has no attributes.
 */
public final class Entities {
    /** No entities. */
    public static final Entities NONE = new Entities(Map.of(), null);

    private final Map<EntityUid, Entity> entities;
    private final @Nullable Entities below;

    private Entities(Map<EntityUid, Entity> entities, @Nullable Entities below) {
        this.entities = entities;
        this.below = below;
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
        return new Entities(closed, this == NONE ? null : this);
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
        return new Entities(all, null);
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
        Entity entity = entities.get(uid);
        return entity != null || below == null ? entity : below.find(uid);
    }

    /** Whether there is one of this name. */
    public boolean contains(EntityUid uid) {
        return find(uid) != null;
    }

    /** The names of all. */
    public Set<EntityUid> uids() {
        Set<EntityUid> uids = new HashSet<>(entities.keySet());
        if (below != null) {
            uids.addAll(below.uids());
        }
        return uids;
    }

    public int size() {
        return entities.size() + (below == null ? 0 : below.size());
    }
}
