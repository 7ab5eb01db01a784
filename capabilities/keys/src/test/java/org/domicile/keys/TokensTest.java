package org.domicile.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.domicile.bytes.Disk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** People by their identifiers: found, erased, and found no more. */
class TokensTest {
    @TempDir Path folder;
    private final Memory.Mark mark = new Memory.Mark("6f1b", 0);

    private Keys open() {
        return Keys.open(
                new KeyOptions(
                        List.of(folder.resolve("a"), folder.resolve("b")),
                        new KeyOptions.Root.KeyFile(folder.resolve("root/root.key"))),
                mark,
                Disk.real(),
                new SecureRandom());
    }

    @Test
    void oneKeyForOnePersonOfOneOrganisation() {
        KeyId city;
        KeyId water;
        KeyId ada;
        try (Keys keys = open()) {
            city = keys.createOrganisation();
            water = keys.createOrganisation();
            assertEquals(Optional.empty(), keys.subject(city, "p-1"));
            ada = keys.createSubject(city, "p-1");
            assertEquals(ada, keys.createSubject(city, "p-1"));
            assertEquals(Optional.of(ada), keys.subject(city, "p-1"));
            assertEquals(Optional.empty(), keys.subject(water, "p-1"));
            assertNotEquals(ada, keys.createSubject(water, "p-1"));
            assertNotEquals(ada, keys.createSubject(city, "p-2"));
            assertThrows(IllegalArgumentException.class, () -> keys.createSubject(city, ""));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> keys.createSubject(city, "x".repeat(1_025)));
        }
        try (Keys keys = open()) {
            assertEquals(Optional.of(ada), keys.subject(city, "p-1"));
            keys.destroy(List.of(ada));
            assertEquals(Optional.empty(), keys.subject(city, "p-1"));
            assertTrue(keys.subject(city, "p-2").isPresent());
            assertTrue(keys.subject(water, "p-1").isPresent());
            assertNotEquals(ada, keys.createSubject(city, "p-1"), "who comes back is new");
            keys.destroy(List.of(water));
            assertEquals(Optional.empty(), keys.subject(water, "p-1"));
            assertThrows(Keys.KeyGone.class, () -> keys.createSubject(water, "p-1"));
        }
    }

    @Test
    void whoComesAtOnceGetsOneAndTheSame() throws Exception {
        try (Keys keys = open();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            KeyId city = keys.createOrganisation();
            List<Future<KeyId>> born = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                String who = "p-" + i % 7;
                Callable<KeyId> birth = () -> keys.createSubject(city, who);
                born.add(threads.submit(birth));
            }
            Set<KeyId> different = new HashSet<>();
            for (int i = 0; i < born.size(); i++) {
                KeyId id = born.get(i).get(30, TimeUnit.SECONDS);
                assertEquals(Optional.of(id), keys.subject(city, "p-" + i % 7));
                different.add(id);
            }
            assertEquals(7, different.size());
            assertEquals(8, keys.state().living());
        }
    }

    /** Against a map: many births and deaths, and openings between them. */
    @Test
    void asAMapDoes() {
        long seed = Memory.seed("asAMapDoes");
        Random random = new Random(seed);
        Map<String, KeyId> known = new HashMap<>();
        KeyId city;
        try (Keys keys = open()) {
            city = keys.createOrganisation();
        }
        for (int opening = 0; opening < 4; opening++) {
            try (Keys keys = open()) {
                for (int step = 0; step < 30; step++) {
                    String who = "p-" + random.nextInt(30);
                    if (random.nextInt(4) == 0) {
                        KeyId dead = known.remove(who);
                        if (dead != null) {
                            keys.destroy(List.of(dead));
                            assertFalse(keys.exists(dead));
                        }
                    } else {
                        KeyId id = keys.createSubject(city, who);
                        assertEquals(known.getOrDefault(who, id), id, who + ", seed " + seed);
                        known.put(who, id);
                    }
                }
                for (int i = 0; i < 30; i++) {
                    assertEquals(
                            Optional.ofNullable(known.get("p-" + i)),
                            keys.subject(city, "p-" + i),
                            "seed " + seed);
                }
            }
        }
    }

    /** No identifier, and nothing that is made of it alone, stands in a place. */
    @Test
    void placesHoldNoIdentifier() throws IOException {
        String who = "planted-identifier-of-somebody";
        try (Keys keys = open()) {
            KeyId city = keys.createOrganisation();
            KeyId id = keys.createSubject(city, who);
            for (String each : List.of(who, id.id())) {
                assertFalse(anywhere(each.getBytes(UTF_8)), each);
            }
        }
    }

    private boolean anywhere(byte[] wanted) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (new String(
                                Files.readAllBytes(file),
                                java.nio.charset.StandardCharsets.ISO_8859_1)
                        .contains(new String(wanted, UTF_8))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A store of the first format, made by the program as it was, opens and is written anew. */
    @Test
    void theFirstFormatStillOpens() throws IOException {
        Path place = Files.createDirectories(folder.resolve("a"));
        Path root = Files.createDirectories(folder.resolve("root"));
        copy("keys-0000000000000001.store", place.resolve("keys-0000000000000001.store"));
        copy("root.key", root.resolve("root.key"));
        Files.setPosixFilePermissions(
                root.resolve("root.key"), PosixFilePermissions.fromString("rw-------"));
        KeyId city = new KeyId(KeyId.Kind.ORGANISATION, line("organisation"));
        KeyId subject = new KeyId(KeyId.Kind.SUBJECT, line("subject"));
        byte[] salts = java.util.HexFormat.of().parseHex(line("salts"));
        for (int opening = 0; opening < 2; opening++) {
            try (Keys keys = open()) {
                assertArrayEquals(salts, keys.subjects().salts(subject, new byte[] {7}));
                assertEquals(4 + (opening == 0 ? 0 : 1), keys.state().generation());
                keys.createSubject(city, "p-1");
                assertEquals(3, keys.state().living());
            }
        }
    }

    private static void copy(String name, Path to) throws IOException {
        try (InputStream in = resource(name)) {
            Files.copy(in, to);
        }
    }

    private static String line(String name) throws IOException {
        try (InputStream in = resource("names")) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .filter(each -> each.startsWith(name + " "))
                    .map(each -> each.substring(name.length() + 1))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static InputStream resource(String name) {
        InputStream in = TokensTest.class.getResourceAsStream("format-1/" + name);
        if (in == null) {
            throw new AssertionError("no resource " + name);
        }
        return in;
    }
}
