package org.domicile.guard;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.domicile.ledger.Statement;
import org.domicile.policy.Change;
import org.domicile.policy.Credential;
import org.domicile.policy.Policy;
import org.domicile.policy.Principal;
import org.domicile.policy.Resource;
import org.domicile.policy.Seal;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;

/** Sealing under one request: what it records and says in public is told by who asks. */
final class SealingView implements Sealing {
    private final Uses uses;
    private final Policy policy;
    private final FreshKeys fresh;

    SealingView(Uses uses, Policy policy, FreshKeys fresh) {
        this.uses = uses;
        this.policy = policy;
        this.fresh = fresh;
    }

    @Override
    public String use() {
        return uses.last();
    }

    @Override
    public Credential ask(Wanted wanted) {
        Principal holder = policy.register().principals().get(wanted.principal());
        String organisation = holder == null ? own() : holder.organisation();
        Credential credential =
                new Credential(
                        fresh.accessKey(),
                        wanted.principal(),
                        organisation,
                        wanted.purpose(),
                        wanted.actions(),
                        wanted.buckets(),
                        uses.at(),
                        wanted.expires().equals(Instant.MAX)
                                ? Seal.opening(wanted.opens())
                                : wanted.expires(),
                        false,
                        new Seal.Asked(wanted.opens(), person()));
        make(
                new Change.AskCredential(credential),
                new Act(
                        organisation,
                        operating() ? "admin:CreateCredential" : ASK,
                        credential.accessKey()),
                said("sealed-credential.asked", credential, credential.seal()));
        return credential;
    }

    @Override
    public Administration.Issued approve(String accessKey) {
        Credential asked = policy.register().credentials().get(accessKey);
        String organisation = asked == null ? own() : asked.organisation();
        String secret = fresh.secret();
        make(
                new Change.ApproveCredential(
                        accessKey, person(), secret.getBytes(StandardCharsets.US_ASCII)),
                new Act(organisation, operating() ? "admin:ApproveCredential" : APPROVE, accessKey),
                asked == null || !(asked.seal() instanceof Seal.Asked(LocalDate opens, String by))
                        ? List.of()
                        : said(
                                "sealed-credential.approved",
                                asked,
                                new Seal.Approved(opens, by, person())));
        Credential approved = policy.register().credentials().get(accessKey);
        if (approved == null) {
            throw new IllegalStateException("credentials are ended, and not removed");
        }
        return new Administration.Issued(approved, secret);
    }

    /** Whose log takes an act, what it is called there, and what it concerns. */
    private record Act(String organisation, String action, String object) {}

    /** One use: made with the change, or recorded for what it asked in vain. */
    private void make(Change change, Act act, List<Statement> statements) {
        String objection = policy.objection(change);
        try (Admitted use = admit(act, objection.isEmpty() ? statements : List.of())) {
            if (!objection.isEmpty()) {
                use.record(Outcome.CONFLICT, 0);
                throw new Administration.Impossible(objection);
            }
            switch (policy.change(use.carrying(() -> 0), change)) {
                case Policy.Applied.Done() -> {}
                case Policy.Applied.Refused(String sentence) ->
                        throw new Administration.Impossible(sentence);
            }
        }
    }

    private Admitted admit(Act act, List<Statement> statements) {
        return operating()
                ? uses.administer(
                        RegisterChanges.known(policy, act.organisation()),
                        act.action(),
                        act.object(),
                        statements)
                : uses.admit(
                        act.action(),
                        new Resource.Own(act.organisation()),
                        act.object(),
                        statements);
    }

    /** People stand in it as commitments alone: who is covertly at work is not public. */
    private static List<Statement> said(String kind, Credential credential, Seal seal) {
        Map<String, String> texts = new HashMap<>();
        texts.put("access-key", credential.accessKey());
        texts.put("principal", credential.principal());
        switch (seal) {
            case Seal.None() -> throw new IllegalArgumentException("there is no seal to tell of");
            case Seal.Asked(LocalDate opens, String askedBy) -> {
                texts.put("sealed-until", opens.toString());
                texts.put("asked-by", askedBy);
            }
            case Seal.Approved(LocalDate opens, String askedBy, String approvedBy) -> {
                texts.put("sealed-until", opens.toString());
                texts.put("asked-by", askedBy);
                texts.put("approved-by", approvedBy);
            }
        }
        return List.of(
                new Statement(
                        kind,
                        Map.of(
                                "organisation", credential.organisation(),
                                "purpose", credential.purpose()),
                        texts));
    }

    private String own() {
        return uses.organisation();
    }

    private boolean operating() {
        return own().equals(Policy.INSTALLATION);
    }

    /** Who speaks: a seal is made by people, never by the program. */
    private String person() {
        return switch (uses.request().caller()) {
            case Caller.Known known -> known.principal();
            case Caller.Anonymous() -> throw nobody();
            case Caller.Program _ -> throw nobody();
        };
    }

    private static IllegalStateException nobody() {
        return new IllegalStateException("only people ask for seals and approve them");
    }
}
