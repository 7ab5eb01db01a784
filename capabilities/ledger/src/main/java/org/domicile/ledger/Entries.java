package org.domicile.ledger;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.domicile.request.Append;

/** The ledger's own entries, in the format that the package's page specifies. */
final class Entries {
    /** Version of the format, the member {@code v} of each entry. */
    static final int VERSION = 1;

    /** Bytes of an entry that lists fill, so that what stands around them has room. */
    private static final int ROOM = 56 << 10;

    /** What an element of a list takes beside its name and what was counted, at most. */
    private static final int AROUND = 160;

    private Entries() {}

    /** To the minute, as it is public: {@code 2026-11-24T05:03Z}. */
    static String minute(Instant at) {
        return minute(at.truncatedTo(ChronoUnit.MINUTES).toString());
    }

    /** The same of an instant's text, which begins with it. */
    static String minute(String at) {
        return at.substring(0, 16) + "Z";
    }

    /** Numbers that were taken and have no entry. */
    static byte[] closing(
            String organisation, String node, List<Numbers.Run> runs, String cause, Instant now) {
        List<List<Long>> numbers = new ArrayList<>();
        runs.forEach(run -> numbers.add(List.of(run.from(), run.to())));
        return JsonText.of(
                Map.of(
                        "cause", cause,
                        "kind", "closed",
                        "minute", minute(now),
                        "node", node,
                        "numbers", numbers,
                        "organisation", organisation,
                        "v", VERSION));
    }

    /** Checkpoints that moved, in as many entries as it takes. */
    static List<byte[]> checkpoints(List<TiledLog> moved, Instant now) {
        List<byte[]> entries = new ArrayList<>();
        List<Map<String, Object>> logs = new ArrayList<>();
        int length = 0;
        for (TiledLog log : moved) {
            int more = log.name().length() + AROUND;
            if (length + more > ROOM) {
                entries.add(checkpointed(logs, now));
                logs = new ArrayList<>();
                length = 0;
            }
            length += more;
            logs.add(
                    Map.of(
                            "log", log.name(),
                            "root", Signer.base64(log.root()),
                            "size", log.integrated()));
        }
        entries.add(checkpointed(logs, now));
        return entries;
    }

    private static byte[] checkpointed(List<Map<String, Object>> logs, Instant now) {
        return JsonText.of(
                Map.of("kind", "checkpoints", "logs", logs, "minute", minute(now), "v", VERSION));
    }

    /**
     * Counts of entries from one index to another of each log, and of strangers, in as many entries
     * as it takes.
     */
    static List<byte[]> allCounts(
            List<Counts.Counted> counted, Map<Strangers.What, Long> strangers, Instant now) {
        List<byte[]> entries = new ArrayList<>();
        List<Counts.Counted> together = new ArrayList<>();
        int length = 0;
        for (Counts.Counted each : counted) {
            int more = each.length() + each.log().length() + AROUND;
            if (length + more > ROOM && !together.isEmpty()) {
                entries.add(counts(together, Map.of(), now));
                together = new ArrayList<>();
                length = 0;
            }
            length += more;
            together.add(each);
        }
        byte[] last = counts(together, strangers, now);
        if (last.length <= Append.MAX_ENTRY) {
            entries.add(last);
        } else {
            entries.add(counts(together, Map.of(), now));
            entries.add(counts(List.of(), strangers, now));
        }
        return entries;
    }

    /** The same in one entry. */
    static byte[] counts(
            List<Counts.Counted> counted, Map<Strangers.What, Long> strangers, Instant now) {
        List<Map<String, Object>> logs = new ArrayList<>();
        for (Counts.Counted each : counted) {
            List<Map<String, Object>> uses = new ArrayList<>();
            each.counts().forEach((what, count) -> uses.add(what.named(count)));
            logs.add(
                    Map.of(
                            "from", each.from(),
                            "log", each.log(),
                            "to", each.to(),
                            "uses", uses));
        }
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("kind", "counts");
        entry.put("logs", logs);
        entry.put("minute", minute(now));
        entry.put("v", VERSION);
        if (!strangers.isEmpty()) {
            entry.put("strangers", strangers(strangers));
        }
        return JsonText.of(entry);
    }

    static List<Map<String, Object>> strangers(Map<Strangers.What, Long> strangers) {
        List<Map<String, Object>> refused = new ArrayList<>();
        strangers.forEach((what, count) ->
                refused.add(
                        Map.of(
                                "action", what.action(),
                                "count", count,
                                "reason", what.reason())));
        return refused;
    }

    /** That entries of a use log were pruned, which numbers they had, and under which period. */
    static byte[] pruned(String log, Pruned pruned, int days, Instant now) {
        List<List<Long>> numbers = new ArrayList<>();
        pruned.numbers().forEach(run -> numbers.add(List.of(run.from(), run.to())));
        return JsonText.of(
                Map.of(
                        "days", days,
                        "kind", "pruned",
                        "log", log,
                        "minute", minute(now),
                        "numbers", numbers,
                        "to", pruned.to(),
                        "v", VERSION));
    }

    /** A statement; the commitments to its texts by name. */
    static byte[] statement(Statement statement, Map<String, String> commitments, Instant now) {
        return JsonText.of(
                Map.of(
                        "facts", statement.facts(),
                        "kind", statement.kind(),
                        "minute", minute(now),
                        "texts", commitments,
                        "v", VERSION));
    }
}
