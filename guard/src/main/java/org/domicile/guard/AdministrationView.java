package org.domicile.guard;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.keys.Pass;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.Statement;
import org.domicile.objects.Bucket;
import org.domicile.objects.Buckets;
import org.domicile.policy.Change;
import org.domicile.policy.Credential;
import org.domicile.policy.Label;
import org.domicile.policy.Marks;
import org.domicile.policy.NamedKey;
import org.domicile.policy.Organisation;
import org.domicile.policy.Policy;
import org.domicile.policy.PolicyText;
import org.domicile.policy.Principal;
import org.domicile.policy.Purpose;
import org.domicile.policy.Register;
import org.domicile.policy.Role;
import org.domicile.policy.Target;
import org.domicile.policy.Zone;
import org.domicile.request.Outcome;

/** Administration under one request. */
final class AdministrationView implements Administration {
    private static final int LONGEST_RETENTION = 36_500;

    private final Uses uses;
    private final Policy policy;
    private final Keys keys;
    private final Ledger ledger;
    private final Buckets buckets;
    private final PeopleView people;
    private final HoldingsView holdings;
    private final Labelling labelling;
    private final SecureRandom random;
    private final CredentialActs credentials;
    private final PolicyActs policies;
    private final NamedKeys named;
    private final RoleActs roles;
    private final RegisterChanges changes;

    AdministrationView(
            Uses uses,
            PeopleView.Parts parts,
            HoldingsView holdings,
            Labelling labelling,
            NamedKeys named,
            SecureRandom random) {
        this.uses = uses;
        this.policy = parts.policy();
        this.changes = new RegisterChanges(uses, policy);
        this.keys = parts.keys();
        this.ledger = parts.ledger();
        this.buckets = parts.objects().buckets();
        this.people = new PeopleView(uses, this, parts, random);
        this.holdings = holdings;
        this.labelling = labelling;
        this.named = named;
        this.random = random;
        this.policies = new PolicyActs(uses, policy, ledger, this::change);
        this.roles = new RoleActs(uses, policy, this::change);
        this.credentials =
                new CredentialActs(
                        uses, policy, new FreshKeys(random), this::change, this::impossible);
    }

    @Override
    public GuardedPeople people() {
        return people;
    }

    @Override
    public GuardedHoldings holdings() {
        return holdings;
    }

    @Override
    public String use() {
        return uses.last();
    }

    @Override
    public Organisation createOrganisation(String name, String zone) {
        String action = "admin:CreateOrganisation";
        Organisation wanted = new Organisation(name, zone, "", uses.at());
        objectTo(new Change.NewOrganisation(wanted), Policy.INSTALLATION, action, name);
        Organisation organisation =
                new Organisation(name, zone, keys.createOrganisation().id(), uses.at());
        change(
                new Change.NewOrganisation(organisation),
                Policy.INSTALLATION,
                action,
                name,
                new Statement(
                        "organisation.created",
                        Map.of("organisation", name, "zone", zone),
                        Map.of()));
        return organisation;
    }

    @Override
    public Zone createZone(String name, Optional<String> parent) {
        Zone zone = new Zone(name, parent);
        Map<String, String> facts = new HashMap<>(Map.of("zone", name));
        parent.ifPresent(outer -> facts.put("parent", outer));
        change(
                new Change.NewZone(zone),
                Policy.INSTALLATION,
                "admin:CreateZone",
                name,
                new Statement("zone.created", facts, Map.of()));
        return zone;
    }

    @Override
    public Purpose createPurpose(Purpose purpose) {
        String action = "admin:CreatePurpose";
        if (!policy.objection(new Change.NewPurpose(purpose)).isEmpty()) {
            Declarations.declined(
                            purpose.kind(), RegisterChanges.known(policy, purpose.organisation()))
                    .ifPresent(ledger::state);
        }
        change(
                new Change.NewPurpose(purpose),
                purpose.organisation(),
                action,
                purpose.id(),
                Declarations.of("purpose.created", purpose));
        return purpose;
    }

    @Override
    public Purpose changePurpose(Purpose purpose) {
        change(
                new Change.ChangePurpose(purpose),
                purpose.organisation(),
                "admin:ChangePurpose",
                purpose.id(),
                Declarations.of("purpose.changed", purpose));
        return purpose;
    }

    @Override
    public NamedKey createKey(String organisation, String name) {
        String action = "admin:CreateNamedKey";
        NamedKey wanted = new NamedKey(organisation, name, "", uses.at(), false);
        objectTo(new Change.NewKey(wanted), organisation, action, wanted.id());
        NamedKeys.complete(policy, keys); // what an old key of this name sealed stays unreadable
        KeyId key = keys.create(KeyId.Kind.NAMED, organisationKey(organisation));
        NamedKey made = new NamedKey(organisation, name, key.id(), uses.at(), false);
        change(
                new Change.NewKey(made),
                organisation,
                action,
                made.id(),
                NamedKeys.statement("key.created", made));
        return policy.register().keys().getOrDefault(made.id(), made);
    }

    @Override
    public NamedKey destroyKey(String organisation, String name) {
        String action = "admin:DestroyNamedKey";
        String id = organisation + "/" + name;
        Change change = new Change.EndKey(id);
        objectTo(change, organisation, action, id);
        NamedKey ending = policy.register().keys().get(id);
        if (ending == null) {
            throw new IllegalStateException("an objection should have been raised for " + id);
        }
        try (KeyEndings.Held _ = named.alone(ending)) {
            if (!ending.equals(policy.register().keys().get(id))) {
                throw impossible(
                        organisation,
                        action,
                        id,
                        "the key " + id + " was destroyed at the same time; 'key list' shows them");
            }
            Optional<String> kept = named.kept(ending);
            if (kept.isPresent()) {
                throw impossible(
                        organisation,
                        action,
                        id,
                        "the key "
                                + id
                                + " seals "
                                + kept.get()
                                + ", which a retention or a legal hold keeps; nothing was"
                                + " destroyed");
            }
            change(change, organisation, action, id, NamedKeys.statement("key.destroyed", ending));
            NamedKeys.complete(policy, keys);
        }
        return policy.register().keys().getOrDefault(id, ending);
    }

    @Override
    public Label label(String bucket, String prefix, Marks marks) {
        String action = "admin:SetLabel";
        Label label = Labelling.label(ofLabelled(bucket, action), bucket, prefix, marks);
        change(
                new Change.SetLabel(label),
                label.organisation(),
                action,
                ObjectUses.object(Labelling.bucket(bucket), prefix),
                Declarations.of("label.set", label));
        return label;
    }

    @Override
    public Label removeLabel(String bucket, String prefix) {
        String action = "admin:RemoveLabel";
        Label label =
                new Label(ofLabelled(bucket, action), Labelling.bucket(bucket), prefix, Marks.NONE);
        change(
                new Change.RemoveLabel(label),
                label.organisation(),
                action,
                ObjectUses.object(Labelling.bucket(bucket), prefix),
                Declarations.of("label.removed", label));
        return label;
    }

    @Override
    public Labelled labelled(String bucket, String name) {
        String action = "admin:ReadLabels";
        String organisation = ofLabelled(bucket, action);
        try (Admitted use =
                uses.administer(organisation, action, ObjectUses.object(bucket, name), List.of())) {
            Labelled found = labelling.labelled(bucket, name);
            use.record(Outcome.DONE, 0);
            return found;
        }
    }

    /** Whose a bucket is; that of none is the last one's that had labels of it. */
    private String ofLabelled(String bucket, String action) {
        return labelling
                .organisation(bucket)
                .orElseThrow(() ->
                        impossible(
                                Policy.INSTALLATION,
                                action,
                                bucket,
                                "there is no bucket " + bucket + "; 'bucket list' shows them"));
    }

    @Override
    public void withdrawPurpose(String purpose) {
        change(
                new Change.WithdrawPurpose(purpose),
                organisationOf(purpose),
                "admin:WithdrawPurpose",
                purpose,
                new Statement("purpose.withdrawn", Map.of("purpose", purpose), Map.of()));
    }

    @Override
    public Principal createPrincipal(String organisation, String name) {
        String action = "admin:CreatePrincipal";
        String id = BucketUses.randomId(random);
        objectTo(
                new Change.NewPrincipal(new Principal(id, organisation, name, "", uses.at())),
                organisation,
                action,
                id);
        KeyId subject = keys.create(KeyId.Kind.SUBJECT, organisationKey(organisation));
        Principal principal = new Principal(id, organisation, name, subject.id(), uses.at());
        change(
                new Change.NewPrincipal(principal),
                organisation,
                action,
                id,
                Founding.principalCreated(principal));
        return principal;
    }

    @Override
    public Issued createCredential(
            String principal,
            String purpose,
            List<String> actions,
            List<String> buckets,
            Instant expires) {
        return credentials.create(principal, purpose, actions, buckets, expires);
    }

    @Override
    public Credential keepCredential(
            KeyPair pair,
            String principal,
            String purpose,
            List<String> actions,
            List<String> buckets,
            Instant expires) {
        return credentials.keep(pair, principal, purpose, actions, buckets, expires);
    }

    @Override
    public void withdrawCredential(String accessKey) {
        credentials.withdraw(accessKey);
    }

    @Override
    public Issued rotateCredential(String accessKey, Duration grace) {
        return credentials.rotate(accessKey, grace);
    }

    @Override
    public void giveReceipts(String accessKey, Receipts when) {
        credentials.giveReceipts(accessKey, when);
    }

    @Override
    public Receipts receipts(String accessKey) {
        return credentials.receipts(accessKey);
    }

    @Override
    public Role createRole(Role wanted) {
        Role role =
                new Role(
                        wanted.organisation(),
                        wanted.name(),
                        BucketUses.randomId(random),
                        wanted.purpose(),
                        wanted.principals(),
                        wanted.issuer(),
                        wanted.audiences(),
                        wanted.subjects(),
                        wanted.permissions(),
                        wanted.longest(),
                        uses.at(),
                        false);
        roles.create(role);
        return role;
    }

    @Override
    public void removeRole(String role) {
        roles.remove(role);
    }

    @Override
    public Role role(String role) {
        return roles.role(role);
    }

    @Override
    public Target createTarget(Target wanted) {
        Target target =
                new Target(
                        wanted.organisation(),
                        wanted.name(),
                        wanted.url(),
                        wanted.zone(),
                        wanted.networks(),
                        uses.at(),
                        false);
        roles.create(target);
        return target;
    }

    @Override
    public String makeTargetSecret(String target) {
        byte[] secret = new FreshKeys(random).webhookSecret();
        roles.secret(target, secret);
        return "whsec_" + Base64.getEncoder().encodeToString(secret);
    }

    @Override
    public void removeTarget(String target) {
        roles.removeTarget(target);
    }

    @Override
    public Bucket createBucket(String organisation, String name, List<String> zones) {
        Organisation owner = present(organisation, "admin:CreateBucket", name);
        List<String> places = zones.isEmpty() ? List.of(owner.zone()) : zones;
        try (Admitted use = uses.administer(organisation, "admin:CreateBucket", name, List.of())) {
            String objection = bucketObjection(name, places);
            if (!objection.isEmpty()) {
                use.record(Outcome.CONFLICT, 0);
                throw new Impossible(objection);
            }
            KeyId key = keys.create(KeyId.Kind.BUCKET, organisationKey(organisation));
            Bucket bucket =
                    new Bucket(
                            name,
                            BucketUses.randomId(random),
                            organisation,
                            Founding.OPERATOR,
                            places,
                            key.id(),
                            Bucket.Versioning.UNVERSIONED,
                            uses.at(),
                            Map.of());
            if (!buckets.create(use.carrying(() -> 0), bucket)) {
                keys.destroy(List.of(key));
                throw new Impossible("the bucket " + name + " exists already");
            }
            // As it is stored: times to the millisecond.
            return buckets.bucket(name).orElse(bucket);
        }
    }

    private String bucketObjection(String name, List<String> zones) {
        if (!BucketNames.valid(name) || BucketNames.reserved(name)) {
            return "'"
                    + name
                    + "' is no name for a new bucket: 3 to 63 lower-case letters, digits, hyphens"
                    + " and dots, no IP address, and none of the beginnings and ends that S3 keeps";
        }
        for (String zone : zones) {
            if (!policy.register().zones().containsKey(zone)) {
                return "there is no zone " + zone + "; 'zone list' shows them";
            }
        }
        if (zones.stream().noneMatch(zone -> policy.register().inside(uses.dataZone(), zone))) {
            return "the bucket's data would lie in "
                    + uses.dataZone()
                    + ", which is inside none of its zones ("
                    + String.join(" ", zones)
                    + "); name a zone that contains it";
        }
        return buckets.bucket(name).isPresent() ? "the bucket " + name + " exists already" : "";
    }

    @Override
    public PolicyText putPolicy(String organisation, String name, String text) {
        return policies.put(organisation, name, text);
    }

    @Override
    public PolicyText removePolicy(String organisation, String name) {
        return policies.remove(organisation, name);
    }

    @Override
    public PolicyText policy(String organisation, String name, int version) {
        return policies.version(organisation, name, version);
    }

    @Override
    public Explained explain(String use) {
        return policies.explain(use);
    }

    @Override
    public List<Bucket> buckets(String organisation) {
        String action = "admin:ListBuckets";
        present(organisation, action, "");
        try (Admitted use = uses.administer(organisation, action, "", List.of())) {
            List<Bucket> all = buckets.buckets(organisation);
            use.record(Outcome.DONE, 0);
            return all;
        }
    }

    @Override
    public Register register() {
        try (Admitted use =
                uses.administer(Policy.INSTALLATION, "admin:ReadRegister", "", List.of())) {
            use.record(Outcome.DONE, 0);
            return policy.register();
        }
    }

    @Override
    public List<Ledger.Recorded> uses(String organisation, Ledger.Filter filter) {
        String action = "admin:ReadUses";
        if (!organisation.equals(Policy.INSTALLATION)) {
            present(organisation, action, filter.looked());
        }
        try (Admitted use = uses.administer(organisation, action, filter.looked(), List.of())) {
            Pass pass = use.record(Outcome.DONE, 0);
            return ledger.uses(pass, organisation, filter);
        }
    }

    @Override
    public List<Ledger.Recorded> uses(
            String organisation, String identifier, Ledger.Filter filter) {
        return people.uses(organisation, identifier, filter);
    }

    @Override
    public void retain(String organisation, int days) {
        String action = "admin:SetRetention";
        if (days < 1 || days > LONGEST_RETENTION) {
            throw impossible(
                    organisation, action, "", "uses are kept for 1 to 36,500 days, not " + days);
        }
        if (!organisation.isEmpty()) {
            present(organisation, action, organisation);
        }
        Map<String, String> facts = new HashMap<>(Map.of("days", String.valueOf(days)));
        if (!organisation.isEmpty()) {
            facts.put("organisation", organisation);
        }
        Statement statement = new Statement("ledger.retention", facts, Map.of());
        try (Admitted use =
                uses.administer(
                        RegisterChanges.known(policy, organisation),
                        action,
                        organisation,
                        List.of(statement))) {
            ledger.retain(use.carrying(() -> 0), organisation, days);
        }
    }

    @Override
    public SequencedMap<String, Integer> retention() {
        operate("admin:ReadRetention", "");
        SequencedMap<String, Integer> periods = new LinkedHashMap<>();
        periods.put("", ledger.retention(""));
        policy.register().organisations().keySet().stream()
                .sorted()
                .forEach(name -> periods.put(name, ledger.retention(name)));
        return periods;
    }

    @Override
    public void limitSealing(int days) {
        change(
                new Change.SetSealedMax(days),
                Policy.INSTALLATION,
                "admin:SetSealedMax",
                "",
                new Statement("sealed.max", Map.of("days", String.valueOf(days)), Map.of()));
    }

    @Override
    public int sealedMax() {
        operate("admin:ReadSealedMax", "");
        return policy.register().sealedMax();
    }

    @Override
    public void operate(String action, String object) {
        try (Admitted use = uses.administer(Policy.INSTALLATION, action, object, List.of())) {
            use.record(Outcome.DONE, 0);
        }
    }

    @Override
    public void refuse(String action, String object, String reason) {
        uses.refused(action, reason, object);
    }

    private void objectTo(Change change, String organisation, String action, String object) {
        changes.objectTo(change, organisation, action, object);
    }

    private Impossible impossible(
            String organisation, String action, String object, String sentence) {
        return changes.impossible(organisation, action, object, sentence);
    }

    private void change(
            Change change, String organisation, String action, String object, Statement statement) {
        changes.make(change, organisation, action, object, statement);
    }

    /** An organisation; one that is not there is said, and the attempt recorded. */
    private Organisation present(String organisation, String action, String object) {
        Organisation found = policy.register().organisations().get(organisation);
        if (found == null) {
            throw impossible(organisation, action, object, Sentences.noOrganisation(organisation));
        }
        return found;
    }

    private KeyId organisationKey(String organisation) {
        Organisation found = policy.register().organisations().get(organisation);
        if (found == null) {
            throw new Impossible(Sentences.noOrganisation(organisation));
        }
        return new KeyId(KeyId.Kind.ORGANISATION, found.key());
    }

    private static String organisationOf(String purpose) {
        int slash = purpose.indexOf('/');
        return slash < 0 ? purpose : purpose.substring(0, slash);
    }
}
