package org.domicile.cedar;

/**
 * The types without parts. They are not in {@link Type} itself, because that would be initialized
 * by its own parts.
 */
final class Types {
    static final Type BOOL = new Type.Truth(Type.Known.EITHER);
    static final Type TRUE = new Type.Truth(Type.Known.TRUE);
    static final Type FALSE = new Type.Truth(Type.Known.FALSE);
    static final Type WHOLE = new Type.Whole();
    static final Type TEXT = new Type.Text();
    static final Type DECIMAL = new Type.Extension(Type.Kind.DECIMAL);
    static final Type IPADDR = new Type.Extension(Type.Kind.IPADDR);
    static final Type DATETIME = new Type.Extension(Type.Kind.DATETIME);
    static final Type DURATION = new Type.Extension(Type.Kind.DURATION);

    private Types() {}

    static Type known(boolean value) {
        return value ? TRUE : FALSE;
    }
}
