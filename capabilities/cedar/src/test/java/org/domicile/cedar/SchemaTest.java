package org.domicile.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a schema declares, and what it then refuses. */
class SchemaTest {
    private static final String AMAL =
            "{\"uid\": {\"type\": \"Water::Person\", \"id\": \"amal\"}, \"attrs\": {\"name\":"
                    + " \"A\", \"clearance\": 1, \"agency\": {\"type\": \"Water::Agency\", \"id\":"
                    + " \"rivers\"}}, \"parents\": []}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "entity A; entity B in [A]; entity C in A;",
                "entity A in []; entity B = {};",
                "entity A { \"a b\": __cedar::Long, c?: Set<__cedar::decimal>, };",
                "entity Long { a: Long }; entity B { l: __cedar::Long };",
                "namespace N { entity A in B; entity B; } entity C in N::A;",
                "namespace N { type T = {a: U}; type U = Set<A>; entity A { t: T }; }",
                "entity A; action a, \"b c\" in [g, N::Action::\"x\"]; action g; namespace N {"
                        + " action x; }",
                "@d(\"x\") entity A; @e action v appliesTo { principal: A, resource: [A], context:"
                        + " {}, };",
                "type C = {x?: Bool}; entity A; action v appliesTo { context: C, resource: A,"
                        + " principal: A } attributes {};",
                "entity E enum [\"a\", \"b\"]; entity A in E { e: E };",
                "entity A { x: Action }; action v;",
                "entity A in A; entity B in C; entity C in B;",
                "entity Set; entity A { s: Set, t: Set<Set> };",
                "entity x, entity, type, action, namespace, tags;",
            })
    void isASchema(String text) throws CedarException {
        Schema.parse(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "entity A",
                "entity A; entity A;",
                "entity A, A;",
                "entity A in B;",
                "entity A { b: B };",
                "entity A { b Long };",
                "entity A [];",
                "entity Action;",
                "entity in;",
                "entity __cedar;",
                "entity A in [B,]; entity B;",
                "entity E enum [];",
                "entity E enum [\"a\",];",
                "entity E enum [a];",
                "type Long = Bool;",
                "type Set = Bool;",
                "type T = T;",
                "type T = {a: Set<U>}; type U = T;",
                "type T = Nope;",
                "type T = Set;",
                "type T = Set<>;",
                "namespace N { entity T; } entity T;",
                "namespace N { entity A; } namespace N { entity B; }",
                "namespace N { action x; } action x;",
                "namespace __cedar { entity A; }",
                "action a; action a;",
                "action a in b;",
                "action a in a;",
                "action a in b; action b in a;",
                "action a in []; ",
                "entity A; action a appliesTo {};",
                "entity A; action a appliesTo { principal: A };",
                "entity A; action a appliesTo { principal: [], resource: A };",
                "entity A; action a appliesTo { principal: A, principal: A, resource: A };",
                "entity A; action a appliesTo { principal: A, resource: Action };",
                "entity A; action a appliesTo { principal: A, resource: A, context: Long };",
                "entity A; action a appliesTo { principal: A, resource: A, context: A };",
                "@a @a entity A;",
                "permit(principal, action, resource);",
            })
    void isNoSchema(String text) {
        assertThrows(CedarException.class, () -> Schema.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "principal.name like \"A*\"",
                "principal has desk && principal.desk.host.isIpv4()",
                "principal has desk.host && principal.desk.shifts.contains(\"x\")",
                "!(principal has desk) || principal.clearance > 1",
                "if principal has desk then principal.desk.host == context.from else true",
                "principal.hasTag(\"a\") && principal.getTag(\"a\") == \"b\"",
                "1 == \"a\" || true",
                "(true || true) == true || principal.nothing",
                "(true && false) == false || principal.nothing",
                "false && principal.nothing",
                "true || principal.nothing",
                "context.at < datetime(\"2026-01-01\")",
                "principal == resource || principal.agency == Water::Agency::\"coast\"",
                "resource is Water::Basin || resource has open",
                "resource is Water::Station && resource.open",
                "action in [Water::Action::\"use\"]",
                "[principal, Water::Person::\"x\"].contains(principal)",
                "{a: 1, b: \"x\"} == {b: \"y\", a: 2}",
            })
    void isValid(String expression) throws CedarException {
        assertEquals(List.of(), errors(expression));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "principal.nothing == 1",
                "(!false) == true || principal.nothing",
                "principal.desk.host.isIpv4()",
                "principal has desk || principal.desk.host.isIpv4()",
                "(principal has desk || true) && principal.desk.host.isIpv4()",
                "principal.getTag(\"a\") == \"b\"",
                "principal.hasTag(\"a\") && principal.getTag(\"b\") == \"b\"",
                "action.hasTag(\"a\") || action.getTag(\"a\") == 1",
                "principal.name < 1",
                "principal.name == 1",
                "[1, \"a\"].isEmpty()",
                "[].isEmpty()",
                "[1].contains(\"a\")",
                "[1].containsAny([\"a\"])",
                "(if principal has desk then 1 else \"a\") == 1",
                "[principal, resource].isEmpty()",
                "ip(principal.name).isIpv4()",
                "ip(\"x\").isIpv4()",
                "decimal(\"1\") == decimal(\"1.0\")",
                "ip(\"::1\", \"::1\").isIpv4()",
                "principal is Nope",
                "principal == Nope::\"x\"",
                "false && principal == Nope::\"x\"",
                "principal.agency == Water::Agency::\"desert\"",
                "action == Water::Action::\"nope\"",
                "1 + principal.name == 1",
                "-principal.name == 1",
                "principal in principal.name",
                "principal like \"x\"",
                "!principal.clearance",
                "principal.clearance",
                "resource.open",
                "{a: 1} == {b: 1}",
                "{a: 1}.b == 1",
            })
    void isInvalid(String expression) throws CedarException {
        assertFalse(errors(expression).isEmpty());
    }

    private static List<Validator.Finding> errors(String expression) throws CedarException {
        PolicySet policies =
                PolicySet.parse(
                        "permit(principal, action == Water::Action::\"read\", resource) when { "
                                + expression
                                + " };");
        return Validator.validate(policies, Cases.schema()).errors();
    }

    @Test
    void aFindingSaysWhereAndWhat() throws CedarException {
        Validator.Finding finding = errors("principal.nothing == 1").getFirst();
        assertEquals(
                "policy0, line 1, column 79: Water::Person has no attribute \"nothing\"",
                finding.toString());
    }

    @Test
    void scopesAndTemplatesAreValidated() throws CedarException {
        Schema schema = Cases.schema();
        PolicySet good =
                PolicySet.parse(
                        """
                        permit(principal in ?principal, action, resource == ?resource)
                        when { resource is Water::Basin };
                        permit(principal == ?principal, action in Water::Action::"use", resource);\
                        """);
        assertTrue(Validator.validate(good, schema).isValid());
        for (String text :
                List.of(
                        "permit(principal is Water::Basin, action, resource);",
                        "permit(principal in Water::Basin::\"x\", action, resource);",
                        "permit(principal, action in [], resource);",
                        "permit(principal, action == Water::Action::\"use\", resource);",
                        "permit(principal, action == Water::Action::\"calibrate\", resource is"
                                + " Water::Basin);",
                        "permit(principal, action, resource is Nope);",
                        "permit(principal == Water::Agency::\"rivers\", action, resource);")) {
            assertFalse(Validator.validate(PolicySet.parse(text), schema).isValid(), text);
        }
        PolicySet link =
                good.plus(
                        List.of(
                                new PolicySet.Link(
                                        "policy1",
                                        "l",
                                        Map.of(Slot.PRINCIPAL, new EntityUid("Nope", "x")))));
        assertFalse(Validator.validate(link, schema).isValid());
        PolicySet never = PolicySet.parse("permit(principal, action, resource) when { 1 == 2 };");
        assertEquals(1, Validator.validate(never, schema).warnings().size());
        assertTrue(Validator.validate(never, schema).isValid());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"clearance\": 1|\"clearance\": \"1\"",
                "\"clearance\": 1|\"clearance\": 1.0",
                "\"clearance\": 1|\"clearance\": 9223372036854775808",
                "\"clearance\": 1|\"clearance\": null",
                "\"clearance\": 1,|",
                "\"clearance\": 1|\"clearance\": 1, \"extra\": 1",
                "\"clearance\": 1|\"clearance\": 1, \"clearance\": 1",
                "\"rivers\"|\"desert\"",
                "Water::Agency|Water::Team",
                "Water::Person|Water::Nobody",
                "Water::Person|Water Person",
                "\"parents\": []|\"parents\": [{\"type\": \"Water::Basin\", \"id\": \"x\"}]",
                "\"parents\": []|\"tags\": {}",
                "\"parents\": []|\"parents\": [], \"tags\": {\"a\": 1}",
                "\"clearance\": 1|\"clearance\": 1, \"desk\": {\"host\": \"x\", \"shifts\": []}",
                "\"clearance\": 1|\"clearance\": 1, \"desk\": {\"shifts\": []}",
                "\"clearance\": 1|\"clearance\": {\"__expr\": \"1\"}",
            })
    void entitiesOutsideTheSchemaAreRefused(String change) throws CedarException {
        Schema schema = Cases.schema();
        assertEquals(5, Entities.parse("[" + AMAL + "]", schema).size());
        String[] parts = change.split("\\|", -1);
        String json = "[" + AMAL.replace(parts[0], parts[1]) + "]";
        assertThrows(CedarException.class, () -> Entities.parse(json, schema));
    }

    @Test
    void groupsOfGroupsAreResolvedAndCyclesRefused() throws CedarException {
        EntityUid a = new EntityUid("G", "a");
        EntityUid b = new EntityUid("G", "b");
        EntityUid c = new EntityUid("G", "c");
        Entities below = Entities.of(List.of(new Entity(b, Map.of(), Set.of(c))));
        Entities all = below.plus(List.of(new Entity(a, Map.of(), Set.of(b))));
        PolicySet policies = PolicySet.parse("permit(principal in G::\"c\", action, resource);");
        Request request = new Request(a, a, a, Value.Fields.EMPTY);
        assertTrue(Authorizer.decide(request, all, policies).isAllowed());
        assertFalse(Authorizer.decide(request, below, policies).isAllowed());
        assertEquals(2, all.size());
        Entity same = new Entity(a, Map.of(), Set.of(b));
        assertEquals(1, Entities.of(List.of(same, same)).size());
        assertThrows(
                CedarException.class,
                () ->
                        Entities.of(
                                List.of(
                                        new Entity(a, Map.of(), Set.of(b)),
                                        new Entity(b, Map.of(), Set.of(a)))));
        assertThrows(
                CedarException.class, () -> all.plus(List.of(new Entity(a, Map.of(), Set.of()))));
    }

    @Test
    void requestsOutsideTheSchemaAreRefused() throws CedarException {
        Schema schema = Cases.schema();
        EntityUid amal = new EntityUid("Water::Person", "amal");
        EntityUid read = new EntityUid("Water::Action", "read");
        EntityUid calibrate = new EntityUid("Water::Action", "calibrate");
        EntityUid basin = new EntityUid("Water::Basin", "tana");
        String context = "{\"from\": \"::1\", \"at\": \"2026-01-01\"}";
        Request.of(amal, read, basin, context, schema);
        assertThrows(
                CedarException.class, () -> Request.of(amal, calibrate, basin, context, schema));
        assertThrows(CedarException.class, () -> Request.of(basin, read, basin, context, schema));
        assertThrows(CedarException.class, () -> Request.of(amal, amal, basin, context, schema));
        assertThrows(CedarException.class, () -> Request.of(amal, read, basin, "{}", schema));
        assertThrows(CedarException.class, () -> Request.of(amal, read, basin, "[]"));
        assertThrows(
                CedarException.class,
                () -> Request.of(amal, read, basin, context.replace("}", ", \"x\": 1}"), schema));
    }
}
