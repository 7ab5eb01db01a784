package org.domicile.launcher;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;

/**
 * A server in this process, from its start to its end: until an operator asks for it, or a signal
 * (SIGTERM, SIGINT, SIGHUP) does. Either way requests under way are served and the exit code is 0.
 */
final class Serving {
    /** Exit code of a server that found its folder taken. */
    static final int TAKEN = 3;

    private static final System.Logger LOG = System.getLogger("org.domicile.launcher");
    private static final long CLOSING_SECONDS = 30;

    private final Folder folder;
    private final Settings settings;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicReference<@Nullable Cloud> cloud = new AtomicReference<>();
    private volatile boolean signalled;

    Serving(Folder folder, Settings settings) {
        this.folder = folder;
        this.settings = settings;
    }

    /**
     * Serves.
     *
     * @param ready told once, when it is
     * @param err where a sentence goes that says why it did not start
     * @return the exit code
     */
    int run(Consumer<Endpoints> ready, PrintWriter err) {
        Thread signal = Thread.ofPlatform().unstarted(this::endOnSignal);
        Runtime.getRuntime().addShutdownHook(signal);
        try {
            prepare();
            try (Cloud open = Cloud.open(folder.path(), settings)) {
                cloud.set(open);
                if (!signalled) {
                    ready.accept(open.endpoints());
                    open.awaitStop();
                }
            }
            return 0;
        } catch (Folder.Taken e) {
            err.println("domicile: " + e.getMessage());
            return TAKEN;
        } catch (Problem | StorageFailure | IOException | IllegalArgumentException e) {
            LOG.log(Level.ERROR, "it did not start: " + e.getMessage());
            err.println("domicile: " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        } finally {
            err.flush();
            ended.countDown();
            forget(signal);
        }
    }

    private void prepare() throws IOException {
        Disk disk = Disk.real();
        folder.check(disk);
        folder.create(disk);
        ServerLog.open(folder.log());
    }

    /** Runs while Java ends because of a signal: it ends only once everything is closed. */
    private void endOnSignal() {
        signalled = true;
        Cloud open = cloud.get();
        if (open != null) {
            open.instruments().stopping();
        }
        try {
            boolean whole =
                    ended.await(
                            settings.limits().drain().toSeconds() + CLOSING_SECONDS,
                            TimeUnit.SECONDS);
            // Java itself would say 128 + the signal, which service managers take for a failure.
            Runtime.getRuntime().halt(whole ? 0 : 1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void forget(Thread signal) {
        try {
            Runtime.getRuntime().removeShutdownHook(signal);
        } catch (IllegalStateException e) {
            LOG.log(Level.DEBUG, "ending by a signal already", e);
        }
    }
}
