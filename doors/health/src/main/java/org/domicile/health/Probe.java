package org.domicile.health;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;

/**
 * Asks whether the program is ready, one asking at a time and at most one a second, however many
 * want to know. A disk that hangs makes the asking hang, and everybody who waits for it gives up
 * after a while; nobody asks anew until it has ended.
 */
final class Probe {
    private static final System.Logger LOG = System.getLogger("org.domicile.health");
    private static final Duration FRESH = Duration.ofSeconds(1);

    private final Readiness readiness;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    // Both guarded by lock. What stands in the way comes as a sentence, empty when nothing does.
    private @Nullable CompletableFuture<String> asking;
    private long began;

    Probe(Readiness readiness, Duration patience) {
        this.readiness = readiness;
        this.patience = patience;
    }

    /** Why the program is not ready; empty when it is. */
    Optional<String> obstacle() {
        try {
            String sentence = asking().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return sentence.isEmpty() ? Optional.empty() : Optional.of(sentence);
        } catch (TimeoutException e) {
            return Optional.of(
                    "the store has not answered for " + patience.toMillis() + " milliseconds");
        } catch (ExecutionException e) {
            throw new IllegalStateException("an asking ends with an answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("the program is ending");
        }
    }

    private CompletableFuture<String> asking() {
        lock.lock();
        try {
            CompletableFuture<String> last = asking;
            if (last != null && (!last.isDone() || System.nanoTime() - began < FRESH.toNanos())) {
                return last;
            }
            CompletableFuture<String> next = new CompletableFuture<>();
            began = System.nanoTime();
            asking = next;
            Thread.ofVirtual().name("readiness").start(() -> next.complete(ask()));
            return next;
        } finally {
            lock.unlock();
        }
    }

    private String ask() {
        try {
            return readiness.obstacle().orElse("");
        } catch (StorageFailure e) {
            return String.valueOf(e.getMessage());
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "asking for readiness failed", e);
            return "asking for readiness failed; see the log";
        }
    }
}
