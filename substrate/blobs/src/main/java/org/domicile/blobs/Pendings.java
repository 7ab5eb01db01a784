package org.domicile.blobs;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Space;

/**
 * Finished blobs that somebody may be about to adopt. Nothing in the keyspace names them yet, so
 * compaction would take them for garbage: a segment with one of them is left alone. A blob leaves
 * when its adoption is seen in the keyspace (at the latest by who drops it), or when so much time
 * has passed that {@link #adopting} refuses it; a restart empties the set, since no transaction
 * survives one.
 */
final class Pendings {
    /** Adoption mostly follows within milliseconds: earlier it is not worth a look. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(2);

    private static final int LOOKS_EACH = 2;

    private final Keyspace keyspace;
    private final Segments segments;
    private final Duration adoptWithin;
    private final InstantSource clock;
    private final Map<BlobId, Pending> all = new ConcurrentHashMap<>();
    private final Queue<BlobId> order = new ConcurrentLinkedQueue<>();

    Pendings(Keyspace keyspace, Segments segments, Duration adoptWithin, InstantSource clock) {
        this.keyspace = keyspace;
        this.segments = segments;
        this.adoptWithin = adoptWithin;
        this.clock = clock;
    }

    /** Adds a blob, and looks at the two oldest, so that the set stays small by itself. */
    void add(BlobId id, Place place) {
        all.put(id, new Pending(place, clock.instant()));
        segments.pending(place.shares().keySet(), 1);
        order.add(id);
        for (int i = 0; i < LOOKS_EACH; i++) {
            BlobId oldest = order.peek();
            Pending pending = oldest == null ? null : all.get(oldest);
            if (pending != null && age(pending).compareTo(FIRST_LOOK) < 0) {
                return;
            }
            lookAtOldest();
        }
    }

    /** The place of a blob that is about to be adopted. */
    Place adopting(BlobId id) {
        Pending pending =
                all.computeIfPresent(id, (_, old) -> new Pending(old.place, clock.instant()));
        if (pending == null) {
            throw new IllegalArgumentException(
                    id
                            + " was not finished here, is adopted already, or was finished too long"
                            + " ago");
        }
        return pending.place;
    }

    /** Somebody saw the blob's place in the keyspace. */
    void adopted(BlobId id) {
        Pending pending = all.remove(id);
        if (pending != null) {
            segments.pending(pending.place.shares().keySet(), -1);
        }
    }

    /** Looks at every blob once. */
    void sweep() {
        for (int left = order.size(); left > 0; left--) {
            lookAtOldest();
        }
    }

    private void lookAtOldest() {
        BlobId id = order.poll();
        if (id == null) {
            return;
        }
        // In one step with adopting(), which refuses what this removes.
        Place[] removed = new Place[1];
        Pending left =
                all.computeIfPresent(
                        id,
                        (_, pending) -> {
                            boolean adopted =
                                    keyspace.get(Space.RECORDS, Keys.place(id)).isPresent();
                            if (adopted || age(pending).compareTo(adoptWithin) > 0) {
                                removed[0] = pending.place;
                                return null;
                            }
                            return pending;
                        });
        if (left != null) {
            order.add(id);
        } else if (removed[0] != null) {
            segments.pending(removed[0].shares().keySet(), -1);
        }
    }

    private Duration age(Pending pending) {
        return Duration.between(pending.since, clock.instant());
    }

    private record Pending(Place place, Instant since) {}
}
