package org.domicile.policy;

import java.util.List;
import java.util.Optional;

/**
 * The algorithm that a purpose uses, in the words of the Eurocities Algorithmic Transparency
 * Standard 0.3.1. Whoever answers for the purpose says them; none is guessed.
 *
 * @param type one of {@link #TYPES}
 * @param use one of {@link #USES}: what it is for
 * @param risk one of {@link #RISKS}: its category under Regulation (EU) 2024/1689
 */
public record Algorithm(String type, String use, String risk) {
    /** What it can be: made of rules, learning from data, or both. */
    public static final List<String> TYPES = List.of("self-learning", "rule-based", "hybrid");

    /** What it can be for. */
    public static final List<String> USES =
            List.of("descriptive", "diagnostic", "predictive", "prescriptive");

    /** The categories of risk that a purpose can have. */
    public static final List<String> RISKS = List.of("minimal", "limited", "high");

    private static final String PROHIBITED = "unacceptable";

    /**
     * @param words type, use and risk; none for a purpose without an algorithm. What is missing is
     *     empty, and objected to when the purpose is registered.
     */
    public static Optional<Algorithm> of(List<String> words) {
        if (words.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Algorithm(word(words, 0), word(words, 1), String.join(" ", rest(words))));
    }

    private static String word(List<String> words, int at) {
        return at < words.size() ? words.get(at) : "";
    }

    private static List<String> rest(List<String> words) {
        return words.subList(Math.min(2, words.size()), words.size());
    }

    /** Type, use and risk. */
    public List<String> words() {
        return List.of(type, use, risk);
    }

    /** Why it cannot be so, as one sentence; empty when it can. */
    String objection() {
        if (risk.equals(PROHIBITED)) {
            return "an algorithm of unacceptable risk is declined: Regulation (EU) 2024/1689,"
                    + " Article 5, prohibits it (--algorithm)";
        }
        return TYPES.contains(type) && USES.contains(use) && RISKS.contains(risk)
                ? ""
                : "an algorithm is said as TYPE,USE,RISK: one of "
                        + String.join(" ", TYPES)
                        + ", one of "
                        + String.join(" ", USES)
                        + ", one of "
                        + String.join(" ", RISKS)
                        + " (--algorithm)";
    }
}
