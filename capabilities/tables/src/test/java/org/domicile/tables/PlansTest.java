package org.domicile.tables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.iceberg.FileScanTask;
import org.domicile.keyspace.Keyspace;
import org.junit.jupiter.api.Test;

/** Plans that are remembered have so many files, all of them together. */
class PlansTest {
    private final MemoryWarehouse warehouse = new MemoryWarehouse("city");
    private int next;

    /** A file as the library plans it. */
    private FileScanTask task() {
        Tables tables =
                Tables.open(
                        Keyspace.inMemory(), InstantSource.system(), RandomGenerator.getDefault());
        tables.create(
                RowsContract.request(),
                warehouse,
                new NewNamespace(RowsContract.TRAVEL, Map.of()),
                Once.NOT);
        Loaded loaded =
                tables.create(
                        RowsContract.request(),
                        warehouse,
                        RowsContract.FLIGHTS,
                        RowsContract.wanted(),
                        Once.NOT);
        tables.commit(
                RowsContract.request(),
                warehouse,
                RowsContract.append(
                        loaded.id(), RowsContract.file(warehouse, loaded.id(), "a", 1, 10)));
        LoadedTable table = (LoadedTable) tables.load(warehouse, Kind.TABLE, RowsContract.FLIGHTS);
        PlanAsked.Asked asked =
                switch (PlanAsked.parse("{}")) {
                    case PlanAsked.Asked each -> each;
                };
        return new Scans(warehouse, table).tasks(asked, Memory.UNBOUNDED).files().getFirst();
    }

    @Test
    void theOldestGivesWayWhenTheFilesAreTooMany() {
        FileScanTask task = task();
        Plans plans = new Plans(InstantSource.system(), () -> "plan" + ++next);
        List<FileScanTask> many =
                Collections.nCopies((int) ((20L << 20) / Scans.costOfTask(task)), task);
        Scans.Tasks tasks = new Scans.Tasks(many, Map.of(0, task.spec()));
        plans.add(warehouse, "t", tasks, Memory.UNBOUNDED);
        assertFalse(plans.planned(warehouse, "t", "plan1", Memory.UNBOUNDED).isEmpty());
        plans.add(warehouse, "t", tasks, Memory.UNBOUNDED);
        assertEquals(Refusal.Kind.NO_SUCH_PLAN, refused(plans, "plan1"));
        assertFalse(plans.planned(warehouse, "t", "plan2", Memory.UNBOUNDED).isEmpty());
        // what is cancelled makes room, and small ones stay beside each other
        plans.cancel(warehouse, "t", "plan2");
        plans.add(warehouse, "t", tasks, Memory.UNBOUNDED);
        plans.add(
                warehouse,
                "t",
                new Scans.Tasks(List.of(task), Map.of(0, task.spec())),
                Memory.UNBOUNDED);
        assertFalse(plans.planned(warehouse, "t", "plan3", Memory.UNBOUNDED).isEmpty());
        assertFalse(plans.planned(warehouse, "t", "plan4", Memory.UNBOUNDED).isEmpty());
    }

    /** Each file while a plan is made, and the text of each page; who has no room gets none. */
    @Test
    void whatAPlanTakesIsAskedFor() {
        FileScanTask task = task();
        Plans plans = new Plans(InstantSource.system(), () -> "plan" + ++next);
        Scans.Tasks tasks =
                new Scans.Tasks(Collections.nCopies(1_500, task), Map.of(0, task.spec()));
        long[] taken = {0};
        plans.add(warehouse, "t", tasks, bytes -> taken[0] += bytes);
        long text = taken[0];
        assertTrue(text > 1_000 * 1_000, text + " bytes");
        plans.tasks(warehouse, "t", "{\"plan-task\":\"plan1-1\"}", bytes -> taken[0] += bytes);
        assertEquals(text + text / 2, taken[0], "half a page");
        Memory none =
                bytes -> {
                    throw new IllegalStateException("full");
                };
        assertThrows(IllegalStateException.class, () -> plans.add(warehouse, "t", tasks, none));
        assertEquals(Refusal.Kind.NO_SUCH_PLAN, refused(plans, "plan2"), "it is not remembered");
        assertThrows(
                IllegalStateException.class, () -> plans.planned(warehouse, "t", "plan1", none));
    }

    private Refusal.Kind refused(Plans plans, String plan) {
        return assertThrows(
                        Refusal.class, () -> plans.planned(warehouse, "t", plan, Memory.UNBOUNDED))
                .kind();
    }
}
