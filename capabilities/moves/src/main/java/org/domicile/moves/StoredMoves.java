package org.domicile.moves;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.domicile.keys.Vault;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.keyspace.Write;
import org.domicile.request.Outcome;
import org.domicile.request.Request;

/** The one engine of {@link Moves}. {@code changing} serialises all that changes a move. */
final class StoredMoves implements Moves {
    private static final String SPACE = "moves";
    private static final String MOVE = "move";
    private static final String PROGRESS = "progress";
    private static final String SECRET = "secret";
    private static final String PAGE = "page";
    private static final int MOST = 1_000;

    private final Keyspace keyspace;
    private final Vault vault;
    private final ReentrantLock changing = new ReentrantLock();
    private final Semaphore changed = new Semaphore(0);

    StoredMoves(Keyspace keyspace, Vault vault) {
        this.keyspace = keyspace;
        this.vault = vault;
    }

    @Override
    public boolean start(Request request, Move move, byte[] secret) {
        changing.lock();
        try {
            List<Move> all = all();
            Transaction transaction = new Transaction();
            if (all.size() >= MOST) {
                Optional<Move> oldest =
                        all.reversed().stream()
                                .filter(each -> each.state() == Move.State.DONE)
                                .findFirst();
                if (oldest.isEmpty()) {
                    keyspace.commit(transaction.carrying(request, Outcome.CONFLICT));
                    return false;
                }
                forget(transaction, oldest.get().id());
            }
            transaction
                    .write(put(MOVE, move.id(), MovesCodec.encode(move)))
                    .write(
                            put(
                                    PROGRESS,
                                    move.id(),
                                    MovesCodec.encode(Progress.none(move.started()))))
                    .write(put(SECRET, move.id(), vault.seal(sealedAs(move), secret)));
            commit(transaction.carrying(request, Outcome.DONE));
            changed.release();
            return true;
        } finally {
            changing.unlock();
        }
    }

    private static void forget(Transaction transaction, String id) {
        for (String kind : List.of(MOVE, PROGRESS, SECRET)) {
            transaction.write(new Write.Delete(Space.RECORDS, Tuple.pack(SPACE, kind, id)));
        }
        transaction.write(pages(id));
    }

    @Override
    public List<Move> all() {
        List<Move> all = new ArrayList<>();
        try (Cursor cursor =
                keyspace.scan(
                        Space.RECORDS,
                        Tuple.of().text(SPACE).text(MOVE).range(),
                        Reading.Direction.UP)) {
            while (cursor.next()) {
                all.add(MovesCodec.move(cursor.value()));
            }
        }
        all.sort(Comparator.comparing(Move::started).thenComparing(Move::id).reversed());
        return all;
    }

    @Override
    public Optional<Move> move(String id) {
        return get(MOVE, id).map(MovesCodec::move);
    }

    @Override
    public Progress progress(Move move) {
        return get(PROGRESS, move.id())
                .map(MovesCodec::progress)
                .orElseGet(() -> Progress.none(move.started()));
    }

    @Override
    public Optional<Move> steer(Request request, String id, Move.State state, String why) {
        changing.lock();
        try {
            Optional<Move> found = move(id);
            if (found.isEmpty() || found.get().state() == Move.State.DONE) {
                Outcome outcome = found.isEmpty() ? Outcome.ABSENT : Outcome.CONFLICT;
                keyspace.commit(new Transaction().carrying(request, outcome));
                return found;
            }
            Move next = found.get().standing(state, why);
            commit(
                    new Transaction()
                            .write(put(MOVE, id, MovesCodec.encode(next)))
                            .carrying(request, Outcome.DONE));
            changed.release();
            return Optional.of(next);
        } finally {
            changing.unlock();
        }
    }

    @Override
    public Optional<byte[]> secret(Move move) {
        return get(SECRET, move.id()).map(sealed -> vault.open(sealedAs(move), sealed));
    }

    @Override
    public Progress advance(Move move, Progress.Page page) {
        changing.lock();
        try {
            Progress now = progress(move);
            Progress next = now.with(page);
            Transaction transaction =
                    new Transaction().write(put(PROGRESS, move.id(), MovesCodec.encode(next)));
            if (!page.lines().isEmpty()) {
                transaction.write(
                        new Write.Put(
                                Space.BODIES,
                                pageKey(move, now.pages()),
                                MovesCodec.encode(page.lines())));
            }
            commit(transaction);
            return next;
        } finally {
            changing.unlock();
        }
    }

    @Override
    public void counted(Move move, long versions, long bytes) {
        changing.lock();
        try {
            Progress next = progress(move).of(versions, bytes);
            commit(new Transaction().write(put(PROGRESS, move.id(), MovesCodec.encode(next))));
        } finally {
            changing.unlock();
        }
    }

    @Override
    public void restart(Move move) {
        changing.lock();
        try {
            commit(
                    new Transaction()
                            .write(
                                    put(
                                            PROGRESS,
                                            move.id(),
                                            MovesCodec.encode(Progress.none(move.started()))))
                            .write(pages(move.id())));
        } finally {
            changing.unlock();
        }
    }

    private static Write pages(String id) {
        return new Write.DeleteRange(
                Space.BODIES, Tuple.of().text(SPACE).text(PAGE).text(id).range());
    }

    @Override
    public void end(Move move, Move.State state, String why) {
        changing.lock();
        try {
            Optional<Move> running =
                    move(move.id()).filter(each -> each.state() == Move.State.RUNNING);
            if (running.isEmpty()) {
                return;
            }
            Transaction transaction =
                    new Transaction()
                            .write(
                                    put(
                                            MOVE,
                                            move.id(),
                                            MovesCodec.encode(running.get().standing(state, why))));
            if (state == Move.State.DONE) {
                transaction.write(
                        new Write.Delete(Space.RECORDS, Tuple.pack(SPACE, SECRET, move.id())));
            }
            commit(transaction);
            changed.release();
        } finally {
            changing.unlock();
        }
    }

    @Override
    public List<Line> page(Move move, int page) {
        return keyspace.get(Space.BODIES, pageKey(move, page))
                .map(MovesCodec::lines)
                .orElse(List.of());
    }

    @Override
    public void await(Duration longest) throws InterruptedException {
        if (changed.tryAcquire(longest.toMillis(), TimeUnit.MILLISECONDS)) {
            changed.drainPermits();
        }
    }

    private static byte[] pageKey(Move move, int page) {
        return Tuple.of().text(SPACE).text(PAGE).text(move.id()).unsigned(page).pack();
    }

    private static Write put(String kind, String id, byte[] value) {
        return new Write.Put(Space.RECORDS, Tuple.pack(SPACE, kind, id), value);
    }

    private Optional<byte[]> get(String kind, String id) {
        return keyspace.get(Space.RECORDS, Tuple.pack(SPACE, kind, id));
    }

    /** Without conditions, so it is applied or throws. */
    private void commit(Transaction transaction) {
        switch (keyspace.commit(transaction)) {
            case Committed.Applied _ -> {}
            case Committed.Stale stale -> throw new IllegalStateException("stale: " + stale);
        }
    }

    private static String sealedAs(Move move) {
        return "move/" + move.id();
    }
}
