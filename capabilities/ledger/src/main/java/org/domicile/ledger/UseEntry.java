package org.domicile.ledger;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The public members of a use's entry.
 *
 * @param size class of size: 0 for none, else one more than the whole part of its binary logarithm
 * @param count uses that the entry stands for
 * @param sealed the day with whose beginning in UTC it opens; empty when it was never sealed
 */
record UseEntry(
        String organisation,
        String node,
        long number,
        String minute,
        Counts.What what,
        String reason,
        String outcome,
        String policy,
        long size,
        long count,
        String sealed) {
    static final String KIND = "use";

    /** The member that only a sealed use has. */
    static final String SEALED = "sealed";

    private static final JsonReading.Wanted WANTED =
            JsonReading.Wanted.of(
                    "kind",
                    "organisation",
                    "node",
                    "number",
                    "minute",
                    "purpose",
                    "action",
                    "dataZone",
                    "clientZone",
                    "verdict",
                    "reason",
                    "outcome",
                    "policy",
                    "size",
                    "count",
                    SEALED);

    /** Parses an entry; empty when it is one of another kind. */
    static Optional<UseEntry> parse(byte[] entry) {
        Map<String, Object> members = JsonReading.members(entry, WANTED);
        if (!KIND.equals(members.get("kind"))) {
            return Optional.empty();
        }
        return Optional.of(
                new UseEntry(
                        text(members, "organisation"),
                        text(members, "node"),
                        number(members, "number"),
                        text(members, "minute"),
                        new Counts.What(
                                text(members, "purpose"),
                                text(members, "action"),
                                text(members, "dataZone"),
                                text(members, "clientZone"),
                                text(members, "verdict")),
                        text(members, "reason"),
                        text(members, "outcome"),
                        text(members, "policy"),
                        number(members, "size"),
                        members.containsKey("count") ? number(members, "count") : 1,
                        members.containsKey(SEALED) ? text(members, SEALED) : ""));
    }

    /** Whether it is not to be told yet. It opens by itself: nothing but the time decides. */
    boolean sealedAt(Instant now) {
        return !sealed.isEmpty()
                && now.isBefore(LocalDate.parse(sealed).atStartOfDay(ZoneOffset.UTC).toInstant());
    }

    /** The runs of numbers that a closing entry names; none when it is another. */
    static List<Numbers.Run> closedNumbers(byte[] entry) {
        Map<String, Object> members = JsonReading.object(entry);
        List<Numbers.Run> runs = new ArrayList<>();
        if ("closed".equals(members.get("kind")) && members.get("numbers") instanceof List<?> all) {
            for (Object each : all) {
                if (each instanceof List<?> ends
                        && ends.size() == 2
                        && ends.get(0) instanceof Long from
                        && ends.get(1) instanceof Long to) {
                    runs.add(new Numbers.Run(from, to));
                }
            }
        }
        return runs;
    }

    private static String text(Map<String, Object> members, String name) {
        if (members.get(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("the entry has no text " + name);
    }

    private static long number(Map<String, Object> members, String name) {
        if (members.get(name) instanceof Long number) {
            return number;
        }
        throw new IllegalArgumentException("the entry has no number " + name);
    }
}
