package org.domicile.checks;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who may see whom: doors → guard → capabilities → substrate → ground, launcher → all, nothing →
 * launcher. One answer for each pair of modules; that no pair sees each other is asked elsewhere.
 */
final class Directions {
    private Directions() {}

    /** Height of each part of the tree; who stands higher may see who stands lower. */
    private static final Map<String, Integer> HEIGHT =
            Map.ofEntries(
                    Map.entry("ground", 0),
                    Map.entry("substrate", 1),
                    Map.entry("capabilities", 2),
                    Map.entry("engines", 3),
                    Map.entry("workers", 3),
                    Map.entry("guard", 4),
                    Map.entry("doors", 5),
                    Map.entry("console", 5),
                    Map.entry("verifier", 6),
                    Map.entry("witness", 7),
                    Map.entry("backup", 7),
                    Map.entry("launcher", 8),
                    Map.entry("bench", 9),
                    Map.entry("proof", 9));

    /** Inside these, a module may build on its neighbours (without cycles). */
    private static final Set<String> NEIGHBOURLY = Set.of("ground", "substrate", "capabilities");

    /** What a door never holds: with these it could reach data without the guard. */
    private static final Set<String> BEHIND_THE_GUARD = Set.of("keyspace", "blobs", "keys");

    /** Why the one may not see the other, or nothing where it may. */
    static Optional<String> objection(Tree.Module from, Tree.Module to) {
        Integer high = HEIGHT.get(from.layer());
        Integer low = HEIGHT.get(to.layer());
        if (high == null || low == null) {
            return Optional.of("a part of the tree that Directions does not know");
        }
        return switch (from.layer()) {
            case "verifier" ->
                    to.name().equals("bytes")
                            ? Optional.empty()
                            : Optional.of("the verifier shares nothing with what it judges");
            case "witness" ->
                    Set.of("bytes", "verifier").contains(to.name())
                            ? Optional.empty()
                            : Optional.of("a witness knows nothing of what this program keeps");
            case "backup" ->
                    to.name().equals("bytes")
                            ? Optional.empty()
                            : Optional.of("a backup knows files and not what stands in them");
            case "doors" -> door(to);
            default -> inOrder(from, high, to, low);
        };
    }

    private static Optional<String> door(Tree.Module to) {
        if (to.layer().equals("doors")) {
            return to.name().equals("http")
                    ? Optional.empty()
                    : Optional.of("a door sees no other door but http");
        }
        if (BEHIND_THE_GUARD.contains(to.name())) {
            return Optional.of("a door reaches data only through the guard");
        }
        return Set.of("ground", "capabilities", "guard").contains(to.layer())
                ? Optional.empty()
                : Optional.of("a door sees the guard, the words of capabilities, and the ground");
    }

    private static Optional<String> inOrder(Tree.Module from, int high, Tree.Module to, int low) {
        if (to.layer().equals("verifier") && from.layer().equals("guard")) {
            return Optional.of("the verifier is a program of its own");
        }
        boolean neighbours = from.layer().equals(to.layer()) && NEIGHBOURLY.contains(from.layer());
        return high > low || neighbours
                ? Optional.empty()
                : Optional.of(from.layer() + " stands below or beside " + to.layer());
    }
}
