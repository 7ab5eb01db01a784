package org.domicile.walls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a child within walls cannot do, each beside a child without them that can. */
class WallsTest {
    private static final Path JAVA = Path.of(System.getProperty("java.home"));

    @TempDir private Path folder;
    private Path mine;
    private Path shown;
    private Path other;

    @BeforeEach
    void folders() throws IOException {
        mine = Files.createDirectory(folder.resolve("mine"));
        shown = Files.createDirectory(folder.resolve("shown"));
        other = Files.createDirectory(folder.resolve("other"));
        Files.writeString(shown.resolve("file"), "to be read");
        Files.writeString(other.resolve("file"), "not to be read");
    }

    @Test
    void aChildReadsAndWritesWhatItsRoomHolds() throws Exception {
        assertEquals("got through", within("nothing", ""));
        assertEquals("got through", within("read", shown.resolve("file")));
        assertEquals("got through", within("write", mine.resolve("new")));
        assertEquals("got through", within("cut", mine.resolve("new")));
        assertEquals("all stand", within("tries", other.resolve("file")));
    }

    @Test
    void itReadsNothingElse() throws Exception {
        refused("read", other.resolve("file"));
        refused("read", "/etc/passwd");
        refused("list", other);
        refused("list", "/");
        refused("read", shown.resolve("../other/file"));
        Path link = Files.createSymbolicLink(shown.resolve("link"), other.resolve("file"));
        refused("read", link);
        Path ours = Path.of("/proc", Long.toString(ProcessHandle.current().pid()));
        refused("read", ours.resolve("environ"));
        refused("read", ours.resolve("root").resolve("etc/passwd"));
    }

    @Test
    void itWritesNothingElse() throws Exception {
        refused("write", other.resolve("new"));
        refused("write", shown.resolve("new"));
        refused("cut", shown.resolve("file"));
        refused("cut", other.resolve("file"));
        refused("write", "/tmp/domicile-walls-" + ProcessHandle.current().pid());
    }

    @Test
    void itHasNoNetwork() throws Exception {
        try (ServerSocket tcp = new ServerSocket(0);
                DatagramSocket udp = new DatagramSocket(0)) {
            refused("tcp", tcp.getLocalPort());
            refused("udp", udp.getLocalPort());
        }
        assertTrue(within("ring", "").contains("errno " + Kernel.EPERM));
    }

    @Test
    void itStaysOneProcessAndActsOnNoOther() throws Exception {
        refused("run", "/bin/true");
        long self = ProcessHandle.current().pid();
        refused("signal", self);
        refused("limit", self);
        assertTrue(within("fork", "").contains("errno " + Kernel.EPERM));
        assertTrue(within("trace", self).contains("errno " + Kernel.EPERM));
    }

    @Test
    void itsFilesStaySmall() throws Exception {
        refused("big", mine.resolve("big"));
    }

    /** Whoever listens where it may connect has connections for others, too. */
    @Test
    void itOpensNotTooMuchAtOneTime() throws Exception {
        refused("open", shown.resolve("file"));
        refused("open-more", 1);
    }

    /** What the walls took from the child, and from the thread that started it, is all here. */
    @Test
    void theParentKeepsEverything() throws Exception {
        assertEquals("got through", within("nothing", ""));
        Files.readAllBytes(other.resolve("file"));
        Files.writeString(folder.resolve("still"), "x");
        try (ServerSocket tcp = new ServerSocket(0)) {
            assertTrue(tcp.getLocalPort() > 0);
        }
        assertEquals(0, new ProcessBuilder("/bin/true").start().waitFor());
        assertEquals("got through", without("nothing", ""));
    }

    private void refused(String what, Object at) throws Exception {
        assertEquals("got through", without(what, at), what + " " + at + " is no attempt");
        String said = within(what, at);
        assertTrue(said.startsWith("refused"), () -> what + " " + at + ": " + said);
    }

    private String within(String what, Object at) throws Exception {
        Room room = Room.ofJava(JAVA, classPath(), List.of(shown), List.of(mine));
        Process child =
                Walls.start(room, command("within", what, at), Map.of("LANG", "C.UTF-8"), mine);
        return said(child);
    }

    private String without(String what, Object at) throws Exception {
        return said(
                new ProcessBuilder(command("without", what, at)).directory(mine.toFile()).start());
    }

    private static String said(Process child) throws Exception {
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String complaint =
                new String(child.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return child.waitFor() == 0 && !said.isEmpty() ? said : "it ended: " + said + complaint;
    }

    private static List<Path> classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(":", -1))
                .map(Path::of)
                .filter(place -> Files.exists(place.resolve("org/domicile/walls")))
                .map(Path::toAbsolutePath)
                .toList();
    }

    private static List<String> command(String where, String what, Object at) {
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(
                        JAVA.resolve("bin/java").toString(),
                        "-Xmx32m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        String.join(":", classPath().stream().map(Path::toString).toList())));
        command.addAll(List.of("org.domicile.walls.Prisoner", where, what, String.valueOf(at)));
        return command;
    }
}
