package org.domicile.blobs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.domicile.bytes.FaultyDisk.Call;
import org.domicile.bytes.FaultyDisk.Fault;
import org.domicile.bytes.StorageFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random lives of a store against a map, with restarts, power cuts and failing calls. */
@Timeout(120)
class BlobsModelTest {
    private static final int LIVES = 60;
    private static final int ACTS = 120;

    @Test
    void aStoreIsAMapThatSurvives() {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        for (int i = 0; i < LIVES; i++) {
            try (Rig rig = new Rig(seed + i)) {
                live(rig);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("-Ddomicile.seed=" + (seed + i), e);
            }
        }
    }

    private static void live(Rig rig) {
        Random random = rig.random;
        Map<BlobReader, byte[]> readers = new HashMap<>();
        List<BlobWriter> writers = new ArrayList<>();
        for (int act = 0; act < ACTS; act++) {
            try {
                switch (random.nextInt(14)) {
                    case 0, 1, 2 -> rig.put(random.nextInt(200_000));
                    case 3 -> rig.put(random.nextInt(3_000_000));
                    case 4 -> rig.finish(new byte[random.nextInt(300_000)]);
                    case 5, 6, 7 -> any(rig).ifPresent(rig::drop);
                    case 8 -> any(rig).ifPresent(id -> read(rig, id));
                    case 9 ->
                            any(rig).ifPresent(id ->
                                    readers.put(
                                            rig.blobs.open(id).orElseThrow(), content(rig, id)));
                    case 10 -> rig.blobs.compact();
                    case 11 -> {
                        BlobWriter writer = rig.blobs.create(-1);
                        writers.add(writer);
                        writer.write(ByteBuffer.wrap(new byte[random.nextInt(600_000)]));
                    }
                    case 12 -> {
                        Call[] calls = {Call.WRITE, Call.FORCE, Call.ALLOCATE, Call.OPEN};
                        rig.disk.fail(
                                calls[random.nextInt(calls.length)],
                                1 + random.nextInt(3),
                                random.nextBoolean() ? Fault.EIO : Fault.ENOSPC);
                    }
                    default -> {
                        if (random.nextInt(3) == 0) {
                            rig.disk.heal();
                            check(readers);
                            writers.forEach(BlobWriter::close);
                            writers.clear();
                            if (random.nextBoolean()) {
                                rig.powerCut();
                            } else {
                                rig.reopen();
                            }
                            rig.verify();
                        }
                    }
                }
            } catch (StorageFailure e) {
                // A planned fault: the act did not happen, which the model agrees with.
                rig.disk.heal();
            }
        }
        rig.disk.heal();
        check(readers);
        writers.forEach(BlobWriter::close);
        rig.verify();
        rig.compactAll();
        rig.verify();
    }

    /** Readers see what they were opened on, whatever happened to the blob since. */
    private static void check(Map<BlobReader, byte[]> readers) {
        for (Map.Entry<BlobReader, byte[]> entry : readers.entrySet()) {
            try (BlobReader reader = entry.getKey()) {
                byte[] expected = entry.getValue();
                assertEquals(expected.length, reader.length());
                assertArrayEquals(expected, BlobsContract.read(reader, 0, expected.length));
            }
        }
        readers.clear();
    }

    private static void read(Rig rig, BlobId id) {
        byte[] expected = content(rig, id);
        try (BlobReader reader = rig.blobs.open(id).orElseThrow()) {
            int from = expected.length == 0 ? 0 : rig.random.nextInt(expected.length);
            int length = Math.min(expected.length - from, rig.random.nextInt(200_000));
            assertArrayEquals(
                    Arrays.copyOfRange(expected, from, from + length),
                    BlobsContract.read(reader, from, length));
        }
    }

    private static byte[] content(Rig rig, BlobId id) {
        byte[] content = rig.model.get(id);
        if (content == null) {
            throw new AssertionError(id + " is not in the model");
        }
        return content;
    }

    private static Optional<BlobId> any(Rig rig) {
        List<BlobId> ids = new ArrayList<>(rig.model.keySet());
        if (ids.isEmpty()) {
            return Optional.empty();
        }
        ids.sort((a, b) -> Long.compareUnsigned(a.high(), b.high()));
        return Optional.of(ids.get(rig.random.nextInt(ids.size())));
    }
}
