package org.domicile.cedar;

import org.jspecify.annotations.Nullable;

/** What one decision reads: the request, and its entities already found. Owned by one thread. */
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

    // Policies ask for the same few entities again and again, by the same object where it stands in
    // an attribute. The last four answers, in turn.
    private static final int REMEMBERED = 4;
    private final @Nullable EntityUid[] asked = new EntityUid[REMEMBERED];
    private final @Nullable Entity[] answered = new Entity[REMEMBERED];
    private int next;

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
        if (uid == action) {
            return actionEntity;
        }
        for (int i = 0; i < REMEMBERED; i++) {
            if (uid == asked[i]) {
                return answered[i];
            }
        }
        Entity found = entities.find(uid);
        asked[next] = uid;
        answered[next] = found;
        next = (next + 1) % REMEMBERED;
        return found;
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
