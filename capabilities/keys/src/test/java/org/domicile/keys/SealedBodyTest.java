package org.domicile.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.domicile.bytes.StorageFailure;
import org.junit.jupiter.api.Test;

/** Bodies: every length, every range, every way to tamper. */
class SealedBodyTest {
    private static final byte[] CONTEXT = "bucket/object/version".getBytes(UTF_8);
    private static final int CHUNK = SealedBody.CHUNK;
    private static final int[] LENGTHS = {
        0, 1, 15, 4096, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 17, 5 * CHUNK
    };

    private final long seed = Memory.seed("SealedBodyTest");
    private final Random random = new Random(seed);
    private final BucketKey key =
            new BucketKey(new Gcm(), new Gcm(), Memory.predictable(seed), bytes(Secret.LENGTH));

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void everyLengthComesBackWhole() throws IOException {
        for (int length : LENGTHS) {
            byte[] plain = bytes(length);
            for (int piece : new int[] {1000, 4096, CHUNK, CHUNK + 1, 3 * CHUNK, 1 << 20}) {
                byte[] sealed = Memory.seal(key, CONTEXT, plain, piece);
                assertEquals(Sealer.sealedLength(length), sealed.length);
                assertEquals(length, SealedBody.plainLength(sealed.length));
                assertArrayEquals(plain, open(sealed, 0, length).readAllBytes());
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                assertEquals(length, open(sealed, 0, length).transferTo(out));
                assertArrayEquals(plain, out.toByteArray());
                InputStream slow = open(sealed, 0, length);
                byte[] slowly = new byte[length];
                int at = 0;
                for (int count; (count = slow.read(slowly, at, Math.min(777, length - at))) > 0; ) {
                    at += count;
                }
                assertArrayEquals(plain, slowly);
                assertEquals(-1, slow.read());
            }
        }
    }

    @Test
    void buffersOfEveryKindAreTaken() throws IOException {
        byte[] plain = bytes(3 * CHUNK + 5);
        Sealer.BodySealer body = key.body(CONTEXT);
        ByteBuffer direct = ByteBuffer.allocateDirect(plain.length).put(plain).flip();
        ByteBuffer target = ByteBuffer.allocateDirect((int) Sealer.sealedLength(plain.length));
        body.update(direct.asReadOnlyBuffer(), target);
        body.finish(target);
        byte[] sealed = new byte[target.position()];
        target.flip().get(sealed);
        assertArrayEquals(plain, open(sealed, 0, plain.length).readAllBytes());
        assertThrows(IllegalStateException.class, () -> body.finish(ByteBuffer.allocate(99)));
    }

    @Test
    void aRangeReadsOnlyItsChunks() throws IOException {
        byte[] plain = bytes(10 * CHUNK);
        byte[] sealed = Memory.seal(key, CONTEXT, plain, plain.length);
        for (int i = 0; i < 300; i++) {
            int offset = random.nextInt(plain.length);
            int length = random.nextInt(Math.min(plain.length - offset, 3 * CHUNK) + 1);
            Memory.SealedArray source = new Memory.SealedArray(sealed);
            try (InputStream in = key.opener().body(CONTEXT, source, offset, length)) {
                assertArrayEquals(
                        Arrays.copyOfRange(plain, offset, offset + length), in.readAllBytes());
            }
            long chunks = length == 0 ? 0 : (offset + length - 1) / CHUNK - offset / CHUNK + 1;
            assertTrue(source.read <= SealedBody.HEADER + chunks * SealedBody.SEALED_CHUNK);
        }
    }

    @Test
    void cuttingSwappingDoublingAndExtendingShow() {
        byte[] plain = bytes(3 * CHUNK);
        byte[] sealed = Memory.seal(key, CONTEXT, plain, plain.length);
        byte[] other = Memory.seal(key, CONTEXT, plain, plain.length);
        int chunk = SealedBody.SEALED_CHUNK;
        byte[] cut = Arrays.copyOf(sealed, sealed.length - chunk);
        refused(cut, plain.length, "the last chunk is gone, and the length with it");
        refused(cut, 2 * CHUNK, "the last chunk is gone");
        refused(Arrays.copyOf(sealed, sealed.length - 1), plain.length - 1, "a byte is gone");
        refused(Arrays.copyOf(sealed, sealed.length - 1), plain.length, "a byte is gone");
        refused(Arrays.copyOf(sealed, sealed.length + 1), plain.length, "a byte more");
        refused(Arrays.copyOf(sealed, sealed.length + chunk), plain.length, "zeros more");
        byte[] doubled = Arrays.copyOf(sealed, sealed.length + chunk);
        System.arraycopy(sealed, SealedBody.HEADER, doubled, sealed.length, chunk);
        refused(doubled, 4L * CHUNK, "a chunk twice");
        byte[] swapped = sealed.clone();
        System.arraycopy(sealed, SealedBody.HEADER, swapped, SealedBody.HEADER + chunk, chunk);
        System.arraycopy(sealed, SealedBody.HEADER + chunk, swapped, SealedBody.HEADER, chunk);
        refused(swapped, plain.length, "chunks swapped");
        byte[] headed = sealed.clone();
        System.arraycopy(other, 0, headed, 0, SealedBody.HEADER);
        refused(headed, plain.length, "the header of another body");
        byte[] mixed = sealed.clone();
        System.arraycopy(other, SealedBody.HEADER, mixed, SealedBody.HEADER, chunk);
        refused(mixed, plain.length, "a chunk of another body");
        for (int i = 0; i < SealedBody.HEADER; i++) {
            byte[] flipped = sealed.clone();
            flipped[i] ^= 1;
            refused(flipped, plain.length, "header byte " + i);
        }
        assertThrows(
                StorageFailure.class,
                () ->
                        key.opener()
                                .body(
                                        "elsewhere".getBytes(UTF_8),
                                        new Memory.SealedArray(sealed),
                                        0,
                                        10)
                                .readAllBytes());
        assertThrows(IllegalArgumentException.class, () -> open(sealed, -1, 5));
        assertThrows(IllegalArgumentException.class, () -> open(sealed, 0, -5));
    }

    @Test
    void anEmptyBodyIsVerifiedToo() {
        byte[] sealed = Memory.seal(key, CONTEXT, new byte[0], 1);
        assertEquals(48, sealed.length);
        sealed[47] ^= 1;
        refused(sealed, 0, "the tag of nothing");
    }

    @Test
    void nothingUnverifiedIsHandedOut() {
        byte[] plain = bytes(100);
        byte[] sealed = Memory.seal(key, CONTEXT, plain, 100);
        sealed[sealed.length - 1] ^= 1;
        byte[] target = new byte[100];
        InputStream in = open(sealed, 0, 100);
        assertThrows(StorageFailure.class, () -> in.read(target, 0, 100));
        assertArrayEquals(new byte[100], target);
    }

    private InputStream open(byte[] sealed, long offset, long length) {
        return key.opener().body(CONTEXT, new Memory.SealedArray(sealed), offset, length);
    }

    private void refused(byte[] sealed, long length, String what) {
        StorageFailure failure =
                assertThrows(
                        StorageFailure.class, () -> open(sealed, 0, length).readAllBytes(), what);
        assertEquals(StorageFailure.Kind.CORRUPT, failure.kind(), what);
    }
}
