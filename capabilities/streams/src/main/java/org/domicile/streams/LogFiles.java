package org.domicile.streams;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Records;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.storage.internals.log.FetchDataInfo;
import org.apache.kafka.storage.internals.log.UnifiedLog;

/**
 * Reads files of the log with threads of its own, which nobody interrupts: an interrupt within a
 * read closes the file for all, and Kafka takes its whole disk for broken then.
 */
final class LogFiles implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.domicile.streams");
    private static final int THREADS = 2;
    private static final int IDLE_SECONDS = 10;
    private static final int END_SECONDS = 30;

    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(
                    THREADS,
                    THREADS,
                    IDLE_SECONDS,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(),
                    Thread.ofPlatform().daemon().name("log-files-", 0).factory());

    LogFiles() {
        threads.allowCoreThreadTimeOut(true);
    }

    /** Batches as they lie there, and which transactions in them were aborted. */
    record Lying(MemoryRecords batches, List<AbortedTransaction> aborted) {
        /** They are the record's own. */
        Lying {
            aborted = List.copyOf(aborted);
        }
    }

    /**
     * Batches of ended transactions, and of none.
     *
     * @param from an offset that is there
     * @param bytes about so many; one batch at least
     * @throws RejectedExecutionException after {@link #close}
     */
    Lying read(UnifiedLog log, long from, int bytes) throws IOException {
        Future<Lying> read =
                threads.submit(() -> {
                    FetchDataInfo found = log.read(from, bytes, FetchIsolation.TXN_COMMITTED, true);
                    return new Lying(
                            inMemory(found.records), found.abortedTransactions.orElse(List.of()));
                });
        try {
            return read.get();
        } catch (InterruptedException e) {
            throw new InterruptException(e); // and it is read all the same
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failed -> throw failed;
                case RuntimeException failed -> throw failed;
                case Error failed -> throw failed;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }

    private static MemoryRecords inMemory(Records records) throws IOException {
        return switch (records) {
            case MemoryRecords those -> those;
            case FileRecords file -> {
                ByteBuffer bytes = ByteBuffer.allocate(file.sizeInBytes());
                file.readInto(bytes, 0);
                yield MemoryRecords.readableRecords(bytes);
            }
            default -> throw new IllegalStateException("a log gives " + records.getClass());
        };
    }

    /**
     * When this returns nobody reads any more: a log that is closed meanwhile takes it for its
     * disk's fault.
     */
    @Override
    public void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "files of streams are still being read");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
