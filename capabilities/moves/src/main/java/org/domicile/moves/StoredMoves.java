package org.domicile.moves;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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
import org.domicile.keyspace.Range;
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
    private static final String WAITING = "waiting";
    private static final String UPLOAD = "upload";
    private static final int MOST = 1_000;

    /** Of an upload, as the other side calls it. */
    private static final int LONGEST_ID = 1_024;

    private final Keyspace keyspace;
    private final Vault vault;
    private final ReentrantLock changing = new ReentrantLock();
    private final Semaphore changed = new Semaphore(0);

    StoredMoves(Keyspace keyspace, Vault vault) {
        this.keyspace = keyspace;
        this.vault = vault;
    }

    @Override
    public Asked start(Request request, Move move, byte[] secret) {
        changing.lock();
        try {
            List<Move> all = all();
            Transaction transaction = new Transaction();
            Optional<Move> other = moving(all, move);
            if (other.isPresent()) {
                return refused(request, Outcome.CONFLICT, new Asked.Moving(other.get()));
            }
            if (all.size() >= MOST) {
                Optional<Move> oldest =
                        all.reversed().stream()
                                .filter(each -> each.state() == Move.State.DONE)
                                .findFirst();
                if (oldest.isEmpty()) {
                    return refused(request, Outcome.CONFLICT, new Asked.TooMany());
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
            return new Asked.Now(move);
        } finally {
            changing.unlock();
        }
    }

    /** Another one that runs with the same bucket: two would put versions between one another's. */
    private static Optional<Move> moving(List<Move> all, Move move) {
        return all.stream()
                .filter(each -> each.state() == Move.State.RUNNING)
                .filter(each -> each.bucket().equals(move.bucket()))
                .filter(each -> !each.id().equals(move.id()))
                .findFirst();
    }

    private Asked refused(Request request, Outcome outcome, Asked why) {
        keyspace.commit(new Transaction().carrying(request, outcome));
        return why;
    }

    private static void forget(Transaction transaction, String id) {
        for (String kind : List.of(MOVE, PROGRESS, SECRET)) {
            transaction.write(new Write.Delete(Space.RECORDS, Tuple.pack(SPACE, kind, id)));
        }
        transaction.write(pages(id)).write(all(WAITING, id)).write(all(UPLOAD, id));
    }

    private static Write all(String kind, String id) {
        return new Write.DeleteRange(
                Space.RECORDS, Tuple.of().text(SPACE).text(kind).text(id).range());
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
    public Asked steer(Request request, String id, Move.State state, String why) {
        changing.lock();
        try {
            Optional<Move> found = move(id);
            if (found.isEmpty()) {
                return refused(request, Outcome.ABSENT, new Asked.Absent());
            }
            if (found.get().state() == Move.State.DONE) {
                return refused(request, Outcome.CONFLICT, new Asked.Done(found.get()));
            }
            Optional<Move> other =
                    state == Move.State.RUNNING ? moving(all(), found.get()) : Optional.empty();
            if (other.isPresent()) {
                return refused(request, Outcome.CONFLICT, new Asked.Moving(other.get()));
            }
            Move next = found.get().standing(state, why);
            commit(
                    new Transaction()
                            .write(put(MOVE, id, MovesCodec.encode(next)))
                            .carrying(request, Outcome.DONE));
            changed.release();
            return new Asked.Now(next);
        } finally {
            changing.unlock();
        }
    }

    @Override
    public Asked forget(Request request, String id) {
        changing.lock();
        try {
            Optional<Move> found = move(id);
            if (found.isEmpty()) {
                return refused(request, Outcome.ABSENT, new Asked.Absent());
            }
            if (found.get().state() == Move.State.RUNNING) {
                return refused(request, Outcome.CONFLICT, new Asked.Working(found.get()));
            }
            Transaction transaction = new Transaction();
            forget(transaction, id);
            commit(transaction.carrying(request, Outcome.DONE));
            return new Asked.Now(found.get());
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
            if (move(move.id()).isEmpty()) {
                return Progress.none(page.at()); // it was stopped and forgotten meanwhile
            }
            Progress now = progress(move);
            Progress next = now.with(page);
            Transaction transaction =
                    new Transaction().write(put(PROGRESS, move.id(), MovesCodec.encode(next)));
            for (Progress.Waiting each : page.waiting()) {
                transaction.write(
                        new Write.Put(
                                Space.RECORDS,
                                waitingKey(move, each.name()),
                                MovesCodec.encode(each.name(), each.from())));
            }
            for (String name : page.settled()) {
                transaction.write(new Write.Delete(Space.RECORDS, waitingKey(move, name)));
            }
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

    private static byte[] waitingKey(Move move, String name) {
        return Tuple.pack(SPACE, WAITING, move.id(), name);
    }

    @Override
    public List<Progress.Waiting> waiting(Move move, String after, int most) {
        return pairs(WAITING, move, after.isEmpty() ? new byte[0] : waitingKey(move, after), most)
                .stream()
                .map(pair -> new Progress.Waiting(pair.getFirst(), pair.getLast()))
                .toList();
    }

    /** Pairs of texts that are kept of a move behind a key. */
    private List<List<String>> pairs(String kind, Move move, byte[] after, int most) {
        Range all = Tuple.of().text(SPACE).text(kind).text(move.id()).range();
        byte[] from = after.length == 0 ? all.from() : Arrays.copyOf(after, after.length + 1);
        List<List<String>> found = new ArrayList<>();
        try (Cursor cursor =
                keyspace.scan(Space.RECORDS, new Range(from, all.to()), Reading.Direction.UP)) {
            while (found.size() < most && cursor.next()) {
                found.add(MovesCodec.pair(cursor.value()));
            }
        }
        return found;
    }

    @Override
    public void began(Move move, Unfinished upload) {
        if (upload.upload().length() > LONGEST_ID) {
            return; // no key has room for it; the other side's own rules end it
        }
        byte[] value = MovesCodec.encode(upload.name(), upload.upload());
        commit(
                new Transaction()
                        .write(new Write.Put(Space.RECORDS, uploadKey(move, upload), value)));
    }

    @Override
    public void over(Move move, Unfinished upload) {
        if (upload.upload().length() <= LONGEST_ID) {
            commit(
                    new Transaction()
                            .write(new Write.Delete(Space.RECORDS, uploadKey(move, upload))));
        }
    }

    private static byte[] uploadKey(Move move, Unfinished upload) {
        return Tuple.pack(SPACE, UPLOAD, move.id(), upload.name(), upload.upload());
    }

    @Override
    public List<Unfinished> unfinished(Move move) {
        return pairs(UPLOAD, move, new byte[0], MOST).stream()
                .map(pair -> new Unfinished(pair.getFirst(), pair.getLast()))
                .toList();
    }

    @Override
    public void counted(Move move, long versions, long bytes) {
        changing.lock();
        try {
            if (move(move.id()).isEmpty()) {
                return;
            }
            Progress next = progress(move).of(versions, bytes);
            commit(new Transaction().write(put(PROGRESS, move.id(), MovesCodec.encode(next))));
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
