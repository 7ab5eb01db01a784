package org.domicile.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.backup.Source;
import org.domicile.bytes.Disk;

/**
 * A data folder held still for a backup: by its server, or, where none runs, by having the folder's
 * lock so that none starts. Names of the parts in a snapshot:
 *
 * <pre>
 *   format     the data folder's own
 *   keyspace   blobs   ledger
 *   ends       of a backup while the server ran: checkpoints and partial files of the logs, which
 *              go to ledger, too
 * </pre>
 */
final class DataSource implements AutoCloseable {
    static final String FORMAT = "format";
    static final String KEYSPACE = "keyspace";
    static final String BLOBS = "blobs";
    static final String LEDGER = "ledger";
    static final String ENDS = "ends";

    private static final int ATTEMPTS = 20;
    private static final Duration BETWEEN = Duration.ofMillis(250);

    private final Source source;
    private final LogCopy log;
    private final AutoCloseable held;

    private DataSource(Source source, LogCopy log, AutoCloseable held) {
        this.source = source;
        this.log = log;
        this.held = held;
    }

    /**
     * Holds it still.
     *
     * @throws Problem that says why it cannot be
     */
    static DataSource of(Folder folder, Disk disk) throws IOException {
        folder.check(disk);
        if (!disk.exists(folder.format())) {
            throw new Problem(
                    "there is no data folder " + folder.path() + "; name another with --data");
        }
        Optional<Endpoints> server = Endpoints.running(folder);
        return server.isPresent()
                ? running(folder, server.get(), new Hold(folder, disk))
                : stopped(folder);
    }

    private static DataSource stopped(Folder folder) throws IOException {
        AutoCloseable lock = locked(folder);
        try {
            LogCopy log = published(folder.ledger());
            return new DataSource(
                    new Source(
                            List.of(
                                    new Source.Root(FORMAT, folder.format()),
                                    new Source.Root(
                                            KEYSPACE, folder.keyspace(), DataSource::isKept),
                                    new Source.Root(BLOBS, folder.blobs()),
                                    new Source.Root(LEDGER, folder.ledger()))),
                    log,
                    lock);
        } catch (Problem e) {
            close(lock);
            throw e;
        }
    }

    private static AutoCloseable locked(Folder folder) throws IOException {
        try {
            return folder.lock();
        } catch (Folder.Taken e) {
            throw new Problem(folder.heldBy().orElse(String.valueOf(e.getMessage())));
        }
    }

    private static DataSource running(Folder folder, Endpoints server, Hold hold)
            throws IOException {
        byte[] word = new byte[16];
        new SecureRandom().nextBytes(word);
        String holder = HexFormat.of().formatHex(word);
        FileChannel lock =
                hold.lock(holder)
                        .orElseThrow(() ->
                                new Problem(
                                        "another backup of "
                                                + folder.path()
                                                + " is being made; wait until it has ended"));
        AutoCloseable held =
                () -> {
                    try (lock) {
                        hold.clear();
                    }
                };
        try {
            LogCopy log = holding(AdminClient.of(folder, server), hold, holder);
            return new DataSource(
                    new Source(
                            List.of(
                                    new Source.Root(FORMAT, folder.format()),
                                    new Source.Root(KEYSPACE, hold.keyspace(), DataSource::isKept),
                                    new Source.Root(BLOBS, hold.blobs()),
                                    new Source.Root(LEDGER, folder.ledger(), under(hold.ledger())),
                                    new Source.Root(ENDS, hold.ledger()))),
                    log,
                    held);
        } catch (Problem e) {
            close(held);
            throw e;
        }
    }

    /** A server that has just begun its first run has published nothing for half a second. */
    private static LogCopy holding(AdminClient admin, Hold hold, String holder) {
        for (int attempt = 0; ; attempt++) {
            admin.post("/v1/backups?holder=" + holder, Json.row());
            if (attempt == ATTEMPTS || isPublished(hold.ledger())) {
                return published(hold.ledger());
            }
            LockSupport.parkNanos(BETWEEN.toNanos());
        }
    }

    private static boolean isPublished(Path ledger) {
        return Files.exists(ledger.resolve("public/checkpoint"));
    }

    private static LogCopy published(Path ledger) {
        if (!isPublished(ledger)) {
            throw new Problem(
                    "the public log has no checkpoint yet, and without one nothing can be restored:"
                            + " see ./domicile status");
        }
        return LogCopy.in(ledger);
    }

    /** What an engine makes anew by itself. */
    private static boolean isKept(String file) {
        return !file.equals("lock") && !file.matches("rocks/(LOCK|LOG|LOG\\.old.*)");
    }

    /** The full tiles and bundles under the checkpoints in a folder. */
    static Predicate<String> under(Path ends) {
        Map<String, Long> sizes = new HashMap<>();
        LogFiles.in(ends).forEach(log -> sizes.put(log.name(), log.size()));
        return file -> isUnder(file, sizes);
    }

    private static final Pattern FULL =
            Pattern.compile("(.+)/tile/(entries|[0-6])/((?:x\\d{3}/){0,5}\\d{3})");

    private static boolean isUnder(String file, Map<String, Long> sizes) {
        Matcher tile = FULL.matcher(file);
        if (!tile.matches()) {
            return false;
        }
        int level = tile.group(2).equals("entries") ? 0 : Integer.parseInt(tile.group(2));
        long index = Long.parseLong(tile.group(3).replaceAll("[x/]", ""));
        return index < sizes.getOrDefault(tile.group(1), 0L) >>> (8 * (level + 1));
    }

    Source source() {
        return source;
    }

    /** First line of the public log's checkpoint. */
    String origin() {
        return log.origin();
    }

    /** Entries under it. */
    long entries() {
        return log.size();
    }

    private static void close(AutoCloseable held) {
        try {
            held.close();
        } catch (IOException e) {
            throw new Problem("letting go of the data folder: " + e.getMessage());
        } catch (Exception e) {
            throw new IllegalStateException("locks and folders fail otherwise", e);
        }
    }

    @Override
    public void close() {
        close(held);
    }
}
