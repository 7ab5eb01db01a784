package org.domicile.guard;

import java.util.List;
import java.util.Optional;
import org.domicile.ledger.LogFile;
import org.domicile.policy.Purpose;

/**
 * What everybody may see of the register, and of the log that proves it. Needs no caller, and
 * looking at it is no use. Safe for concurrent use.
 */
public interface PublicRegister {
    /** All purposes as they are now, by full name. */
    List<Purpose> purposes();

    /** For how many days uses may be sealed at most, under the purposes that allow it. */
    int sealedMax();

    /** A file of the public log; empty when it is not there (any more). */
    Optional<byte[]> logFile(LogFile file);

    /**
     * An entry of the public log with its proof, in C2SP tlog-proof form; empty when the entry is
     * not under a checkpoint (yet).
     *
     * @throws org.domicile.bytes.StorageFailure when the log's files cannot be read
     */
    Optional<String> proof(long index);
}
