package org.domicile.guard;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.domicile.keys.Pass;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.Statement;
import org.domicile.policy.Change;
import org.domicile.policy.Policy;
import org.domicile.policy.PolicyText;
import org.domicile.policy.UseOnRecord;
import org.domicile.request.Outcome;

/** What operators do with policies, and what explains a use. Owned by the request's thread. */
final class PolicyActs {
    /** Makes a change of the register, on record and in public. */
    interface Changing {
        void make(
                Change change,
                String organisation,
                String action,
                String object,
                Statement statement);
    }

    private final Uses uses;
    private final Policy policy;
    private final Ledger ledger;
    private final Changing changing;

    PolicyActs(Uses uses, Policy policy, Ledger ledger, Changing changing) {
        this.uses = uses;
        this.policy = policy;
        this.ledger = ledger;
        this.changing = changing;
    }

    PolicyText put(String organisation, String name, String text) {
        String digest = HexFormat.of().formatHex(sha256(text.getBytes(StandardCharsets.UTF_8)));
        return changed(
                new PolicyText(
                        organisation,
                        name,
                        nextVersion(organisation, name),
                        digest,
                        text,
                        uses.at(),
                        false),
                "admin:PutPolicy");
    }

    PolicyText remove(String organisation, String name) {
        return changed(
                new PolicyText(
                        organisation,
                        name,
                        nextVersion(organisation, name),
                        "",
                        "",
                        uses.at(),
                        true),
                "admin:RemovePolicy");
    }

    private PolicyText changed(PolicyText wanted, String action) {
        changing.make(
                new Change.PutPolicy(wanted),
                wanted.organisation(),
                action,
                wanted.id(),
                policyPut(wanted));
        return wanted;
    }

    private int nextVersion(String organisation, String name) {
        PolicyText standing = policy.register().policies().get(organisation + "/" + name);
        return standing == null ? 1 : standing.version() + 1;
    }

    /** Name, version and digest are public; the text may name people and can be erased. */
    static Statement policyPut(PolicyText put) {
        Map<String, String> facts = new HashMap<>();
        facts.put("policy", put.id());
        facts.put("version", String.valueOf(put.version()));
        if (put.removed()) {
            return new Statement("policy.removed", facts, Map.of());
        }
        facts.put("digest", put.digest());
        return new Statement("policy.put", facts, Map.of("text", put.text()));
    }

    PolicyText version(String organisation, String name, int version) {
        String id = organisation + "/" + name;
        try (Admitted use =
                uses.administer(
                        RegisterChanges.known(policy, organisation),
                        "admin:ShowPolicy",
                        id,
                        List.of())) {
            PolicyText standing = policy.register().policies().get(id);
            Optional<PolicyText> found =
                    version == 0
                            ? Optional.ofNullable(standing).filter(each -> !each.removed())
                            : policy.policy(organisation, name, version);
            use.record(found.isPresent() ? Outcome.DONE : Outcome.ABSENT, 0);
            return found.orElseThrow(() ->
                    new Administration.Impossible(
                            version == 0
                                    ? "there is no policy " + id + "; 'policy list' shows them"
                                    : "the policy " + id + " has no version " + version));
        }
    }

    Administration.Explained explain(String named) {
        UseName name = UseName.parse(named);
        String organisation = RegisterChanges.known(policy, name.organisation());
        try (Admitted use = uses.administer(organisation, "admin:ExplainUse", named, List.of())) {
            Optional<Ledger.Decided> found = Optional.empty();
            if (organisation.equals(name.organisation())) {
                OptionalLong index = name.index(ledger);
                Pass pass = use.record(index.isPresent() ? Outcome.DONE : Outcome.ABSENT, 0);
                if (index.isPresent()) {
                    found = ledger.decided(pass, organisation, name.log(), index.getAsLong());
                }
            } else {
                use.record(Outcome.ABSENT, 0);
            }
            Ledger.Decided decided =
                    found.orElseThrow(() ->
                            new Administration.Impossible(
                                    "there is no use "
                                            + named
                                            + " on record; 'uses --json' shows what there is"));
            return new Administration.Explained(decided, explanation(decided));
        }
    }

    private Policy.Explanation explanation(Ledger.Decided decided) {
        Ledger.Recorded use = decided.use();
        if (!use.sealed().isEmpty()) {
            return new Policy.Explanation.Unexplained(
                    "the use is sealed until "
                            + use.sealed()
                            + "; before that day only 'disclose' opens what the decision read");
        }
        Instant at;
        try {
            at = Instant.parse(use.at());
        } catch (DateTimeException e) {
            return new Policy.Explanation.Unexplained(
                    "the person whom this use concerns was erased, and with that what the decision"
                            + " read");
        }
        return policy.explain(
                new UseOnRecord(
                        decided.organisation(),
                        at,
                        use.action(),
                        use.purpose(),
                        use.dataZone(),
                        use.clientZone(),
                        decided.policy(),
                        use.principal(),
                        decided.credential(),
                        use.object(),
                        use.address(),
                        decided.read()));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
