package org.domicile.launcher;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.domicile.query.LimitTable;
import org.domicile.query.Queries;
import org.domicile.query.QueryOptions;
import org.domicile.query.WorkerJars;

/**
 * Sessions of SQL on one data folder. The engine's native library is unpacked once into it, or
 * where sql.engines says, so that workers map one file instead of unpacking one each.
 */
final class SqlWorkers {
    /** A part of the heap; what is large is there four times on its way. */
    private static final long HEAP_FOR_ROWS = 8;

    private SqlWorkers() {}

    static Queries open(Settings.Sql settings, Path folder, LimitTable limits) {
        if (!WorkerJars.present()) {
            return Queries.none("This program comes without an engine for SQL.");
        }
        return Queries.open(
                new QueryOptions(
                        Path.of(System.getProperty("java.home")),
                        new WorkerJars(
                                settings.engines().orElseGet(() -> folder.resolve("engines"))),
                        settings.folder().orElseGet(() -> usual(folder)),
                        settings.total(),
                        Math.max(
                                QueryOptions.LEAST_ROWS,
                                Runtime.getRuntime().maxMemory() / HEAP_FOR_ROWS),
                        settings.warm(),
                        settings.limits(),
                        Map.of()),
                limits);
    }

    /** In memory, and another one for each data folder. */
    private static Path usual(Path folder) {
        byte[] place = folder.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(place);
            return Path.of("/dev/shm", "domicile-" + HexFormat.of().formatHex(digest, 0, 8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
