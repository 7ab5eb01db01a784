package org.domicile.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Opens fields of an entry for somebody. */
@Command(
        name = "disclose",
        description = {
            "Open chosen fields of an entry for somebody: a file with their values and the proof,"
                    + " which 'ledger check' and the stand-alone verifier check offline. The other"
                    + " fields stay closed.",
            "The public log says at once which fields of which entry were disclosed, and commits to"
                    + " whom and why. What was disclosed cannot be taken back."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example: ./domicile disclose hospital/node-1/512 --fields principal,object,time --to"
                    + " 'Court of Audit, file 12' -o use.disclosure"
        })
final class DiscloseCommand extends ServerCommand {
    @Parameters(
            paramLabel = "INDEX|USE",
            description = {
                "The entry's place in its log, or a use as x-domicile-use names it:"
                        + " ORGANISATION/NODE/NUMBER."
            })
    String entry = "";

    @Option(
            names = "--log",
            paramLabel = "NAME",
            description = "Which log INDEX is in (default: public).")
    String log = LogFiles.PUBLIC;

    @Option(
            names = "--fields",
            required = true,
            split = ",",
            paramLabel = "NAME",
            description = {
                "Which, with commas: of a use principal, credential, object, address, time, size,"
                        + " read (what the decision read),"
                        + " subject/0; of a public entry the names of its texts."
            })
    List<String> fields = List.of();

    @Option(
            names = "--to",
            required = true,
            paramLabel = "TEXT",
            description = "For whom, and why.")
    String to = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to write it (default: standard output).")
    @Nullable Path file;

    @Override
    public Integer call() {
        Path target = file;
        if (target != null && Files.exists(target)) {
            throw new Problem(target + " exists; name another file");
        }
        boolean use = entry.indexOf('/') >= 0;
        if (!use && !entry.matches("\\d{1,18}")) {
            throw Input.wrong(
                    spec, "say which entry: a place from 0 on, or ORGANISATION/NODE/NUMBER");
        }
        Json.Row made =
                admin().post(
                                "/v1/disclosures",
                                use
                                        ? Json.row("use", entry, "fields", fields, "to", to)
                                        : Json.row(
                                                "log", log, "index", entry, "fields", fields, "to",
                                                to));
        Output output = output();
        if (target != null) {
            EraseCommand.write(target, made.text("file"));
        }
        if (common.json) {
            output.out().println(made.line());
        } else if (target == null) {
            output.out().print(made.text("file"));
        } else {
            output.out()
                    .printf(
                            "%s: entry %s of %s, with %s%n",
                            target,
                            made.text("index"),
                            made.text("log"),
                            String.join(", ", fields));
        }
        output.out().flush();
        return 0;
    }
}
