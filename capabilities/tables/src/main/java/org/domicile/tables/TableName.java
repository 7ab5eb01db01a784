package org.domicile.tables;

/**
 * The name of a table or view.
 *
 * @param namespace not the root
 * @param name 1 to 255 bytes of UTF-8 without control characters
 */
public record TableName(NamespaceName namespace, String name) {
    /** Checks the limits; {@link Refusal} where they are passed. */
    public TableName {
        if (namespace.isRoot()) {
            throw new Refusal(Refusal.Kind.INVALID, "A table or view lies in a namespace");
        }
        NamespaceName.check("The name of a table or view", name);
    }

    /** For people and for records: everything with a dot between. */
    public String text() {
        return namespace.text() + "." + name;
    }
}
