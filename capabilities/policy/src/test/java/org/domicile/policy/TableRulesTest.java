package org.domicile.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.domicile.keys.Vault;
import org.domicile.keyspace.Keyspace;
import org.domicile.policy.Condition.Column;
import org.domicile.policy.TableRules.OfColumn;
import org.domicile.policy.TableRules.OfRows;
import org.domicile.policy.TableRules.Otherwise;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rules of tables: how they are kept, what they leave to whom, and which conditions there are. */
@Timeout(60)
class TableRulesTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final String TABLE = "0123456789abcdef0123";
    private static final Vault PLAIN = new PlainVault();
    private static final List<Column> COLUMNS =
            List.of(
                    new Column(1, "id", Condition.Kind.NUMBER),
                    new Column(2, "region", Condition.Kind.TEXT),
                    new Column(3, "Two words", Condition.Kind.TEXT),
                    new Column(4, "born", Condition.Kind.DAY),
                    new Column(5, "seen", Condition.Kind.MOMENT),
                    new Column(6, "open", Condition.Kind.TRUTH),
                    new Column(7, "list", Condition.Kind.OTHER),
                    new Column(8, "key", Condition.Kind.UUID));

    private final Keyspace keyspace = Keyspace.inMemory();
    private Policy policy = open();

    private Policy open() {
        return Policy.open(keyspace, PLAIN, new SealedNames(PLAIN, Set.of()), () -> NOW);
    }

    @BeforeEach
    void found() {
        done(new Change.NewZone(new Zone("home", Optional.empty())));
        done(new Change.NewOrganisation(new Organisation("city", "home", "k", NOW)));
        for (String each : List.of("care", "figures")) {
            done(
                    new Change.NewPurpose(
                            new Purpose(
                                    "city",
                                    each,
                                    "health",
                                    Kinds.named("health").orElseThrow().term(),
                                    "text",
                                    "",
                                    "owner",
                                    "basis",
                                    "",
                                    each.equals("care") ? List.of("personal") : List.of(),
                                    List.of("*"),
                                    List.of("home"),
                                    "",
                                    NOW,
                                    NOW.plusSeconds(1_000),
                                    false)));
        }
    }

    @AfterEach
    void end() {
        keyspace.close();
    }

    private static Request request() {
        return new Request(
                "r",
                new Caller.Program("system:upkeep", "system/upkeep"),
                "test",
                "home",
                "127.0.0.1",
                NOW,
                NOW.plusSeconds(60),
                Optional.empty());
    }

    private void done(Change change) {
        assertInstanceOf(
                Policy.Applied.Done.class, policy.change(request(), change), () -> "" + change);
    }

    private void refused(Change change, String sentence) {
        Policy.Applied applied = policy.change(request(), change);
        String said = assertInstanceOf(Policy.Applied.Refused.class, applied).sentence();
        assertTrue(said.contains(sentence), said);
    }

    private void column(int field, Otherwise otherwise, String... classes) {
        done(
                new Change.SetColumnRule(
                        "city", TABLE, new OfColumn(field, List.of(classes), otherwise)));
    }

    private void rows(String where, String... purposes) {
        done(new Change.SetRowRule("city", TABLE, new OfRows(List.of(purposes), where)));
    }

    private Sight sight(String purpose) {
        return policy.register().sight("city", TABLE, purpose);
    }

    @Test
    void eachPurposeHasItsSight() {
        assertTrue(sight("city/figures").whole());
        assertEquals("", sight("city/figures").digest());
        column(3, Otherwise.MASK, "name", "contact");
        assertTrue(sight("city/care").whole(), "a name is personal");
        Sight sight = sight("city/figures");
        assertEquals(
                List.of(new Sight.Hidden(3, List.of("contact", "name"), Otherwise.MASK)),
                sight.hidden());
        assertEquals(1, sight("city/nobody").hidden().size(), "who has no purpose lists nothing");
        column(3, Otherwise.REFUSE, "open");
        assertTrue(sight("city/figures").whole(), "open data are everybody's");
        rows("#2 = 'north'");
        rows(Condition.ALL, "city/care");
        assertTrue(sight("city/care").whole());
        assertEquals("#2 = 'north'", sight("city/figures").where());
        // the newest rule of a purpose is the only one
        rows("#1 > 5", "city/care", "city/figures");
        assertEquals("#1 > 5", sight("city/care").where());
        assertEquals(2, policy.register().rules("city", TABLE).rows().size());
        rows("", "city/figures");
        assertEquals("#2 = 'north'", sight("city/figures").where());
        assertEquals("#1 > 5", sight("city/care").where());
        rows("");
        assertTrue(sight("city/figures").whole());
        assertTrue(policy.register().sight("city", "another", "city/figures").whole());
        assertTrue(policy.register().sight("town", TABLE, "city/figures").whole());
    }

    @Test
    void theyAreKeptAndNamedByDigests() {
        String before = policy.register().digest();
        column(3, Otherwise.REFUSE, "name");
        rows("#2 = 'north'", "city/care");
        rows("#2 = 'it''s'");
        String with = policy.register().digest();
        assertNotEquals(before, with);
        TableRules rules = policy.register().rules("city", TABLE);
        assertEquals(rules, RegisterCodec.rules(rules.id(), RegisterCodec.encode(rules)));
        policy = open();
        assertEquals(rules, policy.register().rules("city", TABLE));
        assertEquals(with, policy.register().digest());
        // of a record of the past they are found again
        assertEquals(
                List.of(with),
                policy.evidence("", "{\"register\":\"" + with + "\"}", Set.of()).stream()
                        .map(Evidence::digest)
                        .toList());
        column(3, Otherwise.MASK);
        rows("");
        rows("", "city/care");
        assertEquals(before, policy.register().digest());
        assertEquals(Map.of(), policy.register().rules());
    }

    @Test
    void objectionsSayWhatToDo() {
        refused(
                new Change.SetColumnRule(
                        "city", TABLE, new OfColumn(3, List.of("secret"), Otherwise.MASK)),
                "'label classes'");
        refused(
                new Change.SetColumnRule("city", TABLE, new OfColumn(3, List.of(), Otherwise.MASK)),
                "taken away");
        refused(
                new Change.SetRowRule("city", TABLE, new OfRows(List.of("city/none"), "#1 = 1")),
                "'purpose list'");
        refused(new Change.SetRowRule("city", TABLE, new OfRows(List.of(), "")), "taken away");
        refused(
                new Change.SetRowRule("city", TABLE, new OfRows(List.of(), "#1 = \u0000")),
                "parsed");
    }

    @Test
    void conditionsAreASmallPartOfSql() throws Condition.Unclear {
        Map<String, String> all =
                Map.ofEntries(
                        Map.entry("true", "TRUE"),
                        Map.entry("region='north'", "#2 = 'north'"),
                        Map.entry("REGION <> 'it''s'", "#2 <> 'it''s'"),
                        Map.entry(
                                "id in (1,-2, 3.5) and not (\"Two words\" is null)",
                                "#1 IN ( 1 , -2 , 3.5 ) AND NOT ( #3 IS NULL )"),
                        Map.entry(
                                "born between '2020-01-01' and '2020-12-31'",
                                "#4 BETWEEN '2020-01-01' AND '2020-12-31'"),
                        Map.entry("seen >= '2020-01-01 12:30:00'", "#5 >= '2020-01-01 12:30:00'"),
                        Map.entry("seen < '2020-01-01T12:30:00Z'", "#5 < '2020-01-01T12:30:00Z'"),
                        Map.entry("open or not open", "#6 OR NOT #6"),
                        Map.entry("open = false", "#6 = FALSE"),
                        Map.entry("list is not null", "#7 IS NOT NULL"),
                        Map.entry("region not like '%x_'", "#2 NOT LIKE '%x_'"),
                        Map.entry("region = \"Two words\"", "#2 = #3"),
                        Map.entry(
                                "key = '00000000-0000-0000-0000-00000000000a'",
                                "#8 = '00000000-0000-0000-0000-00000000000a'"));
        for (Map.Entry<String, String> each : all.entrySet()) {
            assertEquals(each.getValue(), Condition.of(each.getKey(), COLUMNS).text());
        }
        Condition one = Condition.of("id in (1, 2) and region = '#1'", COLUMNS);
        assertEquals(Set.of(1, 2), one.fields());
        assertEquals("c1 IN (1, 2) AND c2 = '#1'", one.sql(id -> "c" + id));
    }

    @Test
    void whatIsNoConditionIsSaid() {
        Map<String, String> all =
                Map.ofEntries(
                        Map.entry("", "says something"),
                        Map.entry("random() < 0.5", "functions"),
                        Map.entry("lower(region) = 'x'", "functions"),
                        Map.entry("region(1)", "functions"),
                        Map.entry("nothing = 1", "no column nothing"),
                        Map.entry("\"Region\" = 'x'", "no column"),
                        Map.entry("region", "comparison"),
                        Map.entry("region =", "at the end"),
                        Map.entry("region = 'x' region = 'y'", "not expected"),
                        Map.entry("region in (select 1)", "no column select"),
                        Map.entry("exists (select 1)", "functions"),
                        Map.entry("(region = 'x'", "')' is missing"),
                        Map.entry("1 = 1", "a column"),
                        Map.entry("id = 'x'", "no value"),
                        Map.entry("region = 5", "no value"),
                        Map.entry("born = 'yesterday'", "no value"),
                        Map.entry("seen = 'now'", "no value"),
                        Map.entry("key = 'x'", "no value"),
                        Map.entry("list = 'x'", "IS NULL is"),
                        Map.entry("id = region", "not compared"),
                        Map.entry("id like 'x'", "LIKE"),
                        Map.entry("region = 'x'; drop table t", "not understood"),
                        Map.entry("region = 'x' -- all", "not understood"),
                        Map.entry("region = 'x' /* all */", "not understood"),
                        Map.entry("#1 = 1", "not expected"),
                        Map.entry("region = $1", "not understood"),
                        Map.entry("region = 'x", "not understood"));
        for (Map.Entry<String, String> each : all.entrySet()) {
            String said =
                    assertThrows(
                                    Condition.Unclear.class,
                                    () -> Condition.of(each.getKey(), COLUMNS),
                                    each.getKey())
                            .sentence();
            assertTrue(said.contains(each.getValue()), each.getKey() + ": " + said);
        }
        assertThrows(
                Condition.Unclear.class,
                () -> Condition.of("(".repeat(100) + "true" + ")".repeat(100), COLUMNS));
        assertThrows(
                Condition.Unclear.class,
                () -> Condition.of("region = '" + "x".repeat(5_000) + "'", COLUMNS));
    }
}
