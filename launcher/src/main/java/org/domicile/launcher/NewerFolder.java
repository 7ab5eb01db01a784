package org.domicile.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.KeyspaceOptions;
import org.domicile.ledger.Ledger;
import org.domicile.objects.LaterLocks;

/**
 * What a restored folder takes over from the one that it replaces, and what that one's public log
 * says since the backup.
 *
 * @param locks later retentions and holds
 * @param days for which uses are kept longer, by organisation
 * @param clock what the newer folder's steady clock said last; empty when that is not known
 * @param since statements of its public log, one line each
 * @param unread sentences about what of it could not be read
 */
record NewerFolder(
        LaterLocks.Taken locks,
        SequencedMap<String, Integer> days,
        String clock,
        List<String> since,
        List<String> unread) {
    private static final int MOST_STATEMENTS = 1_000;
    private static final KeyspaceOptions FRUGAL =
            new KeyspaceOptions(4L << 20, 8L << 20, 16, 1L << 20, 0);

    private static NewerFolder unread(String why) {
        return new NewerFolder(
                new LaterLocks.Taken(0, 0, List.of(), 0, LaterLocks.Sight.PART),
                new LinkedHashMap<>(),
                "",
                List.of(),
                List.of("its keyspace: " + why));
    }

    /**
     * Takes over what it can.
     *
     * @param entries of the public log that the backup holds
     * @throws Problem when it is no data folder of this installation, or in use
     */
    static NewerFolder into(Folder restored, Folder newer, long entries) throws IOException {
        newer.check(Disk.real());
        if (!Files.exists(newer.format())) {
            throw new Problem("--newer: there is no data folder " + newer.path());
        }
        try (Folder.Lock _ = newer.lock();
                Keyspace here = Keyspace.open(restored.keyspace(), FRUGAL)) {
            NewerFolder taken = fromKeyspace(here, newer);
            List<String> unread = new ArrayList<>(taken.unread());
            List<String> since = new ArrayList<>();
            try {
                statements(newer, entries, since);
            } catch (Problem e) {
                unread.add("its public log: " + e.getMessage());
            }
            return new NewerFolder(taken.locks(), taken.days(), taken.clock(), since, unread);
        } catch (Folder.Taken e) {
            throw new Problem("--newer: " + e.getMessage());
        }
    }

    private static NewerFolder fromKeyspace(Keyspace here, Folder newer) {
        try (Keyspace there = Keyspace.open(newer.keyspace(), FRUGAL)) {
            Installation mine = Installation.open(here, new SecureRandom());
            Installation its = Installation.open(there, new SecureRandom());
            if (!mine.installation().equals(its.installation())) {
                throw new Problem(
                        "--newer: %s is the data folder of another installation than the backup"
                                .formatted(newer.path()));
            }
            Optional<Instant> clock = its.clock();
            clock.filter(said -> mine.clock().isEmpty() || said.isAfter(mine.clock().get()))
                    .ifPresent(mine::clock);
            LaterLocks.Taken locks =
                    LaterLocks.take(here, there, mine.clock().orElse(Clock.systemUTC().instant()));
            return new NewerFolder(
                    locks,
                    Ledger.keepAsLong(here, there),
                    clock.map(Instant::toString).orElse(""),
                    List.of(),
                    unread(locks));
        } catch (StorageFailure e) {
            // What was taken over before that stays: it only made locks firmer.
            return unread(String.valueOf(e.getMessage()));
        }
    }

    private static List<String> unread(LaterLocks.Taken locks) {
        List<String> unread = new ArrayList<>();
        if (locks.unreadable() > 0) {
            unread.add(
                    "the records, and so the locks, of %,d versions".formatted(locks.unreadable()));
        }
        if (locks.sight() == LaterLocks.Sight.PART) {
            unread.add("the rest of its versions behind damage to its keyspace's files");
        }
        return unread;
    }

    /** What was said in public and is not in the backup, but for what moves every second. */
    private static void statements(Folder newer, long entries, List<String> lines) {
        LogCopy.in(newer.ledger())
                .entries(
                        entries,
                        entry -> {
                            statement(entry).ifPresent(lines::add);
                            return lines.size() < MOST_STATEMENTS;
                        });
    }

    private static Optional<String> statement(byte[] entry) {
        try {
            Json.Row row = Json.object(entry);
            String kind = row.text("kind");
            if (!row.fields().containsKey("facts") || kind.isEmpty()) {
                return Optional.empty();
            }
            StringBuilder line = new StringBuilder(row.text("minute")).append("  ").append(kind);
            row.row("facts")
                    .fields()
                    .forEach((name, value) ->
                            line.append("  ").append(name).append(' ').append(value));
            return Optional.of(Table.visible(line.toString()));
        } catch (IOException e) {
            return Optional.of(
                    Table.visible(
                            "an entry that is no JSON: "
                                    + new String(entry, StandardCharsets.UTF_8)));
        }
    }
}
