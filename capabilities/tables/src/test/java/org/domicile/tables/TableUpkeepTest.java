package org.domicile.tables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.GenericBlobMetadata;
import org.apache.iceberg.GenericStatisticsFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.puffin.BlobMetadata;
import org.apache.iceberg.puffin.Puffin;
import org.apache.iceberg.puffin.PuffinReader;
import org.domicile.keyspace.Keyspace;
import org.domicile.tables.TableUpkeep.Ending;
import org.domicile.tables.TableUpkeep.Over;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link TableUpkeep} promises, on tables that Iceberg's own library wrote. */
class TableUpkeepTest {
    private static final NamespaceName TRAVEL = NamespaceName.of("travel");
    private static final TableName FLIGHTS = new TableName(TRAVEL, "flights");
    private static final Instant LATER = Instant.now().plus(Duration.ofDays(400));

    private final MemoryWarehouse warehouse = new MemoryWarehouse("city");
    private Tables tables;
    private BaseTable library;

    @BeforeEach
    void begin() {
        tables = Tables.open(Keyspace.inMemory(), InstantSource.system(), new Random(11));
        tables.create(
                TablesContract.request(), warehouse, new NewNamespace(TRAVEL, Map.of()), Once.NOT);
        library = made(FLIGHTS);
    }

    private BaseTable made(TableName name) {
        tables.create(
                TablesContract.request(),
                warehouse,
                name,
                NewTable.parse(
                        "{\"name\":\"%s\",\"schema\":{\"type\":\"struct\",\"schema-id\":0,\"fields\":[{\"id\":1,\"name\":\"n\",\"required\":false,\"type\":\"long\"}]},\"properties\":{\"format-version\":\"2\"}}"
                                .formatted(name.name())),
                Once.NOT);
        return LibraryTable.of(tables, warehouse, name);
    }

    private LoadedTable loaded() {
        return (LoadedTable) tables.load(warehouse, Kind.TABLE, FLIGHTS);
    }

    private DataFile file(String name, long bytes, long rows) {
        String location = library.location() + "/data/" + name;
        warehouse.files.put(location.substring(warehouse.bucket().length() + 6), new byte[] {1});
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath(location)
                .withFileSizeInBytes(bytes)
                .withRecordCount(rows)
                .withFormat("parquet")
                .build();
    }

    /** A snapshot with one file. */
    private long append(String name) {
        library.newFastAppend().appendFile(file(name, 100, 10)).commit();
        return library.currentSnapshot().snapshotId();
    }

    private void set(String... namesAndValues) {
        var update = library.updateProperties();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            update.set(namesAndValues[i], namesAndValues[i + 1]);
        }
        update.commit();
    }

    private List<Long> overByRules(Instant now) {
        return tables.upkeep().over(warehouse, loaded(), new Ending.ByRules(now)).snapshots();
    }

    private static List<Long> sorted(Long... ids) {
        List<Long> sorted = new ArrayList<>(List.of(ids));
        sorted.sort(null);
        return sorted;
    }

    // ---- counts of distinct values ----

    private StatisticsChange counts(long snapshot, Distinct... columns) {
        StatisticsChange.Puffin puffin =
                tables.upkeep().puffin(loaded(), snapshot, List.of(columns));
        String file = loaded().id() + "/metadata/" + snapshot + ".stats";
        warehouse.write(file, puffin.bytes());
        return new StatisticsChange(FLIGHTS, loaded().id(), snapshot, file, puffin);
    }

    private void count(long snapshot, long distinct) {
        Loaded _ =
                tables.upkeep()
                        .set(
                                TablesContract.request(),
                                warehouse,
                                counts(snapshot, new Distinct(1, distinct, new byte[] {7, 8})));
    }

    @Test
    void countsAreKeptAsIcebergsOwnReaderWantsThem() throws Exception {
        assertEquals(
                new TableUpkeep.Counted(-1, 0, 0, Set.of()), tables.upkeep().counted(loaded()));
        long a = append("a");
        assertEquals(
                new TableUpkeep.Counted(-1, Long.MAX_VALUE, 10, Set.of()),
                tables.upkeep().counted(loaded()));
        count(a, 9);
        assertEquals(
                new TableUpkeep.Counted(a, 0, 10, Set.of(1)), tables.upkeep().counted(loaded()));
        library.refresh();
        assertEquals(a, library.currentSnapshot().snapshotId(), "no snapshot is added");
        StatisticsFile file = library.statisticsFiles().getFirst();
        assertEquals(a, file.snapshotId());
        byte[] bytes =
                Optional.ofNullable(
                                warehouse.files.get(
                                        file.path().substring(warehouse.bucket().length() + 6)))
                        .orElseThrow();
        assertEquals(bytes.length, file.fileSizeInBytes());
        try (PuffinReader reader =
                Puffin.read(new InMemoryInputFile(bytes))
                        .withFileSize(file.fileSizeInBytes())
                        .withFooterSize(file.fileFooterSizeInBytes())
                        .build()) {
            BlobMetadata blob = reader.fileMetadata().blobs().getFirst();
            assertEquals("apache-datasketches-theta-v1", blob.type());
            assertEquals(List.of(1), blob.inputFields());
            assertEquals(a, blob.snapshotId());
            assertEquals(Map.of("ndv", "9"), blob.properties());
            assertEquals(
                    List.of(GenericBlobMetadata.from(blob)),
                    file.blobMetadata(),
                    "what the file says, the metadata say");
            assertEquals(
                    ByteBuffer.wrap(new byte[] {7, 8}),
                    reader.readAll(List.of(blob)).iterator().next().second());
        }
        assertTrue(
                tables.upkeep()
                        .referred(warehouse, loaded())
                        .has(loaded().id() + "/metadata/" + a + ".stats"));
        String told = tables.upkeep().inspect(warehouse, loaded()).answer(Map.of(), List.of());
        assertTrue(
                told.contains("\"current\":true,\"changed-rows\":0,\"bytes\":" + bytes.length)
                        && told.contains("\"columns\":[{\"id\":1,\"name\":\"n\",\"distinct\":9}]"),
                told);
    }

    @Test
    void howManyRowsChangedSinceIsKnown() {
        long a = append("a");
        count(a, 9);
        append("b");
        append("c");
        assertEquals(
                new TableUpkeep.Counted(a, 20, 30, Set.of(1)), tables.upkeep().counted(loaded()));
        library.newDelete().deleteFile(file("b", 100, 10)).commit();
        assertEquals(
                new TableUpkeep.Counted(a, 30, 20, Set.of(1)), tables.upkeep().counted(loaded()));
        library.newRewrite()
                .rewriteFiles(Set.of(file("c", 100, 10)), Set.of(file("d", 100, 10)))
                .commit();
        assertEquals(
                new TableUpkeep.Counted(a, 30, 20, Set.of(1)),
                tables.upkeep().counted(loaded()),
                "the same rows in other files");
        long d = library.currentSnapshot().snapshotId();
        count(d, 12);
        assertEquals(
                new TableUpkeep.Counted(d, 0, 20, Set.of(1)), tables.upkeep().counted(loaded()));
        library.refresh();
        library.manageSnapshots().rollbackTo(a).commit();
        assertEquals(
                new TableUpkeep.Counted(a, 0, 10, Set.of(1)),
                tables.upkeep().counted(loaded()),
                "of the branch alone");
    }

    /** As a rule of a table asks for it. */
    @Test
    void countsOfAColumnAreTakenAway() {
        long a = append("a");
        count(a, 9);
        library.refresh();
        count(append("b"), 10);
        String id = loaded().id();
        long version = loaded().version();
        Loaded _ =
                tables.upkeep().unset(TablesContract.request(), warehouse, FLIGHTS, id, Set.of(2));
        assertEquals(version, loaded().version(), "nobody counted that");
        Loaded _ =
                tables.upkeep()
                        .unset(TablesContract.request(), warehouse, FLIGHTS, id, Set.of(1, 2));
        assertEquals(List.of(), loaded().metadata().statisticsFiles());
        assertFalse(
                tables.upkeep()
                        .referred(warehouse, loaded())
                        .has(id + "/metadata/" + a + ".stats"));
    }

    @Test
    void countsOfWhatHasEndedOrIsCountedAreRefused() {
        long a = append("a");
        StatisticsChange late = counts(a, new Distinct(1, 9, new byte[] {7}));
        count(a, 10);
        assertEquals(Refusal.Kind.COMMIT_FAILED, refused(late), "somebody was earlier");
        long b = append("b");
        StatisticsChange ended = counts(b, new Distinct(1, 9, new byte[] {7}));
        append("c");
        library.refresh();
        library.expireSnapshots().expireSnapshotId(b).cleanExpiredFiles(false).commit();
        assertEquals(Refusal.Kind.COMMIT_FAILED, refused(ended));
        assertThrows(Refusal.class, () -> counts(b, new Distinct(1, 9, new byte[] {7})));
        StatisticsChange other =
                new StatisticsChange(FLIGHTS, "0".repeat(20), a, late.file(), late.puffin());
        assertEquals(Refusal.Kind.COMMIT_FAILED, refused(other), "another table of this name");
        assertEquals(1, loaded().metadata().statisticsFiles().size());
        library.expireSnapshots().expireSnapshotId(a).cleanExpiredFiles(false).commit();
        assertEquals(
                List.of(), loaded().metadata().statisticsFiles(), "they end with their snapshot");
        assertFalse(tables.upkeep().referred(warehouse, loaded()).has(late.file()));
    }

    /** A snapshot has one file of statistics: what another engine wrote stays its. */
    @Test
    void whatOthersSayOfTheCurrentSnapshotStands() {
        count(append("a"), 10);
        long b = append("b");
        assertEquals(10, tables.upkeep().counted(loaded()).changed());
        library.refresh();
        library.updateStatistics()
                .setStatistics(
                        new GenericStatisticsFile(
                                b,
                                library.location() + "/metadata/theirs.stats",
                                100,
                                40,
                                List.of()))
                .commit();
        assertEquals(
                new TableUpkeep.Counted(b, 0, 20, Set.of(1)), tables.upkeep().counted(loaded()));
        append("c");
        assertEquals(
                20, tables.upkeep().counted(loaded()).changed(), "it has no counts of what was");
    }

    private Refusal.Kind refused(StatisticsChange change) {
        return assertThrows(
                        Refusal.class,
                        () -> tables.upkeep().set(TablesContract.request(), warehouse, change))
                .kind();
    }

    // ---- which snapshots are over ----

    @Test
    void aTableThatSaysNothingKeepsEverything() {
        append("a");
        append("b");
        set("history.expire.min-snapshots-to-keep", "1");
        assertEquals(List.of(), overByRules(LATER));
    }

    @Test
    void whatIsOldEndsButForTheLastOfABranch() {
        long a = append("a");
        long b = append("b");
        long c = append("c");
        set("history.expire.max-snapshot-age-ms", "3600000");
        assertEquals(List.of(), overByRules(Instant.now()));
        assertEquals(sorted(a, b), overByRules(LATER));
        set("history.expire.min-snapshots-to-keep", "2");
        assertEquals(List.of(a), overByRules(LATER));
        set("gc.enabled", "false");
        assertEquals(List.of(), overByRules(LATER));
        assertTrue(c != a);
    }

    @Test
    void aNumberThatIsNoneEndsNothing() {
        append("a");
        append("b");
        set("history.expire.max-snapshot-age-ms", "a day");
        assertEquals(List.of(), overByRules(LATER));
    }

    @Test
    void tagsAndBranchesKeepTheirOwn() {
        long a = append("a");
        long b = append("b");
        long c = append("c");
        append("d");
        library.manageSnapshots()
                .createTag("kept", a)
                .createBranch("aside", c)
                .setMaxSnapshotAgeMs("aside", 1)
                .setMinSnapshotsToKeep("aside", 2)
                .createTag("short", b)
                .setMaxRefAgeMs("short", 1)
                .commit();
        set("history.expire.max-snapshot-age-ms", "3600000");
        Over over = tables.upkeep().over(warehouse, loaded(), new Ending.ByRules(LATER));
        // the branch keeps its two newest, c and b, though the tag of b is too old
        assertEquals(new Over(List.of(), List.of("short")), over);
        library.manageSnapshots().removeBranch("aside").commit();
        over = tables.upkeep().over(warehouse, loaded(), new Ending.ByRules(LATER));
        assertEquals(new Over(sorted(b, c), List.of("short")), over);
    }

    @Test
    void aSnapshotThatNothingNamesEndsWhenItIsOld() {
        append("a");
        library.newFastAppend().appendFile(file("aside", 1, 1)).stageOnly().commit();
        long staged =
                loaded().metadata().snapshots().stream()
                        .mapToLong(Snapshot::snapshotId)
                        .filter(id -> id != library.currentSnapshot().snapshotId())
                        .findFirst()
                        .orElseThrow();
        set("history.expire.max-snapshot-age-ms", "3600000");
        assertEquals(List.of(), overByRules(Instant.now()));
        assertEquals(List.of(staged), overByRules(LATER));
    }

    @Test
    void whoAsksKeepsAtLeastOne() {
        append("a");
        append("b");
        assertThrows(Refusal.class, () -> new Ending.Asked(LATER, 0, LATER));
        set("gc.enabled", "false");
        assertEquals(
                Refusal.Kind.INVALID,
                assertThrows(
                                Refusal.class,
                                () ->
                                        tables.upkeep()
                                                .over(
                                                        warehouse,
                                                        loaded(),
                                                        new Ending.Asked(LATER, 1, LATER)))
                        .kind());
    }

    // ---- ending them ----

    @Test
    void whatEndedIsGoneAndTheRestIsReadAsBefore() {
        long a = append("a");
        long b = append("b");
        library.manageSnapshots().createTag("old", a).setMaxRefAgeMs("old", 1).commit();
        Over over =
                tables.upkeep()
                        .expire(
                                TablesContract.request(),
                                warehouse,
                                FLIGHTS,
                                new Ending.Asked(LATER, 1, LATER),
                                Once.NOT);
        assertEquals(new Over(List.of(a), List.of("old")), over);
        assertEquals(
                List.of(b),
                loaded().metadata().snapshots().stream().map(Snapshot::snapshotId).toList());
        Scan scan = tables.scan(warehouse, loaded(), new Moment.Now(), new Filter.All(), List.of());
        assertEquals(2, scan.files().size(), "both files are b's");
        long version = loaded().version();
        assertEquals(
                Over.NOTHING,
                tables.upkeep()
                        .expire(
                                TablesContract.request(),
                                warehouse,
                                FLIGHTS,
                                new Ending.Asked(LATER, 1, LATER),
                                Once.NOT));
        assertEquals(version, loaded().version(), "nothing was written for nothing");
    }

    // ---- what is referred to ----

    private Set<String> unreferred() {
        Referred referred = tables.upkeep().referred(warehouse, loaded());
        Set<String> unreferred = new TreeSet<>();
        for (String each : warehouse.files.keySet()) {
            if (!referred.has(each)) {
                unreferred.add(each.replaceFirst("^[0-9a-f]{20}/", ""));
            }
        }
        return unreferred;
    }

    @Test
    void everyFileOfEverySnapshotIsReferredTo() {
        append("a");
        DataFile b = file("b", 100, 10);
        library.newFastAppend().appendFile(b).commit();
        library.newRowDelta()
                .addDeletes(
                        FileMetadata.deleteFileBuilder(PartitionSpec.unpartitioned())
                                .ofPositionDeletes()
                                .withPath(file("deletes", 5, 1).location())
                                .withFileSizeInBytes(5)
                                .withRecordCount(1)
                                .withFormat("parquet")
                                .build())
                .commit();
        library.newDelete().deleteFile(b).commit();
        assertEquals(Set.of(), unreferred());
        file("lost", 1, 1);
        assertEquals(Set.of("data/lost"), unreferred());
    }

    @Test
    void whatOnlyAnEndedSnapshotNeededIsReferredToNoMore() {
        append("a");
        DataFile b = file("b", 100, 10);
        library.newFastAppend().appendFile(b).commit();
        library.newDelete().deleteFile(b).commit();
        append("c");
        assertEquals(Set.of(), unreferred());
        tables.upkeep()
                .expire(
                        TablesContract.request(),
                        warehouse,
                        FLIGHTS,
                        new Ending.Asked(LATER, 1, LATER),
                        Once.NOT);
        Set<String> gone = unreferred();
        assertTrue(gone.contains("data/b"), gone::toString);
        assertFalse(gone.contains("data/a") || gone.contains("data/c"), gone::toString);
        assertTrue(gone.stream().anyMatch(each -> each.endsWith(".avro")), gone::toString);
        gone.forEach(each -> warehouse.files.remove(loaded().id() + "/" + each));
        assertEquals(
                2,
                tables.scan(warehouse, loaded(), new Moment.Now(), new Filter.All(), List.of())
                        .files()
                        .size());
        append("d"); // and the table goes on
        assertEquals(Set.of(), unreferred());
    }

    @Test
    void metadataFilesBeyondTheLogAreReferredToNoMore() {
        set("write.metadata.previous-versions-max", "2");
        for (int i = 0; i < 5; i++) {
            set("k", Integer.toString(i));
        }
        assertEquals(4, unreferred().size()); // 7 versions, of which the current one and two stay
        assertEquals(3, tables.upkeep().inspect(warehouse, loaded()).metadataFiles());
    }

    // ---- looking into it ----

    @Test
    void anInspectionCounts() {
        set("write.target-file-size-bytes", "1000");
        library.newFastAppend()
                .appendFile(file("a", 700, 10))
                .appendFile(file("b", 750, 20))
                .appendFile(file("c", 1_200, 30))
                .commit();
        Inspection found = tables.upkeep().inspect(warehouse, loaded());
        assertEquals(3, found.files());
        assertEquals(2_650, found.bytes());
        assertEquals(60, found.rows());
        assertEquals(1, found.smallFiles());
        assertEquals(700, found.smallBytes());
        assertEquals(1, found.manifests());
        assertEquals(1, found.snapshots());
        String answer = found.answer(Map.of("looked", "now"), List.of("a rule"));
        assertTrue(
                answer.contains("\"columns\":[{\"id\":1,\"name\":\"n\",\"type\":\"long\""), answer);
        assertTrue(answer.contains("\"small-files\":1,"), answer);
        assertTrue(answer.contains("\"upkeep\":{\"looked\":\"now\"}"), answer);
        assertTrue(answer.contains("\"rules\":[\"a rule\"]"), answer);
        Document.parse(answer);
    }

    // ---- who has an id ----

    @Test
    void anIdIsWhatItsTableIs() {
        String id = loaded().id();
        TableUpkeep.Held held = tables.upkeep().holder(warehouse, id).orElseThrow();
        assertEquals(TableUpkeep.Life.LIVES, held.life());
        assertEquals(Optional.of(FLIGHTS), held.name());
        boolean[] done = {false};
        assertTrue(
                tables.upkeep().whileUnchanged(warehouse, held, () -> done[0] = true) && done[0]);
        append("a");
        assertFalse(tables.upkeep().whileUnchanged(warehouse, held, () -> done[0] = false));
        assertTrue(done[0]);
        Loaded staged =
                tables.stage(
                        TablesContract.request(),
                        warehouse,
                        new TableName(TRAVEL, "later"),
                        NewTable.parse(
                                "{\"name\":\"later\",\"stage-create\":true,\"schema\":{\"type\":\"struct\",\"fields\":[]}}"));
        assertEquals(
                TableUpkeep.Life.STAGED,
                tables.upkeep().holder(warehouse, staged.id()).orElseThrow().life());
        tables.drop(
                TablesContract.request(),
                warehouse,
                Kind.TABLE,
                FLIGHTS,
                Tables.Files.STAY,
                Once.NOT);
        assertEquals(
                TableUpkeep.Life.DROPPED,
                tables.upkeep().holder(warehouse, id).orElseThrow().life());
        made(FLIGHTS);
        String next = loaded().id();
        tables.drop(
                TablesContract.request(),
                warehouse,
                Kind.TABLE,
                FLIGHTS,
                Tables.Files.GO,
                Once.NOT);
        assertEquals(Optional.empty(), tables.upkeep().holder(warehouse, next));
    }
}
