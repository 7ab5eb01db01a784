package org.domicile.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is written for another engine reads back as what it was. */
class JsonFormTest {
    private static final EntityUid ADA = new EntityUid("User", "ada \"\\ü\n\u0001");
    private static final EntityUid STAFF = new EntityUid("Org::Group", "staff");

    private static Value value(String expression) throws Exception {
        Decision decision =
                Authorizer.decide(
                        Request.of(ADA, ADA.sibling("x"), STAFF, "{\"v\":" + expression + "}"),
                        Entities.NONE,
                        PolicySet.parse("permit (principal, action, resource);"));
        assertTrue(decision.isAllowed());
        return JsonForm.parse(expression);
    }

    @Test
    void valuesReadBack() throws Exception {
        for (String each :
                List.of(
                        "true",
                        "-9223372036854775808",
                        "\"a\\\"b\\\\\\n\"",
                        "[]",
                        "[1,2,{\"a\":[false]}]",
                        "{\"__entity\":{\"type\":\"A::B\",\"id\":\"c\"}}",
                        "{\"__extn\":{\"fn\":\"decimal\",\"arg\":\"-0.5\"}}",
                        "{\"__extn\":{\"fn\":\"ip\",\"arg\":\"10.0.0.0/8\"}}",
                        "{\"__extn\":{\"fn\":\"ip\",\"arg\":\"fe80::1\"}}",
                        "{\"__extn\":{\"fn\":\"datetime\",\"arg\":\"2024-10-15T11:35:00.007Z\"}}",
                        "{\"__extn\":{\"fn\":\"duration\",\"arg\":\"-1d2h3ms\"}}")) {
            Value value = value(each);
            assertEquals(value, JsonForm.parse(JsonForm.format(value)), each);
        }
        assertEquals("[1,2]", JsonForm.format(Value.setOf(List.of(Value.of(2), Value.of(1)))));
        assertThrows(CedarException.class, () -> JsonForm.parse("null"));
    }

    @Test
    void entitiesReadBack() throws Exception {
        Entity ada =
                new Entity(
                        ADA,
                        Map.of("boss", STAFF, "since", new Datetime(0)),
                        Map.of("t", Value.of("x")),
                        Set.of(STAFF));
        Entity staff = new Entity(STAFF, Map.of(), Set.of());
        Entities read = Entities.parse(JsonForm.format(List.of(ada, staff)));
        assertEquals(ada, read.find(ADA));
        assertEquals(staff, read.find(STAFF));
    }

    @Test
    void whatIsReachableIsFoundThroughGroupsAttributesAndTags() throws Exception {
        EntityUid tagged = new EntityUid("Tagged", "1");
        EntityUid other = new EntityUid("Other", "1");
        Entities entities =
                Entities.of(
                                List.of(
                                        new Entity(STAFF, Map.of("in", tagged), Set.of()),
                                        new Entity(other, Map.of(), Set.of()),
                                        new Entity(
                                                tagged,
                                                Map.of(),
                                                Map.of("t", Value.setOf(List.of(ADA))),
                                                Set.of())))
                        .with(new Entity(ADA, Map.of(), Set.of(STAFF)));
        assertEquals(4, entities.size());
        assertTrue(entities.contains(ADA));
        assertEquals(
                List.of(STAFF, tagged, ADA),
                entities.reachable(List.of(ADA)).stream().map(Entity::uid).toList());
        assertEquals(List.of(), entities.reachable(List.of(ADA.sibling("nobody"))));
    }

    @Test
    void aTextsPoliciesStandByThemselves() throws Exception {
        String text =
                "// one\n@id(\"a\") permit (principal, action, resource); // not this\n"
                        + "  forbid (principal == ?principal, action, resource)\n"
                        + "when { \"ü;\" == principal.x };permit (principal == User::\"u\","
                        + "action == Action::\"act\", resource) when { Org::\"o\" has x };";
        List<PolicySet.Source> sources = PolicySet.sources(text);
        assertEquals(3, sources.size());
        assertEquals("@id(\"a\") permit (principal, action, resource);", sources.get(0).text());
        assertEquals("a", sources.get(0).id());
        assertEquals(2, sources.get(0).line());
        assertEquals(Set.of(Slot.PRINCIPAL), sources.get(1).slots());
        assertTrue(sources.get(1).text().startsWith("forbid (principal == ?p"));
        assertTrue(sources.get(1).text().endsWith("\"ü;\" == principal.x };"));
        assertTrue(sources.get(2).text().startsWith("permit (principal == User"));
        assertEquals(
                Set.of(
                        new EntityUid("User", "u"),
                        new EntityUid("Action", "act"),
                        new EntityUid("Org", "o")),
                PolicySet.parse(text).mentioned());
    }
}
