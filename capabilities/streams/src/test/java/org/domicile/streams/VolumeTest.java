package org.domicile.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which volumes are taken for encrypted, by what systems say of them. */
final class VolumeTest {
    @TempDir private Path root;

    @BeforeEach
    void mounts() throws IOException {
        Files.createDirectories(root.resolve("proc/self"));
        Files.writeString(
                root.resolve("proc/self/mountinfo"),
                """
                22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
                23 22 0:21 / /proc rw - proc proc rw
                30 22 0:50 / /srv/people rw,nosuid - fuse.gocryptfs /srv/.people rw,user_id=0
                31 22 253:1 / /srv/luks rw - ext4 /dev/mapper/luks rw
                32 22 253:2 / /srv/lvm\\040one rw - xfs /dev/mapper/lvm rw
                33 22 253:3 / /srv/mixed rw - xfs /dev/mapper/mixed rw
                34 31 254:0 /b /srv/luks/bound rw - ext4 /dev/vda rw
                """);
        device("254:0", "");
        device("253:1", "CRYPT-LUKS2-0123-luks");
        device("253:2", "LVM-abc", "253:1");
        device("253:3", "LVM-def", "253:1", "254:0");
    }

    private void device(String number, String uuid, String... below) throws IOException {
        Path device = Files.createDirectories(root.resolve("sys/dev/block").resolve(number));
        Files.createDirectories(device.resolve("slaves"));
        if (!uuid.isEmpty()) {
            Files.createDirectories(device.resolve("dm"));
            Files.writeString(device.resolve("dm/uuid"), uuid + "\n");
        }
        for (String each : below) {
            Files.createSymbolicLink(
                    device.resolve("slaves").resolve(each.replace(':', '-')),
                    root.resolve("sys/dev/block").resolve(each));
        }
    }

    private Volume of(String folder) {
        return Volume.of(root, Path.of(folder));
    }

    @Test
    void aVolumeIsEncryptedWhenAllOfItIs() {
        assertFalse(of("/srv/data").encrypts());
        assertEquals("ext4 on /dev/vda", of("/srv/data").how());
        assertTrue(of("/srv/people/data").encrypts());
        assertFalse(of("/srv/people2").encrypts());
        assertTrue(of("/srv/luks").encrypts());
        assertTrue(of("/srv/lvm one/x").encrypts());
        assertFalse(of("/srv/mixed").encrypts());
        assertFalse(of("/srv/luks/bound/x").encrypts());
    }

    @Test
    void whatNobodyTellsIsNotEncrypted() throws IOException {
        assertFalse(Volume.of(root.resolve("nowhere"), Path.of("/srv")).encrypts());
        Files.writeString(root.resolve("proc/self/mountinfo"), "nonsense\n1 2\n");
        assertFalse(of("/srv/luks").encrypts());
        assertFalse(Volume.of(Path.of("/proc/self")).encrypts());
    }
}
