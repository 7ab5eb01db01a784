package org.domicile.blobs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the places of all blobs as one state of the keyspace has them. Which pages are taken is
 * a bit for each page of each segment. Owned by one thread.
 */
final class PlaceCheck {
    private final Keyspace present;
    private final Reading state;
    private final Map<Long, Integer> segments = new HashMap<>();
    private final Map<Long, BitSet> taken = new HashMap<>();

    PlaceCheck(Keyspace present, Reading state, List<Segment> segments) {
        this.present = present;
        this.state = state;
        segments.forEach(segment -> this.segments.put(segment.number, segment.pages));
    }

    void run(Blobs.Look look) {
        try (Cursor cursor = state.scan(Space.RECORDS, Keys.places(), Reading.Direction.UP)) {
            while (cursor.next()) {
                BlobId id = Keys.blob(cursor.key());
                byte[] encoded = cursor.value();
                try {
                    Place place = Place.decode(encoded);
                    look.at(id, Optional.ofNullable(fault(id, place, encoded)));
                } catch (StorageFailure e) {
                    String what = String.valueOf(e.getMessage());
                    look.at(id, Optional.of(new Blobs.Fault(Blobs.Harm.LOST, what)));
                }
            }
        }
    }

    private Blobs.@Nullable Fault fault(BlobId id, Place place, byte[] encoded) {
        List<String> lost = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        long pages = 0;
        for (Extent extent : place.extents()) {
            pages += extent.count();
            lies(extent).ifPresent(lost::add);
            alone(extent).ifPresent(faults::add);
        }
        if (pages != Page.count(place.length())) {
            lost.add("its %d bytes are not in %d pages".formatted(place.length(), pages));
        }
        place.shares()
                .forEach((segment, share) -> {
                    Optional<byte[]> hint = state.get(Space.RECORDS, Keys.inSegment(segment, id));
                    if (hint.isEmpty() || !Arrays.equals(hint.get(), share.encode())) {
                        faults.add("segment %d is not known to hold it".formatted(segment));
                    }
                });
        Blobs.Harm harm = lost.isEmpty() ? Blobs.Harm.AT_RISK : Blobs.Harm.LOST;
        lost.addAll(faults);
        return lost.isEmpty() || hasMoved(id, encoded)
                ? null
                : new Blobs.Fault(harm, String.join("; ", lost));
    }

    private Optional<String> lies(Extent extent) {
        Integer pages = segments.get(extent.segment());
        if (pages == null) {
            return Optional.of("segment %d is not there".formatted(extent.segment()));
        }
        return extent.page() < 1 || extent.count() < 1 || extent.end() > pages
                ? Optional.of(
                        "pages %d to %d are not in segment %d"
                                .formatted(extent.page(), extent.end() - 1, extent.segment()))
                : Optional.empty();
    }

    private Optional<String> alone(Extent extent) {
        Integer pages = segments.get(extent.segment());
        if (pages == null || extent.page() < 1 || extent.end() > pages) {
            return Optional.empty();
        }
        BitSet pagesTaken = taken.computeIfAbsent(extent.segment(), _ -> new BitSet());
        int first = pagesTaken.nextSetBit(extent.page());
        pagesTaken.set(extent.page(), Math.max(extent.page(), extent.end()));
        return first >= 0 && first < extent.end()
                ? Optional.of(
                        "page %d of segment %d is another's, too"
                                .formatted(first, extent.segment()))
                : Optional.empty();
    }

    /** Compaction moves blobs, and segments go, while an older state is looked at. */
    private boolean hasMoved(BlobId id, byte[] encoded) {
        Optional<byte[]> now = present.get(Space.RECORDS, Keys.place(id));
        return now.isEmpty() || !Arrays.equals(now.get(), encoded);
    }
}
