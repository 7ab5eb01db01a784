package org.domicile.ledger;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.domicile.bytes.CrashPoint;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Transaction;
import org.domicile.request.Append;
import org.domicile.request.Urgency;

/**
 * What the ledger's thread does, again and again: make durable entries into tiles, state what
 * moved, publish. The order of one round, in which a crash may fall anywhere:
 *
 * <ol>
 *   <li>full tiles and bundles, then partial ones, of all use logs: durable files that no
 *       checkpoint names yet;
 *   <li>one commit: the state of the numbers, the public log's entry with all checkpoints that
 *       moved, and what a finished minute counted; then what the present minute has counted so far,
 *       into records beside the logs;
 *   <li>outside of the data folder, how far the public log is durable now ({@link SignedMark});
 *   <li>the use logs' checkpoints, each replaced at once;
 *   <li>the public log's tiles and checkpoint;
 *   <li>what is no longer needed is dropped: entries whose bundle is full and published, partial
 *       files of tiles that are full.
 * </ol>
 *
 * A replay finds the entries after the published checkpoint still in the keyspace and makes the
 * same bytes of them.
 *
 * <p>A checkpoint that has to be cosigned is signed in one round and published in a later one, when
 * its witnesses have answered; until then its log signs nothing more, and entries become durable
 * and tiles as ever. Owned by one thread.
 */
final class Rounds {
    /** Integration makes room for a checkpoint after this long. */
    private static final Duration INTEGRATING = Duration.ofMillis(400);

    private final Book book;
    private final Keyspace keyspace;
    private final LedgerOptions options;
    private final Clock clock;
    private final Refusals refusals;
    private final Strangers strangers;
    private final Recounts recounts;
    private final Outside outside;
    private final Runnable moved;
    private final Running running;
    private final Map<String, Counts> counts = new HashMap<>();
    private Instant minute;

    /** Makes the entry of a finished count of refusals. */
    interface Recounts {
        Append entry(Refusals.Count count, long number);
    }

    Rounds(
            Book book,
            Keyspace keyspace,
            LedgerOptions options,
            Clock clock,
            Refusals refusals,
            Strangers strangers,
            Recounts recounts,
            Outside outside,
            Runnable moved) {
        this.book = book;
        this.keyspace = keyspace;
        this.outside = outside;
        this.moved = moved;
        this.options = options;
        this.clock = clock;
        this.refusals = refusals;
        this.strangers = strangers;
        this.recounts = recounts;
        this.running = new Running(book, keyspace, refusals, strangers, recounts);
        this.minute = clock.instant().truncatedTo(ChronoUnit.MINUTES);
    }

    /** Replays what the last run left, and closes the numbers that it took and did not record. */
    void recover() throws IOException {
        outside.mark().check(keyspace.logs().size(Book.PUBLIC));
        openLogs();
        running.recover(clock.instant());
        for (TiledLog log : book.logs()) {
            while (log.integrate(observer(log))) {
                // until the end
            }
        }
        close("restart");
        round();
    }

    private void close(String cause) {
        Transaction closing = new Transaction();
        Instant now = clock.instant();
        for (Map.Entry<String, Numbers> each : new HashMap<>(book.numbers()).entrySet()) {
            List<Numbers.Run> left = each.getValue().left();
            if (!left.isEmpty()) {
                closing.append(closed(each.getKey(), left, cause, now));
            }
        }
        if (!closing.appends().isEmpty()) {
            commit(closing);
        }
    }

    private Append closed(String organisation, List<Numbers.Run> runs, String cause, Instant now) {
        return new Append(
                book.useLog(organisation),
                Entries.closing(organisation, options.node(), runs, cause, now),
                new byte[0]);
    }

    /** The last rounds of a run: everything is counted, integrated, closed and published. */
    void finish() throws IOException {
        minute = Instant.MIN;
        round();
        round();
        close("stop");
        round();
    }

    /** Ends all asking. */
    void letGo() {
        book.logs().forEach(TiledLog::letGo);
    }

    /** Whether nothing that was signed waits for witnesses. */
    boolean settled() throws IOException {
        boolean settled = true;
        for (TiledLog log : book.logs()) {
            log.publishWaiting();
            settled &= !log.isWaiting();
        }
        return settled;
    }

    private void openLogs() throws IOException {
        for (TiledLog log : book.openNew()) {
            Optional<String> organisation = book.organisation(log.name());
            if (organisation.isPresent()) {
                Numbers.Kept kept = book.counted(organisation.get());
                counts.put(log.name(), new Counts(log.name(), kept.counted()));
                book.numbers(organisation.get());
                long at = Math.min(kept.scanned(), kept.counted());
                Observer observer = new Observer(log, at);
                while (at < log.integrated()) {
                    long to = Math.min(log.integrated(), at + Frontier.TILE);
                    book.entries(log.name(), at, to).forEach(observer);
                    at = to;
                }
            }
        }
    }

    /** Puts what is durable into the tree, a batch of each log, and publishes nothing. */
    void ahead() throws IOException {
        for (TiledLog log : book.logs()) {
            if (!log.name().equals(Book.PUBLIC)) {
                log.integrate(observer(log));
            }
        }
    }

    /** Does one round. */
    void round() throws IOException {
        openLogs();
        Instant now = clock.instant();
        List<TiledLog> tidy = new ArrayList<>();
        List<TiledLog> signing = new ArrayList<>();
        for (TiledLog log : book.logs()) {
            if (log.publishWaiting()) {
                tidy.add(log);
            }
            if (!log.name().equals(Book.PUBLIC)) {
                integrate(log);
                if (log.wantsCheckpoint()) {
                    log.writePartials();
                    signing.add(log);
                }
            }
        }
        record(signing, now);
        running.keep();
        if (!signing.isEmpty()) {
            outside.mark().raise(keyspace.logs().size(Book.PUBLIC));
        }
        for (TiledLog log : signing) {
            log.sign(now, outside.witnesses(), moved);
        }
        Optional<TiledLog> open = book.log(Book.PUBLIC);
        if (open.isEmpty()) {
            openLogs();
            open = book.log(Book.PUBLIC);
        }
        if (open.isPresent()) {
            TiledLog all = open.get();
            integrate(all);
            if (all.wantsCheckpoint()) {
                all.writePartials();
                outside.mark().raise(all.integrated());
                all.sign(now, outside.witnesses(), moved);
                signing.add(all);
            }
        }
        CrashPoint.at("ledger.before-forget");
        tidy.addAll(signing);
        for (TiledLog log : tidy) {
            log.tidy();
        }
    }

    private void integrate(TiledLog log) throws IOException {
        Instant until = clock.instant().plus(INTEGRATING);
        Consumer<byte[]> observer = observer(log);
        while (log.integrate(observer) && clock.instant().isBefore(until)) {
            // batch after batch
        }
    }

    /** The one commit of a round. */
    private void record(List<TiledLog> moved, Instant now) {
        boolean minuteOver = !now.truncatedTo(ChronoUnit.MINUTES).equals(minute);
        Transaction transaction = new Transaction();
        boolean last = minute.equals(Instant.MIN);
        List<Refusals.Count> repeated =
                minuteOver
                        ? numbered(
                                refusals.drain(
                                        last ? Instant.MAX : now.truncatedTo(ChronoUnit.MINUTES)))
                        : List.of();
        Map<Strangers.What, Long> unknown = minuteOver ? strangers.drain() : Map.of();
        List<Counts> counted =
                minuteOver
                        ? counts.values().stream().filter(each -> !each.isEmpty()).toList()
                        : List.of();
        for (Refusals.Count count : repeated) {
            transaction.append(recounts.entry(count, count.number()));
            transaction.write(running.over(count));
        }
        Map<String, List<Numbers.Run>> abandoned = abandoned();
        abandoned.forEach((organisation, runs) ->
                transaction.append(closed(organisation, runs, "abandoned", now)));
        if (!moved.isEmpty()) {
            Entries.checkpoints(moved, now).forEach(each -> publish(transaction, each));
        }
        if (!counted.isEmpty() || !unknown.isEmpty()) {
            List<Counts.Counted> finished =
                    counted.stream().map(Counts::counted).flatMap(List::stream).toList();
            Entries.allCounts(finished, unknown, now).forEach(each -> publish(transaction, each));
            transaction.write(running.strangersOver());
        }
        if (transaction.appends().isEmpty()) {
            minute = now.truncatedTo(ChronoUnit.MINUTES);
            return;
        }
        counts.forEach((name, each) -> {
            boolean touched =
                    counted.contains(each)
                            || moved.stream().anyMatch(log -> log.name().equals(name));
            if (touched) {
                keep(transaction, name, counted.contains(each) ? each.next() : each.first());
            }
        });
        boolean recorded = false;
        try {
            commit(transaction);
            recorded = true;
        } finally {
            if (!recorded) {
                strangers.restore(unknown);
                refusals.restore(repeated);
                abandoned.forEach((organisation, runs) -> book.numbers(organisation).restore(runs));
            }
        }
        counted.forEach(Counts::restart);
        minute = now.truncatedTo(ChronoUnit.MINUTES);
    }

    private static void publish(Transaction transaction, byte[] entry) {
        transaction.append(new Append(Book.PUBLIC, entry, new byte[0]));
    }

    private List<Refusals.Count> numbered(List<Refusals.Count> counts) {
        return counts.stream()
                .map(count ->
                        count.number() == Refusals.NO_NUMBER
                                ? count.numbered(book.numbers(count.first().organisation()).take())
                                : count)
                .toList();
    }

    private void keep(Transaction transaction, String name, long countedTo) {
        String organisation = book.organisation(name).orElseThrow();
        long scanned = book.log(name).orElseThrow().integrated();
        transaction.write(
                Book.keep(organisation, book.numbers(organisation).kept(scanned, countedTo)));
    }

    private Map<String, List<Numbers.Run>> abandoned() {
        Map<String, List<Numbers.Run>> abandoned = new HashMap<>();
        book.numbers()
                .forEach((organisation, numbers) -> {
                    List<Numbers.Run> runs = numbers.drainAbandoned();
                    if (!runs.isEmpty()) {
                        abandoned.put(organisation, runs);
                    }
                });
        return abandoned;
    }

    private void commit(Transaction transaction) {
        // Without the ledger's own entries nothing could be recorded at all.
        switch (keyspace.commit(transaction.urgency(Urgency.OPERATING))) {
            case Committed.Applied _ -> {}
            case Committed.Stale stale ->
                    throw new IllegalStateException("there was no condition: " + stale);
        }
    }

    private Consumer<byte[]> observer(TiledLog log) {
        return log.name().equals(Book.PUBLIC) || book.organisation(log.name()).isEmpty()
                ? entry -> {}
                : new Observer(log, log.integrated());
    }

    /** Learns from entries, in order: which numbers are on record, and what to count. */
    private final class Observer implements Consumer<byte[]> {
        private final Numbers numbers;
        private final Counts counted;
        private long index;

        Observer(TiledLog log, long from) {
            this.numbers = book.numbers(book.organisation(log.name()).orElseThrow());
            this.counted = Objects.requireNonNull(counts.get(log.name()));
            this.index = from;
        }

        @Override
        public void accept(byte[] entry) {
            Optional<UseEntry> use = UseEntry.parse(entry);
            if (use.isPresent()) {
                numbers.observed(use.get().number());
            } else {
                UseEntry.closedNumbers(entry).forEach(numbers::closed);
            }
            if (index++ == counted.next()) {
                use.ifPresentOrElse(counted::observe, counted::pass);
            }
        }
    }
}
