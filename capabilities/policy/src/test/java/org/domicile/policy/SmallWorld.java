package org.domicile.policy;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.request.Caller;
import org.domicile.request.Request;

/**
 * A register that is small enough to try everything: zones eu ⊃ de ⊃ home and us; the organisation
 * {@code city} with purposes in each state; a credential for each purpose and each kind of list,
 * named after what it is.
 */
final class SmallWorld {
    static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    static final List<String> PURPOSES = List.of("valid", "expired", "withdrawn", "absent");
    static final List<String> LISTS = List.of("all", "get", "logs");
    static final List<String> STATES = List.of("valid", "expired", "withdrawn");

    private static final Map<String, Purpose> NO_PURPOSES = Map.of();

    /** No session is known. */
    static final Bounds NO_BOUNDS = new Bounds(_ -> Optional.empty());

    private SmallWorld() {}

    static Register register(PolicyText... policies) {
        Map<String, Zone> zones = new HashMap<>();
        zones.put("eu", new Zone("eu", Optional.empty()));
        zones.put("de", new Zone("de", Optional.of("eu")));
        zones.put("home", new Zone("home", Optional.of("de")));
        zones.put("us", new Zone("us", Optional.empty()));
        Map<String, Organisation> organisations = new HashMap<>();
        for (String each : List.of("city", "water", Policy.INSTALLATION)) {
            organisations.put(each, new Organisation(each, "home", "k", NOW));
        }
        Map<String, Purpose> purposes = new HashMap<>(NO_PURPOSES);
        put(purposes, "city", "valid", NOW.plusSeconds(60), false);
        put(purposes, "city", "expired", NOW, false);
        put(purposes, "city", "withdrawn", NOW.plusSeconds(60), true);
        put(purposes, Policy.INSTALLATION, "administration", Instant.MAX, false);
        put(purposes, Policy.INSTALLATION, "upkeep", Instant.MAX, false);
        Map<String, Credential> credentials = new HashMap<>();
        for (String purpose : PURPOSES) {
            for (String list : LISTS) {
                for (String state : STATES) {
                    String key = key(purpose, list, state);
                    credentials.put(
                            key,
                            new Credential(
                                    key,
                                    "ada",
                                    "city",
                                    "city/" + purpose,
                                    list.equals("get") ? List.of("s3:Get*") : List.of("*"),
                                    list.equals("logs") ? List.of("logs-*", "x") : List.of("*"),
                                    NOW,
                                    state.equals("expired") ? NOW : Instant.MAX,
                                    state.equals("withdrawn")));
                }
            }
        }
        Map<String, PolicyText> texts = new HashMap<>();
        for (PolicyText each : policies) {
            texts.put(each.id(), each);
        }
        return new Register(
                "0".repeat(64),
                organisations,
                zones,
                purposes,
                Map.of(),
                credentials,
                texts,
                Map.of());
    }

    private static void put(
            Map<String, Purpose> purposes,
            String organisation,
            String name,
            Instant expires,
            boolean withdrawn) {
        Purpose purpose =
                new Purpose(
                        organisation, name, "t", "o", "b", List.of("de"), NOW, expires, withdrawn);
        purposes.put(purpose.id(), purpose);
    }

    static String key(String purpose, String list, String state) {
        return purpose + "-" + list + "-" + state;
    }

    static PolicyText policy(String name, String text) {
        return new PolicyText("city", name, 1, Sha256.of(text), text, NOW, false);
    }

    static Caller.Known known(String purpose, String list, String state) {
        return new Caller.Known("city", "ada", key(purpose, list, state), "city/" + purpose);
    }

    static Request request(Caller caller, String zone) {
        return request(caller, zone, "192.0.2.1");
    }

    static Request request(Caller caller, String zone, String address) {
        return new Request(
                "r", caller, "s3", zone, address, NOW, NOW.plusSeconds(60), Optional.empty());
    }
}
