package org.domicile.proof;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Somebody else's tests of S3: ceph/s3-tests, unmodified, from a checkout of it, against a server
 * of its own. Which of them are chosen stands in {@link #MODULES}; which of those are known not to
 * pass, in {@code proof/s3-tests/known-failures.txt}.
 */
final class S3Suite {
    /** A module of the suite and the marks of what is chosen of it. */
    private record Module(String file, String marks) {}

    /** What can be asked of any S3 server that is not Ceph's, and needs no second installation. */
    private static final List<Module> MODULES =
            List.of(
                    new Module(
                            "test_s3.py",
                            "not fails_on_aws and not fails_on_rgw and not bucket_logging and not"
                                    + " cloud_transition and not cloud_restore and not"
                                    + " lifecycle_transition and not"
                                    + " fails_without_logging_rollover"),
                    new Module("test_headers.py", "not auth_aws2 and not fails_on_rgw"));

    /** The commit that the list of known failures was made with. */
    private static final String COMMIT = "8f0ae7b";

    private static final String FOLDER = "s3tests/functional/";

    /** Long enough for what makes its data byte by byte in Python, on a machine that is busy. */
    private static final Duration TEST = Duration.ofMinutes(10);

    private static final Duration MODULE = Duration.ofMinutes(90);

    /** A day of a lifecycle, so that the suite's waiting is short. */
    private static final Duration DAY = Duration.ofSeconds(10);

    private static final String ZONE = "home";
    private static final long TELL_SECONDS = 10;

    private final Path checkout;
    private final Path work;
    private final int workers;
    private final List<String> arguments;
    private final Consumer<String> told;
    private final List<KnownFailures.Ended> ended = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private long collected;

    /**
     * One run.
     *
     * @param checkout of the suite @param work a folder for what is made
     * @param workers at once @param arguments more for pytest @param told hears of its progress
     */
    S3Suite(Path checkout, Path work, int workers, List<String> arguments, Consumer<String> told) {
        this.checkout = checkout;
        this.work = work;
        this.workers = workers;
        this.arguments = arguments;
        this.told = told;
    }

    Figures run(String name, long seed) throws IOException, InterruptedException {
        if (!Files.isRegularFile(checkout.resolve(FOLDER + "test_s3.py"))) {
            throw new IOException(
                    "%s is no checkout of ceph/s3-tests (commit %s); git clone brings one"
                            .formatted(checkout, COMMIT));
        }
        Path list = own().resolve("known-failures.txt");
        KnownFailures known = KnownFailures.read(list);
        Path python = python();
        try (Server server = Server.start(start())) {
            server.awaitReady();
            Path accounts = Files.createDirectories(work.resolve("accounts"));
            Operator operator = new Operator(server, work);
            SuiteAccounts made = new SuiteAccounts(operator, server.s3(), ZONE, DAY);
            for (int i = 0; i < workers; i++) {
                made.make(accounts.resolve("gw" + i + ".conf"), i);
            }
            try (BufferedWriter outcomes =
                    Files.newBufferedWriter(work.resolve("outcomes.ndjson"))) {
                for (Module each : MODULES) {
                    run(each, python, accounts, outcomes);
                }
            }
            server.stop();
        } catch (Server.Died e) {
            throw new IOException(e.getMessage(), e);
        }
        return figures(name, seed, known);
    }

    private Figures figures(String name, long seed, KnownFailures known) {
        List<String> wrong = new ArrayList<>(broken);
        wrong.addAll(
                known.differences(
                        ended,
                        arguments.isEmpty()
                                ? KnownFailures.Extent.ALL
                                : KnownFailures.Extent.SOME));
        if (collected != ended.size()) {
            wrong.add("%d tests were collected and %d ended".formatted(collected, ended.size()));
        }
        long passed = count("passed");
        Map<String, Long> more = new LinkedHashMap<>();
        more.put("collected", collected);
        more.put("did not pass", ended.size() - passed);
        more.put(
                "as listed",
                ended.stream()
                        .filter(each -> !each.passed() && known.reasons().containsKey(each.test()))
                        .count());
        return new Figures(
                name,
                Math.toIntExact(passed),
                wrong.size(),
                Math.toIntExact(count("skipped")),
                more,
                seed,
                List.copyOf(wrong));
    }

    private long count(String outcome) {
        return ended.stream().filter(each -> each.outcome().equals(outcome)).count();
    }

    private static Path own() {
        return SourceTree.root().resolve("proof/s3-tests");
    }

    private Server.Start start() throws IOException, InterruptedException {
        Map<String, String> wanted = new LinkedHashMap<>();
        wanted.put("s3.ownership.default", "ObjectWriter");
        wanted.put("s3.public.purposes", SuiteAccounts.publicPurposes(workers));
        wanted.put("s3.lifecycle.day", DAY.toSeconds() + "s");
        String help = Server.command("up", "--help");
        List<String> settings = new ArrayList<>(List.of("zone.default=" + ZONE));
        wanted.forEach((key, value) -> {
            if (help.contains(key)) {
                settings.add(key + "=" + value);
            } else {
                told.accept("this program has no setting " + key);
            }
        });
        return new Server.Start(
                work.resolve("data"),
                List.of(work.resolve("keys")),
                work.resolve("server.out"),
                List.of(),
                List.of(),
                settings);
    }

    /** A Python with what the suite needs, made at first use. */
    private Path python() throws IOException, InterruptedException {
        Path wanted = own().resolve("requirements.txt");
        Path folder = SourceTree.root().resolve(".domicile/s3-tests");
        Path stamp = folder.resolve("stamp");
        Path python = folder.resolve("bin/python");
        String needed = Files.readString(wanted);
        if (!Files.exists(stamp) || !Files.readString(stamp).equals(needed)) {
            told.accept("bringing the suite's Python packages to " + folder);
            Files.createDirectories(folder);
            Foreign.command(Foreign.program("python3"), "-m", "venv", "--clear", folder.toString())
                    .done();
            Foreign.command(
                            python.toString(),
                            "-m",
                            "pip",
                            "install",
                            "--disable-pip-version-check",
                            "-q",
                            "-r",
                            wanted.toString())
                    .done();
            Files.writeString(stamp, needed);
        }
        return python;
    }

    private void run(Module module, Path python, Path accounts, BufferedWriter outcomes)
            throws IOException, InterruptedException {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                python.toString(),
                                "-m",
                                "pytest",
                                FOLDER + module.file(),
                                "-m",
                                module.marks(),
                                "-p",
                                "domicile_suite",
                                "-p",
                                "no:terminal",
                                "-p",
                                "no:cacheprovider",
                                "-n",
                                Integer.toString(workers),
                                "--timeout=" + TEST.toSeconds(),
                                "--timeout-method=signal"));
        words.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(words)
                        .directory(checkout.toFile())
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectError(
                                ProcessBuilder.Redirect.appendTo(
                                        work.resolve("pytest.err").toFile()));
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(each -> each.startsWith("AWS_") || each.startsWith("PYTEST"));
        environment.put("PYTHONPATH", own().toString());
        environment.put("PYTHONDONTWRITEBYTECODE", "1");
        environment.put("DOMICILE_ACCOUNTS", accounts.toString());
        environment.put("AWS_CONFIG_FILE", "/dev/null");
        environment.put("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        Process process = Children.keep(builder.start());
        Thread bound =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                if (!process.waitFor(MODULE.toSeconds(), TimeUnit.SECONDS)) {
                                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                                    process.destroyForcibly();
                                }
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        try (BufferedReader from = process.inputReader(StandardCharsets.UTF_8)) {
            hear(module, from, outcomes);
        } finally {
            bound.interrupt();
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        int status = process.waitFor();
        if (status != 0 && status != 1 && status != 5) {
            broken.add(
                    "pytest ended with %d in %s; %s says more"
                            .formatted(status, module.file(), work.resolve("pytest.err")));
        }
    }

    private void hear(Module module, BufferedReader from, BufferedWriter outcomes)
            throws IOException {
        long began = System.nanoTime();
        long next = began;
        for (String line = from.readLine(); line != null; line = from.readLine()) {
            outcomes.write(line);
            outcomes.newLine();
            outcomes.flush(); // so that one who waits can read along
            Map<String, String> said = Server.json(line.getBytes(StandardCharsets.UTF_8));
            if (said.containsKey("collected")) {
                collected += Long.parseLong(said.get("collected"));
            } else if (said.containsKey("test")) {
                ended.add(
                        new KnownFailures.Ended(
                                said.get("test").replace(FOLDER, ""),
                                said.getOrDefault("outcome", ""),
                                said.getOrDefault("why", "").lines().findFirst().orElse("")));
            } else {
                broken.add(module.file() + ": " + said.getOrDefault("broken", line));
            }
            if (System.nanoTime() >= next) {
                next = System.nanoTime() + TimeUnit.SECONDS.toNanos(TELL_SECONDS);
                told.accept(
                        "%s: %d of %d, %d passed, %d s"
                                .formatted(
                                        module.file(),
                                        ended.size(),
                                        collected,
                                        count("passed"),
                                        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began)));
            }
        }
    }
}
