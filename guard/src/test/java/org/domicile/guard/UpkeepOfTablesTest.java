package org.domicile.guard;

import static org.domicile.guard.Installation.draft;
import static org.domicile.guard.Installation.upstream;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.domicile.bytes.StorageFailure;
import org.domicile.ledger.Ledger;
import org.domicile.objects.Listing;
import org.domicile.objects.Version;
import org.domicile.policy.Policy;
import org.domicile.request.Caller;
import org.domicile.tables.Kind;
import org.domicile.tables.NamespaceName;
import org.domicile.tables.NewNamespace;
import org.domicile.tables.NewTable;
import org.domicile.tables.Once;
import org.domicile.tables.Refusal;
import org.domicile.tables.TableChange;
import org.domicile.tables.TableName;
import org.domicile.tables.Tables;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program keeps tables in order: what goes, what stays, and what goes on record. */
@Timeout(120)
class UpkeepOfTablesTest {
    private static final NamespaceName TRAVEL = NamespaceName.of("travel");
    private static final Duration MOMENT = Duration.ofMinutes(1);

    @TempDir private Path folder;
    private @Nullable World world;

    /** An installation with one organisation and its catalog. */
    private static final class World implements AutoCloseable {
        final Installation installation;
        final Administration.Issued city;
        Tables tables;
        UpkeepOfTables upkeep;

        World(Path folder) {
            installation = Installation.inMemory(folder);
            city = installation.tenant("city");
            tables = installation.tables();
            upkeep = installation.guard().upkeepOf(tables);
            view().create(new NewNamespace(TRAVEL, Map.of()), Once.NOT);
        }

        void restart() {
            installation.reopen();
            tables = installation.tables();
            upkeep = installation.guard().upkeepOf(tables);
        }

        GuardedTables view() {
            return installation
                    .guard()
                    .tables(installation.request(installation.caller(city)), tables);
        }

        GuardedTables.Shown make(String name, String properties) {
            return view().create(
                            TRAVEL,
                            NewTable.parse(
                                    "{\"name\":\"%s\",\"schema\":{\"type\":\"struct\",\"schema-id\":0,\"fields\":[{\"id\":1,\"name\":\"n\",\"required\":false,\"type\":\"long\"}]},\"properties\":{%s}}"
                                            .formatted(name, properties)),
                            GuardedTables.Files.VENDED,
                            Once.NOT);
        }

        void change(String name, String updates) {
            view().commit(
                            List.of(
                                    TableChange.parse(
                                            new TableName(TRAVEL, name),
                                            "{\"requirements\":[],\"updates\":[" + updates + "]}")),
                            Once.NOT);
        }

        void set(String name, String value) {
            change(name, "{\"action\":\"set-properties\",\"updates\":{\"k\":\"" + value + "\"}}");
        }

        /** As a writer does it, with what was vended. */
        void write(GuardedTables.Shown table, String name) {
            GuardedTables.Granted granted = table.granted().orElseThrow();
            Caller.Known caller =
                    installation
                            .guard()
                            .identity()
                            .session(granted.accessKey(), granted.token())
                            .orElseThrow()
                            .caller();
            assertInstanceOf(
                    Stored.Done.class,
                    installation
                            .guard()
                            .objects(installation.request(caller))
                            .put(
                                    table.bucket(),
                                    table.loaded().id() + "/" + name,
                                    draft(),
                                    upstream(name.getBytes(StandardCharsets.UTF_8)),
                                    new Match.Any()));
        }

        /** Names below the table's place; metadata files without what makes them one. */
        Set<String> files(GuardedTables.Shown table) {
            String prefix = table.loaded().id() + "/";
            Set<String> names = new TreeSet<>();
            for (Version each :
                    installation
                            .objects()
                            .list(
                                    installation
                                            .objects()
                                            .buckets()
                                            .bucket(table.bucket())
                                            .orElseThrow(),
                                    new Listing.Query(prefix, "", "", "", 1_000))
                            .versions()) {
                names.add(
                        each.name()
                                .substring(prefix.length())
                                .replaceFirst("(\\d{5})-[-0-9a-f]{36}", "$1"));
            }
            return names;
        }

        void advance(Duration by) {
            installation.time().advance(by);
        }

        /** Turns until nothing is left that waits for nothing but another look. */
        long afterALook() {
            long done = upkeep.turn();
            advance(UpkeepOfTables.GRACE.plus(MOMENT));
            return done + upkeep.turn();
        }

        List<String> programsActions(long since) {
            return installation.usesSince("city", since).stream()
                    .filter(use -> use.action().startsWith("lifecycle:"))
                    .map(Ledger.Recorded::action)
                    .toList();
        }

        @Override
        public void close() {
            installation.close();
        }
    }

    private World world() {
        World made = new World(folder);
        world = made;
        return made;
    }

    @AfterEach
    void end() {
        if (world != null) {
            world.close();
        }
    }

    @Test
    void aFileThatNothingRefersToGoesAfterThreeDaysAndAnotherLook() {
        World world = world();
        GuardedTables.Shown table = world.make("flights", "");
        world.write(table, "data/lost");
        assertEquals(0, world.upkeep.turn());
        world.advance(Duration.ofDays(2));
        table =
                world.view()
                        .load(
                                Kind.TABLE,
                                new TableName(TRAVEL, "flights"),
                                GuardedTables.Files.VENDED);
        world.write(table, "data/young");
        long entries = world.installation.entries("city");
        assertEquals(0, world.upkeep.turn());
        assertEquals(
                List.of(), world.programsActions(entries), "nothing is old: nothing is opened");
        world.advance(Duration.ofDays(1).plus(MOMENT));
        assertEquals(0, world.upkeep.turn(), "it is seen, and waits");
        assertEquals(List.of("lifecycle:LookForFiles"), world.programsActions(entries));
        assertEquals(0, world.upkeep.turn());
        assertEquals(
                "1",
                world.view()
                        .inspect(new TableName(TRAVEL, "flights"))
                        .upkeep()
                        .get("files-waiting"));
        world.advance(UpkeepOfTables.GRACE.plus(MOMENT));
        assertEquals(1, world.upkeep.turn());
        assertEquals(
                List.of(
                        "lifecycle:LookForFiles",
                        "lifecycle:LookForFiles",
                        "lifecycle:RemoveFiles"),
                world.programsActions(entries));
        assertEquals(Set.of("data/young", "metadata/00000.metadata.json"), world.files(table));
        Map<String, String> told = world.view().inspect(new TableName(TRAVEL, "flights")).upkeep();
        assertEquals("1", told.get("files-removed"));
        assertEquals("9", told.get("bytes-removed"));
        Ledger.Recorded removed =
                world.installation.usesSince("city", entries).stream()
                        .filter(use -> use.action().equals("lifecycle:RemoveFiles"))
                        .findFirst()
                        .orElseThrow();
        assertEquals(Policy.LIFECYCLE, removed.purpose());
    }

    @Test
    void metadataFilesBeyondTheLogGo() {
        World world = world();
        GuardedTables.Shown table =
                world.make("flights", "\"write.metadata.previous-versions-max\":\"1\"");
        for (int i = 1; i < 5; i++) {
            world.set("flights", Integer.toString(i));
        }
        world.advance(Duration.ofDays(3).plus(MOMENT));
        assertEquals(3, world.afterALook());
        assertEquals(
                Set.of("metadata/00003.metadata.json", "metadata/00004.metadata.json"),
                world.files(table));
        world.set("flights", "more");
    }

    @Test
    void whatWasDroppedKeepsItsFilesAndWhatWasPurgedKeepsNone() {
        World world = world();
        GuardedTables.Shown kept = world.make("kept", "");
        GuardedTables.Shown gone = world.make("gone", "");
        world.write(kept, "data/a");
        world.view().drop(Kind.TABLE, new TableName(TRAVEL, "kept"), Tables.Files.STAY, Once.NOT);
        world.view().drop(Kind.TABLE, new TableName(TRAVEL, "gone"), Tables.Files.GO, Once.NOT);
        assertEquals(Set.of(), world.files(gone));
        world.write(gone, "data/late"); // by a writer who has not heard of it yet
        assertEquals(0, world.afterALook());
        world.advance(Duration.ofDays(3).plus(MOMENT));
        assertEquals(1, world.afterALook());
        assertEquals(Set.of(), world.files(gone));
        assertEquals(Set.of("data/a", "metadata/00000.metadata.json"), world.files(kept));
    }

    /** Iceberg: with gc.enabled=false nothing is deleted, since other tables may have the files. */
    @Test
    void aTableThatIsNotCollectedKeepsEverything() {
        World world = world();
        GuardedTables.Shown table =
                world.make(
                        "shared",
                        "\"gc.enabled\":\"false\",\"write.metadata.previous-versions-max\":\"1\"");
        world.write(table, "data/lost");
        for (String each : List.of("a", "b", "c")) {
            world.set("shared", each);
        }
        Set<String> all = world.files(table);
        world.advance(Duration.ofDays(4));
        long entries = world.installation.entries("city");
        assertEquals(0, world.afterALook());
        world.advance(Duration.ofDays(2));
        assertEquals(0, world.afterALook());
        assertEquals(all, world.files(table));
        assertEquals(List.of(), world.programsActions(entries), "nothing of it is opened");
        Refusal refusal =
                assertThrows(
                        Refusal.class,
                        () ->
                                world.view()
                                        .drop(
                                                Kind.TABLE,
                                                new TableName(TRAVEL, "shared"),
                                                Tables.Files.GO,
                                                Once.NOT));
        assertEquals(Refusal.Kind.INVALID, refusal.kind());
        assertTrue(refusal.sentence().contains("gc.enabled"), refusal::sentence);
        assertEquals(all, world.files(table));
        // and once it is, what nothing needs goes as ever
        world.change(
                "shared", "{\"action\":\"set-properties\",\"updates\":{\"gc.enabled\":\"true\"}}");
        world.advance(Duration.ofDays(4));
        assertTrue(world.afterALook() > 0);
        assertTrue(!world.files(table).contains("data/lost"), "what was lost went");
        world.change(
                "shared", "{\"action\":\"set-properties\",\"updates\":{\"gc.enabled\":\"false\"}}");
        all = world.files(table);
        world.view().drop(Kind.TABLE, new TableName(TRAVEL, "shared"), Tables.Files.STAY, Once.NOT);
        world.advance(Duration.ofDays(9));
        assertEquals(0, world.afterALook());
        assertEquals(all, world.files(table));
    }

    @Test
    void snapshotsEndByTheTablesRulesAndATableThatCannotBeReadStopsNoOther() {
        World world = world();
        GuardedTables.Shown flights =
                world.make("flights", "\"history.expire.max-snapshot-age-ms\":\"86400000\"");
        long now = System.currentTimeMillis();
        for (int id = 1; id <= 2; id++) {
            world.change(
                    "flights",
                    "{\"action\":\"add-snapshot\",\"snapshot\":{\"snapshot-id\":%d,%s\"sequence-number\":%d,\"timestamp-ms\":%d,\"manifest-list\":\"%s/metadata/%d.avro\",\"summary\":{\"operation\":\"append\"},\"schema-id\":0}},{\"action\":\"set-snapshot-ref\",\"ref-name\":\"main\",\"type\":\"branch\",\"snapshot-id\":%d}"
                            .formatted(
                                    id,
                                    id == 1 ? "" : "\"parent-snapshot-id\":1,",
                                    id,
                                    now + id,
                                    flights.prefix().replaceFirst("/$", ""),
                                    id,
                                    id));
        }
        GuardedTables.Shown other = world.make("other", "");
        world.write(other, "data/lost");
        assertEquals(0, world.upkeep.turn());
        long entries = world.installation.entries("city");
        world.advance(Duration.ofDays(3).plus(MOMENT));
        assertEquals(1, world.upkeep.turn());
        assertTrue(
                world.programsActions(entries).contains("lifecycle:ExpireSnapshots"),
                () -> world.programsActions(entries).toString());
        assertTrue(
                world.view()
                        .load(
                                Kind.TABLE,
                                new TableName(TRAVEL, "flights"),
                                GuardedTables.Files.NONE)
                        .loaded()
                        .answer(org.domicile.tables.Loaded.Snapshots.ALL, Map.of(), List.of())
                        .contains("\"snapshot-id\":2"));
        world.advance(UpkeepOfTables.GRACE.plus(MOMENT));
        assertEquals(1, world.upkeep.turn(), "the other table's file goes");
        assertEquals(Set.of("metadata/00000.metadata.json"), world.files(other));
    }

    /** The disk fails after each commit of a turn in turn: nothing that is needed is missing. */
    @Test
    void aDeathInTheMiddleLeavesEveryTableReadable() {
        int commits = 0;
        boolean whole = false;
        while (!whole) {
            try (World world = new World(folder.resolve("after-" + commits))) {
                GuardedTables.Shown table =
                        world.make("flights", "\"write.metadata.previous-versions-max\":\"1\"");
                for (int i = 1; i < 4; i++) {
                    world.set("flights", Integer.toString(i));
                }
                world.write(table, "data/lost");
                world.advance(Duration.ofDays(3).plus(MOMENT));
                assertEquals(0, world.upkeep.turn());
                world.advance(UpkeepOfTables.GRACE.plus(MOMENT));
                world.installation.keyspace().fenceAfter(commits);
                try {
                    world.upkeep.turn();
                    whole = true;
                } catch (StorageFailure fenced) {
                    assertEquals(StorageFailure.Kind.FENCED, fenced.kind());
                }
                world.restart();
                Set<String> files = world.files(table);
                assertTrue(
                        files.containsAll(
                                Set.of(
                                        "metadata/00002.metadata.json",
                                        "metadata/00003.metadata.json")),
                        files::toString);
                world.set("flights", "after");
                world.advance(UpkeepOfTables.PAUSE);
                world.afterALook();
                assertEquals(
                        Set.of("metadata/00003.metadata.json", "metadata/00004.metadata.json"),
                        world.files(table),
                        "what was left is removed, after " + commits + " commits");
            }
            commits++;
        }
        assertTrue(commits > 3, commits + " commits of a turn");
    }
}
