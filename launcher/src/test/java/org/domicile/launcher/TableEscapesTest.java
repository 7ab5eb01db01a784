package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Types;
import org.domicile.launcher.TableWays.Keys;
import org.domicile.launcher.TableWays.Reply;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ways to what is not one's own in tables, over the S3 door, the catalog and SQL ({@code
 * table-escapes.txt}, and metadata that name others' files, made with Iceberg's own client): with
 * the session of another table, with an ordinary credential, with more than was vended, with what
 * the catalog signs, by what metadata name, and around rules. Each has a control that works. What
 * SQL can try in its own process is {@code org.domicile.duckdb.EscapesTest}; PyIceberg, DuckDB's
 * extension and Trino are in {@code proof iceberg}.
 */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TableEscapesTest {
    private static final String SECRET = "planted-secret-of-the-other-table";

    /** In every row that the rule of {@code ruled} keeps back. */
    private static final String ROW = "planted-row-7f3a91c2";

    /** In every value of its masked column. */
    private static final String NAME = "planted-name-5be04d18";

    private static final List<String> NAMES = List.of("f", "f2", "f3", "removed", "gone");
    private static final DateTimeFormatter SQL_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    /** What is done in SQL with a table whose metadata name a file elsewhere. */
    private static final List<String> READINGS =
            List.of(
                    "select * from {t}",
                    "select note from {t} where id = 3",
                    "select max(note) from {t}",
                    "select note from {t} for version as of 'side'",
                    "create table made_{n} as select * from {t};select * from made_{n}",
                    "create view made_{n} as select * from {t};select * from made_{n}",
                    "create table made_{n} (note varchar);insert into made_{n} select note from"
                            + " {t};select * from made_{n}",
                    "copy (select * from {t}) to 's3://ordinary/made_{n}.parquet';select * from"
                            + " 's3://ordinary/made_{n}.parquet'",
                    "summarize {t}",
                    "update {t} set passenger = note where id = 3;select * from {t}",
                    "delete from {t} where id = 5;select * from {t}",
                    "merge into {t} using (select 7 as i) s on {t}.id = s.i when matched then"
                            + " delete;select * from {t}",
                    "alter table {t} execute optimize;select * from {t}");

    @TempDir static Path folder;
    private final EscapeList list;
    private final Map<String, String> words = new HashMap<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private Rig rig;
    private Cloud cloud;
    private TableWays ways;
    private Lake lake;
    private Path staging;
    private long size;
    private int n = 100;

    TableEscapesTest() throws IOException {
        list = EscapeList.read();
    }

    // ---- what is there ----

    @BeforeAll
    void open() throws Exception {
        rig = new Rig(folder);
        staging = Path.of("/dev/shm", "domicile-escapes-test-" + ProcessHandle.current().pid());
        cloud = rig.open("sql.staging.folder=" + staging, "sql.staging=8MiB", "sql.memory=128MiB");
        FirstCredential first = FirstCredential.read(rig.firstCredential()).orElseThrow();
        Endpoints server = Endpoints.on(new Folder(rig.data()));
        String web = String.valueOf(server.urls().get("web"));
        ways = new TableWays(server.s3(), web, String.valueOf(server.urls().get("sql")));
        words.put("files", server.s3());
        ways.caller("plain", new Keys(first.accessKey(), first.secret(), ""));
        people();
        lake = new Lake(folder, web, first);
        lake.namespace("travel");
        assertTrue(s3("plain", "PUT", "/ordinary", "").done());
        assertTrue(s3("plain", "PUT", "/ordinary/o", "ordinary").done());
        places();
        ruled();
        sessions();
    }

    private void people() throws Exception {
        ran(
                "purpose create support --kind infrastructure --text Support --owner Us"
                        + " --legal-basis Ours --zone home --expires 2098-12-31 --class name");
        ways.caller("support", credential("--purpose", "support"));
        ways.caller(
                "may-read",
                credential(
                        "--purpose",
                        "first-steps",
                        "--action",
                        "iceberg:Load*,iceberg:SignRequest,s3:GetObject,s3:ListBucket"));
        Path wide =
                Files.writeString(
                        folder.resolve("wide.json"),
                        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                                + "\"Action\":\"*\",\"Resource\":\"*\"}]}");
        ran(
                "role create wide",
                wide.toString(),
                "--purpose",
                "first-steps",
                "--principal",
                principal());
    }

    private Keys credential(String... of) throws Exception {
        List<String> all =
                new ArrayList<>(List.of("credential", "create", "--principal", principal()));
        all.addAll(List.of(of));
        all.add("--json");
        Json.Row row = ran(all.toArray(String[]::new)).rows().getFirst();
        return new Keys(row.text("accessKey"), row.text("secret"), "");
    }

    private String principal() throws IOException {
        return rig.run("principal", "list", "--json").rows().stream()
                .filter(row -> row.text("organisation").equals("main"))
                .findFirst()
                .orElseThrow()
                .text("name");
    }

    private Rig.Ran ran(String... arguments) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            all.addAll(i == 0 ? List.of(arguments[0].split(" ")) : List.of(arguments[i]));
        }
        Rig.Ran ran = rig.run(all.toArray(String[]::new));
        assertEquals(0, ran.code(), ran.err());
        return ran;
    }

    private Table made(String name, String format) {
        return lake.create(
                Lake.named("travel", name),
                Integer.parseInt(format),
                column(1, "id", Types.LongType.get()),
                column(2, "region", Types.StringType.get()),
                column(3, "passenger", Types.StringType.get()),
                column(4, "note", Types.StringType.get()));
    }

    private static Types.NestedField column(
            int id, String name, org.apache.iceberg.types.Type type) {
        return Types.NestedField.optional(id, name, type);
    }

    /** Five rows of the north, five of the south, all with a name. */
    private static final String TEN =
            "select i as id, case when i %% 2 = 0 then 'north' else 'south' end as region,"
                    + " '%s-' || i as passenger, case when i %% 2 = 0 then 'open-' || i else"
                    + " '%s-' || i end as note from range(10) t(i)";

    private static String metadata(Table table) {
        return ((BaseTable) table).operations().current().metadataFileLocation();
    }

    private static String id(Table table) {
        return table.location().substring(table.location().lastIndexOf('/') + 1);
    }

    private static String key(String location) {
        return URI.create(location).getPath().substring(1);
    }

    /** Tables of whoever asks, and of others. */
    private void places() {
        Table own = made("own", "2");
        words.put("bucket", URI.create(own.location()).getHost());
        ways.caller("bucket", new Keys(words.getOrDefault("bucket", ""), "", ""));
        words.put("own", id(own));
        Table other = made("other", "2");
        words.put("id", id(other));
        words.put("others", metadata(other));
        words.put("ID", id(other).toUpperCase(Locale.ROOT));
        words.put("half", id(other).substring(0, 4));
        words.put("scratch", id(made("scratch", "2")));
        made("spare", "2");
        lake.append(
                made("own_rows", "2"),
                "select 1 as id, 'a' as region, 'b' as passenger, 'c' as note",
                1);
        words.put("dropped", metadata(made("dropped", "2")));
        lake.catalog.dropTable(Lake.named("travel", "dropped"), false);
    }

    private void ruled() throws Exception {
        Table ruled = made("ruled", "2");
        var file = lake.append(ruled, TEN.formatted(NAME, ROW), 10);
        Reply object =
                ways.sql(
                        "plain",
                        "copy (%s) to 's3://ordinary/rows.parquet'"
                                .formatted(TEN.formatted(NAME, ROW)));
        assertTrue(object.done(), object::toString);
        ruled.refresh();
        long snapshot = ruled.currentSnapshot().snapshotId();
        ruled.manageSnapshots().createTag("audited", snapshot).commit();
        ruled.manageSnapshots().createBranch("side", snapshot).commit();
        words.put("ruled", id(ruled));
        size = file.fileSizeInBytes();
        words.put("rows", key(file.location()));
        words.put("snapshot", Long.toString(snapshot));
        words.put("ruled-metadata", key(metadata(ruled)));
        words.put("ruled-list", key(ruled.currentSnapshot().manifestListLocation()));
        ways.caller("early", session("plain", "ruled"));
        Table dropped = made("ruled_dropped", "2");
        words.put("ruled-dropped", metadata(dropped));
        for (String each : List.of("ruled", "ruled_dropped")) {
            ran("table classes travel." + each + " passenger --classes name");
            ran("table rows travel." + each + " --where", "region = 'north'");
            ran("table rows travel." + each + " --purpose support --where", "true");
        }
        assertTrue(
                ways.catalog(
                                "support",
                                "DELETE",
                                "/iceberg/v1/namespaces/travel/tables/ruled_dropped",
                                Map.of(),
                                "")
                        .done());
        for (String each :
                List.of(
                        "create view over_ruled as select * from ruled",
                        "create view over_view as select note from over_ruled")) {
            Reply reply = ways.sql("plain", each);
            assertTrue(reply.done(), reply::toString);
        }
        words.put("later", SQL_TIME.format(Instant.now().plusSeconds(60)));
    }

    private void sessions() throws Exception {
        ways.caller("session", session("plain", "own"));
        ways.caller("others", session("plain", "other"));
        ways.caller("reader", session("may-read", "own"));
        ways.caller("supporting", session("support", "ruled"));
        Reply temporary =
                ways.ask(
                        new EscapeList.Asked(
                                "plain", "sts", "", "Action=GetSessionToken&Version=2011-06-15"),
                        "",
                        "");
        ways.caller(
                "temporary",
                new Keys(
                        element(temporary.text(), "AccessKeyId"),
                        element(temporary.text(), "SecretAccessKey"),
                        element(temporary.text(), "SessionToken")));
        for (String each : NAMES) {
            assertTrue(
                    s3("session", "PUT", filled("/{bucket}/{own}/data/" + each), "its own").done());
            assertTrue(s3("others", "PUT", filled("/{bucket}/{id}/data/" + each), SECRET).done());
        }
        Reply evil =
                s3(
                        "others",
                        "GET",
                        "/" + words.get("bucket") + "/" + key(words.getOrDefault("others", "")),
                        "");
        assertTrue(evil.done(), evil::toString);
        assertTrue(
                s3(
                                session("plain", "scratch"),
                                "PUT",
                                filled("/{bucket}/{scratch}/data/evil.metadata.json"),
                                evil.text())
                        .done());
        Reply plan =
                ways.catalog(
                        "support",
                        "POST",
                        "/iceberg/v1/namespaces/travel/tables/ruled/plan",
                        Map.of(),
                        "{}");
        words.put("plan", within(plan.text(), "plan-id"));
    }

    private Keys session(String who, String table) throws Exception {
        Reply reply =
                ways.catalog(
                        who,
                        "GET",
                        "/iceberg/v1/namespaces/travel/tables/" + table + "/credentials",
                        Map.of(),
                        "");
        assertTrue(reply.done(), reply::toString);
        return new Keys(
                within(reply.text(), "s3.access-key-id"),
                within(reply.text(), "s3.secret-access-key"),
                within(reply.text(), "s3.session-token"));
    }

    private static String within(String json, String name) {
        String before = "\"" + name + "\":\"";
        int from = json.indexOf(before) + before.length();
        return json.substring(from, json.indexOf('"', from));
    }

    private static String element(String xml, String name) {
        int from = xml.indexOf("<" + name + ">") + name.length() + 2;
        return xml.substring(from, xml.indexOf('<', from));
    }

    private Reply s3(String who, String method, String target, String body) throws Exception {
        return s3(ways.caller(who), method, target, body);
    }

    private Reply s3(Keys keys, String method, String target, String body) throws Exception {
        return ways.send(keys, method, target, Map.of(), body);
    }

    private String filled(String text) {
        return new EscapeList.Asked("", text, "", "").filled(words).request();
    }

    @AfterAll
    void close() throws Exception {
        ways.close();
        lake.close();
        cloud.close();
        Files.deleteIfExists(staging);
    }

    // ---- the list ----

    private Reply ask(EscapeList.Asked asked) throws Exception {
        n++;
        words.put("n", Integer.toString(n));
        words.put("n12", "%012d".formatted(n));
        words.put("now", Long.toString(Instant.now().toEpochMilli() + n));
        return ways.ask(
                asked.filled(words), words.getOrDefault("id", ""), words.getOrDefault("own", ""));
    }

    private static boolean through(Reply reply, String sign) {
        return sign.isEmpty() ? reply.done() : reply.text().contains(sign);
    }

    private void none(String kind) throws Exception {
        List<String> through = new ArrayList<>();
        List<String> idle = new ArrayList<>();
        for (EscapeList.Attempt each : list.of(kind)) {
            String sign = filled(each.sign());
            Reply tried = ask(each.asked());
            if (through(tried, sign) || tried.text().contains("planted-")) {
                through.add(each.asked() + ": " + tried);
            }
            Reply control = ask(each.control());
            if (!through(control, sign)) {
                idle.add(each.control() + ": " + control);
            }
            counts.merge(kind, 1, Integer::sum);
        }
        assertEquals("", String.join("\n", through), "these are through");
        assertEquals("", String.join("\n", idle), "these do not work where they may");
        assertTrue(counts.getOrDefault(kind, 0) >= 15, counts::toString);
        untouched();
    }

    /** What others find is what they wrote. */
    private void untouched() throws Exception {
        for (String each : NAMES) {
            Reply reply = s3("others", "GET", filled("/{bucket}/{id}/data/" + each), "");
            assertEquals(SECRET, reply.text());
        }
        Reply listed =
                s3("others", "GET", filled("/{bucket}?list-type=2&prefix={id}%2Fdata%2F"), "");
        assertTrue(listed.text().contains("<KeyCount>5</KeyCount>"), listed::toString);
        assertTrue(s3("supporting", "GET", filled("/{bucket}/{rows}"), "").text().contains(ROW));
        assertEquals("10\n", ways.sql("support", "select count(*) from ruled").text());
    }

    @Test
    void noneReachesAnotherTable() throws Exception {
        none("another-table");
    }

    @Test
    void noneReachesTheReservedBucket() throws Exception {
        none("reserved");
    }

    @Test
    void noneWidensWhatWasVended() throws Exception {
        none("widening");
    }

    @Test
    void noneIsSignedForSomethingElse() throws Exception {
        none("signing");
    }

    @Test
    void noneLeadsFilesElsewhere() throws Exception {
        none("locations");
    }

    @Test
    void noneGoesAroundRules() throws Exception {
        none("rules");
    }

    /** A name of S3 goes nowhere: dots in it are letters, and it lies below what it begins with. */
    @Test
    void aNameThatGoesUpStaysWhereItBegins() throws Exception {
        String up = filled("/{bucket}/{own}/../{id}/data/f");
        assertTrue(s3("session", "PUT", up, "its own").done());
        assertEquals("its own", s3("session", "GET", up, "").text());
        assertTrue(s3("session", "DELETE", up, "").done());
        untouched();
    }

    // ---- metadata that name files elsewhere ----

    @Test
    void noneNamesFilesElsewhere() throws Exception {
        int before = counts.getOrDefault("metadata", 0);
        List<String> through = new ArrayList<>();
        List<String> idle = new ArrayList<>();
        for (EscapeList.Attempt each : list.of("metadata")) {
            Reply tried = ask(each.asked());
            if (tried.done()) {
                through.add(each.asked() + ": " + tried);
            }
            Reply control = ask(each.control());
            if (!control.done()) {
                idle.add(each.control() + ": " + control);
            }
            before++;
        }
        MetadataOfOthers others = new MetadataOfOthers(lake);
        for (MetadataOfOthers.Named each :
                others.ways(filled("s3://{bucket}/{rows}"), size, READINGS)) {
            Table evil = made("evil_" + each.what(), each.format());
            each.attempt().commit(evil);
            Table fine = made("fine_" + each.what(), each.format());
            each.control().commit(fine);
            for (String reading : each.readings()) {
                n++;
                String sign = reading.startsWith("catalog ") ? "" : each.sign();
                Reply tried = read(reading, "evil_" + each.what());
                if (through(tried, sign) || tried.text().contains(ROW)) {
                    through.add(each.what() + ": " + reading + ": " + tried);
                }
                n++;
                Reply control = read(reading, "fine_" + each.what());
                if (!through(control, sign)) {
                    idle.add(each.what() + ": " + reading + ": " + control);
                }
                before++;
            }
            // what was vended for it reaches nothing either
            assertThrows(
                    Exception.class,
                    () -> {
                        try (InputStream in =
                                evil.io()
                                        .newInputFile(filled("s3://{bucket}/{rows}"))
                                        .newStream()) {
                            in.readAllBytes();
                        }
                    });
            // and what is removed with it is its own
            ways.sql("plain", "drop table evil_" + each.what());
        }
        assertEquals("", String.join("\n", through), "these are through");
        assertEquals("", String.join("\n", idle), "these do not work where they may");
        assertTrue(before >= 30, before + " attempts");
        untouched();
    }

    private Reply read(String reading, String table) throws Exception {
        String text = reading.replace("{t}", table).replace("{n}", Integer.toString(n));
        String[] parts = text.split(" ", 4);
        return parts[0].equals("catalog")
                ? ways.catalog(
                        "plain",
                        parts[1],
                        "/iceberg/v1/" + parts[2],
                        Map.of(),
                        parts.length > 3 ? parts[3] : "")
                : ways.sql("plain", text);
    }
}
