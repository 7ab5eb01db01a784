package org.domicile.tables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.domicile.keyspace.Keyspace;
import org.junit.jupiter.api.Test;

/** Names of loads are kept for a time, and no longer. */
class StoredLoadsTest {
    private static final Map<String, String> NAME = Map.of("load", "x", "part", "1");

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void namesOfLoadsAreForgottenAfterAWhile() {
        MemoryWarehouse warehouse = new MemoryWarehouse("city");
        Tables tables = Tables.open(Keyspace.inMemory(), () -> now, RandomGenerator.getDefault());
        tables.create(
                RowsContract.request(),
                warehouse,
                new NewNamespace(RowsContract.TRAVEL, Map.of()),
                Once.NOT);
        String id =
                tables.create(
                                RowsContract.request(),
                                warehouse,
                                RowsContract.FLIGHTS,
                                RowsContract.wanted(),
                                Once.NOT)
                        .id();
        load(tables, warehouse, id, NAME);
        load(tables, warehouse, id, Map.of());
        Instant later = Instant.now().plus(Duration.ofDays(900));
        tables.upkeep()
                .expire(
                        RowsContract.request(),
                        warehouse,
                        RowsContract.FLIGHTS,
                        new TableUpkeep.Ending.Asked(later, 1, later),
                        Once.NOT);
        assertEquals(0, tables.sweep());
        now = now.plus(Loads.REMEMBERED);
        assertEquals(0, tables.sweep());
        assertTrue(came(tables, warehouse));
        now = now.plus(Duration.ofHours(2));
        assertEquals(1, tables.sweep());
        assertFalse(came(tables, warehouse));
    }

    private static boolean came(Tables tables, MemoryWarehouse warehouse) {
        Loaded loaded = tables.load(warehouse, Kind.TABLE, RowsContract.FLIGHTS);
        return tables.committed(warehouse, loaded, NAME);
    }

    private static void load(
            Tables tables, MemoryWarehouse warehouse, String id, Map<String, String> name) {
        tables.commit(
                RowsContract.request(),
                warehouse,
                new FilesChange(
                        RowsContract.FLIGHTS,
                        id,
                        new FilesChange.Append(name),
                        List.of(RowsContract.file(warehouse, id, "f" + name.size(), 1, 10)),
                        name,
                        UnaryOperator.identity()));
    }
}
