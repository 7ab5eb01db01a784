package org.domicile.query;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sessions without an engine, in this process: they know {@code select COLUMN from 'PLACE'} and
 * {@code select 1}, do with {@link Sources} all that any session does, and answer one text: the
 * column's bytes as they lie in the files.
 */
public final class ReadingQueries implements Queries {
    private static final Pattern KNOWN = Pattern.compile("select (\\w+)(?: from '([^']+)')?");

    private final LimitTable limits;
    private int open;

    /** Where nobody has limits of its own. */
    public ReadingQueries() {
        this(LimitTable.none());
    }

    /** Where organisations may. */
    public ReadingQueries(LimitTable limits) {
        this.limits = limits;
    }

    @Override
    public LimitTable limits() {
        return limits;
    }

    @Override
    public Answer<Session> begin(String organisation, String zone) {
        open++;
        return Answer.of(new Reader());
    }

    @Override
    public Standing standing() {
        return new Standing(List.of(), List.of(), open, 0, 0);
    }

    @Override
    public void close() {}

    private final class Reader implements Session {
        private boolean closed;

        private Answer<Matcher> parse(String sql) {
            Matcher matcher = KNOWN.matcher(sql);
            return matcher.matches()
                    ? Answer.of(matcher)
                    : Answer.failed(Failure.SYNTAX, "not known here: " + sql);
        }

        /** Files that a name means. @param place on record @param rules that hold */
        private record Meant(String place, List<DataFile> files, String rules) {}

        private static Answer<List<Meant>> tables(Matcher matcher, Sources sources) {
            return matcher.group(2) == null
                    ? Answer.of(List.of())
                    : sources.resolve(name(matcher), At.NOW, List.of())
                            .then(relation -> meant(relation, sources))
                            .then(meant -> Answer.of(List.of(meant)));
        }

        private static TableName name(Matcher matcher) {
            String text = matcher.group(2);
            return new TableName(
                    text.contains("/") ? List.of(text) : List.of(text.split("\\.", -1)));
        }

        private static Answer<Meant> meant(Relation relation, Sources sources) {
            return switch (relation) {
                case Table table ->
                        Answer.of(new Meant(table.files().getFirst().place(), table.files(), ""));
                case CatalogTable table ->
                        sources.files(table, Wanted.ALL)
                                .then(files ->
                                        Answer.of(
                                                new Meant(
                                                        table.name(),
                                                        files.stream()
                                                                .map(TableFile::file)
                                                                .toList(),
                                                        "")));
                case RuledTable ruled ->
                        meant(ruled.table(), sources)
                                .then(all ->
                                        Answer.of(
                                                new Meant(all.place(), all.files(), ruled.told())));
                case CatalogView view -> Answer.failed(Failure.NOT_HERE, "a view: " + view.sql());
            };
        }

        @Override
        public Answer<Prepared> prepare(String sql, Sources sources) {
            return parse(sql)
                    .then(matcher ->
                            tables(matcher, sources)
                                    .then(tables ->
                                            Answer.of(
                                                    new Prepared(
                                                            sql,
                                                            Kind.SELECT,
                                                            List.of(),
                                                            columns(matcher),
                                                            List.of()))));
        }

        private static List<Column> columns(Matcher matcher) {
            return List.of(new Column(matcher.group(1), Type.Simple.VARCHAR));
        }

        @Override
        public Answer<Rows> run(String sql, List<Value> parameters, Sources sources) {
            return parse(sql)
                    .then(matcher ->
                            tables(matcher, sources)
                                    .then(tables -> read(sql, matcher, tables, sources)));
        }

        private Answer<Rows> read(
                String sql, Matcher matcher, List<Meant> tables, Sources sources) {
            List<String> columns = List.of(matcher.group(1));
            List<Plan.Scan> scans =
                    tables.stream()
                            .map(table ->
                                    new Plan.Scan(
                                            name(matcher),
                                            table.place(),
                                            table.files(),
                                            columns,
                                            table.files().stream()
                                                    .mapToLong(file -> file.footer().rows())
                                                    .sum(),
                                            table.files().stream()
                                                    .mapToLong(file -> file.footer().bytes(columns))
                                                    .sum(),
                                            table.rules()))
                            .toList();
            return sources.open(new Plan(Kind.SELECT, sql, scans))
                    .then(reading -> {
                        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                        try (reading) {
                            for (Meant table : tables) {
                                for (DataFile file : table.files()) {
                                    for (Footer.Chunk chunk : file.footer().chunks()) {
                                        reading.read(file, chunk.start(), chunk.length())
                                                .transferTo(bytes);
                                    }
                                }
                            }
                        } catch (IOException e) {
                            return Answer.failed(Failure.SYSTEM, String.valueOf(e));
                        }
                        return Answer.of(new One(columns(matcher), bytes.toByteArray()));
                    });
        }

        @Override
        public void cancel() {}

        @Override
        public boolean alive() {
            return !closed;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                open--;
            }
        }
    }

    /** One row. */
    private static final class One implements Rows {
        private final List<Column> columns;
        private final byte[] text;
        private boolean given;

        One(List<Column> columns, byte[] text) {
            this.columns = columns;
            this.text = text;
        }

        @Override
        public List<Column> columns() {
            return columns;
        }

        @Override
        public Answer<Optional<Batch>> next() {
            boolean more = !given;
            given = true;
            return Answer.of(
                    more
                            ? Optional.of(
                                    new Batch(
                                            1,
                                            List.of(
                                                    new Vector.Runs(
                                                            text,
                                                            new int[] {text.length},
                                                            new BitSet()))))
                            : Optional.empty());
        }

        @Override
        public void close() {}
    }

    /** A text as it lies. */
    public static String text(Batch batch) {
        return new String(
                ((Vector.Runs) batch.columns().getFirst()).bytes(), StandardCharsets.UTF_8);
    }
}
