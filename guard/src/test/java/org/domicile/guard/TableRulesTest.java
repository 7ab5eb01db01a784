package org.domicile.guard;

import static org.domicile.guard.Installation.draft;
import static org.domicile.guard.Installation.upstream;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.ledger.Ledger;
import org.domicile.objects.Bucket;
import org.domicile.objects.Listing;
import org.domicile.objects.Version;
import org.domicile.policy.TableRules.Otherwise;
import org.domicile.query.Answer;
import org.domicile.query.Failure;
import org.domicile.query.TinyParquet;
import org.domicile.query.WritingQueries;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.domicile.tables.Expiry;
import org.domicile.tables.Filter;
import org.domicile.tables.Kind;
import org.domicile.tables.Moment;
import org.domicile.tables.NamespaceName;
import org.domicile.tables.Once;
import org.domicile.tables.Page;
import org.domicile.tables.PlanAsked;
import org.domicile.tables.Registration;
import org.domicile.tables.Renaming;
import org.domicile.tables.TableChange;
import org.domicile.tables.TableName;
import org.domicile.tables.Tables;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rules of tables behind the doors: who sets them, and every way to a table that they close. */
@Timeout(60)
class TableRulesTest {
    private static final String SOURCE = "'s3://archive/raw/n.parquet'";
    private static final NamespaceName TRAVEL = NamespaceName.of("travel");
    private static final TableName FLIGHTS = new TableName(TRAVEL, "flights");
    private static final GuardedRules.Place PLACE =
            new GuardedRules.Place("city", List.of("travel"), "flights");

    @TempDir private Path folder;
    private Installation installation;
    private Administration.Issued city;
    private Administration.Issued care;
    private Tables tables;
    private GuardedSql sql;

    @BeforeEach
    void begin() {
        installation = Installation.inMemory(folder);
        city = installation.tenant("city");
        care = caring();
        installation.admin().createBucket("city", "archive", List.of());
        assertInstanceOf(
                Stored.Done.class,
                installation
                        .as(city)
                        .put(
                                "archive",
                                "raw/n.parquet",
                                draft(),
                                upstream(TinyParquet.bytes('n', "the content")),
                                new Match.Any()));
        tables = installation.tables();
        sql = installation.guard().sql(new WritingQueries(), tables);
        done(city, "create schema travel");
        done(city, "create table travel.flights as select n from " + SOURCE);
    }

    @AfterEach
    void end() {
        installation.close();
    }

    private Administration.Issued caring() {
        return installation.caring(city.credential().principal(), "care", "health");
    }

    private Request request(Administration.Issued issued) {
        return installation.request(installation.caller(issued));
    }

    private GuardedRules rules() {
        return sql.rules(installation.request(installation.guard().operator()));
    }

    private GuardedTables catalog(Administration.Issued issued) {
        return installation.guard().tables(request(issued), tables);
    }

    private static <T> T given(Answer<T> answer) {
        if (answer instanceof Answer.Given<T>(T value)) {
            return value;
        }
        throw new AssertionError(answer);
    }

    private Answer<GuardedSql.Result> run(Administration.Issued who, String statement) {
        try (GuardedSql.Connection connection = given(sql.connect(request(who), "UTC"))) {
            return connection.run(request(who), statement, List.of());
        }
    }

    private void done(Administration.Issued who, String statement) {
        given(run(who, statement)).close();
    }

    private void refused(String reason, Runnable act) {
        long before = installation.entries("city");
        Refused refused = assertThrows(Refused.class, act::run);
        assertEquals(reason, refused.reason());
        List<Ledger.Recorded> uses = installation.usesSince("city", before);
        if (!uses.isEmpty()) { // what repeats within a minute is counted
            assertEquals(reason, uses.getLast().reason());
            assertEquals("refused", uses.getLast().verdict());
        }
    }

    @Test
    void anOperatorSetsThemInPublic() {
        GuardedRules.Named named = rules().classes(PLACE, "n", List.of("name"), Otherwise.REFUSE);
        assertEquals(
                List.of(new GuardedRules.OfColumn("n", List.of("name"), Otherwise.REFUSE)),
                named.columns());
        String entry = installation.lastPublic("table.classes.set");
        assertTrue(entry.contains("refuse") && entry.contains("name"), entry);
        assertFalse(entry.contains("flights"), "where data lie is committed to: " + entry);
        named = rules().rows(PLACE, List.of("care"), "n like 'x%'");
        assertEquals(
                List.of(new GuardedRules.OfRows(List.of("city/care"), "n LIKE 'x%'")),
                named.rows());
        entry = installation.lastPublic("table.rows.set");
        assertTrue(entry.contains("city/care"), entry);
        assertFalse(entry.contains("x%"), entry);
        assertEquals(named, rules().rules(PLACE));
        assertEquals(64, named.digest().length());
        List<Ledger.Recorded> uses = installation.usesSince("city", 0);
        assertTrue(
                uses.stream()
                        .map(Ledger.Recorded::action)
                        .toList()
                        .containsAll(
                                List.of(
                                        "admin:SetColumnClasses",
                                        "admin:SetRowRule",
                                        "admin:ReadTableRules")));
        rules().classes(PLACE, "n", List.of(), Otherwise.MASK);
        assertFalse(installation.lastPublic("table.classes.removed").isEmpty());
        named = rules().rows(PLACE, List.of("city/care"), "");
        assertEquals("", named.digest());
    }

    @Test
    void whatCannotBeIsSaid() {
        Map<String, Runnable> all =
                Map.of(
                        "no column m",
                        () -> rules().classes(PLACE, "m", List.of("name"), Otherwise.MASK),
                        "no class",
                        () -> rules().classes(PLACE, "n", List.of("secret"), Otherwise.MASK),
                        "functions",
                        () -> rules().rows(PLACE, List.of(), "length(n) > 1"),
                        "no purpose city/none",
                        () -> rules().rows(PLACE, List.of("none"), "n = 'x'"),
                        "no organisation",
                        () ->
                                rules().rules(
                                                new GuardedRules.Place(
                                                        "town", List.of("travel"), "flights")),
                        "does not exist",
                        () ->
                                rules().rules(
                                                new GuardedRules.Place(
                                                        "city", List.of("travel"), "none")));
        all.forEach((part, act) -> {
            String said =
                    String.valueOf(
                            assertThrows(Administration.Impossible.class, act::run, part)
                                    .getMessage());
            assertTrue(said.contains(part), said);
        });
    }

    @Test
    void theCatalogGivesNothingOut() {
        GuardedTables.Granted before =
                catalog(city)
                        .load(Kind.TABLE, FLIGHTS, GuardedTables.Files.VENDED)
                        .granted()
                        .orElseThrow();
        String metadata =
                catalog(city)
                        .load(Kind.TABLE, FLIGHTS, GuardedTables.Files.NONE)
                        .loaded()
                        .metadataLocation();
        rules().classes(PLACE, "n", List.of("name"), Otherwise.MASK);
        for (GuardedTables.Files each : GuardedTables.Files.values()) {
            refused("table-rules", () -> catalog(city).load(Kind.TABLE, FLIGHTS, each));
        }
        refused("table-rules", () -> catalog(city).credentials(FLIGHTS));
        refused("table-rules", () -> catalog(city).sign(FLIGHTS, signed()));
        refused("table-rules", () -> catalog(city).plan(FLIGHTS, PlanAsked.parse("{}")));
        refused("table-rules", () -> catalog(city).planned(FLIGHTS, "p"));
        refused("table-rules", () -> catalog(city).tasks(FLIGHTS, "{}"));
        refused("table-rules", () -> catalog(city).inspect(FLIGHTS));
        refused(
                "table-rules",
                () -> catalog(city).scan(FLIGHTS, new Moment.Now(), new Filter.All(), List.of()));
        Expiry all = new Expiry(Duration.ZERO, 1);
        refused("table-rules", () -> catalog(city).over(FLIGHTS, all));
        refused("table-rules", () -> catalog(city).expire(FLIGHTS, all, Once.NOT));
        refused(
                "table-rules",
                () -> catalog(city).commit(List.of(TableChange.nothing(FLIGHTS)), Once.NOT));
        refused(
                "table-rules",
                () ->
                        catalog(city)
                                .commit(
                                        List.of(
                                                TableChange.nothing(FLIGHTS),
                                                TableChange.nothing(
                                                        new TableName(TRAVEL, "other"))),
                                        Once.NOT));
        refused(
                "table-rules-rewrite",
                () -> catalog(city).drop(Kind.TABLE, FLIGHTS, Tables.Files.GO, Once.NOT));
        refused(
                "table-rules",
                () ->
                        catalog(city)
                                .register(
                                        Kind.TABLE,
                                        TRAVEL,
                                        new Registration(
                                                "again", metadata, Registration.Present.STAYS),
                                        GuardedTables.Files.NONE,
                                        Once.NOT));
        // by a credential that was given out before
        Caller.Known vended =
                installation
                        .guard()
                        .identity()
                        .session(before.accessKey(), before.token())
                        .orElseThrow()
                        .caller();
        GuardedObjects files = installation.guard().objects(installation.request(vended));
        Bucket warehouse = warehouse();
        for (Version each : files(warehouse)) {
            refused(
                    "table-rules",
                    () -> files.get(warehouse.name(), each.name(), Optional.empty()));
            refused(
                    "table-rules",
                    () -> files.head(warehouse.name(), each.name(), Optional.empty()));
            refused(
                    "table-rules",
                    () ->
                            files.put(
                                    warehouse.name(),
                                    each.name(),
                                    draft(),
                                    upstream(new byte[] {1}),
                                    new Match.Any()));
        }
        // names are no secret
        catalog(city).exists(Kind.TABLE, FLIGHTS);
        assertEquals(
                List.of(FLIGHTS), catalog(city).list(TRAVEL, Kind.TABLE, Page.Asked.FIRST).items());
        // and who may see it all is served
        assertTrue(
                catalog(care)
                        .load(Kind.TABLE, FLIGHTS, GuardedTables.Files.VENDED)
                        .granted()
                        .isPresent());
        assertEquals(
                List.of("n holds name; for purposes that do not list it: null"),
                catalog(care).inspect(FLIGHTS).rules());
    }

    private static GuardedTables.SignAsked signed() {
        return new GuardedTables.SignAsked(
                "GET", "localhost", "/b/k", "", Map.of(), "UNSIGNED-PAYLOAD", "home", "b", "k");
    }

    private Bucket warehouse() {
        return installation.objects().buckets().buckets("city").stream()
                .filter(each -> each.keeping() == Bucket.Keeping.TABLES)
                .findFirst()
                .orElseThrow();
    }

    private List<Version> files(Bucket warehouse) {
        List<Version> files =
                installation
                        .objects()
                        .list(warehouse, new Listing.Query("", "", "", "", 1_000))
                        .versions();
        assertFalse(files.isEmpty());
        return files;
    }

    @Test
    void aStatementUnderRulesSaysSoOnRecord() {
        rules().rows(PLACE, List.of(), "n = 'north'");
        rules().rows(PLACE, List.of("care"), "true");
        rules().classes(PLACE, "n", List.of("name"), Otherwise.MASK);
        String digest = rules().rules(PLACE).digest().substring(0, 16);
        done(city, "select n from 'travel.flights'");
        String said = installation.usesSince("city", 0).getLast().object();
        assertTrue(said.contains("rows filtered; masked n (rules " + digest + ")"), said);
        assertFalse(said.contains("north"), said);
        done(care, "select n from 'travel.flights'");
        said = installation.usesSince("city", 0).getLast().object();
        assertFalse(said.contains("rules"), said);
        // the program's names of it say nothing of how many rows there are
        assertEquals(-1, rowsOf(city));
        assertTrue(rowsOf(care) >= 0);
    }

    private long rowsOf(Administration.Issued who) {
        return sql.names(request(who)).namespaces().stream()
                .flatMap(each -> each.relations().stream())
                .filter(each -> each.name().equals("flights"))
                .findFirst()
                .orElseThrow()
                .rows();
    }

    @Test
    void whatIsNotSeenIsNotChanged() {
        rules().rows(PLACE, List.of(), "n = 'north'");
        rules().rows(PLACE, List.of("care"), "true");
        for (String each :
                List.of(
                        "delete from travel.flights where n = 'x'",
                        "update travel.flights set n = 'x'",
                        "truncate travel.flights",
                        "alter table travel.flights execute optimize",
                        "alter table travel.flights rename column n to m",
                        "alter table travel.flights drop column n",
                        "drop table travel.flights")) {
            Failure failure =
                    assertInstanceOf(Answer.Failed.class, run(city, each), each).failure();
            assertEquals(Failure.REFUSED, failure.state(), each);
            assertTrue(failure.message().contains("does not see"), failure.message());
        }
        done(city, "insert into travel.flights (n) select n from " + SOURCE);
        done(care, "alter table travel.flights rename column n to m");
        catalog(city)
                .rename(
                        Kind.TABLE,
                        new Renaming(FLIGHTS, new TableName(TRAVEL, "trips")),
                        Once.NOT);
        // it is bound to what it is and not to what it is called
        assertEquals(
                List.of("m = 'north'"),
                rules()
                        .rules(new GuardedRules.Place("city", List.of("travel"), "trips"))
                        .rows()
                        .stream()
                        .filter(each -> each.purposes().isEmpty())
                        .map(GuardedRules.OfRows::where)
                        .toList());
        refused(
                "table-rules",
                () ->
                        catalog(city)
                                .load(
                                        Kind.TABLE,
                                        new TableName(TRAVEL, "trips"),
                                        GuardedTables.Files.NONE));
        done(care, "truncate travel.trips");
        done(care, "drop table travel.trips");
    }
}
