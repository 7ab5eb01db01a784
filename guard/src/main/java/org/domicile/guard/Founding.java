package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.Statement;
import org.domicile.ledger.Use;
import org.domicile.policy.Change;
import org.domicile.policy.Kinds;
import org.domicile.policy.Organisation;
import org.domicile.policy.Policy;
import org.domicile.policy.PolicyText;
import org.domicile.policy.Principal;
import org.domicile.policy.Purpose;
import org.domicile.policy.Zone;
import org.domicile.request.Caller;
import org.domicile.request.Request;

/**
 * What a new installation begins with: its zone, the organisation {@code installation} with the two
 * built-in purposes, the principals that the program and its operators act as. These first acts
 * cannot be judged by a policy that they themselves make, so they are recorded with the reason
 * {@code founding}. Each step looks first whether it was done: a founding that was cut short goes
 * on at the next start.
 */
final class Founding {
    /** Id of the principal that the program acts as; not random, so that it needs no look-up. */
    static final String SYSTEM = "00000000000000000000000000000000";

    /** Id of the principal that operators act as. */
    static final String OPERATOR = "00000000000000000000000000000001";

    /** Where the program's own policies stand in the register. */
    private static final String PROGRAM_POLICIES = Policy.INSTALLATION + "/program";

    private final GuardOptions options;
    private final Policy policy;
    private final Keys keys;
    private final Ledger ledger;
    private final Instant at;

    Founding(GuardOptions options, Policy policy, Keys keys, Ledger ledger, Instant at) {
        this.options = options;
        this.policy = policy;
        this.keys = keys;
        this.ledger = ledger;
        this.at = at;
    }

    void complete() {
        found();
        builtIn(
                "lifecycle",
                "Ending what the rules of buckets end: objects, versions, uploads.",
                new KeyId(KeyId.Kind.SUBJECT, system().subject()));
        statePolicies();
    }

    /**
     * The program's own policies are public like any others, before they decide: at the founding,
     * and when another program with other policies opens the folder.
     */
    private void statePolicies() {
        PolicyText standing = policy.register().policies().get(PROGRAM_POLICIES);
        String digest = Policy.programDigest();
        if (standing != null && standing.digest().equals(digest)) {
            return;
        }
        int version = standing == null ? 1 : standing.version() + 1;
        String[] name = PROGRAM_POLICIES.split("/", -1);
        PolicyText put =
                new PolicyText(name[0], name[1], version, digest, Policy.program(), at, false);
        step(
                new Change.PutPolicy(put),
                new KeyId(KeyId.Kind.SUBJECT, system().subject()),
                PolicyActs.policyPut(put));
    }

    private Principal system() {
        Principal system = policy.register().principals().get(SYSTEM);
        if (system == null) {
            throw new IllegalStateException("the founding made no principal for the program");
        }
        return system;
    }

    private void found() {
        if (policy.register().principals().containsKey(OPERATOR)) {
            return;
        }
        String organisationKey =
                Optional.ofNullable(policy.register().organisations().get(Policy.INSTALLATION))
                        .map(Organisation::key)
                        .orElseGet(() -> keys.createOrganisation().id());
        Principal system = principal(SYSTEM, "system", organisationKey);
        KeyId subject = new KeyId(KeyId.Kind.SUBJECT, system.subject());
        if (!policy.register().zones().containsKey(options.dataZone())) {
            step(
                    new Change.NewZone(new Zone(options.dataZone(), Optional.empty())),
                    subject,
                    new Statement("zone.created", Map.of("zone", options.dataZone()), Map.of()));
        }
        if (!policy.register().organisations().containsKey(Policy.INSTALLATION)) {
            step(
                    new Change.NewOrganisation(
                            new Organisation(
                                    Policy.INSTALLATION, options.dataZone(), organisationKey, at)),
                    subject,
                    new Statement(
                            "organisation.created",
                            Map.of("organisation", Policy.INSTALLATION),
                            Map.of()));
        }
        builtIn(
                "administration",
                "Running this installation: its register, its keys, its configuration.",
                subject);
        builtIn(
                "upkeep",
                "Keeping stored data whole and quick to find: compaction, verification, expiry,"
                        + " counts of the values of tables.",
                subject);
        if (!policy.register().principals().containsKey(SYSTEM)) {
            step(new Change.NewPrincipal(system), subject, principalCreated(system));
        }
        Principal operator = principal(OPERATOR, "operator", organisationKey);
        step(new Change.NewPrincipal(operator), subject, principalCreated(operator));
    }

    private Principal principal(String id, String name, String organisationKey) {
        Principal present = policy.register().principals().get(id);
        if (present != null) {
            return present;
        }
        KeyId key =
                keys.create(
                        KeyId.Kind.SUBJECT, new KeyId(KeyId.Kind.ORGANISATION, organisationKey));
        return new Principal(id, Policy.INSTALLATION, name, key.id(), at);
    }

    private void builtIn(String name, String text, KeyId subject) {
        Purpose purpose =
                new Purpose(
                                Policy.INSTALLATION,
                                name,
                                text,
                                "the operator of this installation",
                                "the operator's own responsibility for the installation",
                                List.of(options.dataZone()),
                                at,
                                Instant.MAX,
                                false)
                        .ofKind(Kinds.ADMINISTRATION);
        if (!policy.register().purposes().containsKey(purpose.id())) {
            step(
                    new Change.NewPurpose(purpose),
                    subject,
                    Declarations.of("purpose.created", purpose));
        }
    }

    static Statement principalCreated(Principal principal) {
        return new Statement(
                "principal.created",
                Map.of("principal", principal.id(), "organisation", principal.organisation()),
                Map.of("name", principal.name()),
                List.of(new KeyId(KeyId.Kind.SUBJECT, principal.subject())),
                Map.of());
    }

    private void step(Change change, KeyId subject, Statement statement) {
        Caller caller = new Caller.Program("system:founding", Policy.ADMINISTRATION);
        Use use =
                new Use(
                        Ledger.INSTALLATION,
                        ledger.number(Ledger.INSTALLATION),
                        at,
                        "admin:Found",
                        Use.Verdict.ALLOWED,
                        "founding",
                        Policy.ADMINISTRATION,
                        "",
                        options.dataZone(),
                        Policy.programDigest(),
                        caller,
                        subject,
                        List.of(),
                        statement.kind(),
                        "",
                        List.of(statement));
        Request request =
                new Request(
                                "founding",
                                caller,
                                "program",
                                options.dataZone(),
                                "",
                                at,
                                at.plus(Duration.ofMinutes(1)),
                                Optional.empty())
                        .carrying(ledger.pending(use, () -> 0));
        switch (policy.change(request, change)) {
            case Policy.Applied.Done() -> {}
            case Policy.Applied.Refused(String sentence) ->
                    throw new IllegalStateException(sentence);
        }
    }
}
