package org.domicile.launcher;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Why a use was allowed or refused. */
@Command(
        name = "explain",
        description = {
            "Say which policies decided about a use, and from what.",
            "With --json it is a case that any engine of Cedar can decide again: policies, schema,"
                    + " entities, request, and the answer that they have to give.",
            "With --last it explains every use of that time, one JSON object a line: what an"
                    + " auditor needs to decide all of them again.",
            "Asking is a use too, and stands in the record."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example: ./domicile policy explain main/node-1/12",
            "         ./domicile policy explain 7 --log use/main/node-1 --json > case.json",
            "         ./domicile policy explain --last 24h --json > cases"
        })
final class PolicyExplainCommand extends ServerCommand.OfOrganisation {
    private static final String PAGE = "1000";

    @Parameters(
            arity = "0..1",
            paramLabel = "USE",
            description =
                    "ORGANISATION/NODE/NUMBER as the header x-domicile-use says it, or an index in"
                            + " the log of --log.")
    String use = "";

    @Option(names = "--log", paramLabel = "NAME", description = "The log that an index is in.")
    String log = "";

    @Option(
            names = "--last",
            paramLabel = "SPAN",
            description = "Instead of USE: every use of the last 90s, 15m, 1h, 7d.")
    String last = "";

    @Override
    public Integer call() {
        if (use.isEmpty() == last.isEmpty()) {
            throw Input.wrong(spec, "say which: USE, or --last SPAN");
        }
        return last.isEmpty() ? one() : all();
    }

    /** Oldest first is no use to anybody here; what is newest may still be open when it is read. */
    private int all() {
        if (!common.json || !log.isEmpty()) {
            throw Input.wrong(spec, "--last explains a whole log, and needs --json");
        }
        String from = Instant.now().minus(Input.span(spec, last)).toString();
        AdminClient admin = admin();
        String owner = owner(admin);
        Output output = output();
        String before = "";
        do {
            List<String> places = new ArrayList<>();
            before =
                    admin.lines(
                            AdminClient.path(
                                    "/v1/uses",
                                    "organisation",
                                    owner,
                                    "from",
                                    from,
                                    "before",
                                    before,
                                    "limit",
                                    PAGE),
                            row -> places.add(row.text("log") + "#" + row.text("index")));
            for (String each : places) {
                output.out().println(explained(admin, each).line());
            }
        } while (!before.isEmpty());
        output.out().flush();
        return 0;
    }

    private static Json.Row explained(AdminClient admin, String place) {
        return admin.object(AdminClient.path("/v1/uses/explanation", "use", place));
    }

    private int one() {
        boolean index = use.matches("[0-9]{1,18}");
        if (index && log.isEmpty()) {
            throw Input.wrong(spec, "an index needs its log: --log use/ORGANISATION/NODE");
        }
        if (!index && !log.isEmpty()) {
            throw Input.wrong(spec, "with --log name the use by its index in that log");
        }
        Json.Row answer = explained(admin(), index ? log + "#" + use : use);
        Output output = output();
        if (common.json) {
            output.out().println(answer.line());
        } else {
            say(output.out(), answer);
        }
        output.out().flush();
        return answer.text("unexplained").isEmpty() ? 0 : 1;
    }

    private static void say(PrintWriter out, Json.Row answer) {
        Json.Row of = answer.row("use");
        line(out, "use", "%s, number %s".formatted(of.text("log"), of.text("number")));
        line(out, "when", of.text("at"));
        line(out, "what", of.text("action") + " " + of.text("object"));
        line(
                out,
                "decision",
                of.text("verdict")
                        + (of.text("verdict").equals("refused") ? ": " + of.text("reason") : ""));
        line(out, "policies", answer.text("policy"));
        if (!answer.text("unexplained").isEmpty()) {
            out.println();
            out.println(Table.visible("It cannot be explained: " + answer.text("unexplained")));
            return;
        }
        line(out, "register", answer.text("register"));
        line(out, "who", name(answer.row("principal")));
        line(out, "on", name(answer.row("resource")));
        out.println();
        policies(out, answer);
        out.println("What they read:");
        line(out, "  context", answer.row("context").line());
        for (Json.Row each : answer.rows("entities")) {
            line(out, "  " + name(each.row("uid")), each.row("attrs").line());
        }
        if (!answer.text("verdict").equals(of.text("verdict"))
                || !answer.text("reason").equals(of.text("reason"))) {
            out.println();
            out.println(
                    Table.visible(
                            "Made again it says "
                                    + answer.text("verdict")
                                    + " ("
                                    + answer.text("reason")
                                    + "), which is not what is on record."));
        }
    }

    private static void policies(PrintWriter out, Json.Row answer) {
        Map<String, Object> texts = answer.row("policies").fields();
        List<String> reasons = answer.texts("reasons");
        boolean allowed = answer.text("decision").equals("allow");
        if (reasons.isEmpty()) {
            out.println("Nothing permits it.");
        }
        for (String each : reasons) {
            out.println((allowed ? "Permitted by " : "Forbidden by ") + Table.visible(each) + ":");
            text(out, String.valueOf(texts.getOrDefault(each, "")));
        }
        if (allowed) {
            out.println("No policy forbids it.");
        }
        for (Json.Row each : answer.rows("errors")) {
            out.println(
                    Table.visible(
                            "The policy "
                                    + each.text("policy")
                                    + " erred, which refuses everything: "
                                    + each.text("message")));
            text(out, String.valueOf(texts.getOrDefault(each.text("policy"), "")));
        }
        answer.rows("bounds").forEach(each -> bound(out, each));
        out.println();
    }

    /** What a session stays within. */
    private static void bound(PrintWriter out, Json.Row bound) {
        String document =
                bound.text("name").equals("role")
                        ? "The session's role"
                        : "The session's own policy";
        boolean allowed = bound.text("decision").equals("allow");
        out.println(document + (allowed ? " permits it." : " does not permit it."));
        for (String each : bound.texts("reasons")) {
            text(out, String.valueOf(bound.row("policies").fields().getOrDefault(each, "")));
        }
    }

    private static void text(PrintWriter out, String text) {
        text.lines().forEach(each -> out.println("    " + Table.visible(each)));
    }

    private static String name(Json.Row uid) {
        return uid.text("type") + "::\"" + uid.text("id") + "\"";
    }

    private static void line(PrintWriter out, String title, String text) {
        out.println(Table.visible("%-10s %s".formatted(title, text)));
    }
}
