package org.domicile.launcher;

import picocli.CommandLine.Command;

/** Demonstrations. */
@Command(
        name = "demo",
        description = "Show what the running server does, live, with real data.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile demo tides --for 2m"},
        subcommands = {TidesCommand.class})
final class DemoCommand {}
