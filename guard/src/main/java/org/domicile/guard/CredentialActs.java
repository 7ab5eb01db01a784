package org.domicile.guard;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.domicile.guard.Administration.Issued;
import org.domicile.guard.Administration.Receipts;
import org.domicile.ledger.Statement;
import org.domicile.policy.Change;
import org.domicile.policy.Credential;
import org.domicile.policy.Policy;
import org.domicile.policy.Principal;
import org.domicile.policy.Seal;
import org.domicile.request.Outcome;

/** What operators do with credentials that are not sealed. Owned by the request's thread. */
final class CredentialActs {
    private static final String CREATE = "admin:CreateCredential";

    /** Records what was asked for and cannot be, and says it. */
    interface Impossibility {
        Administration.Impossible of(
                String organisation, String action, String object, String sentence);
    }

    private final Uses uses;
    private final Policy policy;
    private final FreshKeys fresh;
    private final PolicyActs.Changing changing;
    private final Impossibility impossibility;

    CredentialActs(
            Uses uses,
            Policy policy,
            FreshKeys fresh,
            PolicyActs.Changing changing,
            Impossibility impossibility) {
        this.uses = uses;
        this.policy = policy;
        this.fresh = fresh;
        this.changing = changing;
        this.impossibility = impossibility;
    }

    Issued create(
            String principal,
            String purpose,
            List<String> actions,
            List<String> buckets,
            Instant expires) {
        KeyPair made = new KeyPair(fresh.accessKey(), fresh.secret());
        Credential credential = make(made, principal, purpose, actions, buckets, expires);
        return new Issued(credential, made.secret());
    }

    Credential keep(
            KeyPair pair,
            String principal,
            String purpose,
            List<String> actions,
            List<String> buckets,
            Instant expires) {
        String objection = pair.objection();
        if (!objection.isEmpty()) {
            // Not what was sent as an access key: it may be a secret in the wrong place.
            throw impossibility.of(holderOf(principal), CREATE, "", objection);
        }
        return make(pair, principal, purpose, actions, buckets, expires);
    }

    private Credential make(
            KeyPair pair,
            String principal,
            String purpose,
            List<String> actions,
            List<String> buckets,
            Instant expires) {
        String organisation = holderOf(principal);
        Credential credential =
                new Credential(
                        pair.accessKey(),
                        principal,
                        organisation,
                        purpose,
                        actions,
                        buckets,
                        uses.at(),
                        expires,
                        false);
        changing.make(
                new Change.NewCredential(credential, bytes(pair.secret())),
                organisation,
                CREATE,
                credential.accessKey(),
                new Statement(
                        "credential.created",
                        facts(credential),
                        Map.of("access-key", credential.accessKey())));
        return credential;
    }

    private String holderOf(String principal) {
        Principal holder = policy.register().principals().get(principal);
        return holder == null ? Policy.INSTALLATION : holder.organisation();
    }

    private static Map<String, String> facts(Credential credential) {
        return Map.of(
                "organisation", credential.organisation(),
                "principal", credential.principal(),
                "purpose", credential.purpose(),
                "expires",
                        credential.expires().equals(Instant.MAX)
                                ? "never"
                                : credential.expires().toString());
    }

    void withdraw(String accessKey) {
        Credential credential = policy.register().credentials().get(accessKey);
        String organisation = ownerOf(accessKey);
        Map<String, String> facts = new HashMap<>();
        if (credential != null) {
            facts.put("organisation", organisation);
        }
        // Of a sealed one the public is not told who had it.
        if (credential != null && credential.seal() instanceof Seal.None) {
            facts.put("principal", credential.principal());
        }
        changing.make(
                new Change.WithdrawCredential(accessKey),
                organisation,
                "admin:WithdrawCredential",
                accessKey,
                new Statement("credential.withdrawn", facts, Map.of("access-key", accessKey)));
    }

    Issued rotate(String accessKey, Duration grace) {
        String action = "admin:RotateCredential";
        Credential old = policy.register().credentials().get(accessKey);
        if (old == null) {
            throw impossibility.of(Policy.INSTALLATION, action, accessKey, absent(accessKey));
        }
        Credential next =
                new Credential(
                        fresh.accessKey(),
                        old.principal(),
                        old.organisation(),
                        old.purpose(),
                        old.actions(),
                        old.buckets(),
                        uses.at(),
                        old.expires(),
                        false);
        String secret = fresh.secret();
        Instant until = uses.at().plus(grace);
        Map<String, String> facts = new HashMap<>(facts(next));
        facts.put("old-until", until.toString());
        changing.make(
                new Change.RotateCredential(accessKey, next, bytes(secret), until),
                old.organisation(),
                action,
                accessKey,
                new Statement(
                        "credential.rotated",
                        facts,
                        Map.of("access-key", next.accessKey(), "old-access-key", accessKey)));
        return new Issued(next, secret);
    }

    void giveReceipts(String accessKey, Receipts when) {
        String organisation = ownerOf(accessKey);
        changing.make(
                new Change.SetReceipts(accessKey, when == Receipts.ALWAYS),
                organisation,
                "admin:SetReceipts",
                accessKey,
                new Statement(
                        "credential.receipts",
                        Map.of(
                                "organisation",
                                organisation,
                                "receipts",
                                when == Receipts.ALWAYS ? "on" : "off"),
                        Map.of("access-key", accessKey)));
    }

    Receipts receipts(String accessKey) {
        String organisation = ownerOf(accessKey);
        String action = "admin:ReadReceipts";
        if (!policy.register().credentials().containsKey(accessKey)) {
            throw impossibility.of(organisation, action, accessKey, absent(accessKey));
        }
        try (Admitted use = uses.administer(organisation, action, accessKey, List.of())) {
            use.record(Outcome.DONE, 0);
            return policy.wantsReceipts(accessKey) ? Receipts.ALWAYS : Receipts.WHEN_ASKED;
        }
    }

    private static String absent(String accessKey) {
        return "there is no credential " + accessKey + "; 'credential list' shows them";
    }

    private String ownerOf(String accessKey) {
        Credential credential = policy.register().credentials().get(accessKey);
        return credential == null ? Policy.INSTALLATION : credential.organisation();
    }

    private static byte[] bytes(String secret) {
        return secret.getBytes(StandardCharsets.US_ASCII);
    }
}
