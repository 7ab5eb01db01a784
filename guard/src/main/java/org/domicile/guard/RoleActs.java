package org.domicile.guard;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.ledger.Statement;
import org.domicile.policy.Change;
import org.domicile.policy.Permissions;
import org.domicile.policy.Policy;
import org.domicile.policy.Role;
import org.domicile.policy.Target;
import org.domicile.request.Outcome;

/** What operators do with roles and outbound targets. Owned by the request's thread. */
final class RoleActs {
    private final Uses uses;
    private final Policy policy;
    private final PolicyActs.Changing changing;

    RoleActs(Uses uses, Policy policy, PolicyActs.Changing changing) {
        this.uses = uses;
        this.policy = policy;
        this.changing = changing;
    }

    void create(Role role) {
        changing.make(
                new Change.NewRole(role),
                role.organisation(),
                "admin:CreateRole",
                role.full(),
                created(role));
    }

    /** What a role may do and whom it trusts in which words may name people and can be erased. */
    private static Statement created(Role role) {
        Map<String, String> facts = new HashMap<>();
        facts.put("role", role.full());
        facts.put("id", role.id());
        facts.put("purpose", role.purpose());
        facts.put("principals", String.join(" ", role.principals()));
        facts.put("issuer", role.issuer());
        facts.put("permissions", role.permissions().digest());
        facts.put("seconds", String.valueOf(role.longest().toSeconds()));
        return new Statement(
                "role.created",
                facts,
                Map.of(
                        "permissions",
                        role.permissions().text(),
                        "audiences",
                        String.join("\n", role.audiences()),
                        "subjects",
                        String.join("\n", role.subjects())));
    }

    void remove(String role) {
        changing.make(
                new Change.RemoveRole(role),
                organisation(role),
                "admin:RemoveRole",
                role,
                new Statement("role.removed", Map.of("role", role), Map.of()));
    }

    Role role(String name) {
        try (Admitted use =
                uses.administer(
                        RegisterChanges.known(policy, organisation(name)),
                        "admin:ShowRole",
                        name,
                        List.of())) {
            Optional<Role> found =
                    Optional.ofNullable(policy.register().roles().get(name))
                            .filter(each -> !each.removed());
            use.record(found.isPresent() ? Outcome.DONE : Outcome.ABSENT, 0);
            return found.map(this::withText)
                    .orElseThrow(() ->
                            new Administration.Impossible(
                                    "there is no role " + name + "; 'role list' shows them"));
        }
    }

    private Role withText(Role role) {
        Permissions bare = role.permissions();
        String text =
                policy.document(bare.digest())
                        .orElseThrow(() ->
                                new IllegalStateException(
                                        "the permissions of " + role.full() + " are not kept"));
        return role.with(new Permissions(bare.language(), text));
    }

    void create(Target target) {
        changing.make(
                new Change.NewTarget(target),
                target.organisation(),
                "admin:CreateTarget",
                target.full(),
                new Statement(
                        "target.created",
                        Map.of("target", target.full(), "zone", target.zone()),
                        Map.of(
                                "url",
                                target.url(),
                                "networks",
                                String.join(" ", target.networks()))));
    }

    void secret(String target, byte[] secret) {
        changing.make(
                new Change.SetTargetSecret(target, secret),
                organisation(target),
                "admin:MakeTargetSecret",
                target,
                new Statement("target.secret", Map.of("target", target), Map.of()));
    }

    void removeTarget(String target) {
        changing.make(
                new Change.RemoveTarget(target),
                organisation(target),
                "admin:RemoveTarget",
                target,
                new Statement("target.removed", Map.of("target", target), Map.of()));
    }

    private static String organisation(String full) {
        int slash = full.indexOf('/');
        return slash < 0 ? full : full.substring(0, slash);
    }
}
