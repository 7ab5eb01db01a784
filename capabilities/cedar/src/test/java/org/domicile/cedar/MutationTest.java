package org.domicile.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What comes in broken is refused with the one exception; what holds for all holds at random. */
class MutationTest {
    private static final int ROUNDS = 1500;

    private interface Reading {
        void read(String text) throws CedarException;
    }

    /** Whatever the text, it is read or refused; nothing else is thrown. */
    private static int refused(String original, SplittableRandom random, Reading reading)
            throws CedarException {
        List<String> words = Mutations.words(original);
        int refused = 0;
        for (int i = 0; i < ROUNDS; i++) {
            String text =
                    random.nextBoolean()
                            ? Mutations.mutated(words, random)
                            : Mutations.scratched(original, random);
            try {
                reading.read(text);
            } catch (CedarException e) {
                refused++;
                assertTrue(e.getMessage() != null && !e.getMessage().isBlank());
            } catch (RuntimeException | StackOverflowError e) {
                fail("threw " + e + " for " + text, e);
            }
        }
        return refused;
    }

    @Test
    void brokenPoliciesAreRefused() throws CedarException {
        SplittableRandom random = Cases.random("brokenPoliciesAreRefused");
        Schema schema = Cases.schema();
        Entities entities = Entities.parse(Cases.text("entities.json"), schema);
        Request request = request(schema, "read", "s1");
        int refused =
                refused(
                        Cases.text("policies.cedar"),
                        random,
                        text -> {
                            PolicySet policies = PolicySet.parse(text);
                            Validator.validate(policies, schema);
                            Authorizer.decide(request, entities, policies);
                        });
        assertTrue(refused > ROUNDS / 3 && refused < ROUNDS, "refused " + refused);
    }

    @Test
    void brokenSchemasAreRefused() throws CedarException {
        SplittableRandom random = Cases.random("brokenSchemasAreRefused");
        int refused = refused(Cases.text("schema.cedarschema"), random, Schema::parse);
        assertTrue(refused > ROUNDS / 3 && refused < ROUNDS, "refused " + refused);
    }

    @Test
    void brokenEntitiesAreRefused() throws CedarException {
        SplittableRandom random = Cases.random("brokenEntitiesAreRefused");
        Schema schema = Cases.schema();
        int refused =
                refused(
                        Cases.text("entities.json"),
                        random,
                        text -> {
                            Entities.parse(text);
                            Entities.parse(text, schema);
                        });
        assertTrue(refused > ROUNDS / 3 && refused < ROUNDS, "refused " + refused);
    }

    @Test
    void depthIsLimited() {
        int deep = 100_000;
        List<String> texts = new ArrayList<>();
        for (String[] ends :
                List.of(
                        new String[] {"(", ")"},
                        new String[] {"[", "]"},
                        new String[] {"{a: ", "}"},
                        new String[] {"if true then ", " else 1"},
                        new String[] {"principal.contains(", ")"})) {
            texts.add(ends[0].repeat(deep) + "1" + ends[1].repeat(deep));
        }
        texts.add("principal" + ".a".repeat(deep));
        texts.add("1" + " + 1".repeat(deep) + " == 1");
        texts.add("1" + " * 1".repeat(deep) + " == 1");
        texts.add("principal has a" + ".a".repeat(deep));
        texts.add("true } when { ".repeat(deep) + "true");
        for (String text : texts) {
            assertThrows(
                    CedarException.class,
                    () ->
                            PolicySet.parse(
                                    "permit(principal, action, resource) when {" + text + "};"));
        }
        assertThrows(CedarException.class, () -> Entities.parse("[".repeat(deep)));
        assertThrows(
                CedarException.class,
                () ->
                        Schema.parse(
                                "type T = "
                                        + "Set<".repeat(deep)
                                        + "Long"
                                        + ">".repeat(deep)
                                        + ";"));
        StringBuilder chain = new StringBuilder("type T0 = Long;");
        for (int i = 1; i < 5000; i++) {
            chain.append("type T%d = {a: T%d, b: T%d};".formatted(i, i - 1, i - 1));
        }
        assertThrows(CedarException.class, () -> Schema.parse(chain.toString()));
    }

    @Test
    void manyOperandsAreNoDepth() throws CedarException {
        String text =
                "permit(principal, action, resource) when { true%s };"
                        .formatted(" && true".repeat(20_000));
        assertEquals(1, PolicySet.parse(text).policies().size());
    }

    private static Request request(Schema schema, String action, String station)
            throws CedarException {
        return Request.of(
                new EntityUid("Water::Person", "amal"),
                new EntityUid("Water::Action", action),
                new EntityUid("Water::Station", station),
                "{\"from\": \"10.1.1.1\", \"at\": \"2026-03-01\", \"purpose\": \"warning\"}",
                schema);
    }

    private static RandomPolicies generator(
            SplittableRandom random, Schema schema, Entities entities, Request request)
            throws CedarException {
        List<EntityUid> uids = new ArrayList<>(entities.uids());
        uids.sort(Comparator.comparing(EntityUid::toString));
        return new RandomPolicies(
                random,
                schema,
                schema.action(request.action()),
                request.principal().type(),
                request.resource().type(),
                uids);
    }

    /** That is what validation is for. */
    @Test
    void whatIsValidErrsByOverflowAndAbsenceAlone() throws CedarException {
        SplittableRandom random = Cases.random("whatIsValidErrsByOverflowAndAbsenceAlone");
        Schema schema = Cases.schema();
        Entities entities = Entities.parse(Cases.text("entities.json"), schema);
        Request request = request(schema, "read", "s1");
        RandomPolicies generator = generator(random, schema, entities, request);
        int valid = 0;
        for (int i = 0; i < ROUNDS; i++) {
            String text = generator.policy();
            PolicySet policies = PolicySet.parse(text);
            if (!Validator.validate(policies, schema).isValid()) {
                continue;
            }
            valid++;
            for (Decision.Failure failure :
                    Authorizer.decide(request, entities, policies).errors()) {
                assertTrue(
                        failure.message().endsWith("overflows")
                                || failure.message().endsWith("does not exist"),
                        failure.message() + " in " + text);
            }
        }
        assertTrue(valid > ROUNDS / 10, "valid: " + valid);
    }

    /** The index leaves out what could not apply, and nothing else. */
    @Test
    void manyPoliciesDecideAsEachAlone() throws CedarException {
        SplittableRandom random = Cases.random("manyPoliciesDecideAsEachAlone");
        Schema schema = Cases.schema();
        Entities entities = Entities.parse(Cases.text("entities.json"), schema);
        for (int round = 0; round < 30; round++) {
            Request request =
                    request(
                            schema,
                            random.nextBoolean() ? "read" : "list all",
                            random.nextBoolean() ? "s1" : "s2");
            RandomPolicies generator = generator(random, schema, entities, request);
            StringBuilder text = new StringBuilder();
            TreeSet<String> permits = new TreeSet<>();
            TreeSet<String> forbids = new TreeSet<>();
            TreeSet<String> errors = new TreeSet<>();
            for (int i = 0; i < 60; i++) {
                String policy = generator.policy();
                text.append(policy).append('\n');
                Decision alone = Authorizer.decide(request, entities, PolicySet.parse(policy));
                if (!alone.errors().isEmpty()) {
                    errors.add("policy" + i);
                } else if (!alone.reasons().isEmpty()) {
                    (alone.isAllowed() ? permits : forbids).add("policy" + i);
                }
            }
            Decision all = Authorizer.decide(request, entities, PolicySet.parse(text.toString()));
            assertEquals(forbids.isEmpty() && !permits.isEmpty(), all.isAllowed());
            assertEquals(
                    forbids.isEmpty() ? permits : forbids,
                    new TreeSet<>(all.reasons()),
                    text::toString);
            assertEquals(
                    errors,
                    new TreeSet<>(all.errors().stream().map(Decision.Failure::policy).toList()));
            assertEquals(
                    all.reasons().size(), new TreeSet<>(all.reasons()).size(), "met once each");
        }
    }
}
