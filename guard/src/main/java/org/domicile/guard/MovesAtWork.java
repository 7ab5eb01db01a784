package org.domicile.guard;

import java.time.Duration;
import java.util.List;
import org.domicile.moves.Move;
import org.domicile.moves.Progress;
import org.domicile.outbound.Site;
import org.domicile.policy.Marks;
import org.domicile.request.Caller;

/**
 * What carries moves out finds here what there is to do, and keeps here how far it came. None of it
 * is a use: what it does to data goes through {@link GuardedObjects} and {@link GuardedArrivals}.
 * Safe for concurrent use.
 */
public interface MovesAtWork {
    /** Those that run, the oldest first. */
    List<Move> running();

    /** Whether it still runs: somebody may have stopped it. */
    boolean runs(Move move);

    /** Waits until some move stands otherwise, at most so long. */
    void await(Duration longest) throws InterruptedException;

    /**
     * What a move needs, as it is now.
     *
     * @throws Administration.Impossible with a sentence when something of it is gone
     */
    Means means(Move move);

    /** How far it came. */
    Progress progress(Move move);

    /** Keeps what became of some names. */
    Progress advance(Move move, Progress.Page page);

    /** Keeps how many versions there are to be carried, and their bytes. */
    void counted(Move move, long versions, long bytes);

    /** Forgets how far it came, and the report: everything is to be compared anew. */
    void restart(Move move);

    /** Ends its work, unless somebody has stopped it meanwhile. */
    void end(Move move, Move.State state, String why);

    /**
     * @param caller whom everything is done as
     * @param site the other side
     * @param zone where the other side stands
     * @param secret what opens it
     * @param marks what data that come in carry
     */
    record Means(Caller.Known caller, Site site, String zone, byte[] secret, Marks marks) {
        @Override
        public String toString() {
            return "Means[" + caller + ", " + zone + "]"; // never the secret
        }
    }
}
