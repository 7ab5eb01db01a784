package org.domicile.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bench bare}: the ceiling of this machine at this hour, and the price of a record. */
@Command(
        name = "bare",
        mixinStandardHelpOptions = true,
        description = {
            "The ceiling of this machine at this hour: a tiny server with the costs of a small"
                    + " request (HTTP, hashes, AES-GCM, one synced commit with a record) and"
                    + " without S3, policy and ledger; and the same without the record.",
            "Example: domicile bench bare --seconds 10"
        })
final class BareBench implements Callable<Integer> {
    static final String PUT = "PUT 4 KiB";
    static final String GET = "GET 4 KiB";
    static final String NAME = "bare";

    private static final long SMALL = 4 << 10;
    private static final long START_SECONDS = 60;

    @Mixin RunOptions run = new RunOptions();
    @Mixin LoadOptions client = new LoadOptions();

    /** A running bare server and what was put into it. */
    record Bare(Server server, Work.Objects objects, Content content) {
        static Bare start(Scratch scratch, Content content) throws IOException {
            Path folder = scratch.folder().resolve("bare");
            Child child = Child.start(scratch, List.of("bare", "--folder", folder.toString()));
            int port = Integer.parseInt(child.line(START_SECONDS));
            return new Bare(
                    new Server(
                            NAME,
                            new Load.Target(
                                    new InetSocketAddress("127.0.0.1", port),
                                    Optional.of(
                                            new Load.Signing(
                                                    new Signer.Credential("bare", "bare"), "bare")),
                                    Load.Payload.UNSIGNED),
                            child.figures(),
                            Server.DURABLE),
                    new Work.Objects("/bare/", "", SMALL),
                    content);
        }

        Figure put(LoadOptions client, Duration lasts) throws IOException {
            return server.measure(
                    PUT,
                    client.load(server.target(), lasts),
                    new Work.Puts(objects),
                    content,
                    Server.DURABLE);
        }

        Figure get(LoadOptions client, Duration lasts) throws IOException {
            return server.measure(
                    GET,
                    client.load(server.target(), lasts),
                    new Work.Gets(objects),
                    content,
                    Server.DURABLE);
        }

        Figure unrecordedPut(LoadOptions client, Duration lasts) throws IOException {
            return server.measure(
                    PUT + ", no record",
                    client.load(server.target(), lasts),
                    new Work.Puts(objects, BareServer.UNRECORDED),
                    content,
                    Server.UNRECORDED);
        }

        Figure unrecordedGet(LoadOptions client, Duration lasts) throws IOException {
            return server.measure(
                    GET + ", no record",
                    client.load(server.target(), lasts),
                    new Work.Gets(objects, BareServer.UNRECORDED),
                    content,
                    Server.UNRECORDED);
        }
    }

    @Override
    public Integer call() throws IOException {
        try (Scratch scratch = run.scratch()) {
            Report report = new Report(NAME, Machine.measure(scratch.folder()));
            Bare bare = Bare.start(scratch, new Content(System.nanoTime()));
            run.progress("warming up");
            bare.put(client, run.warms());
            bare.get(client, run.warms());
            if (run.profiled().isPresent()) {
                Profile.begin(bare.server().process().pid());
            }
            for (int round = 1; round <= run.rounds; round++) {
                run.progress("round " + round + " of " + run.rounds);
                report.add(bare.put(client, run.lasts()));
                report.add(bare.get(client, run.lasts()));
                if (run.profiled().isEmpty()) {
                    report.add(bare.unrecordedPut(client, run.lasts()));
                    report.add(bare.unrecordedGet(client, run.lasts()));
                }
            }
            ServerProcess.Memory memory = bare.server().process().memory();
            report.fact(
                    "residentMiB",
                    memory.peak(),
                    "memory of the bare server, resident at its peak: %,.0f MiB"
                            .formatted(memory.peak()));
            if (run.profiled().isPresent()) {
                Path file = run.profiled().get();
                Profile.end(bare.server().process().pid(), file);
                report.fact("profile", file.toString(), Profile.read(file).sentence());
            }
            run.answer(report, line(report));
            return report.failed() == 0 ? 0 : 1;
        }
    }

    private static String line(Report report) {
        StringBuilder line = new StringBuilder("bare:");
        for (Figure each : report.medians()) {
            line.append(line.length() > 5 ? "; " : " ")
                    .append(each.what())
                    .append(' ')
                    .append(each.rated())
                    .append(" at ")
                    .append(Report.number(each.serverCpu()))
                    .append(" µs");
        }
        return line.append("; failed ").append(report.failed()).toString();
    }
}
