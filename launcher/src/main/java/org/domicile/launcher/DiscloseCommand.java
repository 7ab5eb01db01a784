package org.domicile.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
            "With --day it opens what the decisions of a day read, for an auditor who makes them"
                    + " again ('policy cases'). It holds the whole register of that time, of all"
                    + " organisations, because that is what entries name by digest.",
            "The public log says at once which fields of which entry were disclosed, and commits to"
                    + " whom and why. What was disclosed cannot be taken back."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example: ./domicile disclose hospital/node-1/512 --fields principal,object,time --to"
                    + " 'Court of Audit, file 12' -o use.disclosure",
            "         ./domicile disclose --day 2027-01-31 --organisation hospital --to 'Court of"
                    + " Audit, file 12' -o day.disclosures"
        })
final class DiscloseCommand extends ServerCommand.OfOrganisation {
    @Parameters(
            arity = "0..1",
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
            names = "--day",
            paramLabel = "DAY",
            description = {
                "Instead of an entry: every use of this day (2027-01-31, in UTC) that can still be"
                        + " opened, with all that its decision read."
            })
    String day = "";

    @Option(
            names = "--fields",
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
        if (entry.isEmpty() == day.isEmpty()) {
            throw Input.wrong(spec, "say which: an entry, or --day DAY");
        }
        if (fields.isEmpty() == day.isEmpty()) {
            throw Input.wrong(
                    spec, "an entry needs --fields; of a day all is opened that decisions read");
        }
        return day.isEmpty() ? one(target) : day(target);
    }

    /** Piece by piece, the newest first, until all is told. */
    private int day(@Nullable Path target) {
        AdminClient admin = admin();
        String owner = owner(admin);
        Output output = output();
        Set<String> named = new HashSet<>();
        StringBuilder text = new StringBuilder();
        String before = "";
        long uses = 0;
        do {
            Json.Row asked =
                    before.isEmpty()
                            ? Json.row("organisation", owner, "day", day, "to", to)
                            : Json.row(
                                    "organisation", owner, "day", day, "to", to, "before", before);
            List<Json.Row> piece = new ArrayList<>();
            before = admin.lines("/v1/disclosures/day", asked, piece::add);
            for (Json.Row each : piece) {
                String digest = each.text("register") + each.text("policies");
                uses += digest.isEmpty() ? 1 : 0;
                if (digest.isEmpty() || named.add(digest)) {
                    text.append(each.line()).append('\n');
                }
            }
        } while (!before.isEmpty());
        if (target == null) {
            output.out().print(text);
        } else {
            EraseCommand.write(target, text.toString());
            output.result(
                    Json.row("file", target.toString(), "organisation", owner, "uses", uses),
                    "%s: %,d uses of %s on %s".formatted(target, uses, owner, day));
        }
        output.out().flush();
        return 0;
    }

    private int one(@Nullable Path target) {
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
