package org.domicile.launcher;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.domicile.s3client.S3Signature;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Copies a folder into a bucket, or lets the server move a bucket in. */
@Command(
        name = "import",
        description = {
            "Copy a folder into a bucket through the S3 endpoint; resumable. A file's name is its"
                    + " path below DIR, byte for byte, after the prefix.",
            "Or, with --from, let the running server move a whole bucket in from another S3 server:"
                    + " all versions with their dates, markers, tags, metadata, retentions and"
                    + " holds, then what is set for the bucket. It goes on when this command ends;"
                    + " 'move' shows and steers it. What is written is written as --credential.",
            "Running it again continues: what is there with the same size and sums is left alone,"
                    + " and large files keep the parts that arrived. Every sum that the server"
                    + " answers is compared with the file's.",
            "Symbolic links are not followed; links, devices and sockets are counted and left out."
                    + " Nothing is ever deleted from the bucket."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example: ./domicile import ~/scans s3://archive/scans --create",
            "Example: ./domicile import s3://old-archive s3://archive --from provider"
                    + " --remote-credential provider.json"
        })
final class ImportCommand implements Callable<Integer> {
    private static final int WORKERS = 4;
    private static final int MOST_SHOWN = 20;

    @Mixin CommonOptions common = new CommonOptions();
    @Spec CommandSpec spec = CommandSpec.create();

    @Mixin MovingOptions moving = new MovingOptions();

    @Parameters(
            index = "0",
            paramLabel = "DIR",
            description = "The folder; or s3://BUCKET, the bucket over there.")
    String source = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "s3://BUCKET/PREFIX",
            description = {
                "Where to; a slash is put after the prefix when there is none. With --from a bucket"
                        + " (default: one of the same name)."
            })
    String target = "";

    @Option(
            names = "--from",
            paramLabel = "TARGET",
            description = "The other server, as 'target create' has registered it.")
    String from = "";

    @Option(
            names = "--classes",
            split = ",",
            paramLabel = "CLASS",
            description = "With --from: what the data are, beside what labels say.")
    List<String> classes = List.of();

    @Option(
            names = "--prohibit",
            split = ",",
            paramLabel = "PURPOSE",
            description = "With --from: purposes and kinds that may never use them.")
    List<String> prohibited = List.of();

    @Option(names = "--create", description = "Make the bucket when it is not there.")
    boolean create;

    @Option(names = "--verify", description = "Read every object back and compare it, too.")
    boolean verify;

    @Option(names = "--dry-run", description = "Only say what would be copied.")
    boolean dryRun;

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = {
                "The S3 endpoint (default: the running server's, else the variable"
                        + " AWS_ENDPOINT_URL)."
            })
    String endpoint = "";

    @Option(
            names = "--credential",
            paramLabel = "FILE",
            description = {
                "A file as first.credential is one (default: the variables AWS_ACCESS_KEY_ID and"
                        + " AWS_SECRET_ACCESS_KEY where AWS_ENDPOINT_URL names the endpoint, else"
                        + " the first credential)."
            })
    @Nullable Path credential;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = {
                "Certificates in PEM form to trust instead of the system's (default: the variable"
                        + " AWS_CA_BUNDLE)."
            })
    @Nullable Path ca;

    /** Where to: a bucket and what comes before each name. */
    private record Target(String bucket, String prefix) {}

    @Override
    public Integer call() {
        if (!from.isEmpty() || source.startsWith("s3://")) {
            return moveIn();
        }
        Target to = target();
        Path folder = Path.of(source);
        if (!Files.isDirectory(folder)) {
            throw new Problem(folder + " is no folder");
        }
        Output output = Output.of(spec, common);
        try (S3Client s3 = client()) {
            LocalFiles local = LocalFiles.in(folder.toAbsolutePath().normalize(), to.prefix());
            Outcome outcome = new Outcome(local);
            try (Progress progress = Progress.bytes(output.err(), local.bytes())) {
                Copying copying = new Copying(s3, to.bucket(), progress);
                look(s3, copying, to);
                if (dryRun) {
                    dry(output, local, copying);
                } else {
                    copy(local, copying, outcome);
                }
            }
            return told(output, local, outcome, to);
        }
    }

    private Integer moveIn() {
        if (from.isEmpty()) {
            throw Input.wrong(spec, source + " is on another server: name it with --from");
        }
        return moving.start(
                spec,
                common,
                Json.row(
                        "direction",
                        "in",
                        "target",
                        from,
                        "remote",
                        MovingOptions.bucket(spec, source),
                        "bucket",
                        MovingOptions.bucket(spec, target.isEmpty() ? source : target),
                        "classes",
                        classes,
                        "prohibited",
                        prohibited),
                credential);
    }

    private Target target() {
        if (!target.matches("s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?")) {
            throw Input.wrong(
                    spec, "'" + target + "' is no place in a bucket; write s3://BUCKET/PREFIX");
        }
        String rest = target.substring("s3://".length());
        int slash = rest.indexOf('/');
        String prefix = slash < 0 ? "" : rest.substring(slash + 1);
        return new Target(
                slash < 0 ? rest : rest.substring(0, slash),
                prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/");
    }

    private S3Client client() {
        Optional<Endpoints> server =
                endpoint.isEmpty() || credential == null
                        ? Endpoints.running(common.folder())
                        : Optional.empty();
        String named = environment("AWS_ENDPOINT_URL");
        String url = endpoint;
        if (url.isEmpty()) {
            url = server.map(Endpoints::s3).filter(each -> !each.isEmpty()).orElse(named);
        }
        if (url.isEmpty()) {
            Endpoints.on(common.folder()); // says what to do
            throw new Problem("the server has no S3 listener; name one with --endpoint");
        }
        String region = server.map(Endpoints::zone).orElse("");
        if (region.isEmpty()) {
            region = environment("AWS_REGION");
        }
        return new S3Client(
                uri(url),
                signature(server, url.equals(named), region.isEmpty() ? "us-east-1" : region),
                Clock.systemUTC(),
                authorities());
    }

    private Optional<Path> authorities() {
        String named = environment("AWS_CA_BUNDLE");
        return Optional.ofNullable(ca == null && !named.isEmpty() ? Path.of(named) : ca);
    }

    private static URI uri(String url) {
        try {
            return URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new Problem("'" + url + "' is no URL; write one such as http://127.0.0.1:9000");
        }
    }

    private S3Signature signature(
            Optional<Endpoints> server, boolean fromEnvironment, String region) {
        String accessKey = environment("AWS_ACCESS_KEY_ID");
        String secret = environment("AWS_SECRET_ACCESS_KEY");
        if (credential == null && fromEnvironment && !accessKey.isEmpty() && !secret.isEmpty()) {
            return new S3Signature(accessKey, secret, region);
        }
        Path file =
                Optional.ofNullable(credential)
                        .or(() -> server.map(Endpoints::firstCredential))
                        .orElseThrow(() ->
                                new Problem(
                                        "no credential: name a file with --credential, or set"
                                                + " AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and"
                                                + " AWS_SECRET_ACCESS_KEY"));
        try {
            Json.Row read = Json.object(Files.readAllBytes(file));
            if (!read.text("accessKey").isEmpty() && !read.text("secret").isEmpty()) {
                String own = read.text("region");
                return new S3Signature(
                        read.text("accessKey"), read.text("secret"), own.isEmpty() ? region : own);
            }
        } catch (IOException e) {
            throw new Problem(
                    "cannot read the credential "
                            + file
                            + " ("
                            + LocalFiles.said(e)
                            + "); name another with --credential");
        }
        throw new Problem(file + " holds no accessKey and secret; name another with --credential");
    }

    private static String environment(String name) {
        String value = System.getenv(name);
        return value == null ? "" : value;
    }

    private void look(S3Client s3, Copying copying, Target to) {
        try {
            if (create && !dryRun) {
                makeBucket(s3, to.bucket());
            }
            copying.look(to.prefix());
        } catch (S3Failure e) {
            throw new Problem(
                    e.code().equals("NoSuchBucket")
                            ? "there is no bucket "
                                    + to.bucket()
                                    + "; --create makes it, or ./domicile bucket create "
                                    + to.bucket()
                            : "the endpoint refused to list s3://"
                                    + to.bucket()
                                    + "/"
                                    + to.prefix()
                                    + ": "
                                    + e.getMessage());
        } catch (IOException e) {
            throw new Problem("cannot list the bucket: " + e.getMessage());
        }
    }

    private static void makeBucket(S3Client s3, String bucket) throws IOException {
        try {
            s3.call("PUT", bucket, "", Map.of(), Map.of(), S3Client.Payload.nothing());
        } catch (S3Failure e) {
            if (!e.code().equals("BucketAlreadyOwnedByYou")) {
                throw e;
            }
        }
    }

    /** What has become of the files so far; workers add to it. */
    private static final class Outcome {
        final AtomicLong copied = new AtomicLong();
        final AtomicLong copiedBytes = new AtomicLong();
        final AtomicLong present = new AtomicLong();
        final Queue<LocalFiles.Failed> failed;

        Outcome(LocalFiles local) {
            failed = new ConcurrentLinkedQueue<>(local.failed());
        }
    }

    private static void dry(Output output, LocalFiles local, Copying copying) {
        if (!output.json()) {
            local.files().stream()
                    .filter(each -> !copying.looksPresent(each))
                    .forEach(each ->
                            output.out().println("would copy " + Table.visible(each.key())));
        }
    }

    private void copy(LocalFiles local, Copying copying, Outcome outcome) {
        Queue<LocalFiles.Found> waiting =
                new ConcurrentLinkedQueue<>(new ArrayDeque<>(local.files()));
        AtomicReference<@Nullable Problem> ended = new AtomicReference<>();
        Copying.Check check = verify ? Copying.Check.READ : Copying.Check.SUMS;
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            workers.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                for (LocalFiles.Found file = waiting.poll();
                                        file != null && ended.get() == null;
                                        file = waiting.poll()) {
                                    one(file, copying, check, outcome, ended);
                                }
                            }));
        }
        try {
            for (Thread worker : workers) {
                worker.join();
            }
        } catch (InterruptedException e) {
            workers.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
            throw new Problem("interrupted; run the same command again to continue");
        }
        Problem problem = ended.get();
        if (problem != null) {
            throw problem;
        }
    }

    private static void one(
            LocalFiles.Found file,
            Copying copying,
            Copying.Check check,
            Outcome outcome,
            AtomicReference<@Nullable Problem> ended) {
        try {
            switch (copying.copy(file, check)) {
                case COPIED -> {
                    outcome.copied.incrementAndGet();
                    outcome.copiedBytes.addAndGet(file.size());
                }
                case PRESENT -> outcome.present.incrementAndGet();
            }
        } catch (Problem e) {
            // nothing answers: no other file will fare better
            ended.compareAndSet(null, e);
        } catch (IOException e) {
            outcome.failed.add(new LocalFiles.Failed(file.key(), LocalFiles.said(e)));
        } catch (RuntimeException | Error e) {
            ended.compareAndSet(null, new Problem("a bug while copying " + file.key() + ": " + e));
        }
    }

    private Integer told(Output output, LocalFiles local, Outcome outcome, Target to) {
        List<LocalFiles.Failed> failed =
                outcome.failed.stream()
                        .sorted(Comparator.comparing(LocalFiles.Failed::what))
                        .toList();
        List<Object> failures = new ArrayList<>();
        failed.forEach(each -> failures.add(Json.row("file", each.what(), "why", each.why())));
        String left =
                local.links() + local.others() == 0
                        ? ""
                        : "; left out: %,d symbolic links, %,d other things that are no files"
                                .formatted(local.links(), local.others());
        output.result(
                Json.row(
                        "target",
                        "s3://" + to.bucket() + "/" + to.prefix(),
                        "files",
                        (long) local.files().size(),
                        "copied",
                        outcome.copied.get(),
                        "bytes",
                        outcome.copiedBytes.get(),
                        "present",
                        outcome.present.get(),
                        "links",
                        local.links(),
                        "others",
                        local.others(),
                        "failed",
                        failures),
                dryRun
                        ? "%,d files, %s; nothing was copied%s"
                                .formatted(local.files().size(), Times.size(local.bytes()), left)
                        : "%,d files copied (%s), %,d were there already%s"
                                .formatted(
                                        outcome.copied.get(),
                                        Times.size(outcome.copiedBytes.get()),
                                        outcome.present.get(),
                                        left));
        if (failed.isEmpty()) {
            return 0;
        }
        if (!output.json()) {
            failed.stream()
                    .limit(MOST_SHOWN)
                    .forEach(each ->
                            output.err()
                                    .println(
                                            "  "
                                                    + Table.visible(each.what())
                                                    + ": "
                                                    + Table.visible(each.why())));
        }
        throw new Problem(
                "%,d files were not copied%s; run the same command again when that is mended"
                        .formatted(
                                failed.size(),
                                failed.size() > MOST_SHOWN && !output.json()
                                        ? ", the first " + MOST_SHOWN + " above (--json has all)"
                                        : ""));
    }
}
