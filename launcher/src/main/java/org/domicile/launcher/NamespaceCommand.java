package org.domicile.launcher;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Namespaces: what tables lie in. */
@Command(
        name = "namespace",
        description = {
            "Make, show and drop namespaces, in which tables lie.",
            "Each command acts as --credential: its organisation's catalog, under its purpose."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile namespace create travel"},
        subcommands = {
            NamespaceCommand.Create.class,
            NamespaceCommand.Listed.class,
            NamespaceCommand.Show.class,
            NamespaceCommand.Drop.class
        })
final class NamespaceCommand {
    /** What each of them takes. */
    abstract static class OfCatalog extends ServerCommand {
        @Mixin CatalogOptions catalog = new CatalogOptions();

        @Override
        public final Integer call() throws IOException {
            try (CatalogClient client = catalog.client(common)) {
                ask(client, output());
            }
            return 0;
        }

        abstract void ask(CatalogClient client, Output output) throws IOException;

        final DottedName name(String text) {
            try {
                return DottedName.parse(text);
            } catch (IllegalArgumentException e) {
                throw Input.wrong(spec, e);
            }
        }

        /** Of a table: it lies in a namespace. */
        final DottedName tableName(String text) {
            DottedName name = name(text);
            if (name.outer().isEmpty()) {
                throw Input.wrong(spec, "'" + text + "' says no namespace: write NAMESPACE.TABLE");
            }
            return name;
        }
    }

    /** Texts by name, as an object. */
    static Json.Row texts(Map<String, String> texts) {
        return new Json.Row(new LinkedHashMap<>(texts));
    }

    @Command(
            name = "create",
            description = "Make a namespace.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: ./domicile namespace create travel.air --property owner=Office"
            })
    static final class Create extends OfCatalog {
        @Parameters(
                paramLabel = "NAME",
                description = "Its levels with dots between; the outer ones have to be there.")
        String name = "";

        @Option(
                names = "--property",
                paramLabel = "KEY=VALUE",
                description = "Something to keep with it; may be repeated.")
        Map<String, String> properties = new LinkedHashMap<>();

        @Override
        void ask(CatalogClient client, Output output) throws IOException {
            DottedName wanted = name(name);
            Json.Row made =
                    client.ask(
                            CatalogClient.Call.with(
                                    "namespaces",
                                    Json.row(
                                            "namespace",
                                            wanted.levels(),
                                            "properties",
                                            texts(properties))));
            output.result(made, "namespace " + wanted + " is there");
        }
    }

    @Command(
            name = "list",
            description = "List namespaces.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile namespace list --json"})
    static final class Listed extends OfCatalog {
        @Parameters(
                arity = "0..1",
                paramLabel = "NAME",
                description = "Only those right in this one (default: all, with the inner ones).")
        String parent = "";

        @Override
        void ask(CatalogClient client, Output output) throws IOException {
            List<Json.Row> rows = new ArrayList<>();
            if (parent.isEmpty()) {
                below(client, List.of(), rows);
            } else {
                inside(client, name(parent).levels()).forEach(each -> rows.add(row(each)));
            }
            output.list(
                    rows,
                    new Table().field("name", "name"),
                    "no namespaces; make one: ./domicile namespace create NAME");
        }

        private static Json.Row row(List<String> levels) {
            return Json.row("name", new DottedName(levels).toString(), "levels", levels);
        }

        private static void below(CatalogClient client, List<String> parent, List<Json.Row> rows)
                throws IOException {
            for (List<String> each : inside(client, parent)) {
                rows.add(row(each));
                below(client, each, rows);
            }
        }

        /** Right in one; at the root for no levels. */
        static List<List<String>> inside(CatalogClient client, List<String> parent)
                throws IOException {
            List<List<String>> found = new ArrayList<>();
            for (Object each :
                    client.all(
                            "namespaces", "namespaces", "parent", String.join("\u001f", parent))) {
                if (each instanceof List<?> levels) {
                    found.add(levels.stream().map(String::valueOf).toList());
                }
            }
            return found;
        }
    }

    @Command(
            name = "show",
            description = "Show a namespace's properties.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile namespace show travel"})
    static final class Show extends OfCatalog {
        @Parameters(paramLabel = "NAME", description = "Its levels with dots between.")
        String name = "";

        @Override
        void ask(CatalogClient client, Output output) throws IOException {
            DottedName wanted = name(name);
            Json.Row found =
                    client.ask(
                            CatalogClient.Call.of("GET", CatalogClient.namespace(wanted.levels())));
            StringBuilder text = new StringBuilder("namespace " + wanted);
            found.row("properties")
                    .fields()
                    .forEach((key, value) ->
                            text.append("\n  ")
                                    .append(Table.visible(key))
                                    .append(" = ")
                                    .append(Table.visible(String.valueOf(value))));
            output.result(found, text.toString());
        }
    }

    @Command(
            name = "drop",
            description = "Drop a namespace that is empty.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile namespace drop travel.air"})
    static final class Drop extends OfCatalog {
        @Parameters(paramLabel = "NAME", description = "Its levels with dots between.")
        String name = "";

        @Override
        void ask(CatalogClient client, Output output) throws IOException {
            DottedName wanted = name(name);
            client.ask(CatalogClient.Call.of("DELETE", CatalogClient.namespace(wanted.levels())));
            output.result(
                    Json.row("name", wanted.toString(), "dropped", true),
                    "namespace " + wanted + " is gone");
        }
    }
}
