package org.domicile.moves;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.domicile.keys.Vault;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Request;

/** See the package's page. Safe for concurrent use. */
public interface Moves {
    /** What lies in a keyspace, with secrets sealed by a vault. One process has one. */
    static Moves open(Keyspace keyspace, Vault vault) {
        return new StoredMoves(keyspace, vault);
    }

    /**
     * Keeps what was asked for. Carries the record.
     *
     * @param secret what opens the other side
     * @return false when 1,000 moves have not ended: then nothing is kept
     */
    boolean start(Request request, Move move, byte[] secret);

    /** All, the newest first. */
    List<Move> all();

    /** One; empty when there is none. */
    Optional<Move> move(String id);

    /** How far it came. */
    Progress progress(Move move);

    /**
     * Lets it stand otherwise, unless it is done. Carries the record, with CONFLICT when it is, and
     * ABSENT when it is not there.
     *
     * @return as it stands now; empty when there is none
     */
    Optional<Move> steer(Request request, String id, Move.State state, String why);

    /** What opens the other side; empty once the move is done. */
    Optional<byte[]> secret(Move move);

    /** Adds what became of some names. No use's record: the changes themselves carried theirs. */
    Progress advance(Move move, Progress.Page page);

    /** Keeps how many versions there are to be carried, and their bytes. */
    void counted(Move move, long versions, long bytes);

    /** Forgets how far it came, and the report: everything is to be compared anew. */
    void restart(Move move);

    /** Ends its work, unless somebody has stopped it meanwhile; what is done has no secret left. */
    void end(Move move, Move.State state, String why);

    /** A page of the report, counted from 0; empty when there is none (any more). */
    List<Line> page(Move move, int page);

    /** Waits until some move stands otherwise, at most so long. */
    void await(Duration longest) throws InterruptedException;
}
