package org.domicile.launcher;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Named keys: what objects can be sealed under beside their bucket's key. */
@Command(
        name = "key",
        description = {
            "Make, list and destroy named keys of an organisation.",
            "A client that asks for aws:kms names one; what it then stores is sealed under the"
                    + " bucket's key and that one together."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile key create records"},
        subcommands = {KeyCommand.Create.class, KeyCommand.Show.class, KeyCommand.Destroy.class})
final class KeyCommand {
    @Command(
            name = "create",
            description = {
                "Give an organisation a named key.",
                "The one that is called default is meant where a client names none."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile key create default --organisation water"})
    static final class Create extends ServerCommand.OfOrganisation {
        @Parameters(paramLabel = "NAME", description = "Small letters, digits and hyphens.")
        String name = "";

        @Override
        public Integer call() {
            AdminClient admin = admin();
            String owner = owner(admin);
            Json.Row made = admin.post("/v1/keys", Json.row("organisation", owner, "name", name));
            output().result(
                            made,
                            "key %s of %s is there: --sse aws:kms --sse-kms-key-id %s"
                                    .formatted(name, owner, name));
            return 0;
        }
    }

    @Command(
            name = "list",
            description = "List named keys, those that were destroyed too.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile key list --json"})
    static final class Show extends ServerCommand.Listing {
        @Override
        public Integer call() {
            List<Json.Row> rows = listed(admin(), "/v1/keys");
            Table table =
                    new Table()
                            .field("name", "name")
                            .field("organisation", "organisation")
                            .field("key", "key")
                            .field("destroyed", "destroyed")
                            .column("created", Columns.minute("created"));
            output().list(rows, table, "no named keys; make one: ./domicile key create NAME");
            return 0;
        }
    }

    @Command(
            name = "destroy",
            description = {
                "Destroy a named key, for ever: nobody can read what is sealed under it any more.",
                "Refused while a retention or a legal hold keeps an object under it. A copy of the"
                        + " key store must not outlive it: docs/operate says how."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile key destroy records --confirm records"})
    static final class Destroy extends ServerCommand.OfOrganisation {
        @Parameters(paramLabel = "NAME", description = "The key's name; 'key list' shows it.")
        String name = "";

        @Option(
                names = "--confirm",
                paramLabel = "NAME",
                required = true,
                description = "The name once more: it cannot be undone.")
        String confirm = "";

        @Override
        public Integer call() {
            if (!confirm.equals(name)) {
                throw new Problem("--confirm does not repeat the key's name; nothing was done");
            }
            AdminClient admin = admin();
            String owner = owner(admin);
            String path =
                    "/v1/keys/%s/%s/destroy"
                            .formatted(AdminClient.segment(owner), AdminClient.segment(name));
            output().result(
                            admin.post(path, Json.row()),
                            "key %s of %s is dead in every place of the key store"
                                    .formatted(name, owner));
            return 0;
        }
    }
}
