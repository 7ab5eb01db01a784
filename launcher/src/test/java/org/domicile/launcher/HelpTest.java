package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Every command helps, and its example is one that it understands. */
class HelpTest {
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    @Test
    void everyCommandHasAnExampleThatItUnderstands() {
        List<String> wrong = new ArrayList<>();
        int commands = walk(Main.commandLine(), wrong);
        assertEquals(List.of(), wrong);
        assertTrue(commands > 25, "only " + commands + " commands were looked at");
    }

    private static int walk(CommandLine line, List<String> wrong) {
        String name = line.getCommandSpec().qualifiedName();
        String footer = String.join("\n", line.getCommandSpec().usageMessage().footer());
        if (line.getCommandSpec().usageMessage().hidden()) {
            return 0; // nobody is meant to call it
        }
        Matcher example = Pattern.compile("Example: \\./domicile (.*)").matcher(footer);
        if (!example.find()) {
            wrong.add(name + " has no example");
        } else {
            try {
                String[] words = words(example.group(1));
                Main.commandLine(words).parseArgs(words);
            } catch (CommandLine.ParameterException e) {
                wrong.add(name + ": its example is not understood: " + e.getMessage());
            }
        }
        if (!line.getCommandSpec().optionsMap().containsKey("--help")) {
            wrong.add(name + " has no --help");
        }
        boolean leaf = line.getSubcommands().isEmpty();
        if (leaf && !line.getCommandSpec().optionsMap().containsKey("--json")) {
            wrong.add(name + " has no --json");
        }
        // a witness has a folder of its own, which is named, and no data folder
        if (leaf
                && !name.startsWith("domicile witness ")
                && !line.getCommandSpec().optionsMap().containsKey("--data")) {
            wrong.add(name + " has no --data");
        }
        if (line.getCommandSpec().usageMessage().description().length == 0) {
            wrong.add(name + " does not say what it does");
        }
        int commands = 1;
        for (CommandLine each : line.getSubcommands().values()) {
            commands += walk(each, wrong);
        }
        return commands;
    }

    /** As a shell would, as far as examples go: up to a redirection, with single quotes. */
    private static String[] words(String example) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(example.replaceFirst(" > .*", ""));
        while (word.find()) {
            words.add(word.group(1) != null ? word.group(1) : word.group(2));
        }
        return words.toArray(String[]::new);
    }

    @Test
    void whatIsNoCommandIsAnsweredWithAllOfThem() {
        Rig.Ran none = Rig.command("stram", "list");
        assertEquals(2, none.code());
        assertTrue(none.err().contains("stream"), none.err());
        Rig.Ran all = Rig.command("--help");
        assertTrue(all.out().contains("  watch ") && all.out().contains("  uses "), all.out());
        assertEquals(2, Rig.command().code());
    }

    @Test
    void helpIsPrintedAndEndsWithZero() {
        Rig.Ran ran = Rig.command("uses", "--help");
        assertEquals(0, ran.code());
        assertTrue(ran.out().contains("Example: ./domicile uses --bucket archive --last 1h"));
        Rig.Ran group = Rig.command("ledger");
        assertEquals(2, group.code(), group.err());
        assertTrue(group.err().contains("verify"), group.err());
    }
}
