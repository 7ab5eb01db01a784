package org.domicile.guard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.domicile.query.Answer;
import org.domicile.query.Failure;
import org.domicile.query.Intake;
import org.domicile.query.Target;
import org.domicile.query.Written;
import org.domicile.schemas.Column;
import org.domicile.streams.StreamLog;
import org.domicile.streams.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * One of the two tables of a stream, as far as its rows are in no snapshot yet: those that fit its
 * schema, or those that do not. All of it is read and changed under the live table's lock.
 */
final class LiveSide {
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final String table;
    private final LiveRoom room;
    private final LiveText text = new LiveText();
    private final List<HotFile> files = new ArrayList<>();
    private int covered; // so many of the files, the first, are what the cut has
    private List<Column> columns = List.of();
    private List<Column> own = List.of(); // of them, what the schema says
    private List<Target.Slot> slots = List.of();
    private String said = "";
    private Map<Integer, Long> committed = Map.of();
    private Instant since = Instant.MAX;
    private Instant sinceCut = Instant.MAX;
    private long told; // to the room
    private boolean over;

    /**
     * @param table its id
     */
    LiveSide(String table, LiveRoom room) {
        this.table = table;
        this.room = room;
        room.enter();
    }

    /** Tells what is in memory now. */
    private void tell() {
        tell(held() + waiting());
    }

    private void tell(long now) {
        if (!over) {
            room.move(now - told);
            told = now;
        }
    }

    /** Nobody comes back to it, so what it holds is nobody's. */
    void end() {
        if (!over) {
            tell(0);
            over = true;
            room.leave();
        }
    }

    String table() {
        return table;
    }

    /** What its rows are from now on; those before are in files by then. */
    void shape(List<Column> all, List<Target.Slot> where) {
        columns = List.copyOf(all);
        own = List.copyOf(columns.subList(LiveColumns.OWN, columns.size()));
        slots = List.copyOf(where);
    }

    /**
     * How far its table is, when nothing is held.
     *
     * @param log which these records are of: of another of the same name, all are still to come
     * @param kept as the catalog has it
     */
    void begin(String log, String kept) {
        files.clear();
        text.clear();
        tell();
        covered = 0;
        since = Instant.MAX;
        sinceCut = Instant.MAX;
        said = kept;
        committed =
                kept.startsWith(log + " ") ? offsets(kept.substring(log.length() + 1)) : Map.of();
    }

    /** As the catalog has it. */
    String said() {
        return said;
    }

    /** Up to where records are in its table, before an offset of each partition. */
    Map<Integer, Long> committed() {
        return committed;
    }

    /** Whether a record is in its table already. */
    boolean has(StreamRecord record) {
        return record.offset() < committed.getOrDefault(record.partition(), 0L);
    }

    /**
     * @return why it cannot be a row; empty when it is
     */
    String add(StreamRecord record, @Nullable Object[] values, Instant now) {
        long before = text.weight();
        String why = text.add(record, own, values);
        if (why.isEmpty()) {
            since = since == Instant.MAX ? now : since;
            sinceCut = sinceCut == Instant.MAX ? now : sinceCut;
            tell(told + text.weight() - before);
        }
        return why;
    }

    /** Bytes that wait to be a file. */
    long waiting() {
        return text.weight();
    }

    /** Bytes of the records that these rows were: so much may have to be read again. */
    long behind() {
        return text.records();
    }

    long rows() {
        return text.rows() + files.stream().mapToLong(HotFile::rows).sum();
    }

    /** Bytes of files in memory. */
    long held() {
        return files.stream()
                .filter(HotFile.InMemory.class::isInstance)
                .mapToLong(HotFile::size)
                .sum();
    }

    /** When the oldest row came that no snapshot has. */
    Instant since() {
        return since;
    }

    /**
     * Puts all rows into files.
     *
     * @param bad told of rows that the engine does not take, before they are in no file; says what
     *     is done of each when it is so
     */
    Answer<Boolean> settle(LiveWorker worker, Function<List<Bad>, Answer<Runnable>> bad) {
        if (!text.isEmpty()) {
            List<HotFile> fresh = new ArrayList<>();
            List<Bad> rows = new ArrayList<>();
            Answer<Boolean> made = made(worker, 0, text.rows(), fresh, rows);
            if (made instanceof Answer.Failed<Boolean>) {
                return made; // all of it once more, the next time
            }
            Answer<Runnable> told = rows.isEmpty() ? Answer.of(() -> {}) : bad.apply(rows);
            return told.then(then -> {
                files.addAll(fresh);
                text.clear();
                tell();
                then.run();
                return Answer.of(true);
            });
        }
        return Answer.of(true);
    }

    /** A row that could be none. @param place of its record */
    record Bad(StreamLog.Place place, String why) {}

    /** Some of the rows as a file; where one of them is at fault, all but that one. */
    private Answer<Boolean> made(
            LiveWorker worker, int from, int to, List<HotFile> fresh, List<Bad> bad) {
        Intake intake = LiveColumns.intake(columns);
        Answer<HotFile.InMemory> made =
                worker.with(session -> {
                    try {
                        return session.arrive(text.read(from, to))
                                .then(arrived -> {
                                    try (arrived) {
                                        return arrived.write(intake, new Target.Parquet(slots))
                                                .then(taken -> file(taken.written()));
                                    }
                                });
                    } catch (IOException e) {
                        return Answer.failed(
                                Failure.SYSTEM, "rows could not be staged: " + e.getMessage());
                    }
                });
        return switch (made) {
            case Answer.Given<HotFile.InMemory>(HotFile.InMemory file) -> {
                fresh.add(file);
                yield Answer.of(true);
            }
            case Answer.Failed<HotFile.InMemory>(Failure failure) when !isOfRows(failure) ->
                    Answer.failed(failure);
            case Answer.Failed<HotFile.InMemory>(Failure failure) when to - from == 1 -> {
                bad.add(
                        new Bad(
                                text.place(from),
                                "the engine does not take it: " + failure.message()));
                yield Answer.of(true);
            }
            case Answer.Failed<HotFile.InMemory> _ -> {
                int middle = (from + to) >>> 1;
                yield made(worker, from, middle, fresh, bad)
                        .then(_ -> made(worker, middle, to, fresh, bad));
            }
        };
    }

    /** Whether a row is at fault: a value (SQLSTATE, class 22), and no worker, limit or machine. */
    private static boolean isOfRows(Failure failure) {
        return failure.state().startsWith("22");
    }

    static Answer<HotFile.InMemory> file(Written written) {
        try (written) {
            return Answer.of(HotFile.of(NUMBERS.incrementAndGet(), written));
        } catch (IOException e) {
            throw new UncheckedIOException("what was staged can be read", e);
        }
    }

    List<HotFile> files() {
        return List.copyOf(files);
    }

    /** Those that the cut has. */
    List<HotFile> cut() {
        return List.copyOf(files.subList(0, covered));
    }

    /** Those that no cut has. */
    List<HotFile> uncut() {
        return List.copyOf(files.subList(covered, files.size()));
    }

    /** All that is in files by now is what the next commit brings. */
    void cover() {
        covered = files.size();
        sinceCut = text.isEmpty() ? Instant.MAX : since;
    }

    /** Others in the place of some that hold the same rows; of a cut, or of none of it. */
    void replaced(List<? extends HotFile> old, List<? extends HotFile> fresh) {
        int at = files.indexOf(old.getFirst());
        if (at < covered) {
            covered += fresh.size() - old.size();
        }
        files.removeAll(old);
        files.addAll(at, fresh);
        tell();
    }

    /** What the cut had is in the table now. */
    void committed(Map<Integer, Long> offsets, String kept) {
        said = kept;
        files.subList(0, covered).clear();
        tell();
        covered = 0;
        committed = Map.copyOf(offsets);
        since = sinceCut;
    }

    /** When the oldest file was laid that waits for its snapshot. */
    Instant laid() {
        Instant oldest = Instant.MAX;
        for (HotFile each : files) {
            if (each instanceof HotFile.Laid laid && laid.since().isBefore(oldest)) {
                oldest = laid.since();
            }
        }
        return oldest;
    }

    /** As it is kept with the table. */
    static String text(Map<Integer, Long> offsets) {
        return new TreeMap<>(offsets)
                .entrySet().stream()
                        .map(each -> each.getKey() + ":" + each.getValue())
                        .collect(Collectors.joining(","));
    }

    private static Map<Integer, Long> offsets(String text) {
        Map<Integer, Long> offsets = new TreeMap<>();
        for (String each : text.isEmpty() ? new String[0] : text.split(",")) {
            int colon = each.indexOf(':');
            offsets.put(
                    Integer.parseInt(each.substring(0, colon)),
                    Long.parseLong(each.substring(colon + 1)));
        }
        return offsets;
    }
}
