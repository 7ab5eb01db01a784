package org.domicile.guard;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.Keys;
import org.domicile.keys.Pass;
import org.domicile.objects.Bucket;
import org.domicile.objects.Condition;
import org.domicile.objects.Listing;
import org.domicile.objects.Lock;
import org.domicile.objects.Version;
import org.domicile.policy.Marks;
import org.domicile.policy.Policy;
import org.domicile.policy.Resource;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.domicile.tables.Refusal;
import org.domicile.tables.Warehouse;
import org.domicile.watches.Watch;
import org.domicile.watches.WatchEngine;

/**
 * What watches remember: for each its last checkpoint, one object in the bucket that the program
 * keeps for the organisation, sealed with that bucket's key. The next takes its place in one
 * commit, so there is always one that is whole, and nothing is left of one that was not.
 *
 * <p>It is the program's act, under its own purpose, in the organisation's log: each time that one
 * is opened, and the first of each minute in which some are kept; policy is asked each time.
 */
final class WatchStates {
    static final String KEEP = "watching:Keep";
    static final String RESTORE = "watching:Restore";
    static final String REMOVE = "watching:Remove";

    /** Above all folders: the ids of tables are folders. */
    private static final String PREFIX = "watch-";

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String TYPE = "application/octet-stream";
    private static final int PAGE = 1_000;

    /** Bytes of a checkpoint that are written before quotas are asked again. */
    private static final int BETWEEN_QUOTAS = 4 << 20;

    private final Policy policy;
    private final Warehouses warehouses;
    private final OpenedWarehouse.Parts parts;
    private final Function<String, Uses> uses;
    private final InstantSource clock;

    /**
     * @param uses the program's, on behalf of an organisation
     */
    WatchStates(
            Policy policy,
            Warehouses warehouses,
            OpenedWarehouse.Parts parts,
            Function<String, Uses> uses,
            InstantSource clock) {
        this.policy = policy;
        this.warehouses = warehouses;
        this.parts = parts;
        this.uses = uses;
        this.clock = clock;
    }

    /** Of a watch. @param lives whether it was not stopped meanwhile */
    WatchEngine.Kept of(Watch watch, Predicate<Watch> lives) {
        return new Checkpoints(watch, lives);
    }

    private static String name(Watch watch) {
        return PREFIX + watch.id();
    }

    private static Resource.Data place(Uses own, Bucket bucket, String name) {
        return own.data(Optional.of(bucket), bucket.name(), name);
    }

    private OpenedWarehouse closed(Uses own, Bucket bucket) {
        return new OpenedWarehouse(
                parts,
                own.request(),
                bucket,
                () -> {
                    throw new IllegalStateException("the use is not on record yet");
                });
    }

    private interface Act<T> {
        T done();
    }

    /** What else may be wrong is told as the store's own failures are. */
    private static <T> T told(Act<T> act) {
        try {
            return act.done();
        } catch (Refusal e) {
            throw new StorageFailure(
                    e.kind() == Refusal.Kind.OVER_QUOTA
                            ? StorageFailure.Kind.FULL
                            : StorageFailure.Kind.CORRUPT,
                    String.valueOf(e.getMessage()),
                    e);
        } catch (Keys.KeyGone | Refused e) {
            throw new StorageFailure(StorageFailure.Kind.CLOSED, String.valueOf(e.getMessage()), e);
        }
    }

    /** Of one watch, which comes from one worker at a time. */
    private final class Checkpoints implements WatchEngine.Kept {
        private final Watch watch;
        private final Predicate<Watch> lives;
        private Instant recorded = Instant.MIN; // the last one that stands on record

        Checkpoints(Watch watch, Predicate<Watch> lives) {
            this.watch = watch;
            this.lives = lives;
        }

        @Override
        public WatchEngine.Keeping begin() {
            return told(() -> {
                Uses own = uses.apply(watch.organisation());
                Bucket bucket =
                        warehouses
                                .find(watch.organisation())
                                .orElseGet(
                                        () -> warehouses.make(own.request(), watch.organisation()));
                Resource.Data place = place(own, bucket, name(watch));
                own.check(KEEP, place, ObjectUses.object(bucket.name(), name(watch)));
                return new Piecewise(own, bucket, place);
            });
        }

        /** One that comes. */
        private final class Piecewise implements WatchEngine.Keeping {
            private final Uses own;
            private final Bucket bucket;
            private final Resource.Data place;
            private final OpenedWarehouse.Coming coming;
            private long asked; // bytes, when a quota was asked

            Piecewise(Uses own, Bucket bucket, Resource.Data place) {
                this.own = own;
                this.bucket = bucket;
                this.place = place;
                this.coming = closed(own, bucket).coming(name(watch), -1);
            }

            /** Ends where a quota is passed, so that not all of it is written to be refused. */
            @Override
            public void write(byte[] piece) {
                coming.write(piece, piece.length);
                if (coming.size() - asked < BETWEEN_QUOTAS) {
                    return;
                }
                asked = coming.size();
                if (parts.objects().quotas().foreseen(bucket, name(watch), asked).isPresent()) {
                    throw new StorageFailure(
                            StorageFailure.Kind.FULL, "a quota of the organisation is reached");
                }
            }

            @Override
            public void keep() {
                told(() -> {
                    Instant now = clock.instant();
                    if (now.isBefore(due(recorded))) {
                        coming.finish(own.request().nested(), TYPE, Marks.NONE);
                    } else {
                        String object = ObjectUses.object(bucket.name(), name(watch));
                        try (Admitted use = own.admit(KEEP, place, object)) {
                            coming.finish(use.carrying(coming::size), TYPE, Marks.NONE);
                        }
                        recorded = now;
                    }
                    if (!lives.test(watch)) {
                        closed(own, bucket).remove(name(watch));
                    }
                    return true;
                });
            }

            @Override
            public void close() {
                coming.close();
            }
        }

        private static Instant due(Instant recorded) {
            return recorded.equals(Instant.MIN) ? recorded : recorded.plus(MINUTE);
        }

        @Override
        public Optional<WatchEngine.Last> last() {
            return told(() -> warehouses.find(watch.organisation()).flatMap(this::opened));
        }

        private Optional<WatchEngine.Last> opened(Bucket bucket) {
            Optional<Version> there =
                    parts.objects()
                            .version(bucket, name(watch), Optional.empty())
                            .filter(each -> each.kind() == Version.Kind.OBJECT);
            if (there.isEmpty()) {
                return Optional.empty();
            }
            Uses own = uses.apply(watch.organisation());
            String object = ObjectUses.object(bucket.name(), name(watch));
            Pass pass;
            try (Admitted use = own.admit(RESTORE, place(own, bucket, name(watch)), object)) {
                pass = use.record(Outcome.DONE, there.get().size());
            }
            Warehouse.Readable file =
                    new OpenedWarehouse(parts, own.request(), bucket, () -> pass).read(name(watch));
            try {
                return Optional.of(
                        new WatchEngine.Last(
                                file.size(), new HeldStream(file.read(0, file.size()), file)));
            } catch (IOException e) {
                file.close();
                throw new StorageFailure(
                        StorageFailure.Kind.CORRUPT, "what a watch remembers does not open", e);
            }
        }
    }

    /**
     * Of a watch that was stopped. @param request of who stopped it; the removal is a part of that
     */
    void forget(Request request, Watch watch) {
        told(() -> {
            warehouses
                    .find(watch.organisation())
                    .ifPresent(bucket ->
                            new OpenedWarehouse(
                                            parts,
                                            request,
                                            bucket,
                                            () -> {
                                                throw new IllegalStateException(
                                                        "nothing is opened");
                                            })
                                    .remove(name(watch)));
            return true;
        });
    }

    /**
     * Removes what was left by a death between the end of a watch and that of its checkpoint.
     *
     * @param living ids of watches that there are
     */
    void sweep(Supplier<Set<String>> living) {
        for (String organisation : policy.register().organisations().keySet()) {
            warehouses.find(organisation).ifPresent(bucket -> sweep(bucket, living));
        }
    }

    private void sweep(Bucket bucket, Supplier<Set<String>> living) {
        List<Version> kept =
                parts.objects()
                        .list(bucket, new Listing.Query(PREFIX, "", "", "", PAGE))
                        .versions();
        // asked for afterwards: a watch is there before anything is kept of it
        Set<String> ids = kept.isEmpty() ? Set.of() : living.get();
        for (Version each : kept) {
            String name = each.name();
            if (ids.contains(name.substring(PREFIX.length()))) {
                continue;
            }
            told(() -> {
                Uses own = uses.apply(bucket.organisation());
                String object = ObjectUses.object(bucket.name(), name);
                try (Admitted use = own.admit(REMOVE, place(own, bucket, name), object)) {
                    return parts.objects()
                            .delete(
                                    use.carrying(() -> 0),
                                    bucket,
                                    name,
                                    Optional.empty(),
                                    new Condition.None(),
                                    Lock.Bypass.NO);
                }
            });
        }
    }
}
