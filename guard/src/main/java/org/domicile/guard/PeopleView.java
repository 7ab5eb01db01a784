package org.domicile.guard;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.keys.Pass;
import org.domicile.ledger.Disclosure;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.Statement;
import org.domicile.objects.Bucket;
import org.domicile.objects.Objects;
import org.domicile.people.Code;
import org.domicile.people.People;
import org.domicile.people.Rule;
import org.domicile.policy.Change;
import org.domicile.policy.Credential;
import org.domicile.policy.Organisation;
import org.domicile.policy.Policy;
import org.domicile.policy.Principal;
import org.domicile.policy.Purpose;
import org.domicile.request.Outcome;

/** People under one request. Owned by the request's thread. */
final class PeopleView implements GuardedPeople {
    private static final Duration LONGEST_CODE = Duration.ofDays(30);
    private static final int MOST_FIELDS = 32;
    static final int LONGEST_TO = 1_000;

    private final Uses uses;
    private final Administration administration;
    private final Parts parts;
    private final SecureRandom random;

    /** What it works on. */
    record Parts(
            Policy policy,
            Keys keys,
            Ledger ledger,
            Objects objects,
            People people,
            PeopleStreams streams) {}

    PeopleView(Uses uses, Administration administration, Parts parts, SecureRandom random) {
        this.uses = uses;
        this.administration = administration;
        this.parts = parts;
        this.random = random;
    }

    @Override
    public String use() {
        return uses.last();
    }

    // ---- rules ----------------------------------------------------------------------------

    @Override
    public Rule createRule(String bucketName, String prefix, Rule.Where where) {
        String action = "admin:CreateSubjectRule";
        Optional<Bucket> bucket = parts.objects().buckets().bucket(bucketName);
        if (bucket.isEmpty()) {
            throw impossible(
                    Policy.INSTALLATION,
                    action,
                    bucketName,
                    "there is no bucket " + bucketName + "; 'bucket list' shows them");
        }
        byte[] id = new byte[8];
        random.nextBytes(id);
        Rule rule =
                new Rule(
                        HexFormat.of().formatHex(id),
                        bucket.get().organisation(),
                        bucketName,
                        prefix,
                        where,
                        uses.at());
        String objection = parts.people().objection(rule);
        if (!objection.isEmpty()) {
            throw impossible(rule.organisation(), action, bucketName, objection);
        }
        try (Admitted use =
                uses.administer(
                        rule.organisation(),
                        action,
                        bucketName,
                        List.of(said("subject-rule.created", rule)))) {
            String late = parts.people().create(use.carrying(() -> 0), rule);
            if (!late.isEmpty()) {
                throw new Administration.Impossible(late);
            }
            return rule;
        }
    }

    private static Statement said(String kind, Rule rule) {
        return new Statement(
                kind,
                Map.of("organisation", rule.organisation(), "rule", rule.id()),
                switch (rule.where()) {
                    case Rule.Where.InName(String pattern) ->
                            Map.of("place", rule.place(), "pattern", pattern);
                    case Rule.Where.InTag(String key) -> Map.of("place", rule.place(), "tag", key);
                });
    }

    @Override
    public List<Rule> rules() {
        try (Admitted use =
                uses.administer(Policy.INSTALLATION, "admin:ListSubjectRules", "", List.of())) {
            use.record(Outcome.DONE, 0);
            return parts.people().rules();
        }
    }

    @Override
    public Rule removeRule(String id) {
        String action = "admin:RemoveSubjectRule";
        Rule rule =
                parts.people().rules().stream()
                        .filter(each -> each.id().equals(id))
                        .findFirst()
                        .orElseThrow(() ->
                                impossible(
                                        Policy.INSTALLATION,
                                        action,
                                        id,
                                        "there is no rule "
                                                + id
                                                + "; 'subject rule list' shows them"));
        try (Admitted use =
                uses.administer(
                        rule.organisation(),
                        action,
                        rule.bucket(),
                        List.of(said("subject-rule.removed", rule)))) {
            parts.people().remove(use.carrying(() -> 0), id);
            return rule;
        }
    }

    // ---- erasure --------------------------------------------------------------------------

    @Override
    public Erased erase(String organisation, String identifier) {
        String action = "admin:EraseSubject";
        KeyId subject = known(organisation, identifier, action);
        byte[] salt = salt();
        Statement statement =
                new Statement(
                        "subject.erased",
                        Map.of("organisation", organisation),
                        Map.of(),
                        List.of(),
                        Map.of("subject", commitment(salt, subject)));
        try (Admitted use = uses.administer(organisation, action, "", List.of(statement))) {
            parts.people().intend(use.carrying(() -> 0), List.of(subject));
            parts.keys().destroy(List.of(subject));
            parts.people().completed(List.of(subject));
            return erased(organisation, subject, salt, use, parts.streams().of(uses, organisation));
        }
    }

    @Override
    public Erased erasePrincipal(String organisation, String name) {
        String action = "admin:ErasePrincipal";
        Optional<Principal> found =
                parts.policy().register().principals().values().stream()
                        .filter(each -> each.organisation().equals(organisation))
                        .filter(each -> each.name().equals(name) || each.id().equals(name))
                        .findFirst();
        if (found.isEmpty()) {
            throw impossible(
                    organisation,
                    action,
                    "",
                    "there is no such principal in "
                            + organisation
                            + "; 'principal list' shows them");
        }
        Principal principal = found.get();
        if (principal.organisation().equals(Policy.INSTALLATION)) {
            throw impossible(
                    organisation,
                    action,
                    principal.id(),
                    "the built-in principals stand for the program, not for a person; they are not"
                            + " erased");
        }
        withdrawCredentials(principal);
        KeyId subject = new KeyId(KeyId.Kind.SUBJECT, principal.subject());
        byte[] salt = salt();
        Statement statement =
                new Statement(
                        "principal.erased",
                        Map.of("organisation", organisation, "principal", principal.id()),
                        Map.of(),
                        List.of(),
                        Map.of("subject", commitment(salt, subject)));
        try (Admitted use =
                uses.administer(organisation, action, principal.id(), List.of(statement))) {
            switch (parts.policy()
                    .change(use.carrying(() -> 0), new Change.ErasePrincipal(principal.id()))) {
                case Policy.Applied.Done() -> {}
                case Policy.Applied.Refused(String sentence) ->
                        throw new Administration.Impossible(sentence);
            }
            parts.keys().destroy(List.of(subject));
            return erased(organisation, subject, salt, use, List.of());
        }
    }

    private void withdrawCredentials(Principal principal) {
        parts.policy().register().credentials().values().stream()
                .filter(each -> each.principal().equals(principal.id()) && !each.withdrawn())
                .map(Credential::accessKey)
                .toList()
                .forEach(administration::withdrawCredential);
    }

    /**
     * The confirmation shows whose key the entry means; its salt is given away here and kept
     * nowhere.
     */
    private Erased erased(
            String organisation,
            KeyId subject,
            byte[] salt,
            Admitted use,
            List<Remaining> streams) {
        long index = use.places().get(1);
        String confirmation = "";
        try {
            confirmation =
                    new Disclosure(
                                    List.of(new Ledger.Opening("subject", salt, subject.id())),
                                    parts.ledger().prove(Ledger.PUBLIC, index))
                            .text();
        } catch (StorageFailure e) {
            // The key is dead and the entry durable: that its proof takes longer changes neither.
        }
        return new Erased(organisation, subject.id(), index, confirmation, streams);
    }

    private byte[] salt() {
        byte[] salt = new byte[32];
        random.nextBytes(salt);
        return salt;
    }

    private static String commitment(byte[] salt, KeyId subject) {
        return Base64.getEncoder().encodeToString(Disclosure.commitment(salt, subject.id()));
    }

    /** Whether an organisation has, or had, a purpose under which uses are sealed. */
    private boolean sealing(String organisation) {
        return parts.policy().register().purposes().values().stream()
                .anyMatch(each -> each.sealable() && each.organisation().equals(organisation));
    }

    /**
     * The key of whoever is named, also of somebody of whom nothing is on record: where uses are
     * sealed, that no code is given would tell those apart of whom there is nothing else.
     */
    private KeyId anybody(String organisation, String identifier) {
        Organisation found = parts.policy().register().organisations().get(organisation);
        if (found == null) {
            throw new IllegalStateException("a purpose of no organisation: " + organisation);
        }
        return parts.keys()
                .createSubject(new KeyId(KeyId.Kind.ORGANISATION, found.key()), identifier);
    }

    /** The person's key, or what is said when there is none. */
    private KeyId known(String organisation, String identifier, String action) {
        Organisation found = parts.policy().register().organisations().get(organisation);
        if (found == null) {
            throw impossible(
                    Policy.INSTALLATION, action, "", Sentences.noOrganisation(organisation));
        }
        return parts.keys()
                .subject(new KeyId(KeyId.Kind.ORGANISATION, found.key()), identifier)
                .orElseThrow(() ->
                        impossible(
                                organisation,
                                action,
                                "",
                                organisation
                                        + " has no record about anybody with this identifier; it"
                                        + " was erased, was never used, or is written in another"
                                        + " way"));
    }

    /** Those that concern somebody; so does the look. */
    List<Ledger.Recorded> uses(String organisation, String identifier, Ledger.Filter filter) {
        String action = "admin:ReadUses";
        KeyId subject = known(organisation, identifier, action);
        try (Admitted use = uses.administerAbout(organisation, action, List.of(subject))) {
            Pass pass = use.record(Outcome.DONE, 0);
            return parts.ledger().uses(pass, organisation, filter.about(subject));
        }
    }

    // ---- disclosure -----------------------------------------------------------------------

    @Override
    public Disclosed disclose(String log, long index, List<String> fields, String to) {
        String action = "admin:Disclose";
        String organisation = organisationOf(log);
        String object = log + "/" + index;
        String objection = objection(log, fields, to);
        if (!objection.isEmpty()) {
            throw impossible(organisation, action, object, objection);
        }
        List<String> wanted = List.copyOf(new TreeSet<>(fields));
        try (Admitted use = uses.administer(organisation, action, object, List.of())) {
            Pass pass = use.record(Outcome.DONE, 0);
            List<Ledger.Opening> openings = parts.ledger().open(pass, log, index, wanted);
            String proof = parts.ledger().prove(log, index);
            // Before it leaves: nobody learns what the public log does not say was told.
            parts.ledger()
                    .state(
                            new Statement(
                                    "disclosure.made",
                                    Map.of(
                                            "log", log,
                                            "index", Long.toString(index),
                                            "fields", String.join(" ", wanted)),
                                    Map.of("to", to)));
            return new Disclosed(log, index, new Disclosure(openings, proof).text());
        } catch (IllegalArgumentException e) {
            throw new Administration.Impossible(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public DisclosedDay discloseDay(String organisation, LocalDate day, long before, String to) {
        return new DayDisclosure(uses, parts).of(organisation, day, before, to);
    }

    private String objection(String log, List<String> fields, String to) {
        if (!parts.ledger().logs().contains(log)) {
            return "there is no log " + log + "; 'ledger list' shows them";
        }
        if (to.isBlank() || to.length() > LONGEST_TO) {
            return "say to whom and why, in at most 1,000 characters (--to)";
        }
        if (fields.isEmpty() || fields.size() > MOST_FIELDS) {
            return "say which fields, 1 to 32 of them (--fields)";
        }
        return "";
    }

    private String organisationOf(String log) {
        String[] parts = log.split("/", -1);
        return parts.length == 3
                        && this.parts.policy().register().organisations().containsKey(parts[1])
                ? parts[1]
                : Policy.INSTALLATION;
    }

    // ---- a person's own view --------------------------------------------------------------

    @Override
    public IssuedCode issueCode(String organisation, String identifier, Duration life) {
        String action = "admin:IssueSubjectCode";
        if (life.isNegative() || life.isZero() || life.compareTo(LONGEST_CODE) > 0) {
            throw impossible(
                    Policy.INSTALLATION,
                    action,
                    "",
                    "a code is good for at most 30 days (--valid)");
        }
        KeyId subject =
                sealing(organisation)
                        ? anybody(organisation, identifier)
                        : known(organisation, identifier, action);
        String code = Codes.fresh(random);
        Instant expires = uses.at().plus(life);
        try (Admitted use = uses.administerAbout(organisation, action, List.of(subject))) {
            boolean kept =
                    parts.people()
                            .keep(
                                    use.carrying(() -> 0),
                                    Codes.digest(code),
                                    new Code(organisation, subject, expires),
                                    uses.at());
            if (!kept) {
                throw new Administration.Impossible(
                        "100,000 codes are waiting to be used; wait until some have expired");
            }
            return new IssuedCode(code, expires);
        }
    }

    @Override
    public Optional<Own> own(String code, Ledger.Span span) {
        byte[] digest = Codes.digest(code);
        Optional<Code> found =
                parts.people()
                        .code(digest, uses.at())
                        .filter(each -> parts.keys().exists(each.subject()));
        if (found.isEmpty()) {
            return badCode();
        }
        Code good = found.get();
        try (Admitted use =
                uses.administerAbout(good.organisation(), READ_OWN, List.of(good.subject()))) {
            Pass pass = use.record(Outcome.DONE, 0);
            // After the record: a look that cannot be recorded must not cost the person her code.
            if (!parts.people().spend(digest)) {
                return badCode();
            }
            Ledger.Told told = parts.ledger().told(pass, good.organisation(), good.subject(), span);
            Map<String, Purpose> purposes = parts.policy().register().purposes();
            List<OwnUse> own = new ArrayList<>(told.uses().size());
            for (Ledger.Concern each : told.uses()) {
                Purpose purpose = purposes.get(each.purpose());
                own.add(new OwnUse(each, purpose == null ? "" : purpose.text()));
            }
            return Optional.of(new Own(good.organisation(), own, told.next()));
        }
    }

    private Optional<Own> badCode() {
        parts.ledger().countStranger(READ_OWN, "bad-code");
        return Optional.empty();
    }

    /** Records what was asked for and cannot be. */
    private Administration.Impossible impossible(
            String organisation, String action, String object, String sentence) {
        String log =
                parts.policy().register().organisations().containsKey(organisation)
                        ? organisation
                        : Policy.INSTALLATION;
        try (Admitted use = uses.administer(log, action, object, List.of())) {
            use.record(Outcome.CONFLICT, 0);
        }
        return new Administration.Impossible(sentence);
    }
}
