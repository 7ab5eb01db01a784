package org.domicile.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
            "PUT and GET of 4 KiB, 1 MiB and 64 MiB, and listing, of a server that is started for"
                    + " it; beside the bare server and any other S3 servers, in the same run.",
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
            names = "--keys",
            defaultValue = "100000",
            paramLabel = "N",
            description = "Keys in the bucket that is listed; 0 lists none.")
    long keys;

    @Option(
            names = "--sizes",
            split = ",",
            defaultValue = "4 KiB,1 MiB,64 MiB",
            paramLabel = "SIZE",
            description = "Sizes to put and get (default: ${DEFAULT-VALUE}).")
    List<String> sizes = List.of();

    @Option(names = "--mixed", description = "Also 45 GET, 30 HEAD, 15 PUT, 10 DELETE of 4 KiB.")
    boolean mixed;

    @ArgGroup(exclusive = false, multiplicity = "0..*")
    List<Peer> peers = new ArrayList<>();

    /** Another server. */
    static final class Peer {
        @Option(
                names = "--peer",
                required = true,
                paramLabel = "URL",
                description = "Another S3 server to run the same load against; may be repeated.")
        URI url = URI.create("http://127.0.0.1/");

        @Option(names = "--peer-name", paramLabel = "NAME", description = "Its name in the table.")
        String name = "";

        @Option(names = "--peer-access", paramLabel = "ID", description = "Its access key.")
        String access = "";

        @Option(names = "--peer-secret", paramLabel = "SECRET", description = "Its secret.")
        String secret = "";

        @Option(names = "--peer-region", paramLabel = "REGION", description = "Its region.")
        String region = "us-east-1";

        @Option(
                names = "--peer-mode",
                paramLabel = "TEXT",
                description = "What its answer promises about the disk, for the table.")
        String mode = "as it comes";
    }

    @Override
    public Integer call() throws IOException {
        try (Scratch scratch = run.scratch()) {
            Report report = new Report("s3", Machine.measure(scratch.folder()));
            Content content = new Content(System.nanoTime());
            String bucket = "bench-" + Long.toString(System.currentTimeMillis(), 36);
            List<Contender> contenders = contenders(scratch, bucket, content);
            BareBench.Bare bare = BareBench.Bare.start(scratch, content);
            warm(contenders, bare, bucket);
            idle(report, contenders);
            for (int round = 1; round <= run.rounds; round++) {
                round(report, contenders, bare, round);
            }
            if (keys > 0) {
                list(report, contenders, bucket);
            }
            memory(report, contenders);
            compare(report);
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
                            peer.name.isEmpty() ? peer.url.getAuthority() : peer.name,
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
        contender.createBuckets(bucket);
        return contender;
    }

    private void warm(List<Contender> contenders, BareBench.Bare bare, String bucket)
            throws IOException {
        run.progress("warming up");
        for (Contender each : contenders) {
            Contender apart = Contender.of(each.server(), bucket + "/warm", each.content());
            apart.putAndGet(apart.sizes().getFirst(), client, run.warms());
        }
        bare.put(client, run.warms());
        bare.get(client, run.warms());
    }

    private void round(Report report, List<Contender> contenders, BareBench.Bare bare, int round)
            throws IOException {
        for (String size : sizes) {
            for (Contender each : contenders) {
                run.progress(
                        "round %d of %d: %s, %s"
                                .formatted(round, run.rounds, each.server().name(), size));
                boolean first = each == contenders.getFirst();
                boolean small = size.equals(each.sizes().getFirst().label());
                boolean profiled = run.profiled().isPresent() && first && small && round == 1;
                long pid = each.server().process().pid();
                if (profiled) {
                    Profile.begin(pid);
                }
                each.putAndGet(size(each, size), client, run.lasts()).forEach(report::add);
                if (profiled) {
                    Profile.end(pid, run.profiled().get());
                }
                if (small && mixed) {
                    report.add(each.mixed(client, run.lasts()));
                }
            }
            if (size.equals(contenders.getFirst().sizes().getFirst().label())) {
                run.progress("round %d of %d: bare".formatted(round, run.rounds));
                report.add(bare.put(client, run.lasts()));
                report.add(bare.get(client, run.lasts()));
                report.add(bare.unrecordedGet(client, run.lasts()));
            }
        }
    }

    private static Contender.Size size(Contender of, String label) throws IOException {
        return of.sizes().stream()
                .filter(each -> each.label().equals(label.strip()))
                .findFirst()
                .orElseThrow(() -> new IOException("not one of 4 KiB, 1 MiB and 64 MiB: " + label));
    }

    private void list(Report report, List<Contender> contenders, String bucket) throws IOException {
        for (Contender each : contenders) {
            run.progress("filling the bucket to list, " + each.server().name());
            each.fill(client, keys);
        }
        for (int round = 0; round < run.rounds; round++) {
            for (Contender each : contenders) {
                report.add(each.list(bucket));
            }
        }
    }

    private static void idle(Report report, List<Contender> contenders) throws IOException {
        for (Contender each : contenders) {
            double resident = each.server().process().memory().resident();
            report.fact(
                    "warmMiB." + each.server().name(),
                    resident,
                    "memory of %s, resident when warm: %,.0f MiB"
                            .formatted(each.server().name(), resident));
        }
    }

    private static void memory(Report report, List<Contender> contenders) throws IOException {
        for (Contender each : contenders) {
            ServerProcess.Memory memory = each.server().process().memory();
            report.fact(
                    "peakMiB." + each.server().name(),
                    memory.peak(),
                    "memory of %s, resident at its peak: %,.0f MiB (now %,.0f)"
                            .formatted(each.server().name(), memory.peak(), memory.resident()));
        }
    }

    /** How ours stands to the bare server and to the best of the others. */
    private static void compare(Report report) {
        List<Figure> figures = report.medians();
        for (Figure ours : figures) {
            if (!ours.who().equals(NAME)) {
                continue;
            }
            report.median(ours.what(), BareBench.NAME)
                    .ifPresent(bare -> {
                        double ratio = ours.rate() / bare.rate();
                        report.fact(
                                "toBare." + ours.what(),
                                ratio,
                                "%s: %.0f %% of bare".formatted(ours.what(), 100 * ratio));
                    });
            figures.stream()
                    .filter(each -> each.what().equals(ours.what()))
                    .filter(each -> !each.who().equals(NAME))
                    .filter(each -> !each.who().equals(BareBench.NAME))
                    .max(Comparator.comparingDouble(Figure::rate))
                    .ifPresent(best -> {
                        double ratio = ours.rate() / best.rate();
                        report.fact(
                                "toBestPeer." + ours.what(),
                                ratio,
                                "%s: %.2f times the best other, %s"
                                        .formatted(ours.what(), ratio, best.who()));
                    });
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
