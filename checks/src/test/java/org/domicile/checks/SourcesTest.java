package org.domicile.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What no source file may hold, each with the reason that its violation prints. */
class SourcesTest {
    /** Something that is not written, and why. */
    private record Banned(Pattern words, String why) {}

    private static final List<Banned> EVERYWHERE =
            List.of(
                    banned("\\b(TODO|FIXME|XXX)\\b", "finish it, or write an issue"),
                    banned(
                            "\\bnew UnsupportedOperationException\\b",
                            "a contract is kept whole or made smaller"),
                    banned("\\bOptional<[^;()]*> \\w+;", "no Optional fields"),
                    banned("\\.printStackTrace\\(", "a failure is typed, or it crashes"));

    private static final List<Banned> IN_TESTS =
            List.of(
                    banned("\\bThread\\.sleep\\(", "await a condition, with a bound"),
                    banned("@Disabled\\b", "a skipped test is a failed build"),
                    banned(
                            "\\bassum(e|ing)(True|False|That)\\(|\\bAssumptions\\b",
                            "nothing is skipped"),
                    banned("org\\.mockito|org\\.easymock", "no mocks library"));

    /** Names that say nothing about what a thing is. */
    private static final Pattern EMPTY_NAME =
            Pattern.compile(
                    "\\w*(Manager|Helper|Utils?|Common|Impl|Processor|Service)\\.java|Base[A-Z]\\w*\\.java");

    private static Banned banned(String words, String why) {
        return new Banned(Pattern.compile(words), why);
    }

    private static final Tree TREE = Tree.read();

    @Test
    void noFileHoldsWhatIsBanned() throws IOException {
        List<String> violations = new ArrayList<>();
        int files = 0;
        for (Tree.Module module : TREE.modules()) {
            if (module.name().equals("checks")) {
                continue; // names the banned words itself
            }
            for (String side : List.of("main", "test")) {
                for (Path file : TREE.sources(module, side, ".java")) {
                    files++;
                    String text = Files.readString(file);
                    violations.addAll(violations(file, text, EVERYWHERE));
                    if (side.equals("test")) {
                        violations.addAll(violations(file, text, IN_TESTS));
                    }
                    if (EMPTY_NAME.matcher(file.getFileName().toString()).matches()) {
                        violations.add(TREE.root().relativize(file) + ": an empty name");
                    }
                }
            }
        }
        assertEquals("", String.join("\n", violations));
        assertTrue(files > 20, "only " + files + " source files were read");
    }

    @Test
    void everyModuleFolderIsListed() throws IOException {
        List<Path> unlisted = new ArrayList<>();
        try (var poms = Files.walk(TREE.root(), 3)) {
            for (Path pom : poms.filter(path -> path.endsWith("pom.xml")).toList()) {
                Path folder = TREE.root().relativize(pom.getParent());
                boolean hidden =
                        folder.startsWith(".domicile") || folder.toString().contains("target");
                if (!folder.toString().isEmpty()
                        && !hidden
                        && !TREE.modules().contains(new Tree.Module(folder))) {
                    unlisted.add(folder);
                }
            }
        }
        assertEquals(List.of(), unlisted, "poms that the root pom does not list");
    }

    @Test
    void theRulesBite() {
        Path file = TREE.root().resolve("Some.java");
        assertFalse(violations(file, "// TODO later", EVERYWHERE).isEmpty());
        assertFalse(violations(file, "private Optional<String> name;", EVERYWHERE).isEmpty());
        assertFalse(violations(file, "assumeTrue(isRoot());", IN_TESTS).isEmpty());
        assertFalse(violations(file, "Thread.sleep(10);", IN_TESTS).isEmpty());
        assertTrue(violations(file, "Optional<String> name = find();", EVERYWHERE).isEmpty());
        assertTrue(EMPTY_NAME.matcher("ObjectManager.java").matches());
        assertFalse(EMPTY_NAME.matcher("Objects.java").matches());
    }

    private static List<String> violations(Path file, String text, List<Banned> banned) {
        List<String> found = new ArrayList<>();
        for (Banned each : banned) {
            Matcher matcher = each.words().matcher(text);
            while (matcher.find()) {
                long line = text.substring(0, matcher.start()).lines().count();
                found.add(
                        "%s:%d: %s: %s"
                                .formatted(
                                        TREE.root().relativize(file),
                                        Math.max(1, line),
                                        matcher.group(),
                                        each.why()));
            }
        }
        return found;
    }
}
