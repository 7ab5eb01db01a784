package org.domicile.guard;

import java.util.List;
import org.domicile.moves.Line;
import org.domicile.moves.Move;
import org.domicile.moves.Progress;

/**
 * Buckets that move in or out, under an operator's request. Each method is one use under the
 * built-in purpose {@code administration}. What a move then does to data it does as the credential
 * that was shown for it, under that one's purpose, and each version is a use of its own. May throw
 * {@link Refused}; what cannot be done is {@link Administration.Impossible} with a sentence.
 */
public interface GuardedMoves {
    /** The last use as {@code organisation/node/number}; empty when there is none. */
    String use();

    /**
     * Asks for a move; it begins at once.
     *
     * @param secret what opens the other side, which {@link MovesAtWork.Means} hands to who does it
     */
    Move start(Wanted wanted, byte[] secret);

    /** All, the newest first. */
    List<Shown> moves();

    /** One. */
    Shown move(String id);

    /** A page of what became of its versions, from 0; empty behind the last. */
    List<Line> report(String id, int page);

    /** Stops it: what was carried stays. */
    Move stop(String id);

    /** Lets one that was stopped, or failed, go on. */
    Move resume(String id);

    /** Forgets one that does not run: its report, and what opens the other side. */
    Move forget(String id);

    /**
     * What is asked for.
     *
     * @param target name of an outbound target of the credential's organisation
     * @param remote the bucket there
     * @param region what the other side wants in signatures
     * @param bucket the bucket here
     * @param accessKey the credential that it acts as; the door has seen its secret
     * @param classes what the data that come in are
     * @param prohibited which purposes and kinds may never use them
     * @param settings what becomes of what is set for the bucket
     */
    record Wanted(
            Move.Direction direction,
            String target,
            String remote,
            String region,
            String bucket,
            String accessKey,
            List<String> classes,
            List<String> prohibited,
            Move.Settings settings) {}

    /** One, with how far it came. */
    record Shown(Move move, Progress progress) {}
}
