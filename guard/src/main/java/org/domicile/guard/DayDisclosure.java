package org.domicile.guard;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.domicile.keys.Pass;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.Statement;
import org.domicile.policy.Evidence;
import org.domicile.request.Outcome;

/** The disclosure of a day's decisions, piece by piece. */
final class DayDisclosure {
    /** Uses in one piece; each is opened field by field. */
    private static final int MOST_USES = 5_000;

    /** Records of registers in one piece, so that a day of many changes is told in many. */
    private static final long MOST_RECORDS = 100_000;

    /** Characters of a document that are counted like a record. */
    private static final int RECORD = 200;

    /** What a decision is made of, as entries commit to it. */
    private static final List<String> FIELDS =
            List.of("address", "credential", "object", "principal", "read", "time");

    private final Uses uses;
    private final PeopleView.Parts parts;

    DayDisclosure(Uses uses, PeopleView.Parts parts) {
        this.uses = uses;
        this.parts = parts;
    }

    GuardedPeople.DisclosedDay of(String named, LocalDate day, long before, String to) {
        String organisation = RegisterChanges.known(parts.policy(), named);
        Instant from = day.atStartOfDay(ZoneOffset.UTC).toInstant();
        Instant end = day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        // One more than a piece has tells whether there is another.
        Ledger.Filter filter =
                new Ledger.Filter(from, end, "", "", Optional.empty(), before, MOST_USES + 1);
        try (Admitted use =
                uses.administer(
                        organisation, "admin:DiscloseDay", organisation + "/" + day, List.of())) {
            String objection = objection(organisation, named, to);
            Pass pass = use.record(objection.isEmpty() ? Outcome.DONE : Outcome.CONFLICT, 0);
            if (!objection.isEmpty()) {
                throw new Administration.Impossible(objection);
            }
            List<Ledger.Recorded> found = parts.ledger().uses(pass, organisation, filter);
            boolean cut = found.size() > MOST_USES;
            GuardedPeople.DisclosedDay made =
                    opened(
                            pass,
                            organisation,
                            cut ? found.subList(0, MOST_USES) : found,
                            cut ? found.get(MOST_USES - 1).index() : 0);
            if (!made.uses().isEmpty()) {
                state(made, to);
            }
            return made;
        }
    }

    private static String objection(String organisation, String named, String to) {
        if (!organisation.equals(named)) {
            return Sentences.noOrganisation(named);
        }
        return to.isBlank() || to.length() > PeopleView.LONGEST_TO
                ? "say to whom and why, in at most 1,000 characters (--to)"
                : "";
    }

    /**
     * @param more where the next piece begins if this one has room for all of these; 0 for none
     */
    private GuardedPeople.DisclosedDay opened(
            Pass pass, String organisation, List<Ledger.Recorded> found, long more) {
        List<GuardedPeople.OpenedUse> opened = new ArrayList<>(found.size());
        Map<String, Evidence> evidence = new HashMap<>();
        long closed = 0;
        long records = 0;
        long next = more;
        for (Ledger.Recorded each : found) {
            Optional<List<Ledger.Opening>> openings = openings(pass, each);
            if (openings.isEmpty()) {
                closed++;
                continue;
            }
            opened.add(new GuardedPeople.OpenedUse(each.index(), openings.get()));
            for (Evidence named : named(pass, organisation, each, evidence.keySet())) {
                evidence.put(named.digest(), named);
                records += size(named);
            }
            if (records > MOST_RECORDS) {
                next = each.index();
                break;
            }
        }
        String log = found.isEmpty() ? "" : found.getFirst().log();
        return new GuardedPeople.DisclosedDay(log, opened, closed, evidence.values(), next);
    }

    /** Empty when a field was erased, or may not be opened yet. */
    private Optional<List<Ledger.Opening>> openings(Pass pass, Ledger.Recorded use) {
        if (!use.sealed().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(parts.ledger().open(pass, use.log(), use.index(), FIELDS));
        } catch (IllegalArgumentException closed) {
            return Optional.empty();
        }
    }

    private List<Evidence> named(
            Pass pass, String organisation, Ledger.Recorded use, Set<String> had) {
        return parts.ledger()
                .decided(pass, organisation, use.log(), use.index())
                .map(decided -> parts.policy().evidence(decided.policy(), decided.read(), had))
                .orElse(List.of());
    }

    private static long size(Evidence evidence) {
        return switch (evidence) {
            case Evidence.OfRegister register -> register.records().size();
            case Evidence.OfPolicies policies -> policies.own().size();
            case Evidence.OfDocument document -> 1 + document.text().length() / RECORD;
        };
    }

    /** How many documents of roles, sessions and buckets it holds. */
    private static String documents(GuardedPeople.DisclosedDay made) {
        return Long.toString(
                made.evidence().stream().filter(Evidence.OfDocument.class::isInstance).count());
    }

    /** Before it leaves: nobody learns what the public log does not say was told. */
    private void state(GuardedPeople.DisclosedDay made, String to) {
        parts.ledger()
                .state(
                        new Statement(
                                "disclosure.made",
                                Map.of(
                                        "log", made.log(),
                                        "first", Long.toString(made.uses().getLast().index()),
                                        "last", Long.toString(made.uses().getFirst().index()),
                                        "uses", Integer.toString(made.uses().size()),
                                        "documents", documents(made),
                                        "fields", String.join(" ", FIELDS)),
                                Map.of("to", to)));
    }
}
