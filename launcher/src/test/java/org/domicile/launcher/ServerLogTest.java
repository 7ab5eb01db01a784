package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.domicile.bytes.StorageFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One line a record, and files that stay small. */
class ServerLogTest {
    @TempDir Path folder;

    @Test
    void aLineTellsWhatIsKnownAndATraceIsForBugs() throws IOException {
        ServerLog log = new ServerLog(folder.resolve("server.log"), 1 << 20);
        LogRecord refused = entry("request {0} failed: {1}");
        refused.setParameters(new Object[] {"00FF00FF00FF00FF", "no\nroom"});
        refused.setThrown(new StorageFailure(StorageFailure.Kind.FULL, "no room"));
        log.publish(refused);
        LogRecord bug = entry("listener=s3 request=1234567890ABCDEF broke {");
        bug.setThrown(new IllegalStateException("a bug"));
        log.publish(bug);
        log.close();
        List<String> lines = Files.readAllLines(folder.resolve("server.log"));
        assertEquals(2, lines.size());
        Json.Row first = Json.object(lines.getFirst().getBytes());
        assertEquals("00FF00FF00FF00FF", first.text("request"));
        assertEquals("request 00FF00FF00FF00FF failed: no\nroom", first.text("message"));
        assertEquals("error", first.text("level"));
        assertTrue(first.text("cause").contains("no room"));
        assertFalse(first.fields().containsKey("trace"));
        Json.Row second = Json.object(lines.getLast().getBytes());
        assertEquals("1234567890ABCDEF", second.text("request"));
        assertTrue(second.text("trace").contains("ServerLogTest"));
    }

    @Test
    void aFullFileMakesRoomForTheNextAndTheOldestGoes() throws IOException {
        ServerLog log = new ServerLog(folder.resolve("server.log"), 1_000);
        for (int i = 0; i < 100; i++) {
            log.publish(entry("line " + i));
        }
        log.close();
        try (var files = Files.list(folder)) {
            assertEquals(5, files.count());
        }
        for (String name : List.of("server.log", "server.log.1", "server.log.4")) {
            assertTrue(Files.size(folder.resolve(name)) <= 1_000, name);
        }
        assertTrue(Files.readString(folder.resolve("server.log")).contains("line 99"));
        ServerLog again = new ServerLog(folder.resolve("server.log"), 1_000);
        again.publish(entry("after a restart"));
        again.close();
        String both =
                Files.readString(folder.resolve("server.log.1"))
                        + Files.readString(folder.resolve("server.log"));
        assertTrue(both.contains("line 99") && both.contains("after a restart"), both);
    }

    private static LogRecord entry(String message) {
        LogRecord entry = new LogRecord(Level.SEVERE, message);
        entry.setLoggerName("test");
        return entry;
    }
}
