package org.domicile.postgres;

/** A compiled expression. */
record Typed(PgType type, Fn fn) {
    /** What computes it. */
    @FunctionalInterface
    interface Fn {
        /** Its value in a row. */
        Object at(Env env);
    }

    Object at(Env env) {
        return fn.at(env);
    }

    static Typed constant(PgType type, Object value) {
        return new Typed(type, env -> value);
    }
}
