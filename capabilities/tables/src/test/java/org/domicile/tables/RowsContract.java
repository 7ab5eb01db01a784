package org.domicile.tables;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.TableUtil;
import org.domicile.request.Append;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Pending;
import org.domicile.request.Request;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link Tables} promises of rows that come and go. */
@Timeout(60)
abstract class RowsContract {
    static final NamespaceName TRAVEL = NamespaceName.of("travel");
    static final TableName FLIGHTS = new TableName(TRAVEL, "flights");

    final MemoryWarehouse warehouse = new MemoryWarehouse("city");
    Tables tables;

    abstract Tables open();

    @BeforeEach
    void begin() {
        tables = open();
        tables.create(request(), warehouse, new NewNamespace(TRAVEL, Map.of()), Once.NOT);
    }

    static Request request() {
        return new Request(
                "r",
                new Caller.Program("system:test", "p"),
                "test",
                "home",
                "",
                Instant.EPOCH,
                Instant.MAX,
                Optional.empty());
    }

    /** Counts what is committed with it. */
    static final class Recorded implements Pending {
        final List<Outcome> outcomes = new ArrayList<>();
        int committed;

        @Override
        public List<Append> take(Outcome outcome) {
            outcomes.add(outcome);
            return List.of(new Append("log", new byte[] {1}, new byte[0]));
        }

        @Override
        public void committed(List<Long> indices) {
            committed++;
        }
    }

    private static Field plain(String name, String word, Scan.Presence presence) {
        return new Field(
                0,
                name,
                List.of(name),
                new Field.Form.Plain(word),
                presence,
                new Field.Initial.None(),
                "");
    }

    static NewTable wanted() {
        return NewTable.of(
                FLIGHTS.name(),
                List.of(
                        plain("n", "long", Scan.Presence.REQUIRED),
                        plain("place", "string", Scan.Presence.OPTIONAL)),
                Map.of());
    }

    Loaded made() {
        return tables.create(request(), warehouse, FLIGHTS, wanted(), Once.NOT);
    }

    private static byte[] number(long number) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array();
    }

    /** A file of two row groups, whose rows are numbered. */
    NewFile file(String id, String name, long from, long to) {
        return file(warehouse, id, name, from, to);
    }

    /** The same in a warehouse. */
    static NewFile file(MemoryWarehouse warehouse, String id, String name, long from, long to) {
        warehouse.write(id + "/data/" + name, new byte[100]);
        long half = (to - from + 1) / 2;
        return new NewFile(
                id + "/data/" + name,
                100,
                to - from + 1,
                0,
                List.of(),
                List.of(
                        new NewFile.Measured(
                                1,
                                NewFile.Stored.INT64,
                                List.of(
                                        new NewFile.Group(
                                                10, half, 0, number(from + half), number(to)),
                                        new NewFile.Group(
                                                10,
                                                to - from + 1 - half,
                                                0,
                                                number(from),
                                                number(from + half)))),
                        new NewFile.Measured(
                                2,
                                NewFile.Stored.BYTE_ARRAY,
                                List.of(
                                        new NewFile.Group(
                                                10,
                                                to - from + 1,
                                                1,
                                                "Aix".getBytes(StandardCharsets.UTF_8),
                                                "Zwettl an der Rodl"
                                                        .getBytes(StandardCharsets.UTF_8))))),
                List.of(4L));
    }

    static FilesChange change(String id, FilesChange.What what, NewFile... files) {
        return new FilesChange(
                FLIGHTS, id, what, List.of(files), Map.of("k", "v"), UnaryOperator.identity());
    }

    static FilesChange append(String id, NewFile... files) {
        return change(id, new FilesChange.Append(Map.of()), files);
    }

    Scan scan(Filter filter) {
        Loaded loaded = tables.load(warehouse, Kind.TABLE, FLIGHTS);
        return tables.scan(warehouse, loaded, new Moment.Now(), filter, List.of());
    }

    /** Names of the files that hold its rows. */
    TreeSet<String> files() {
        TreeSet<String> names = new TreeSet<>();
        scan(new Filter.All())
                .files()
                .forEach(
                        each -> names.add(each.name().substring(each.name().lastIndexOf('/') + 1)));
        return names;
    }

    private long metadataFiles() {
        return warehouse.files.keySet().stream()
                .filter(each -> each.contains("/metadata/"))
                .count();
    }

    @Test
    void rowsComeInWithTheirRecord() {
        String id = made().id();
        Recorded record = new Recorded();
        tables.commit(request().carrying(record), warehouse, append(id, file(id, "a", 1, 10)));
        assertEquals(1, record.committed);
        assertEquals(Outcome.DONE, record.outcomes.getLast());
        tables.commit(request(), warehouse, append(id, file(id, "b", 11, 20)));
        assertEquals(new TreeSet<>(List.of("a", "b")), files());
        Scan.DataFile first = scan(new Filter.All()).files().getFirst();
        assertEquals("PARQUET", first.format());
        assertEquals(10, first.records());
        assertEquals(100, first.size());
    }

    /** Bounds are those of all row groups, so a file is left out when it has none of the rows. */
    @Test
    void whatAFileSaysOfItselfLeavesItOut() {
        String id = made().id();
        tables.commit(
                request(),
                warehouse,
                append(id, file(id, "a", 1, 10), file(id, "b", 11, 20), file(id, "c", 21, 30)));
        for (long n : new long[] {11, 15, 16, 20}) {
            Filter filter =
                    new Filter.Compare("n", Filter.Operator.EQUAL, new Filter.Value.Whole(n));
            assertEquals("b", last(scan(filter)), "n = " + n);
        }
        Filter beyond =
                new Filter.Compare("n", Filter.Operator.GREATER, new Filter.Value.Whole(30));
        assertEquals(List.of(), scan(beyond).files());
        // a text that is cut is still a bound
        Filter place =
                new Filter.Compare(
                        "place",
                        Filter.Operator.EQUAL,
                        new Filter.Value.Text("Zwettl an der Rodl"));
        assertEquals(3, scan(place).files().size());
        Filter nowhere =
                new Filter.Compare("place", Filter.Operator.GREATER, new Filter.Value.Text("Zwf"));
        assertEquals(List.of(), scan(nowhere).files());
        assertEquals(List.of(), scan(new Filter.StartsWith("place", "Zwf")).files());
        assertEquals(3, scan(new Filter.StartsWith("place", "Zwett")).files().size());
        assertEquals(3, scan(new Filter.StartsWith("n", "9")).files().size(), "n is no text");
    }

    private static String last(Scan scan) {
        assertEquals(1, scan.files().size());
        String name = scan.files().getFirst().name();
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private Loaded partitioned(NewTable.Part... parts) {
        NewTable table =
                NewTable.of(
                        FLIGHTS.name(),
                        List.of(
                                plain("n", "long", Scan.Presence.REQUIRED),
                                plain("place", "string", Scan.Presence.OPTIONAL)),
                        List.of(parts),
                        Map.of());
        return tables.create(request(), warehouse, FLIGHTS, table, Once.NOT);
    }

    private NewFile of(NewFile file, Loaded table, NewFile.Value... partition) {
        return new NewFile(
                file.name(),
                file.size(),
                file.rows(),
                tables.spread(table).spec(),
                List.of(partition),
                file.columns(),
                file.offsets());
    }

    private static NewFile.Value text(String text) {
        return new NewFile.Value.Text(text);
    }

    private static final NewFile.Value NONE = new NewFile.Value.None();

    @Test
    void aFileIsOfOnePartition() {
        Loaded table = partitioned(new NewTable.Part("n", NewTable.By.TRUNCATE, 10));
        String id = table.id();
        tables.commit(
                request(),
                warehouse,
                append(
                        id,
                        of(file(id, "a", 10, 19), table, text("10")),
                        of(file(id, "b", -10, -1), table, text("-10"))));
        Filter filter = new Filter.Compare("n", Filter.Operator.EQUAL, new Filter.Value.Whole(-3));
        assertEquals("b", last(scan(filter)));
        assertEquals(Map.of("n_trunc", "-10"), scan(filter).files().getFirst().partition());
    }

    /** A file whose footer says otherwise is no table's. */
    @Test
    void aFileOfOtherPartitionsIsRefused() {
        Loaded table =
                partitioned(
                        new NewTable.Part("n", NewTable.By.TRUNCATE, 10),
                        new NewTable.Part("place", NewTable.By.BUCKET, 4));
        String id = table.id();
        long before = metadataFiles();
        for (List<NewFile.Value> wrong :
                List.of(
                        List.of(text("20"), text("1")), // another one
                        List.of(NONE, text("1")), // it has no nulls
                        List.of(text("10"), text("1")), // its places have one
                        List.of(text("1x"), text("1")))) {
            NewFile file = of(file(id, "a", 10, 19), table, wrong.toArray(NewFile.Value[]::new));
            Recorded record = new Recorded();
            assertEquals(
                    Refusal.Kind.UNPROCESSABLE,
                    refused(() ->
                            tables.commit(request().carrying(record), warehouse, append(id, file))),
                    wrong::toString);
            assertEquals(1, record.committed);
        }
        // of two
        Loaded simple = tables.load(warehouse, Kind.TABLE, FLIGHTS);
        NewFile two = of(file(id, "a", 10, 20), simple, text("10"), NONE);
        assertEquals(
                Refusal.Kind.UNPROCESSABLE,
                refused(() -> tables.commit(request(), warehouse, append(id, two))));
        assertEquals(before, metadataFiles(), "nothing of it is left");
        assertEquals(new TreeSet<>(), files());
    }

    @Test
    void noRowsAreNoSnapshot() {
        Loaded before = made();
        Recorded record = new Recorded();
        Loaded after = tables.commit(request().carrying(record), warehouse, append(before.id()));
        assertEquals(before.metadataLocation(), after.metadataLocation());
        assertEquals(1, record.committed);
    }

    @Test
    void aTableIsMadeWithItsRows() {
        String id = tables.fresh();
        Loaded draft = tables.drafted(warehouse, id, FLIGHTS, wanted());
        Shape shape = tables.shape(warehouse, draft, new Moment.Now());
        assertEquals(List.of(1, 2), shape.columns().stream().map(Field::id).toList());
        Recorded record = new Recorded();
        Loaded made =
                tables.create(
                        request().carrying(record),
                        warehouse,
                        id,
                        wanted(),
                        append(id, file(id, "a", 1, 10)));
        assertEquals(id, made.id());
        assertEquals(1, record.committed);
        assertEquals(new TreeSet<>(List.of("a")), files());
        assertEquals(
                Refusal.Kind.ALREADY_EXISTS,
                refused(() ->
                        tables.create(request(), warehouse, tables.fresh(), wanted(), append(id))));
    }

    private static Refusal.Kind refused(Runnable call) {
        return assertThrows(Refusal.class, call::run).kind();
    }

    @Test
    void filesGiveWayToOthers() {
        String id = made().id();
        tables.commit(
                request(), warehouse, append(id, file(id, "a", 1, 10), file(id, "b", 11, 20)));
        long read = scan(new Filter.All()).snapshot();
        tables.commit(
                request(),
                warehouse,
                change(
                        id,
                        new FilesChange.Replace(read, List.of(id + "/data/a")),
                        file(id, "a2", 1, 9)));
        assertEquals(new TreeSet<>(List.of("a2", "b")), files());
    }

    /** What was read has to be as it was: neither may the file be gone, nor may rows have come. */
    @Test
    void whatReplacesLosesToWhatChangedMeanwhile() {
        String id = made().id();
        tables.commit(
                request(), warehouse, append(id, file(id, "a", 1, 10), file(id, "b", 11, 20)));
        long read = scan(new Filter.All()).snapshot();
        FilesChange.Replace replace = new FilesChange.Replace(read, List.of(id + "/data/a"));
        tables.commit(request(), warehouse, append(id, file(id, "c", 21, 30)));
        long before = metadataFiles();
        Recorded record = new Recorded();
        assertEquals(
                Refusal.Kind.COMMIT_FAILED,
                refused(() ->
                        tables.commit(
                                request().carrying(record),
                                warehouse,
                                change(id, replace, file(id, "a2", 1, 9)))));
        assertEquals(1, record.committed);
        assertEquals(Outcome.CONFLICT, record.outcomes.getLast());
        assertEquals(before, metadataFiles(), "nothing of it is left");
        assertEquals(new TreeSet<>(List.of("a", "b", "c")), files());
        // and the same where the file itself is gone
        long now = scan(new Filter.All()).snapshot();
        FilesChange.Replace other = new FilesChange.Replace(now, List.of(id + "/data/a"));
        tables.commit(request(), warehouse, change(id, other, file(id, "a3", 1, 8)));
        assertEquals(
                Refusal.Kind.COMMIT_FAILED,
                refused(() ->
                        tables.commit(
                                request(), warehouse, change(id, other, file(id, "a4", 1, 7)))));
        assertEquals(new TreeSet<>(List.of("a3", "b", "c")), files());
    }

    /** The same rows in other files: what came meanwhile stays beside them. */
    @Test
    void whatIsWrittenAnewStandsBesideWhatCame() {
        String id = made().id();
        tables.commit(
                request(), warehouse, append(id, file(id, "a", 1, 10), file(id, "b", 11, 20)));
        long read = scan(new Filter.All()).snapshot();
        tables.commit(request(), warehouse, append(id, file(id, "c", 21, 30)));
        FilesChange.Rewrite both =
                new FilesChange.Rewrite(read, List.of(id + "/data/a", id + "/data/b"));
        tables.commit(request(), warehouse, change(id, both, file(id, "ab", 1, 20)));
        assertEquals(new TreeSet<>(List.of("ab", "c")), files());
        // and not where one of them is gone
        long before = metadataFiles();
        assertEquals(
                Refusal.Kind.COMMIT_FAILED,
                refused(() ->
                        tables.commit(
                                request(), warehouse, change(id, both, file(id, "ab2", 1, 20)))));
        assertEquals(before, metadataFiles(), "nothing of it is left");
        assertEquals(new TreeSet<>(List.of("ab", "c")), files());
        // all rows of a file may have been deleted ones
        long now = scan(new Filter.All()).snapshot();
        tables.commit(
                request(),
                warehouse,
                change(id, new FilesChange.Rewrite(now, List.of(id + "/data/c"))));
        assertEquals(new TreeSet<>(List.of("ab")), files());
    }

    /** A delete of rows, as other engines write it: the file itself is nothing that is opened. */
    private static DeleteFile delete(BaseTable table, String name, String of) {
        String location = table.location() + "/data/";
        if (TableUtil.formatVersion(table) > 2) {
            return FileMetadata.deleteFileBuilder(table.spec())
                    .ofPositionDeletes()
                    .withPath(location + name)
                    .withFormat(FileFormat.PUFFIN)
                    .withFileSizeInBytes(60)
                    .withReferencedDataFile(location + of)
                    .withContentOffset(4)
                    .withContentSizeInBytes(42)
                    .withRecordCount(1)
                    .build();
        }
        return FileMetadata.deleteFileBuilder(table.spec())
                .ofPositionDeletes()
                .withPath(location + name)
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(60)
                .withReferencedDataFile(location + of)
                .withRecordCount(1)
                .build();
    }

    /** The files of deletes that the table has, whether they apply to anything or not. */
    private static TreeSet<String> deletes(BaseTable table) {
        table.refresh();
        TreeSet<String> names = new TreeSet<>();
        for (ManifestFile each : table.currentSnapshot().deleteManifests(table.io())) {
            try (ManifestReader<DeleteFile> files =
                    ManifestFiles.readDeleteManifest(each, table.io(), table.specs())) {
                files.forEach(file ->
                        names.add(file.location().substring(file.location().lastIndexOf('/') + 1)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return names;
    }

    private static void commit(BaseTable table, DeleteFile... deletes) {
        table.refresh();
        RowDelta delta = table.newRowDelta();
        for (DeleteFile each : deletes) {
            delta.addDeletes(each);
        }
        delta.commit();
    }

    /**
     * Deletes go with the last file that they apply to. Iceberg 1.11 keeps them: of position
     * deletes those that are not older than all rows of the table, of deletion vectors all but
     * those of one manifest. `proof iceberg` found both after a compaction.
     */
    @ParameterizedTest
    @ValueSource(strings = {"2", "3"})
    void deletesGoWithTheirFiles(String format) {
        String id = made().id();
        BaseTable table = LibraryTable.of(tables, warehouse, FLIGHTS);
        table.updateProperties().set("format-version", format).commit();
        for (String name : List.of("a", "b", "c", "d")) {
            tables.commit(request(), warehouse, append(id, file(id, name, 1, 10)));
        }
        for (String name : List.of("a", "b", "c", "d")) {
            commit(table, delete(table, name + "-gone", name));
        }
        assertEquals(
                new TreeSet<>(List.of("a-gone", "b-gone", "c-gone", "d-gone")), deletes(table));
        long read = scan(new Filter.All()).snapshot();
        tables.commit(
                request(),
                warehouse,
                change(
                        id,
                        new FilesChange.Rewrite(read, List.of(id + "/data/b", id + "/data/c")),
                        file(id, "bc", 1, 18)));
        assertEquals(new TreeSet<>(List.of("a-gone", "d-gone")), deletes(table));
        assertEquals(new TreeSet<>(List.of("a", "bc", "d")), files());
        long now = scan(new Filter.All()).snapshot();
        tables.commit(
                request(),
                warehouse,
                change(
                        id,
                        new FilesChange.Replace(now, List.of(id + "/data/d")),
                        file(id, "d2", 1, 8)));
        assertEquals(new TreeSet<>(List.of("a-gone")), deletes(table));
    }

    /** Deletes by value stay for as long as one file is older than they are. */
    @Test
    void deletesByValueGoWithTheLastOlderFile() {
        String id = made().id();
        BaseTable table = LibraryTable.of(tables, warehouse, FLIGHTS);
        tables.commit(request(), warehouse, append(id, file(id, "a", 1, 10), file(id, "b", 1, 10)));
        commit(
                table,
                FileMetadata.deleteFileBuilder(table.spec())
                        .ofEqualityDeletes(1)
                        .withPath(table.location() + "/data/equal")
                        .withFormat(FileFormat.PARQUET)
                        .withFileSizeInBytes(60)
                        .withRecordCount(1)
                        .build());
        commit(table, delete(table, "a-gone", "a"));
        tables.commit(request(), warehouse, append(id, file(id, "c", 1, 10)));
        long read = scan(new Filter.All()).snapshot();
        tables.commit(
                request(),
                warehouse,
                change(
                        id,
                        new FilesChange.Rewrite(read, List.of(id + "/data/a")),
                        file(id, "a2", 1, 9)));
        assertEquals(new TreeSet<>(List.of("equal")), deletes(table));
        // what came since the snapshot that is rewritten is the table's too
        long now = scan(new Filter.All()).snapshot();
        commit(table, delete(table, "c-gone", "c"));
        tables.commit(
                request(),
                warehouse,
                change(
                        id,
                        new FilesChange.Rewrite(now, List.of(id + "/data/b")),
                        file(id, "b2", 1, 9)));
        assertEquals(new TreeSet<>(List.of("c-gone")), deletes(table));
    }

    @Test
    void aTableIsEmptied() {
        String id = made().id();
        tables.commit(request(), warehouse, change(id, new FilesChange.Truncate()));
        tables.commit(request(), warehouse, append(id, file(id, "a", 1, 10)));
        tables.commit(request(), warehouse, change(id, new FilesChange.Truncate()));
        assertEquals(new TreeSet<>(), files());
        tables.commit(request(), warehouse, append(id, file(id, "b", 1, 10)));
        tables.commit(
                request(), warehouse, change(id, new FilesChange.Truncate(), file(id, "c", 1, 10)));
        assertEquals(new TreeSet<>(List.of("c")), files());
    }

    @Test
    void anotherTableOfTheNameIsAnother() {
        String id = made().id();
        tables.drop(request(), warehouse, Kind.TABLE, FLIGHTS, Tables.Files.GO, Once.NOT);
        assertEquals(
                Refusal.Kind.NO_SUCH_TABLE,
                refused(() ->
                        tables.commit(request(), warehouse, append(id, file(id, "a", 1, 10)))));
        made();
        assertEquals(
                Refusal.Kind.COMMIT_FAILED,
                refused(() ->
                        tables.commit(request(), warehouse, append(id, file(id, "a", 1, 10)))));
    }

    private FilesChange fed(TableName table, String id, String before, String after, String file) {
        return new FilesChange(
                table,
                id,
                new FilesChange.Feed(before, after),
                List.of(file(id, file, 1, 10)),
                Map.of(),
                UnaryOperator.identity());
    }

    /** Rows of two tables come with one record, or none of them. */
    @Test
    void twoTablesGetTheirRowsTogether() {
        TableName other = new TableName(TRAVEL, "delays");
        String id = made().id();
        String otherId = tables.create(request(), warehouse, other, wanted(), Once.NOT).id();
        Recorded record = new Recorded();
        List<Loaded> done =
                tables.commit(
                        request().carrying(record),
                        warehouse,
                        List.of(
                                fed(FLIGHTS, id, "", "log 0:1", "a"),
                                fed(other, otherId, "", "log 0:1", "b")));
        assertEquals(1, record.committed);
        assertEquals(List.of(id, otherId), done.stream().map(Loaded::id).toList());
        long before = metadataFiles();
        // the second is not where it was thought to be
        assertEquals(
                Refusal.Kind.COMMIT_FAILED,
                refused(() ->
                        tables.commit(
                                request(),
                                warehouse,
                                List.of(
                                        fed(FLIGHTS, id, "log 0:1", "log 0:2", "c"),
                                        fed(other, otherId, "log 0:7", "log 0:8", "d")))));
        assertEquals(new TreeSet<>(List.of("a")), files());
        assertEquals("log 0:1", tables.fed(warehouse, id));
        assertEquals("log 0:1", tables.fed(warehouse, otherId));
        assertEquals(before, metadataFiles());
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        tables.commit(
                                request(),
                                warehouse,
                                List.of(
                                        fed(FLIGHTS, id, "log 0:1", "log 0:2", "e"),
                                        fed(FLIGHTS, id, "log 0:2", "log 0:3", "f"))));
    }

    /** What was committed already is not committed again, whatever came since. */
    @Test
    void whatIsThereAlreadyDoesNotComeTwice() {
        String id = made().id();
        FilesChange.Append once = new FilesChange.Append(Map.of("load", "x", "part", "1"));
        for (int i = 0; i < 2; i++) {
            tables.commit(
                    request(),
                    warehouse,
                    new FilesChange(
                            FLIGHTS,
                            id,
                            once,
                            List.of(file(id, "a" + i, 1, 10)),
                            Map.of("load", "x", "part", "1"),
                            UnaryOperator.identity()));
            tables.commit(request(), warehouse, append(id, file(id, "other" + i, 1, 10)));
        }
        assertEquals(new TreeSet<>(List.of("a0", "other0", "other1")), files());
    }

    private void load(String id, String part, String file) {
        Map<String, String> name = Map.of("load", "x", "part", part);
        tables.commit(
                request(),
                warehouse,
                new FilesChange(
                        FLIGHTS,
                        id,
                        new FilesChange.Append(name),
                        List.of(file(id, file, 1, 10)),
                        name,
                        UnaryOperator.identity()));
    }

    private boolean came(String part) {
        return tables.committed(
                warehouse,
                tables.load(warehouse, Kind.TABLE, FLIGHTS),
                Map.of("load", "x", "part", part));
    }

    private void expire() {
        tables.upkeep()
                .expire(
                        request(),
                        warehouse,
                        FLIGHTS,
                        new TableUpkeep.Ending.Asked(
                                Instant.now().plusSeconds(3_600),
                                1,
                                Instant.now().plusSeconds(3_600)),
                        Once.NOT);
    }

    /** A snapshot ends, and what it brought is there all the same. */
    @Test
    void whatCameDoesNotComeTwiceWhenItsSnapshotEnded() {
        String id = made().id();
        assertEquals(false, came("1"));
        load(id, "1", "a");
        load(id, "2", "b");
        expire();
        assertEquals(
                1,
                ((LoadedTable) tables.load(warehouse, Kind.TABLE, FLIGHTS))
                        .metadata()
                        .snapshots()
                        .size());
        assertEquals(true, came("1"));
        load(id, "1", "again");
        assertEquals(new TreeSet<>(List.of("a", "b")), files());
        load(id, "3", "c");
        assertEquals(new TreeSet<>(List.of("a", "b", "c")), files());
    }

    /** Who rolls a table back to before a load and loads again wants its rows. */
    @Test
    void whatWasRolledBackComesAgain() {
        String id = made().id();
        load(id, "1", "a");
        long first = scan(new Filter.All()).snapshot();
        load(id, "2", "b");
        long second = scan(new Filter.All()).snapshot();
        back(first);
        assertEquals(new TreeSet<>(List.of("a")), files());
        assertEquals(false, came("2"));
        load(id, "2", "b2");
        assertEquals(new TreeSet<>(List.of("a", "b2")), files());
        // also where the one that was left behind ended
        back(second);
        back(first);
        expire();
        load(id, "3", "c");
        assertEquals(true, came("1"));
        assertEquals(false, came("2"));
        load(id, "2", "b3");
        assertEquals(new TreeSet<>(List.of("a", "c", "b3")), files());
    }

    private void back(long snapshot) {
        tables.commit(
                request(),
                warehouse,
                List.of(
                        TableChange.parse(
                                FLIGHTS,
                                """
                                {"requirements":[],"updates":[{"action":"set-snapshot-ref","ref-name":"main",
                                "type":"branch","snapshot-id":%d}]}\
                                """
                                        .formatted(snapshot))),
                Once.NOT);
    }

    @Test
    void whatIsKeptWithATableGoesWithIt() {
        String id = made().id();
        assertArrayEquals(new byte[0], tables.carried(warehouse, id));
        for (int i = 1; i <= 2; i++) {
            byte next = (byte) i;
            tables.commit(
                    request(),
                    warehouse,
                    new FilesChange(
                            FLIGHTS,
                            id,
                            new FilesChange.Append(Map.of()),
                            List.of(),
                            Map.of(),
                            before -> {
                                byte[] after = java.util.Arrays.copyOf(before, before.length + 1);
                                after[before.length] = next;
                                return after;
                            }));
        }
        assertArrayEquals(new byte[] {1, 2}, tables.carried(warehouse, id));
        tables.drop(request(), warehouse, Kind.TABLE, FLIGHTS, Tables.Files.GO, Once.NOT);
        assertArrayEquals(new byte[0], tables.carried(warehouse, id));
    }

    /** Appends never lose to each other, and each stands with its record. */
    @Test
    void manyComeAtOnce() throws Exception {
        String id = made().id();
        int writers = 8;
        int each = 5;
        List<Future<Integer>> done = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int writer = 0; writer < writers; writer++) {
                int number = writer;
                done.add(
                        threads.submit(() -> {
                            int committed = 0;
                            for (int i = 0; i < each; i++) {
                                Recorded record = new Recorded();
                                tables.commit(
                                        request().carrying(record),
                                        warehouse,
                                        append(id, file(id, "f" + number + "-" + i, 1, 10)));
                                committed += record.committed;
                            }
                            return committed;
                        }));
            }
            for (Future<Integer> one : done) {
                assertEquals(each, one.get());
            }
        }
        assertEquals(writers * each, files().size());
    }

    /** Of two who replace one file, one wins. */
    @Test
    void ofTwoWhoReplaceOneFileOneWins() throws Exception {
        String id = made().id();
        tables.commit(request(), warehouse, append(id, file(id, "a", 1, 10)));
        for (int round = 0; round < 5; round++) {
            Scan scan = scan(new Filter.All());
            String name = scan.files().getFirst().name();
            int number = round;
            List<Future<Boolean>> done = new ArrayList<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 2; i++) {
                    NewFile next = file(id, "r" + number + "-" + i, 1, 10);
                    done.add(
                            threads.submit(() -> {
                                try {
                                    tables.commit(
                                            request(),
                                            warehouse,
                                            change(
                                                    id,
                                                    new FilesChange.Replace(
                                                            scan.snapshot(), List.of(name)),
                                                    next));
                                    return true;
                                } catch (Refusal e) {
                                    assertEquals(Refusal.Kind.COMMIT_FAILED, e.kind());
                                    return false;
                                }
                            }));
                }
                int won = 0;
                for (Future<Boolean> one : done) {
                    won += one.get() ? 1 : 0;
                }
                assertEquals(1, won);
            }
            assertEquals(1, files().size());
        }
    }

    @Test
    void columnsChange() {
        made();
        Loaded loaded = tables.load(warehouse, Kind.TABLE, FLIGHTS);
        List<TableChange> changes =
                List.of(
                        TableChange.of(
                                FLIGHTS,
                                loaded,
                                new ColumnChange.Add(
                                        plain("late", "int", Scan.Presence.OPTIONAL))));
        tables.commit(request(), warehouse, changes, Once.NOT);
        assertEquals(
                Refusal.Kind.COMMIT_FAILED,
                refused(() -> tables.commit(request(), warehouse, changes, Once.NOT)));
        alter(new ColumnChange.Widen("late", "long"));
        alter(new ColumnChange.Rename("late", "delay"));
        alter(new ColumnChange.Relax("n"));
        alter(new ColumnChange.Drop("place"));
        // the columns are what they were before: no schema is added, and that was refused
        alter(new ColumnChange.Add(plain("more", "int", Scan.Presence.OPTIONAL)));
        alter(new ColumnChange.Drop("more"));
        Shape shape =
                tables.shape(
                        warehouse, tables.load(warehouse, Kind.TABLE, FLIGHTS), new Moment.Now());
        assertEquals(List.of("n", "delay"), shape.columns().stream().map(Field::name).toList());
        assertEquals(new Field.Form.Plain("long"), shape.columns().getLast().form());
        assertEquals(3, shape.columns().getLast().id());
        assertTrue(
                shape.columns().stream()
                        .allMatch(each -> each.presence() == Scan.Presence.OPTIONAL));
    }

    private void alter(ColumnChange change) {
        tables.commit(
                request(),
                warehouse,
                List.of(
                        TableChange.of(
                                FLIGHTS, tables.load(warehouse, Kind.TABLE, FLIGHTS), change)),
                Once.NOT);
    }
}
