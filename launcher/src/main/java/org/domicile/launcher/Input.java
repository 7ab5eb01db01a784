package org.domicile.launcher;

import java.time.Duration;
import java.time.ZoneId;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Values of the command line that picocli does not know; a wrong one ends with exit code 2. */
final class Input {
    private Input() {}

    static Duration span(CommandSpec spec, String text) {
        try {
            return Times.span(text);
        } catch (IllegalArgumentException e) {
            throw wrong(spec, e);
        }
    }

    static String end(CommandSpec spec, String text) {
        try {
            return Times.end(text, ZoneId.systemDefault());
        } catch (IllegalArgumentException e) {
            throw wrong(spec, e);
        }
    }

    static ParameterException wrong(CommandSpec spec, IllegalArgumentException why) {
        return wrong(spec, String.valueOf(why.getMessage()));
    }

    static ParameterException wrong(CommandSpec spec, String why) {
        return new ParameterException(spec.commandLine(), why);
    }
}
