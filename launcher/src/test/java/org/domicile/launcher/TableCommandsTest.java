package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.domicile.s3client.S3Signature;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Namespaces and tables on a whole server, by the commands that people use. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TableCommandsTest {
    @TempDir static Path folder;
    private Rig rig;
    private Cloud cloud;
    private CatalogClient client;

    @BeforeAll
    void open() throws IOException {
        rig = new Rig(folder);
        cloud =
                rig.open(
                        "sql.staging.folder=/dev/shm/domicile-tables-test-"
                                + ProcessHandle.current().pid(),
                        "sql.staging=16MiB",
                        "sql.memory=256MiB");
        FirstCredential first = FirstCredential.read(rig.firstCredential()).orElseThrow();
        client =
                new CatalogClient(
                        URI.create(
                                String.valueOf(
                                        Endpoints.on(new Folder(rig.data())).urls().get("web"))),
                        new S3Signature(first.accessKey(), first.secret(), "home"),
                        Clock.systemUTC(),
                        Optional.empty());
        done("namespace", "create", "travel", "--property", "owner=Office");
    }

    @AfterAll
    void close() {
        client.close();
        cloud.close();
    }

    private Rig.Ran done(String... arguments) {
        Rig.Ran ran = rig.run(arguments);
        assertEquals("", ran.err());
        assertEquals(0, ran.code());
        return ran;
    }

    /** As an engine makes one. */
    private String make(String table, String more) throws IOException {
        return client.ask(
                        new CatalogClient.Call(
                                "POST",
                                "namespaces/travel/tables",
                                new java.util.TreeMap<>(),
                                "{\"name\":\""
                                        + table
                                        + "\",\"schema\":{\"type\":\"struct\",\"schema-id\":0,\"fields\":[{\"id\":1,\"name\":\"at\",\"required\":true,\"type\":\"timestamp\"},{\"id\":2,\"name\":\"delay\",\"required\":false,\"type\":\"int\",\"doc\":\"in"
                                        + " minutes\"}]}"
                                        + more
                                        + "}"))
                .row("metadata")
                .text("location");
    }

    private void snapshots(String table, String location) throws IOException {
        long now = System.currentTimeMillis();
        for (int id = 1; id <= 2; id++) {
            client.ask(
                    new CatalogClient.Call(
                            "POST",
                            "namespaces/travel/tables/" + table,
                            new java.util.TreeMap<>(),
                            "{\"requirements\":[],\"updates\":[{\"action\":\"add-snapshot\",\"snapshot\":{\"snapshot-id\":%d,%s\"sequence-number\":%d,\"timestamp-ms\":%d,\"manifest-list\":\"%s/metadata/%d.avro\",\"summary\":{\"operation\":\"append\",\"added-records\":\"7\",\"total-records\":\"%d\"},\"schema-id\":0}},{\"action\":\"set-snapshot-ref\",\"ref-name\":\"main\",\"type\":\"branch\",\"snapshot-id\":%d}]}"
                                    .formatted(
                                            id,
                                            id == 1 ? "" : "\"parent-snapshot-id\":1,",
                                            id,
                                            now - (id == 1 ? 50_000 : 0),
                                            location,
                                            id,
                                            id * 7,
                                            id)));
        }
    }

    @Test
    void namespacesComeAndGo() throws IOException {
        done("namespace", "create", "travel.air");
        assertEquals(
                List.of("travel", "travel.air"),
                done("namespace", "list", "--json").rows().stream()
                        .map(row -> row.text("name"))
                        .toList());
        assertEquals(
                "namespace travel\n  owner = Office\n", done("namespace", "show", "travel").out());
        done("namespace", "create", "travel.\"by.sea\"");
        assertTrue(done("namespace", "list", "travel").out().contains("travel.\"by.sea\"\n"));
        done("namespace", "drop", "travel.\"by.sea\"");
        done("namespace", "drop", "travel.air");
        Rig.Ran gone = rig.run("namespace", "show", "travel.air");
        assertEquals(1, gone.code());
        assertEquals("domicile: Namespace does not exist: travel.air\n", gone.err());
        Rig.Ran wrong = rig.run("namespace", "create", "travel..air");
        assertEquals(2, wrong.code());
        assertTrue(wrong.err().contains("is no name"), wrong.err());
    }

    @Test
    void aTableIsShown() throws IOException {
        make(
                "shown",
                ",\"partition-spec\":{\"spec-id\":0,\"fields\":[{\"field-id\":1000,\"source-id\":1,\"name\":\"day\",\"transform\":\"day\"}]}");
        String shown = done("table", "show", "travel.shown").out();
        for (String each :
                List.of(
                        "table travel.shown, Iceberg format 2\n",
                        " 1  at      timestamp  required\n",
                        " 2  delay   int                  in minutes\n",
                        "partitioned by  day(at)\n",
                        "sorted by       nothing\n",
                        "holds           0 rows in 0 files, 0 B, 0 manifests\n",
                        "keeps           0 snapshots, 1 metadata files\n",
                        "upkeep          not looked at since the server started\n")) {
            assertTrue(shown.contains(each), () -> shown + " lacks " + each);
        }
        Json.Row row = done("table", "show", "--json", "travel.shown").rows().getFirst();
        assertEquals(2, row.rows("columns").size());
        assertEquals("day(at)", row.texts("partitioning").getFirst());
        assertEquals(
                "no snapshots: nothing was written into it yet\n",
                done("table", "history", "travel.shown").out());
        assertTrue(done("table", "list", "travel").out().contains("travel.shown  table\n"));
    }

    @Test
    void snapshotsEndWhenSomebodyEndsThem() throws IOException {
        snapshots("old", make("old", ""));
        Rig.Ran dry = done("table", "expire", "travel.old", "--older-than", "10s", "--dry-run");
        assertEquals("1 snapshots of travel.old would end\n", dry.out());
        Rig.Ran kept = done("table", "expire", "travel.old", "--older-than", "10s", "--keep", "2");
        assertEquals("0 snapshots of travel.old ended\n", kept.out());
        Rig.Ran ended = done("table", "expire", "travel.old", "--older-than", "10s", "--json");
        assertEquals(List.of("1"), ended.rows().getFirst().texts("snapshots"));
        Rig.Ran again = done("table", "expire", "travel.old", "--older-than", "10s");
        assertEquals("0 snapshots of travel.old ended\n", again.out());
        Rig.Ran uses = done("uses", "--last", "1h", "--json");
        assertTrue(uses.out().contains("\"iceberg:ExpireSnapshots\""), uses.out());
    }

    @Test
    void aTableIsRenamedDroppedAndRegisteredAgain() throws IOException {
        make("one", "");
        done("table", "rename", "travel.one", "travel.\"o.n.e\"");
        Rig.Ran dropped = done("table", "drop", "--json", "travel.\"o.n.e\"");
        String metadata = dropped.rows().getFirst().text("metadata");
        assertTrue(metadata.endsWith(".metadata.json"), metadata);
        client.ask(
                CatalogClient.Call.with(
                        "namespaces/travel/register",
                        Json.row("name", "again", "metadata-location", metadata)));
        done("table", "show", "travel.again");
        assertEquals(
                "travel.again is gone, and its files\n",
                done("table", "drop", "--purge", "travel.again").out());
        Rig.Ran gone = rig.run("table", "show", "travel.again");
        assertEquals(1, gone.code());
        assertEquals("domicile: Table does not exist: travel.again\n", gone.err());
        Rig.Ran bare = rig.run("table", "drop", "again");
        assertEquals(2, bare.code());
        assertTrue(bare.err().contains("says no namespace"), bare.err());
    }

    @Test
    void smallFilesArePacked() throws IOException {
        done(
                "sql",
                "create table travel.packed as select i as id, 'w' || i as word from range(100)"
                        + " t(i)");
        for (int i = 1; i < 4; i++) {
            done(
                    "sql",
                    "insert into travel.packed select i, 'w' || i from range(%d, %d) t(i)"
                            .formatted(i * 100, i * 100 + 100));
        }
        done("sql", "delete from travel.packed where id = 250");
        String sums =
                "select count(*) as n, sum(id)::bigint as s, max(word) as w from travel.packed";
        String before = done("sql", "--csv", sums).out();
        assertEquals(4, shown("packed").number("small-files"));
        assertEquals(
                "4 files of travel.packed were packed\n",
                done("table", "compact", "travel.packed").out());
        assertEquals(before, done("sql", "--csv", sums).out());
        Json.Row after = shown("packed");
        assertEquals(1, after.number("files"));
        assertEquals(399, after.number("rows"));
        assertEquals("replace", after.rows("history").getLast().text("operation"));
        assertEquals(
                "there is nothing to pack in travel.packed\n",
                done("table", "compact", "travel.packed").out());
        done("sql", "insert into travel.packed values (1000, 'more')");
        assertTrue(done("sql", "--csv", sums).out().contains("400,"));
        Rig.Ran gone = rig.run("table", "compact", "travel.gone");
        assertEquals(1, gone.code());
        assertTrue(gone.err().contains("Table does not exist: travel.gone"), gone.err());
    }

    private Json.Row shown(String table) throws IOException {
        return done("table", "show", "--json", "travel." + table).rows().getFirst();
    }

    @Test
    void sqlOfAnOrganisationHasLimitsOfItsOwn() throws IOException {
        assertTrue(done("organisation", "sql", "main").out().contains("the configuration says"));
        done("organisation", "sql", "main", "--sessions", "3", "--memory", "100MiB");
        Json.Row own = done("organisation", "sql", "main", "--json").rows().getFirst();
        assertEquals("own", own.text("whose"));
        assertEquals(3, own.number("mostSessions"));
        assertEquals(100L << 20, own.number("memory"));
        assertEquals(100_000_000, own.number("rows"), "the rest stays");
        assertTrue(done("status").out().contains("main 0 of 3"));
        done("organisation", "sql", "main", "--usual");
        assertEquals(
                "usual",
                done("organisation", "sql", "main", "--json").rows().getFirst().text("whose"));
        Rig.Ran nobody = rig.run("organisation", "sql", "nobody");
        assertEquals(1, nobody.code());
        Rig.Ran wrong = rig.run("organisation", "sql", "main", "--memory", "1KiB");
        assertEquals(1, wrong.code());
        assertTrue(wrong.err().contains("memory must be from"), wrong.err());
    }
}
