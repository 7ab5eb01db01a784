package org.domicile.cedar;

/**
 * The name of an entity: its type, written with its namespaces as in {@code A::B}, and its id,
 * which may be any string. That something has a name does not say that it exists.
 */
public final class EntityUid implements Value {
    private final String type;
    private final String id;
    private final int hash;

    /**
     * @throws IllegalArgumentException if the type is not a name of the language
     */
    public EntityUid(String type, String id) {
        this(type, id, Names.isTypeName(type));
    }

    private EntityUid(String type, String id, boolean valid) {
        if (!valid) {
            throw new IllegalArgumentException("`" + type + "` is not the name of an entity type");
        }
        this.type = type;
        this.id = id;
        hash = type.hashCode() * 31 + id.hashCode();
    }

    /** The name of another entity of this type. */
    public EntityUid sibling(String other) {
        return new EntityUid(type, other, true);
    }

    /** For those who have just read the type from a text and know that it is a name. */
    static EntityUid known(String type, String id) {
        return new EntityUid(type, id, true);
    }

    public String type() {
        return type;
    }

    public String id() {
        return id;
    }

    boolean isAction() {
        return Names.isActionType(type);
    }

    @Override
    public String typeName() {
        return "entity of type " + type;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof EntityUid uid
                        && hash == uid.hash
                        && id.equals(uid.id)
                        && type.equals(uid.type));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return type + "::" + Escapes.quoted(id);
    }
}
