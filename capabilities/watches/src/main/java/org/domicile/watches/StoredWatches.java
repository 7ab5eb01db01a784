package org.domicile.watches;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
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

/**
 * The one engine of {@link Watches}, under {@code ("watches", KIND, …)}:
 *
 * <pre>
 *   watch ORGANISATION NAME   {@link WatchesCodec}
 * </pre>
 *
 * {@code changing} serialises what changes the register; watches are in memory too, and are so
 * before anybody is told.
 */
final class StoredWatches implements Watches {
    private static final String SPACE = "watches";
    private static final String WATCH = "watch";

    private record Name(String organisation, String name) implements Comparable<Name> {
        @Override
        public int compareTo(Name other) {
            int first = organisation.compareTo(other.organisation);
            return first != 0 ? first : name.compareTo(other.name);
        }
    }

    private final Keyspace keyspace;
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<Name, Watch> watches = new ConcurrentSkipListMap<>();

    StoredWatches(Keyspace keyspace) {
        this.keyspace = keyspace;
        try (Cursor cursor =
                keyspace.scan(
                        Space.RECORDS,
                        Tuple.of().text(SPACE).text(WATCH).range(),
                        Reading.Direction.UP)) {
            while (cursor.next()) {
                Watch watch = WatchesCodec.decode(cursor.value());
                watches.put(name(watch), watch);
            }
        }
    }

    private static Name name(Watch watch) {
        return new Name(watch.organisation(), watch.name());
    }

    private static byte[] key(Watch watch) {
        return Tuple.pack(SPACE, WATCH, watch.organisation(), watch.name());
    }

    private void commit(Transaction transaction) {
        switch (keyspace.commit(transaction)) {
            case Committed.Applied _ -> {}
            case Committed.Stale _ -> throw new IllegalStateException("no condition was set");
        }
    }

    private Asked refused(Request request, Outcome outcome, Asked why) {
        commit(new Transaction().carrying(request, outcome));
        return why;
    }

    @Override
    public Asked create(Request request, Watch watch) {
        changing.lock();
        try {
            if (watches.containsKey(name(watch))) {
                return refused(request, Outcome.CONFLICT, new Asked.Taken());
            }
            if (of(watch.organisation()).size() >= MOST) {
                return refused(request, Outcome.CONFLICT, new Asked.TooMany());
            }
            commit(
                    new Transaction()
                            .write(
                                    new Write.Put(
                                            Space.RECORDS, key(watch), WatchesCodec.encode(watch)))
                            .carrying(request, Outcome.DONE));
            watches.put(name(watch), watch);
            return new Asked.Now(watch);
        } finally {
            changing.unlock();
        }
    }

    @Override
    public Asked remove(Request request, String organisation, String name) {
        changing.lock();
        try {
            Watch now = watches.get(new Name(organisation, name));
            if (now == null) {
                return refused(request, Outcome.ABSENT, new Asked.Absent());
            }
            commit(
                    new Transaction()
                            .write(new Write.Delete(Space.RECORDS, key(now)))
                            .carrying(request, Outcome.DONE));
            watches.remove(name(now));
            return new Asked.Now(now);
        } finally {
            changing.unlock();
        }
    }

    @Override
    public Optional<Watch> watch(String organisation, String name) {
        return Optional.ofNullable(watches.get(new Name(organisation, name)));
    }

    @Override
    public List<Watch> of(String organisation) {
        return watches.values().stream()
                .filter(each -> each.organisation().equals(organisation))
                .toList();
    }

    @Override
    public List<Watch> all() {
        return List.copyOf(watches.values());
    }
}
