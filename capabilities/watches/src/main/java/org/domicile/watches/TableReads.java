package org.domicile.watches;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one worker asks of tables. What a worker may be is another's by now, so of each watch and
 * table one is read at a time, by one thread, until all who asked have their answers; whoever asks
 * meanwhile gets the same rows. State behind its own lock.
 */
final class TableReads implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.domicile.watches");

    /**
     * A watch asks once for each place where its query looks into a table, and again at a start.
     */
    private static final int MOST_ASKED = 64;

    private static final WatchEngine.Read NOT_HERE =
            new WatchEngine.Read.Not("The watch does not run here any more.");

    /** Sends what came of it. */
    interface Answers {
        void send(int number, WatchEngine.Read read);
    }

    private final Object worker;
    private final Supplier<Workers.Turn> turns;
    private final Answers answers;
    private final Function<String, @Nullable Job> jobs;

    /** Numbers of those who wait for a table that is being read. */
    private final Map<Place, List<Integer>> asked = new HashMap<>();

    private boolean closed;

    private record Place(String watch, String table) {}

    /**
     * @param worker it, by its identity
     * @param jobs watches that are to run, by id
     */
    TableReads(
            Object worker,
            Supplier<Workers.Turn> turns,
            Function<String, @Nullable Job> jobs,
            Answers answers) {
        this.worker = worker;
        this.turns = turns;
        this.jobs = jobs;
        this.answers = answers;
    }

    /**
     * Answers later: it takes a while, and checkpoints do not wait for it.
     *
     * @throws IOException when more is asked than any worker of ours does
     */
    void ask(String id, int number, String table) throws IOException {
        Job job = jobs.apply(id);
        if (job == null
                || job.watch.tables().stream().noneMatch(each -> each.name().equals(table))) {
            answers.send(
                    number,
                    new WatchEngine.Read.Not("The watch looks into no table of this name."));
            return;
        }
        Place place = new Place(id, table);
        synchronized (this) {
            List<Integer> before = asked.get(place);
            if (before != null && before.size() >= MOST_ASKED) {
                throw new IOException("a table is asked for again and again");
            }
            if (before != null) {
                before.add(number);
                return;
            }
            asked.put(place, new ArrayList<>(List.of(number)));
        }
        Thread.ofVirtual().name("watch-table").start(() -> answer(job, place));
    }

    private void answer(Job job, Place place) {
        do {
            WatchEngine.Read read = read(job, place.table());
            List<Integer> waiting = waiting(place);
            if (read instanceof WatchEngine.Read.Rows(byte[] rows)) {
                job.gave(worker, place.table(), (long) rows.length * waiting.size());
            }
            waiting.forEach(each -> answers.send(each, read));
        } while (!answered(place));
    }

    private synchronized List<Integer> waiting(Place place) {
        List<Integer> now = List.copyOf(asked.getOrDefault(place, List.of()));
        asked.put(place, new ArrayList<>());
        return now;
    }

    /** Whether nobody asked while answers were sent. */
    private synchronized boolean answered(Place place) {
        return asked.getOrDefault(place, List.of()).isEmpty() && asked.remove(place) != null;
    }

    private synchronized boolean over() {
        return closed;
    }

    private WatchEngine.Read read(Job job, String table) {
        try (Workers.Turn turn = turns.get()) {
            if (!turn.came()) {
                return new WatchEngine.Read.Not(
                        "Other tables are read for watches at this moment, and it takes long; it"
                                + " is tried again.");
            }
            if (over() || !job.runs(worker)) {
                return NOT_HERE;
            }
            return job.contents.rows(table);
        } catch (RuntimeException e) { // whatever it is, the worker does not wait in vain
            LOG.log(System.Logger.Level.WARNING, "a table was not read", e);
            return new WatchEngine.Read.Not("The table could not be read; it is tried again.");
        }
    }

    /** Nothing more is read: its worker has ended. */
    @Override
    public synchronized void close() {
        closed = true;
    }
}
