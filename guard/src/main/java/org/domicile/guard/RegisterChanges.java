package org.domicile.guard;

import java.util.List;
import org.domicile.ledger.Statement;
import org.domicile.policy.Change;
import org.domicile.policy.Policy;
import org.domicile.request.Outcome;

/** Changes of the register under one request: each is one use, and so is one that cannot be. */
record RegisterChanges(Uses uses, Policy policy) {
    /** Makes a change, in the commit of its record. @throws Administration.Impossible recorded */
    void make(
            Change change, String organisation, String action, String object, Statement statement) {
        objectTo(change, organisation, action, object);
        try (Admitted use =
                uses.administer(known(policy, organisation), action, object, List.of(statement))) {
            switch (policy.change(use.carrying(() -> 0), change)) {
                case Policy.Applied.Done() -> {}
                case Policy.Applied.Refused(String sentence) ->
                        throw new Administration.Impossible(sentence);
            }
        }
    }

    /**
     * Asks before keys are born for a thing that cannot be; the question that fails is recorded.
     */
    void objectTo(Change change, String organisation, String action, String object) {
        String objection = policy.objection(change);
        if (!objection.isEmpty()) {
            throw impossible(organisation, action, object, objection);
        }
    }

    /** Records what was asked for and cannot be. */
    Administration.Impossible impossible(
            String organisation, String action, String object, String sentence) {
        try (Admitted use =
                uses.administer(known(policy, organisation), action, object, List.of())) {
            use.record(Outcome.CONFLICT, 0);
        }
        return new Administration.Impossible(sentence);
    }

    /**
     * A use log exists for organisations that do; a mistaken name is the installation's business.
     */
    static String known(Policy policy, String organisation) {
        return policy.register().organisations().containsKey(organisation)
                ? organisation
                : Policy.INSTALLATION;
    }
}
