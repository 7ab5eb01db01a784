package org.domicile.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.domicile.request.Caller;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every caller, purpose, list, zone and resource of a small world, under no policies of the
 * organisation and under several, each decided and compared with what the words of the package's
 * page say, written down here a second time without Cedar.
 */
@Timeout(120)
class EverythingTest {
    private static final List<String> CLIENTS = List.of("home", "de", "eu", "us", "nowhere", "");

    /** What an organisation might put to get around the two that always hold, and what errs. */
    private static final List<List<PolicyText>> OWN =
            List.of(
                    List.of(),
                    List.of(SmallWorld.policy("open", "permit (principal, action, resource);")),
                    List.of(
                            SmallWorld.policy(
                                    "open",
                                    """
                                    permit (principal, action, resource)
                                    when { context.now >= datetime("1970-01-01") };
                                    permit (principal, action, resource) unless { false };
                                    """)),
                    List.of(
                            SmallWorld.policy(
                                    "shut", "forbid (principal, action, resource is Object);")),
                    List.of(
                            SmallWorld.policy(
                                    "errs",
                                    "forbid (principal, action, resource)"
                                            + " when { 9223372036854775807 + 1 > 0 };"),
                            SmallWorld.policy("open", "permit (principal, action, resource);")));

    /** One request, and what the page says of it. */
    private record Case(
            Caller caller, String zone, String action, Resource resource, Expected expected) {}

    /** The facts of a case that matter. */
    private record Expected(
            boolean person,
            boolean credential,
            boolean purpose,
            boolean own,
            boolean placed,
            boolean listed) {
        boolean allowed() {
            return person && credential && purpose && own && placed && listed;
        }
    }

    @Test
    void nothingWithoutPurposeOrOutsideTheZonesWhateverAnOrganisationSays() {
        List<Case> cases = cases();
        assertTrue(cases.size() > 10_000, () -> "only " + cases.size());
        int allowed = 0;
        for (List<PolicyText> own : OWN) {
            Deciding deciding =
                    Deciding.of(
                            SmallWorld.register(own.toArray(PolicyText[]::new)),
                            SmallWorld.NO_BOUNDS);
            String first = own.isEmpty() ? "" : own.getFirst().name();
            for (Case each : cases) {
                Decision decision =
                        deciding.decide(
                                SmallWorld.request(each.caller(), each.zone()),
                                each.action(),
                                each.resource());
                boolean is = decision.effect() == Decision.Effect.ALLOW;
                allowed += is ? 1 : 0;
                if (!each.expected().purpose() || !each.expected().placed()) {
                    assertTrue(!is, each::toString);
                }
                boolean may = each.expected().allowed() && !forbidden(first, each);
                assertEquals(may, is, () -> first + ": " + each + " → " + decision);
                assertEquals(is, decision.reason().equals("allowed"), decision::toString);
                assertReason(first, each, decision);
            }
        }
        assertTrue(allowed > 100, "only " + allowed + " were allowed at all");
    }

    private static boolean forbidden(String first, Case each) {
        boolean judged =
                each.caller() instanceof Caller.Known known
                        && !known.organisation().equals(Policy.INSTALLATION);
        return judged
                && (first.equals("errs")
                        || (first.equals("shut")
                                && each.resource() instanceof Resource.Data data
                                && !data.name().isEmpty()));
    }

    /** What the program says goes before what an organisation says, and that before an error. */
    private static void assertReason(String first, Case each, Decision decision) {
        if (each.expected().allowed()) {
            String expected =
                    !forbidden(first, each)
                            ? "allowed"
                            : first.equals("errs") ? "policy-error" : "shut/policy0";
            assertEquals(expected, decision.reason(), each::toString);
        } else {
            assertTrue(
                    Set.of(
                                    "no-caller",
                                    "credential-withdrawn",
                                    "credential-expired",
                                    "no-purpose",
                                    "purpose-withdrawn",
                                    "purpose-expired",
                                    "other-organisation",
                                    "zone-mismatch",
                                    "action-not-listed",
                                    "bucket-not-listed")
                            .contains(decision.reason()),
                    () -> each + " → " + decision);
            assertEquals(decision.reasons().getFirst(), decision.reason());
        }
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        List<Resource> resources = resources();
        for (String zone : CLIENTS) {
            for (Resource resource : resources) {
                for (String action : List.of("s3:GetObject", "s3:PutObject")) {
                    for (String purpose : SmallWorld.PURPOSES) {
                        for (String list : SmallWorld.LISTS) {
                            for (String state : SmallWorld.STATES) {
                                cases.add(known(purpose, list, state, zone, action, resource));
                            }
                        }
                    }
                    others(cases, zone, action, resource);
                }
            }
        }
        return cases;
    }

    private static Case known(
            String purpose,
            String list,
            String state,
            String zone,
            String action,
            Resource resource) {
        boolean listed =
                switch (list) {
                    case "get" -> action.startsWith("s3:Get");
                    case "logs" ->
                            !(resource instanceof Resource.Data data)
                                    || data.bucket().startsWith("logs-");
                    default -> true;
                };
        boolean own =
                switch (resource) {
                    case Resource.Data data -> data.organisation().equals("city");
                    case Resource.Own(String organisation) -> organisation.equals("city");
                    case Resource.Assumed role -> role.organisation().equals("city");
                    case Resource.Installation() -> false;
                };
        return new Case(
                SmallWorld.known(purpose, list, state),
                zone,
                action,
                resource,
                new Expected(
                        true,
                        state.equals("valid"),
                        purpose.equals("valid"),
                        own,
                        placed(zone, resource),
                        listed));
    }

    private static void others(List<Case> cases, String zone, String action, Resource resource) {
        boolean placed = placed(zone, resource);
        boolean installation = resource instanceof Resource.Installation;
        cases.add(
                new Case(
                        new Caller.Anonymous(),
                        zone,
                        action,
                        resource,
                        new Expected(false, true, false, true, placed, true)));
        cases.add(
                new Case(
                        new Caller.Known("city", "ada", "UNKNOWN", "city/valid"),
                        zone,
                        action,
                        resource,
                        new Expected(true, false, true, true, placed, false)));
        for (String purpose : List.of("administration", "upkeep", "absent")) {
            String id = Policy.INSTALLATION + "/" + purpose;
            boolean known = !purpose.equals("absent");
            cases.add(
                    new Case(
                            new Caller.Known(Policy.INSTALLATION, "op", "operator", id),
                            zone,
                            action,
                            resource,
                            new Expected(
                                    true,
                                    true,
                                    known,
                                    installation && purpose.equals("administration"),
                                    placed,
                                    true)));
            cases.add(
                    new Case(
                            new Caller.Program("system:x", id),
                            zone,
                            action,
                            resource,
                            new Expected(true, true, known, installation, placed, true)));
        }
    }

    private static List<Resource> resources() {
        List<Resource> resources = new ArrayList<>();
        for (String organisation : List.of("city", "water")) {
            resources.add(new Resource.Own(organisation));
            for (String bucket : List.of("logs-1", "b")) {
                for (String name : List.of("", "n")) {
                    for (List<String> zones :
                            List.of(
                                    List.of("home"),
                                    List.of("us", "eu"),
                                    List.of("us"),
                                    List.<String>of())) {
                        for (String lies : List.of("home", "us")) {
                            resources.add(
                                    new Resource.Data(organisation, bucket, name, zones, lies));
                        }
                    }
                }
            }
        }
        resources.add(new Resource.Installation());
        return resources;
    }

    /** Every purpose of the small world is for de, and so for home. */
    private static boolean placed(String client, Resource resource) {
        boolean there = List.of("home", "de").contains(client);
        return switch (resource) {
            case Resource.Data data ->
                    there
                            && data.dataZone().equals("home")
                            && in("home", data.zones())
                            && in(client, data.zones());
            case Resource.Own own -> there;
            case Resource.Assumed role -> there;
            case Resource.Installation installation -> there;
        };
    }

    private static boolean in(String zone, List<String> zones) {
        List<String> around =
                switch (zone) {
                    case "home" -> List.of("home", "de", "eu");
                    case "de" -> List.of("de", "eu");
                    default -> List.of(zone);
                };
        return zones.stream().anyMatch(around::contains);
    }
}
