package org.domicile.launcher;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Rules of tables: what their columns hold, and which rows purposes see. An operator's. */
final class TableRulesCommand {
    private TableRulesCommand() {}

    /** One that says or shows rules of a table. */
    abstract static class OfRules extends ServerCommand.OfOrganisation {
        @Parameters(
                index = "0",
                paramLabel = "TABLE",
                description = "NAMESPACE.TABLE; a level that has a dot stands in \"quotes\".")
        String name = "";

        final DottedName table() {
            DottedName found;
            try {
                found = DottedName.parse(name);
            } catch (IllegalArgumentException e) {
                throw Input.wrong(spec, String.valueOf(e.getMessage()));
            }
            if (found.outer().isEmpty()) {
                throw Input.wrong(spec, "'" + name + "' says no namespace: write NAMESPACE.TABLE");
            }
            return found;
        }

        /**
         * @param more names and values, one after the other
         */
        final Json.Row said(AdminClient admin, String path, Object... more) {
            DottedName table = table();
            List<Object> all =
                    new ArrayList<>(
                            List.of(
                                    "organisation",
                                    owner(admin),
                                    "namespace",
                                    table.outer(),
                                    "table",
                                    table.last()));
            all.addAll(List.of(more));
            return admin.post(path, Json.row(all.toArray()));
        }

        final void tell(Json.Row found) {
            Output output = output();
            if (output.json()) {
                output.result(found, "");
                return;
            }
            print(output.out(), found);
        }
    }

    /** Rules as people read them; nothing where there are none. */
    static void print(PrintWriter out, Json.Row rules) {
        if (!rules.rows("columns").isEmpty()) {
            new Table()
                    .field("column", "column")
                    .column("classes", Columns.list("classes"))
                    .field("otherwise", "otherwise")
                    .print(out, rules.rows("columns"));
        }
        if (!rules.rows("rows").isEmpty()) {
            new Table()
                    .column(
                            "purposes",
                            row ->
                                    row.texts("purposes").isEmpty()
                                            ? "all others"
                                            : String.join(", ", row.texts("purposes")))
                    .field("see rows where", "where")
                    .print(out, rules.rows("rows"));
        }
        out.flush();
    }

    @Command(
            name = "classes",
            description = {
                "Say which classes of data a column of a table holds.",
                "A purpose that does not list all of them sees the column as null, or, with"
                        + " --otherwise refuse, is refused a statement that names it. Direct"
                        + " engines are refused the whole table then: SQL applies the rules."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: ./domicile table classes travel.flights passenger --classes personal"
            })
    static final class Classes extends OfRules {
        @Parameters(index = "1", paramLabel = "COLUMN", description = "A column of the table.")
        String column = "";

        @Option(
                names = "--classes",
                split = ",",
                paramLabel = "CLASS",
                description = "What it holds; './domicile label classes' shows the words.")
        List<String> classes = List.of();

        @Option(
                names = "--otherwise",
                paramLabel = "mask|refuse",
                description =
                        "What becomes of the column for other purposes (default:"
                                + " ${DEFAULT-VALUE}).")
        String otherwise = "mask";

        @Option(names = "--remove", description = "Take the rule away.")
        boolean remove;

        @Override
        public Integer call() {
            if (remove != classes.isEmpty()) {
                throw Input.wrong(
                        spec,
                        remove
                                ? "--remove takes the rule away: no --classes go with it"
                                : "say what the column holds (--classes), or --remove");
            }
            Json.Row made =
                    said(
                            admin(),
                            "/v1/tables/classes",
                            "column",
                            column,
                            "classes",
                            classes,
                            "otherwise",
                            otherwise);
            output().result(made, "the rule of " + name + " is in force");
            return 0;
        }
    }

    @Command(
            name = "rows",
            description = {
                "Say which rows of a table purposes see.",
                "A condition compares columns with constants: =, <>, <, <=, >, >=, in, between,"
                        + " like, is null, and, or, not. 'true' shows all rows.",
                "Without --purpose it is for all purposes that have no rule of their own."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile table rows travel.flights --where \"delay<60\""})
    static final class Rows extends OfRules {
        @Option(
                names = "--where",
                paramLabel = "CONDITION",
                description = "What is true of the rows that are seen.")
        String where = "";

        @Option(
                names = "--purpose",
                split = ",",
                paramLabel = "PURPOSE",
                description = "Only for these purposes: organisation/name, or a name.")
        List<String> purposes = List.of();

        @Option(names = "--remove", description = "Take the rule away.")
        boolean remove;

        @Override
        public Integer call() {
            if (remove != where.isEmpty()) {
                throw Input.wrong(
                        spec,
                        remove
                                ? "--remove takes the rule away: no --where goes with it"
                                : "say which rows are seen (--where), or --remove");
            }
            Json.Row made = said(admin(), "/v1/tables/rows", "purposes", purposes, "where", where);
            output().result(made, "the rule of " + name + " is in force");
            return 0;
        }
    }

    @Command(
            name = "rules",
            description = "Show which classes columns of a table hold, and which rows are seen.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile table rules travel.flights"})
    static final class Show extends OfRules {
        @Override
        public Integer call() {
            AdminClient admin = admin();
            DottedName table = table();
            Json.Row found =
                    admin.object(
                            AdminClient.path(
                                    "/v1/tables/rules",
                                    "organisation",
                                    owner(admin),
                                    "namespace",
                                    String.join("\u001f", table.outer()),
                                    "table",
                                    table.last()));
            if (!output().json()
                    && found.rows("columns").isEmpty()
                    && found.rows("rows").isEmpty()) {
                output().out().println("no rules: every purpose that may read it sees all of it");
                output().out().flush();
                return 0;
            }
            tell(found);
            return 0;
        }
    }
}
