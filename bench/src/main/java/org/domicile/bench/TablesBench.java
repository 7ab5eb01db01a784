package org.domicile.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench tables}: commits to Iceberg tables through the catalog. */
@Command(
        name = "tables",
        mixinStandardHelpOptions = true,
        description = {
            "Commits appends to Iceberg tables of a server that is started for it, through its REST"
                + " catalog and with vended credentials, with the requests of Iceberg's own client:"
                + " many writers on one table, and as many tables as writers. A commit counts when"
                + " it was acknowledged; one that was too late is tried again as Iceberg does.",
            "Example: domicile bench tables --seconds 10"
        })
final class TablesBench implements Callable<Integer> {
    private static final double ONE_TABLE = 50;
    private static final double MANY_TABLES = 500;

    @Mixin RunOptions run = new RunOptions();

    @Option(
            names = "--writers",
            defaultValue = "32",
            paramLabel = "N",
            description = "Writers on the one table (default: ${DEFAULT-VALUE}).")
    int writers;

    @Option(
            names = "--tables",
            defaultValue = "64",
            paramLabel = "N",
            description = "Tables with a writer each (default: ${DEFAULT-VALUE}).")
    int tables;

    @Option(
            names = "--retries",
            defaultValue = "4",
            paramLabel = "N",
            description =
                    "How often a commit that was too late is tried again (default:"
                            + " ${DEFAULT-VALUE}, as Iceberg does).")
    int retries;

    @Override
    public Integer call() throws IOException {
        try (Scratch scratch = run.scratch()) {
            Machine machine = Machine.measure(scratch.folder());
            Report report = new Report("tables", machine);
            run.progress("starting our server");
            Ours ours = Ours.start(scratch, scratch.folder().resolve("ours")).ours();
            Course course = new Course(ours, ours.credential(), report);
            course.begin();
            for (int round = 1; round <= run.rounds; round++) {
                course.one(round);
                course.many(round);
            }
            course.end();
            String line = line(report);
            run.answer(report, line);
            return report.failed() == 0 ? 0 : 1;
        }
    }

    private String line(Report report) {
        return "tables: "
                + String.join(
                        "; ",
                        report.medians().stream()
                                .map(each ->
                                        String.format(
                                                Locale.ROOT,
                                                "%s %s, p50 %.1f ms, %d failed",
                                                each.what(),
                                                each.rated(),
                                                each.p50(),
                                                each.failed()))
                                .toList());
    }

    /** The loads of one run. */
    private final class Course {
        private final Ours ours;
        private final Signer.Credential credential;
        private final Report report;
        private final List<CatalogClient> clients = new ArrayList<>();

        Course(Ours ours, Signer.Credential credential, Report report) {
            this.ours = ours;
            this.credential = credential;
            this.report = report;
        }

        void begin() throws IOException {
            for (int i = 0; i < Math.max(writers, tables); i++) {
                clients.add(CatalogClient.open(ours, credential));
            }
            clients.getFirst().createNamespace();
            for (int i = 0; i < tables; i++) {
                clients.getFirst().create("warm_" + i);
            }
            run.progress("warming up");
            Ran _ = load(tables, "warm_", run.warm);
        }

        void one(int round) throws IOException {
            run.progress("round " + round + ": one table");
            String table = "one_" + round;
            clients.getFirst().create(table);
            add("one table, " + writers + " writers", load(writers, table, run.seconds), ONE_TABLE);
        }

        void many(int round) throws IOException {
            run.progress("round " + round + ": many tables");
            String prefix = "many_" + round + "_";
            for (int i = 0; i < tables; i++) {
                clients.getFirst().create(prefix + i);
            }
            if (run.profiled().isPresent() && round == 1) {
                Profile.begin(ours.process().pid());
            }
            add(tables + " tables", load(tables, prefix, run.seconds), MANY_TABLES);
            if (run.profiled().isPresent() && round == 1) {
                Profile.end(ours.process().pid(), run.profiled().get());
                report.fact(
                        "profile",
                        run.profiled().get().toString(),
                        Profile.read(run.profiled().get()).sentence());
            }
        }

        private void add(String what, Ran ran, double goal) {
            Histogram latency = new Histogram();
            Histogram posts = new Histogram();
            long failed = 0;
            long late = 0;
            String failure = "";
            for (TableWriter each : ran.writers()) {
                latency.merge(each.latency);
                posts.merge(each.posts);
                failed += each.failed;
                late += each.late;
                failure = failure.isEmpty() ? each.failure : failure;
            }
            double rate = latency.count() / ran.seconds();
            report.add(
                    new Figure(
                            what,
                            "domicile",
                            "/s",
                            rate,
                            latency.millis(0.5),
                            latency.millis(0.99),
                            latency.maxMillis(),
                            ran.serverCpu() / Math.max(1, latency.count()),
                            ran.clientCpu() / Math.max(1, latency.count()),
                            failed,
                            Server.DURABLE));
            report.fact(
                    "late." + what,
                    late,
                    String.format(
                            Locale.ROOT,
                            "%s: %,d commits, %.0f %% of the target; %,d attempts were too late; an"
                                    + " attempt's own request p50 %.1f ms, p99 %.1f ms%s",
                            what,
                            latency.count(),
                            100 * rate / goal,
                            late,
                            posts.millis(0.5),
                            posts.millis(0.99),
                            failure.isEmpty() ? "" : "; first failure " + failure));
        }

        /**
         * @param table its name, or what the names of many begin with
         */
        private Ran load(int count, String table, double seconds) throws IOException {
            boolean many = table.endsWith("_");
            List<TableWriter> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                all.add(
                        new TableWriter(
                                clients.get(i),
                                new TableWriter.Asked(many ? table + i : table, retries),
                                System.nanoTime() + i));
            }
            CountDownLatch go = new CountDownLatch(1);
            double server = ours.process().cpuMicros();
            double client = own();
            long begin = System.nanoTime();
            long end = begin + (long) (seconds * 1e9);
            try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
                List<Future<?>> running = new ArrayList<>();
                for (TableWriter each : all) {
                    running.add(
                            threads.submit(() -> {
                                go.await();
                                each.run(() -> System.nanoTime() - end > 0);
                                return true;
                            }));
                }
                go.countDown();
                for (Future<?> each : running) {
                    each.get();
                }
            } catch (ExecutionException e) {
                throw new IOException("a writer broke off: " + e.getCause(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            return new Ran(
                    all,
                    (System.nanoTime() - begin) / 1e9,
                    ours.process().cpuMicros() - server,
                    own() - client);
        }

        private static double own() throws IOException {
            return new ServerProcess(ProcessHandle.current().pid()).cpuMicros();
        }

        void end() throws IOException {
            ServerProcess.Memory memory = ours.process().memory();
            report.fact(
                    "memoryMiB",
                    memory.peak(),
                    String.format(
                            Locale.ROOT,
                            "memory of the server: %.0f MiB, at most %.0f",
                            memory.resident(),
                            memory.peak()));
            for (CatalogClient each : clients) {
                each.close();
            }
        }
    }

    /**
     * What a load came to.
     *
     * @param serverCpu in microseconds, all together @param clientCpu likewise
     */
    private record Ran(
            List<TableWriter> writers, double seconds, double serverCpu, double clientCpu) {}
}
