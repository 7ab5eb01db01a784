package org.domicile.launcher;

import picocli.CommandLine.Command;

/** Tables. */
@Command(
        name = "table",
        description = "Load files into tables.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile table load flights.csv travel.flights"},
        subcommands = {TableLoadCommand.class})
final class TableCommand {
    private TableCommand() {}
}
