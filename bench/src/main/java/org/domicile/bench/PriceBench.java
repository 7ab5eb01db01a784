package org.domicile.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench price}: what deciding and recording cost a GET. */
@Command(
        name = "price",
        mixinStandardHelpOptions = true,
        description = {
            "What deciding and recording cost a GET of 4 KiB and 1 MiB: our server with a second"
                + " door that does neither, which exists in bench alone, both asked in turns; as"
                + " fast as they answer, and at half of that rate.",
            "Example: domicile bench price --seconds 10"
        })
final class PriceBench implements Callable<Integer> {
    private static final String WITH = "decides, records";
    private static final String WITHOUT = "neither";
    private static final String BUCKET = "priced";
    private static final long START_SECONDS = 60;
    private static final Duration FIRST_WITHIN = Duration.ofSeconds(60);
    private static final long MOST_STORED = 256L << 20;
    private static final List<Size> SIZES =
            List.of(Size.of("4 KiB", 4L << 10), Size.of("1 MiB", 1L << 20));

    @Mixin RunOptions run = new RunOptions();
    @Mixin LoadOptions client = new LoadOptions();

    @Option(
            names = "--sizes",
            split = ",",
            defaultValue = "4 KiB,1 MiB",
            paramLabel = "SIZE",
            description = "Sizes to get (default: ${DEFAULT-VALUE}).")
    List<String> sizes = List.of();

    /** One size of object. */
    private record Size(String label, Work.Objects objects) {
        static Size of(String label, long bytes) {
            String folder = label.replace(" ", "");
            return new Size(label, new Work.Objects("/" + BUCKET + "/" + folder + "/", "", bytes));
        }

        String what() {
            return "GET " + label;
        }

        String halfLoad() {
            return what() + ", half load";
        }
    }

    /** The two doors, and what was put through the first. */
    private record Doors(Server with, Server without, Content content, LoadOptions client) {
        static Doors open(Scratch scratch, LoadOptions client) throws IOException {
            Path folder = scratch.folder().resolve("priced");
            Child child = Child.start(scratch, List.of("price", "--folder", folder.toString()));
            Map<String, Object> told = Json.object(child.line(START_SECONDS));
            return new Doors(
                    server(WITH, "with", Server.DURABLE, told, child, client),
                    server(WITHOUT, "without", Server.UNRECORDED, told, child, client),
                    new Content(System.nanoTime()),
                    client);
        }

        private static Server server(
                String name,
                String port,
                String promise,
                Map<String, Object> told,
                Child child,
                LoadOptions client) {
            Load.Signing signing =
                    new Load.Signing(
                            new Signer.Credential(text(told, "access"), text(told, "secret")),
                            text(told, "region"));
            InetSocketAddress address =
                    new InetSocketAddress("127.0.0.1", Integer.parseInt(text(told, port)));
            return new Server(
                    name,
                    new Load.Target(address, Optional.of(signing), client.payload),
                    child.figures(),
                    promise);
        }

        private static String text(Map<String, Object> told, String key) {
            return String.valueOf(told.get(key));
        }

        /** Some objects in any case, and more while there is time. */
        void fill(Size size, Duration lasts) throws IOException {
            put(size, FIRST_WITHIN, client.connections);
            put(size, lasts, MOST_STORED / size.objects().size());
        }

        private void put(Size size, Duration lasts, long most) throws IOException {
            Load.Outcome outcome =
                    new Load(with.target(), client.connections, client.threads, lasts, most)
                            .run(new Work.Puts(size.objects()), content);
            if (outcome.failed() > 0) {
                throw new IOException("the server took no objects: " + outcome.firstFailure());
            }
        }

        Figure get(Server server, Size size, String what, Duration lasts, double perSecond)
                throws IOException {
            return server.measure(
                    what,
                    client.load(server.target(), lasts).paced(perSecond),
                    new Work.Gets(size.objects()),
                    content,
                    server.durable());
        }
    }

    @Override
    public Integer call() throws IOException {
        try (Scratch scratch = run.scratch()) {
            Report report = new Report("price", Machine.measure(scratch.folder()));
            Doors doors = Doors.open(scratch, client);
            try (BucketClient buckets = new BucketClient(doors.with().target())) {
                buckets.create(BUCKET);
            }
            for (Size size : asked()) {
                run.progress("filling and warming, " + size.label());
                doors.fill(size, run.warms());
                doors.get(doors.with(), size, size.what(), run.warms(), Pace.FREE);
                doors.get(doors.without(), size, size.what(), run.warms(), Pace.FREE);
                rounds(report, doors, size);
            }
            run.answer(report, line(report));
            return report.failed() == 0 ? 0 : 1;
        }
    }

    private List<Size> asked() throws IOException {
        List<Size> asked = SIZES.stream().filter(each -> sizes.contains(each.label())).toList();
        if (asked.size() != sizes.size()) {
            throw new IOException(
                    "the sizes are " + String.join(", ", SIZES.stream().map(Size::label).toList()));
        }
        return asked;
    }

    /** The doors take turns, and who begins does too. */
    private void rounds(Report report, Doors doors, Size size) throws IOException {
        for (int round = 1; round <= run.rounds; round++) {
            run.progress("%s, round %d of %d".formatted(size.label(), round, run.rounds));
            List<Server> turns = List.of(doors.with(), doors.without());
            for (Server each : round % 2 == 1 ? turns : turns.reversed()) {
                report.add(doors.get(each, size, size.what(), run.lasts(), Pace.FREE));
            }
        }
        Figure full = report.median(size.what(), WITH).orElseThrow();
        double requests =
                full.unit().equals("/s") ? full.rate() : full.rate() * 1e6 / size.objects().size();
        for (int round = 1; round <= run.rounds; round++) {
            List<Server> turns = List.of(doors.with(), doors.without());
            for (Server each : round % 2 == 1 ? turns : turns.reversed()) {
                report.add(doors.get(each, size, size.halfLoad(), run.lasts(), requests / 2));
            }
        }
        Figure bare = report.median(size.what(), WITHOUT).orElseThrow();
        double loss = 100 * (1 - full.rate() / bare.rate());
        report.fact(
                "loss." + size.label(),
                loss,
                "%s: deciding and recording take %.1f %% of the rate at saturation, and %.0f µs of CPU"
                        .formatted(size.what(), loss, full.serverCpu() - bare.serverCpu()));
        double more =
                report.median(size.halfLoad(), WITH).orElseThrow().p50()
                        - report.median(size.halfLoad(), WITHOUT).orElseThrow().p50();
        report.fact(
                "halfLoadMillis." + size.label(),
                more,
                "%s: at half load the p50 is %.2f ms longer".formatted(size.what(), more));
    }

    private static String line(Report report) {
        StringBuilder line = new StringBuilder("price:");
        for (Figure each : report.medians()) {
            line.append(' ')
                    .append(each.what())
                    .append(" (")
                    .append(each.who())
                    .append(") ")
                    .append(each.rated())
                    .append(" p50 ")
                    .append(Report.number(each.p50()))
                    .append(" ms;");
        }
        return line.append(" failed ").append(report.failed()).toString();
    }
}
