package org.domicile.flink;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.runtime.executiongraph.ErrorInfo;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.graph.StreamGraph;

/** Flink's parts in this process. Safe for concurrent use. */
final class Cluster implements AutoCloseable {
    /** Watches of one worker. */
    static final int SLOTS = 16;

    private static final long PATIENCE_SECONDS = 30;

    /** A checkpoint that is not kept by then is given up. */
    static final long CHECKPOINT_SECONDS = 300;

    /** Kafka's, which name streams and places in them. */
    private static final List<String> PLAIN =
            List.of("AuthorizationException", "AuthenticationException");

    private final MiniCluster cluster;
    private final Configuration jobs;

    private Cluster(MiniCluster cluster, Configuration jobs) {
        this.cluster = cluster;
        this.jobs = jobs;
    }

    /** Starts it. */
    static Cluster start(Path folder) throws Exception {
        Configuration all = new Configuration();
        all.setString("io.tmp.dirs", folder.toString());
        all.setString("taskmanager.memory.network.min", "32m");
        all.setString("taskmanager.memory.network.max", "32m");
        all.setString("taskmanager.memory.managed.size", "192m");
        all.setString("parallelism.default", "1");
        all.setString("rest.port", "0");
        all.setString("rest.bind-port", "0");
        all.setString("jobmanager.bind-host", "127.0.0.1");
        all.setString("jobmanager.rpc.address", "127.0.0.1");
        all.setString("taskmanager.host", "127.0.0.1");
        all.setString("taskmanager.bind-host", "127.0.0.1");
        all.setString("rest.address", "127.0.0.1");
        all.setString("rest.bind-address", "127.0.0.1");
        all.setString("blob.offload.minsize", Integer.toString(Integer.MAX_VALUE));
        all.setString("metrics.reporters", "own");
        all.setString("metrics.reporter.own.factory.class", Figures.Made.class.getName());
        all.setString("metrics.latency.interval", "0");
        // who asks for a checkpoint waits until it is kept
        all.setString("pekko.ask.timeout", 2 * CHECKPOINT_SECONDS + " s");
        FileSystem.initialize(all, null);
        Configuration jobs = new Configuration();
        // each is asked for, so that the next can wait for how long the last took
        jobs.setString("execution.checkpointing.interval", "365 d");
        jobs.setString("execution.checkpointing.mode", "EXACTLY_ONCE");
        jobs.setString("pipeline.auto-watermark-interval", "50 ms");
        jobs.setString("execution.checkpointing.timeout", CHECKPOINT_SECONDS + " s");
        jobs.setString("execution.checkpointing.tolerable-failed-checkpoints", "10");
        jobs.setString("execution.checkpointing.storage", KeptStorage.class.getName());
        jobs.setString(
                "execution.checkpointing.externalized-checkpoint-retention",
                "RETAIN_ON_CANCELLATION");
        jobs.setString("state.backend.type", "hashmap");
        jobs.setString("restart-strategy.type", "exponential-delay");
        jobs.setString("restart-strategy.exponential-delay.initial-backoff", "500 ms");
        jobs.setString("restart-strategy.exponential-delay.max-backoff", "30 s");
        // one that has run for a while is not made to wait for what was long before
        jobs.setString("restart-strategy.exponential-delay.reset-backoff-threshold", "30 s");
        jobs.setString(
                "restart-strategy.exponential-delay.attempts-before-reset-backoff", "1000000");
        jobs.setString("parallelism.default", "1");
        jobs.setString("pipeline.operator-chaining.enabled", "true");
        MiniCluster cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(all)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(SLOTS)
                                .setCommonBindAddress("127.0.0.1")
                                .build());
        cluster.start();
        return new Cluster(cluster, jobs);
    }

    /** What jobs of a watch are told. */
    Configuration of(String watch) {
        Configuration own = new Configuration(jobs);
        own.setString("execution.checkpointing.dir", KeptFileSystem.ROOT + watch);
        return own;
    }

    JobID run(StreamGraph graph) throws IOException {
        return done(cluster.submitJob(graph.getJobGraph())).getJobID();
    }

    /** Has it make a checkpoint. @return done when it is kept, or is not */
    CompletableFuture<?> checkpoint(JobID job) {
        return cluster.triggerCheckpoint(job, CheckpointType.CONFIGURED)
                .orTimeout(2 * CHECKPOINT_SECONDS, TimeUnit.SECONDS);
    }

    JobStatus status(JobID job) throws IOException {
        return done(cluster.getJobStatus(job));
    }

    /** Why it failed last; empty when it did not. */
    Optional<String> failure(JobID job) throws IOException {
        ErrorInfo info = done(cluster.getExecutionGraph(job)).getFailureInfo();
        if (info == null) {
            return Optional.empty();
        }
        Throwable deepest = info.getException().deserializeError(Cluster.class.getClassLoader());
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        String name = deepest.getClass().getSimpleName();
        if (name.equals("OffsetOutOfRangeException")) { // Resuming counts them, and goes on
            return Optional.of("what it was to read next had left its stream");
        }
        if (!plain(deepest)) {
            return Optional.of(
                    (deepest instanceof RuntimeException
                                            && deepest.getClass().getName().startsWith("java.")
                                    ? "a value does not fit: "
                                    : "Flink failed: ")
                            + name);
        }
        String message = String.valueOf(deepest.getMessage()).strip().split("\n", 2)[0];
        return Optional.of(
                name + ": " + (message.length() > 300 ? message.substring(0, 300) : message));
    }

    /** Whether its message can be shown: others quote the records that they fail at. */
    private static boolean plain(Throwable thrown) {
        StackTraceElement[] trace = thrown.getStackTrace();
        String name = thrown.getClass().getSimpleName();
        return trace.length > 0 && trace[0].getClassName().startsWith("org.domicile.")
                || PLAIN.stream().anyMatch(name::endsWith);
    }

    /**
     * Starts Flink's task manager again where there is none: a job whose transaction was refused in
     * its middle, because its log-in ended, takes it along when it closes. The other jobs go on
     * from their last checkpoints then.
     *
     * @throws IOException when that does not help
     */
    void mend() throws IOException {
        if (workers() > 0) {
            return;
        }
        try {
            cluster.startTaskManager();
        } catch (Exception e) {
            throw new IOException("no task manager starts: " + e, e);
        }
        long end = System.nanoTime() + Duration.ofSeconds(PATIENCE_SECONDS).toNanos();
        while (workers() == 0) {
            if (System.nanoTime() > end) {
                throw new IOException("no task manager comes up");
            }
            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
        }
    }

    private int workers() throws IOException {
        return done(cluster.requestClusterOverview()).getNumTaskManagersConnected();
    }

    void cancel(JobID job) throws IOException {
        done(cluster.cancelJob(job));
        long end = System.nanoTime() + Duration.ofSeconds(PATIENCE_SECONDS).toNanos();
        while (!status(job).isGloballyTerminalState() && System.nanoTime() < end) {
            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
        }
    }

    private static <T> T done(CompletableFuture<T> future) throws IOException {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new IOException("Flink does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() throws Exception {
        cluster.close();
    }
}
