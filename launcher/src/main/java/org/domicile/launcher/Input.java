package org.domicile.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Values of the command line that picocli does not know; a wrong one ends with exit code 2. */
final class Input {
    private Input() {}

    /**
     * A value that may better not stand on the command line, where other users of the machine see
     * it: {@code -} reads it from standard input.
     */
    static String quiet(String text) {
        if (!text.equals("-")) {
            return text;
        }
        try {
            String line =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                            .readLine();
            if (line != null && !line.isEmpty()) {
                return line;
            }
        } catch (IOException e) {
            throw new Problem("cannot read standard input: " + e.getMessage());
        }
        throw new Problem("there is no line on standard input");
    }

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
