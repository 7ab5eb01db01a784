package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Cedar's own engine says what ours says, and a difference would be seen. */
class DifferentialTest {
    private static final long SEED = Long.getLong("domicile.seed", System.nanoTime());
    private static final int COUNT = 2 * Differential.BLOCK;

    @Test
    void bothEnginesSayTheSame() throws Exception {
        System.out.println("seed " + SEED);
        Figures figures = new Differential(SEED, _ -> {}).run(COUNT);
        System.out.println(figures.line());
        assertEquals(List.of(), figures.violations());
        assertEquals(COUNT, figures.passed());
        for (String each : List.of("valid", "allowed", "with errors", "refused")) {
            assertTrue(figures.more().getOrDefault(each, 0L) > 0, each + " never occurred");
        }
    }

    @Test
    void aBlockIsTheSameEachTime() {
        Differential one = new Differential(SEED, _ -> {});
        Differential other = new Differential(SEED, _ -> {});
        assertEquals(one.cases(3), other.cases(3));
        assertNotEquals(one.cases(3), one.cases(4));
        assertNotEquals(one.cases(3), new Differential(SEED + 1, _ -> {}).cases(3));
    }

    /** Without it, two engines that say nothing would agree. */
    @Test
    void whatTheySayDependsOnTheCase() throws Exception {
        CedarCase right =
                new CedarCase(
                        "entity U; action a appliesTo { principal: U, resource: U };",
                        List.of(),
                        Map.of("p", Term.leaf("permit(principal, action, resource);")),
                        Map.of(),
                        List.of(),
                        List.of(
                                new CedarCase.Asked(
                                        new org.domicile.cedar.EntityUid("U", "x"),
                                        new org.domicile.cedar.EntityUid("Action", "a"),
                                        new org.domicile.cedar.EntityUid("U", "y"),
                                        "{}")));
        try (OtherCedar other = OtherCedar.start()) {
            assertEquals("invalid []\tallow [p] []", other.say(right));
            assertEquals("invalid []\tallow [p] []", right.ours());
            for (String changed :
                    List.of(
                            "forbid(principal, action, resource);",
                            "permit(principal, action, resource) when { 1 < \"x\" };",
                            "permit(principal, action, resource")) {
                Map<String, Term> policies = new LinkedHashMap<>();
                policies.put("p", Term.leaf(changed));
                CedarCase wrong =
                        new CedarCase(
                                right.schema(),
                                right.entities(),
                                policies,
                                right.templates(),
                                right.links(),
                                right.requests());
                assertFalse(other.say(wrong).equals(right.ours()), changed);
                assertEquals(wrong.ours(), other.say(wrong), changed);
            }
        }
    }
}
