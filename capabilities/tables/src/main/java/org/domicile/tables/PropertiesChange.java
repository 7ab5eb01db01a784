package org.domicile.tables;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A change of a namespace's properties. */
public record PropertiesChange(Set<String> removals, Map<String, String> updates) {
    /** Checks that nothing is both set and removed. */
    public PropertiesChange {
        removals = Set.copyOf(removals);
        updates = Map.copyOf(updates);
        Set<String> both = new TreeSet<>(removals);
        both.retainAll(updates.keySet());
        if (!both.isEmpty()) {
            throw new Refusal(
                    Refusal.Kind.UNPROCESSABLE, "Both set and removed: " + String.join(", ", both));
        }
    }

    /** Reads an UpdateNamespacePropertiesRequest. */
    public static PropertiesChange parse(String json) {
        Document document = Document.parse(json);
        return new PropertiesChange(
                Set.copyOf(document.list("removals")), document.texts("updates"));
    }

    /** What came of it, each in order. @param missing was to be removed and was not there */
    public record Changed(List<String> updated, List<String> removed, List<String> missing) {}
}
