package org.domicile.moving;

import org.domicile.guard.MovesAtWork;
import org.domicile.moves.Move;
import org.domicile.moves.Moves;
import org.domicile.s3client.RemoteBucket;

/**
 * Uploads in parts that a move has under way on the other side. A kill leaves them there, where
 * nobody sees them and their parts take room: who goes on gives them up. Only its own: somebody
 * else's may be under way for the same name.
 */
record Unfinished(MovesAtWork moves, Move move) implements MoveOut.Uploads {
    @Override
    public void began(String name, String upload) {
        moves.began(move, new Moves.Unfinished(name, upload));
    }

    @Override
    public void over(String name, String upload) {
        moves.over(move, new Moves.Unfinished(name, upload));
    }

    /** Gives up those that were left. */
    void giveUp(RemoteBucket remote) {
        for (Moves.Unfinished each : moves.unfinished(move)) {
            MoveOut.giveUp(remote, each.name(), each.upload(), this);
        }
    }
}
