package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A Java of its own for watches. */
@Timeout(60)
final class OtherJavaTest {
    @TempDir private Path folder;

    /**
     * @param does what its bin/java does, in a shell's words
     */
    private Path java(String does) throws IOException {
        Path home = Files.createTempDirectory(folder, "java");
        Path bin = Files.createDirectories(home.resolve("bin"));
        Path program = Files.writeString(bin.resolve("java"), "#!/bin/sh\n" + does + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return home;
    }

    private static void refused(String why, Path home, Duration patience) {
        Problem problem = assertThrows(Problem.class, () -> OtherJava.checked(home, patience));
        String said = String.valueOf(problem.getMessage());
        assertTrue(said.startsWith("watches.java = " + home) && said.contains(why), said);
    }

    @Test
    void oneThatIsNewEnoughIsTakenWhereItLies() throws Exception {
        Path own = Path.of(System.getProperty("java.home"));
        assertEquals(own.toRealPath(), OtherJava.checked(own));
        Path link = Files.createSymbolicLink(folder.resolve("current"), own);
        assertEquals(own.toRealPath(), OtherJava.checked(link));
    }

    @Test
    void anythingElseIsRefusedWithWhatToDo() throws Exception {
        Duration usual = Duration.ofSeconds(20);
        refused("no program bin/java", folder, usual);
        refused("no program bin/java", folder.resolve("none"), usual);
        refused(
                "it is Java 21, and watches need 25",
                java("echo '    java.specification.version = 21' >&2"),
                usual);
        refused("says something else", java("echo hello"), usual);
        refused("says something else", java("exec sleep 100"), Duration.ofMillis(200));
        refused("does not say its version", java("exec nothing-of-this-name"), usual);
    }

    @Test
    void theServerDoesNotStartWithOne() throws Exception {
        Path old = java("echo 'java.specification.version = 21'");
        Rig rig = new Rig(folder.resolve("rig"));
        Problem problem =
                assertThrows(Problem.class, () -> rig.open("watches.java=" + old).close());
        assertTrue(String.valueOf(problem.getMessage()).contains("it is Java 21"));
        // and nothing of it stays open
        rig.open("watches.java=" + System.getProperty("java.home")).close();
    }
}
