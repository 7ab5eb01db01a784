package org.domicile.launcher;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.domicile.admin.Checking.Wrong;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Looks for what is wrong with a data folder, through its server or without one. */
@Command(
        name = "check",
        description = {
            "Read all that is stored and say what is wrong with it; nothing is mended.",
            "A running server checks itself, at the rate of upkeep.rate; a stopped folder is opened"
                    + " by the command, with its lock, as fast as the disk is.",
            "Exit code 0: nothing is wrong. 1: something is, or it could not be checked."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example: ./domicile check", "Example: ./domicile check --last"})
final class CheckCommand implements Callable<Integer> {
    /** Each look is a use on record, so a long check is looked at less and less often. */
    private static final int LONGEST_SECONDS = 30;

    private static final int LOOKS_A_STEP = 15;

    @Mixin CommonOptions common = new CommonOptions();
    @Mixin SettingsOptions options = new SettingsOptions();
    @Spec CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--last",
            description = "Only tell what the last check of a running server found.")
    boolean last;

    @Option(
            names = "--without-keys",
            description =
                    "Of a stopped folder whose keys are not here: verify the sealed bytes alone.")
    boolean withoutKeys;

    @Option(
            names = "--recount",
            description =
                    "Of a stopped folder: have its counters counted anew at the next start; nothing"
                            + " is checked.")
    boolean recount;

    private long told;

    @Override
    public Integer call() throws InterruptedException {
        Folder folder = common.folder();
        Optional<Endpoints> server = Endpoints.running(folder);
        if (server.isPresent()) {
            if (withoutKeys || recount) {
                throw new Problem(
                        "--without-keys and --recount are for a stopped folder: end the server"
                                + " first, with: "
                                + common.again("down"));
            }
            AdminClient admin = AdminClient.of(folder, server.get());
            return last ? tellLast(admin) : follow(admin);
        }
        folder.heldBy()
                .ifPresent(sentence -> {
                    throw new Problem(sentence);
                });
        if (last) {
            throw new Problem("no server runs on " + folder.path() + " that could tell");
        }
        return stopped(folder);
    }

    // through a server

    private int tellLast(AdminClient admin) {
        Json.Row state = admin.object("/v1/check");
        boolean never = Instant.parse(state.text("ended")).equals(Instant.EPOCH);
        if (never && state.number("wrong") == 0) {
            output().result(state, "nothing was checked yet; do it with: " + common.again("check"));
            return 0;
        }
        return result(state);
    }

    private int follow(AdminClient admin) throws InterruptedException {
        Json.Row state = admin.post("/v1/check", Json.row());
        try (Progress progress = Progress.bytes(output().err(), state.number("total"))) {
            long shown = 0;
            for (int asked = 0; isRunning(state); asked++) {
                long done = state.number("done");
                progress.add(Math.max(0, done - shown), state.number("versions") + " versions");
                shown = Math.max(shown, done);
                int seconds = Math.min(LONGEST_SECONDS, 1 + asked / LOOKS_A_STEP);
                Thread.sleep(Duration.ofSeconds(seconds));
                state = admin.object("/v1/check");
            }
        }
        if (!state.text("began").isEmpty()
                && Instant.parse(state.text("began")).isAfter(Instant.parse(state.text("ended")))) {
            throw new Problem(
                    "the check did not go through: log/server.log in the data folder says why, and"
                            + " it goes on by itself");
        }
        return result(state) + ledger(LedgerCommand.keys(admin, LogFiles.PUBLIC)) == 0 ? 0 : 1;
    }

    private static boolean isRunning(Json.Row state) {
        return Boolean.TRUE.equals(state.fields().get("running"));
    }

    private int result(Json.Row state) {
        for (Json.Row each : state.rows("findings")) {
            tell(
                    new Wrong(
                            each.text("kind"),
                            each.text("bucket"),
                            each.text("key"),
                            each.text("version"),
                            each.text("what"),
                            each.text("next")));
        }
        return sum(state.number("versions"), state.number("done"), state.number("wrong"));
    }

    // without a server

    private int stopped(Folder folder) {
        Disk disk = Disk.real();
        try {
            folder.check(disk);
            if (!Files.exists(folder.format())) {
                throw new Problem(
                        "there is no data folder at "
                                + folder.path()
                                + "; name it with --data, or in DOMICILE_DATA");
            }
            Settings settings = options.settings();
            StoppedCheck check = new StoppedCheck(folder, settings, this::tell, output().err());
            if (recount) {
                check.recount();
                output().result(
                                Json.row("recount", true),
                                "all that is stored is counted anew when the server starts: "
                                        + common.again("up"));
                return 0;
            }
            if (withoutKeys) {
                StoppedCheck.Sum sum = check.sealed();
                return sum(sum.versions(), sum.bytes(), told);
            }
            StoppedCheck.Sum sum = check.opened();
            return sum(sum.versions(), sum.bytes(), told) + ledger(sum.keys()) == 0 ? 0 : 1;
        } catch (Folder.Taken e) {
            throw new Problem(String.valueOf(e.getMessage()));
        } catch (StorageFailure e) {
            throw new Problem(
                    "it cannot be checked: %s%s"
                            .formatted(
                                    e.getMessage(),
                                    withoutKeys
                                            ? ""
                                            : "; where it is the keys that are missing,"
                                                    + " --without-keys verifies the rest"));
        } catch (IOException e) {
            throw new Problem("it cannot be checked: " + e.getMessage());
        }
    }

    // both

    /**
     * The ledger's files, which the verifier reads without anything of ours.
     *
     * @param keys of the public log, as this installation has them
     */
    private int ledger(List<String> keys) {
        if (LogFiles.in(common.folder().ledger()).isEmpty()) {
            return 0;
        }
        List<String> arguments = new ArrayList<>();
        arguments.addAll(List.of("--json", "--data", common.folder().path().toString()));
        keys.forEach(key -> arguments.addAll(List.of("--key", key)));
        StringWriter verdicts = new StringWriter();
        int code =
                Main.ready(new CommandLine(new LedgerVerifyCommand()))
                        .setOut(new PrintWriter(verdicts, true))
                        .setErr(output().err())
                        .execute(arguments.toArray(String[]::new));
        long logs = 0;
        long entries = 0;
        for (String line : verdicts.toString().lines().toList()) {
            Json.Row verdict = AdminClient.parse(line.getBytes(StandardCharsets.UTF_8));
            if (Boolean.TRUE.equals(verdict.fields().get("sound"))) {
                logs++;
                entries += verdict.number("size");
            } else {
                tell(
                        new Wrong(
                                "broken-log",
                                "",
                                verdict.text("log"),
                                "",
                                verdict.text("where") + ": " + verdict.text("why"),
                                "keep the files as they are, and find out who changed them"));
            }
        }
        output().result(
                        Json.row("logs", logs, "entries", entries),
                        "the files of %,d logs hold together, %,d entries"
                                .formatted(logs, entries));
        return code;
    }

    private void tell(Wrong wrong) {
        told++;
        Output output = output();
        if (output.json()) {
            output.out()
                    .println(
                            Json.row(
                                            "kind", wrong.kind(),
                                            "bucket", wrong.bucket(),
                                            "key", wrong.key(),
                                            "version", wrong.version(),
                                            "what", wrong.what(),
                                            "next", wrong.next())
                                    .line());
        } else {
            output.out().println(wrong.kind() + place(wrong) + ": " + Table.visible(wrong.what()));
            output.out().println("    " + wrong.next());
        }
        output.out().flush();
    }

    private static String place(Wrong wrong) {
        StringBuilder place = new StringBuilder();
        if (!wrong.bucket().isEmpty()) {
            place.append(" in bucket ").append(Table.visible(wrong.bucket()));
        }
        if (!wrong.key().isEmpty()) {
            place.append(", key ").append(Table.visible(wrong.key()));
        }
        if (!wrong.version().isEmpty()) {
            place.append(", version ").append(wrong.version());
        }
        return place.toString();
    }

    private int sum(long versions, long bytes, long wrong) {
        String read = "%,d versions and parts (%s)".formatted(versions, Times.size(bytes));
        output().result(
                        Json.row("versions", versions, "bytes", bytes, "wrong", wrong),
                        wrong == 0
                                ? "read " + read + ": nothing is wrong"
                                : "read %s: %,d %s wrong"
                                        .formatted(
                                                read,
                                                wrong,
                                                wrong == 1 ? "thing is" : "things are"));
        return wrong == 0 ? 0 : 1;
    }

    private Output output() {
        return Output.of(spec, common);
    }
}
