package org.domicile.walls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Java process within walls, from its first word to its last. */
class JavaChildTest {
    private static final Path JAVA = Path.of(System.getProperty("java.home"));
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir private Path outside;
    private Path folder;

    @BeforeEach
    void folder() throws IOException {
        folder = Files.createDirectory(outside.resolve("child"));
    }

    @Test
    void itIsHeardAndToldAndEndsOfItself() throws Exception {
        try (JavaChild child = started("echo")) {
            child.comesUp(LONG, () -> assertEquals("hello within walls", line(child)));
            assertTrue(child.alive());
            child.out().write("again\n".getBytes(StandardCharsets.UTF_8));
            child.out().flush();
            child.within(LONG, () -> assertEquals("again", line(child)));
            child.out().close();
            assertTrue(child.endsWell(LONG));
            assertEquals("it ended with 0", end(child));
        }
        assertFalse(Files.exists(folder));
    }

    @Test
    void whatDoesNotComeUpIsClosedAndItsComplaintIsOneLine() throws Exception {
        JavaChild child = started("complain");
        IOException why =
                assertThrows(IOException.class, () -> child.comesUp(LONG, () -> line(child)));
        String said = String.valueOf(why.getMessage());
        assertTrue(said.startsWith("a child did not come up: this is"), said);
        assertTrue(said.contains("this is  no good"), said);
        assertFalse(child.alive());
        assertFalse(Files.exists(folder));
    }

    @Test
    void whoeverWaitsTooLongForItKillsIt() throws Exception {
        try (JavaChild child = started("silence")) {
            assertThrows(
                    EOFException.class,
                    () -> child.within(Duration.ofMillis(50), () -> line(child)));
            assertEquals("it was killed, perhaps because the machine is out of memory", end(child));
            assertFalse(child.endsWell(LONG));
        }
    }

    @Test
    void oneThatGoesOnDoesNotAnswer() throws Exception {
        try (JavaChild child = started("echo")) {
            child.comesUp(LONG, () -> line(child));
            assertEquals("it does not answer any more", end(child));
            child.kill();
            child.close();
            child.close();
        }
        assertFalse(Files.exists(folder));
    }

    /** A child may make links in its folder, and they may lead out of it. */
    @Test
    void whatALinkLeadsToStays() throws Exception {
        Path other = Files.createDirectory(outside.resolve("other"));
        Files.writeString(other.resolve("file"), "of somebody else");
        Files.createSymbolicLink(folder.resolve("link"), other);
        Files.createSymbolicLink(folder.resolve("nowhere"), outside.resolve("nothing"));
        JavaChild.remove(folder);
        JavaChild.remove(folder);
        assertFalse(Files.exists(folder));
        assertEquals("of somebody else", Files.readString(other.resolve("file")));
    }

    @Test
    void aWallThatIsNotNamedWasNotTried() {
        Walls.Tried tried =
                Walls.Tried.of(
                        Map.of(
                                Walls.FILES,
                                "",
                                Walls.NETWORK,
                                "a socket can be made",
                                Walls.PRIVILEGES,
                                "",
                                "of its own",
                                ""));
        assertEquals(List.of(Walls.PRIVILEGES, Walls.FILES), tried.standing());
        assertEquals(
                List.of("network: a socket can be made", "processes: it was not tried"),
                tried.through());
    }

    private JavaChild started(String how) throws IOException {
        List<Path> classes =
                OwnClasses.places(
                        List.of(
                                "org/domicile/walls/JavaChildTest.class",
                                "org/domicile/walls/Walls.class",
                                "org/domicile/walls/Walls$Tried.class"));
        return JavaChild.start(
                new JavaChild.Program(
                        "a child",
                        JAVA,
                        Room.ofJava(JAVA, classes, List.of(), List.of(folder)),
                        List.of(),
                        List.of("-Xmx32m", "-XX:TieredStopAtLevel=1"),
                        classes,
                        "org.domicile.walls.Talker",
                        List.of(how),
                        folder,
                        folder));
    }

    private static String end(JavaChild child) {
        return child.end("it", code -> "it ended with " + code);
    }

    private static String line(JavaChild child) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int each = child.in().read(); each != '\n'; each = child.in().read()) {
            if (each < 0) {
                throw new EOFException(line.toString());
            }
            line.append((char) each);
        }
        return line.toString();
    }
}
