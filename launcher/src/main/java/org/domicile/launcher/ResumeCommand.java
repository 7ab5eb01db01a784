package org.domicile.launcher;

import picocli.CommandLine.Command;

/** Lets what a restore held back go out again. */
@Command(
        name = "resume",
        description = {
            "Tell events again after a restore. A restored folder tells none by itself, since the"
                    + " folder that it replaces may have told them, or may still run.",
            "Moves that ran were stopped; 'move resume' lets each go on. Both are put on record."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example: ./domicile resume"})
final class ResumeCommand extends ServerCommand {
    @Override
    public Integer call() {
        Json.Row answer = admin().post("/v1/events/resume", Json.row());
        output().result(
                        answer,
                        Boolean.TRUE.equals(answer.fields().get("waited"))
                                ? "events are told from now on"
                                : "events are told already");
        return 0;
    }
}
