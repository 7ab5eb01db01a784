package org.domicile.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.domicile.verifier.DisclosureFile;
import org.domicile.verifier.ProofFile;
import org.domicile.verifier.Receipt;
import org.domicile.verifier.Refused;
import org.domicile.verifier.TiledLog;
import org.domicile.verifier.TrustPolicy;
import org.domicile.verifier.Verdict;
import org.domicile.verifier.VerifierKey;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The ledger: its logs, their keys, proofs and checks. */
@Command(
        name = "ledger",
        description = "Verify the logs of all uses, print their keys, make and check proofs.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile ledger verify"},
        subcommands = {
            LedgerVerifyCommand.class,
            LedgerAuditCommand.class,
            LedgerCommand.Key.class,
            LedgerCommand.Prove.class,
            LedgerCommand.Check.class,
            LedgerCommand.Show.class,
            LedgerCommand.Retention.class
        })
final class LedgerCommand {
    private LedgerCommand() {}

    @Command(
            name = "list",
            description = "List the logs, from their files.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile ledger list"})
    static final class Show implements Callable<Integer> {
        @Mixin CommonOptions common = new CommonOptions();
        @Spec CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            List<Json.Row> rows =
                    LogFiles.in(common.folder().ledger()).stream()
                            .map(log ->
                                    Json.row(
                                            "log",
                                            log.name(),
                                            "entries",
                                            log.size(),
                                            "origin",
                                            log.origin(),
                                            "folder",
                                            log.folder().toString()))
                            .toList();
            Table table =
                    new Table()
                            .field("log", "log")
                            .number("entries", row -> "%,d".formatted(row.number("entries")))
                            .field("origin", "origin")
                            .field("folder", "folder");
            Output.of(spec, common).list(rows, table, "no logs yet");
            return 0;
        }
    }

    @Command(
            name = "retention",
            description = {
                "Say for how many days uses are kept in the use logs (default: 400), or change it."
                    + " Older ones are dropped from the front of their logs, whole bundles at a"
                    + " time; the public log, which is never pruned, says so each time. Proofs that"
                    + " people hold stay valid."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile ledger retention --days 730 --organisation water"})
    static final class Retention extends ServerCommand {
        @Option(names = "--days", paramLabel = "N", description = "From now on: 1 to 36500.")
        String days = "";

        @Option(
                names = "--organisation",
                paramLabel = "NAME",
                description = "Whose (default: all that have no period of their own).")
        String organisation = "";

        @Override
        public Integer call() {
            AdminClient admin = admin();
            if (!days.isEmpty()) {
                admin.post(
                        "/v1/ledger/retention",
                        Json.row("days", days, "organisation", organisation));
            }
            List<Json.Row> rows =
                    admin.list("/v1/ledger/retention").stream()
                            .map(row ->
                                    Json.row(
                                            "organisation",
                                            row.text("organisation").isEmpty()
                                                    ? "(others)"
                                                    : row.text("organisation"),
                                            "days",
                                            row.number("days")))
                            .toList();
            Table table =
                    new Table()
                            .field("organisation", "organisation")
                            .number("days", row -> String.valueOf(row.number("days")));
            output().list(rows, table, "none");
            return 0;
        }
    }

    @Command(
            name = "key",
            description = {
                "Print the verifier keys of the running server's logs, one a line in the form of"
                        + " signed notes (name+id+key); the public log's Ed25519 key first.",
                "Give them to those who will check: a key is worth as much as the way on which it"
                        + " came."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile ledger key > keys.txt"})
    static final class Key extends ServerCommand {
        @Option(
                names = "--log",
                paramLabel = "NAME",
                description = "Only this log's (default: the public log's, then all others').")
        String log = "";

        @Override
        public Integer call() {
            AdminClient admin = admin();
            List<String> names = new ArrayList<>();
            if (log.isEmpty()) {
                names.add(LogFiles.PUBLIC);
                admin.list("/v1/ledger/logs").stream()
                        .map(row -> row.text("name"))
                        .filter(name -> !name.equals(LogFiles.PUBLIC))
                        .forEach(names::add);
            } else {
                names.add(log);
            }
            Output output = output();
            for (String name : names) {
                for (String key : keys(admin, name)) {
                    output.result(Json.row("log", name, "key", key), key);
                }
            }
            return 0;
        }
    }

    /** What the server names as keys of a log. */
    static List<String> keys(AdminClient admin, String log) {
        return admin.object(AdminClient.path("/v1/ledger/keys", "log", log)).texts("items");
    }

    @Command(
            name = "prove",
            description = {
                "Write the proof that an entry stands in a log to standard output (C2SP"
                    + " tlog-proof). 'uses --json' says log and index of each use; an S3 client's"
                    + " answer names its use in the header x-domicile-use."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: ./domicile ledger prove 12345 --log use/water/node-1 > use.tlog-proof"
            })
    static final class Prove extends ServerCommand {
        @Parameters(
                arity = "0..1",
                paramLabel = "INDEX",
                description = "The entry's place in its log, from 0.")
        long index = -1;

        @Option(
                names = "--log",
                paramLabel = "NAME",
                description = "Which log INDEX is in (default: public).")
        String log = LogFiles.PUBLIC;

        @Option(
                names = "--use",
                paramLabel = "ORGANISATION/NODE/NUMBER",
                description =
                        "Instead of INDEX: a use, as the header x-domicile-use of an answer named"
                                + " it.")
        String use = "";

        @Override
        public Integer call() {
            if (use.isEmpty() == index < 0) {
                throw Input.wrong(
                        spec, "say which entry: INDEX, a place from 0 on, or --use, a use's name");
            }
            String proof =
                    admin().text(
                                    use.isEmpty()
                                            ? AdminClient.path(
                                                    "/v1/ledger/proof",
                                                    "log",
                                                    log,
                                                    "index",
                                                    String.valueOf(index))
                                            : AdminClient.path("/v1/ledger/proof", "use", use));
            Output output = output();
            if (common.json) {
                output.out().println(Json.row("proof", proof).line());
            } else {
                output.out().print(proof);
            }
            output.out().flush();
            return 0;
        }
    }

    @Command(
            name = "check",
            description = {
                "Check a proof, a disclosure or the confirmation of an erasure offline: no server"
                        + " and no data folder is needed.",
                "Or hold a receipt, which a client got that sent 'x-domicile-receipt: on', against"
                    + " a copy of the log that it names (--log): exit code 1 and the word hidden"
                    + " prove that the use was left out."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: ./domicile ledger check use.tlog-proof --key keys.txt",
                "Example: ./domicile ledger check use.receipt --key keys.txt --log"
                        + " copy/use/main/node-1"
            })
    static final class Check implements Callable<Integer> {
        private static final int LARGEST = 4 << 20;

        @Mixin CommonOptions common = new CommonOptions();
        @Spec CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "FILE", description = "The proof, or the receipt.")
        Path file = Path.of("");

        @Option(
                names = "--key",
                paramLabel = "KEY|FILE",
                description = {
                    "A verifier key, or a file with one a line; each of the log's name must have"
                            + " signed. The public log's keys serve for all logs of its"
                            + " installation."
                })
        List<String> keys = List.of();

        @Option(
                names = "--policy",
                paramLabel = "FILE",
                description =
                        "A C2SP tlog-policy: its quorum of witnesses must have cosigned, and its"
                                + " logs' keys serve where no --key is given.")
        @Nullable Path policy;

        @Option(
                names = "--log",
                paramLabel = "DIR",
                description = "For a receipt: the folder of the use log that it names.")
        @Nullable Path log;

        @Override
        public Integer call() {
            TrustPolicy demanded = Trust.policy(policy);
            Trust trust = keys.isEmpty() ? Trust.named(spec, demanded) : Trust.given(keys);
            byte[] file = read();
            if (log != null) {
                return receipt(file, trust, log);
            }
            boolean disclosure = DisclosureFile.is(file);
            byte[] proof = disclosure ? DisclosureFile.proofIn(file) : file;
            // only to choose keys by: what the proof says is checked below
            String text = new String(proof, StandardCharsets.UTF_8);
            int blank = text.indexOf("\n\n");
            String origin =
                    blank < 0 ? "" : text.substring(blank + 2).lines().findFirst().orElse("");
            List<VerifierKey> trusted = trust.of(origin);
            if (disclosure) {
                return switch (DisclosureFile.check(file, trusted, demanded)) {
                    case DisclosureFile.Checked.Opened opened ->
                            proven(opened.proven(), opened.openings());
                    case DisclosureFile.Checked.Disproven disproven ->
                            throw disproven(disproven.refused(), "disclosure");
                };
            }
            return switch (ProofFile.check(proof, trusted, demanded)) {
                case ProofFile.Checked.Proven proven -> proven(proven, List.of());
                case ProofFile.Checked.Disproven disproven ->
                        throw disproven(disproven.refused(), "proof");
            };
        }

        private int proven(ProofFile.Checked.Proven proven, List<DisclosureFile.Opening> openings) {
            String entry = new String(proven.entry(), StandardCharsets.UTF_8);
            StringBuilder opened = new StringBuilder();
            Map<String, Object> fields = new TreeMap<>();
            for (DisclosureFile.Opening each : openings) {
                fields.put(each.field(), each.value());
                opened.append("%n  %s: %s".formatted(each.field(), Table.visible(each.value())));
            }
            Output.of(spec, common)
                    .result(
                            Json.row(
                                    "proven",
                                    true,
                                    "origin",
                                    proven.checkpoint().origin(),
                                    "index",
                                    proven.index(),
                                    "size",
                                    proven.checkpoint().size(),
                                    "signers",
                                    proven.checkpoint().signers(),
                                    "entry",
                                    entry,
                                    "fields",
                                    new Json.Row(fields)),
                            "proven: entry %,d of %,d in %s, signed by %s%n%s%s"
                                    .formatted(
                                            proven.index(),
                                            proven.checkpoint().size(),
                                            proven.checkpoint().origin(),
                                            String.join(" and ", proven.checkpoint().signers()),
                                            Table.visible(entry),
                                            opened));
            return 0;
        }

        private Problem disproven(Verdict.Refused refused, String what) {
            String why = Table.visible(refused.sentence());
            if (common.json) {
                Output output = Output.of(spec, common);
                output.out().println(Json.row("proven", false, "why", why).line());
                output.out().flush();
            }
            return new Problem("the " + what + " does not hold: " + why);
        }

        private int receipt(byte[] file, Trust trust, Path folder) {
            try {
                Receipt receipt = Receipt.parse(file);
                receipt.verify(trust.keys());
                Receipt.Held held =
                        receipt.against(
                                new TiledLog(folder), trust.keys(), TiledLog.Options.plain());
                String said =
                        switch (held) {
                            case Receipt.Held.Kept(long index, byte[] entry) ->
                                    "kept: use %,d is entry %,d of %s%n%s"
                                            .formatted(
                                                    receipt.number(),
                                                    index,
                                                    receipt.origin(),
                                                    Table.visible(
                                                            new String(
                                                                    entry,
                                                                    StandardCharsets.UTF_8)));
                            case Receipt.Held.TooEarly(String newest) ->
                                    "too early: this copy of the log ends at %s and the receipt is of %s; make a new copy"
                                            .formatted(newest, receipt.minute());
                            case Receipt.Held.Pruned(long from) ->
                                    "pruned: the log is kept from entry %,d on, which is later than the receipt"
                                            .formatted(from);
                            case Receipt.Held.Hidden(String why) ->
                                    "hidden: %s; the receipt is the proof, keep both"
                                            .formatted(why);
                        };
                String word = said.substring(0, said.indexOf(':'));
                Output.of(spec, common)
                        .result(
                                Json.row(
                                        "held", word,
                                        "origin", receipt.origin(),
                                        "number", receipt.number(),
                                        "minute", receipt.minute(),
                                        "says", said),
                                said);
                return held instanceof Receipt.Held.Hidden ? 1 : 0;
            } catch (Refused e) {
                throw new Problem(
                        "the receipt does not hold: " + Table.visible(e.verdict().sentence()));
            }
        }

        private byte[] read() {
            try {
                if (Files.size(file) > LARGEST) {
                    throw new Problem(file + " is longer than a proof can be");
                }
                return Files.readAllBytes(file);
            } catch (IOException e) {
                throw new Problem("cannot read the proof " + file + ": " + e.getMessage());
            }
        }
    }
}
