package org.domicile.cedar;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One part of a scope made ready to run. */
abstract class ScopeTest {
    abstract boolean test(EntityUid uid, @Nullable Entity entity);

    static ScopeTest of(Constraint constraint) {
        return switch (constraint) {
            case Constraint.Any _ -> new Any();
            case Constraint.Equal(Constraint.Reference to) -> new Equal(filled(to));
            case Constraint.In(Constraint.Reference group) -> new In(filled(group));
            case Constraint.Is(String type) -> new Is(type, new Any());
            case Constraint.IsIn(String type, Constraint.Reference group) ->
                    new Is(type, new In(filled(group)));
        };
    }

    static ScopeTest of(ActionConstraint constraint) {
        return switch (constraint) {
            case ActionConstraint.Any _ -> new Any();
            case ActionConstraint.Equal(EntityUid action) -> new Equal(action);
            case ActionConstraint.In(List<EntityUid> groups) ->
                    groups.size() == 1
                            ? new In(groups.getFirst())
                            : new InAny(groups.toArray(new EntityUid[0]));
        };
    }

    private static EntityUid filled(Constraint.Reference reference) {
        EntityUid uid = reference.uid();
        if (uid == null) {
            throw new IllegalStateException("a slot is open");
        }
        return uid;
    }

    private static boolean isIn(EntityUid uid, @Nullable Entity entity, EntityUid group) {
        return uid.equals(group) || (entity != null && entity.ancestors().contains(group));
    }

    private static final class Any extends ScopeTest {
        @Override
        boolean test(EntityUid uid, @Nullable Entity entity) {
            return true;
        }
    }

    private static final class Equal extends ScopeTest {
        private final EntityUid to;

        Equal(EntityUid to) {
            this.to = to;
        }

        @Override
        boolean test(EntityUid uid, @Nullable Entity entity) {
            return uid.equals(to);
        }
    }

    private static final class In extends ScopeTest {
        private final EntityUid group;

        In(EntityUid group) {
            this.group = group;
        }

        @Override
        boolean test(EntityUid uid, @Nullable Entity entity) {
            return isIn(uid, entity, group);
        }
    }

    private static final class InAny extends ScopeTest {
        private final EntityUid[] groups;

        InAny(EntityUid[] groups) {
            this.groups = groups;
        }

        @Override
        boolean test(EntityUid uid, @Nullable Entity entity) {
            for (EntityUid group : groups) {
                if (isIn(uid, entity, group)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static final class Is extends ScopeTest {
        private final String type;
        private final ScopeTest rest;

        Is(String type, ScopeTest rest) {
            this.type = type;
            this.rest = rest;
        }

        @Override
        boolean test(EntityUid uid, @Nullable Entity entity) {
            return uid.type().equals(type) && rest.test(uid, entity);
        }
    }
}
