package org.domicile.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/** Why a change cannot be made, as one sentence for people; empty when it can. */
final class Objections {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final int MOST_KEYS = 1_000;
    private static final int LONGEST_TEXT = 4_096;
    private static final int MOST_PATTERNS = 256;
    private static final int LONGEST_PATTERN = 256;
    private static final int LONGEST_SEALED = 3_650;
    private static final Duration LONGEST_GRACE = Duration.ofDays(90);
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

    private Objections() {}

    static String to(Change change, Register register, Instant now) {
        return switch (change) {
            case Change.NewOrganisation(Organisation organisation) ->
                    organisation(organisation, register);
            case Change.NewZone(Zone zone) -> zone(zone, register);
            case Change.NewPurpose(Purpose purpose) -> purpose(purpose, register, now);
            case Change.ChangePurpose(Purpose purpose) ->
                    PurposeObjections.change(purpose, register, now);
            case Change.WithdrawPurpose(String id) -> withdrawal(id, register);
            case Change.SetLabel(Label label) -> PurposeObjections.label(label, register);
            case Change.RemoveLabel(Label label) ->
                    register.labels(label.organisation(), label.bucket()).stream()
                                    .anyMatch(each -> each.id().equals(label.id()))
                            ? ""
                            : "there is no label at s3://"
                                    + label.bucket()
                                    + "/"
                                    + label.prefix()
                                    + "; 'label list' shows them";
            case Change.SetColumnRule(
                            String organisation,
                            String table,
                            TableRules.OfColumn rule) ->
                    RuleObjections.column(register.rules(organisation, table), rule);
            case Change.SetRowRule(String organisation, String table, TableRules.OfRows rule) ->
                    RuleObjections.rows(register.rules(organisation, table), rule, register);
            case Change.NewPrincipal(Principal principal) -> principal(principal, register);
            case Change.ErasePrincipal(String id) -> erasure(id, register);
            case Change.NewCredential(Credential credential, byte[] secret) ->
                    credential.seal() instanceof Seal.None
                            ? credential(credential, register, now)
                            : "a sealed credential is asked for by one person and approved by"
                                    + " another";
            case Change.AskCredential(Credential credential) ->
                    SealObjections.asked(
                            credential, register, now, credential(credential, register, now));
            case Change.ApproveCredential(String accessKey, String approver, byte[] secret) ->
                    SealObjections.approval(
                            accessKey, approver, register, now, noCredential(accessKey));
            case Change.SetSealedMax(int days) ->
                    days >= 0 && days <= LONGEST_SEALED
                            ? ""
                            : "uses are sealed for at most 0 (not at all) to 3,650 days, not "
                                    + days;
            case Change.RotateCredential(
                            String old,
                            Credential next,
                            byte[] secret,
                            Instant until) ->
                    rotation(old, next, until, register, now);
            case Change.WithdrawCredential(String accessKey) -> unknown(accessKey, register);
            case Change.SetReceipts(String accessKey, boolean wanted) ->
                    unknown(accessKey, register);
            case Change.NewKey(NamedKey key) -> key(key, register);
            case Change.EndKey(String id) -> living(id, register) ? "" : noKey(id);
            case Change.PutPolicy(PolicyText policy) -> policy(policy, register);
            case Change.NewRole(Role role) -> RoleObjections.role(role, register, now);
            case Change.RemoveRole(String role) -> RoleObjections.removal(role, register);
            case Change.NewTarget(Target target) -> RoleObjections.target(target, register);
            case Change.RemoveTarget(String target) ->
                    RoleObjections.targetRemoval(target, register);
            case Change.SetTargetSecret(String target, byte[] secret) ->
                    RoleObjections.noTarget(target, register);
        };
    }

    private static String organisation(Organisation organisation, Register register) {
        if (!NAME.matcher(organisation.name()).matches()) {
            return badName("organisation", organisation.name());
        }
        if (register.organisations().containsKey(organisation.name())) {
            return "the organisation " + organisation.name() + " exists already";
        }
        return missingZones(List.of(organisation.zone()), register);
    }

    private static String zone(Zone zone, Register register) {
        if (!NAME.matcher(zone.name()).matches()) {
            return badName("zone", zone.name());
        }
        if (register.zones().containsKey(zone.name())) {
            return "the zone " + zone.name() + " exists already";
        }
        return zone.parent().isPresent()
                ? missingZones(List.of(zone.parent().get()), register)
                : "";
    }

    private static String purpose(Purpose purpose, Register register, Instant now) {
        if (!NAME.matcher(purpose.name()).matches()) {
            return badName("purpose", purpose.name());
        }
        if (!register.organisations().containsKey(purpose.organisation())) {
            return noOrganisation(purpose.organisation());
        }
        if (register.purposes().containsKey(purpose.id())) {
            return "the purpose "
                    + purpose.id()
                    + " exists already; a purpose is not rewritten: register a new one, or"
                    + " change this one ('purpose change')";
        }
        String kind = PurposeObjections.kind(purpose);
        return kind.isEmpty() ? said(purpose, register, now) : kind;
    }

    /** To what a purpose says, new or changed. */
    static String said(Purpose purpose, Register register, Instant now) {
        if (blankOrLong(purpose.text())) {
            return "a purpose needs a text that says what the data are used for, at most 4,096"
                    + " characters (--text)";
        }
        if (blankOrLong(purpose.owner())) {
            return "a purpose needs an owner who answers for it (--owner)";
        }
        if (blankOrLong(purpose.legalBasis())) {
            return "a purpose needs a legal basis: why it is lawful (--legal-basis)";
        }
        if (purpose.expires().isAfter(LAST)
                && !purpose.organisation().equals(Policy.INSTALLATION)) {
            return "a purpose must expire, at the latest with the year 9999 (--expires)";
        }
        if (!purpose.expires().isAfter(now)) {
            return "a purpose must expire in the future, not at "
                    + purpose.expires()
                    + " (--expires)";
        }
        if (purpose.zones().isEmpty() || purpose.zones().size() > MOST_PATTERNS) {
            return "a purpose needs at least one zone (--zones), and has at most 256";
        }
        String zones = missingZones(purpose.zones(), register);
        return zones.isEmpty() ? PurposeObjections.declared(purpose, register) : zones;
    }

    private static String withdrawal(String id, Register register) {
        if (id.startsWith(Policy.INSTALLATION + "/")) {
            return "the built-in purpose " + id + " cannot be withdrawn";
        }
        return register.purposes().containsKey(id) ? "" : noPurpose(id);
    }

    private static String principal(Principal principal, Register register) {
        if (!register.organisations().containsKey(principal.organisation())) {
            return noOrganisation(principal.organisation());
        }
        if (principal.name().isBlank() || principal.name().length() > 256) {
            return "a principal needs a name of at most 256 characters";
        }
        if (principal.erased()) {
            return "'" + Principal.ERASED + "' stands for those who were erased; choose a name";
        }
        for (Principal other : register.principals().values()) {
            if (other.organisation().equals(principal.organisation())
                    && other.name().equals(principal.name())) {
                return "the organisation "
                        + principal.organisation()
                        + " has a principal of that name already";
            }
        }
        return "";
    }

    private static String erasure(String id, Register register) {
        Principal principal = register.principals().get(id);
        if (principal == null || principal.erased()) {
            return "there is no such principal (any more); 'principal list' shows them";
        }
        if (principal.organisation().equals(Policy.INSTALLATION)) {
            return "the built-in principals stand for the program, not for a person; they are not"
                    + " erased";
        }
        boolean acts =
                register.credentials().values().stream()
                        .anyMatch(each -> each.principal().equals(id) && !each.withdrawn());
        return acts ? "the principal still has a credential; 'credential withdraw' ends it" : "";
    }

    private static String unknown(String accessKey, Register register) {
        return register.credentials().containsKey(accessKey) ? "" : noCredential(accessKey);
    }

    private static String rotation(
            String accessKey, Credential next, Instant until, Register register, Instant now) {
        Credential old = register.credentials().get(accessKey);
        if (old == null || old.withdrawn()) {
            return "there is no living credential " + accessKey + "; 'credential list' shows them";
        }
        if (!(old.seal() instanceof Seal.None)) {
            return "a sealed credential needs two persons each time: withdraw it, and ask for"
                    + " another ('credential create --sealed-until')";
        }
        if (until.isAfter(next.created().plus(LONGEST_GRACE))) {
            return "the old credential stays valid for at most 90 days (--grace)";
        }
        return credential(next, register, now);
    }

    private static String credential(Credential credential, Register register, Instant now) {
        Principal principal = register.principals().get(credential.principal());
        if (principal == null || !principal.organisation().equals(credential.organisation())) {
            return "there is no such principal; 'principal list' shows them";
        }
        Purpose purpose = register.purposes().get(credential.purpose());
        if (purpose == null) {
            return noPurpose(credential.purpose());
        }
        if (!purpose.organisation().equals(credential.organisation())) {
            return "the purpose "
                    + purpose.id()
                    + " belongs to another organisation than the principal";
        }
        if (purpose.organisation().equals(Policy.INSTALLATION)) {
            return "the built-in purpose "
                    + purpose.id()
                    + " belongs to the program; no credential is issued for it";
        }
        if (purpose.withdrawn() || !purpose.expires().isAfter(now)) {
            return "the purpose " + purpose.id() + " is not valid any more";
        }
        if (credential.expires().isAfter(LAST) && !credential.expires().equals(Instant.MAX)) {
            return "a credential expires at the latest with the year 9999, or never (--expires)";
        }
        if (!credential.expires().isAfter(now)) {
            return "a credential must expire in the future (--expires)";
        }
        if (credential.actions().isEmpty() || credential.buckets().isEmpty()) {
            return "a credential lists at least one action and one bucket; * means all";
        }
        if (credential.actions().size() > MOST_PATTERNS
                || credential.buckets().size() > MOST_PATTERNS) {
            return "a credential lists at most 256 actions and 256 buckets";
        }
        for (List<String> patterns : List.of(credential.actions(), credential.buckets())) {
            for (String pattern : patterns) {
                if (pattern.isEmpty() || pattern.length() > LONGEST_PATTERN) {
                    return "an action or bucket of a credential has 1 to 256 characters; * means"
                            + " all";
                }
            }
        }
        return register.credentials().containsKey(credential.accessKey())
                ? "the access key " + credential.accessKey() + " exists already"
                : "";
    }

    private static String policy(PolicyText policy, Register register) {
        if (policy.organisation().equals(Policy.INSTALLATION)) {
            boolean own =
                    policy.name().equals(ProgramPolicies.NAME)
                            && policy.text().equals(ProgramPolicies.TEXT);
            return own ? "" : "the installation's policies come with the program";
        }
        if (!register.organisations().containsKey(policy.organisation())) {
            return noOrganisation(policy.organisation());
        }
        if (!NAME.matcher(policy.name()).matches()) {
            return badName("policy", policy.name());
        }
        PolicyText before = register.policies().get(policy.id());
        boolean standing = before != null && !before.removed();
        if (policy.version() != (before == null ? 1 : before.version() + 1)) {
            return "the policy "
                    + policy.id()
                    + " was changed at the same time; look and try again";
        }
        if (policy.removed()) {
            return standing
                    ? ""
                    : "there is no policy " + policy.id() + "; 'policy list' shows them";
        }
        long sets =
                register.policies().values().stream()
                        .filter(each -> each.organisation().equals(policy.organisation()))
                        .filter(each -> !each.removed())
                        .count();
        if (!standing && sets >= PolicyText.MOST_SETS) {
            return "the organisation "
                    + policy.organisation()
                    + " has 16 policies, which is the most; put several texts into one, or remove"
                    + " one";
        }
        return PolicyCheck.of(policy.text()).stream()
                .filter(each -> each.weight() == Policy.Problem.Weight.ERROR)
                .findFirst()
                .map(each -> "the policy is not taken: " + each)
                .orElse("");
    }

    private static boolean blankOrLong(String text) {
        return text.isBlank() || text.length() > LONGEST_TEXT;
    }

    private static String key(NamedKey key, Register register) {
        if (!NAME.matcher(key.name()).matches()) {
            return badName("a key", key.name());
        }
        if (!register.organisations().containsKey(key.organisation())) {
            return noOrganisation(key.organisation());
        }
        if (living(key.id(), register)) {
            return "the key " + key.id() + " exists already";
        }
        long others =
                register.keys().values().stream()
                        .filter(each -> each.organisation().equals(key.organisation()))
                        .count();
        return others < MOST_KEYS
                ? ""
                : "an organisation has had at most " + MOST_KEYS + " names of keys";
    }

    private static boolean living(String id, Register register) {
        NamedKey key = register.keys().get(id);
        return key != null && !key.destroyed();
    }

    private static String noKey(String id) {
        return "there is no key " + id + "; 'key list' shows them";
    }

    private static String missingZones(List<String> zones, Register register) {
        for (String zone : zones) {
            if (!register.zones().containsKey(zone)) {
                return "there is no zone "
                        + zone
                        + "; 'zone list' shows them, 'zone create' makes one";
            }
        }
        return "";
    }

    private static String noOrganisation(String name) {
        return "there is no organisation " + name + "; 'organisation list' shows them";
    }

    private static String noPurpose(String id) {
        return "there is no purpose "
                + id
                + "; 'purpose list' shows them (full name: organisation/name)";
    }

    private static String noCredential(String accessKey) {
        return "there is no credential " + accessKey + "; 'credential list' shows them";
    }

    private static String badName(String what, String name) {
        return "'"
                + name
                + "' is no name for "
                + what
                + ": use 1 to 63 lower-case letters, digits and hyphens";
    }
}
