package org.domicile.flink;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private static final long SCHEMA_SECONDS = 20;
    private static final long TABLE_SECONDS = 120;

    /** The next checkpoint waits so many times as long as the last one was written. */
    private static final int REST = 3;

    private final Wire wire;
    private final Cluster cluster;
    private final int port;
    private final long pace;
    private final long largest;
    private final ExecutorService turns = Executors.newSingleThreadExecutor();
    private final ScheduledExecutorService times = Executors.newSingleThreadScheduledExecutor();
    private final Map<String, JobID> jobs = new ConcurrentHashMap<>();
    private final Map<String, String> unkept = new ConcurrentHashMap<>(); // why not, by watch
    private final Map<String, Long> rested = new ConcurrentHashMap<>(); // when its next may begin
    private final Map<Integer, Restoring> restoring = new ConcurrentHashMap<>();
    private final AtomicLong checkpoints = new AtomicLong();
    private final Map<Long, CompletableFuture<String>> waiting = new ConcurrentHashMap<>();

    /** A watch that begins when its checkpoint is there. */
    private static final class Restoring {
        private final Wanted wanted;
        private final List<byte[]> pieces = new ArrayList<>();
        private long left;

        Restoring(Wanted wanted, long left) {
            this.wanted = wanted;
            this.left = left;
        }

        void add(byte[] piece) throws IOException {
            pieces.add(piece);
            left -= piece.length;
            if (left < 0) {
                throw new IOException("a checkpoint is longer than it was said to be");
            }
        }
    }

    private final AtomicInteger questions = new AtomicInteger();
    private final Map<Integer, CompletableFuture<Answer>> asked = new ConcurrentHashMap<>();

    /** What the program says. @param why not; empty where there is something */
    private record Answer(String why, byte[] bytes) {}

    /**
     * @param pace milliseconds between checkpoints
     * @param largest bytes of a checkpoint that the program takes
     */
    Conversation(Wire wire, Cluster cluster, int port, long pace, long largest) {
        this.wire = wire;
        this.cluster = cluster;
        this.port = port;
        this.pace = pace;
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
                    wanted.streams()
                            .forEach(each -> Growing.wants(wanted.id(), each.name(), each.parts()));
                    restoring.values().removeIf(each -> each.wanted.id().equals(wanted.id()));
                    began(number, new Restoring(wanted, in.readLong()));
                }
                case Wire.STATE -> {
                    int number = in.readInt();
                    Restoring known = restoring.remove(number);
                    if (known != null) { // else its watch was stopped meanwhile
                        known.add(Wire.bytes(in));
                        began(number, known);
                    }
                }
                case Wire.STOP -> {
                    String id = Wire.text(in);
                    restoring
                            .entrySet()
                            .removeIf(each -> {
                                boolean its = each.getValue().wanted.id().equals(id);
                                if (its) {
                                    refuse(each.getKey(), "The watch was stopped.");
                                }
                                return its;
                            });
                    Growing.forget(id);
                    turns.execute(() -> stop(id));
                }
                case Wire.GROWS -> {
                    int number = in.readInt();
                    Growing.wants(Wire.text(in), Wire.text(in), in.readInt());
                    say(Wire.WAITS, out -> out.writeInt(number));
                }
                case Wire.KEPT -> {
                    Wire.text(in);
                    CompletableFuture<String> future = waiting.remove(in.readLong());
                    String why = Wire.text(in);
                    if (future != null) {
                        future.complete(why);
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

    /** Waits for the rest of what it begins with, or begins. */
    private void began(int number, Restoring restored) {
        if (restored.left > 0) {
            restoring.put(number, restored);
        } else {
            turns.execute(
                    () -> answered(number, () -> start(number, restored.wanted, restored.pieces)));
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
        refuse(number, why);
    }

    private void refuse(int number, String sentence) {
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

    private void start(int number, Wanted wanted, List<byte[]> last) throws IOException, Wrong {
        String id = wanted.id();
        stop(id); // where an earlier start of it was not waited for
        String restored = last.isEmpty() ? "" : KeptFileSystem.restored(id, last);
        JobID job;
        try {
            job = cluster.run(new Planning(wanted, port, cluster.of(id)).graph(restored));
        } catch (IOException | Wrong | RuntimeException | Error e) {
            KeptFileSystem.forget(id);
            throw e;
        }
        jobs.put(id, job);
        say(Wire.STARTED, out -> out.writeInt(number));
        later(id, job, pace);
    }

    // checkpoints

    private void later(String watch, JobID job, long milliseconds) {
        times.schedule(() -> checkpoint(watch, job), milliseconds, TimeUnit.MILLISECONDS);
    }

    /** Has one made, and the next some time after it. */
    private void checkpoint(String watch, JobID job) {
        if (!job.equals(jobs.get(watch))) {
            return; // it was stopped
        }
        long begun = System.nanoTime();
        // one that fails is told by how the watch does
        cluster.checkpoint(job)
                .whenComplete((_, _) -> {
                    long took = (System.nanoTime() - begun) / 1_000_000;
                    later(watch, job, Math.max(0, Math.max(pace - took, rest(watch))));
                });
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
            unkept.remove(id);
            rested.remove(id);
            KeptFileSystem.forget(id);
        }
    }

    /** Milliseconds until the next may begin. */
    private long rest(String watch) {
        Long next = rested.get(watch);
        return next == null ? 0 : (next - System.nanoTime()) / 1_000_000 + 1; // and not before
    }

    /**
     * Flink has the first of a job made by itself, perhaps just before ours: then ours is none, and
     * comes again. It does not wait here, where Flink holds what others of its threads wait for.
     */
    private KeptFileSystem.Keeping keep(String watch) throws IOException {
        Long next = rested.get(watch);
        if (next != null && System.nanoTime() - next < 0) {
            throw new IOException("a checkpoint comes too soon after the one before");
        }
        return new Coming(watch, checkpoints.incrementAndGet());
    }

    /** A checkpoint on its way to the program. Owned by one thread. */
    private final class Coming implements KeptFileSystem.Keeping {
        private final String watch;
        private final long number;
        private final long begun = System.nanoTime();
        private long length;

        Coming(String watch, long number) {
            this.watch = watch;
            this.number = number;
        }

        @Override
        public void write(byte[] piece, int count) throws IOException {
            length += count;
            if (length > largest) {
                rest();
                throw unkept(Wire.tooLarge(largest));
            }
            wire.send(
                    Wire.PIECE,
                    out -> {
                        Wire.text(out, watch);
                        out.writeLong(number);
                    },
                    count == piece.length ? piece : Arrays.copyOf(piece, count));
        }

        /** Also one that is not kept was written. */
        private void rest() {
            if (jobs.containsKey(watch)) {
                long now = System.nanoTime();
                rested.put(watch, now + Math.max(pace * 500_000, REST * (now - begun)));
            }
        }

        private IOException unkept(String why) {
            unkept.put(watch, why);
            return new IOException(why);
        }

        @Override
        public void keep() throws IOException {
            CompletableFuture<String> future = new CompletableFuture<>();
            waiting.put(number, future);
            wire.send(
                    Wire.CHECKPOINT,
                    out -> {
                        Wire.text(out, watch);
                        out.writeLong(number);
                        out.writeLong(length);
                    });
            try {
                String why = future.get(Cluster.CHECKPOINT_SECONDS, TimeUnit.SECONDS);
                if (!why.isEmpty()) {
                    throw unkept("its checkpoint was not kept: " + why);
                }
                unkept.remove(watch);
            } catch (ExecutionException | TimeoutException | InterruptedException e) {
                // It may be kept yet. Flink would take it for none, and abort what is open of it:
                // so this process ends, and the next begins with what the program has.
                Main.complain("the worker ends: what became of a checkpoint was not said: " + e);
                Runtime.getRuntime().halt(1);
                throw new IOException("what became of a checkpoint was not said", e);
            } finally {
                waiting.remove(number);
                rest();
            }
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
        try {
            cluster.mend();
        } catch (IOException e) {
            Main.complain("the worker ends: " + e);
            Runtime.getRuntime().halt(1); // the program starts another
        }
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
            String why = unkept.getOrDefault(watch, failure.orElse(""));
            // without checkpoints nobody sees its results
            String said = unkept.containsKey(watch) ? "failing" : state;
            String id = job.toHexString();
            say(
                    Wire.TOLD,
                    out -> {
                        Wire.text(out, watch);
                        Wire.text(out, said);
                        out.writeLong(Figures.read(id));
                        out.writeLong(Figures.published(id));
                        out.writeLong(Figures.passed(id));
                        out.writeLong(Figures.missed(id));
                        out.writeLong(Figures.waiting(id));
                        Wire.text(out, why);
                    });
        });
    }
}
