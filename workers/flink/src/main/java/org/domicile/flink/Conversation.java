package org.domicile.flink;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.domicile.watches.TableRows;
import org.domicile.watches.Wire;
import org.jspecify.annotations.Nullable;

/**
 * Does what the program asks. One thread receives; plans and starts have their turns on another;
 * how watches do is told each second by a third.
 */
final class Conversation {
    private static final long KEPT_SECONDS = 60;
    private static final long SCHEMA_SECONDS = 20;
    private static final long TABLE_SECONDS = 120;
    private static final String TOO_LARGE =
            "it remembers more than fits into a checkpoint; group by less, or in shorter windows";

    private final Wire wire;
    private final Cluster cluster;
    private final int port;
    private final int largest;
    private final ExecutorService turns = Executors.newSingleThreadExecutor();
    private final ScheduledExecutorService times = Executors.newSingleThreadScheduledExecutor();
    private final Map<String, JobID> jobs = new ConcurrentHashMap<>();
    private final Set<String> tooLarge = ConcurrentHashMap.newKeySet();
    private final AtomicLong checkpoints = new AtomicLong();
    private final Map<Long, CompletableFuture<Boolean>> waiting = new ConcurrentHashMap<>();

    private final AtomicInteger questions = new AtomicInteger();
    private final Map<Integer, CompletableFuture<Answer>> asked = new ConcurrentHashMap<>();

    /** What the program says. @param why not; empty where there is something */
    private record Answer(String why, byte[] bytes) {}

    /**
     * @param largest bytes of a checkpoint that the program takes
     */
    Conversation(Wire wire, Cluster cluster, int port, int largest) {
        this.wire = wire;
        this.cluster = cluster;
        this.port = port;
        this.largest = largest;
    }

    /** Until nobody is there any more. @throws IOException then */
    void run() throws IOException {
        KeptFileSystem.keeper(this::keep);
        RecordReader.asks(this::schema);
        StoredTable.asks(this::rows);
        times.scheduleWithFixedDelay(this::tell, 200, 500, TimeUnit.MILLISECONDS);
        while (true) {
            Wire.Frame frame = wire.receive();
            DataInputStream in = frame.in();
            switch (frame.kind()) {
                case Wire.PLAN -> {
                    int number = in.readInt();
                    Wanted wanted = Wanted.of(in);
                    turns.execute(() -> answered(number, () -> plan(number, wanted)));
                }
                case Wire.START -> {
                    int number = in.readInt();
                    Wanted wanted = Wanted.of(in);
                    byte[] last = Wire.bytes(in);
                    turns.execute(() -> answered(number, () -> start(number, wanted, last)));
                }
                case Wire.STOP -> {
                    String id = Wire.text(in);
                    turns.execute(() -> stop(id));
                }
                case Wire.KEPT -> {
                    Wire.text(in);
                    CompletableFuture<Boolean> future = waiting.remove(in.readLong());
                    boolean kept = in.readByte() != 0;
                    if (future != null) {
                        future.complete(kept);
                    }
                }
                case Wire.WRITTEN -> {
                    int number = in.readInt();
                    boolean known = in.readByte() != 0;
                    byte[] schema = Wire.bytes(in);
                    told(number, new Answer("", known ? schema : new byte[0]));
                }
                case Wire.ROWS -> told(in.readInt(), new Answer(Wire.text(in), Wire.bytes(in)));
                default -> throw new IOException("a frame of kind " + frame.kind());
            }
        }
    }

    private interface Act {
        void run() throws IOException, Wrong;
    }

    private void answered(int number, Act act) {
        String why;
        try {
            act.run();
            return;
        } catch (Wrong e) {
            why = e.sentence();
        } catch (StackOverflowError e) {
            why = "The query is nested too deeply for Flink; make it shorter.";
        } catch (IOException | RuntimeException | LinkageError | AssertionError e) {
            why = "The watch did not start: " + e;
        }
        String sentence = why;
        say(
                Wire.REFUSED,
                out -> {
                    out.writeInt(number);
                    Wire.text(out, sentence);
                });
    }

    private void say(int kind, Wire.Body body) {
        try {
            wire.send(kind, body);
        } catch (IOException e) {
            Main.complain("the program does not listen any more: " + e);
            Runtime.getRuntime().halt(1);
        }
    }

    private void plan(int number, Wanted wanted) throws Wrong {
        Planning.Found found = new Planning(wanted, port, cluster.of(wanted.id())).look();
        say(
                Wire.PLANNED,
                out -> {
                    out.writeInt(number);
                    out.writeInt(found.sources().size());
                    for (String each : found.sources()) {
                        Wire.text(out, each);
                    }
                    out.writeInt(found.tables().size());
                    for (String each : found.tables()) {
                        Wire.text(out, each);
                    }
                    out.writeInt(found.columns().size());
                    for (Map.Entry<String, String> each : found.columns().entrySet()) {
                        Wire.text(out, each.getKey());
                        Wire.text(out, each.getValue());
                    }
                });
    }

    private void start(int number, Wanted wanted, byte[] last) throws IOException, Wrong {
        stop(wanted.id()); // where an earlier start of it was not waited for
        String restored = last.length == 0 ? "" : KeptFileSystem.restored(wanted.id(), last);
        jobs.put(
                wanted.id(),
                cluster.run(new Planning(wanted, port, cluster.of(wanted.id())).graph(restored)));
        say(Wire.STARTED, out -> out.writeInt(number));
    }

    private void stop(String id) {
        JobID job = jobs.remove(id);
        try {
            if (job != null) {
                cluster.cancel(job);
            }
        } catch (IOException e) {
            Main.complain("a watch did not end well: " + e);
        } finally {
            tooLarge.remove(id);
            KeptFileSystem.forget(id);
        }
    }

    private void keep(String watch, byte[] checkpoint) throws IOException {
        if (checkpoint.length > largest) {
            tooLarge.add(watch);
            throw new IOException(TOO_LARGE);
        }
        tooLarge.remove(watch);
        long number = checkpoints.incrementAndGet();
        CompletableFuture<Boolean> future = new CompletableFuture<>();
        waiting.put(number, future);
        wire.send(
                Wire.CHECKPOINT,
                out -> {
                    Wire.text(out, watch);
                    out.writeLong(number);
                },
                checkpoint);
        try {
            if (!future.get(KEPT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the checkpoint could not be kept");
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the checkpoint was not kept in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            waiting.remove(number);
        }
    }

    private byte[] schema(String watch, String stream, int id) throws IOException {
        return ask(
                        Wire.SCHEMA,
                        watch,
                        out -> {
                            Wire.text(out, stream);
                            out.writeInt(id);
                        },
                        SCHEMA_SECONDS,
                        "a schema of " + stream)
                .bytes();
    }

    private List<@Nullable String[]> rows(String watch, String table) throws IOException {
        Answer answer =
                ask(
                        Wire.TABLE,
                        watch,
                        out -> Wire.text(out, table),
                        TABLE_SECONDS,
                        "the table " + table);
        if (!answer.why().isEmpty()) {
            throw new IOException(answer.why());
        }
        return TableRows.decoded(answer.bytes());
    }

    private Answer ask(int kind, String watch, Wire.Body what, long seconds, String called)
            throws IOException {
        int number = questions.incrementAndGet();
        CompletableFuture<Answer> future = new CompletableFuture<>();
        asked.put(number, future);
        wire.send(
                kind,
                out -> {
                    Wire.text(out, watch);
                    out.writeInt(number);
                    what.write(out);
                });
        try {
            return future.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(called + " was asked for, and did not come", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            asked.remove(number);
        }
    }

    private void told(int number, Answer answer) {
        CompletableFuture<Answer> future = asked.remove(number);
        if (future != null) {
            future.complete(answer);
        }
    }

    private void tell() {
        jobs.forEach((watch, job) -> {
            String state;
            Optional<String> failure = Optional.empty();
            try {
                JobStatus status = cluster.status(job);
                state =
                        status == JobStatus.RUNNING
                                ? "running"
                                : status.isTerminalState()
                                                || status == JobStatus.RESTARTING
                                                || status == JobStatus.FAILING
                                        ? "failing"
                                        : "starting";
                failure = cluster.failure(job);
            } catch (IOException e) {
                state = "failing";
                failure = Optional.of(String.valueOf(e.getMessage()));
            }
            String said = state;
            String why = tooLarge.contains(watch) ? TOO_LARGE : failure.orElse("");
            String id = job.toHexString();
            say(
                    Wire.TOLD,
                    out -> {
                        Wire.text(out, watch);
                        Wire.text(out, said);
                        out.writeLong(Figures.read(id));
                        out.writeLong(Figures.published(id));
                        out.writeLong(Figures.passed(id));
                        out.writeLong(Figures.waiting(id));
                        Wire.text(out, why);
                    });
        });
    }
}
