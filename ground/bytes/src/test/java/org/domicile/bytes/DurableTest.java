package org.domicile.bytes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableTest {
    @TempDir Path folder;

    private final Disk disk = Disk.real();

    @Test
    void replacesWholeAndLeavesNothingElse() throws IOException {
        Path file = folder.resolve("root.key");
        Durable.replace(disk, file, "a longer first content".getBytes(UTF_8));
        Durable.replace(disk, file, "second".getBytes(UTF_8));
        assertArrayEquals("second".getBytes(UTF_8), disk.read(file));
        assertEquals(List.of("root.key"), disk.list(folder));
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void whatAnEarlierCrashLeftIsNotMixedIn() throws IOException {
        Path file = folder.resolve("state");
        Files.writeString(folder.resolve("state.new"), "the unfinished content of a crash");
        Durable.replace(disk, file, "new".getBytes(UTF_8));
        assertArrayEquals("new".getBytes(UTF_8), disk.read(file));
        assertEquals(List.of("state"), disk.list(folder));
    }

    @Test
    void severalFilesAtOnce() throws IOException {
        disk.createDirectories(folder.resolve("tile/0"));
        var contents = new LinkedHashMap<Path, byte[]>();
        contents.put(folder.resolve("tile/0/000"), new byte[] {1});
        contents.put(folder.resolve("checkpoint"), new byte[] {2});
        Durable.replaceAll(disk, contents);
        assertArrayEquals(new byte[] {1}, disk.read(folder.resolve("tile/0/000")));
        assertArrayEquals(new byte[] {2}, disk.read(folder.resolve("checkpoint")));
        Durable.delete(disk, folder.resolve("checkpoint"));
        assertEquals(List.of("tile"), disk.list(folder));
    }
}
