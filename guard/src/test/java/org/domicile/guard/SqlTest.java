package org.domicile.guard;

import static org.domicile.guard.Installation.draft;
import static org.domicile.guard.Installation.upstream;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;
import org.domicile.ledger.Ledger;
import org.domicile.people.Rule;
import org.domicile.policy.Marks;
import org.domicile.query.Answer;
import org.domicile.query.Column;
import org.domicile.query.Failure;
import org.domicile.query.ReadingQueries;
import org.domicile.query.TinyParquet;
import org.domicile.query.Type;
import org.domicile.request.Request;
import org.domicile.tables.NamespaceName;
import org.domicile.tables.NewNamespace;
import org.domicile.tables.NewTable;
import org.domicile.tables.Once;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SQL behind the guard: what is decided, and what goes on record. */
@Timeout(60)
class SqlTest {
    private static final String PLACE = "s3://archive/raw/n.parquet";
    private static final String SELECT = "select n from '" + PLACE + "'";

    @TempDir private Path folder;
    private Installation installation;
    private Administration.Issued city;
    private GuardedSql sql;

    @BeforeEach
    void begin() {
        installation = Installation.inMemory(folder);
        city = installation.tenant("city");
        installation.admin().createBucket("city", "archive", List.of());
        put("raw/n.parquet", "the first content");
        sql = installation.guard().sql(new ReadingQueries(), installation.tables());
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

    private GuardedSql.Connection connection() {
        return given(sql.connect(request(city), "UTC"));
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

    private String text(GuardedSql.Connection connection, String statement) {
        try (GuardedSql.Result result =
                given(connection.run(request(city), statement, List.of()))) {
            return ReadingQueries.text(given(result.next()).orElseThrow());
        }
    }

    private List<Ledger.Recorded> since(long entries) {
        return installation.usesSince("city", entries);
    }

    private static List<String> actions(List<Ledger.Recorded> uses) {
        return uses.stream().map(Ledger.Recorded::action).toList();
    }

    @Test
    void aStatementIsOneUseOfAllThatItReads() {
        long before = installation.entries("city");
        try (GuardedSql.Connection connection = connection()) {
            assertEquals("the first content", text(connection, SELECT));
            List<Ledger.Recorded> uses = since(before);
            assertEquals(List.of("sql:Connect", "sql:Describe", "sql:Select"), actions(uses));
            Ledger.Recorded use = uses.getLast();
            assertTrue(
                    use.object().startsWith("archive/raw/n.parquet (n) 1 rows; sha256 of"),
                    use.object());
            assertFalse(use.object().contains("select"), use.object());
            assertEquals("the first content".length(), use.size());
            assertEquals("allowed", use.verdict());
            assertEquals("home", use.dataZone());
            // what it looks like is known now
            long again = installation.entries("city");
            assertEquals("the first content", text(connection, SELECT));
            given(connection.prepare(request(city), SELECT));
            assertEquals(List.of("sql:Select"), actions(since(again)));
            // another version is another file
            put("raw/n.parquet", "the second");
            assertEquals("the second", text(connection, SELECT));
            assertEquals("", text(connection, "select 1"));
        }
    }

    @Test
    void theNumberOfTheUseComesBack() {
        try (GuardedSql.Connection connection = connection();
                GuardedSql.Result result =
                        given(connection.run(request(city), SELECT, List.of()))) {
            assertTrue(result.use().startsWith("city/node-1/"), result.use());
        }
    }

    @Test
    void whatIsNotThereIsSaid() {
        try (GuardedSql.Connection connection = connection()) {
            for (String name :
                    List.of("s3://archive/none", "s3://nowhere/n", "flights", "s3://archive")) {
                Failure failure =
                        failed(
                                connection.run(
                                        request(city), "select n from '" + name + "'", List.of()));
                assertEquals(Failure.NO_TABLE, failure.state(), name);
            }
            installation
                    .as(city)
                    .put(
                            "archive",
                            "text",
                            draft(),
                            upstream("no Parquet at all".getBytes(StandardCharsets.UTF_8)),
                            new Match.Any());
            Failure failure =
                    failed(connection.prepare(request(city), "select n from 's3://archive/text'"));
            assertEquals(Failure.INVALID, failure.state());
            installation
                    .as(city)
                    .delete("archive", "raw/n.parquet", Optional.empty(), new Match.Any());
            assertEquals(
                    Failure.NO_TABLE,
                    failed(connection.run(request(city), SELECT, List.of())).state());
        }
    }

    /** Whatever keeps S3 from reading an object keeps SQL from it, on record. */
    @Test
    void whatS3MayNotReadSqlMayNot() {
        try (GuardedSql.Connection connection = connection()) {
            assertEquals("the first content", text(connection, SELECT));
            installation
                    .admin()
                    .label(
                            "archive",
                            "raw/",
                            new Marks(List.of(), List.of("city/tests"), List.of()));
            long before = installation.entries("city");
            Failure failure = failed(connection.run(request(city), SELECT, List.of()));
            assertEquals(Failure.REFUSED, failure.state());
            Ledger.Recorded use = since(before).getLast();
            assertEquals("purpose-prohibited", use.reason());
            assertEquals("refused", use.verdict());
            assertEquals(
                    Failure.REFUSED, failed(connection.prepare(request(city), SELECT)).state());
        }
    }

    @Test
    void anotherZoneAndAnotherOrganisationGetNothing() {
        Administration.Issued water = installation.tenant("water");
        try (GuardedSql.Connection connection = given(sql.connect(request(water), "UTC"))) {
            assertEquals(
                    Failure.REFUSED,
                    failed(connection.run(request(water), SELECT, List.of())).state());
            // and nobody gets into another's session
            assertThrows(
                    IllegalArgumentException.class,
                    () -> connection.run(request(city), SELECT, List.of()));
        }
        Request abroad = installation.request(installation.caller(city), "abroad");
        assertEquals(Failure.REFUSED, failed(sql.connect(abroad, "UTC")).state());
        try (GuardedSql.Connection connection = connection()) {
            assertEquals(
                    Failure.REFUSED, failed(connection.run(abroad, SELECT, List.of())).state());
        }
    }

    @Test
    void aCredentialThatEndsEndsItsSessions() {
        try (GuardedSql.Connection connection = connection()) {
            installation.admin().withdrawCredential(city.credential().accessKey());
            assertEquals(
                    Failure.REFUSED,
                    failed(connection.run(request(city), "select 1", List.of())).state());
        }
    }

    @Test
    void withoutARecordNothingIsRead() {
        try (GuardedSql.Connection connection = connection()) {
            assertEquals("the first content", text(connection, SELECT));
            installation.keyspace().recordNothing();
            assertThrows(
                    StorageFailure.class, () -> connection.run(request(city), SELECT, List.of()));
            assertThrows(StorageFailure.class, () -> sql.connect(request(city), "UTC"));
            installation.keyspace().heal();
            assertEquals("the first content", text(connection, SELECT));
        }
    }

    /** A use of several objects concerns everybody whom one of them concerns. */
    @Test
    void itConcernsThosesWhomTheNamesConcern() {
        installation
                .admin()
                .people()
                .createRule("archive", "", new Rule.Where.InName("patients/{subject}/"));
        put("patients/p-1/n", "of a person");
        try (GuardedSql.Connection connection = connection()) {
            assertEquals(
                    "of a person", text(connection, "select n from 's3://archive/patients/p-1/n'"));
        }
        String code =
                installation.admin().people().issueCode("city", "p-1", Duration.ofHours(1)).code();
        assertFalse(code.isEmpty());
        List<Ledger.Recorded> uses = since(0);
        assertTrue(actions(uses).contains("sql:Select"));
    }

    private static final String COLUMNS =
            "{\"type\":\"struct\",\"fields\":[{\"id\":1,\"name\":\"n\",\"required\":true,\"type\":\"long\",\"doc\":\"how"
                + " many\"}]}";

    private GuardedTables catalog() {
        return installation.guard().tables(request(city), installation.tables());
    }

    private GuardedTables.Shown table(String name) {
        return catalog()
                .create(
                        NamespaceName.of("travel"),
                        NewTable.parse("{\"name\":\"" + name + "\",\"schema\":" + COLUMNS + "}"),
                        GuardedTables.Files.NONE,
                        Once.NOT);
    }

    /** It is decided about at its place, and on record by its name. */
    @Test
    void aTableIsReadByItsName() {
        catalog().create(new NewNamespace(NamespaceName.of("travel"), Map.of()), Once.NOT);
        GuardedTables.Shown made = table("flights");
        long before = installation.entries("city");
        try (GuardedSql.Connection connection = connection()) {
            assertEquals("", text(connection, "select n from 'travel.flights'"));
            connection.within("travel");
            assertEquals("", text(connection, "select n from 'flights'"));
            given(connection.prepare(request(city), "select n from 'FLIGHTS'"));
            List<Ledger.Recorded> uses = since(before);
            given(connection.prepare(request(city), "select n from 'travel.flights'"));
            assertEquals(
                    List.of("sql:Connect", "sql:Select", "sql:Select", "sql:Describe"),
                    actions(uses));
            assertTrue(
                    uses.get(2).object().startsWith("travel.flights (n) 0 rows; sha256 of"),
                    uses.get(2).object());
            assertEquals("travel.flights", uses.getLast().object());
            assertEquals(uses.size(), since(before).size(), "it is described once");
            connection.within("");
            assertEquals(
                    Failure.NO_TABLE,
                    failed(connection.prepare(request(city), "select n from 'flights'")).state());
            // a label of the table's place holds for it alone
            table("open");
            installation
                    .admin()
                    .label(
                            made.bucket(),
                            made.loaded().id() + "/",
                            new Marks(List.of(), List.of("city/tests"), List.of()));
            Failure failure =
                    failed(
                            connection.run(
                                    request(city), "select n from 'travel.flights'", List.of()));
            assertEquals(Failure.REFUSED, failure.state());
            assertEquals("purpose-prohibited", since(before).getLast().reason());
            assertEquals("iceberg:LoadTable", since(before).getLast().action());
            assertEquals("", text(connection, "select n from 'travel.open'"));
            // nor are there ways around the catalog
            assertEquals(
                    Failure.REFUSED,
                    failed(
                                    connection.run(
                                            request(city),
                                            "select n from '" + made.prefix() + "data/x'",
                                            List.of()))
                            .state());
        }
    }

    @Test
    void namesShowWhatMayBeLoaded() {
        assertEquals(List.of(), sql.names(request(city)).namespaces());
        catalog().create(new NewNamespace(NamespaceName.of("travel"), Map.of()), Once.NOT);
        GuardedTables.Shown made = table("flights");
        table("others");
        long before = installation.entries("city");
        SqlNames names = sql.names(request(city));
        assertEquals(List.of("sql:ReadCatalog"), actions(since(before)));
        assertEquals("travel", names.namespaces().getFirst().name());
        List<SqlNames.Named> relations = names.namespaces().getFirst().relations();
        assertEquals(
                List.of("flights", "others"),
                relations.stream().map(SqlNames.Named::name).toList());
        SqlNames.Attribute column = relations.getFirst().attributes().getFirst();
        assertEquals(new Column("n", Type.Simple.BIGINT), column.column());
        assertEquals(SqlNames.Presence.REQUIRED, column.presence());
        assertEquals("how many", column.comment());
        installation
                .admin()
                .label(
                        made.bucket(),
                        made.loaded().id() + "/",
                        new Marks(List.of(), List.of("city/tests"), List.of()));
        assertEquals(
                List.of("others"),
                sql.names(request(city)).namespaces().getFirst().relations().stream()
                        .map(SqlNames.Named::name)
                        .toList());
        Administration.Issued water = installation.tenant("water");
        assertEquals(List.of(), sql.names(request(water)).namespaces());
        installation.admin().withdrawCredential(city.credential().accessKey());
        assertThrows(Refused.class, () -> sql.names(request(city)));
    }
}
