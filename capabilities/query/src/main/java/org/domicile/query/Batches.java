package org.domicile.query;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Brings tables to the engine that the staging does not hold: files, and row groups of files that
 * are large, are staged one batch after the other, the engine keeps the rows that the statement may
 * need in a table of its own, and each batch is let go of before the next one comes.
 *
 * <p>A batch takes half of what is free, so that two sessions that share it do not stop each other;
 * a row group is the least that can be staged. Of one session's thread.
 */
final class Batches {
    /** How long others are waited for that hold all that is left. */
    private static final int PATIENCE_MILLIS = 10_000;

    private static final int LOOK_MILLIS = 20;

    private final Staging staging;
    private final Sources.Reading reading;
    private final Engine engine;
    private final BooleanSupplier stopped;
    private final List<Reads> large;
    private final Map<Same, Kept> kept = new HashMap<>();
    private int batches;

    /** Keeps rows. */
    interface Engine {
        /** A name that no other table has. */
        String name();

        /** Adds the rows of a SELECT to a table, which is made by the first. */
        Answer<Boolean> load(String table, String select);
    }

    /** What is read alike is kept once. */
    private record Same(Object relation, List<String> files) {
        static Same of(Reads read) {
            return new Same(
                    read.use().relation() instanceof CatalogTable table ? table : "files",
                    Batches.files(read).stream().map(Same::text).toList());
        }

        /** With what deletes rows of it: of two moments one may have more of that. */
        private static String text(TableFile file) {
            StringBuilder text = new StringBuilder(file.file().id());
            for (TableFile.Deletes each : file.deletes()) {
                text.append('\n')
                        .append(
                                switch (each) {
                                    case TableFile.Deletes.Positions(DataFile by) -> by.id();
                                    case TableFile.Deletes.Equal(DataFile by, List<Integer> ids) ->
                                            by.id() + ids;
                                    case TableFile.Deletes.Vector vector -> vector.id();
                                });
            }
            return text.append(file.constants()).toString();
        }
    }

    /**
     * @param cost of all its files in the staging
     */
    private record Costs(Reads read, long cost) {}

    /**
     * Rows of a table that the engine has.
     *
     * @param name of the engine's table
     * @param columns that are in it
     */
    record Kept(String name, List<String> columns) {
        /** The text by which a statement reads it: what is not planned is not there. */
        String text() {
            return "FROM temp.main." + TableSql.name(name);
        }
    }

    /**
     * A file, or some row groups of one.
     *
     * @param table what is said of the file, with what is staged in its place
     * @param origin where its bytes are read
     * @param first number of its first row in the file
     * @param cost bytes in the staging
     */
    private record Piece(
            TableFile table, DataFile origin, List<String> columns, long first, long cost) {}

    /**
     * @param large tables that are read so
     */
    Batches(
            List<Reads> large,
            Staging staging,
            Sources.Reading reading,
            Engine engine,
            BooleanSupplier stopped) {
        this.large = List.copyOf(large);
        this.staging = staging;
        this.reading = reading;
        this.engine = engine;
        this.stopped = stopped;
    }

    /**
     * Tables that are read so: the largest, until the others take no more than half of the staging.
     * None where all of it fits.
     */
    static List<Reads> of(List<Reads> reads, long most) {
        List<Costs> costs =
                reads.stream()
                        .filter(each -> !each.ruled())
                        .map(each -> new Costs(each, cost(each)))
                        .sorted(Comparator.comparing(Costs::cost).reversed())
                        .toList();
        long sum = costs.stream().mapToLong(Costs::cost).sum();
        List<Reads> large = new ArrayList<>();
        if (sum > most) {
            for (Costs each : costs) {
                if (sum > most / 2) {
                    large.add(each.read());
                    sum -= each.cost();
                }
            }
        }
        return large;
    }

    private static long cost(Reads read) {
        return read.needs().stream()
                .mapToLong(need -> Staging.cost(need.file().footer(), need.columns()))
                .sum();
    }

    /**
     * Says which row group does not fit, if one does not: a batch cannot be smaller.
     *
     * @param most bytes of an empty staging
     */
    static Optional<String> oversized(List<Reads> large, long most) throws NotParquet {
        for (Reads read : large) {
            Set<String> rows =
                    files(read).stream().map(each -> each.file().id()).collect(Collectors.toSet());
            for (Reads.Need need : read.needs()) {
                Footer footer = need.file().footer();
                if (!rows.contains(need.file().id())
                        || Staging.cost(footer, need.columns()) <= most) {
                    continue;
                }
                RowGroups groups = RowGroups.of(footer);
                for (int i = 0; i < groups.count(); i++) {
                    long cost = Staging.cost(groups.part(i, i + 1), need.columns());
                    if (cost > most) {
                        return Optional.of(
                                "A row group of %s takes %,d bytes in the columns that are read"
                                        .formatted(need.file().place(), cost));
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** Whether a table is read so. */
    boolean has(Reads read) {
        return large.stream().anyMatch(each -> each == read);
    }

    /** How many there were. */
    int count() {
        return batches;
    }

    /** Rows of a table that was loaded. */
    Kept kept(Reads read) {
        Kept one = kept.get(Same.of(read));
        if (one == null) {
            throw new IllegalStateException("not loaded: " + read.use().target());
        }
        return one;
    }

    /**
     * Loads them.
     *
     * @param where what is true of all rows that are needed of each, a condition of SQL
     */
    Answer<Boolean> load(String where) throws IOException, TableSql.Unreadable {
        Map<Same, List<Reads>> alike = new LinkedHashMap<>();
        large.forEach(
                each -> alike.computeIfAbsent(Same.of(each), _ -> new ArrayList<>()).add(each));
        for (Map.Entry<Same, List<Reads>> each : alike.entrySet()) {
            Answer<Boolean> answer = load(each.getKey(), each.getValue(), where);
            if (answer instanceof Answer.Failed<Boolean>) {
                return answer;
            }
        }
        return Answer.of(true);
    }

    private Answer<Boolean> load(Same same, List<Reads> alike, String where)
            throws IOException, TableSql.Unreadable {
        Reads read = alike.getFirst();
        List<String> columns = columns(read.use().relation(), alike);
        Wanted wanted =
                new Wanted.Or(alike.stream().map(each -> each.use().reference().wanted()).toList());
        String wants = TableSql.where(wanted, columns);
        String condition = wants.equals(TableSql.TRUE) ? where : wants + " AND (" + where + ")";
        Kept table = new Kept(engine.name(), columns);
        kept.put(same, table);
        Map<String, List<String>> needed = new HashMap<>();
        for (Reads each : alike) {
            for (Reads.Need need : each.needs()) {
                needed.computeIfAbsent(need.file().id(), _ -> new ArrayList<>())
                        .addAll(need.columns());
            }
        }
        List<TableFile> files = files(read);
        Map<String, String> paths = deletes(read, files);
        List<Piece> batch = new ArrayList<>();
        long cost = 0;
        for (TableFile file : files) {
            List<String> names =
                    needed.getOrDefault(file.file().id(), List.of()).stream().distinct().toList();
            for (Piece piece : pieces(file, names, staging.left() / 2)) {
                if (!batch.isEmpty() && cost + piece.cost() > staging.left() / 2) {
                    Answer<Boolean> answer = load(read, table, batch, paths, condition);
                    if (answer instanceof Answer.Failed<Boolean>) {
                        return answer;
                    }
                    batch.clear();
                    cost = 0;
                }
                batch.add(piece);
                cost += piece.cost();
            }
        }
        Answer<Boolean> answer = load(read, table, batch, paths, condition);
        for (Reads.Need each : read.needs()) { // what deletes rows of it is not needed any more
            staging.forget(each.file());
        }
        return answer;
    }

    /** In the table's order. */
    private static List<String> columns(Relation relation, List<Reads> alike) {
        Set<String> any =
                alike.stream()
                        .flatMap(each -> each.use().columns().stream())
                        .collect(Collectors.toSet());
        List<String> all =
                switch (relation) {
                    case CatalogTable table -> table.columns().stream().map(Field::name).toList();
                    case Table table -> table.files().getFirst().footer().columns();
                    case RuledTable _, CatalogView _ ->
                            throw new IllegalStateException("it is not read in batches");
                };
        return all.stream().filter(any::contains).toList();
    }

    private static List<TableFile> files(Reads read) {
        return read.use().relation() instanceof Table table
                ? table.files().stream()
                        .map(file -> new TableFile(file, file.place(), Map.of(), List.of()))
                        .toList()
                : read.files();
    }

    /** Stages all that deletes rows, for as long as the table is loaded. */
    private Map<String, String> deletes(Reads read, List<TableFile> files) throws IOException {
        Set<String> rows = files.stream().map(each -> each.file().id()).collect(Collectors.toSet());
        Map<String, String> paths = new HashMap<>();
        for (Reads.Need need : read.needs()) {
            if (!rows.contains(need.file().id())) {
                paths.put(
                        need.file().id(),
                        patiently(() -> staged(need.file(), need.file(), need.columns())));
            }
        }
        for (TableFile.Deletes.Vector vector : read.vectors()) {
            paths.put(vector.id(), patiently(() -> staging.rows(vector, reading)));
        }
        return paths;
    }

    private String staged(DataFile file, DataFile origin, List<String> columns) throws IOException {
        boolean whole = false;
        try {
            String path = staging.footer(file);
            staging.columns(file, origin, columns, reading, stopped);
            whole = true;
            return path;
        } finally {
            if (!whole) {
                staging.forget(file);
            }
        }
    }

    /** A file whole, or runs of its row groups that cost no more than so much, or a single one. */
    private static List<Piece> pieces(TableFile file, List<String> columns, long most)
            throws NotParquet {
        DataFile whole = file.file();
        long all = Staging.cost(whole.footer(), columns);
        if (all <= most) {
            return List.of(new Piece(file, whole, columns, 0, all));
        }
        RowGroups groups = RowGroups.of(whole.footer());
        if (groups.count() < 2) {
            return List.of(new Piece(file, whole, columns, 0, all));
        }
        List<Piece> pieces = new ArrayList<>();
        int from = 0;
        long sum = 0;
        for (int i = 0; i < groups.count(); i++) {
            long cost = Staging.cost(groups.part(i, i + 1), columns);
            if (i > from && sum + cost > most) {
                pieces.add(piece(file, groups, from, i, columns));
                from = i;
                sum = 0;
            }
            sum += cost;
        }
        pieces.add(piece(file, groups, from, groups.count(), columns));
        return pieces;
    }

    private static Piece piece(
            TableFile file, RowGroups groups, int from, int to, List<String> columns)
            throws NotParquet {
        DataFile whole = file.file();
        Footer footer = groups.part(from, to);
        DataFile part = new DataFile(whole.id() + "#" + from + "-" + to, whole.place(), footer);
        return new Piece(
                new TableFile(
                        part,
                        file.location(),
                        file.constants(),
                        file.deletes(),
                        file.firstRow(),
                        file.written()),
                whole,
                columns,
                groups.before(from),
                Staging.cost(footer, columns));
    }

    private Answer<Boolean> load(
            Reads read, Kept table, List<Piece> batch, Map<String, String> deletes, String where)
            throws IOException, TableSql.Unreadable {
        if (stopped.getAsBoolean()) {
            throw new Staging.Cancelled();
        }
        Map<String, String> paths = new HashMap<>(deletes);
        try {
            for (Piece piece : batch) {
                DataFile file = piece.table().file();
                paths.put(
                        file.id(), patiently(() -> staged(file, piece.origin(), piece.columns())));
            }
            batches++;
            return engine.load(table.name(), select(read, table, batch, paths, where));
        } finally {
            for (Piece piece : batch) {
                staging.forget(piece.table().file());
            }
        }
    }

    private static String select(
            Reads read, Kept table, List<Piece> batch, Map<String, String> paths, String where)
            throws TableSql.Unreadable {
        String rows =
                switch (read.use().relation()) {
                    case CatalogTable of ->
                            new TableSql(of, table.columns())
                                    .of(
                                            batch.stream()
                                                    .map(piece ->
                                                            new TableSql.Part(
                                                                    piece.table(),
                                                                    paths,
                                                                    piece.first()))
                                                    .toList());
                    case Table _ ->
                            TableSql.files(
                                    batch.stream()
                                            .map(piece ->
                                                    String.valueOf(
                                                            paths.get(piece.table().file().id())))
                                            .toList());
                    case RuledTable _, CatalogView _ ->
                            throw new IllegalStateException("it is not read in batches");
                };
        String columns =
                table.columns().stream().map(TableSql::name).collect(Collectors.joining(", "));
        return "SELECT %s FROM (%s) AS domicile_b WHERE %s"
                .formatted(columns.isEmpty() ? "1 AS domicile_0" : columns, rows, where);
    }

    private interface Staged {
        String path() throws IOException;
    }

    /** Where other sessions hold what is left, theirs go soon, if they are batches too. */
    private String patiently(Staged staged) throws IOException {
        long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
        while (true) {
            try {
                return staged.path();
            } catch (Staging.Full e) {
                if (!e.others() || staging.alone() || System.nanoTime() > end) {
                    throw e;
                }
                if (stopped.getAsBoolean()) {
                    throw new Staging.Cancelled();
                }
            }
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw new Staging.Cancelled();
            }
        }
    }
}
