package org.domicile.cedar;

import java.util.Map;
import java.util.Set;

/**
 * What is known of one entity.
 *
 * @param ancestors the groups that it is in, directly or through other groups
 */
public record Entity(
        EntityUid uid,
        Map<String, Value> attributes,
        Map<String, Value> tags,
        Set<EntityUid> ancestors) {
    public Entity {
        attributes = Map.copyOf(attributes);
        tags = Map.copyOf(tags);
        ancestors = Set.copyOf(ancestors);
    }

    /** An entity in these groups, with attributes and without tags. */
    public Entity(EntityUid uid, Map<String, Value> attributes, Set<EntityUid> ancestors) {
        this(uid, attributes, Map.of(), ancestors);
    }

    Entity withAncestors(Set<EntityUid> all) {
        return new Entity(uid, attributes, tags, all);
    }
}
