package org.domicile.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.domicile.cedar.EntityUid;
import org.domicile.cedar.Value;

/**
 * Every way in which a credential may list a name: the name, {@code *}, and each of its beginnings
 * with a star. A policy asks whether one of them is among what the credential lists, so that
 * matching is data that anybody can check, and no function of ours.
 */
final class Listed {
    /** What decisions need of an action. */
    record Action(EntityUid uid, Value names) {}

    /** Doors ask for a closed set of actions, so this is reached only when that is no longer so. */
    private static final int MOST_ACTIONS = 1_024;

    private static final Map<String, Action> ACTIONS = new ConcurrentHashMap<>();

    private Listed() {}

    static Value names(String name) {
        List<Value> names = new ArrayList<>(name.length() + 2);
        for (int length = 0; length <= name.length(); length++) {
            names.add(Value.of(name.substring(0, length) + "*"));
        }
        // What ends with a star and equals a name is a family; it stands above as that.
        if (!name.endsWith("*")) {
            names.add(Value.of(name));
        }
        return Value.setOf(names.stream().distinct().toList());
    }

    static Action action(String name) {
        Action known = ACTIONS.get(name);
        if (known != null) {
            return known;
        }
        Action made = new Action(new EntityUid("Action", name), names(name));
        if (ACTIONS.size() < MOST_ACTIONS) {
            ACTIONS.put(name, made);
        }
        return made;
    }
}
