package org.domicile.register;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.domicile.policy.Algorithm;
import org.domicile.policy.Kinds;
import org.domicile.policy.Purpose;
import org.junit.jupiter.api.Test;

/**
 * Each export against the shape that its standard demands, as far as a register can know: DPV 2.3's
 * terms, DCAT-AP 3's mandatory properties, Article 30's letters, and the attributes of the
 * Eurocities standard 0.3.1. Validators that are not ours judge them in {@code proof} (the job
 * register.py).
 */
class ExportsTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final List<Purpose> PURPOSES =
            List.of(
                    new Purpose(
                                    "city",
                                    "p",
                                    "health",
                                    "dpv:ImproveHealthcare",
                                    "Healing \"all\"",
                                    "علاج",
                                    "Office",
                                    "Act, section 1",
                                    "a@city.example",
                                    List.of("health", "name"),
                                    List.of("s3:Get*"),
                                    List.of("home"),
                                    "",
                                    NOW,
                                    NOW.plusSeconds(9),
                                    false)
                            .using(Algorithm.of(List.of("rule-based", "predictive", "limited"))),
                    new Purpose(
                            "city",
                            "q",
                            "trial",
                            "dpv:TechnicalServiceProvision",
                            "=1+1",
                            "",
                            "-Office",
                            "none",
                            "",
                            List.of(),
                            List.of("*"),
                            List.of("home", "de"),
                            "city/p",
                            NOW,
                            Instant.MAX,
                            true));

    private static Object json(String text) throws IOException {
        try (JsonParser json = new JsonFactory().createParser(text)) {
            json.nextToken();
            Object value = value(json);
            assertEquals(Optional.empty(), Optional.ofNullable(json.nextToken()));
            return value;
        }
    }

    private static Object value(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.START_OBJECT) {
            Map<String, Object> map = new LinkedHashMap<>();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                map.put(name, value(json));
            }
            return map;
        }
        if (json.currentToken() == JsonToken.START_ARRAY) {
            List<Object> list = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                list.add(value(json));
            }
            return list;
        }
        return json.getText();
    }

    private static Object of(Exports.Format format) throws IOException {
        return json(Exports.of(format, PURPOSES, NOW));
    }

    private static Object member(Object value, String name) {
        return Optional.ofNullable(((Map<?, ?>) value).get(name))
                .orElseThrow(() -> new AssertionError("no " + name + " in " + value));
    }

    private static List<?> list(Object value, String name) {
        return (List<?>) member(value, name);
    }

    @Test
    void dpvHasAProcessForEachPurpose() throws IOException {
        Object document = of(Exports.Format.DPV);
        assertEquals("https://w3id.org/dpv#", member(member(document, "@context"), "dpv"));
        List<?> graph = list(document, "@graph");
        assertEquals(2, graph.size());
        for (Object process : graph) {
            assertEquals("dpv:Process", member(process, "@type"));
            String term = (String) member(member(process, "dpv:hasPurpose"), "@type");
            assertTrue(Kinds.hasTerm(term), term);
            for (String property :
                    List.of("dpv:hasDataController", "dpv:hasLegalBasis", "dct:description")) {
                member(process, property);
            }
        }
        assertEquals(
                List.of(Map.of("@id", "pd:Health"), Map.of("@id", "pd:Name")),
                list(graph.get(0), "dpv:hasPersonalData"));
        assertEquals(2, list(graph.get(0), "dct:description").size());
    }

    @Test
    void dcatHasWhatTheProfileDemands() throws IOException {
        Object catalog = of(Exports.Format.DCAT);
        assertEquals("dcat:Catalog", member(catalog, "@type"));
        for (String property : List.of("dct:title", "dct:description", "dct:publisher")) {
            member(catalog, property);
        }
        for (Object dataset : list(catalog, "dcat:dataset")) {
            assertEquals("dcat:Dataset", member(dataset, "@type"));
            member(dataset, "dct:title");
            member(dataset, "dct:description");
            assertEquals("foaf:Agent", member(member(dataset, "dct:publisher"), "@type"));
            assertEquals("city", member(member(dataset, "dct:publisher"), "foaf:name"));
            for (Object distribution : list(dataset, "dcat:distribution")) {
                member(distribution, "dcat:accessURL");
            }
        }
    }

    @Test
    void article30HasItsColumnsAndNoFormula() {
        String csv = Exports.of(Exports.Format.ARTICLE_30, PURPOSES, NOW);
        List<String> lines = List.of(csv.split("\r\n"));
        assertEquals(3, lines.size());
        assertEquals(13, lines.getFirst().split(",").length);
        for (String line : lines.subList(1, 3)) {
            assertTrue(line.matches("(\"([^\"]|\"\")*\",){12}\"([^\"]|\"\")*\""), line);
        }
        assertTrue(lines.get(1).contains("\"Healing \"\"all\"\"\""), lines.get(1));
        assertTrue(lines.get(2).contains("\"'=1+1\""), lines.get(2));
        assertTrue(lines.get(2).contains("\"'-Office\""), lines.get(2));
        assertFalse(csv.contains("\"="), csv);
    }

    /** Attributes that the standard requires. */
    private static final Set<String> REQUIRED =
            Set.of(
                    "name",
                    "description_short",
                    "organization",
                    "department",
                    "contact_email",
                    "area",
                    "domain",
                    "status",
                    "decision_making_process",
                    "goal",
                    "impact",
                    "risks",
                    "risk_category",
                    "algorithm_type",
                    "type",
                    "proportionality",
                    "lawful_basis",
                    "training_data",
                    "source_data",
                    "connected_data_sources",
                    "description",
                    "monitoring",
                    "human_intervention",
                    "objection_procedure",
                    "standard_version",
                    "lang",
                    "publication_date",
                    "last_change_date",
                    "revision_date");

    @Test
    void algorithmsHaveTheAttributesOfTheStandard() throws IOException {
        List<?> all = (List<?>) of(Exports.Format.ALGORITHMS);
        assertEquals(1, all.size(), "a purpose without an algorithm is no algorithm");
        for (Object each : all) {
            Map<?, ?> algorithm = (Map<?, ?>) each;
            assertTrue(algorithm.keySet().containsAll(REQUIRED), algorithm::toString);
            assertTrue(algorithm.values().stream().allMatch(String.class::isInstance));
            assertEquals("0.3.1", algorithm.get("standard_version"));
            assertTrue(
                    Set.of("operational", "retired")
                            .contains(String.valueOf(algorithm.get("status"))));
            for (String date : List.of("publication_date", "last_change_date", "revision_date")) {
                LocalDate.parse(String.valueOf(algorithm.get(date)));
            }
            UUID.fromString(String.valueOf(algorithm.get("uuid")));
            assertEquals("limited risk", algorithm.get("risk_category"));
            assertEquals("rule-based", algorithm.get("algorithm_type"));
            assertEquals("predictive", algorithm.get("type"));
        }
    }

    @Test
    void theLanguageIsTheOneThatIsAskedFor() {
        record Case(String query, List<String> accept, Language language) {}
        for (Case each :
                List.of(
                        new Case("", List.of(), Language.EN),
                        new Case("lang=ar", List.of("en"), Language.AR),
                        new Case("lang=xx", List.of("ar"), Language.AR),
                        new Case("", List.of("ar-EG,en;q=0.8"), Language.AR),
                        new Case("", List.of("en, ar;q=0.9"), Language.EN),
                        new Case("", List.of("ar;q=0"), Language.EN),
                        new Case("", List.of("de", "ar;q=0.1"), Language.AR),
                        new Case("", List.of("*;q=0.5, ar"), Language.AR),
                        new Case("", List.of(";;,,q=1;ar;q=x"), Language.EN))) {
            assertEquals(
                    each.language(), Language.asked(each.query(), each.accept()), each::toString);
        }
    }

    @Test
    void aPathIsOneOfAClosedSet() {
        for (String nothing :
                List.of(
                        "/register/x",
                        "/register/index",
                        "/register/proof/01",
                        "/register/proof/-1",
                        "/register/proof/99999999999999999999",
                        "/register/purposes/city",
                        "/register/purposes/city/p/",
                        "/register/purposes/city/../p",
                        "/register/purposes/city/p%2e",
                        "/register/purposes/city/p/2026-1-1",
                        "/register/export/other.csv")) {
            assertEquals(Optional.empty(), Wanted.at(nothing), nothing);
        }
        assertEquals(
                Optional.of(new Wanted.Day("city/p", "2026-11-01", Wanted.As.JSON)),
                Wanted.at("/register/purposes/city/p/2026-11-01.json"));
    }

    @Test
    void whatStrangersWroteIsShownAndNotUnderstood() {
        Purpose bad =
                new Purpose(
                        "city",
                        "x",
                        "<script>alert(1)</script>",
                        "\"><img>",
                        "'&",
                        List.of("home"),
                        NOW,
                        NOW.plusSeconds(9),
                        false);
        Observed observed = new Observed();
        observed.read(ObservedTest.counts("2026-11-01T00:00Z", "city/x", "<b>", "allowed", 1));
        Follow.View view = new Follow.View(observed, 1);
        Pages.Both both = Pages.both(List.of(bad), observed).getFirst();
        for (Language language : Language.values()) {
            String page = Pages.one(language, both, 365, view, NOW);
            String index = Pages.index(language, List.of(both), view, NOW);
            for (String text : List.of(page, index)) {
                assertFalse(text.contains("<script"), text);
                assertFalse(text.contains("<img"), text);
                assertFalse(text.contains("<b>"), text);
                assertFalse(text.contains("style="), text);
                assertTrue(text.contains("dir=\"" + language.direction() + "\""));
            }
        }
    }
}
