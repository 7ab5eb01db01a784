package org.domicile.watches;

import java.util.List;
import java.util.Optional;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Request;

/** The register of watches, with their last checkpoints. Safe for concurrent use. */
public interface Watches {
    /** Of an organisation. */
    int MOST = 100;

    /** Bytes of a checkpoint; an engine may take fewer where memory is short. */
    int LARGEST = 32 << 20;

    /** What lies in a keyspace. One process has one. */
    static Watches open(Keyspace keyspace) {
        return new StoredWatches(keyspace);
    }

    /** Makes it, unless its name is taken or there are too many. Carries the record. */
    Asked create(Request request, Watch watch);

    /** Removes it, with its checkpoint. Carries the record. */
    Asked remove(Request request, String organisation, String name);

    /** One; empty when there is none. */
    Optional<Watch> watch(String organisation, String name);

    /** Those of an organisation, by name. */
    List<Watch> of(String organisation);

    /** All. */
    List<Watch> all();

    /**
     * Keeps a checkpoint in place of the one before; durable when it returns. One of a watch that
     * is not there any more is passed over.
     *
     * @param sealed at most {@link #LARGEST} bytes, and what sealing adds
     */
    void keep(Watch watch, byte[] sealed);

    /** The last checkpoint; empty before the first. */
    Optional<byte[]> kept(Watch watch);

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
