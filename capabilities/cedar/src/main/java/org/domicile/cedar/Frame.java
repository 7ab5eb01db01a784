package org.domicile.cedar;

import org.jspecify.annotations.Nullable;

/** What one decision reads: the request, and its entities already found. */
final class Frame {
    private static final EntityUid NONE = new EntityUid("None", "");
    static final Frame NOBODY =
            new Frame(new Request(NONE, NONE, NONE, Value.Fields.EMPTY), Entities.NONE);

    final EntityUid principal;
    final EntityUid action;
    final EntityUid resource;
    final Value.Fields context;
    final @Nullable Entity principalEntity;
    final @Nullable Entity actionEntity;
    final @Nullable Entity resourceEntity;
    private final Entities entities;

    Frame(Request request, Entities entities) {
        principal = request.principal();
        action = request.action();
        resource = request.resource();
        context = request.context();
        this.entities = entities;
        principalEntity = entities.find(principal);
        actionEntity = entities.find(action);
        resourceEntity = entities.find(resource);
    }

    // Most questions are about these three, whose entities have been found already; another name
    // that is equal to one of them is found in the ordinary way.
    @SuppressWarnings("ReferenceEquality")
    @Nullable Entity find(EntityUid uid) {
        if (uid == principal) {
            return principalEntity;
        }
        if (uid == resource) {
            return resourceEntity;
        }
        return uid == action ? actionEntity : entities.find(uid);
    }

    Entity existing(EntityUid uid) {
        Entity entity = find(uid);
        if (entity == null) {
            throw new EvaluationFailure("the entity " + uid + " does not exist");
        }
        return entity;
    }

    boolean isIn(EntityUid uid, EntityUid group) {
        if (uid.equals(group)) {
            return true;
        }
        Entity entity = find(uid);
        return entity != null && entity.ancestors().contains(group);
    }
}
