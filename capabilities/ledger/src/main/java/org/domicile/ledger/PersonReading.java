package org.domicile.ledger;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.KeyId;
import org.domicile.keyspace.LogReading;

/**
 * The uses of a log that concern one person, newest first, as the person is told of them: what is
 * public of each entry and nothing else, since all else may be about others. Which they are stands
 * in the payloads, as the person's key id. Sealed ones are passed over like those of others, and
 * told from the moment on in which they open.
 */
final class PersonReading {
    private static final long SLACK_SECONDS = 360;

    private final Book book;
    private final LogReading logs;
    private final Instant now;

    PersonReading(Book book, LogReading logs, Instant now) {
        this.book = book;
        this.logs = logs;
        this.now = now;
    }

    Ledger.Told told(String name, KeyId subject, Ledger.Span span, Duration patience) {
        List<Ledger.Concern> found = new ArrayList<>();
        long deadline = System.nanoTime() + patience.toNanos();
        long end = Math.min(logs.size(name), span.before());
        try {
            while (end > 0) {
                long from = (end - 1) / Frontier.TILE * Frontier.TILE;
                List<byte[]> entries = book.entries(name, from, end);
                for (int i = entries.size() - 1; i >= 0; i--) {
                    Optional<UseEntry> entry = UseEntry.parse(entries.get(i));
                    if (entry.isEmpty()) {
                        continue;
                    }
                    Instant minute = Instant.parse(entry.get().minute().replace("Z", ":00Z"));
                    if (minute.plusSeconds(SLACK_SECONDS).isBefore(span.from())) {
                        return new Ledger.Told(found, 0);
                    }
                    if (!entry.get().sealedAt(now) && concerns(name, from + i, subject)) {
                        found.add(concern(name, from + i, entry.get()));
                        if (found.size() == span.limit()) {
                            return new Ledger.Told(found, from + i);
                        }
                    }
                }
                end = from;
                if (System.nanoTime() > deadline) {
                    return new Ledger.Told(found, end);
                }
            }
            return new Ledger.Told(found, 0);
        } catch (IOException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "the log " + name + " cannot be read", e);
        }
    }

    private boolean concerns(String log, long index, KeyId subject) {
        return logs.payload(log, index)
                .flatMap(UseRecord::people)
                .filter(people ->
                        people.caller().equals(subject) || people.concerned().contains(subject))
                .isPresent();
    }

    private static Ledger.Concern concern(String log, long index, UseEntry entry) {
        return new Ledger.Concern(
                log,
                index,
                entry.number(),
                entry.minute(),
                entry.what().action(),
                entry.what().verdict(),
                entry.reason(),
                entry.outcome(),
                entry.what().purpose(),
                entry.what().dataZone(),
                entry.what().clientZone(),
                entry.count(),
                entry.sealed());
    }
}
