package org.domicile.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store and its keys, on the machine's own disk. */
class KeysTest {
    private static final byte[] CONTEXT = "bucket/object".getBytes(UTF_8);
    private static final byte[] PLAIN = "what was said".getBytes(UTF_8);

    @TempDir Path folder;
    private Memory.Mark mark = new Memory.Mark("test", 0);
    private List<Path> places = List.of();
    private Path root = Path.of("unset");

    @BeforeEach
    void name() {
        mark = new Memory.Mark("6f1b", 0);
        places = List.of(folder.resolve("a"), folder.resolve("b"));
        root = folder.resolve("root/root.key");
    }

    private Keys open() {
        return open(new KeyOptions(places, new KeyOptions.Root.KeyFile(root)), mark);
    }

    private static Keys open(KeyOptions options, FolderMark mark) {
        return Keys.open(options, mark, Disk.real(), new SecureRandom());
    }

    @Test
    void keysLiveThroughAReopening() {
        KeyId organisation;
        KeyId bucket;
        KeyId subject;
        byte[] value;
        byte[] body;
        byte[] secret;
        byte[] payload;
        byte[] salts;
        byte[] token;
        byte[] state;
        try (Keys keys = open()) {
            organisation = keys.createOrganisation();
            bucket = keys.create(KeyId.Kind.BUCKET, organisation);
            subject = keys.create(KeyId.Kind.SUBJECT, organisation);
            value = keys.sealer(bucket).seal(CONTEXT, PLAIN);
            body = Memory.seal(keys.sealer(bucket), CONTEXT, PLAIN, 5);
            token = keys.sealer(bucket).token(CONTEXT, PLAIN);
            state = keys.sealer(bucket).sealState(CONTEXT, PLAIN);
            secret = keys.vault().seal("signing", PLAIN);
            payload = keys.subjects().seal(subject, CONTEXT, PLAIN);
            salts = keys.subjects().salts(subject, CONTEXT);
            assertEquals(3, keys.state().living());
            assertEquals(4, keys.state().generation());
            assertEquals(4, mark.generation());
        }
        try (Keys keys = open()) {
            Opener opener = keys.opener(bucket, keys.passes().pass("log", 1));
            assertArrayEquals(PLAIN, opener.open(CONTEXT, value));
            assertArrayEquals(PLAIN, all(opener, body, 0, PLAIN.length));
            assertArrayEquals(token, keys.sealer(bucket).token(CONTEXT, PLAIN));
            assertArrayEquals(PLAIN, keys.sealer(bucket).openState(CONTEXT, state));
            assertArrayEquals(PLAIN, keys.vault().open("signing", secret));
            assertArrayEquals(PLAIN, keys.subjects().open(subject, CONTEXT, payload).orElseThrow());
            assertArrayEquals(salts, keys.subjects().salts(subject, CONTEXT));
            assertEquals(3, keys.state().living());
            assertTrue(keys.exists(organisation));
        }
    }

    private static byte[] all(Opener opener, byte[] body, long offset, long length) {
        try (var in = opener.body(CONTEXT, new Memory.SealedArray(body), offset, length)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Values in a row: each is bound to its context, and one that does not verify spoils no other.
     */
    @Test
    void valuesInARow() {
        try (Keys keys = open()) {
            KeyId bucket = keys.create(KeyId.Kind.BUCKET, keys.createOrganisation());
            Sealer sealer = keys.sealer(bucket);
            Opener opener = keys.opener(bucket, keys.passes().pass("log", 1));
            try (Opener.Values values = opener.values();
                    Opener.Values others = opener.values()) {
                for (int i = 0; i < 50; i++) {
                    byte[] context = {(byte) i};
                    byte[] plain = new byte[i];
                    Arrays.fill(plain, (byte) i);
                    byte[] sealed = sealer.seal(context, plain);
                    assertArrayEquals(plain, values.open(context, sealed));
                    assertArrayEquals(plain, others.open(context, sealed));
                    assertThrows(StorageFailure.class, () -> values.open(CONTEXT, sealed));
                    byte[] changed = sealed.clone();
                    changed[sealed.length - 1] ^= 1;
                    assertThrows(StorageFailure.class, () -> values.open(context, changed));
                    assertThrows(StorageFailure.class, () -> values.open(context, new byte[5]));
                    assertArrayEquals(plain, values.open(context, sealed));
                }
                byte[] before = sealer.seal(CONTEXT, PLAIN);
                keys.destroy(List.of(bucket));
                // The page that was begun may end; nobody begins another.
                assertArrayEquals(PLAIN, values.open(CONTEXT, before));
                assertThrows(Keys.KeyGone.class, opener::values);
            }
        }
    }

    @Test
    void destroyedKeysOpenNothingAndTheOthersStillDo() {
        KeyId organisation;
        KeyId kept;
        KeyId keptSubject;
        byte[] value;
        byte[] secret;
        try (Keys keys = open()) {
            organisation = keys.createOrganisation();
            kept = keys.create(KeyId.Kind.BUCKET, organisation);
            keptSubject = keys.create(KeyId.Kind.SUBJECT, organisation);
            KeyId dead = keys.create(KeyId.Kind.BUCKET, organisation);
            KeyId deadSubject = keys.create(KeyId.Kind.SUBJECT, organisation);
            value = keys.sealer(kept).seal(CONTEXT, PLAIN);
            secret = keys.vault().seal("name", PLAIN);
            Pass pass = keys.passes().pass("log", 1);
            Sealer sealer = keys.sealer(dead);
            Opener opener = keys.opener(dead, pass);
            byte[] old = sealer.seal(CONTEXT, PLAIN);
            byte[] payload = keys.subjects().seal(deadSubject, CONTEXT, PLAIN);

            keys.destroy(List.of(dead, deadSubject));

            assertFalse(keys.exists(dead));
            assertThrows(Keys.KeyGone.class, () -> opener.open(CONTEXT, old));
            assertThrows(Keys.KeyGone.class, () -> sealer.seal(CONTEXT, PLAIN));
            assertThrows(Keys.KeyGone.class, () -> sealer.body(CONTEXT));
            assertThrows(Keys.KeyGone.class, () -> keys.opener(dead, pass));
            assertEquals(Optional.empty(), keys.subjects().open(deadSubject, CONTEXT, payload));
            assertThrows(Keys.KeyGone.class, () -> keys.subjects().salts(deadSubject, CONTEXT));
            assertArrayEquals(PLAIN, keys.opener(kept, pass).open(CONTEXT, value));
            long generation = keys.state().generation();
            keys.destroy(List.of(dead));
            assertEquals(generation, keys.state().generation(), "the dead die once");
        }
        try (Keys keys = open()) {
            Pass pass = keys.passes().pass("log", 1);
            assertArrayEquals(PLAIN, keys.opener(kept, pass).open(CONTEXT, value));
            assertArrayEquals(PLAIN, keys.vault().open("name", secret));
            assertEquals(3, keys.state().living());

            keys.destroy(List.of(organisation));
            assertFalse(keys.exists(kept));
            assertFalse(keys.exists(keptSubject));
            assertEquals(0, keys.state().living());
            assertThrows(Keys.KeyGone.class, () -> keys.create(KeyId.Kind.BUCKET, organisation));
            assertArrayEquals(PLAIN, keys.vault().open("name", secret));
        }
    }

    @Test
    void anOldCopyOfTheStoreOpensWhatTodaysNoLongerDoes() throws IOException {
        KeyId bucket;
        byte[] value;
        try (Keys keys = open()) {
            bucket = keys.create(KeyId.Kind.BUCKET, keys.createOrganisation());
            value = keys.sealer(bucket).seal(CONTEXT, PLAIN);
            copy(folder.resolve("a"), folder.resolve("old"));
            keys.destroy(List.of(bucket));
        }
        // This is why the store stays out of the folder's backups.
        KeyOptions old =
                new KeyOptions(List.of(folder.resolve("old")), new KeyOptions.Root.KeyFile(root));
        try (Keys keys = open(old, new Memory.Mark("6f1b", 0))) {
            assertArrayEquals(
                    PLAIN, keys.opener(bucket, keys.passes().pass("log", 1)).open(CONTEXT, value));
        }
        // Today's folder has seen a later generation and refuses that copy, unchanged.
        byte[] before = content(folder.resolve("old"));
        StorageFailure failure = assertThrows(StorageFailure.class, () -> open(old, mark));
        assertEquals(StorageFailure.Kind.FOREIGN, failure.kind());
        assertTrue(said(failure).contains("older than the data folder"));
        assertArrayEquals(before, content(folder.resolve("old")));
        // An old folder with today's store: the key is gone.
        try (Keys keys = open()) {
            assertFalse(keys.exists(bucket));
        }
    }

    @Test
    void aDeathLeavesNoFileBehind() throws IOException {
        try (Keys keys = open()) {
            KeyId organisation = keys.createOrganisation();
            keys.destroy(List.of(organisation));
            for (Path place : places) {
                assertEquals(List.of("keys-0000000000000003.store"), Disk.real().list(place));
            }
            assertEquals(
                    PosixFilePermissions.fromString("rw-------"),
                    Files.getPosixFilePermissions(
                            places.getFirst().resolve("keys-0000000000000003.store")));
            assertEquals(
                    PosixFilePermissions.fromString("rw-------"),
                    Files.getPosixFilePermissions(root));
        }
    }

    @Test
    void aNewOrLaggingPlaceIsFilledFromTheOther() throws IOException {
        KeyId organisation;
        try (Keys keys = open()) {
            keys.createOrganisation();
            copy(folder.resolve("a"), folder.resolve("lagging"));
            organisation = keys.createOrganisation();
        }
        places = List.of(folder.resolve("new"), folder.resolve("lagging"), folder.resolve("b"));
        try (Keys keys = open()) {
            assertTrue(keys.exists(organisation));
        }
        places = List.of(folder.resolve("lagging"));
        try (Keys keys = open()) {
            assertTrue(keys.exists(organisation));
        }
        places = List.of(folder.resolve("new"));
        try (Keys keys = open()) {
            assertTrue(keys.exists(organisation));
        }
    }

    @Test
    void aTornTailIsCutUnlessTheFolderHasSeenIt() throws IOException {
        places = List.of(folder.resolve("a"));
        KeyId first;
        KeyId second;
        try (Keys keys = open()) {
            first = keys.createOrganisation();
            second = keys.createOrganisation();
        }
        Path file = store();
        byte[] whole = Files.readAllBytes(file);
        for (int cut = 1; cut < StoreFile.FRAME_OVERHEAD + StoreFile.RECORD; cut++) {
            byte[] torn = Arrays.copyOf(whole, whole.length - cut);
            Files.write(file, torn);
            StorageFailure failure = assertThrows(StorageFailure.class, this::open);
            assertEquals(StorageFailure.Kind.CORRUPT, failure.kind());
            assertTrue(said(failure).contains("truncated"), failure.getMessage());
            assertArrayEquals(torn, Files.readAllBytes(file), "refused, so unchanged");
        }
        mark = new Memory.Mark("6f1b", 2);
        try (Keys keys = open()) {
            assertTrue(keys.exists(first));
            assertFalse(keys.exists(second));
            assertEquals(2, keys.state().generation());
            second = keys.createOrganisation();
        }
        try (Keys keys = open()) {
            assertTrue(keys.exists(second));
        }
    }

    @Test
    void eachRefusalSaysWhichItIsAndWritesNothing() throws IOException {
        places = List.of(folder.resolve("a"));
        try (Keys keys = open()) {
            keys.createOrganisation();
        }
        Path file = store();
        byte[] whole = Files.readAllBytes(file);

        refused(StorageFailure.Kind.CORRUPT, "truncated", Arrays.copyOf(whole, 4000));
        refused(StorageFailure.Kind.CORRUPT, "truncated", Arrays.copyOf(whole, 4096));
        refused(StorageFailure.Kind.CORRUPT, "truncated", Arrays.copyOf(whole, 4150));
        refused(StorageFailure.Kind.CORRUPT, "truncated", new byte[0]);
        refused(StorageFailure.Kind.CORRUPT, "older|truncated", Arrays.copyOf(whole, 4096 + 141));
        byte[] flipped = whole.clone();
        flipped[4096 + 60] ^= 1;
        refused(StorageFailure.Kind.CORRUPT, "damaged", flipped);
        byte[] newer = whole.clone();
        newer[11] = 3;
        int crc = StoreFile.crc(newer, 0, 4092);
        for (int i = 0; i < 4; i++) {
            newer[4092 + i] = (byte) (crc >>> (24 - 8 * i));
        }
        refused(StorageFailure.Kind.FOREIGN, "newer program", newer);
        byte[] stranger = whole.clone();
        stranger[0] = 'X';
        refused(StorageFailure.Kind.CORRUPT, "does not begin", stranger);

        Files.write(file, whole);
        mark = new Memory.Mark("other", 2);
        refused(StorageFailure.Kind.FOREIGN, "installation", whole);
        mark = new Memory.Mark("6f1b", 3);
        refused(StorageFailure.Kind.FOREIGN, "older than the data folder", whole);
        mark = new Memory.Mark("6f1b", 2);

        byte[] key = Files.readAllBytes(root);
        Files.writeString(root, "00".repeat(32));
        refused(StorageFailure.Kind.FOREIGN, "root key of another store", whole);
        Files.writeString(root, "00".repeat(31));
        refused(StorageFailure.Kind.CORRUPT, "64 hexadecimal digits", whole);
        Files.delete(root);
        refused(StorageFailure.Kind.CORRUPT, "root key .* is missing", whole);
        assertFalse(Files.exists(root));
        Files.write(root, key);
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rw-r--r--"));
        refused(StorageFailure.Kind.FOREIGN, "chmod 600 .*root.key", whole);
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rw-------"));

        Files.delete(file);
        StorageFailure failure = assertThrows(StorageFailure.class, this::open);
        assertEquals(StorageFailure.Kind.CORRUPT, failure.kind());
        assertTrue(said(failure).contains("missing"));
        assertEquals(List.of(), Disk.real().list(places.getFirst()));
    }

    private void refused(StorageFailure.Kind kind, String words, byte[] content)
            throws IOException {
        Path file = store();
        Files.write(file, content);
        StorageFailure failure = assertThrows(StorageFailure.class, this::open, words);
        assertEquals(kind, failure.kind(), failure.getMessage());
        String said = said(failure);
        assertTrue(said.matches(".*(" + words + ").*"), said);
        assertArrayEquals(content, Files.readAllBytes(file), "nothing is written");
        assertEquals(1, Disk.real().list(places.getFirst()).size());
    }

    private static String said(StorageFailure failure) {
        return String.valueOf(failure.getMessage());
    }

    private Path store() throws IOException {
        return places.getFirst().resolve(Disk.real().list(places.getFirst()).getFirst());
    }

    @Test
    void damageInTheMiddleIsNoTornTail() throws IOException {
        places = List.of(folder.resolve("a"));
        try (Keys keys = open()) {
            keys.createOrganisation();
            keys.createOrganisation();
        }
        byte[] damaged = Files.readAllBytes(store());
        damaged[damaged.length - 200] ^= 1;
        mark = new Memory.Mark("6f1b", 1);
        refused(StorageFailure.Kind.CORRUPT, "damaged after byte", damaged);
    }

    @Test
    void aRootUnderAPassphraseOpensWithItAlone() throws IOException {
        KeyId organisation;
        char[] passphrase = "correct horse".toCharArray();
        try (Keys keys = open(passphrase(passphrase), mark)) {
            organisation = keys.createOrganisation();
        }
        assertArrayEquals(new char[passphrase.length], passphrase, "overwritten");
        assertFalse(Files.readString(root).contains("correct"));
        try (Keys keys = open(passphrase("correct horse".toCharArray()), mark)) {
            assertTrue(keys.exists(organisation));
        }
        StorageFailure failure =
                assertThrows(
                        StorageFailure.class,
                        () -> open(passphrase("another horse".toCharArray()), mark));
        assertEquals(StorageFailure.Kind.FOREIGN, failure.kind());
        assertFalse(String.valueOf(failure.getMessage()).contains("another horse"));
        String text = Files.readString(root);
        Files.writeString(root, text.replace("210000", "1000"));
        failure =
                assertThrows(
                        StorageFailure.class,
                        () -> open(passphrase("correct horse".toCharArray()), mark));
        assertEquals(StorageFailure.Kind.CORRUPT, failure.kind());
    }

    private KeyOptions passphrase(char[] characters) {
        return new KeyOptions(places, new KeyOptions.Root.Passphrase(root, characters));
    }

    @Test
    void birthsThatWaitTogetherShareASync() throws Exception {
        AtomicInteger raised = new AtomicInteger();
        Memory.Mark counting =
                new Memory.Mark("6f1b", 0) {
                    @Override
                    public void raise(long generation) {
                        raised.incrementAndGet();
                        super.raise(generation);
                    }
                };
        mark = counting;
        int count = 2000;
        List<Future<KeyId>> births = new ArrayList<>();
        try (Keys keys = open()) {
            KeyId organisation = keys.createOrganisation();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Callable<KeyId> birth = () -> keys.create(KeyId.Kind.SUBJECT, organisation);
                for (int i = 0; i < count; i++) {
                    births.add(threads.submit(birth));
                }
            }
            assertEquals(count + 1, keys.state().living());
            assertTrue(raised.get() < count / 2, raised + " syncs for " + count + " births");
        }
        try (Keys keys = open()) {
            for (Future<KeyId> birth : births) {
                assertTrue(keys.exists(birth.get(1, TimeUnit.SECONDS)));
            }
        }
    }

    @Test
    void afterTheCloseNothingOpens() {
        Keys keys = open();
        KeyId bucket = keys.create(KeyId.Kind.BUCKET, keys.createOrganisation());
        Sealer sealer = keys.sealer(bucket);
        keys.close();
        keys.close();
        for (Runnable use :
                List.<Runnable>of(
                        () -> sealer.seal(CONTEXT, PLAIN),
                        () -> keys.vault().seal("a", PLAIN),
                        keys::createOrganisation,
                        () -> keys.exists(bucket),
                        () -> keys.destroy(List.of(bucket)))) {
            StorageFailure failure = assertThrows(StorageFailure.class, use::run);
            assertEquals(StorageFailure.Kind.CLOSED, failure.kind());
        }
    }

    @Test
    void contextsAndKindsAreWalls() {
        try (Keys keys = open()) {
            KeyId organisation = keys.createOrganisation();
            KeyId a = keys.create(KeyId.Kind.BUCKET, organisation);
            KeyId b = keys.create(KeyId.Kind.BUCKET, organisation);
            KeyId subject = keys.create(KeyId.Kind.SUBJECT, organisation);
            Passes passes = keys.passes();
            assertThrows(IllegalStateException.class, keys::passes);
            Pass pass = passes.pass("log", 1);
            byte[] value = keys.sealer(a).seal(CONTEXT, PLAIN);
            byte[] other = "bucket/other".getBytes(UTF_8);
            corrupt(() -> keys.opener(a, pass).open(other, value));
            corrupt(() -> keys.opener(b, pass).open(CONTEXT, value));
            corrupt(() -> keys.sealer(a).openState(CONTEXT, value));
            byte[] state = keys.sealer(a).sealState(CONTEXT, PLAIN);
            corrupt(() -> keys.opener(a, pass).open(CONTEXT, state));
            corrupt(() -> keys.vault().open("b", keys.vault().seal("a", PLAIN)));
            byte[] payload = keys.subjects().seal(subject, CONTEXT, PLAIN);
            corrupt(() -> keys.subjects().open(subject, other, payload));
            assertFalse(
                    Arrays.equals(
                            keys.sealer(a).token(CONTEXT, PLAIN),
                            keys.sealer(b).token(CONTEXT, PLAIN)));
            assertEquals(16, keys.sealer(a).token(CONTEXT, PLAIN).length);
            assertThrows(IllegalArgumentException.class, () -> keys.sealer(subject));
            assertThrows(IllegalArgumentException.class, () -> keys.subjects().salts(a, other));
            assertThrows(IllegalArgumentException.class, () -> keys.create(KeyId.Kind.BUCKET, a));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> keys.create(KeyId.Kind.ORGANISATION, organisation));
            assertFalse(keys.exists(new KeyId(KeyId.Kind.SUBJECT, a.id())), "kinds are told apart");
            assertThrows(
                    IllegalArgumentException.class,
                    () -> keys.sealer(a).seal(CONTEXT, new byte[(1 << 20) + 1]));
        }
    }

    private static void corrupt(Runnable open) {
        StorageFailure failure = assertThrows(StorageFailure.class, open::run);
        assertEquals(StorageFailure.Kind.CORRUPT, failure.kind());
    }

    @Test
    void nothingPrintsASecret() throws IOException {
        try (Keys keys = open()) {
            KeyId bucket = keys.create(KeyId.Kind.BUCKET, keys.createOrganisation());
            String rootDigits = Files.readString(root).strip();
            byte[] bytes = HexFormat.of().parseHex(rootDigits);
            String said =
                    new Secret(bytes.clone())
                            + " "
                            + new Secret.Raw(bytes, "AES")
                            + keys
                            + keys.sealer(bucket)
                            + keys.state()
                            + new KeyOptions.Root.Passphrase(root, "open sesame".toCharArray())
                            + StoreFile.Epoch.of(bytes.clone());
            assertFalse(said.contains(rootDigits) || said.contains(Arrays.toString(bytes)));
            assertFalse(said.contains("sesame"));
            assertNotEquals("", said);
        }
    }

    @Test
    void aSecretIsWipedWhenItDies() {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) 7);
        Secret secret = new Secret(bytes);
        byte[] copy = secret.copy();
        secret.die(() -> new IllegalStateException("dead"));
        assertArrayEquals(new byte[32], bytes);
        assertEquals(7, copy[0]);
        assertThrows(IllegalStateException.class, secret::copy);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (String name : Disk.real().list(from)) {
            Files.copy(from.resolve(name), to.resolve(name));
        }
    }

    private static byte[] content(Path place) throws IOException {
        return Files.readAllBytes(place.resolve(Disk.real().list(place).getFirst()));
    }
}
