package org.domicile.guard;

import java.util.ArrayList;
import java.util.List;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.people.People;
import org.domicile.policy.Policy;
import org.domicile.policy.Principal;

/** Erasures that were cut off between their entry and the key's death. */
final class Erasures {
    private Erasures() {}

    static void complete(People people, Policy policy, Keys keys) {
        List<KeyId> intended = people.intended();
        List<KeyId> dying = new ArrayList<>(intended);
        for (Principal principal : policy.register().principals().values()) {
            if (principal.erased()) {
                dying.add(new KeyId(KeyId.Kind.SUBJECT, principal.subject()));
            }
        }
        dying.removeIf(key -> !keys.exists(key));
        if (!dying.isEmpty()) {
            keys.destroy(dying);
        }
        if (!intended.isEmpty()) {
            people.completed(intended);
        }
    }
}
