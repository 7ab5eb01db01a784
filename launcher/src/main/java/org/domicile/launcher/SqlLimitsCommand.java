package org.domicile.launcher;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What SQL of an organisation may take: shown, or set. */
@Command(
        name = "sql",
        description = {
            "Show what SQL of an organisation may take, or set it. What is not said stays as it is;"
                    + " --usual takes back all that was set.",
            "It holds for sessions that begin afterwards."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Without an option it shows.",
            "Example: ./domicile organisation sql water --sessions 8 --memory 2GiB --time 5m"
        })
final class SqlLimitsCommand extends ServerCommand {
    @Parameters(paramLabel = "NAME", description = "Whose.")
    String name = "";

    @Option(names = "--memory", paramLabel = "SIZE", description = "Of a session's engine.")
    String memory = "";

    @Option(names = "--threads", paramLabel = "COUNT", description = "Of a session's engine.")
    String threads = "";

    @Option(
            names = "--time",
            paramLabel = "SPAN",
            description = "Of one statement, to its last row, such as 90s or 10m.")
    String time = "";

    @Option(names = "--rows", paramLabel = "COUNT", description = "Of one result.")
    String rows = "";

    @Option(
            names = "--staging",
            paramLabel = "SIZE",
            description = "Of a session's staged columns, in memory.")
    String staging = "";

    @Option(
            names = "--spill",
            paramLabel = "SIZE",
            description = "What a session may spill, encrypted; 0 for nothing.")
    String spill = "";

    @Option(names = "--sessions", paramLabel = "COUNT", description = "At a time.")
    String sessions = "";

    @Option(names = "--usual", description = "What the configuration says for all (sql.*).")
    boolean usual;

    @Override
    public Integer call() {
        AdminClient admin = admin();
        String path = "/v1/organisations/" + AdminClient.segment(name) + "/sql";
        Map<String, Object> wanted = wanted();
        if (usual && !wanted.isEmpty()) {
            throw Input.wrong(spec, "--usual takes back everything: nothing else goes with it");
        }
        Json.Row held;
        if (usual) {
            held = admin.post(path, Json.row("limits", "usual"));
        } else {
            held = admin.object(path);
            if (!wanted.isEmpty()) {
                Map<String, Object> all = new LinkedHashMap<>();
                all.put("limits", "own");
                for (String each :
                        new String[] {
                            "memory", "threads", "milliseconds", "rows", "staging", "spill"
                        }) {
                    all.put(each, Long.toString(held.number(each)));
                }
                all.put("sessions", Long.toString(held.number("mostSessions")));
                all.putAll(wanted);
                held = admin.post(path, new Json.Row(all));
            }
        }
        if (output().json()) {
            output().result(held, "");
        } else {
            tell(output().out(), held);
        }
        return 0;
    }

    private Map<String, Object> wanted() {
        Map<String, Object> wanted = new LinkedHashMap<>();
        put(wanted, "memory", size("--memory", memory));
        put(wanted, "threads", count("--threads", threads));
        put(
                wanted,
                "milliseconds",
                time.isEmpty() ? "" : Long.toString(Input.span(spec, time).toMillis()));
        put(wanted, "rows", count("--rows", rows));
        put(wanted, "staging", size("--staging", staging));
        put(wanted, "spill", spill.equals("0") ? "0" : size("--spill", spill));
        put(wanted, "sessions", count("--sessions", sessions));
        return wanted;
    }

    private static void put(Map<String, Object> wanted, String name, String value) {
        if (!value.isEmpty()) {
            wanted.put(name, value);
        }
    }

    private String size(String option, String text) {
        OptionalLong size = text.isEmpty() ? OptionalLong.empty() : Sizes.parse(text);
        if (text.isEmpty() || size.isPresent()) {
            return text.isEmpty() ? "" : Long.toString(size.getAsLong());
        }
        throw Input.wrong(spec, option + " takes a size such as 2GiB, not " + text);
    }

    private String count(String option, String text) {
        if (text.matches("\\d{0,18}")) {
            return text;
        }
        throw Input.wrong(spec, option + " takes a whole number, not " + text);
    }

    private static void tell(PrintWriter out, Json.Row held) {
        out.printf(
                Locale.ROOT,
                "SQL of %s, %s:%n",
                Table.visible(held.text("organisation")),
                held.text("whose").equals("own")
                        ? "by limits of its own"
                        : "by what the configuration says for all");
        out.printf(
                Locale.ROOT,
                "  %,d of %,d sessions%n",
                held.number("sessions"),
                held.number("mostSessions"));
        out.printf(
                Locale.ROOT,
                "  each with %s of memory, %,d threads, %s staged, %s spilled%n",
                Times.size(held.number("memory")),
                held.number("threads"),
                Times.size(held.number("staging")),
                Times.size(held.number("spill")));
        out.printf(
                Locale.ROOT,
                "  a statement takes at most %s and answers %,d rows%n",
                Times.human(Duration.ofMillis(held.number("milliseconds"))),
                held.number("rows"));
        out.flush();
    }
}
