package org.domicile.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.domicile.verifier.LedgerFolder;
import org.domicile.verifier.Statements;
import org.domicile.verifier.TiledLog;
import org.domicile.verifier.TrustPolicy;
import org.domicile.verifier.Verdict;
import org.domicile.verifier.VerifierKey;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Recomputes logs from their files alone, whether the server runs or not. */
@Command(
        name = "verify",
        description = {
            "Recompute the public log and each use log from their files alone: every entry, every"
                    + " tile, the root, the signatures; and compare each use log with what the"
                    + " public log states of it, so that one that was taken away, rolled back or"
                    + " exchanged is found. The server may run or not.",
            "It says which keys it trusted: those of --key; or those that this user's file of known"
                    + " keys remembers; or, the first time, those that the running server names."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example: ./domicile ledger verify --key keys.txt"})
final class LedgerVerifyCommand implements Callable<Integer> {
    private static final int ATTEMPTS = 3;

    @Mixin CommonOptions common = new CommonOptions();
    @Spec CommandSpec spec = CommandSpec.create();

    @Option(names = "--log", paramLabel = "NAME", description = "Only this log (default: all).")
    String log = "";

    @Option(
            names = "--key",
            paramLabel = "KEY|FILE",
            description = {
                "A verifier key that came another way than from this server, or a file with one a"
                    + " line; each of a log's name must have signed. The public log's keys serve"
                    + " for all logs of its installation."
            })
    List<String> given = List.of();

    @Option(
            names = "--known",
            paramLabel = "FILE",
            description = "The file of known keys (default: ~/.config/domicile/known-logs).")
    @Nullable Path known;

    private TrustPolicy demanded = TrustPolicy.none();

    @Option(
            names = "--policy",
            paramLabel = "FILE",
            description = {
                "A C2SP tlog-policy: its quorum of witnesses must have cosigned the public log; its"
                        + " logs' keys serve where no --key is given."
            })
    @Nullable Path policy;

    @Override
    public Integer call() {
        demanded = Trust.policy(policy);
        Path ledger = common.folder().ledger();
        List<LogFiles> logs = LogFiles.in(ledger, log);
        Trust trust =
                !given.isEmpty()
                        ? Trust.given(given)
                        : !demanded.logs().isEmpty()
                                ? Trust.named(spec, demanded)
                                : found(logs.getFirst());
        Output output = Output.of(spec, common);
        // The public log says what the others must be, so it is read even where one log is asked
        // for; and first, because a running server publishes it last.
        List<LogFiles> all = LogFiles.in(ledger);
        Statements statements = new Statements();
        int refused = 0;
        int checked = 0;
        for (LogFiles each : all) {
            boolean asked = log.isEmpty() || each.name().equals(log);
            if (asked || each.name().equals(LogFiles.PUBLIC)) {
                Verdict verdict = verify(output, each, trust, statements);
                boolean sound = verdict instanceof Verdict.Sound;
                if (asked || !sound) {
                    tell(output, each.name(), trust, verdict);
                    checked++;
                    refused += sound ? 0 : 1;
                }
            }
        }
        for (String name : log.isEmpty() ? statements.logs() : Set.<String>of()) {
            if (all.stream().noneMatch(each -> each.name().equals(name))) {
                tell(output, name, trust, statements.missing(name).orElseThrow());
                checked++;
                refused++;
            }
        }
        if (!output.json()) {
            output.out().println("trusted: " + trust.why());
            trust.keys()
                    .forEach(key ->
                            output.out().printf("  %s, id %08x%n", key.toString(), key.id()));
        }
        output.out().flush();
        if (refused > 0) {
            throw new Problem(
                    "%d of %d logs do not hold; keep the files as they are and ask who changed them"
                            .formatted(refused, checked));
        }
        return 0;
    }

    /** Origins are the installation's own beginning with the log's name after it. */
    private Trust found(LogFiles log) {
        String origin = log.origin();
        if (!LedgerFolder.belongs(origin, log.name())) {
            throw new Problem(misplaced(log));
        }
        String beginning = origin.substring(0, origin.length() - log.name().length());
        List<String> named =
                Endpoints.running(common.folder())
                        .map(server -> AdminClient.of(common.folder(), server))
                        .map(admin -> LedgerCommand.keys(admin, LogFiles.PUBLIC))
                        .orElse(List.of());
        return Trust.found(
                beginning + LogFiles.PUBLIC, known == null ? Trust.usualFile() : known, named);
    }

    private static String misplaced(LogFiles log) {
        return "the folder %s holds the checkpoint of another log, %s"
                .formatted(log.name(), Table.visible(log.origin()));
    }

    private Verdict verify(Output output, LogFiles log, Trust trust, Statements statements) {
        if (!LedgerFolder.belongs(log.origin(), log.name())) {
            return new Verdict.Refused("checkpoint", misplaced(log));
        }
        List<VerifierKey> keys = trust.of(log.origin());
        for (int attempt = 1; ; attempt++) {
            byte[] before = checkpoint(log);
            Verdict verdict = once(output, log, keys, statements);
            // A running server replaces partial tiles while we read: then the checkpoint has moved.
            if (verdict instanceof Verdict.Sound
                    || attempt == ATTEMPTS
                    || Arrays.equals(before, checkpoint(log))) {
                return verdict;
            }
        }
    }

    private Verdict once(
            Output output, LogFiles log, List<VerifierKey> keys, Statements statements) {
        try (Progress progress = Progress.count(output.err(), log.size(), "entries")) {
            long[] told = new long[1];
            TiledLog.Options plain =
                    new TiledLog.Options(
                            Optional.empty(),
                            done -> {
                                progress.add(done - told[0], log.name());
                                told[0] = done;
                            });
            return new TiledLog(log.folder())
                    .verify(
                            keys,
                            log.name().equals(LogFiles.PUBLIC)
                                    ? plain.reading(statements).whole().demanding(demanded)
                                    : plain.against(statements, log.name()));
        }
    }

    private static byte[] checkpoint(LogFiles log) {
        try {
            return Files.readAllBytes(log.folder().resolve("checkpoint"));
        } catch (IOException e) {
            return new byte[0]; // the check itself says so
        }
    }

    private static void tell(Output output, String log, Trust trust, Verdict verdict) {
        switch (verdict) {
            case Verdict.Sound sound -> {
                List<Object> signers = new ArrayList<>(sound.signers());
                output.result(
                        Json.row(
                                "log",
                                log,
                                "sound",
                                true,
                                "origin",
                                sound.origin(),
                                "from",
                                sound.from(),
                                "size",
                                sound.size(),
                                "root",
                                sound.root(),
                                "signers",
                                signers,
                                "signed",
                                sound.signed().map(String::valueOf).orElse(""),
                                "trusted",
                                trust.source()),
                        "%s: %,d entries hold together%s, root %s, signed with %s"
                                .formatted(
                                        log,
                                        sound.size(),
                                        sound.from() == 0
                                                ? ""
                                                : ", kept from entry %,d on"
                                                        .formatted(sound.from()),
                                        sound.root(),
                                        algorithms(sound.signers())));
            }
            case Verdict.Refused refused -> {
                output.result(
                        Json.row(
                                "log",
                                log,
                                "sound",
                                false,
                                "where",
                                refused.where(),
                                "why",
                                refused.what(),
                                "trusted",
                                trust.source()),
                        log + ": REFUSED: " + Table.visible(refused.sentence()));
            }
        }
    }

    /** The names are the log's own: what they sign with is what is new to the reader. */
    private static String algorithms(List<String> signers) {
        return String.join(
                " and ",
                signers.stream()
                        .map(signer -> signer.replaceFirst("^.* \\((.*)\\)$", "$1"))
                        .toList());
    }
}
