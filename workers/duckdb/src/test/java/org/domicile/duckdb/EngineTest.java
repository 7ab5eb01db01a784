package org.domicile.duckdb;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.domicile.query.Failure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine by itself, in this process. */
class EngineTest {
    private static final int ROUNDS = 400;
    private static final long SPREAD_NANOS = 2_000_000;

    @TempDir private Path folder;

    /** Whenever it comes, before the end or behind it: it is for that statement and no other. */
    @Test
    void aCancelIsForItsStatementAlone() throws Exception {
        Engine engine = Engine.open(folder, folder, folder);
        String file = folder.resolve("rows.parquet").toString();
        for (int i = 1; i <= ROUNDS; i++) {
            long asked = 2L * i;
            long wait = SPREAD_NANOS * i / ROUNDS;
            Thread canceller =
                    Thread.ofPlatform()
                            .start(() -> {
                                LockSupport.parkNanos(wait);
                                engine.cancel(asked);
                            });
            try {
                if (i % 2 == 0) {
                    engine.write(asked, List.of(), copy(1_000, file), List.of());
                } else {
                    read(engine, asked);
                }
            } catch (Engine.Failed e) {
                assertEquals(Failure.CANCELLED, e.failure().state(), () -> e.failure().toString());
            }
            assertEquals(10, engine.write(asked + 1, List.of(), copy(10, file), List.of()));
            canceller.join();
        }
    }

    private static void read(Engine engine, long number) throws Engine.Failed {
        engine.run(number, List.of(), "select md5(i::varchar) from range(5000) t(i)", List.of());
        try {
            while (engine.next().rows() > 0) {
                Thread.onSpinWait();
            }
        } finally {
            engine.end();
        }
    }

    private static String copy(int rows, String file) {
        return "copy (select md5(i::varchar) from range(%d) t(i)) to '%s' (format parquet)"
                .formatted(rows, file);
    }
}
