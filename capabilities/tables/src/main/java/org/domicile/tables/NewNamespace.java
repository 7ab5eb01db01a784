package org.domicile.tables;

import java.util.Map;

/**
 * A namespace that is wanted.
 *
 * @param name not the root
 */
public record NewNamespace(NamespaceName name, Map<String, String> properties) {
    /** Checks. */
    public NewNamespace {
        if (name.isRoot()) {
            throw new Refusal(Refusal.Kind.INVALID, "A namespace has at least one level");
        }
        properties = Map.copyOf(properties);
    }

    /** Reads a CreateNamespaceRequest. */
    public static NewNamespace parse(String json) {
        Document document = Document.parse(json);
        return new NewNamespace(document.namespace("namespace"), document.texts("properties"));
    }
}
