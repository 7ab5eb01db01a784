package org.domicile.ledger;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.keyspace.Write;
import org.domicile.request.Append;

/**
 * The counts of a minute that is not over, as they stand beside the logs: each repeated refusal as
 * the very entry that it would be if the program stopped now (sealed as entries are, under a number
 * of its own), and what strangers wanted. The commit with the minute's entries removes them. Owned
 * by the ledger's thread.
 */
final class Running {
    static final byte[] STRANGERS = Tuple.pack("ledger", "strangers");

    private static final String REPEATED = "repeated";

    /** Counts that one commit carries, so that no commit becomes large. */
    private static final int BATCH = 256;

    private final Book book;
    private final Keyspace keyspace;
    private final Refusals refusals;
    private final Strangers strangers;
    private final Rounds.Recounts recounts;

    Running(
            Book book,
            Keyspace keyspace,
            Refusals refusals,
            Strangers strangers,
            Rounds.Recounts recounts) {
        this.book = book;
        this.keyspace = keyspace;
        this.refusals = refusals;
        this.strangers = strangers;
        this.recounts = recounts;
    }

    /** Makes durable what was counted since the last time. */
    void keep() {
        Map<Strangers.What, Long> unknown = strangers.changed();
        List<Refusals.Count> repeated =
                refusals.changed(organisation -> book.numbers(organisation).take());
        boolean kept = false;
        try {
            Transaction transaction = new Transaction();
            for (Refusals.Count count : repeated) {
                transaction.write(running(count));
                if (transaction.writes().size() == BATCH) {
                    commit(transaction);
                    transaction = new Transaction();
                }
            }
            if (!unknown.isEmpty()) {
                transaction.write(new Write.Put(Space.RECORDS, STRANGERS, encode(unknown)));
            }
            commit(transaction);
            kept = true;
        } finally {
            if (!kept) {
                strangers.unkept();
                refusals.unkept(repeated);
            }
        }
    }

    private Write running(Refusals.Count count) {
        Append entry = recounts.entry(count, count.number());
        // Of an erased caller nothing is kept; a restart closes the number.
        return UseEntry.parse(entry.entry()).isEmpty()
                ? over(count)
                : new Write.Put(Space.RECORDS, key(count), encode(entry));
    }

    /** For the commit with the count's entry. */
    Write over(Refusals.Count count) {
        return new Write.Delete(Space.RECORDS, key(count));
    }

    /** For the commit that says in public what strangers wanted. */
    Write strangersOver() {
        return new Write.Delete(Space.RECORDS, STRANGERS);
    }

    /** Makes entries of what the last run was still counting. */
    void recover(Instant now) {
        Transaction transaction = new Transaction();
        try (Cursor cursor =
                keyspace.scan(
                        Space.RECORDS,
                        Tuple.of().text("ledger").text(REPEATED).range(),
                        Reading.Direction.UP)) {
            while (cursor.next()) {
                ByteBuffer value = ByteBuffer.wrap(cursor.value());
                byte[] entry = new byte[value.getInt()];
                value.get(entry);
                byte[] payload = Arrays.copyOfRange(value.array(), value.position(), value.limit());
                UseEntry use = UseEntry.parse(entry).orElseThrow();
                transaction.append(new Append(book.useLog(use.organisation()), entry, payload));
                transaction.write(new Write.Delete(Space.RECORDS, cursor.key()));
                if (transaction.appends().size() == BATCH) {
                    commit(transaction);
                    transaction = new Transaction();
                }
            }
        }
        Optional<byte[]> unknown = keyspace.get(Space.RECORDS, STRANGERS);
        if (unknown.isPresent()) {
            transaction.append(
                    new Append(
                            Book.PUBLIC,
                            Entries.counts(List.of(), decode(unknown.get()), now),
                            new byte[0]));
            transaction.write(strangersOver());
        }
        commit(transaction);
    }

    private void commit(Transaction transaction) {
        if (transaction.writes().isEmpty()) {
            return;
        }
        switch (keyspace.commit(transaction)) {
            case Committed.Applied _ -> {}
            case Committed.Stale stale ->
                    throw new IllegalStateException("there was no condition: " + stale);
        }
    }

    private static byte[] key(Refusals.Count count) {
        return Tuple.pack("ledger", REPEATED, count.first().organisation(), count.number());
    }

    private static byte[] encode(Append append) {
        byte[] entry = append.entry();
        byte[] payload = append.payload();
        return ByteBuffer.allocate(Integer.BYTES + entry.length + payload.length)
                .putInt(entry.length)
                .put(entry)
                .put(payload)
                .array();
    }

    private static byte[] encode(Map<Strangers.What, Long> counts) {
        return JsonText.of(Map.of("strangers", Entries.strangers(counts)));
    }

    private static Map<Strangers.What, Long> decode(byte[] bytes) {
        Map<Strangers.What, Long> counts = new TreeMap<>();
        if (JsonReading.object(bytes).get("strangers") instanceof List<?> all) {
            for (Object each : all) {
                if (each instanceof Map<?, ?> named
                        && named.get("action") instanceof String action
                        && named.get("reason") instanceof String reason
                        && named.get("count") instanceof Long count) {
                    counts.put(new Strangers.What(action, reason), count);
                }
            }
        }
        return counts;
    }
}
