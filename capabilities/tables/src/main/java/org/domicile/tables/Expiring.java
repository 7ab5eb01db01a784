package org.domicile.tables;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.util.SnapshotUtil;

/**
 * Which snapshots of a table are over: a pure function of its metadata and what is asked, as Apache
 * Iceberg's specification has it ("Snapshot Retention Policy") and its {@code RemoveSnapshots}
 * carries it out. A branch keeps the snapshots on its way back that are young enough, and at least
 * so many; a tag keeps its own; a branch or tag that is too old goes, but never {@code main}.
 */
final class Expiring {
    private final TableMetadata metadata;
    private final long now;
    private final long before;
    private final int keep;
    private final long oldestReference;

    private Expiring(
            TableMetadata metadata, long now, long before, int keep, long oldestReference) {
        this.metadata = metadata;
        this.now = now;
        this.before = before;
        this.keep = keep;
        this.oldestReference = oldestReference;
    }

    static TableUpkeep.Over over(TableMetadata metadata, TableUpkeep.Ending ending) {
        Map<String, String> properties = metadata.properties();
        String said = properties.get(TableProperties.GC_ENABLED);
        boolean collected = said == null || Boolean.parseBoolean(said);
        long oldest =
                number(
                        properties,
                        TableProperties.MAX_REF_AGE_MS,
                        TableProperties.MAX_REF_AGE_MS_DEFAULT);
        return switch (ending) {
            case TableUpkeep.Ending.ByRules(java.time.Instant at) -> {
                if (!collected) {
                    yield TableUpkeep.Over.NOTHING;
                }
                long age = number(properties, TableProperties.MAX_SNAPSHOT_AGE_MS, Long.MAX_VALUE);
                long least =
                        number(
                                properties,
                                TableProperties.MIN_SNAPSHOTS_TO_KEEP,
                                TableProperties.MIN_SNAPSHOTS_TO_KEEP_DEFAULT);
                yield new Expiring(
                                metadata,
                                at.toEpochMilli(),
                                earlier(at.toEpochMilli(), age),
                                Math.clamp(least, 1, Integer.MAX_VALUE),
                                oldest)
                        .over();
            }
            case TableUpkeep.Ending.Asked(
                            java.time.Instant before,
                            int keep,
                            java.time.Instant at) -> {
                if (!collected) {
                    throw new Refusal(
                            Refusal.Kind.INVALID,
                            "The table says gc.enabled=false: none of its snapshots end");
                }
                yield new Expiring(metadata, at.toEpochMilli(), before.toEpochMilli(), keep, oldest)
                        .over();
            }
        };
    }

    /** A property that is no number says nothing: what is not understood ends nothing. */
    private static long number(Map<String, String> properties, String name, long otherwise) {
        String value = properties.get(name);
        if (value == null || !value.matches("\\d{1,18}")) {
            return otherwise;
        }
        return Long.parseLong(value);
    }

    private static long earlier(long now, long age) {
        return age >= now ? Long.MIN_VALUE : now - age;
    }

    private TableUpkeep.Over over() {
        Map<String, SnapshotRef> references = new TreeMap<>(metadata.refs());
        List<String> gone = new ArrayList<>();
        references.forEach((name, each) -> {
            if (!name.equals(SnapshotRef.MAIN_BRANCH) && isOver(each)) {
                gone.add(name);
            }
        });
        gone.forEach(references::remove);
        Set<Long> kept = new HashSet<>();
        Set<Long> reachable = new HashSet<>();
        for (SnapshotRef each : references.values()) {
            if (each.isTag()) {
                kept.add(each.snapshotId());
                reachable.add(each.snapshotId());
            } else {
                keep(each, kept, reachable);
            }
        }
        List<Long> over =
                metadata.snapshots().stream()
                        .filter(each -> !kept.contains(each.snapshotId()))
                        .filter(each ->
                                reachable.contains(each.snapshotId())
                                        || each.timestampMillis() < before)
                        .map(Snapshot::snapshotId)
                        .sorted()
                        .toList();
        return over.isEmpty() && gone.isEmpty()
                ? TableUpkeep.Over.NOTHING
                : new TableUpkeep.Over(over, List.copyOf(gone));
    }

    private boolean isOver(SnapshotRef reference) {
        Snapshot snapshot = metadata.snapshot(reference.snapshotId());
        Long own = reference.maxRefAgeMs();
        long age = own == null ? oldestReference : own;
        return snapshot == null || snapshot.timestampMillis() < earlier(now, age);
    }

    /** Of a branch, from its newest snapshot back. */
    private void keep(SnapshotRef branch, Set<Long> kept, Set<Long> reachable) {
        Long age = branch.maxSnapshotAgeMs();
        Integer own = branch.minSnapshotsToKeep();
        long since = age == null ? before : earlier(now, age);
        int least = own == null ? keep : own;
        int count = 0;
        boolean going = true;
        for (Snapshot each : SnapshotUtil.ancestorsOf(branch.snapshotId(), metadata::snapshot)) {
            reachable.add(each.snapshotId());
            going &= count < least || each.timestampMillis() >= since;
            if (going) {
                kept.add(each.snapshotId());
                count++;
            }
        }
    }
}
