package org.domicile.bench;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.openjdk.jmh.generators.core.BenchmarkGenerator;
import org.openjdk.jmh.generators.core.FileSystemDestination;
import org.openjdk.jmh.generators.reflection.RFGeneratorSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench policy}: how long a decision takes, ours beside cedar-java's, measured by JMH. */
@Command(
        name = "policy",
        mixinStandardHelpOptions = true,
        description = {
            "How long one policy decision takes at 10 to 10,000 policies, ours beside cedar-java"
                    + " (the same engine as cedar-policy.com's, through JNI, with its cache).",
            "Example: domicile bench policy --rounds 1 --seconds 3 --policies 10,1000"
        })
final class PolicyBench implements Callable<Integer> {
    private static final long MINUTES = 60;

    @Mixin RunOptions run = new RunOptions();

    @Option(
            names = "--policies",
            split = ",",
            defaultValue = "10,100,1000,10000",
            paramLabel = "N",
            description = "How many policies (default: ${DEFAULT-VALUE}).")
    List<Integer> policies = List.of();

    @Override
    public Integer call() throws IOException {
        try (Scratch scratch = run.scratch()) {
            Report report = new Report("policy", Machine.measure(scratch.folder()));
            Path classes = harness(scratch.folder());
            Path results = scratch.folder().resolve("results.json");
            measure(scratch, classes, results);
            StringBuilder line = new StringBuilder("policy:");
            for (Map<String, Object> each : Json.objects(Files.readString(results))) {
                Measured measured = Measured.of(each);
                report.fact(measured.key() + ".p50Micros", measured.p50(), measured.sentence());
                report.fact(measured.key() + ".p99Micros", measured.p99(), "");
                report.fact(measured.key() + ".meanMicros", measured.mean(), "");
                line.append(' ').append(measured.sentence()).append(';');
            }
            line.setLength(line.length() - 1);
            run.answer(report, line.toString());
            return 0;
        }
    }

    /**
     * JMH writes source around each measured method. That is made here and not by the build, so
     * that no generated package stands beside ours.
     */
    private static Path harness(Path folder) throws IOException {
        Path sources = Files.createDirectories(folder.resolve("sources"));
        Path classes = Files.createDirectories(folder.resolve("classes"));
        RFGeneratorSource source = new RFGeneratorSource();
        source.processClasses(
                PolicyDecisions.class, PolicyDecisions.Ours.class, PolicyDecisions.Theirs.class);
        FileSystemDestination destination =
                new FileSystemDestination(classes.toFile(), sources.toFile());
        BenchmarkGenerator generator = new BenchmarkGenerator();
        generator.generate(source, destination);
        generator.complete(source, destination);
        if (destination.hasErrors()) {
            throw new IOException("JMH's generator: " + destination.getErrors());
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IOException("bench policy needs a JDK, and this Java has no compiler");
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(sources)) {
            files = all.filter(file -> file.toString().endsWith(".java")).toList();
        }
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled =
                    compiler.getTask(
                                    said,
                                    manager,
                                    null,
                                    List.of(
                                            "-proc:none",
                                            "-nowarn",
                                            "-cp",
                                            System.getProperty("java.class.path"),
                                            "-d",
                                            classes.toString()),
                                    null,
                                    manager.getJavaFileObjectsFromPaths(files))
                            .call();
            if (!compiled) {
                throw new IOException("JMH's harness does not compile: " + said);
            }
        }
        return classes;
    }

    private void measure(Scratch scratch, Path classes, Path results) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-cp");
        command.add(System.getProperty("java.class.path") + File.pathSeparator + classes);
        command.add("org.openjdk.jmh.Main");
        command.add(PolicyDecisions.class.getName().replace(".", "\\.") + "\\..*");
        command.addAll(List.of("-f", Integer.toString(run.rounds)));
        command.addAll(List.of("-wi", "1", "-w", milliseconds(run.warm)));
        command.addAll(List.of("-i", "1", "-r", milliseconds(run.seconds)));
        command.addAll(
                List.of(
                        "-p",
                        "policies="
                                + String.join(
                                        ",", policies.stream().map(String::valueOf).toList())));
        command.addAll(List.of("-rf", "json", "-rff", results.toString()));
        command.addAll(
                List.of(
                        "-jvmArgs",
                        "-Xmx1g --sun-misc-unsafe-memory-access=allow"
                                + " --enable-native-access=ALL-UNNAMED"));
        Path log = scratch.folder().resolve("jmh.log");
        Process process =
                scratch.with(
                        new ProcessBuilder(command)
                                .redirectErrorStream(true)
                                .redirectOutput(log.toFile())
                                .start());
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                throw new IOException("JMH did not end in " + MINUTES + " minutes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        if (process.exitValue() != 0 || !Files.exists(results)) {
            throw new IOException("JMH failed: " + Files.readString(log));
        }
    }

    private static String milliseconds(double seconds) {
        return Math.round(seconds * 1000) + "ms";
    }

    /** One of JMH's results, in microseconds. */
    private record Measured(String who, int policies, double p50, double p99, double mean) {
        private static final double NANOS = 1e3;

        static Measured of(Map<String, Object> result) {
            Map<?, ?> metric = (Map<?, ?>) in(result, "primaryMetric");
            Map<?, ?> percentiles = (Map<?, ?>) in(metric, "scorePercentiles");
            return new Measured(
                    in(result, "benchmark").toString().endsWith("cedarJava")
                            ? "cedar-java"
                            : "domicile",
                    Integer.parseInt(in((Map<?, ?>) in(result, "params"), "policies").toString()),
                    number(in(percentiles, "50.0")) / NANOS,
                    number(in(percentiles, "99.0")) / NANOS,
                    number(in(metric, "score")) / NANOS);
        }

        private static Object in(Map<?, ?> map, String name) {
            Object value = map.get(name);
            if (value == null) {
                throw new IllegalStateException("JMH's results have no " + name);
            }
            return value;
        }

        private static double number(Object value) {
            return ((Number) value).doubleValue();
        }

        String key() {
            return who + "." + policies;
        }

        String sentence() {
            return String.format(
                    Locale.ROOT,
                    "%s at %,d policies p50 %s µs, p99 %s µs",
                    who,
                    policies,
                    Report.number(p50),
                    Report.number(p99));
        }
    }
}
