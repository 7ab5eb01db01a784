package org.domicile.bytes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.domicile.bytes.FaultyDisk.Call;
import org.domicile.bytes.FaultyDisk.Fault;
import org.junit.jupiter.api.Test;

class FaultyDiskTest {
    private static final Path FOLDER = Path.of("/d");
    private static final Path FILE = FOLDER.resolve("f");

    @Test
    void aPowerCutKeepsWhatWasForcedAndMayLoseTheRest() throws IOException {
        boolean lost = false;
        boolean kept = false;
        for (long seed = 0; seed < 40; seed++) {
            FaultyDisk disk = new FaultyDisk(seed);
            disk.createDirectories(FOLDER);
            Disk.DiskFile file = disk.open(FILE);
            file.write(bytes("forced"), 0);
            file.force();
            disk.forceDirectory(FOLDER);
            file.write(bytes("later!"), 8_192);
            disk.open(FOLDER.resolve("unforced")).force();
            disk.powerCut();
            assertThrows(IOException.class, () -> file.read(ByteBuffer.allocate(1), 0));
            byte[] found = disk.read(FILE);
            assertEquals("forced", new String(found, 0, 6, UTF_8));
            boolean there = found.length > 6 && new String(found, 8_192, 6, UTF_8).equals("later!");
            lost |= !there;
            kept |= there;
        }
        assertTrue(lost && kept, "both happen");
    }

    @Test
    void aForceThatIsIgnoredLosesData() throws IOException {
        boolean lost = false;
        for (long seed = 0; seed < 20; seed++) {
            FaultyDisk disk = new FaultyDisk(seed);
            disk.createDirectories(FOLDER);
            disk.ignoreSyncs();
            Durable.replace(disk, FILE, "x".getBytes(UTF_8));
            disk.powerCut();
            lost |= !disk.exists(FILE);
        }
        assertTrue(lost);
    }

    @Test
    void aFailedForceIsNotMendedByTheNext() throws IOException {
        boolean lost = false;
        for (long seed = 0; seed < 20; seed++) {
            FaultyDisk disk = new FaultyDisk(seed);
            disk.createDirectories(FOLDER);
            Disk.DiskFile file = disk.open(FILE);
            disk.forceDirectory(FOLDER);
            file.allocate(4_096);
            file.force();
            file.write(bytes("abc"), 0);
            disk.fail(Call.FORCE, 1, Fault.EIO);
            assertThrows(IOException.class, file::force);
            file.force();
            assertEquals("abc", new String(disk.read(FILE), 0, 3, UTF_8));
            disk.powerCut();
            lost |= disk.read(FILE)[0] == 0;
        }
        assertTrue(lost);
    }

    @Test
    void roomEndsAndBitsRot() throws IOException {
        FaultyDisk disk = new FaultyDisk(1);
        disk.createDirectories(FOLDER);
        disk.room(100);
        Disk.DiskFile file = disk.open(FILE);
        assertThrows(DiskFull.class, () -> file.allocate(101));
        file.allocate(100);
        assertThrows(DiskFull.class, () -> file.write(bytes("ab"), 99));
        disk.flip(FILE, 9);
        assertEquals(2, disk.read(FILE)[1]);
        disk.fail(Call.READ, 2, Fault.EIO);
        disk.read(FILE);
        assertThrows(IOException.class, () -> disk.read(FILE));
        disk.read(FILE);
    }

    /** Durable under a power cut after each of its system calls, and under each error. */
    @Test
    void aReplacedFileIsOldOrNewAtEveryMoment() throws IOException {
        byte[] old = "the old content, longer than the new".getBytes(UTF_8);
        byte[] fresh = "the new content".getBytes(UTF_8);
        for (long seed = 0; seed < 50; seed++) {
            boolean finished = false;
            for (int cut = 0; !finished; cut++) {
                FaultyDisk disk = new FaultyDisk(seed * 1_000 + cut);
                disk.createDirectories(FOLDER);
                Durable.replace(disk, FILE, old);
                disk.cutPowerAfter(cut);
                try {
                    Durable.replace(disk, FILE, fresh);
                    finished = true;
                } catch (IOException e) {
                    assertTrue(String.valueOf(e.getMessage()).contains("power"));
                }
                disk.powerCut();
                String found = new String(disk.read(FILE), UTF_8);
                assertTrue(
                        found.equals(new String(fresh, UTF_8))
                                || (!finished && found.equals(new String(old, UTF_8))),
                        found);
                Durable.replace(disk, FILE, fresh);
                assertArrayEquals(fresh, disk.read(FILE));
            }
        }
        for (Call call : new Call[] {Call.OPEN, Call.WRITE, Call.FORCE, Call.RENAME}) {
            FaultyDisk disk = new FaultyDisk(3);
            disk.createDirectories(FOLDER);
            Durable.replace(disk, FILE, old);
            disk.fail(call, 1, Fault.ENOSPC);
            IOException failure =
                    assertThrows(IOException.class, () -> Durable.replace(disk, FILE, fresh));
            assertEquals(call != Call.FORCE, failure instanceof DiskFull);
            assertArrayEquals(old, disk.read(FILE));
        }
    }

    @Test
    void namesFollowTheirDirectory() throws IOException {
        FaultyDisk disk = new FaultyDisk(1);
        assertThrows(IOException.class, () -> disk.open(FILE));
        disk.createDirectories(FOLDER);
        Durable.replace(disk, FILE, new byte[1]);
        Durable.delete(disk, FILE);
        disk.powerCut();
        assertFalse(disk.exists(FILE));
        assertTrue(disk.exists(FOLDER));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
