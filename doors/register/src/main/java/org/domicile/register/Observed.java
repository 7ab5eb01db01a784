package org.domicile.register;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What the entries of a public log say of purposes, added up: a function of the entries alone, so
 * whoever reads the same entries has the same. Owned by one thread at a time.
 */
public final class Observed {
    /** Days that are kept one by one. */
    public static final int DAYS = 400;

    /** Around a change both forms hold: a count is written up to a minute after its uses. */
    private static final long GRACE = 2;

    private static final int DEEPEST = 16;
    private static final int MOST_STATEMENTS = 10_000;

    /**
     * A statement, as it is shown.
     *
     * @param minute as the entry writes it @param facts by name
     */
    record Stated(long index, String minute, String kind, Map<String, String> facts) {}

    private final NavigableMap<String, Seen> purposes = new TreeMap<>();
    private final NavigableMap<String, List<Long>> sources = new TreeMap<>();
    private final Map<String, String> zones = new HashMap<>();
    private final List<Stated> stated = new ArrayList<>();
    private final NavigableMap<String, Map<String, Long>> strangers = new TreeMap<>();
    private long next;
    private long newest;

    /** Nothing yet. */
    public Observed() {}

    /** Index of the entry that comes next. */
    public long next() {
        return next;
    }

    /** Takes in the next entry. */
    public void read(byte[] entry) {
        long index = next++;
        Map<?, ?> members = EntryJson.read(entry).orElse(Map.of());
        OptionalLong minute = Minutes.parse(EntryJson.text(members, "minute"));
        if (minute.isEmpty()) {
            return;
        }
        newest = Math.max(newest, minute.getAsLong());
        String kind = EntryJson.text(members, "kind");
        if (kind.equals("counts")) {
            counts(index, minute.getAsLong(), members);
        } else if (members.containsKey("facts")) {
            statement(index, minute.getAsLong(), kind, EntryJson.map(members, "facts"));
        }
    }

    private void statement(long index, long minute, String kind, Map<?, ?> facts) {
        Map<String, String> shown = new TreeMap<>();
        facts.forEach((name, value) -> shown.put(String.valueOf(name), String.valueOf(value)));
        if (stated.size() == MOST_STATEMENTS) {
            stated.removeFirst();
        }
        stated.add(new Stated(index, Minutes.format(minute), kind, shown));
        switch (kind) {
            case "purpose.created", "purpose.changed" ->
                    seen(EntryJson.text(facts, "purpose")).form(Form.of(index, minute, facts));
            case "purpose.withdrawn" ->
                    seen(EntryJson.text(facts, "purpose")).withdrawn(index, minute);
            case "zone.created" ->
                    zones.put(EntryJson.text(facts, "zone"), EntryJson.text(facts, "parent"));
            default -> {} // of others the facts are shown, and nothing follows from them
        }
    }

    private Seen seen(String purpose) {
        return purposes.computeIfAbsent(purpose, name -> new Seen());
    }

    private void counts(long index, long minute, Map<?, ?> members) {
        String day = Minutes.day(minute);
        if (!sources.containsKey(day)) {
            begin(day);
        }
        List<Long> ofDay = sources.computeIfAbsent(day, name -> new ArrayList<>());
        ofDay.add(index);
        for (Object log : EntryJson.list(members, "logs")) {
            if (log instanceof Map<?, ?> one) {
                for (Object use : EntryJson.list(one, "uses")) {
                    if (use instanceof Map<?, ?> counted) {
                        use(index, minute, day, ofDay.size() - 1, counted);
                    }
                }
            }
        }
        for (Object each : EntryJson.list(members, "strangers")) {
            if (each instanceof Map<?, ?> one) {
                strangers
                        .computeIfAbsent(day, name -> new TreeMap<>())
                        .merge(
                                EntryJson.text(one, "action") + " " + EntryJson.text(one, "reason"),
                                EntryJson.number(one, "count"),
                                Long::sum);
            }
        }
    }

    /** A new day begins: the oldest goes when there are too many. */
    private void begin(String day) {
        if (sources.size() >= DAYS && day.compareTo(sources.firstKey()) > 0) {
            String first = sources.firstKey();
            sources.remove(first);
            strangers.remove(first);
            String kept = sources.isEmpty() ? day : sources.firstKey();
            purposes.values().forEach(seen -> seen.forget(kept));
        }
    }

    private void use(long index, long minute, String day, int source, Map<?, ?> counted) {
        String purpose = EntryJson.text(counted, "purpose");
        long count = EntryJson.number(counted, "count");
        if (purpose.isEmpty() || count <= 0) {
            return;
        }
        Cell cell =
                new Cell(
                        EntryJson.text(counted, "action"),
                        EntryJson.text(counted, "dataZone"),
                        EntryJson.text(counted, "clientZone"),
                        EntryJson.text(counted, "verdict"));
        Seen seen = seen(purpose);
        seen.count(day, source, cell, count);
        if (cell.allowed()) {
            judge(seen, index, minute, cell, count);
        }
    }

    /** Compares allowed uses with what was declared when they happened. */
    private void judge(Seen seen, long index, long minute, Cell cell, long count) {
        if (seen.forms().isEmpty()) {
            seen.drift(Drift.What.NEVER_STATED, "", count, index);
            return;
        }
        if (minute > GRACE + seen.withdrawnAt() && seen.withdrawal().isPresent()) {
            seen.drift(Drift.What.USED_AFTER_WITHDRAWAL, "", count, index);
        }
        List<Form> held = held(seen, minute);
        if (held.stream().allMatch(form -> ended(form, minute))) {
            seen.drift(Drift.What.USED_AFTER_EXPIRY, "", count, index);
        }
        if (held.stream().noneMatch(form -> form.allows(cell.action()))) {
            seen.drift(Drift.What.ACTION_NOT_DECLARED, cell.action(), count, index);
        }
        for (String zone : List.of(cell.dataZone(), cell.clientZone())) {
            if (!zone.isEmpty()
                    && held.stream()
                            .noneMatch(form ->
                                    form.zones().stream().anyMatch(outer -> inside(zone, outer)))) {
                seen.drift(Drift.What.ZONE_NOT_DECLARED, zone, count, index);
            }
        }
    }

    private static boolean ended(Form form, long minute) {
        return form.ends() != Long.MAX_VALUE && minute > form.ends() + GRACE;
    }

    /** The form in force at a minute, and those that gave way to it just before. */
    private static List<Form> held(Seen seen, long minute) {
        List<Form> forms = seen.forms();
        int from = forms.size() - 1;
        while (from > 0 && forms.get(from).minute() + GRACE >= minute) {
            from--;
        }
        return forms.subList(from, forms.size());
    }

    private boolean inside(String zone, String outer) {
        String at = zone;
        for (int depth = 0; depth < DEEPEST && !at.isEmpty(); depth++) {
            if (at.equals(outer)) {
                return true;
            }
            at = zones.getOrDefault(at, "");
        }
        return false;
    }

    // ---- what was added up ----

    /** By full name. */
    NavigableMap<String, Seen> purposes() {
        return Collections.unmodifiableNavigableMap(purposes);
    }

    /** The newest statements, oldest first. */
    List<Stated> stated() {
        return Collections.unmodifiableList(stated);
    }

    /** Refusals of strangers by day, then by action and reason. */
    NavigableMap<String, Map<String, Long>> strangers() {
        return Collections.unmodifiableNavigableMap(strangers);
    }

    /** The newest minute of an entry that was read; empty when there was none. */
    String newest() {
        return newest == 0 ? "" : Minutes.format(newest);
    }

    /** Indices of the entries that a purpose's figures of a day were added up from. */
    List<Long> sources(String purpose, String day) {
        Seen seen = purposes.get(purpose);
        Seen.Day of = seen == null ? null : seen.days().get(day);
        List<Long> all = sources.getOrDefault(day, List.of());
        if (of == null) {
            return List.of();
        }
        List<Long> found = new ArrayList<>();
        BitSet bits = of.sources();
        for (int at = bits.nextSetBit(0); at >= 0; at = bits.nextSetBit(at + 1)) {
            found.add(all.get(at));
        }
        return found;
    }
}
