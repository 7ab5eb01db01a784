package org.domicile.guard;

import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.domicile.moves.Line;
import org.domicile.moves.Move;
import org.domicile.moves.Moves;
import org.domicile.policy.Change;
import org.domicile.policy.Credential;
import org.domicile.policy.Label;
import org.domicile.policy.Marks;
import org.domicile.policy.Policy;
import org.domicile.policy.Target;
import org.domicile.request.Outcome;
import org.jspecify.annotations.Nullable;

/** Moves under one operator's request. */
final class MovesView implements GuardedMoves {
    private static final int ID_DIGITS = 16;

    private final Uses uses;
    private final Policy policy;
    private final Moves moves;
    private final SecureRandom random;

    MovesView(Uses uses, Policy policy, Moves moves, SecureRandom random) {
        this.uses = uses;
        this.policy = policy;
        this.moves = moves;
        this.random = random;
    }

    @Override
    public String use() {
        return uses.last();
    }

    @Override
    public Move start(Wanted wanted, byte[] secret) {
        Credential credential = policy.register().credentials().get(wanted.accessKey());
        String organisation = credential == null ? Policy.INSTALLATION : credential.organisation();
        String object = wanted.bucket() + " " + wanted.target() + " " + wanted.remote();
        try (Admitted use = uses.administer(organisation, "admin:StartMove", object, List.of())) {
            Label label =
                    Labelling.label(
                            organisation,
                            wanted.bucket(),
                            "",
                            new Marks(wanted.classes(), wanted.prohibited(), List.of()));
            String objection = objection(wanted, organisation, credential, label);
            if (!objection.isEmpty()) {
                use.record(Outcome.CONFLICT, 0);
                throw new Administration.Impossible(objection);
            }
            Move move =
                    new Move(
                            BucketUses.randomId(random).substring(0, ID_DIGITS),
                            wanted.direction(),
                            organisation,
                            organisation + "/" + wanted.target(),
                            wanted.remote(),
                            wanted.region(),
                            wanted.bucket(),
                            wanted.accessKey(),
                            label.marks().classes(),
                            label.marks().prohibited(),
                            wanted.settings(),
                            uses.at(),
                            Move.State.RUNNING,
                            "");
            return done(moves.start(use.carrying(() -> 0), move, secret), move.id());
        }
    }

    private String objection(
            Wanted wanted, String organisation, @Nullable Credential credential, Label label) {
        if (credential == null || credential.withdrawn()) {
            return "there is no living credential " + wanted.accessKey();
        }
        if (target(policy, organisation + "/" + wanted.target()).isEmpty()) {
            return organisation
                    + " has no target "
                    + wanted.target()
                    + "; 'target create' makes one, and says in which zone it stands";
        }
        if (!BucketNames.valid(wanted.bucket()) || BucketNames.reserved(wanted.bucket())) {
            return "'"
                    + wanted.bucket()
                    + "' is no name for a bucket here: 3 to 63 lower-case letters, digits, hyphens"
                    + " and dots; name one, it need not be called as over there";
        }
        if (!wanted.remote().matches("[A-Za-z0-9][A-Za-z0-9._-]{1,254}")) {
            return "'" + wanted.remote() + "' is no name of a bucket";
        }
        if (!wanted.region().matches("[A-Za-z0-9-]{1,64}")) {
            return "'" + wanted.region() + "' is no region, such as us-east-1";
        }
        return label.marks().isEmpty() ? "" : policy.objection(new Change.SetLabel(label));
    }

    static Optional<Target> target(Policy policy, String full) {
        return Optional.ofNullable(policy.register().targets().get(full))
                .filter(each -> !each.removed());
    }

    @Override
    public List<Shown> moves() {
        try (Admitted use =
                uses.administer(Policy.INSTALLATION, "admin:ListMoves", "", List.of())) {
            List<Shown> all = moves.all().stream().map(this::shown).toList();
            use.record(Outcome.DONE, 0);
            return all;
        }
    }

    private Shown shown(Move move) {
        return new Shown(move, moves.progress(move));
    }

    @Override
    public Shown move(String id) {
        Move move = known(id, "admin:ShowMove");
        try (Admitted use = administer(move, "admin:ShowMove")) {
            Shown shown = shown(move);
            use.record(Outcome.DONE, 0);
            return shown;
        }
    }

    @Override
    public List<Line> report(String id, int page) {
        Move move = known(id, "admin:ReportMove");
        try (Admitted use = administer(move, "admin:ReportMove")) {
            List<Line> lines = moves.page(move, page);
            use.record(Outcome.DONE, 0);
            return lines;
        }
    }

    @Override
    public Move stop(String id) {
        return steer(id, "admin:StopMove", Move.State.STOPPED, "an operator stopped it");
    }

    @Override
    public Move resume(String id) {
        Move move = known(id, "admin:ResumeMove");
        try (Admitted use = administer(move, "admin:ResumeMove")) {
            Credential credential = policy.register().credentials().get(move.accessKey());
            String objection =
                    credential == null || credential.withdrawn()
                            ? "its credential " + move.accessKey() + " is gone"
                            : target(policy, move.target()).isEmpty()
                                    ? "its target " + move.target() + " was removed; make it again"
                                    : "";
            if (!objection.isEmpty()) {
                use.record(Outcome.CONFLICT, 0);
                throw new Administration.Impossible(objection);
            }
            return done(moves.steer(use.carrying(() -> 0), id, Move.State.RUNNING, ""), id);
        }
    }

    @Override
    public Move forget(String id) {
        Move move = known(id, "admin:ForgetMove");
        try (Admitted use = administer(move, "admin:ForgetMove")) {
            return done(moves.forget(use.carrying(() -> 0), id), id);
        }
    }

    private Move steer(String id, String action, Move.State state, String why) {
        Move move = known(id, action);
        try (Admitted use = administer(move, action)) {
            return done(moves.steer(use.carrying(() -> 0), id, state, why), id);
        }
    }

    private static Move done(Moves.Asked asked, String id) {
        return switch (asked) {
            case Moves.Asked.Now(Move move) -> move;
            case Moves.Asked.Absent() -> throw absent(id);
            case Moves.Asked.Done _ ->
                    throw new Administration.Impossible(
                            "the move "
                                    + id
                                    + " is done; ask for another one to carry what is new");
            case Moves.Asked.Moving(Move other) ->
                    throw new Administration.Impossible(
                            "the bucket "
                                    + other.bucket()
                                    + " is moving already: "
                                    + other.id()
                                    + "; 'move watch' shows how far it came");
            case Moves.Asked.Working _ ->
                    throw new Administration.Impossible(
                            "the move " + id + " is under way; 'move stop' ends it");
            case Moves.Asked.TooMany() ->
                    throw new Administration.Impossible(
                            "1,000 moves have not ended; 'move list' shows them, and 'move forget'"
                                    + " forgets one");
        };
    }

    private static Administration.Impossible absent(String id) {
        return new Administration.Impossible("there is no move " + id + "; 'move list' shows them");
    }

    private Move known(String id, String action) {
        return moves.move(id)
                .orElseThrow(() -> {
                    try (Admitted use =
                            uses.administer(Policy.INSTALLATION, action, id, List.of())) {
                        use.record(Outcome.ABSENT, 0);
                    }
                    return absent(id);
                });
    }

    private Admitted administer(Move move, String action) {
        return uses.administer(move.organisation(), action, move.id(), List.of());
    }
}
