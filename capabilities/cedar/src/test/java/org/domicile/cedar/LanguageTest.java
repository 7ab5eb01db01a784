package org.domicile.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What expressions mean. */
class LanguageTest {
    private static final EntityUid ALICE = new EntityUid("User", "alice");
    private static final EntityUid VIEW = new EntityUid("Action", "view");
    private static final EntityUid PHOTO = new EntityUid("Photo", "p");

    private static Decision decide(String policies) throws CedarException {
        Entities entities =
                Entities.of(
                        List.of(
                                new Entity(
                                        ALICE,
                                        Map.of(
                                                "age",
                                                Value.of(7),
                                                "home",
                                                Value.recordOf(
                                                        Map.of(
                                                                "city",
                                                                Value.recordOf(
                                                                        Map.of(
                                                                                "zip",
                                                                                Value.of(1)))))),
                                        Map.of("team", Value.of("red")),
                                        Set.of(new EntityUid("Group", "night"))),
                                new Entity(
                                        new EntityUid("Group", "night"),
                                        Map.of(),
                                        Set.of(new EntityUid("Group", "all"))),
                                new Entity(PHOTO, Map.of("if", Value.of("x")), Set.of())));
        return Authorizer.decide(
                new Request(ALICE, VIEW, PHOTO, Value.recordOf(Map.of("n", Value.of(5)))),
                entities,
                PolicySet.parse(policies));
    }

    private static String outcome(String expression) throws CedarException {
        Decision decision =
                decide("permit(principal, action, resource) when { " + expression + " };");
        return decision.errors().isEmpty()
                ? Boolean.toString(decision.isAllowed())
                : decision.errors().getFirst().message();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // strings and patterns
                "\"a*b\" like \"a\\*b\"",
                "!(\"axb\" like \"a\\*b\")",
                "\"axb\" like \"a*b\"",
                "\"\" like \"\"",
                "\"\" like \"**\"",
                "\"abcabc\" like \"*abc\"",
                "!(\"ab\" like \"ab*b\")",
                "\"*\" like \"\\u{2a}\" && \"anything\" like \"\\u{2a}\"",
                "\"\\u{1F600}x\" like \"\\u{1f600}*\"",
                "\"\\x41\\0\\t\" == \"A\\u{0}\\u{9}\"",
                "\"\\u{1_0}\" == \"\\u{10}\"",
                // numbers
                "-9223372036854775808 < 9223372036854775807",
                "-9223372036854775808 == -9223372036854775807 - 1",
                "- - 1 == 1",
                "2 + 3 * 4 == 14 && 10 - 3 - 2 == 5",
                "!(1 == \"1\") && 1 != true",
                // sets and records
                "[1, 2, 2] == [2, 1]",
                "[[1], [2]].contains([2])",
                "[1, 2].containsAll([]) && ![].containsAny([])",
                "[].isEmpty() && ![[]].isEmpty()",
                "{a: 1, \"b\": 2} == {\"b\": 2, a: 1}",
                "{if_: 1} has if_ && {\"if\": 1}[\"if\"] == 1",
                "{principal: 1, action: 2}.principal == 1",
                "[ip(\"10.0.0.1\")].contains(ip(\"10.0.0.1/32\"))",
                // entities
                "principal in Group::\"all\" && principal in [Group::\"x\", Group::\"night\"]",
                "principal in User::\"alice\" && !(Group::\"all\" in principal)",
                "User::\"ghost\" in User::\"ghost\" && !(User::\"ghost\" in Group::\"all\")",
                "principal is User && !(principal is Group)",
                "principal is User in Group::\"all\"",
                "principal has home.city.zip && !(principal has home.town.zip)",
                "!(principal has nothing.at.all) && !(User::\"ghost\" has age)",
                "resource has \"if\" && resource[\"if\"] == \"x\"",
                "principal.hasTag(\"team\") && principal.getTag(\"team\") == \"red\"",
                "!User::\"ghost\".hasTag(\"team\")",
                "Group::\"a\" != User::\"a\" && A::B::\"x\" == A::B::\"x\"",
                // laziness
                "true || 1 == principal.nothing || principal.nothing",
                "!(false && principal.nothing)",
                "if true then true else principal.nothing",
                // extension values
                "decimal(\"1.0\") == decimal(\"1.0000\") &&"
                        + " decimal(\"-0.5\").lessThan(decimal(\"0.0\"))",
                "decimal(\"-922337203685477.5808\").lessThan(decimal(\"922337203685477.5807\"))",
                "ip(\"10.1.2.3\").isInRange(ip(\"10.0.0.0/8\")) &&"
                        + " !ip(\"11.0.0.1\").isInRange(ip(\"10.0.0.0/8\"))",
                "!ip(\"10.0.0.0/7\").isInRange(ip(\"10.0.0.0/8\")) &&"
                        + " ip(\"::1\").isInRange(ip(\"::/0\"))",
                "!ip(\"0.0.0.1\").isInRange(ip(\"::/0\")) &&"
                        + " ip(\"ffee::11\").isInRange(ip(\"ffee::/64\"))",
                "ip(\"127.9.9.9\").isLoopback() && !ip(\"127.0.0.0/7\").isLoopback() &&"
                        + " ip(\"::1\").isLoopback()",
                "ip(\"224.0.0.1\").isMulticast() && ip(\"ff02::1\").isMulticast() &&"
                        + " ip(\"::\").isIpv6()",
                "ip(\"1:2:3:4:5:6:7::\") == ip(\"1:2:3:4:5:6:7:0\") && ip(\"A::\") =="
                        + " ip(\"a:0::0\")",
                "datetime(\"2024-10-15T11:35:00+0130\") == datetime(\"2024-10-15T10:05:00Z\")",
                "datetime(\"1969-12-31T23:59:59.999Z\").toDate() == datetime(\"1969-12-31\")",
                "datetime(\"1969-12-31T23:59:59.999Z\").toTime() == duration(\"23h59m59s999ms\")",
                "datetime(\"2024-03-01\").durationSince(datetime(\"2024-02-28\")) =="
                        + " duration(\"2d\")",
                "datetime(\"2024-02-29\").offset(duration(\"-1d\")) < datetime(\"2024-02-29\")",
                "duration(\"-90s\").toMinutes() == -1 && duration(\"36h\").toDays() == 1",
                "duration(\"-9223372036854775808ms\") < duration(\"0ms\")",
            })
    void holds(String expression) throws CedarException {
        assertEquals("true", outcome(expression));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9223372036854775807 + 1 == 0",
                "-(-9223372036854775808) == 0",
                "-9223372036854775808 - 1 == 0",
                "9223372036854775807 * 2 == 0",
                "1 < \"2\"",
                "decimal(\"1.0\") < decimal(\"2.0\")",
                "ip(\"10.0.0.1\") < ip(\"10.0.0.2\")",
                "datetime(\"2024-01-01\") < duration(\"1d\")",
                "1 && true",
                "true && 1",
                "if 1 then true else true",
                "principal.nothing",
                "User::\"ghost\".age == 1",
                "principal.getTag(\"none\") == 1",
                "principal.hasTag(1)",
                "1 in principal",
                "principal in 1",
                "principal in [principal, 1]",
                "[1] like \"*\"",
                "1 has a",
                "1 is User",
                "1.contains(1)",
                "[1].containsAll(1)",
                "decimal(\"1\") == 1",
                "decimal(\"1.\") == 1",
                "decimal(\"1.00000\") == 1",
                "decimal(\"922337203685477.5808\") == 1",
                "decimal(\"-922337203685477.5809\") == 1",
                "ip(\"10.0.0.01\").isIpv4()",
                "ip(\"10.0.0.1/33\").isIpv4()",
                "ip(\"10.0.0.1/08\").isIpv4()",
                "ip(\"256.0.0.1\").isIpv4()",
                "ip(\"::ffff:127.0.0.1\").isIpv6()",
                "ip(\"1:2:3:4:5:6:7:8::\").isIpv6()",
                "ip(\"1::2::3\").isIpv6()",
                "ip(\"::/129\").isIpv6()",
                "ip(1).isIpv4()",
                "ip().isIpv4()",
                "ip(\"::1\").isInRange()",
                "datetime(\"2023-02-29\") == 1",
                "datetime(\"2024-01-01T24:00:00Z\") == 1",
                "datetime(\"2024-01-01T00:00:00\") == 1",
                "datetime(\"2024-01-01T00:00:00+2400\") == 1",
                "datetime(\"2024-1-1\") == 1",
                "duration(\"\") == 1",
                "duration(\"-\") == 1",
                "duration(\"1h1d\") == 1",
                "duration(\"106751991168d\") == 1",
                "duration(\"9223372036854775808ms\") == 1",
                "datetime(\"9999-12-31\").offset(duration(\"9223372036854775807ms\")) == 1",
            })
    void errs(String expression) throws CedarException {
        String outcome = outcome(expression);
        assertTrue(!outcome.equals("true") && !outcome.equals("false"), outcome);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9223372036854775808 == 1",
                "-9223372036854775809 == 1",
                "99999999999999999999 == 1",
                "!!!!!true",
                "-----1 == 1",
                "!-1 == 1",
                "1 == 1 == true",
                "1 < 2 < 3",
                "1 = 1",
                "1 / 1 == 1",
                "1 % 1 == 1",
                "\"a\" like principal",
                "\"a\" like (\"a\")",
                "principal has (\"a\")",
                "principal has a[\"b\"]",
                "principal has a::b",
                "principal has true",
                "principal.if",
                "principal.__cedar",
                "principal[a]",
                "principal is \"User\"",
                "principal()",
                "foo",
                "foo.bar",
                "foo(1)",
                "a::ip(\"::1\")",
                "contains([1], 1)",
                "isIpv4(ip(\"::1\"))",
                "\"x\".ip()",
                "[1].contains()",
                "[1].contains(1, 2)",
                "[1].isEmpty(1)",
                "{a: 1, \"a\": 2} == 1",
                "{(a): 1} == 1",
                "{a::b: 1} == 1",
                "\"\\q\" == 1",
                "\"\\x80\" == 1",
                "\"\\u{d800}\" == 1",
                "\"\\u{110000}\" == 1",
                "\"\\u{}\" == 1",
                "\"\\u{_1}\" == 1",
                "\"\\u{0000001}\" == 1",
                "\"\\*\" == 1",
                "principal == ?principal",
                "User::{id: \"a\"} == 1",
                "__cedar::User::\"a\" == 1",
                "if::User::\"a\" == 1",
                "1 + if true then 1 else 2 == 1",
                "true }; permit(principal, action, resource) when { #",
            })
    void isNoPolicy(String expression) {
        CedarException e =
                assertThrows(CedarException.class, () -> outcome(expression), expression);
        assertEquals(1, e.line());
        assertTrue(e.column() > 40, e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permit(principal, action);",
                "permit(principal, action, resource, context);",
                "permit(action, principal, resource);",
                "permit(principal, action, resource)",
                "allow(principal, action, resource);",
                "permit(principal: User, action, resource);",
                "permit(principal == User, action, resource);",
                "permit(principal == ?resource, action, resource);",
                "permit(principal != User::\"a\", action, resource);",
                "permit(principal is User == User::\"a\", action, resource);",
                "permit(principal in [User::\"a\"], action, resource);",
                "permit(principal, action == User::\"a\", resource);",
                "permit(principal, action in [[Action::\"a\"]], resource);",
                "permit(principal, action is Action, resource);",
                "permit(principal, action == ?action, resource);",
                "permit(principal, action, resource) when { };",
                "permit(principal, action, resource) if { true };",
                "@a @a permit(principal, action, resource);",
                "@a(1) permit(principal, action, resource);",
            })
    void isNoScope(String text) {
        assertThrows(CedarException.class, () -> PolicySet.parse(text));
    }

    @Test
    void anErrorSaysWhereAndWhat() {
        CedarException e =
                assertThrows(
                        CedarException.class,
                        () ->
                                PolicySet.parse(
                                        "permit(principal,\n  action,\n  resource) when { a };"));
        assertEquals(3, e.line());
        assertEquals(20, e.column());
        assertEquals(
                "line 3, column 20: found the name `a`, expected an expression (the variables are"
                        + " principal, action, resource, context)",
                e.getMessage());
    }

    @Test
    void commasMayTrailAndCommentsStandAnywhere() throws CedarException {
        Decision decision =
                decide(
                        """
                        // one
                        @if("x") @y permit(principal, // two
                            action in [Action::"view",], resource,)
                        when { [1, 2,].contains(1) && {a: 1,} has a };\
                        """);
        assertEquals(List.of("policy0"), decision.reasons());
    }

    @Test
    void forbidsWinAndErrorsAreNamed() throws CedarException {
        Decision decision =
                decide(
                        """
                        permit(principal, action, resource);
                        permit(principal == User::"bob", action, resource);
                        forbid(principal, action, resource) when { principal.nothing };
                        forbid(principal in Group::"all", action, resource) unless { false };
                        forbid(principal, action == Action::"view", resource == Photo::"p");
                        """);
        assertEquals(Decision.Outcome.DENY, decision.outcome());
        assertEquals(List.of("policy3", "policy4"), decision.reasons());
        assertEquals("policy2", decision.errors().getFirst().policy());
        assertEquals(List.of(), decide("").reasons());
    }

    @Test
    void annotationsAreKept() throws CedarException {
        PolicySet set = PolicySet.parse("@a(\"x\\n\") @b permit(principal, action, resource);");
        assertEquals(
                Map.of("a", "x\n", "b", ""), set.policy("policy0").orElseThrow().annotations());
    }

    @Test
    void templatesDecideWhenTheyAreLinked() throws CedarException {
        PolicySet set =
                PolicySet.parse(
                        """
                        permit(principal in ?principal, action, resource == ?resource);
                        permit(principal is User in ?principal, action, resource);
                        permit(principal == User::"bob", action, resource);\
                        """);
        assertEquals(List.of("policy0", "policy1"), List.copyOf(set.templates()));
        assertEquals(1, set.policies().size());
        EntityUid all = new EntityUid("Group", "all");
        PolicySet linked =
                set.plus(
                        List.of(
                                new PolicySet.Link(
                                        "policy0",
                                        "l0",
                                        Map.of(Slot.PRINCIPAL, all, Slot.RESOURCE, PHOTO)),
                                new PolicySet.Link("policy1", "l1", Map.of(Slot.PRINCIPAL, ALICE)),
                                new PolicySet.Link(
                                        "policy1", "l2", Map.of(Slot.PRINCIPAL, PHOTO))));
        Request request = new Request(ALICE, VIEW, PHOTO, Value.Fields.EMPTY);
        Entities entities = Entities.of(List.of(new Entity(ALICE, Map.of(), Set.of(all))));
        assertEquals(List.of("l0", "l1"), Authorizer.decide(request, entities, linked).reasons());
        assertEquals(List.of(), Authorizer.decide(request, entities, set).reasons());
        for (PolicySet.Link wrong :
                List.of(
                        new PolicySet.Link("policy0", "x", Map.of(Slot.PRINCIPAL, all)),
                        new PolicySet.Link("policy2", "x", Map.of()),
                        new PolicySet.Link("policy1", "policy2", Map.of(Slot.PRINCIPAL, all)),
                        new PolicySet.Link(
                                "policy1", "x", Map.of(Slot.PRINCIPAL, all, Slot.RESOURCE, all)))) {
            assertThrows(CedarException.class, () -> set.plus(List.of(wrong)));
        }
    }

    @Test
    void policiesMayHaveNamesOfTheirOwn() throws CedarException {
        String text = "permit(principal, action, resource);";
        PolicySet set = PolicySet.parse(Map.of("mine", text));
        assertEquals("mine", set.policies().iterator().next().id());
        assertThrows(CedarException.class, () -> PolicySet.parse(Map.of("two", text + text)));
    }
}
