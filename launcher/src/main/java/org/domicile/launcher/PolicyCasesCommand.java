package org.domicile.launcher;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.domicile.admin.CaseForm;
import org.domicile.guard.Administration;
import org.domicile.policy.Evidence;
import org.domicile.policy.Policy;
import org.domicile.policy.UseOnRecord;
import org.domicile.verifier.DisclosureFile;
import org.domicile.verifier.LedgerFolder;
import org.domicile.verifier.TiledLog;
import org.domicile.verifier.Verdict;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Cases for an engine of Cedar from logs and disclosures alone. */
@Command(
        name = "cases",
        description = {
            "Make the cases of a disclosed day, as 'explain --last --json' does on a server, from a"
                    + " copy of the logs and the disclosures alone: no server and no data folder.",
            "The logs are checked as 'ledger verify' does; each opened value against its entry;"
                + " each register and each document of a role, a session or a bucket against the"
                + " digest that entries commit to; each policy against the digest in the entry and"
                + " the one in the public log. What is not so is said, and the command ends with"
                + " 1.",
            "Give the cases to any engine of Cedar, and compare its answers with theirs."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example: ./domicile policy cases day.disclosures --ledger ledger-copy --key keys.txt"
                    + " > cases"
        })
final class PolicyCasesCommand implements Callable<Integer> {
    private static final JsonFactory JSON = new JsonFactory();

    @Mixin CommonOptions common = new CommonOptions();
    @Spec CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "What 'disclose --day' wrote.")
    Path file = Path.of("");

    @Option(
            names = "--ledger",
            required = true,
            paramLabel = "DIR",
            description = "A copy of the logs: public/ and use/, the public log copied last.")
    Path ledger = Path.of("");

    @Option(
            names = "--key",
            required = true,
            paramLabel = "KEY|FILE",
            description =
                    "A verifier key, or a file with one a line; the public log's serve for all.")
    List<String> given = List.of();

    private final List<String> wrong = new ArrayList<>();

    @Override
    public Integer call() {
        Trust trust = Trust.given(given);
        DisclosedDay day = DisclosedDay.read(file);
        PublishedPolicies published = new PublishedPolicies();
        check(LogFiles.PUBLIC, trust, TiledLog.Options.plain().reading(published).whole());
        for (Evidence each : day.evidence()) {
            if (each instanceof Evidence.OfPolicies set) {
                published.unpublished(set).ifPresent(wrong::add);
            }
        }
        Function<UseOnRecord, Policy.Explanation> explaining = Policy.explaining(day.evidence());
        Output output = Output.of(spec, common);
        for (Map.Entry<String, Map<Long, List<DisclosureFile.Opening>>> log :
                day.openings().entrySet()) {
            DisclosedUses uses = new DisclosedUses(log.getKey(), log.getValue());
            check(
                    log.getKey(),
                    trust,
                    TiledLog.Options.plain()
                            .reading(uses)
                            .against(published.statements(), log.getKey()));
            wrong.addAll(uses.wrong());
            for (DisclosedUses.Use use : uses.found()) {
                made(use, explaining.apply(use.onRecord())).ifPresent(output.out()::println);
            }
        }
        output.out().flush();
        wrong.forEach(each -> output.err().println("WRONG: " + Table.visible(each)));
        if (!wrong.isEmpty()) {
            throw new Problem(
                    "%d things are not as the logs say; keep file and logs as they are, they are the evidence"
                            .formatted(wrong.size()));
        }
        return 0;
    }

    private void check(String name, Trust trust, TiledLog.Options options) {
        LogFiles log = LogFiles.in(ledger, name).getFirst();
        if (!LedgerFolder.belongs(log.origin(), name)) {
            throw new Problem("the folder " + name + " holds the checkpoint of another log");
        }
        Verdict verdict = new TiledLog(log.folder()).verify(trust.of(log.origin()), options);
        if (verdict instanceof Verdict.Refused refused) {
            throw new Problem(name + " does not hold: " + refused.sentence());
        }
    }

    /** A use that policy was never asked about is no case. */
    private Optional<String> made(DisclosedUses.Use use, Policy.Explanation explanation) {
        return switch (explanation) {
            case Policy.Explanation.Unexplained(String sentence) -> {
                if (!use.onRecord().read().isEmpty()) {
                    wrong.add(
                            "entry %d of %s: %s"
                                    .formatted(use.index(), use.decided().use().log(), sentence));
                }
                yield Optional.empty();
            }
            case Policy.Explanation.Explained made -> {
                StringWriter text = new StringWriter();
                try (JsonGenerator json = JSON.createGenerator(text)) {
                    CaseForm.write(json, new Administration.Explained(use.decided(), made));
                } catch (IOException e) {
                    throw new UncheckedIOException("memory does not fail", e);
                }
                yield Optional.of(text.toString());
            }
        };
    }
}
