package org.domicile.checks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Finds rings in a graph of names. */
final class Cycles {
    private Cycles() {}

    /** Each ring once, as it is walked from the name where it was met: {@code a → b → a}. */
    static List<String> in(Map<String, Set<String>> edges) {
        List<String> found = new ArrayList<>();
        Set<String> done = new TreeSet<>();
        for (String start : new TreeSet<>(edges.keySet())) {
            walk(start, edges, new ArrayList<>(), done, found);
        }
        return found;
    }

    private static void walk(
            String name,
            Map<String, Set<String>> edges,
            List<String> path,
            Set<String> done,
            List<String> found) {
        int before = path.indexOf(name);
        if (before >= 0) {
            found.add(String.join(" → ", path.subList(before, path.size())) + " → " + name);
            return;
        }
        if (done.contains(name)) {
            return;
        }
        path.add(name);
        for (String next : new TreeSet<>(edges.getOrDefault(name, Set.of()))) {
            walk(next, edges, path, done, found);
        }
        path.removeLast();
        done.add(name);
    }
}
