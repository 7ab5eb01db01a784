package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tables under rules: two purposes side by side, of which one lists what the columns hold. What a
 * rule keeps from a purpose is in no file of its session, and no client gets around it.
 */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SqlRulesTest {
    /** In every row that the rule keeps back. */
    private static final String SOUTH = "planted-row-7f3a91c2";

    /** In every value of the masked column. */
    private static final String NAME = "planted-name-5be04d18";

    @TempDir static Path folder;
    private Rig rig;
    private Cloud cloud;
    private FirstCredential first;
    private Properties support;
    private Path staging;
    private Lake lake;

    @BeforeAll
    void open() throws Exception {
        rig = new Rig(folder);
        staging = Path.of("/dev/shm", "domicile-rules-test-" + ProcessHandle.current().pid());
        cloud =
                rig.open(
                        "sql.staging.folder=" + staging,
                        "sql.staging=8MiB",
                        "sql.memory=512MiB", // of which a stream's own worker has half
                        "kafka.listen=127.0.0.1:0"); // one test makes a stream
        first = FirstCredential.read(rig.firstCredential()).orElseThrow();
        lake = new Lake(folder, cloud.endpoints().urls().getOrDefault("web", ""), first);
        lake.namespace("travel");
        ran(
                "purpose create support --kind infrastructure --text Support --owner Us"
                        + " --legal-basis Ours --zone home --expires 2098-12-31 --class name");
        rig.run("principal", "create", "Ada Park");
        Rig.Ran made =
                rig.run(
                        "credential",
                        "create",
                        "--principal",
                        "Ada Park",
                        "--purpose",
                        "support",
                        "--json");
        assertEquals(0, made.code(), made.err());
        support = new Properties();
        support.setProperty("user", made.rows().getFirst().text("accessKey"));
        support.setProperty("password", made.rows().getFirst().text("secret"));
    }

    @AfterAll
    void close() throws IOException {
        lake.close();
        cloud.close();
        Files.deleteIfExists(staging);
    }

    private Rig.Ran ran(String... words) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < words.length; i++) {
            all.addAll(i == 0 ? List.of(words[0].split(" ")) : List.of(words[i]));
        }
        Rig.Ran ran = rig.run(all.toArray(String[]::new));
        assertEquals(0, ran.code(), ran.err());
        return ran;
    }

    private Connection first() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", first.accessKey());
        properties.setProperty("password", first.secret());
        return connect(properties);
    }

    private Connection support() throws SQLException {
        return connect(support);
    }

    private Connection connect(Properties properties) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:" + cloud.endpoints().urls().getOrDefault("sql", "") + "/travel", properties);
    }

    private static String rows(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> all = new ArrayList<>();
            while (rows.next()) {
                all.add(cells(rows));
            }
            return String.join(" ", all);
        } catch (SQLException e) {
            throw new SQLException(e.getMessage() + " in " + sql, e.getSQLState(), e);
        }
    }

    private static String cells(ResultSet rows) throws SQLException {
        List<String> cells = new ArrayList<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
            cells.add(String.valueOf(rows.getString(i)));
        }
        return String.join("|", cells);
    }

    private static int does(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    /** Its message. */
    private static String fails(Connection connection, String state, String sql) {
        SQLException e =
                assertThrows(
                        SQLException.class,
                        () -> {
                            try (Statement statement = connection.createStatement()) {
                                statement.execute(sql);
                            }
                        },
                        sql);
        assertEquals(state, e.getSQLState(), sql + ": " + e.getMessage());
        return String.valueOf(e.getMessage());
    }

    private static Types.NestedField column(
            int id, String name, org.apache.iceberg.types.Type type) {
        return Types.NestedField.optional(id, name, type);
    }

    /** Ten rows: five of the north, five of the south, all of them with a name. */
    private Table flights(String name) {
        Table table =
                lake.create(
                        Lake.named("travel", name),
                        2,
                        column(1, "id", Types.LongType.get()),
                        column(2, "region", Types.StringType.get()),
                        column(3, "passenger", Types.StringType.get()),
                        column(4, "note", Types.StringType.get()));
        lake.append(table, ten(0), 10);
        return table;
    }

    private static String ten(int from) {
        return ("select i as id, case when i %% 2 = 0 then 'north' else 'south' end as region,"
                        + " '%s-' || i as passenger,"
                        + " case when i %% 2 = 0 then 'open-' || i else '%s-' || i end as note"
                        + " from range(%d, %d) t(i)")
                .formatted(NAME, SOUTH, from, from + 10);
    }

    private void ruled(String name) {
        ran("table classes travel." + name + " passenger --classes name");
        ran("table rows travel." + name + " --where", "region = 'north'");
        ran("table rows travel." + name + " --purpose support --where", "true");
    }

    /** Which of some words the files of all sessions hold. */
    private List<String> held(String... words) throws IOException {
        List<String> held = new ArrayList<>();
        try (Stream<Path> all = Files.walk(staging)) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                for (String word : words) {
                    if (holds(each, word)) {
                        held.add(word);
                    }
                }
            }
        }
        return held.stream().distinct().sorted().toList();
    }

    /** As bytes, or as a value of a column that can be read. */
    private static boolean holds(Path file, String word) throws IOException {
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        if (text.contains(word)) {
            return true;
        }
        try (Connection engine = DriverManager.getConnection("jdbc:duckdb:")) {
            List<String> columns = new ArrayList<>();
            try (Statement statement = engine.createStatement();
                    ResultSet found =
                            statement.executeQuery("describe from read_parquet('" + file + "')")) {
                while (found.next()) {
                    columns.add(found.getString(1));
                }
            }
            for (String each : columns) {
                String count =
                        rows(
                                engine,
                                "select count(*) from read_parquet('%s') where cast(\"%s\" as varchar) like '%%%s%%'"
                                        .formatted(file, each, word));
                if (!count.equals("0")) {
                    return true;
                }
            }
        } catch (SQLException _) {
            return false; // no Parquet, or a hole
        }
        return false;
    }

    @Test
    void eachPurposeSeesWhatItsRulesLeave() throws Exception {
        flights("flights");
        try (Connection one = first();
                Connection other = support()) {
            assertEquals("10", rows(one, "select count(*) from flights"), "no rules yet");
            ruled("flights");
            assertEquals("5", rows(one, "select count(*) from flights"));
            assertEquals(
                    "0|north|null|open-0 2|north|null|open-2",
                    rows(one, "select * from flights where id < 4 order by id"));
            assertEquals("", rows(one, "select id from flights where region = 'south'"));
            assertEquals("0", rows(one, "select count(passenger) from flights"));
            assertEquals(
                    "8|north", rows(one, "select max(f.id), min(f.region) from travel.flights f"));
            assertEquals("10|10", rows(other, "select count(*), count(passenger) from flights"));
            assertEquals(
                    NAME + "-1|" + SOUTH + "-1",
                    rows(other, "select passenger, note from flights where id = 1"));
            // twice, and beside one without rules
            lake.append(
                    lake.create(
                            Lake.named("travel", "regions"),
                            2,
                            column(1, "region", Types.StringType.get()),
                            column(2, "head", Types.StringType.get())),
                    "select * from (values ('north', 'n'), ('south', 's')) t(region, head)",
                    2);
            String join =
                    "select r.head, count(f.id), count(g.passenger) from regions r left join"
                            + " flights f using (region) left join flights g on g.id = f.id group"
                            + " by 1 order by 1";
            assertEquals("n|5|0 s|0|0", rows(one, join));
            assertEquals("n|5|5 s|5|5", rows(other, join));
            assertEquals(
                    "5|5",
                    rows(
                            one,
                            "with a as (select * from flights) select count(*), (select count(*)"
                                    + " from flights) from a"));
            try (var prepared = one.prepareStatement("select * from flights")) {
                assertEquals(4, prepared.getMetaData().getColumnCount());
            }
            try (var prepared =
                    one.prepareStatement("select note from flights where id = ? and region = ?")) {
                prepared.setLong(1, 4);
                prepared.setString(2, "north");
                try (ResultSet found = prepared.executeQuery()) {
                    assertTrue(found.next());
                    assertEquals("open-4", found.getString(1));
                }
                prepared.setLong(1, 5);
                prepared.setString(2, "south");
                try (ResultSet found = prepared.executeQuery()) {
                    assertFalse(found.next());
                }
            }
            assertEquals(
                    "-1",
                    rows(
                            one,
                            "select c.reltuples::int from pg_catalog.pg_class c join"
                                    + " pg_catalog.pg_namespace n on n.oid = c.relnamespace where"
                                    + " n.nspname = 'travel' and c.relname = 'flights'"));
        }
        String rules = ran("table rules travel.flights").out();
        assertTrue(rules.contains("region = 'north'"), rules);
        assertTrue(rules.contains("main/support"), rules);
        String uses = ran("uses --last 1h --json").out();
        assertTrue(uses.contains("rows filtered; masked passenger (rules "), uses);
    }

    /** Without that, what is not found elsewhere would say nothing. */
    private void isFoundWhereItMayBe(String all) throws Exception {
        try (Connection other = support();
                Statement statement = other.createStatement()) {
            statement.setFetchSize(1);
            other.setAutoCommit(false);
            try (ResultSet rows = statement.executeQuery(all)) {
                assertTrue(rows.next());
                assertEquals(List.of(NAME, SOUTH), held(NAME, SOUTH), "what is there is found");
            }
        }
    }

    @Test
    void nothingOfItReachesTheSession() throws Exception {
        flights("watched");
        ruled("watched");
        String all = "select id, region, passenger, note from watched order by id";
        isFoundWhereItMayBe(all);
        try (Connection one = first();
                Statement statement = one.createStatement()) {
            ran("table rows travel.watched --purpose first-steps --where", "true");
            ran("table classes travel.watched passenger --remove");
            assertEquals("10", rows(one, "select count(passenger || note) from watched"));
            assertEquals(List.of(NAME, SOUTH), held(NAME, SOUTH), "of before");
            ran("table rows travel.watched --purpose first-steps --remove");
            ran("table classes travel.watched passenger --classes name");
            statement.setFetchSize(1);
            one.setAutoCommit(false);
            try (ResultSet rows = statement.executeQuery(all)) {
                assertTrue(rows.next());
                assertEquals("open-0", rows.getString(4));
                assertEquals(List.of("open-8"), held("open-8", NAME, SOUTH));
            }
            one.commit();
            assertEquals("5", rows(one, "select count(*) from watched"));
            assertEquals(
                    "5",
                    rows(one, "select count(*) from (select * from watched union from watched)"));
            one.commit();
            assertEquals(List.of(), held("open-8"), "it stays while it is read");
        }
    }

    /** Rows that are in no snapshot yet, but in a stream's log, come to it by another way. */
    @Test
    void nothingOfAStreamReachesTheSessionEither() throws Exception {
        ran("stream create travel.arrivals");
        asked(
                "/schemas/subjects/travel.arrivals-value/versions",
                "application/vnd.schemaregistry.v1+json",
                new Json.Row(Map.of("schema", ARRIVAL)).line());
        ran("stream table travel.arrivals");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            lines.append(
                    "{\"id\":%d,\"region\":\"%s\",\"passenger\":\"%s-%d\",\"note\":\"%s-%d\"}\n"
                            .formatted(
                                    i,
                                    i % 2 == 0 ? "north" : "south",
                                    NAME,
                                    i,
                                    i % 2 == 0 ? "open" : SOUTH,
                                    i));
        }
        asked("/streams/travel.arrivals", "application/x-ndjson", lines.toString());
        ruled("arrivals");
        String all = "select id, region, passenger, note from arrivals order by id";
        String hot = "select count(*) from arrivals at (version => 'main')";
        isFoundWhereItMayBe(all);
        try (Connection one = first();
                Statement statement = one.createStatement()) {
            statement.setFetchSize(1);
            one.setAutoCommit(false);
            try (ResultSet rows = statement.executeQuery(all)) {
                assertTrue(rows.next());
                assertEquals("0|north|null|open-0", cells(rows));
                assertEquals(List.of("open-8"), held("open-8", NAME, SOUTH));
            }
            one.commit();
            assertEquals("5|0", rows(one, "select count(*), count(passenger) from arrivals"));
            assertEquals("", rows(one, "select id from arrivals where region = 'south'"));
            assertEquals("0", rows(one, hot), "all of it is in the log alone");
            one.commit();
        }
    }

    private static final String ARRIVAL =
            """
            {"type": "record", "name": "Arrival", "fields": [
              {"name": "id", "type": "long"},
              {"name": "region", "type": "string"},
              {"name": "passenger", "type": "string"},
              {"name": "note", "type": "string"}]}
            """;

    private void asked(String path, String type, String body) throws Exception {
        String login =
                Base64.getEncoder()
                        .encodeToString(
                                (first.accessKey() + ":" + first.secret())
                                        .getBytes(StandardCharsets.UTF_8));
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    client.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    cloud.endpoints().urls().getOrDefault("web", "")
                                                            + path))
                                    .header("Authorization", "Basic " + login)
                                    .header("Content-Type", type)
                                    .POST(HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertEquals(200, answer.statusCode(), answer.body());
        }
    }

    @Test
    void rulesHoldInViewsInThePastAndUnderOtherNames() throws Exception {
        Table table = flights("journeys");
        long before = table.currentSnapshot().snapshotId();
        ruled("journeys");
        try (Connection one = first();
                Connection other = support()) {
            // who is touched commits nothing by the catalog: the rest is done by SQL
            assertThrows(RuntimeException.class, () -> lake.append(table, ten(10), 10));
            assertEquals(
                    1, does(one, "insert into journeys values (11, 'north', 'visible', 'own')"));
            assertEquals("6", rows(one, "select count(*) from journeys"));
            assertEquals(
                    "5", rows(one, "select count(*) from journeys for version as of " + before));
            assertEquals(
                    "10", rows(other, "select count(*) from journeys for version as of " + before));
            lake.catalog
                    .buildView(Lake.named("travel", "seen_journeys"))
                    .withSchema(
                            new Schema(
                                    column(1, "id", Types.LongType.get()),
                                    column(2, "who", Types.StringType.get())))
                    .withDefaultNamespace(Namespace.of("travel"))
                    .withQuery("duckdb", "select id, passenger from journeys")
                    .create();
            String view = "select count(*), count(who) from seen_journeys";
            assertEquals("6|0", rows(one, view));
            assertEquals("11|11", rows(other, view));
            does(other, "alter table journeys rename column passenger to customer");
            does(other, "alter table journeys rename column region to part");
            does(other, "alter table journeys rename to trips");
            assertEquals("6|0", rows(one, "select count(*), count(customer) from trips"));
            assertEquals("11|11", rows(other, "select count(*), count(customer) from trips"));
            assertEquals("", rows(one, "select id from trips where part = 'south'"));
            String rules = ran("table rules travel.trips").out();
            assertTrue(rules.contains("part = 'north'") && rules.contains("customer"), rules);
            // without the column nobody can say who sees which row
            does(other, "alter table trips drop column part");
            assertTrue(fails(one, "42501", "select count(*) from trips").contains("is not there"));
            assertEquals("11", rows(other, "select count(*) from trips"));
        }
    }

    @Test
    void rowsThatAreNotSeenAreNotWrittenAnew() throws Exception {
        flights("kept");
        ruled("kept");
        try (Connection one = first();
                Connection other = support()) {
            for (String each :
                    List.of(
                            "update kept set note = 'x'",
                            "delete from kept where id = 0",
                            "truncate kept",
                            "alter table kept execute optimize",
                            "merge into kept using (select 1 as i) s on kept.id = s.i when matched"
                                    + " then delete")) {
                String why = fails(one, "42501", each);
                assertTrue(why.contains("Rows can be inserted"), why);
            }
            assertEquals(2, does(other, "delete from kept where id < 2"));
            assertEquals("4", rows(one, "select count(*) from kept"), "deletes count");
            assertEquals("8", rows(other, "select count(*) from kept"));
            // what is made of it is what was seen
            does(one, "create table seen_of_kept as select * from kept");
            assertEquals(
                    "4|0|4",
                    rows(
                            other,
                            "select count(*), count(passenger), count(note) from seen_of_kept"));
            does(one, "insert into seen_of_kept select * from kept");
            assertEquals("8", rows(one, "select count(*) from seen_of_kept"));
            // and what is made of a column for who sees it is of its class
            does(other, "create table names_of_kept as select passenger from kept");
            does(other, "create table ids_of_kept as select id from kept");
            assertEquals("8", rows(other, "select count(*) from names_of_kept"));
            fails(one, "42501", "select count(*) from names_of_kept");
            assertEquals("8", rows(one, "select count(*) from ids_of_kept"));
            // objects as well
            ran("bucket create reports");
            does(one, "copy (select * from kept) to 's3://reports/seen.parquet'");
            assertEquals(
                    "4|0",
                    rows(
                            other,
                            "select count(*), count(passenger) from 's3://reports/seen.parquet'"));
            does(other, "copy (select passenger from kept) to 's3://reports/names.parquet'");
            assertEquals("8", rows(other, "select count(*) from 's3://reports/names.parquet'"));
            fails(one, "42501", "select count(*) from 's3://reports/names.parquet'");
        }
    }

    @Test
    void aColumnMayNotBeNamed() throws Exception {
        flights("strict");
        ran("table classes travel.strict note --classes health --otherwise refuse");
        try (Connection one = first()) {
            String why = fails(one, "42501", "select note from strict");
            assertTrue(why.contains("note") && why.contains("health"), why);
            fails(one, "42501", "select * from strict");
            assertEquals("10", rows(one, "select count(id) from strict"));
            ran("table classes travel.strict note --remove");
            assertEquals("10", rows(one, "select count(note) from strict"));
            assertEquals(
                    1,
                    rig.run("table", "classes", "travel.strict", "nothing", "--classes", "health")
                            .code());
            Rig.Ran wrong = rig.run("table", "rows", "travel.strict", "--where", "random() < 0.5");
            assertEquals(1, wrong.code());
            assertTrue(wrong.err().contains("functions"), wrong.err());
        }
    }

    @Test
    void everyTypeComesThroughRules() throws Exception {
        Table table =
                lake.create(
                        Lake.named("travel", "kinds"),
                        2,
                        column(1, "b", Types.BooleanType.get()),
                        column(2, "i", Types.IntegerType.get()),
                        column(3, "f", Types.FloatType.get()),
                        column(4, "e", Types.DecimalType.of(9, 2)),
                        column(5, "day", Types.DateType.get()),
                        column(6, "t", Types.TimeType.get()),
                        column(7, "ts", Types.TimestampType.withoutZone()),
                        column(8, "tz", Types.TimestampType.withZone()),
                        column(9, "s", Types.StringType.get()),
                        column(10, "u", Types.UUIDType.get()),
                        column(11, "bin", Types.BinaryType.get()),
                        column(12, "list", Types.ListType.ofOptional(20, Types.IntegerType.get())),
                        column(
                                13,
                                "map",
                                Types.MapType.ofOptional(
                                        21, 22, Types.StringType.get(), Types.IntegerType.get())),
                        column(
                                14,
                                "st",
                                Types.StructType.of(
                                        Types.NestedField.optional(
                                                23, "x", Types.LongType.get()))));
        String row =
                "select true as b, %d as i, 1.5::float as f, 12.25::decimal(9,2) as e,"
                        + " date '2024-02-29' as day, time '12:30:01.5' as t,"
                        + " timestamp '2024-02-29 12:30:01.123456' as ts,"
                        + " timestamptz '2024-02-29 12:30:01+02' as tz, 'ü ''\"' as s,"
                        + " uuid '00000000-0000-0000-0000-0000000000ff' as u,"
                        + " 'x\\x00y'::blob as bin, [1, null, 3] as list,"
                        + " map {'a': 1, 'b': null} as map, {'x': %d::bigint} as st";
        lake.append(
                table,
                row.formatted(1, 5)
                        + " union all by name "
                        + "select 2 as i union all by name "
                        + row.formatted(3, 6),
                3);
        ran(
                "table rows travel.kinds --where",
                "day = '2024-02-29' and ts < '2024-03-01' and tz > '2024-02-29T00:00:00Z' and b and"
                    + " u = '00000000-0000-0000-0000-0000000000ff' and e between 12 and 12.25 and i"
                    + " in (1, 2) and list is not null");
        ran("table rows travel.kinds --purpose support --where", "true");
        String all = "select * from kinds where i = 1";
        try (Connection one = first();
                Connection other = support()) {
            assertEquals(rows(other, all), rows(one, all));
            assertTrue(rows(one, all).contains("12.25|2024-02-29|12:30:01.5|"), rows(one, all));
            assertEquals("1", rows(one, "select count(*) from kinds"));
            assertEquals("3", rows(other, "select count(*) from kinds"));
        }
    }

    @Test
    void explainTellsOfRulesAndNotOfWhatTheyKeep() throws Exception {
        flights("told");
        ruled("told");
        try (Connection one = first();
                Connection other = support()) {
            String plan = rows(one, "explain select id from told where region = 'south'");
            assertTrue(plan.contains("rows filtered; masked passenger (rules "), plan);
            assertFalse(plan.contains("10 rows"), plan);
            assertFalse(plan.contains("/data/"), plan);
            assertTrue(
                    rows(other, "explain select id from told").contains("1 files, 10 rows"),
                    "all of it is seen");
        }
    }

    @Test
    void directEnginesAreSentToSql() throws Exception {
        Table table = flights("direct");
        String file;
        try (var files = table.newScan().planFiles()) {
            file = files.iterator().next().file().location();
        }
        try (InputStream in = table.io().newInputFile(file).newStream()) {
            assertTrue(in.readAllBytes().length > 0, "before there are rules");
        }
        ruled("direct");
        ForbiddenException no =
                assertThrows(
                        ForbiddenException.class,
                        () -> lake.catalog.loadTable(Lake.named("travel", "direct")));
        String said = String.valueOf(no.getMessage());
        assertTrue(said.contains("Read it with SQL"), said);
        assertThrows(ForbiddenException.class, table::refresh);
        assertThrows(
                ForbiddenException.class, () -> table.updateProperties().set("k", "v").commit());
        assertThrows(
                Exception.class,
                () -> {
                    try (InputStream in = table.io().newInputFile(file).newStream()) {
                        in.readAllBytes();
                    }
                },
                "a credential of before");
        assertTrue(lake.catalog.tableExists(Lake.named("travel", "direct")));
        assertEquals(1, rig.run("table", "show", "travel.direct").code());
        // by its metadata, under another name
        String metadata = ((BaseTable) table).operations().current().metadataFileLocation();
        assertThrows(
                Exception.class,
                () -> lake.catalog.registerTable(Lake.named("travel", "again"), metadata));
        ran("table rows travel.direct --remove");
        assertThrows(
                ForbiddenException.class,
                () -> lake.catalog.loadTable(Lake.named("travel", "direct")));
        ran("table classes travel.direct passenger --remove");
        assertEquals(
                4,
                lake.catalog.loadTable(Lake.named("travel", "direct")).schema().columns().size());
    }

    @Test
    void aCancelReachesAStatementOverARuledTable() throws Exception {
        flights("large");
        ran("table rows travel.large --where", "note like '%n%' and id >= 0");
        try (Connection one = first();
                Statement statement = one.createStatement()) {
            statement.setQueryTimeout(1);
            SQLException e =
                    assertThrows(
                            SQLException.class,
                            () ->
                                    statement.executeQuery(
                                            "select count(*) from large a, range(10000000000) b"));
            assertEquals("57014", e.getSQLState(), e.getMessage());
            assertEquals("5", rows(one, "select count(*) from large where note like 'open%'"));
        }
    }
}
