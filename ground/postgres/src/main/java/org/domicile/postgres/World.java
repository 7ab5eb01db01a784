package org.domicile.postgres;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** What a question can see. */
public interface World {
    /** A relation. @param schema empty when none was written */
    Optional<Relation> relation(String schema, String name);

    /**
     * A function that asks for more than its arguments.
     *
     * @param name in lower case, without its schema
     * @param arguments how many
     */
    Optional<Function> function(String name, int arguments);

    /**
     * What a name of a type that is written as a name stands for.
     *
     * @throws SqlError when it is nothing
     */
    Reg reg(PgType type, String name);

    /** The same for a number; a number that is nobody's is written as it is. */
    Reg reg(PgType type, long oid);

    /** How values are written. */
    TextFormat format();

    /** Time. */
    InstantSource clock();

    /** After this moment a question is given up. */
    Instant deadline();

    /** A function of the world. @param strict whether a NULL among the arguments makes NULL */
    record Function(PgType type, boolean strict, Body body) {}

    /** What it does. */
    @FunctionalInterface
    interface Body {
        /** Its value; {@link Missing#NULL} for none. */
        Object of(List<Object> arguments);
    }
}
