package org.domicile.guard;

import java.time.Duration;
import java.util.List;
import org.domicile.moves.Move;
import org.domicile.moves.Moves;
import org.domicile.moves.Progress;
import org.domicile.policy.Marks;
import org.domicile.policy.Policy;
import org.domicile.policy.Target;
import org.domicile.request.Caller;

/** Moves for who carries them out. */
final class MovesUnderWay implements MovesAtWork {
    private final Moves moves;
    private final Policy policy;
    private final Identity identity;

    MovesUnderWay(Moves moves, Policy policy, Identity identity) {
        this.moves = moves;
        this.policy = policy;
        this.identity = identity;
    }

    @Override
    public List<Move> running() {
        return moves.all().reversed().stream()
                .filter(each -> each.state() == Move.State.RUNNING)
                .toList();
    }

    @Override
    public boolean runs(Move move) {
        return moves.move(move.id()).filter(each -> each.state() == Move.State.RUNNING).isPresent();
    }

    @Override
    public void await(Duration longest) throws InterruptedException {
        moves.await(longest);
    }

    @Override
    public Means means(Move move) {
        Caller.Known caller =
                identity.caller(move.accessKey())
                        .orElseThrow(() ->
                                new Administration.Impossible(
                                        "its credential " + move.accessKey() + " is gone"));
        Target target =
                MovesView.target(policy, move.target())
                        .orElseThrow(() ->
                                new Administration.Impossible(
                                        "its target "
                                                + move.target()
                                                + " was removed; make it again, then 'move"
                                                + " resume'"));
        byte[] secret =
                moves.secret(move)
                        .orElseThrow(
                                () -> new Administration.Impossible("it has no secret any more"));
        return new Means(
                caller, target, secret, new Marks(move.classes(), move.prohibited(), List.of()));
    }

    @Override
    public boolean stands(Move move, Means means) {
        return identity.caller(move.accessKey()).filter(means.caller()::equals).isPresent()
                && MovesView.target(policy, move.target())
                        .filter(means.target()::equals)
                        .isPresent();
    }

    @Override
    public List<Progress.Waiting> waiting(Move move, String after, int most) {
        return moves.waiting(move, after, most);
    }

    @Override
    public void began(Move move, Moves.Unfinished upload) {
        moves.began(move, upload);
    }

    @Override
    public void over(Move move, Moves.Unfinished upload) {
        moves.over(move, upload);
    }

    @Override
    public List<Moves.Unfinished> unfinished(Move move) {
        return moves.unfinished(move);
    }

    @Override
    public Progress progress(Move move) {
        return moves.progress(move);
    }

    @Override
    public Progress advance(Move move, Progress.Page page) {
        return moves.advance(move, page);
    }

    @Override
    public void counted(Move move, long versions, long bytes) {
        moves.counted(move, versions, bytes);
    }

    @Override
    public void end(Move move, Move.State state, String why) {
        moves.end(move, state, why);
    }
}
