package org.domicile.keyspace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.domicile.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * What the earlier transactions of a batch changed, for the conditions of the later ones. Owned by
 * the lane, one for each batch.
 *
 * <p>Most transactions touch keys of their own, so a look-up has to be cheap when it finds nothing:
 * keys lie in a hash table, and the sorted view that {@link Condition.First} needs is made when the
 * first such condition asks for it. Each change has a number; a removed range hides the changes
 * with smaller numbers.
 */
final class Overlay {
    /** A changed key. */
    record Key(Space space, byte[] bytes) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key(Space theirSpace, byte[] theirBytes)
                    && space == theirSpace
                    && Arrays.equals(bytes, theirBytes);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(bytes) + space.ordinal();
        }
    }

    /** What the overlay knows of a key. */
    sealed interface Change {
        /** It has this value. */
        record Set(byte[] value) implements Change {}

        /** It is gone. */
        record Gone() implements Change {}

        /** Nothing in this batch touched it. */
        record Untouched() implements Change {}
    }

    private record Entry(Change change, int number) {}

    private record Removed(Space space, Range range, int number) {}

    private static final Change GONE = new Change.Gone();
    private static final Change UNTOUCHED = new Change.Untouched();

    private final Map<Key, Entry> keys = new HashMap<>();
    private final List<Removed> ranges = new ArrayList<>();
    private @Nullable Map<Space, TreeMap<byte[], Entry>> sorted;
    private int number;

    /** Adds the writes of a transaction that is applied at {@code version}. */
    void add(Transaction transaction, long version) {
        for (Write write : transaction.writes()) {
            number++;
            switch (write) {
                case Write.Put(Space space, byte[] key, byte[] value) ->
                        add(space, key, new Change.Set(value));
                case Write.Delete(Space space, byte[] key) -> add(space, key, GONE);
                case Write.DeleteRange(Space space, Range range) ->
                        ranges.add(new Removed(space, range, number));
                case Write.PutStamped put ->
                        add(put.space(), Stamps.key(put, version), new Change.Set(put.value()));
                // Its sum is a change of its own.
                case Write.Add _ -> {}
            }
        }
    }

    /** Adds what an addition has made of a key. */
    void sum(Space space, byte[] key, byte[] value) {
        number++;
        add(space, key, new Change.Set(value));
    }

    private void add(Space space, byte[] key, Change change) {
        Entry entry = new Entry(change, number);
        keys.put(new Key(space, key), entry);
        if (sorted != null) {
            sorted.computeIfAbsent(space, _ -> new TreeMap<>(Bytes::compare)).put(key, entry);
        }
    }

    /** What the batch so far made of a key. */
    Change at(Space space, byte[] key) {
        if (number == 0) {
            return UNTOUCHED;
        }
        return seen(space, key, keys.get(new Key(space, key)));
    }

    private Change seen(Space space, byte[] key, @Nullable Entry entry) {
        int since = entry == null ? 0 : entry.number();
        for (Removed removed : ranges) {
            if (removed.number() > since
                    && removed.space() == space
                    && Bytes.compare(removed.range().from(), key) <= 0
                    && Bytes.compare(key, removed.range().to()) < 0) {
                return GONE;
            }
        }
        return entry == null ? UNTOUCHED : entry.change();
    }

    /** The first key of the range that the batch so far has set; null when there is none. */
    byte @Nullable [] firstSet(Space space, Range range) {
        if (number == 0 || Bytes.compare(range.from(), range.to()) >= 0) {
            return null;
        }
        if (sorted == null) {
            sorted = new HashMap<>();
            for (Map.Entry<Key, Entry> each : keys.entrySet()) {
                sorted.computeIfAbsent(each.getKey().space(), _ -> new TreeMap<>(Bytes::compare))
                        .put(each.getKey().bytes(), each.getValue());
            }
        }
        TreeMap<byte[], Entry> map = sorted.get(space);
        if (map == null) {
            return null;
        }
        for (Map.Entry<byte[], Entry> each : map.subMap(range.from(), range.to()).entrySet()) {
            if (seen(space, each.getKey(), each.getValue()) instanceof Change.Set) {
                return each.getKey();
            }
        }
        return null;
    }
}
