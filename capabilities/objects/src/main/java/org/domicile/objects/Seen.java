package org.domicile.objects;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.keyspace.Condition;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.objects.Bucket.Versioning;
import org.domicile.objects.BucketTable.Home;
import org.jspecify.annotations.Nullable;

/**
 * What stands under one name, as a change has read it, and what must still hold in the commit lane
 * for the change to be right.
 *
 * @param newest the newest version
 * @param unnamed the null version, where the bucket's state makes a change replace it
 */
record Seen(@Nullable Standing newest, @Nullable Standing unnamed, List<Condition> conditions) {
    /**
     * A version in its place.
     *
     * @param index the key that says where the null version is; only for one put after versioning
     *     began
     */
    record Standing(byte[] key, byte[] value, Entry entry, byte @Nullable [] index) {
        static @Nullable Standing at(Reading reading, byte[] key, byte @Nullable [] index) {
            Optional<byte[]> value = reading.get(Space.RECORDS, key);
            return value.isEmpty()
                    ? null
                    : new Standing(key, value.get(), Entry.decode(value.get()), index);
        }

        /** Holds while it is as it was read. */
        Condition.Holds stays() {
            return new Condition.Holds(Space.RECORDS, key, Optional.of(value));
        }

        Version version(String name, boolean latest) {
            return entry.version(name, Layout.stamp(key), latest);
        }
    }

    /** Reads what a put, or a delete without a version, has to know. */
    static Seen of(Reading reading, Home home, byte[] name) {
        List<Condition> conditions = new ArrayList<>(4);
        conditions.add(home.live());
        return switch (home.bucket().versioning()) {
            case UNVERSIONED -> {
                Standing only = fixed(reading, home, name, conditions);
                yield new Seen(only, only, conditions);
            }
            case ENABLED -> {
                Standing newest = newest(reading, home, name);
                conditions.add(first(home, name, newest));
                yield new Seen(newest, null, conditions);
            }
            case SUSPENDED -> {
                Standing newest = newest(reading, home, name);
                conditions.add(first(home, name, newest));
                byte[] index = index(reading, home, name);
                conditions.add(
                        new Condition.First(
                                Space.RECORDS,
                                Layout.versions(home.nulls(), name),
                                Optional.ofNullable(index)));
                Standing unnamed =
                        index == null
                                ? fixed(reading, home, name, conditions)
                                : indexed(reading, home, name, index);
                if (index != null && unnamed != null) {
                    // Its lock may change in place.
                    conditions.add(unnamed.stays());
                }
                yield new Seen(newest, unnamed, conditions);
            }
        };
    }

    private static @Nullable Standing fixed(
            Reading reading, Home home, byte[] name, List<Condition> conditions) {
        byte[] key = Layout.stamped(home.versions(), name, Layout.UNVERSIONED);
        Standing standing = Standing.at(reading, key, null);
        conditions.add(
                new Condition.Holds(
                        Space.RECORDS,
                        key,
                        standing == null ? Optional.empty() : Optional.of(standing.value())));
        return standing;
    }

    /** Holds while the newest version of a name is the one that was seen. */
    static Condition first(Home home, byte[] name, @Nullable Standing newest) {
        return new Condition.First(
                Space.RECORDS,
                Layout.versions(home.versions(), name),
                newest == null ? Optional.empty() : Optional.of(newest.key()));
    }

    /** The newest version: a point read in an unversioned bucket, else a short walk. */
    static @Nullable Standing newest(Reading reading, Home home, byte[] name) {
        if (home.bucket().versioning() == Versioning.UNVERSIONED) {
            return Standing.at(
                    reading, Layout.stamped(home.versions(), name, Layout.UNVERSIONED), null);
        }
        Range range = Layout.versions(home.versions(), name);
        try (Cursor cursor = reading.scan(Space.RECORDS, range, Reading.Direction.UP)) {
            if (!cursor.next()) {
                return null;
            }
            byte[] value = cursor.value();
            return new Standing(cursor.key(), value, Entry.decode(value), null);
        }
    }

    /** The version that an id names. */
    static @Nullable Standing named(Reading reading, Home home, byte[] name, String id) {
        if (id.equals(Layout.NULL)) {
            byte[] index = index(reading, home, name);
            return index == null
                    ? Standing.at(
                            reading,
                            Layout.stamped(home.versions(), name, Layout.UNVERSIONED),
                            null)
                    : indexed(reading, home, name, index);
        }
        Optional<Long> version = Layout.version(id);
        if (version.isEmpty() || version.get() <= Layout.UNVERSIONED) {
            return null;
        }
        Standing standing =
                Standing.at(reading, Layout.stamped(home.versions(), name, version.get()), null);
        // The null version goes by no other name, wherever it stands.
        return standing == null || standing.entry().mark() == Entry.Mark.NULL ? null : standing;
    }

    private static byte @Nullable [] index(Reading reading, Home home, byte[] name) {
        if (home.bucket().versioning() == Versioning.UNVERSIONED) {
            return null;
        }
        Range range = Layout.versions(home.nulls(), name);
        try (Cursor cursor = reading.scan(Space.RECORDS, range, Reading.Direction.UP)) {
            return cursor.next() ? cursor.key() : null;
        }
    }

    private static @Nullable Standing indexed(
            Reading reading, Home home, byte[] name, byte[] index) {
        return Standing.at(
                reading, Layout.stamped(home.versions(), name, Layout.stamp(index)), index);
    }
}
