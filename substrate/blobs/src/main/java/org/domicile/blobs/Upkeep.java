package org.domicile.blobs;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.domicile.bytes.CrashPoint;
import org.domicile.bytes.Pace;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Condition;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Write;
import org.jspecify.annotations.Nullable;

/**
 * Compaction and counting. The index of a segment (which blobs it may hold) is a hint: what counts
 * is the place of each blob. A hint is never missing for a live blob, so a segment without hints is
 * dead; a hint may be left over, and is then removed here.
 */
final class Upkeep {
    /** Segments that one call may count; the rest wait for the next call. */
    private static final int COUNTED_AT_ONCE = 64;

    /** Blobs that are copied before one sync makes all the copies durable. */
    private static final int BATCH = 64;

    /** Segments that each compaction counts anew, whether or not their index is known to change. */
    private static final int RECOUNTED = 16;

    private final Keyspace keyspace;
    private final Segments segments;
    private final Pendings pendings;
    private final Buffers buffers;
    private final BlobOptions options;

    /** What is to be won of a segment where room is scarce: one part of so many. */
    private static final long EIGHTH = 8;

    /** Where recounting goes on; guarded by this object. */
    private long recounted;

    Upkeep(
            Keyspace keyspace,
            Segments segments,
            Pendings pendings,
            Buffers buffers,
            BlobOptions options) {
        this.keyspace = keyspace;
        this.segments = segments;
        this.pendings = pendings;
        this.buffers = buffers;
        this.options = options;
    }

    /** One at a time, since two would copy the same blobs. */
    synchronized Blobs.Compaction compact() {
        segments.checkOpen();
        pendings.sweep();
        recount();
        count();
        Segment emptiest = emptiest();
        if (emptiest == null) {
            return new Blobs.Compaction(0, 0, 0);
        }
        List<Segment> held = segments.hold(List.of(emptiest.number));
        Blobs.Compaction done;
        try {
            done = new Compactor(emptiest).run();
        } finally {
            // The file goes here, or with its last reader.
            segments.release(held);
        }
        boolean refused = !segments.each(each -> each == emptiest ? each : null).isEmpty();
        return refused ? new Blobs.Compaction(done.moved(), 0, 0) : done;
    }

    Blobs.Usage usage() {
        segments.checkOpen();
        count();
        List<long[]> sizes =
                segments.each(segment -> new long[] {segment.bytes(), segment.live.bytes()});
        long onDisk = sizes.stream().mapToLong(each -> each[0]).sum();
        long live = sizes.stream().mapToLong(each -> each[1]).sum();
        return new Blobs.Usage(sizes.size(), onDisk, live);
    }

    /**
     * A segment may have been counted between the moment when somebody prepared to drop a blob and
     * the moment when he did. So all are counted anew in turn.
     */
    private void recount() {
        List<Long> sealed = segments.each(segment -> segment.sealed ? segment.number : null);
        List<Long> next =
                sealed.stream().filter(number -> number > recounted).limit(RECOUNTED).toList();
        recounted = next.size() < RECOUNTED ? 0 : next.getLast();
        segments.touched(next);
    }

    /** Counts what is live in segments whose index has changed: at most a page of work each. */
    private void count() {
        List<Segment> uncounted =
                segments.each(segment -> {
                    if (segment.counted) {
                        return null;
                    }
                    // Before the scan: a change during it makes the count stale again.
                    segment.counted = true;
                    return segment;
                });
        for (int i = 0; i < uncounted.size(); i++) {
            Segment segment = uncounted.get(i);
            if (i >= COUNTED_AT_ONCE) {
                segments.touched(List.of(segment.number));
                continue;
            }
            Place.Share live = Place.Share.NOTHING;
            Range hints = Keys.inSegment(segment.number);
            try (Cursor cursor = keyspace.scan(Space.RECORDS, hints, Reading.Direction.UP)) {
                while (cursor.next()) {
                    live = live.plus(Place.Share.decode(cursor.value()));
                }
            }
            Place.Share counted = live;
            segments.update(() -> segment.live = counted);
        }
    }

    /**
     * The sealed segment of which most would be won, if that is at least half; where room is scarce
     * an eighth is enough, as long as there is room for what has to be moved.
     */
    private @Nullable Segment emptiest() {
        boolean scarce = segments.isScarce();
        long room = segments.pagesToMove();
        List<Segment> worthwhile =
                segments.each(segment -> {
                    boolean possible =
                            segment.sealed
                                    && segment.writers == 0
                                    && segment.pending == 0
                                    && !segment.stuck;
                    long live = segment.live.pages();
                    // the header of the new segment takes what that of the old one gives
                    long won = segment.pages - 1 - live;
                    boolean worthIt =
                            2 * won >= segment.pages
                                    || scarce && live <= room && EIGHTH * won >= segment.pages;
                    return possible && worthIt ? segment : null;
                });
        return worthwhile.stream()
                .min(Comparator.comparingDouble(each -> (double) each.live.pages() / each.pages))
                .orElse(null);
    }

    /** Empties one segment, and deletes it when nothing in it is live. */
    private final class Compactor {
        private final Segment from;
        private final Pace pace = new Pace(options.upkeepBytesPerSecond());
        private long moved;

        Compactor(Segment from) {
            this.from = from;
        }

        Blobs.Compaction run() {
            List<BlobId> hinted = new ArrayList<>();
            Range hints = Keys.inSegment(from.number);
            try (Cursor cursor = keyspace.scan(Space.RECORDS, hints, Reading.Direction.UP)) {
                while (cursor.next()) {
                    hinted.add(Keys.blob(cursor.key()));
                }
            }
            for (int i = 0; i < hinted.size(); i += BATCH) {
                List<BlobId> batch = hinted.subList(i, Math.min(i + BATCH, hinted.size()));
                if (!moveAll(batch)) {
                    return new Blobs.Compaction(moved, 0, 0);
                }
            }
            if (!isDead(hinted)) {
                return new Blobs.Compaction(moved, 0, 0);
            }
            segments.doom(from);
            return new Blobs.Compaction(moved, from.bytes(), 1);
        }

        /** False when compaction is to stop: interrupted, or a page is damaged. */
        private boolean moveAll(List<BlobId> batch) {
            List<Segments.Run> runs = new ArrayList<>();
            List<Move> moves = new ArrayList<>();
            try {
                for (BlobId id : batch) {
                    Optional<byte[]> encoded = keyspace.get(Space.RECORDS, Keys.place(id));
                    if (encoded.isPresent()) {
                        Place place = Place.decode(encoded.get());
                        if (place.shares().containsKey(from.number)) {
                            Optional<Place> copied = copy(id, place, runs);
                            if (copied.isEmpty()) {
                                return false;
                            }
                            moves.add(new Move(id, place, copied.get()));
                        }
                    }
                }
                runs.stream().map(Segments.Run::segment).distinct().forEach(Segment::sync);
                CrashPoint.at("blobs.compaction");
                moves.forEach(this::commit);
                return true;
            } catch (StorageFailure e) {
                if (e.kind() != StorageFailure.Kind.CORRUPT) {
                    throw e;
                }
                // A check says whose it is. The segment stays, since it cannot be emptied.
                segments.update(() -> from.stuck = true);
                return false;
            } finally {
                segments.done(runs);
            }
        }

        /**
         * Copies what lies in the segment, page by page as it is, and returns the new place; empty
         * when it is told to stop.
         */
        private Optional<Place> copy(BlobId id, Place place, List<Segments.Run> runs) {
            List<Extent> extents = new ArrayList<>();
            long index = 0;
            for (Extent extent : place.extents()) {
                if (extent.segment() == from.number) {
                    for (int done = 0; done < extent.count(); ) {
                        int most = Math.min(Buffers.PAGES, extent.count() - done);
                        Segments.Run run = segments.reserveToMove(most);
                        runs.add(run);
                        int at = extent.page() + done;
                        if (!copyPages(id, place.length(), index + done, at, run)) {
                            return Optional.empty();
                        }
                        SegmentWriter.append(
                                extents, new Extent(run.segment().number, run.page(), run.count()));
                        done += run.count();
                    }
                } else {
                    SegmentWriter.append(extents, extent);
                }
                index += extent.count();
            }
            return Optional.of(new Place(place.length(), extents));
        }

        private boolean copyPages(BlobId id, long length, long first, int at, Segments.Run run) {
            int last = Page.carried(length, first + run.count() - 1L);
            int bytes = (run.count() - 1) * Page.SIZE + Page.HEADER + last;
            ByteBuffer buffer = buffers.take();
            try {
                from.read(buffer.limit(bytes), (long) at * Page.SIZE);
                for (int i = 0; i < run.count(); i++) {
                    int carried = Page.carried(length, first + i);
                    if (!Page.isWhole(buffer, i * Page.SIZE, id, first + i, carried)) {
                        throw new StorageFailure(
                                StorageFailure.Kind.CORRUPT,
                                id + ": page " + (first + i) + " in " + from.path);
                    }
                }
                run.segment().write(buffer.flip(), (long) run.page() * Page.SIZE);
            } finally {
                buffers.give(buffer);
            }
            moved += bytes;
            return pace.spend(bytes);
        }

        private void commit(Move move) {
            Transaction transaction =
                    new Transaction()
                            .when(
                                    new Condition.Holds(
                                            Space.RECORDS,
                                            Keys.place(move.id),
                                            Optional.of(move.before.encode())))
                            .write(
                                    new Write.Put(
                                            Space.RECORDS,
                                            Keys.place(move.id),
                                            move.after.encode()));
            move.before
                    .shares()
                    .keySet()
                    .forEach(number ->
                            transaction.write(
                                    new Write.Delete(
                                            Space.RECORDS, Keys.inSegment(number, move.id))));
            move.after
                    .shares()
                    .forEach((number, share) ->
                            transaction.write(
                                    new Write.Put(
                                            Space.RECORDS,
                                            Keys.inSegment(number, move.id),
                                            share.encode())));
            switch (keyspace.commit(transaction)) {
                case Committed.Applied _ -> segments.touched(move.after.shares().keySet());
                case Committed.Stale _ -> {
                    // Dropped in the meantime: the copy is garbage.
                }
            }
        }

        /** Checks that no blob lies in the segment any more, and removes hints that are left. */
        private boolean isDead(List<BlobId> hinted) {
            Transaction cleaning = new Transaction();
            for (BlobId id : hinted) {
                Optional<byte[]> encoded = keyspace.get(Space.RECORDS, Keys.place(id));
                if (encoded.isPresent()
                        && Place.decode(encoded.get()).shares().containsKey(from.number)) {
                    return false;
                }
                byte[] hint = Keys.inSegment(from.number, id);
                if (keyspace.get(Space.RECORDS, hint).isPresent()) {
                    cleaning.write(new Write.Delete(Space.RECORDS, hint));
                }
            }
            if (!cleaning.writes().isEmpty()) {
                keyspace.commit(cleaning);
            }
            Range hints = Keys.inSegment(from.number);
            try (Cursor cursor = keyspace.scan(Space.RECORDS, hints, Reading.Direction.UP)) {
                return !cursor.next();
            }
        }
    }

    private record Move(BlobId id, Place before, Place after) {}
}
