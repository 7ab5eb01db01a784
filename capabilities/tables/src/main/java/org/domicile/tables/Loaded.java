package org.domicile.tables;

import java.util.List;
import java.util.Map;

/** A table or a view as it is. */
public sealed interface Loaded permits LoadedTable, LoadedView {
    /** Its id, 20 hexadecimal digits. */
    String id();

    /** As its metadata says. */
    String uuid();

    /** Where its metadata file is; empty of a table that is staged. */
    String metadataLocation();

    /** Its properties. */
    Map<String, String> properties();

    /**
     * Whether files of it may be removed: {@code gc.enabled} of a table, which says that other
     * tables may have them too. What is no "true" means no, as the library has it.
     */
    default boolean isCollected() {
        String said = properties().get("gc.enabled");
        return said == null || Boolean.parseBoolean(said);
    }

    /**
     * What a client is answered: a LoadTableResult or a LoadViewResult, in JSON.
     *
     * @param snapshots which of a table's
     * @param config what the client should know
     * @param vended credentials for its files
     */
    String answer(Snapshots snapshots, Map<String, String> config, List<Vended> vended);

    /** The same of a commit: a CommitTableResponse, or as {@link #answer} of a view. */
    String committed();

    /** What changes with what is answered, but for config and credentials. */
    String etag(Snapshots snapshots);

    /** Which snapshots of a table are told. */
    enum Snapshots {
        ALL,
        /** Those that a branch or a tag names. */
        REFS
    }

    /**
     * A credential for files.
     *
     * @param prefix of the files' locations
     * @param config by the names of clients' properties
     */
    record Vended(String prefix, Map<String, String> config) {
        @Override
        public String toString() {
            return "credential for " + prefix;
        }
    }
}
