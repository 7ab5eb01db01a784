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
     */
    Asked start(Request request, Move move, byte[] secret);

    /** What became of what was asked for; but for {@link Now}, nothing was changed. */
    sealed interface Asked {
        /** It stands so now. */
        record Now(Move move) implements Asked {}

        /** There is no such move. */
        record Absent() implements Asked {}

        /** It is done. */
        record Done(Move move) implements Asked {}

        /** Another one moves the bucket already. */
        record Moving(Move other) implements Asked {}

        /** It is worked on. */
        record Working(Move move) implements Asked {}

        /** 1,000 moves have not ended. */
        record TooMany() implements Asked {}
    }

    /** All, the newest first. */
    List<Move> all();

    /** One; empty when there is none. */
    Optional<Move> move(String id);

    /** How far it came. */
    Progress progress(Move move);

    /**
     * Lets it stand otherwise, unless it is done, or would run while another one moves its bucket.
     * Carries the record, with CONFLICT then, and ABSENT when it is not there.
     */
    Asked steer(Request request, String id, Move.State state, String why);

    /**
     * Forgets it, with its secret and its report, unless it runs. Carries the record, as {@link
     * #steer}.
     */
    Asked forget(Request request, String id);

    /** What opens the other side; empty once the move is done. */
    Optional<byte[]> secret(Move move);

    /** Adds what became of some names. No use's record: the changes themselves carried theirs. */
    Progress advance(Move move, Progress.Page page);

    /** Keeps how many versions there are to be carried, and their bytes. */
    void counted(Move move, long versions, long bytes);

    /** Names behind one that wait to be tried again, in their order. */
    List<Progress.Waiting> waiting(Move move, String after, int most);

    /** Remembers an upload in parts that was begun on the other side. */
    void began(Move move, Unfinished upload);

    /** It is made, or given up. */
    void over(Move move, Unfinished upload);

    /** Those that were begun and are not over: a kill left them there. */
    List<Unfinished> unfinished(Move move);

    /** An upload on the other side. */
    record Unfinished(String name, String upload) {}

    /** Ends its work, unless somebody has stopped it meanwhile; what is done has no secret left. */
    void end(Move move, Move.State state, String why);

    /** A page of the report, counted from 0; empty when there is none (any more). */
    List<Line> page(Move move, int page);

    /** Waits until some move stands otherwise, at most so long. */
    void await(Duration longest) throws InterruptedException;
}
