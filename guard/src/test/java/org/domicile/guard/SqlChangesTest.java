package org.domicile.guard;

import static org.domicile.guard.Installation.draft;
import static org.domicile.guard.Installation.upstream;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;
import org.domicile.ledger.Ledger;
import org.domicile.objects.Bucket;
import org.domicile.objects.Listing;
import org.domicile.objects.Version;
import org.domicile.policy.Marks;
import org.domicile.policy.Purpose;
import org.domicile.query.Answer;
import org.domicile.query.Failure;
import org.domicile.query.Intake;
import org.domicile.query.Target;
import org.domicile.query.TinyParquet;
import org.domicile.query.WritingQueries;
import org.domicile.request.Request;
import org.domicile.tables.Kind;
import org.domicile.tables.NamespaceName;
import org.domicile.tables.TableName;
import org.domicile.tables.Tables;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Statements that change tables: what is decided, what goes on record, what travels. */
@Timeout(60)
class SqlChangesTest {
    private static final String SOURCE = "'s3://archive/raw/n.parquet'";
    private static final Marks MARKS = new Marks(List.of(), List.of("city/figures"), List.of());
    private static final TableName FLIGHTS = new TableName(NamespaceName.of("travel"), "flights");

    @TempDir private Path folder;
    private Installation installation;
    private Administration.Issued city;
    private Tables tables;
    private GuardedSql sql;

    @BeforeEach
    void begin() {
        installation = Installation.inMemory(folder);
        city = installation.tenant("city");
        installation.admin().createBucket("city", "archive", List.of());
        put("raw/n.parquet", "the content");
        tables = installation.tables();
        sql = installation.guard().sql(new WritingQueries(), tables);
    }

    @AfterEach
    void end() {
        installation.close();
    }

    private void put(String name, String content) {
        assertInstanceOf(
                Stored.Done.class,
                installation
                        .as(city)
                        .put(
                                "archive",
                                name,
                                draft(),
                                upstream(TinyParquet.bytes('n', content)),
                                new Match.Any()));
    }

    private Request request(Administration.Issued issued) {
        return installation.request(installation.caller(issued));
    }

    private static <T> T given(Answer<T> answer) {
        if (answer instanceof Answer.Given<T>(T value)) {
            return value;
        }
        throw new AssertionError(answer);
    }

    private static Failure failed(Answer<?> answer) {
        return assertInstanceOf(Answer.Failed.class, answer).failure();
    }

    private Answer<GuardedSql.Result> run(Administration.Issued who, String statement) {
        try (GuardedSql.Connection connection = given(sql.connect(request(who), "UTC"))) {
            return connection.run(request(who), statement, List.of());
        }
    }

    private GuardedSql.Result done(String statement) {
        return given(run(city, statement));
    }

    /** Of uses since then, without those of sessions. */
    private List<Ledger.Recorded> uses(long since) {
        return installation.usesSince("city", since).stream()
                .filter(each -> !each.action().equals("sql:Connect"))
                .toList();
    }

    private static List<String> actions(List<Ledger.Recorded> uses) {
        return uses.stream().map(Ledger.Recorded::action).toList();
    }

    private Bucket warehouse() {
        return installation.objects().buckets().buckets("city").stream()
                .filter(each -> each.keeping() == Bucket.Keeping.TABLES)
                .findFirst()
                .orElseThrow();
    }

    /** Names of files in the warehouse. */
    private List<String> files(String ending) {
        return installation
                .objects()
                .list(warehouse(), new Listing.Query("", "", "", "", 1_000))
                .versions()
                .stream()
                .map(Version::name)
                .filter(each -> each.endsWith(ending))
                .toList();
    }

    @Test
    void anInsertIsAReadingAndAChange() {
        assertEquals("CREATE SCHEMA", done("create schema travel").tag());
        assertEquals("CREATE TABLE", done("create table travel.flights (n text, m int)").tag());
        long before = installation.entries("city");
        GuardedSql.Result result = done("insert into travel.flights (n) select n from " + SOURCE);
        assertEquals("INSERT 0 1", result.tag());
        assertTrue(result.columns().isEmpty());
        List<Ledger.Recorded> uses = uses(before);
        assertEquals(List.of("sql:Describe", "sql:Select", "sql:Insert"), actions(uses));
        Ledger.Recorded insert = uses.getLast();
        assertTrue(
                insert.object().startsWith("travel.flights; 1 rows; sha256 of the statement "),
                insert.object());
        assertEquals("done", insert.outcome());
        assertTrue(insert.size() > 0);
        assertTrue(result.use().endsWith("/" + insert.number()), result.use());
        assertEquals(1, files(".parquet").size());
        // the next one appends, and opens nothing of the table's own
        before = installation.entries("city");
        done("insert into travel.flights (n) select n from " + SOURCE);
        assertEquals(List.of("sql:Select", "sql:Insert"), actions(uses(before)));
        assertEquals(2, files(".parquet").size());
    }

    @Test
    void aTableIsMadeOfRowsInOneChange() {
        done("create schema travel");
        long before = installation.entries("city");
        assertEquals(
                "SELECT 1", done("create table travel.flights as select n from " + SOURCE).tag());
        assertEquals(
                List.of("sql:Describe", "sql:Select", "sql:CreateTableAs"), actions(uses(before)));
        assertEquals("42P07", failed(run(city, "create table travel.flights as select 1")).state());
        assertEquals(
                "CREATE TABLE AS",
                done("create table if not exists travel.flights as select 1").tag());
        assertEquals("DROP TABLE", done("drop table travel.flights").tag());
        assertEquals(List.of(), files(""));
        assertEquals(Failure.NO_TABLE, failed(run(city, "drop table travel.flights")).state());
        assertEquals("DROP TABLE", done("drop table if exists travel.flights").tag());
        assertEquals("DROP SCHEMA", done("drop schema travel").tag());
    }

    @Test
    void whatDecidesAboutRowsDoesNotVary() {
        done("create schema travel");
        done("create table travel.flights (n text, m int)");
        done("insert into travel.flights (n) select n from " + SOURCE);
        long before = installation.entries("city");
        for (String each :
                List.of(
                        "delete from travel.flights where random() < 0.5",
                        "update travel.flights set n = 'x' where random() < 0.5",
                        "merge into travel.flights f using (select 1 as k) s on random() < 0.5 when"
                                + " matched then delete",
                        "merge into travel.flights f using (select 1 as k) s on f.m = s.k when not"
                                + " matched and random() < 0.5 then insert values ('a', 1)")) {
            Failure failure = failed(run(city, each));
            assertEquals(Failure.NOT_HERE, failure.state(), each);
            assertTrue(failure.message().contains(" calls random, whose answer is"), each);
            assertTrue(failure.hint().contains("create table"), each);
        }
        assertEquals(List.of(), actions(uses(before)));
    }

    @Test
    void whatIsNotThereIsSaid() {
        assertEquals("3F000", failed(run(city, "create table s.t (n int)")).state());
        assertEquals("3F000", failed(run(city, "create table s.t as select 1")).state());
        assertEquals(Failure.NO_TABLE, failed(run(city, "insert into s.t values (1)")).state());
        done("create schema travel");
        done("create table travel.flights (n text not null, m int)");
        assertEquals(
                "42703",
                failed(run(city, "insert into travel.flights (x) select n from " + SOURCE))
                        .state());
        assertEquals(
                "23502",
                failed(run(city, "insert into travel.flights (m) select n from " + SOURCE))
                        .state());
        assertEquals(
                "42601",
                failed(run(city, "insert into travel.flights (n, m) select n from " + SOURCE))
                        .state());
        assertEquals("0A000", failed(run(city, "create table travel.t (n interval)")).state());
        assertEquals(List.of(), files(".parquet"));
    }

    /** Who may not write there must not cause a read. */
    @Test
    void theTargetIsJudgedFirst() {
        done("create schema travel");
        done("create table travel.flights (n text)");
        installation
                .admin()
                .label(
                        warehouse().name(),
                        "",
                        new Marks(List.of(), List.of("city/tests"), List.of()));
        long before = installation.entries("city");
        Failure failure = failed(run(city, "insert into travel.flights select n from " + SOURCE));
        assertEquals(Failure.REFUSED, failure.state());
        assertEquals(List.of("iceberg:CommitTable"), actions(uses(before)));
        for (String each :
                List.of(
                        "create table travel.t as select n from " + SOURCE,
                        "drop table travel.flights",
                        "truncate travel.flights",
                        "alter table travel.flights add x int")) {
            assertEquals(Failure.REFUSED, failed(run(city, each)).state(), each);
        }
        assertEquals(List.of(), files(".parquet"));
    }

    @Test
    void anotherOrganisationHasTablesOfItsOwn() {
        done("create schema travel");
        done("create table travel.flights (n text)");
        Administration.Issued water = installation.tenant("water");
        assertEquals(
                Failure.NO_TABLE,
                failed(run(water, "insert into travel.flights values (1)")).state());
    }

    /** What labels say of a source is kept with the table, and with what comes of it in turn. */
    @Test
    void labelsTravel() {
        Administration.Issued figures = figures();
        installation.admin().label("archive", "raw/", MARKS);
        done("create schema travel");
        done("create table travel.flights (n text)");
        done("insert into travel.flights select n from " + SOURCE);
        String file = files(".parquet").getFirst();
        assertEquals(MARKS, installation.admin().labelled(warehouse().name(), file).carried());
        // whoever may not use the source may not load the table
        GuardedTables catalog = installation.guard().tables(request(figures), tables);
        assertThrows(
                Refused.class, () -> catalog.load(Kind.TABLE, FLIGHTS, GuardedTables.Files.VENDED));
        installation
                .guard()
                .tables(request(city), tables)
                .load(Kind.TABLE, FLIGHTS, GuardedTables.Files.VENDED);
        // a table that is made of rows has them from its begin, an object that is copied has them
        done("create table travel.more as select n from " + SOURCE);
        assertThrows(
                Refused.class,
                () ->
                        catalog.exists(
                                Kind.TABLE, new TableName(NamespaceName.of("travel"), "more")));
        assertEquals(
                "COPY 1",
                done("copy (select n from " + SOURCE + ") to 's3://archive/copied.parquet'").tag());
        assertEquals(MARKS, installation.admin().labelled("archive", "copied.parquet").carried());
    }

    @Test
    void aViewIsAChangeAndReadsNothing() {
        done("create schema travel");
        done("create table travel.flights (n text)");
        long before = installation.entries("city");
        GuardedSql.Result made = done("create view travel.seen as select n from 'travel.flights'");
        assertEquals("CREATE VIEW", made.tag());
        List<Ledger.Recorded> uses = uses(before);
        assertEquals(List.of("sql:Describe", "sql:CreateView"), actions(uses));
        assertTrue(made.use().endsWith("/" + uses.getLast().number()), made.use());
        assertTrue(uses.getLast().object().startsWith("travel.seen; sha256 "));
        GuardedTables catalog = installation.guard().tables(request(city), tables);
        TableName seen = new TableName(NamespaceName.of("travel"), "seen");
        catalog.exists(Kind.VIEW, seen);
        String create = "create view travel.seen as select n from 'travel.flights'";
        assertEquals("42P07", failed(run(city, create)).state());
        assertEquals(
                "42P07",
                failed(run(city, "create view travel.flights as select n from " + SOURCE)).state());
        before = installation.entries("city");
        done("create view if not exists travel.seen as select n from 'travel.flights'");
        assertEquals(List.of("sql:CreateView"), actions(uses(before)));
        done("create or replace view travel.seen (m) as select n from 'travel.flights'");
        assertEquals("3F000", failed(run(city, create.replace("travel.seen", "a.seen"))).state());
        assertEquals(
                Failure.NO_TABLE, failed(run(city, create.replace("flights", "none"))).state());
        assertEquals(Failure.NO_TABLE, failed(run(city, "drop table travel.seen")).state());
        assertEquals(Failure.NO_TABLE, failed(run(city, "drop view travel.flights")).state());
        installation.keyspace().recordNothing();
        for (String each : List.of(create.replace("seen", "more"), "drop view travel.seen")) {
            assertThrows(StorageFailure.class, () -> run(city, each), each);
        }
        installation.keyspace().heal();
        catalog.exists(Kind.VIEW, seen);
        before = installation.entries("city");
        assertEquals("ALTER VIEW", done("alter view travel.seen rename to shown").tag());
        assertEquals("ALTER VIEW", done("alter view if exists travel.seen rename to x").tag());
        List<Ledger.Recorded> renames = uses(before);
        assertEquals(List.of("sql:AlterView", "sql:AlterView"), actions(renames));
        assertTrue(renames.getFirst().object().startsWith("travel.seen; sha256 "));
        catalog.exists(Kind.VIEW, new TableName(NamespaceName.of("travel"), "shown"));
        assertEquals(
                Failure.NO_TABLE, failed(run(city, "alter view travel.seen rename to x")).state());
        assertEquals(
                Failure.NO_TABLE,
                failed(run(city, "alter view travel.flights rename to x")).state());
        assertEquals(
                "42P07", failed(run(city, "alter view travel.shown rename to flights")).state());
        installation.keyspace().recordNothing();
        assertThrows(
                StorageFailure.class, () -> run(city, "alter view travel.shown rename to seen"));
        installation.keyspace().heal();
        done("alter view travel.shown rename to seen");
        before = installation.entries("city");
        assertEquals("DROP VIEW", done("drop view travel.seen").tag());
        assertEquals("DROP VIEW", done("drop view if exists travel.seen").tag());
        assertEquals(List.of("sql:DropView", "sql:DropView"), actions(uses(before)));
        assertEquals(Failure.NO_TABLE, failed(run(city, "drop view travel.seen")).state());
        assertEquals(1, files("").size(), "what describes the table, and nothing of a view");
    }

    /**
     * What a source prohibits is prohibited of a view over it, and whoever has a right is judged.
     */
    @Test
    void labelsTravelIntoViews() {
        Administration.Issued figures = figures();
        installation.admin().label("archive", "raw/", MARKS);
        done("create schema travel");
        done("create table travel.flights (n text)");
        done("insert into travel.flights select n from " + SOURCE);
        done("create view travel.seen as select n from 'travel.flights'");
        done("create view travel.direct as select n from " + SOURCE);
        done("create table travel.plain (n text)");
        done("create view travel.open as select n from 'travel.plain'");
        GuardedTables catalog = installation.guard().tables(request(figures), tables);
        for (String each : List.of("seen", "direct")) {
            assertThrows(
                    Refused.class,
                    () ->
                            catalog.load(
                                    Kind.VIEW,
                                    new TableName(NamespaceName.of("travel"), each),
                                    GuardedTables.Files.NONE),
                    each);
        }
        catalog.load(
                Kind.VIEW,
                new TableName(NamespaceName.of("travel"), "open"),
                GuardedTables.Files.NONE);
        // nor does it see that they are there, or make, or replace one
        assertEquals(
                List.of("plain", "open"),
                installation
                        .guard()
                        .sql(new WritingQueries(), tables)
                        .names(request(figures))
                        .namespaces()
                        .getFirst()
                        .relations()
                        .stream()
                        .map(SqlNames.Named::name)
                        .toList());
        for (String each :
                List.of(
                        "create view travel.mine as select n from 'travel.flights'",
                        "create or replace view travel.seen as select n from 'travel.plain'",
                        "alter view travel.direct rename to mine",
                        "drop view travel.direct")) {
            assertEquals(Failure.REFUSED, failed(run(figures, each)).state(), each);
        }
        // of another text, what it was before says nothing
        done("create or replace view travel.seen as select n from 'travel.plain'");
        catalog.load(
                Kind.VIEW,
                new TableName(NamespaceName.of("travel"), "seen"),
                GuardedTables.Files.NONE);
    }

    /** A credential for a purpose that the marks prohibit. */
    private Administration.Issued figures() {
        Administration admin = installation.admin();
        Purpose purpose =
                admin.createPurpose(
                        new Purpose(
                                "city",
                                "figures",
                                "Counting.",
                                "the counter",
                                "consent of nobody",
                                List.of("home"),
                                installation.time().instant(),
                                installation.time().instant().plus(Duration.ofDays(30)),
                                false));
        return admin.createCredential(
                city.credential().principal(),
                purpose.id(),
                List.of("*"),
                List.of("*"),
                Instant.MAX);
    }

    /** Where the target would allow what a source prohibits, nothing is made. */
    @Test
    void noLabelIsBroken() {
        done("create schema travel");
        done("create table travel.flights (n text)");
        figures();
        installation.admin().label("archive", "raw/", MARKS);
        installation
                .admin()
                .label(
                        warehouse().name(),
                        "",
                        new Marks(
                                List.of(),
                                List.of(),
                                List.of(List.of("city/figures", "city/tests"))));
        for (String each :
                List.of(
                        "insert into travel.flights select n from " + SOURCE,
                        "create table travel.t as select n from " + SOURCE)) {
            assertEquals(Failure.REFUSED, failed(run(city, each)).state(), each);
        }
        assertEquals(List.of(), files(".parquet"));
    }

    @Test
    void withoutARecordNothingIsChanged() {
        done("create schema travel");
        done("create table travel.flights (n text)");
        try (GuardedSql.Connection connection = given(sql.connect(request(city), "UTC"))) {
            given(
                    connection.run(
                            request(city),
                            "insert into travel.flights select n from " + SOURCE,
                            List.of()));
            installation.keyspace().recordNothing();
            for (String each :
                    List.of(
                            "insert into travel.flights select n from " + SOURCE,
                            "insert into travel.flights select 1",
                            "truncate travel.flights",
                            "drop table travel.flights")) {
                assertThrows(
                        StorageFailure.class,
                        () -> connection.run(request(city), each, List.of()),
                        each);
            }
            installation.keyspace().heal();
        }
        assertEquals(1, files(".parquet").size());
    }

    private GuardedSql.Load load(Map<String, String> part, GuardedSql.Absent absent) {
        return new GuardedSql.Load(
                List.of("travel", "flights"),
                List.of(),
                GuardedSql.Matching.NAME,
                new Intake.Csv(
                        Target.Header.NAMES,
                        Optional.of(','),
                        Optional.of('"'),
                        Optional.empty(),
                        "",
                        List.of(),
                        Intake.OnError.FAIL),
                absent,
                part);
    }

    private Answer<GuardedSql.Came> loaded(GuardedSql.Load load) throws IOException {
        try (GuardedSql.Connection connection = given(sql.connect(request(city), "UTC"))) {
            return connection.load(
                    request(city),
                    load,
                    new ByteArrayInputStream("a\nb\n".getBytes(StandardCharsets.UTF_8)));
        }
    }

    private Answer<GuardedSql.Came> checked(GuardedSql.Load load) throws IOException {
        try (GuardedSql.Connection connection = given(sql.connect(request(city), "UTC"))) {
            return connection.check(
                    request(city),
                    load,
                    new ByteArrayInputStream("a\nb\n".getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** A check is on record, leaves nothing, and takes types for types alone. */
    @Test
    void aFileIsCheckedAndNotLoaded() throws IOException {
        done("create schema travel");
        GuardedSql.Load made = load(Map.of(), GuardedSql.Absent.MADE);
        assertEquals(Failure.INVALID, failed(checked(made)).state());
        for (String type :
                List.of(
                        "text) FROM read_text('/etc/passwd') --",
                        "text, m text",
                        "text) as select (1",
                        "text not null; drop table t",
                        "nothing",
                        "")) {
            GuardedSql.Load typed =
                    new GuardedSql.Load(
                            made.table(),
                            made.columns(),
                            made.matching(),
                            made.intake().of(List.of(new Intake.Named("n", type))),
                            made.absent(),
                            Map.of());
            assertEquals(Failure.INVALID, failed(checked(typed)).state(), type);
        }
        done("create table travel.flights (n text)");
        GuardedSql.Load there = load(Map.of("domicile.load", "x"), GuardedSql.Absent.FAILS);
        long before = installation.entries("city");
        assertEquals(2, given(checked(there)).rows());
        assertEquals(List.of("sql:Describe"), actions(uses(before)));
        assertEquals(List.of(), files(".parquet"));
        given(loaded(there));
        assertEquals(-1, given(checked(there)).rows());
        installation
                .admin()
                .label(
                        warehouse().name(),
                        "",
                        new Marks(List.of(), List.of("city/tests"), List.of()));
        assertEquals(Failure.REFUSED, failed(checked(there)).state());
        assertEquals(Failure.REFUSED, failed(checked(made)).state());
    }

    @Test
    void aFileIsLoadedOnce() throws IOException {
        Map<String, String> part = Map.of("domicile.load", "x", "domicile.part", "0");
        assertEquals("3F000", failed(loaded(load(part, GuardedSql.Absent.MADE))).state());
        done("create schema travel");
        assertEquals(Failure.NO_TABLE, failed(loaded(load(part, GuardedSql.Absent.FAILS))).state());
        long before = installation.entries("city");
        GuardedSql.Came came = given(loaded(load(part, GuardedSql.Absent.MADE)));
        assertEquals(2, came.rows());
        assertEquals("n", came.columns().getFirst().name());
        assertEquals(List.of("sql:Load"), actions(uses(before)));
        assertEquals(-1, given(loaded(load(part, GuardedSql.Absent.MADE))).rows());
        assertEquals(1, files(".parquet").size());
        assertEquals(2, given(loaded(load(Map.of(), GuardedSql.Absent.FAILS))).rows());
        assertEquals(2, files(".parquet").size());
    }
}
