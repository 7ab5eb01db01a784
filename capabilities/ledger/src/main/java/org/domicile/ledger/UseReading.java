package org.domicile.ledger;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.KeyId;
import org.domicile.keys.Subjects;
import org.domicile.keyspace.LogReading;

/**
 * Reads uses back, newest first, opening what can still be opened and is not sealed. Of a sealed
 * use nothing is opened before its day, not even to see whether a filter finds it: what a filter
 * finds tells as much as the value.
 */
final class UseReading {
    /** What stands for a value whose key or payload is gone. */
    static final String ERASED = "(erased)";

    /** What stands for a value that is not told yet. */
    private static final String SEALED = "(sealed)";

    private static final Map<String, Object> CLOSED =
            Map.of(
                    "address", SEALED,
                    "credential", SEALED,
                    "object", SEALED,
                    "principal", SEALED,
                    "read", SEALED,
                    "time", SEALED);

    /** A request's arrival and its entry's place differ by less than this. */
    private static final long SLACK_SECONDS = 300;

    private static final int BUNDLES_BACK = 4;

    private final Book book;
    private final LogReading logs;
    private final Subjects subjects;
    private final Instant now;

    UseReading(Book book, LogReading logs, Subjects subjects, Instant now) {
        this.book = book;
        this.logs = logs;
        this.subjects = subjects;
        this.now = now;
    }

    List<Ledger.Recorded> uses(String name, Ledger.Filter filter, int limit) {
        List<Ledger.Recorded> found = new ArrayList<>();
        try {
            long end = Math.min(logs.size(name), filter.before());
            long kept = book.kept(name).to();
            while (end > kept && found.size() < limit) {
                long from = (end - 1) / Frontier.TILE * Frontier.TILE;
                List<byte[]> entries = book.entries(name, from, end);
                for (int i = entries.size() - 1; i >= 0 && found.size() < limit; i--) {
                    Optional<UseEntry> entry = UseEntry.parse(entries.get(i));
                    if (entry.isEmpty()) {
                        continue;
                    }
                    if (start(entry.get())
                            .plusSeconds(60 + SLACK_SECONDS)
                            .isBefore(filter.from())) {
                        return found;
                    }
                    recorded(name, from + i, entry.get(), filter).ifPresent(found::add);
                }
                end = from;
            }
            return found;
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    private static boolean said(UseEntry entry, Use.Verdict verdict) {
        return entry.what().verdict().equalsIgnoreCase(verdict.name());
    }

    /**
     * Entries before the number was taken have smaller numbers, so its entry is not before the
     * first greater one. By halves to the bundle where numbers reach it, a little back for uses
     * that took long and so stand late with small numbers, then on to the end; then what was left.
     */
    OptionalLong place(String name, long number) {
        try {
            long bundles = (logs.size(name) + Frontier.TILE - 1) / Frontier.TILE;
            long first = book.kept(name).to() / Frontier.TILE;
            long low = first;
            long high = bundles;
            while (low < high) {
                long middle = (low + high) / 2;
                if (greatest(name, middle) < number) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            long start = Math.max(first, low - BUNDLES_BACK);
            OptionalLong found = place(name, number, start, bundles);
            return found.isPresent() ? found : place(name, number, first, start);
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    private OptionalLong place(String name, long number, long from, long to) throws IOException {
        for (long bundle = from; bundle < to; bundle++) {
            List<byte[]> entries = bundle(name, bundle);
            for (int i = 0; i < entries.size(); i++) {
                if (names(entries.get(i), number)) {
                    return OptionalLong.of(bundle * Frontier.TILE + i);
                }
            }
        }
        return OptionalLong.empty();
    }

    private static boolean names(byte[] entry, long number) {
        return UseEntry.parse(entry)
                .map(use -> use.number() == number)
                .orElseGet(() ->
                        UseEntry.closedNumbers(entry).stream()
                                .anyMatch(run -> run.from() <= number && number <= run.to()));
    }

    private long greatest(String name, long bundle) throws IOException {
        long greatest = -1;
        for (byte[] entry : bundle(name, bundle)) {
            greatest = Math.max(greatest, UseEntry.parse(entry).map(UseEntry::number).orElse(-1L));
        }
        return greatest;
    }

    private List<byte[]> bundle(String name, long bundle) throws IOException {
        long from = bundle * Frontier.TILE;
        return book.entries(name, from, Math.min(from + Frontier.TILE, logs.size(name)));
    }

    private static StorageFailure unreadable(String name, IOException e) {
        return new StorageFailure(
                StorageFailure.Kind.CORRUPT, "the log " + name + " cannot be read", e);
    }

    private static Instant start(UseEntry entry) {
        return Instant.parse(entry.minute().replace("Z", ":00Z"));
    }

    private Optional<Ledger.Recorded> recorded(
            String log, long index, UseEntry entry, Ledger.Filter filter) {
        if (start(entry).plusSeconds(60).isBefore(filter.from())
                || !start(entry).isBefore(filter.to())
                || filter.verdict().filter(only -> !said(entry, only)).isPresent()) {
            return Optional.empty();
        }
        if (filter.subject().filter(who -> !concerns(log, index, entry, who)).isPresent()) {
            return Optional.empty();
        }
        Map<String, Object> values = values(log, index, entry);
        String at = text(values, "time");
        boolean toTheMinute = at.equals(ERASED) || at.equals(SEALED);
        Instant exact = toTheMinute ? start(entry) : Instant.parse(at);
        String object = text(values, "object");
        boolean within =
                toTheMinute || (!exact.isBefore(filter.from()) && exact.isBefore(filter.to()));
        if (!within || !filter.finds(object)) {
            return Optional.empty();
        }
        return Optional.of(recorded(log, index, entry, values));
    }

    /** Of a sealed use it is not told whom it concerns. */
    private boolean concerns(String log, long index, UseEntry entry, KeyId who) {
        return !entry.sealedAt(now)
                && logs.payload(log, index)
                        .flatMap(UseRecord::people)
                        .filter(people ->
                                people.caller().equals(who) || people.concerned().contains(who))
                        .isPresent();
    }

    /** What an entry's payload opens to; of a sealed use what stands in place of that. */
    private Map<String, Object> values(String log, long index, UseEntry entry) {
        return entry.sealedAt(now)
                ? CLOSED
                : UseRecord.open(subjects, entry, logs.payload(log, index));
    }

    private Ledger.Recorded recorded(
            String log, long index, UseEntry entry, Map<String, Object> values) {
        String at = text(values, "time");
        return new Ledger.Recorded(
                log,
                index,
                entry.number(),
                at.equals(ERASED) || at.equals(SEALED) ? entry.minute() : at,
                entry.what().action(),
                entry.what().verdict(),
                entry.reason(),
                entry.outcome(),
                entry.what().purpose(),
                entry.what().dataZone(),
                entry.what().clientZone(),
                text(values, "principal"),
                text(values, "object"),
                text(values, "address"),
                values.get("size") instanceof Long size ? size : -1,
                entry.count(),
                entry.sealedAt(now) ? entry.sealed() : "");
    }

    Optional<Ledger.Decided> decided(String organisation, String log, long index) {
        if (index < 0 || index >= logs.size(log)) {
            return Optional.empty();
        }
        try {
            Optional<UseEntry> entry =
                    UseEntry.parse(book.entries(log, index, index + 1).getFirst());
            if (entry.isEmpty() || !entry.get().organisation().equals(organisation)) {
                return Optional.empty();
            }
            Map<String, Object> values = values(log, index, entry.get());
            return Optional.of(
                    new Ledger.Decided(
                            recorded(log, index, entry.get(), values),
                            entry.get().organisation(),
                            entry.get().node(),
                            entry.get().policy(),
                            text(values, "credential"),
                            text(values, "read")));
        } catch (IOException e) {
            throw unreadable(log, e);
        }
    }

    private static String text(Map<String, Object> values, String name) {
        return values.get(name) instanceof String text ? text : ERASED;
    }
}
