package org.domicile.proof;

import java.time.Duration;
import java.util.List;

/** When a server dies. */
sealed interface Moment {
    /** Some time after the load began. */
    record AfterLoad(Duration load) implements Moment {}

    /** When it passes a crash point for the Nth time. */
    record AtPoint(Point point, long pass) implements Moment {
        /** What the server's Java is told. */
        String flag() {
            return "-Ddomicile.crash=" + point.name() + ":" + pass;
        }
    }

    /** What has to go on for a server to pass a point. */
    enum Occasion {
        /** The load alone. */
        LOAD,
        /** A first start on an empty folder. */
        FOUNDING,
        /** A start that finds a damaged copy of the key store. */
        REPAIR,
        /** Upkeep, once most of a segment is dead: what the server before left half empty is. */
        COMPACTION
    }

    /**
     * A crash point of the program.
     *
     * @param passes the load passes it about so often a second: the pass is chosen below that
     */
    record Point(String name, Occasion occasion, int passes) {}

    /** All of them, as the modules' pages list them; a test holds this against the sources. */
    List<Point> POINTS =
            List.of(
                    new Point("keyspace.before-sync", Occasion.LOAD, 100),
                    new Point("keyspace.after-sync", Occasion.LOAD, 100),
                    new Point("objects.before-commit", Occasion.LOAD, 50),
                    new Point("objects.after-commit", Occasion.LOAD, 50),
                    new Point("tables.before-commit", Occasion.LOAD, 20),
                    new Point("tables.after-commit", Occasion.LOAD, 20),
                    new Point("blobs.segment-write", Occasion.LOAD, 10),
                    new Point("blobs.before-adopt", Occasion.LOAD, 5),
                    new Point("blobs.compaction", Occasion.COMPACTION, 1),
                    new Point("blobs.before-delete", Occasion.COMPACTION, 1),
                    new Point("ledger.before-tiles", Occasion.LOAD, 3),
                    new Point("ledger.after-tiles", Occasion.LOAD, 3),
                    new Point("ledger.before-checkpoint", Occasion.LOAD, 3),
                    new Point("ledger.after-checkpoint", Occasion.LOAD, 3),
                    new Point("ledger.before-forget", Occasion.LOAD, 3),
                    new Point("ledger.after-forget", Occasion.LOAD, 1),
                    new Point("keys.root-made", Occasion.FOUNDING, 1),
                    new Point("keys.before-append", Occasion.LOAD, 2),
                    new Point("keys.appended", Occasion.LOAD, 2),
                    new Point("keys.synced", Occasion.LOAD, 2),
                    new Point("keys.before-mark", Occasion.LOAD, 2),
                    new Point("keys.after-mark", Occasion.LOAD, 2),
                    new Point("keys.rewriting", Occasion.LOAD, 1),
                    new Point("keys.rewritten", Occasion.LOAD, 1),
                    new Point("keys.rewritten-synced", Occasion.LOAD, 1),
                    new Point("keys.renamed", Occasion.LOAD, 1),
                    new Point("keys.replaced", Occasion.LOAD, 1),
                    new Point("keys.repairing", Occasion.REPAIR, 1),
                    new Point("keys.repaired", Occasion.REPAIR, 1),
                    new Point("keys.retired", Occasion.LOAD, 1),
                    new Point("keys.deleted", Occasion.LOAD, 1));
}
