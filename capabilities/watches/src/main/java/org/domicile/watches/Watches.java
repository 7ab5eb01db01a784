package org.domicile.watches;

import java.util.List;
import java.util.Optional;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Request;

/** The register of watches. Safe for concurrent use. */
public interface Watches {
    /** Of an organisation. */
    int MOST = 100;

    /**
     * Bytes of the largest checkpoint that an installation may allow: Flink has it in one array.
     */
    int LARGEST = 1 << 30;

    /** What lies in a keyspace. One process has one. */
    static Watches open(Keyspace keyspace) {
        return new StoredWatches(keyspace);
    }

    /** Makes it, unless its name is taken or there are too many. Carries the record. */
    Asked create(Request request, Watch watch);

    /** Removes it. Carries the record. */
    Asked remove(Request request, String organisation, String name);

    /** One; empty when there is none. */
    Optional<Watch> watch(String organisation, String name);

    /** Those of an organisation, by name. */
    List<Watch> of(String organisation);

    /** All. */
    List<Watch> all();

    /** What became of what was asked for; but for {@link Now}, nothing was changed. */
    sealed interface Asked {
        /** It stands so now; or did, before it was removed. */
        record Now(Watch watch) implements Asked {}

        /** There is no such watch. */
        record Absent() implements Asked {}

        /** The organisation has one of this name. */
        record Taken() implements Asked {}

        /** The organisation has {@link #MOST}. */
        record TooMany() implements Asked {}
    }
}
