package org.domicile.tables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.ForwardingKeyspace;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Transaction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Commits of rows that fail: on a full disk, by a sync of which nobody knows, by files that cannot
 * be written. What was acknowledged is there, nothing is there in part, and every file that the
 * table names can be read.
 */
@Timeout(120)
class StoredRowsFaultsTest {
    private static final int STEPS = 150;
    private static final NamespaceName TRAVEL = NamespaceName.of("travel");
    private static final TableName FLIGHTS = new TableName(TRAVEL, "flights");

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final Disk disk = new Disk();
    private final Store store = new Store();

    /** Fails now and then, and from a failed sync on until it is started again. */
    private final class Disk {
        private int often;
        private boolean fenced;
        private int failed;

        void write() {
            if (fenced) {
                throw new StorageFailure(StorageFailure.Kind.FENCED, "fenced off");
            }
            if (often > 0 && random.nextInt(often) == 0) {
                failed++;
                throw new StorageFailure(StorageFailure.Kind.FULL, "there is no room");
            }
        }
    }

    private final class Store extends ForwardingKeyspace {
        Store() {
            super(Keyspace.inMemory());
        }

        @Override
        public Committed commit(Transaction transaction) {
            disk.write();
            if (disk.often > 0 && random.nextInt(disk.often) == 0) {
                disk.failed++;
                disk.fenced = true;
                if (random.nextBoolean()) {
                    super.commit(transaction);
                }
                throw new StorageFailure(StorageFailure.Kind.FENCED, "the sync failed");
            }
            return super.commit(transaction);
        }
    }

    private final MemoryWarehouse warehouse =
            new MemoryWarehouse("city") {
                @Override
                public void write(String name, byte[] bytes) {
                    disk.write();
                    super.write(name, bytes);
                }

                @Override
                public void remove(String name) {
                    disk.write();
                    super.remove(name);
                }
            };

    @Test
    void whateverFailsTheTableIsWhole() {
        Tables tables = started();
        tables.create(
                RowsContract.request(), warehouse, new NewNamespace(TRAVEL, Map.of()), Once.NOT);
        String id =
                tables.create(
                                RowsContract.request(),
                                warehouse,
                                FLIGHTS,
                                RowsContract.wanted(),
                                Once.NOT)
                        .id();
        Set<String> known = new HashSet<>();
        int committed = 0;
        for (int i = 0; i < STEPS; i++) {
            int number = i;
            String name = id + "/data/f" + i;
            List<String> all = List.copyOf(known);
            boolean replaces = !all.isEmpty() && random.nextInt(3) == 0;
            FilesChange.What what = new FilesChange.Append(Map.of());
            String gone = "";
            if (replaces) {
                gone = all.get(random.nextInt(all.size()));
                what = new FilesChange.Replace(scan(tables).snapshot(), List.of(gone));
            }
            disk.often = 12;
            boolean acknowledged = false;
            try {
                warehouse.write(name, new byte[10]);
                tables.commit(
                        RowsContract.request(),
                        warehouse,
                        new FilesChange(
                                FLIGHTS,
                                id,
                                what,
                                List.of(
                                        new NewFile(
                                                name, 10, 1, 0, List.of(), List.of(), List.of())),
                                Map.of(),
                                UnaryOperator.identity()));
                acknowledged = true;
                committed++;
            } catch (StorageFailure e) {
                assertTrue(
                        e.kind() == StorageFailure.Kind.FULL
                                || e.kind() == StorageFailure.Kind.FENCED,
                        e::toString);
            }
            disk.often = 0;
            boolean unknown = disk.fenced;
            disk.fenced = false;
            if (unknown) {
                tables = started();
            }
            Set<String> now = new TreeSet<>();
            scan(tables).files().forEach(each -> now.add(each.name()));
            Set<String> done = new TreeSet<>(known);
            done.add(name);
            done.remove(gone);
            if (acknowledged) {
                assertEquals(done, now, () -> "seed " + seed + ", step " + number);
            } else {
                boolean either = now.equals(new TreeSet<>(known)) || unknown && now.equals(done);
                assertTrue(either, () -> "seed " + seed + ", step " + number + ": " + now);
            }
            known.clear();
            known.addAll(now);
        }
        assertTrue(disk.failed > STEPS / 10, "failures: " + disk.failed);
        assertTrue(committed > STEPS / 10, "commits: " + committed);
    }

    private Tables started() {
        return Tables.open(store, InstantSource.system(), RandomGenerator.getDefault());
    }

    /** Reads every manifest that the table names. */
    private Scan scan(Tables tables) {
        return tables.scan(
                warehouse,
                tables.load(warehouse, Kind.TABLE, FLIGHTS),
                new Moment.Now(),
                new Filter.All(),
                List.of());
    }
}
