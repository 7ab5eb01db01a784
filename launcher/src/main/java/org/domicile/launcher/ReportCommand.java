package org.domicile.launcher;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.YearMonth;
import java.util.concurrent.Callable;
import org.domicile.register.Report;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The transparency report of a month, from the public log's files alone. */
@Command(
        name = "report",
        description = {
            "Make the transparency report of a month from the public log's files alone; the server"
                    + " may run or not. Whoever has a copy of the log makes the same bytes.",
            "It says what the entries say. Whether they are the log's own, 'ledger verify' says."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example: ./domicile report --month 2026-11",
            "Example: ./domicile report --month 2026-11 --from /tmp/copy --json"
        })
final class ReportCommand implements Callable<Integer> {
    @Mixin CommonOptions common = new CommonOptions();
    @Spec CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--month",
            required = true,
            paramLabel = "YYYY-MM",
            description = "Which month, in UTC.")
    String month = "";

    @Option(
            names = "--from",
            paramLabel = "DIR",
            description = "A copy of the public log's files (default: the data folder's own).")
    @Nullable Path from;

    @Override
    public Integer call() {
        YearMonth wanted = parsed();
        LogCopy log = LogCopy.in(from == null ? common.folder().path() : from);
        Report report = new Report(log.origin(), wanted);
        log.entries(report::read);
        if (report.size() == log.size() && !report.root().equals(log.root())) {
            throw new Problem(
                    "the entries in "
                            + log.folder()
                            + " are not those that its checkpoint signs; 'ledger verify' says"
                            + " more");
        }
        Output output = Output.of(spec, common);
        output.out().print(output.json() ? report.json() : report.markdown());
        output.out().flush();
        return 0;
    }

    private YearMonth parsed() {
        try {
            return YearMonth.parse(month);
        } catch (DateTimeException e) {
            throw Input.wrong(spec, "--month is '" + month + "'; write a month such as 2026-11");
        }
    }
}
