package org.domicile.launcher;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.ledger.Ledger;
import org.domicile.policy.UseOnRecord;
import org.domicile.verifier.DisclosureFile;
import org.domicile.verifier.EntryReader;
import org.domicile.verifier.Verdict;

/**
 * Uses of a log that were opened, gathered while the log is checked: each with what its entry says
 * in clear and what it commits to.
 */
final class DisclosedUses implements EntryReader {
    private final String log;
    private final Map<Long, List<DisclosureFile.Opening>> openings;
    private final List<Use> found = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();

    /** A use in the two forms that are wanted of it. */
    record Use(long index, Ledger.Decided decided, UseOnRecord onRecord) {}

    DisclosedUses(String log, Map<Long, List<DisclosureFile.Opening>> openings) {
        this.log = log;
        this.openings = openings;
    }

    /** What holds, once the log does. */
    List<Use> found() {
        return found;
    }

    /** What does not, as sentences. */
    List<String> wrong() {
        return wrong;
    }

    @Override
    public void begin(long first) {
        found.clear();
        wrong.clear();
        openings.keySet().stream()
                .filter(index -> index < first)
                .forEach(index -> wrong.add(place(index) + " was pruned"));
    }

    @Override
    public void entry(long index, byte[] entry) {
        List<DisclosureFile.Opening> opened = openings.get(index);
        if (opened == null) {
            return;
        }
        Optional<Verdict.Refused> refused = DisclosureFile.compare(entry, opened);
        if (refused.isPresent()) {
            wrong.add(place(index) + ": " + refused.get().sentence());
            return;
        }
        try {
            found.add(use(index, Json.object(entry), opened));
        } catch (IOException | DateTimeException e) {
            wrong.add(place(index) + " is not the entry of a use: " + e.getMessage());
        }
    }

    private String place(long index) {
        return "entry " + index + " of " + log;
    }

    private Use use(long index, Json.Row entry, List<DisclosureFile.Opening> opened)
            throws IOException {
        Map<String, String> values = new HashMap<>();
        opened.forEach(each -> values.put(each.field(), each.value()));
        for (String each :
                List.of("address", "credential", "object", "principal", "read", "time")) {
            if (!values.containsKey(each)) {
                throw new IOException(each + " was not opened");
            }
        }
        String time = values.getOrDefault("time", "");
        UseOnRecord onRecord =
                new UseOnRecord(
                        entry.text("organisation"),
                        Instant.parse(time),
                        entry.text("action"),
                        entry.text("purpose"),
                        entry.text("dataZone"),
                        entry.text("clientZone"),
                        entry.text("policy"),
                        values.getOrDefault("principal", ""),
                        values.getOrDefault("credential", ""),
                        values.getOrDefault("object", ""),
                        values.getOrDefault("address", ""),
                        values.getOrDefault("read", ""));
        Ledger.Recorded recorded =
                new Ledger.Recorded(
                        log,
                        index,
                        entry.number("number"),
                        time,
                        entry.text("action"),
                        entry.text("verdict"),
                        entry.text("reason"),
                        entry.text("outcome"),
                        entry.text("purpose"),
                        entry.text("dataZone"),
                        entry.text("clientZone"),
                        onRecord.principal(),
                        onRecord.object(),
                        onRecord.address(),
                        -1,
                        Math.max(1, entry.number("count")),
                        entry.text("sealed"));
        return new Use(
                index,
                new Ledger.Decided(
                        recorded,
                        onRecord.organisation(),
                        entry.text("node"),
                        onRecord.policy(),
                        onRecord.credential(),
                        onRecord.read()),
                onRecord);
    }
}
