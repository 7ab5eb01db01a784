package org.domicile.tables;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Write;
import org.jspecify.annotations.Nullable;

/**
 * Loads that came into tables, by what they say of themselves. A snapshot says it, too, for as long
 * as it is there; the line here outlives it. It is written by the commit that brings the rows, and
 * every commit of a table depends on the one before, so no two find it missing.
 */
final class Loads {
    /** How long a load is known at least. */
    static final Duration REMEMBERED = Duration.ofDays(30);

    private Loads() {}

    private static byte[] key(String organisation, String table, Map<String, String> said) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            new TreeMap<>(said)
                    .forEach((name, value) -> {
                        for (String each : new String[] {name, value}) {
                            byte[] bytes = each.getBytes(StandardCharsets.UTF_8);
                            digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
                            digest.update(bytes);
                        }
                    });
            return Layout.load(organisation, table, digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Whether it came. @param said of itself; empty for what has no name, which never came */
    static boolean came(
            Reading reading, String organisation, LoadedTable table, Map<String, String> said) {
        if (said.isEmpty()) {
            return false;
        }
        TableMetadata metadata = table.metadata();
        if (SnapshotMaking.committed(metadata, said)) {
            return true;
        }
        Optional<Records.Arrived> line =
                reading.get(Space.RECORDS, key(organisation, table.id(), said))
                        .map(Records.Arrived::decode);
        return line.isPresent() && isBehind(metadata, line.get());
    }

    /**
     * Whether a snapshot is in the current one's line, or was before it ended. One that was rolled
     * back is not, as far as that can still be told: where the line is whole, and where the oldest
     * that is left of it is older.
     */
    private static boolean isBehind(TableMetadata metadata, Records.Arrived load) {
        @Nullable Snapshot each = metadata.currentSnapshot();
        while (each != null) {
            if (each.snapshotId() == load.snapshot()) {
                return true;
            }
            Long parent = each.parentId();
            if (parent == null) {
                return false;
            }
            Snapshot before = metadata.snapshot(parent);
            if (before == null) {
                boolean numbered = each.sequenceNumber() > 0;
                return metadata.snapshot(load.snapshot()) == null
                        && (!numbered || load.sequence() < each.sequenceNumber());
            }
            each = before;
        }
        return false;
    }

    /** Writes that it came, where it did. */
    static void keep(
            Transaction transaction,
            String organisation,
            String table,
            Map<String, String> said,
            TableMetadata next,
            Instant now) {
        Snapshot current = next.currentSnapshot();
        if (!said.isEmpty() && current != null) {
            transaction.write(
                    new Write.Put(
                            Space.RECORDS,
                            key(organisation, table, said),
                            new Records.Arrived(now, current.snapshotId(), current.sequenceNumber())
                                    .encode()));
        }
    }
}
