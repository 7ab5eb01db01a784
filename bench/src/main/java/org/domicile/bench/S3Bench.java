package org.domicile.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench s3}: our server, the bare server and other S3 servers, in turns. */
@Command(
        name = "s3",
        mixinStandardHelpOptions = true,
        description = {
            "PUT and GET of 4 KiB, 1 MiB and 64 MiB, a mixed load, one connection alone, deletes"
                + " and listings, of a server that is started for it; beside the bare server and"
                + " any other S3 servers, in the same run.",
            "Example: domicile bench s3 --peer http://127.0.0.1:7070 --peer-access A --peer-secret"
                    + " B"
        })
final class S3Bench implements Callable<Integer> {
    private static final String NAME = "domicile";

    @Mixin RunOptions run = new RunOptions();
    @Mixin LoadOptions client = new LoadOptions();

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Measure this running server and start none.")
    @Nullable URI url;

    @Option(names = "--access", paramLabel = "ID", description = "Its access key.")
    String access = "";

    @Option(names = "--secret", paramLabel = "SECRET", description = "Its secret.")
    String secret = "";

    @Option(names = "--region", paramLabel = "REGION", description = "Its region.")
    String region = "us-east-1";

    @Option(
            names = "--loads",
            split = ",",
            defaultValue = "sizes,mixed,alone,deletes,list,versions",
            paramLabel = "LOAD",
            description =
                    "Which: sizes (PUT and GET of --sizes), mixed (45 GET, 30 HEAD, 15 PUT, 10"
                            + " DELETE of 4 KiB), alone (one connection), deletes (one by one, and"
                            + " by a thousand), list, versions (default: ${DEFAULT-VALUE}).")
    Set<Course.Part> loads = EnumSet.noneOf(Course.Part.class);

    @Option(
            names = "--sizes",
            split = ",",
            defaultValue = "4 KiB,1 MiB,64 MiB",
            paramLabel = "SIZE",
            description = "Sizes to put and get (default: ${DEFAULT-VALUE}).")
    List<String> sizes = List.of();

    @Option(
            names = "--keys",
            defaultValue = "100000",
            paramLabel = "N",
            description = "Keys in the bucket that is listed (default: ${DEFAULT-VALUE}).")
    long keys;

    @Option(
            names = "--versions",
            defaultValue = "100000",
            paramLabel = "N",
            description =
                    "Versions, four of a name, in the other bucket that is listed (default:"
                            + " ${DEFAULT-VALUE}).")
    long versions;

    @Option(
            names = "--listers",
            defaultValue = "4",
            paramLabel = "N",
            description = "Clients that list at once, after one alone (default: ${DEFAULT-VALUE}).")
    int listers;

    @Option(
            names = "--deletes",
            defaultValue = "20000",
            paramLabel = "N",
            description = "Objects that are deleted in a round (default: ${DEFAULT-VALUE}).")
    long deletes;

    @ArgGroup(exclusive = false, multiplicity = "0..*")
    List<Peer> peers = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        try (Scratch scratch = run.scratch()) {
            Machine machine = Machine.measure(scratch.folder());
            Report report = new Report("s3", machine);
            Content content = new Content(System.nanoTime());
            String bucket = "bench-" + Long.toString(System.currentTimeMillis(), 36);
            List<Contender> contenders = contenders(scratch, bucket, content);
            BareBench.Bare bare = BareBench.Bare.start(scratch, content);
            Course course = new Course(this, contenders, bare, bucket, report);
            course.warm();
            course.idle();
            for (int round = 1; round <= run.rounds; round++) {
                course.round(round);
            }
            course.listings();
            course.memory();
            double sync = Machine.measure(scratch.folder()).syncMedianMillis();
            report.fact(
                    "syncMillis",
                    sync,
                    ("a sync cost %.2f ms at the beginning and %.2f ms at the end (p50 of appends"
                                    + " of 4 KiB with fdatasync)")
                            .formatted(machine.syncMedianMillis(), sync));
            toBare(report);
            Goal.judge(report, NAME, Math.max(sync, machine.syncMedianMillis()));
            if (run.profiled().isPresent()) {
                report.fact(
                        "profile",
                        run.profiled().get().toString(),
                        Profile.read(run.profiled().get()).sentence());
            }
            run.answer(report, line(report));
            return report.failed() == 0 ? 0 : 1;
        }
    }

    private List<Contender> contenders(Scratch scratch, String bucket, Content content)
            throws IOException {
        List<Contender> contenders = new ArrayList<>();
        URI running = url;
        if (running != null) {
            Signer.Credential credential = new Signer.Credential(access, secret);
            contenders.add(
                    contender(NAME, running, credential, region, Server.DURABLE, bucket, content));
        } else {
            run.progress("starting our server");
            Ours ours = Ours.start(scratch, scratch.folder().resolve("ours")).ours();
            contenders.add(
                    contender(
                            NAME,
                            ours.s3(),
                            ours.credential(),
                            ours.region(),
                            Server.DURABLE,
                            bucket,
                            content));
        }
        for (Peer peer : peers) {
            contenders.add(
                    contender(
                            peer.shown(),
                            peer.url,
                            new Signer.Credential(peer.access, peer.secret),
                            peer.region,
                            peer.mode,
                            bucket,
                            content));
        }
        return contenders;
    }

    private Contender contender(
            String name,
            URI at,
            Signer.Credential credential,
            String in,
            String mode,
            String bucket,
            Content content)
            throws IOException {
        if (at.getHost() == null || at.getPort() < 0 || !"http".equals(at.getScheme())) {
            throw new IOException("not a URL like http://127.0.0.1:9000: " + at);
        }
        Load.Target target =
                new Load.Target(
                        new InetSocketAddress(at.getHost(), at.getPort()),
                        Optional.of(new Load.Signing(credential, in)),
                        client.payload);
        ServerProcess process = ServerProcess.listeningOn(at.getPort());
        Contender contender =
                Contender.of(new Server(name, target, process, mode), bucket, content);
        contender.createBucket(bucket);
        return contender;
    }

    /** How ours stands to the bare server. */
    private static void toBare(Report report) {
        for (Figure ours : report.medians()) {
            if (ours.who().equals(NAME)) {
                report.median(ours.what(), BareBench.NAME)
                        .ifPresent(bare -> {
                            double ratio = ours.rate() / bare.rate();
                            report.fact(
                                    "toBare." + ours.what(),
                                    ratio,
                                    "%s: %.0f %% of bare".formatted(ours.what(), 100 * ratio));
                        });
            }
        }
    }

    private static String line(Report report) {
        StringBuilder line = new StringBuilder("s3:");
        for (Figure each : report.medians()) {
            if (each.who().equals(NAME)) {
                line.append(line.length() > 3 ? "; " : " ")
                        .append(each.what())
                        .append(' ')
                        .append(each.rated())
                        .append(String.format(Locale.ROOT, " at %.0f µs", each.serverCpu()));
            }
        }
        return line.append("; failed ").append(report.failed()).toString();
    }
}
