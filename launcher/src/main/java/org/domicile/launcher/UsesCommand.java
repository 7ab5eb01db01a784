package org.domicile.launcher;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Who did what, for which purpose, in which zone, allowed or refused. */
@Command(
        name = "uses",
        description = {
            "Show who used what, for which purpose, in which zone, allowed or refused; the newest"
                    + " stand last.",
            "Reading the record is a use too and stands in it.",
            "Of a sealed use only what is public is shown before its day, and no --bucket and no"
                    + " --subject finds it."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example: ./domicile uses --bucket archive --last 1h",
            "         ./domicile uses --subject p-1042 --last 30d"
        })
final class UsesCommand extends ServerCommand.OfOrganisation {
    private static final int MOST = 10_000;

    @Option(names = "--bucket", paramLabel = "NAME", description = "Only uses of this bucket.")
    String bucket = "";

    @Option(
            names = "--object",
            paramLabel = "PREFIX",
            description = "Only objects whose name in the bucket begins so.")
    String object = "";

    @Option(
            names = "--subject",
            paramLabel = "ID",
            description = {
                "Only what concerns a person, by the identifier that names, tags or requests hold;"
                        + " - reads it from standard input. The look itself concerns that person,"
                        + " and is told to her."
            })
    String subject = "";

    @Option(
            names = "--last",
            paramLabel = "SPAN",
            description = "How far back: 90s, 15m, 1h, 7d (default: 1h).")
    String last = "1h";

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "At most this many, the newest; up to 10000 (default: 1000).")
    int limit = 1_000;

    @ArgGroup Verdict verdict = new Verdict();

    /** One of the two, or none. */
    static final class Verdict {
        @Option(names = "--refused", description = "Only what was refused.")
        boolean refused;

        @Option(names = "--allowed", description = "Only what was allowed.")
        boolean allowed;

        String text() {
            return refused ? "refused" : allowed ? "allowed" : "";
        }
    }

    @Override
    public Integer call() {
        Duration span = Input.span(spec, last);
        if (limit < 1 || limit > MOST) {
            throw Input.wrong(spec, "--limit is from 1 to 10000");
        }
        if (bucket.isEmpty() && !object.isEmpty()) {
            throw Input.wrong(spec, "--object is a name in a bucket: say which with --bucket");
        }
        AdminClient admin = admin();
        String owner = owner(admin);
        Instant from = Instant.now().minus(span);
        String prefix = object.isEmpty() ? "" : bucket + "/" + object;
        List<Json.Row> newestFirst = new ArrayList<>();
        String before =
                admin.lines(
                        AdminClient.path(
                                "/v1/uses",
                                "organisation",
                                owner,
                                "bucket",
                                bucket,
                                "object",
                                prefix,
                                "from",
                                from.toString(),
                                "verdict",
                                verdict.text(),
                                "subject",
                                subject.isEmpty() ? "" : Input.quiet(subject),
                                "limit",
                                String.valueOf(limit)),
                        newestFirst::add);
        Collections.reverse(newestFirst);
        Output output = output();
        output.list(
                newestFirst,
                table(common.json ? Map.of() : names(admin)),
                "no uses in the last " + last + "; --last 7d looks further back");
        if (!before.isEmpty()) {
            output.err()
                    .printf(
                            "These are the newest %,d of more; --limit shows up to 10,000, a"
                                    + " shorter --last the newest.%n",
                            limit);
        }
        return 0;
    }

    private static Map<String, String> names(AdminClient admin) {
        Map<String, String> names = new HashMap<>();
        admin.list("/v1/principals").forEach(each -> names.put(each.text("id"), each.text("name")));
        return names;
    }

    private static Table table(Map<String, String> names) {
        return new Table()
                .column("time", row -> Times.second(row.text("at"), ZoneId.systemDefault()))
                .column(
                        "who",
                        row -> names.getOrDefault(row.text("principal"), row.text("principal")))
                .field("action", "action")
                .column("object", UsesCommand::object)
                .field("purpose", "purpose")
                .column("zone", UsesCommand::zones)
                .column("decision", UsesCommand::decision)
                .number(
                        "size",
                        row -> row.number("size") == 0 ? "" : Times.size(row.number("size")))
                .number("times", row -> row.number("count") > 1 ? row.text("count") : "");
    }

    /** One zone, or from where to where; what touches no data has the client's alone. */
    private static String zones(Json.Row row) {
        String data = row.text("dataZone");
        String client = row.text("clientZone");
        return data.equals(client) || data.isEmpty() ? client : data + " → " + client;
    }

    private static String object(Json.Row row) {
        String day = row.text("sealedUntil");
        return day.isEmpty() ? row.text("object") : "(sealed until " + day + ")";
    }

    private static String decision(Json.Row row) {
        if (row.text("verdict").equalsIgnoreCase("refused")) {
            return "refused: " + row.text("reason");
        }
        String outcome = row.text("outcome");
        return outcome.isEmpty() || outcome.equalsIgnoreCase("done")
                ? "allowed"
                : "allowed, " + outcome;
    }
}
