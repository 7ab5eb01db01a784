package org.domicile.guard;

import java.util.List;
import java.util.Optional;
import org.domicile.ledger.LogFile;

/**
 * The ledger's static files under one request.
 *
 * <p>The public log is for everybody: reading it needs no caller and is no use, and it goes on when
 * nothing can be recorded, because that is when outsiders want to look.
 *
 * <p>A use log is for its organisation: each reading is a use ({@code ledger:ReadLog}) that is
 * judged like any other and stands in that same log before the first byte leaves. The
 * installation's own use log is read by operators, through {@link Administration}, and by nobody's
 * credential: it holds what they did to all tenants, and a tenant is told that in its own log and
 * in the public one.
 */
public interface GuardedLogs {
    /** What one reading is called in records and in credentials' lists. */
    String READ = "ledger:ReadLog";

    /** The last use as {@code organisation/node/number}; empty when there is none. */
    String use();

    /** Logs that everybody may read. */
    List<PublicLog> publicLogs();

    /** A file of the public log; empty when it is not there (any more). */
    Optional<byte[]> publicFile(LogFile file);

    /**
     * A file of the log of an organisation's uses on a node; empty when it is not there (any more),
     * which is on record too.
     *
     * @throws Refused for whoever is not of this organisation, whether there is one or not
     * @throws org.domicile.bytes.StorageFailure when the reading cannot be recorded: nothing is
     *     given
     */
    Optional<byte[]> useFile(String organisation, String node, LogFile file);

    /**
     * Records that the door itself refused a reading of an organisation's log on a node to whoever
     * claims to be the caller (a wrong secret, one shown in clear). Counted when it repeats.
     */
    void refuse(String organisation, String node, String reason);

    /**
     * A log that everybody may read.
     *
     * @param name also its place below the door's prefix
     * @param verifierKeys in note form, Ed25519 first
     */
    record PublicLog(String name, List<String> verifierKeys) {
        /** Its origin: the first line of its checkpoints and the name of its keys. */
        public String origin() {
            String key = verifierKeys.getFirst();
            return key.substring(0, key.indexOf('+'));
        }
    }
}
