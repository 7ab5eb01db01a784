package org.domicile.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.domicile.verifier.Audit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Whether nothing is missing between the logs. */
@Command(
        name = "audit",
        description = {
            "Check from a copy of the ledger's files that nothing was left out: every log holds;"
                + " each use log's checkpoints stand in the public log, in order; the numbers of"
                + " each organisation on each node are there, each once; what the public log"
                + " counted each minute is what the use logs hold. Offline: no server is needed.",
            "Make the copy with the public log first. What a changed program never recorded, only"
                    + " its clients' receipts show: 'ledger check --log'."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example: ./domicile ledger audit ledger-copy --key keys.txt"})
final class LedgerAuditCommand implements Callable<Integer> {
    @Mixin CommonOptions common = new CommonOptions();
    @Spec CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DIR", description = "A copy of the data folder's ledger/.")
    Path folder = Path.of("");

    @Option(
            names = "--key",
            paramLabel = "KEY|FILE",
            description =
                    "A verifier key, or a file with one a line; the public log's serve for all.")
    List<String> given = List.of();

    @Option(
            names = "--policy",
            paramLabel = "FILE",
            description = {
                "A C2SP tlog-policy: its quorum of witnesses must have cosigned the public log; its"
                        + " logs' keys serve where no --key is given."
            })
    @Nullable Path policy;

    @Option(
            names = "--since",
            paramLabel = "DIR",
            description = "An older copy: each log must extend what it had signed by then.")
    @Nullable Path since;

    @Option(
            names = "--under-way",
            paramLabel = "TIME",
            defaultValue = "1h",
            description = {
                "How long a use may be under way: a number without an entry is a missing use once"
                        + " it is older (default: 1h; 0s when the server was stopped for the copy)."
            })
    String underWay = "1h";

    @Override
    public Integer call() {
        Duration longest = underWay.equals("0s") ? Duration.ZERO : Input.span(spec, underWay);
        var demanded = Trust.policy(policy);
        Trust trust = given.isEmpty() ? Trust.named(spec, demanded) : Trust.given(given);
        Output output = Output.of(spec, common);
        Audit.Report report =
                run(
                        output,
                        trust,
                        new Audit.Options(longest, Optional.ofNullable(since), demanded));
        for (Audit.Read log : report.logs()) {
            output.result(
                    Json.row(
                            "log", log.name(),
                            "from", log.from(),
                            "size", log.size(),
                            "uses", log.uses(),
                            "closed", log.closed(),
                            "underWay", log.underWay(),
                            "uncounted", log.uncounted()),
                    sentence(log));
        }
        for (Audit.Finding each : report.findings()) {
            output.result(
                    Json.row("log", each.log(), "where", each.where(), "wrong", each.what()),
                    "WRONG: " + Table.visible(each.sentence()));
        }
        if (!report.findings().isEmpty()) {
            throw new Problem(
                    "the logs are not complete (%d findings); keep the copy as it is, it is the evidence"
                            .formatted(report.findings().size()));
        }
        return 0;
    }

    private Audit.Report run(Output output, Trust trust, Audit.Options options) {
        try {
            return new Audit(folder, trust.keys())
                    .run(
                            options,
                            (name, size) -> {
                                long[] told = new long[1];
                                Progress progress = Progress.count(output.err(), size, "entries");
                                return done -> {
                                    progress.add(done - told[0], name);
                                    told[0] = done;
                                    if (done == size) {
                                        progress.close();
                                    }
                                };
                            });
        } catch (IOException e) {
            throw new Problem("cannot read " + folder + ": " + LocalFiles.said(e));
        }
    }

    private static String sentence(Audit.Read log) {
        String kept = log.from() == 0 ? "" : " (kept from entry %,d on)".formatted(log.from());
        return log.name().equals(LogFiles.PUBLIC)
                ? "%s: %,d entries hold together".formatted(log.name(), log.size())
                : "%s: %,d entries%s, %,d uses, %,d numbers closed, %,d under way, %,d entries not counted yet"
                        .formatted(
                                log.name(),
                                log.size(),
                                kept,
                                log.uses(),
                                log.closed(),
                                log.underWay(),
                                log.uncounted());
    }
}
