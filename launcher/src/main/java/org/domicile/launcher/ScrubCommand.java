package org.domicile.launcher;

import picocli.CommandLine.Command;

/** Begins a check in the background of the server. */
@Command(
        name = "scrub",
        description = "Begin a check of all that is stored, in the background of the server.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The server does it by itself, too (upkeep.scrub). See 'domicile status' for how far it"
                    + " is, and 'domicile check --last' for what it found.",
            "Example: ./domicile scrub"
        })
final class ScrubCommand extends ServerCommand {
    @Override
    public Integer call() {
        Json.Row state = admin().post("/v1/check", Json.row());
        output().result(
                        state,
                        "reading through %s in the background; see: %s"
                                .formatted(
                                        Times.size(state.number("total")), common.again("status")));
        return 0;
    }
}
