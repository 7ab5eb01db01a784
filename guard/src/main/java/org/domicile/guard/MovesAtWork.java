package org.domicile.guard;

import java.time.Duration;
import java.util.List;
import org.domicile.moves.Move;
import org.domicile.moves.Moves;
import org.domicile.moves.Progress;
import org.domicile.outbound.Site;
import org.domicile.policy.Marks;
import org.domicile.policy.Target;
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

    /**
     * Whether what it needs is what it was: somebody may have withdrawn its credential, or removed
     * or moved its target.
     */
    boolean stands(Move move, Means means);

    /** How far it came. */
    Progress progress(Move move);

    /** Keeps what became of some names. */
    Progress advance(Move move, Progress.Page page);

    /** Keeps how many versions there are to be carried, and their bytes. */
    void counted(Move move, long versions, long bytes);

    /** Names behind one that wait to be tried again, in their order. */
    List<Progress.Waiting> waiting(Move move, String after, int most);

    /** Remembers an upload in parts that was begun on the other side. */
    void began(Move move, Moves.Unfinished upload);

    /** It is made, or given up. */
    void over(Move move, Moves.Unfinished upload);

    /** Those that are not over. */
    List<Moves.Unfinished> unfinished(Move move);

    /** Ends its work, unless somebody has stopped it meanwhile. */
    void end(Move move, Move.State state, String why);

    /**
     * @param caller whom everything is done as
     * @param target the other side, as it is registered
     * @param secret what opens it
     * @param marks what data that come in carry
     */
    record Means(Caller.Known caller, Target target, byte[] secret, Marks marks) {
        /** Where the other side is. */
        public Site site() {
            return new Site(target.url(), target.networks());
        }

        /** Where the other side stands. */
        public String zone() {
            return target.zone();
        }

        @Override
        public String toString() {
            return "Means[" + caller + ", " + target.full() + "]"; // never the secret
        }
    }
}
