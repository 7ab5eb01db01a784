package org.domicile.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.keyspace.Write;
import org.domicile.request.Append;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.domicile.request.Urgency;

/**
 * Retention (C2SP tlog-tiles, "Pruning"): use logs lose whole bundles from the front, with the
 * tiles of their leaves and their payloads; the tiles above stay, so every root and every proof
 * between kept entries can still be made. The order of one turn, in which a crash may fall
 * anywhere:
 *
 * <ol>
 *   <li>one commit: an entry of the public log, and how far it is;
 *   <li>files are removed, their directories synced, payloads erased;
 *   <li>a commit that says that they are gone; until then the next start, or the next turn, removes
 *       them again: of what a power cut left, a reader could not tell whether it was pruned.
 * </ol>
 *
 * One turn at a time; callers on any thread.
 */
final class Pruning {
    static final int DEFAULT_DAYS = 400;

    /** Bundles of one log that one turn drops: a million entries. */
    private static final int MOST = 4_096;

    /** Runs of numbers that fit into one entry of the public log with room to spare. */
    private static final int MOST_RUNS = 1_500;

    private final Book book;
    private final Keyspace keyspace;
    private final InstantSource clock;

    Pruning(Book book, Keyspace keyspace, InstantSource clock) {
        this.book = book;
        this.keyspace = keyspace;
        this.clock = clock;
    }

    int days(String organisation) {
        return days(keyspace, organisation);
    }

    private static int days(Keyspace keyspace, String organisation) {
        Optional<byte[]> own = keyspace.get(Space.RECORDS, key(organisation));
        return own.or(() -> keyspace.get(Space.RECORDS, key("")))
                .map(value -> ByteBuffer.wrap(value).getInt())
                .orElse(DEFAULT_DAYS);
    }

    static SequencedMap<String, Integer> keepAsLong(Keyspace restored, Keyspace newer) {
        SequencedMap<String, Integer> longer = new LinkedHashMap<>();
        try (Cursor cursor =
                newer.scan(
                        Space.RECORDS,
                        Tuple.of().text("ledger").text("retention").range(),
                        Reading.Direction.UP)) {
            while (cursor.next()) {
                int days = ByteBuffer.wrap(cursor.value()).getInt();
                String organisation =
                        Tuple.unpack(cursor.key()).getLast() instanceof Tuple.Part.Text(String name)
                                ? name
                                : "";
                if (days > days(restored, organisation)) {
                    longer.put(organisation, days);
                }
            }
        }
        Transaction transaction = new Transaction();
        longer.forEach((organisation, days) ->
                transaction.write(
                        new Write.Put(
                                Space.RECORDS,
                                key(organisation),
                                ByteBuffer.allocate(Integer.BYTES).putInt(days).array())));
        restored.commit(transaction);
        return longer;
    }

    void retain(Request request, String organisation, int days) {
        byte[] value = ByteBuffer.allocate(Integer.BYTES).putInt(days).array();
        commit(
                new Transaction()
                        .write(new Write.Put(Space.RECORDS, key(organisation), value))
                        .carrying(request, Outcome.DONE));
    }

    private static byte[] key(String organisation) {
        return Tuple.pack("ledger", "retention", organisation);
    }

    /** What is done while nothing is pruned. */
    interface Work {
        void run() throws IOException;
    }

    synchronized void resting(Work work) throws IOException {
        work.run();
    }

    /** Removes what a turn of before has stated, and has not come to remove. */
    synchronized void finish() throws IOException {
        for (TiledLog log : book.logs()) {
            if (book.organisation(log.name()).isPresent()) {
                sweep(log);
            }
        }
    }

    synchronized long turn() throws IOException {
        long dropped = 0;
        for (TiledLog log : book.logs()) {
            Optional<String> organisation = book.organisation(log.name());
            if (organisation.isPresent()) {
                sweep(log);
                dropped += prune(log, organisation.get());
            }
        }
        return dropped;
    }

    private long prune(TiledLog log, String organisation) throws IOException {
        int days = days(organisation);
        Instant now = clock.instant();
        String cutoff = Entries.minute(now.minus(Duration.ofDays(days)));
        Pruned before = book.kept(log.name());
        long published = log.published().size();
        Numbers.Kept counted = book.counted(organisation);
        long end = Math.min(published, Math.min(counted.counted(), counted.scanned()));
        List<List<Numbers.Run>> bundles = new ArrayList<>();
        long first = before.to() / Frontier.TILE;
        long last = Math.min(end / Frontier.TILE, first + MOST);
        while (first + bundles.size() < last) {
            List<Numbers.Run> more =
                    old(log.folder().entries(first + bundles.size(), published), cutoff);
            if (more.isEmpty()) {
                break;
            }
            bundles.add(more);
        }
        Pruned after = stated(before, bundles);
        if (after.to() == before.to()) {
            return 0;
        }
        commit(
                new Transaction()
                        .write(put(log.name(), after))
                        .append(
                                new Append(
                                        Book.PUBLIC,
                                        Entries.pruned(log.name(), after, days, now),
                                        new byte[0]))
                        .urgency(Urgency.OPERATING));
        book.pruned(log.name(), after);
        sweep(log);
        return after.to() - before.to();
    }

    /**
     * As far as one entry of the public log can say it: where more uses than that were under way at
     * the edge, the edge lies before them. Nothing further when there is no such edge.
     */
    private static Pruned stated(Pruned before, List<List<Numbers.Run>> bundles) {
        int count = bundles.size();
        for (int back = 1; count > 0; back *= 2) {
            List<Numbers.Run> numbers =
                    bundles.subList(0, count).stream().flatMap(List::stream).toList();
            Pruned after = before.further(before.to() + (long) count * Frontier.TILE, numbers);
            if (after.numbers().size() <= MOST_RUNS) {
                return after;
            }
            count -= back;
        }
        return before;
    }

    /**
     * The numbers of a bundle's entries; none when one of them is not old enough. The time of a
     * sealed one begins when it opens: otherwise it could be gone before anybody was told.
     */
    private static List<Numbers.Run> old(List<byte[]> entries, String cutoff) {
        List<Numbers.Run> numbers = new ArrayList<>();
        for (byte[] entry : entries) {
            Object minute = JsonReading.object(entry).get("minute");
            if (!(minute instanceof String text) || text.compareTo(cutoff) >= 0) {
                return List.of();
            }
            Optional<UseEntry> use = UseEntry.parse(entry);
            // A day sorts before every minute of it.
            if (use.isPresent() && use.get().sealed().compareTo(cutoff) >= 0) {
                return List.of();
            }
            if (use.isPresent()) {
                numbers.add(new Numbers.Run(use.get().number(), use.get().number()));
            } else {
                numbers.addAll(UseEntry.closedNumbers(entry));
            }
        }
        return numbers;
    }

    private void sweep(TiledLog log) throws IOException {
        Pruned state = book.kept(log.name());
        if (state.swept() == state.to()) {
            return;
        }
        Set<Path> directories = new LinkedHashSet<>();
        for (long bundle = state.swept() / Frontier.TILE;
                bundle < state.to() / Frontier.TILE;
                bundle++) {
            Path leaves = log.folder().prune(bundle);
            directories.add(parent(leaves));
            directories.add(parent(log.folder().bundle(bundle, Frontier.TILE)));
        }
        for (Path directory : directories) {
            log.folder().disk().forceDirectory(directory);
        }
        keyspace.logs().erasePayloads(log.name(), state.swept(), state.to());
        Pruned gone = new Pruned(state.to(), state.to(), state.numbers());
        commit(new Transaction().write(put(log.name(), gone)).urgency(Urgency.OPERATING));
        book.pruned(log.name(), gone);
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalArgumentException(file + " has no directory");
        }
        return parent;
    }

    private static Write put(String log, Pruned pruned) {
        return new Write.Put(Space.RECORDS, Book.prunedKey(log), pruned.encode());
    }

    private void commit(Transaction transaction) {
        switch (keyspace.commit(transaction)) {
            case Committed.Applied _ -> {}
            case Committed.Stale stale ->
                    throw new IllegalStateException("there was no condition: " + stale);
        }
    }
}
