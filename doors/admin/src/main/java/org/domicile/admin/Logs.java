package org.domicile.admin;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** Facts about the ledger's logs that hold no data of anybody. Safe for concurrent use. */
public interface Logs {
    /** All logs by name. */
    List<String> names();

    /** Folder with a log's static files. */
    Path folder(String log);

    /** Verifier keys in note form, Ed25519 first. */
    List<String> keys(String log);

    /** Place of a use's number in its use log; empty when no entry has it. */
    OptionalLong place(String log, long number);

    /**
     * A proof in C2SP tlog-proof form.
     *
     * @throws IllegalArgumentException with a sentence when the log has no such entry
     */
    String prove(String log, long index);
}
