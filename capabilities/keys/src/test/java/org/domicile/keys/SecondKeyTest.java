package org.domicile.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bodies under two keys: each is needed, and the end of either ends them. */
class SecondKeyTest {
    private static final byte[] CONTEXT = "content".getBytes(UTF_8);
    private static final byte[] PLAIN = "what only two keys open".getBytes(UTF_8);

    @TempDir Path folder;

    private final Memory.Mark mark = new Memory.Mark("Test installation", 0);

    private Keys open() {
        Path place = folder.resolve("place");
        return Keys.open(
                new KeyOptions(
                        List.of(place), new KeyOptions.Root.KeyFile(place.resolve("root.key"))),
                mark,
                Disk.real(),
                new SecureRandom());
    }

    private static byte[] seal(Sealer sealer, SecondKey second) {
        ByteBuffer sealed = ByteBuffer.allocate((int) Sealer.sealedLength(PLAIN.length));
        Sealer.BodySealer body = sealer.body(CONTEXT, second);
        body.update(ByteBuffer.wrap(PLAIN), sealed);
        body.finish(sealed);
        return sealed.array();
    }

    private static byte[] open(Opener opener, SecondKey second, byte[] body) {
        try (InputStream in =
                opener.body(CONTEXT, second, new Memory.SealedArray(body), 0, PLAIN.length)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void unopened(Opener opener, SecondKey second, byte[] body) {
        StorageFailure failure =
                assertThrows(StorageFailure.class, () -> open(opener, second, body));
        assertEquals(StorageFailure.Kind.CORRUPT, failure.kind());
    }

    private static SecondKey customer(int fill) {
        byte[] key = new byte[SecondKey.LENGTH];
        Arrays.fill(key, (byte) fill);
        return SecondKey.of(key);
    }

    @Test
    void theOtherKeyOrNoneOpensNothing() {
        try (Keys keys = open()) {
            KeyId organisation = keys.createOrganisation();
            KeyId bucket = keys.create(KeyId.Kind.BUCKET, organisation);
            KeyId another = keys.create(KeyId.Kind.BUCKET, organisation);
            Pass pass = keys.passes().pass("log", 1);
            Opener opener = keys.opener(bucket, pass);
            byte[] body = seal(keys.sealer(bucket), customer(7));
            assertArrayEquals(PLAIN, open(opener, customer(7), body));
            unopened(opener, customer(8), body);
            unopened(opener, SecondKey.NONE, body);
            unopened(keys.opener(another, pass), customer(7), body);
            unopened(opener, customer(7), seal(keys.sealer(bucket), SecondKey.NONE));
            // Nobody makes one of two keys look like one of one: the header is sealed along.
            byte[] relabelled = body.clone();
            relabelled[7] = 1;
            unopened(opener, SecondKey.NONE, relabelled);
        }
    }

    @Test
    void aNamedKeysDeathEndsWhatItSealed() {
        KeyId bucket;
        KeyId named;
        byte[] body;
        byte[] plain;
        try (Keys keys = open()) {
            KeyId organisation = keys.createOrganisation();
            bucket = keys.create(KeyId.Kind.BUCKET, organisation);
            named = keys.create(KeyId.Kind.NAMED, organisation);
            body = seal(keys.sealer(bucket), keys.second(named));
            plain = seal(keys.sealer(bucket), SecondKey.NONE);
            assertThrows(IllegalArgumentException.class, () -> keys.second(bucket));
            assertThrows(IllegalArgumentException.class, () -> keys.sealer(named));
        }
        SecondKey held;
        try (Keys keys = open()) {
            Pass pass = keys.passes().pass("log", 1);
            held = keys.second(named);
            assertArrayEquals(PLAIN, open(keys.opener(bucket, pass), held, body));
            keys.destroy(List.of(named));
            assertThrows(Keys.KeyGone.class, () -> held.digest(PLAIN));
            assertThrows(Keys.KeyGone.class, () -> open(keys.opener(bucket, pass), held, body));
            assertArrayEquals(PLAIN, open(keys.opener(bucket, pass), SecondKey.NONE, plain));
        }
        try (Keys keys = open()) {
            assertFalse(keys.exists(named));
            assertTrue(keys.exists(bucket));
            assertThrows(Keys.KeyGone.class, () -> keys.second(named));
        }
    }

    @Test
    void aCustomersKeyIsWipedAndSaysNothing() {
        byte[] key = new byte[SecondKey.LENGTH];
        Arrays.fill(key, (byte) 0x41);
        SecondKey second = SecondKey.of(key);
        assertArrayEquals(customer(0x41).digest(PLAIN), second.digest(PLAIN));
        assertFalse(Arrays.equals(second.digest(PLAIN), customer(0x42).digest(PLAIN)));
        assertFalse(second.toString().contains("A"), second.toString());
        second.close();
        assertArrayEquals(new byte[SecondKey.LENGTH], key);
        assertThrows(IllegalStateException.class, () -> second.digest(PLAIN));
        assertThrows(IllegalArgumentException.class, () -> SecondKey.of(new byte[31]));
    }
}
