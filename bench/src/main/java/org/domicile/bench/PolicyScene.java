package org.domicile.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Policies, entities and requests as an organisation has them: groups that may read or write
 * buckets under a purpose, and the forbids that always stand over them (no purpose of the data, a
 * zone that is not the data's, an address, a label). The more policies, the more groups and
 * buckets; what one request concerns stays about the same.
 *
 * @param policies text of Cedar
 */
record PolicyScene(String policies, List<Asked> requests) {
    private static final int REQUESTS = 256;

    private static final String FORBIDS =
            """
            forbid(principal, action, resource)
            unless { context has purpose && resource.purposes.contains(context.purpose) };
            forbid(principal, action, resource) unless { resource.zones.contains(context.zone) };
            forbid(principal, action in [Action::"put", Action::"delete"], resource)
            when { context.address.isInRange(ip("10.66.0.0/16")) };
            forbid(principal, action, resource)
            when { resource.labels.containsAny(["weapons", "face-recognition"]) };
            """;
    private static final int FIXED = 4;

    /**
     * A request.
     *
     * @param entities that it concerns, in Cedar's JSON
     */
    record Asked(
            String principal,
            String action,
            String resource,
            String purpose,
            String zone,
            String address,
            String entities) {
        /** The context in Cedar's JSON. */
        String context() {
            return "{\"purpose\":\"%s\",\"zone\":\"%s\",\"address\":{\"__extn\":{\"fn\":\"ip\",\"arg\":\"%s\"}}}"
                    .formatted(purpose, zone, address);
        }
    }

    PolicyScene {
        requests = List.copyOf(requests);
    }

    /** A scene of so many policies; the same each time. */
    static PolicyScene of(int count) {
        SplittableRandom random = new SplittableRandom(count);
        int groups = Math.max(2, count / 10);
        int buckets = Math.max(2, count / 5);
        StringBuilder text = new StringBuilder(FORBIDS);
        for (int i = 0; i < count - FIXED; i++) {
            boolean reads = i % 3 != 0;
            text.append(
                    """
                    permit(principal in Group::"g%d", action in [%s], resource in Bucket::"b%d")
                    when { context.purpose == "p%d" };
                    """
                            .formatted(
                                    i % groups,
                                    reads
                                            ? "Action::\"get\", Action::\"list\""
                                            : "Action::\"put\", Action::\"delete\"",
                                    i % buckets,
                                    i % 5));
        }
        List<Asked> requests = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            int policy = random.nextInt(count - FIXED);
            boolean meant = random.nextInt(4) > 0;
            int group = meant ? policy % groups : random.nextInt(groups);
            requests.add(
                    asked(
                            random,
                            i,
                            List.of(group, random.nextInt(groups)),
                            policy % buckets,
                            policy % 3 != 0 ? "get" : "put",
                            "p" + policy % 5));
        }
        return new PolicyScene(text.toString(), requests);
    }

    private static Asked asked(
            SplittableRandom random,
            int number,
            List<Integer> groups,
            int bucket,
            String action,
            String purpose) {
        String entities =
                """
                [{"uid": {"type": "User", "id": "u%1$d"}, "attrs": {"name": "somebody"}, "parents": [
                  {"type": "Group", "id": "g%2$d"}, {"type": "Group", "id": "g%3$d"}]},
                 {"uid": {"type": "Object", "id": "o%1$d"}, "parents": [{"type": "Bucket", "id": "b%4$d"}],
                  "attrs": {"purposes": ["p0", "p1", "p2", "p3", "p4"], "zones": ["et", "ke"],
                            "labels": ["water"]}},
                 {"uid": {"type": "Bucket", "id": "b%4$d"}, "attrs": {}, "parents": []}]\
                """
                        .formatted(number, groups.get(0), groups.get(1), bucket);
        return new Asked(
                "u" + number,
                action,
                "o" + number,
                purpose,
                random.nextInt(20) == 0 ? "us" : "et",
                "10." + (random.nextInt(20) == 0 ? 66 : 1) + ".0." + random.nextInt(250),
                entities);
    }
}
