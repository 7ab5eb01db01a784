package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.domicile.launcher.Rig.Ran;

/**
 * What {@code import} must do at any endpoint: copy a folder with names and sizes of every kind,
 * read it back, find all of it there the second time, and send only what changed the third.
 *
 * @param folder made anew, for the files
 * @param credential file with accessKey and secret
 * @param target {@code s3://BUCKET/PREFIX}; the bucket is made
 */
record ImportedFolder(Path folder, String endpoint, Path credential, String target) {
    private static final int MIB = 1 << 20;

    void check(Random random) throws IOException {
        write(random, "plain.bin", 5_000);
        write(random, "sub/ü b+c&d%20;='$@,!.txt", 10);
        write(random, "empty", 0);
        write(random, "deep/er/est/file", 70_000);
        write(random, "border", 16 * MIB);
        write(random, "large", 33 * MIB + 7);
        Json.Row first = row("--create", "--verify");
        assertEquals(6, first.number("copied"), first.line());
        Json.Row second = row();
        assertEquals(6, second.number("present"), second.line());
        assertEquals(0, second.number("copied"), second.line());
        write(random, "plain.bin", 5_000);
        write(random, "deep/er/est/file", 70_000);
        Json.Row third = row("--verify");
        assertEquals(2, third.number("copied"), third.line());
        assertEquals(4, third.number("present"), third.line());
    }

    private void write(Random random, String name, int size) throws IOException {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        Path file = folder.resolve(name);
        Path parent = file.getParent();
        assertTrue(parent != null);
        Files.createDirectories(parent);
        Files.write(file, bytes);
    }

    private Json.Row row(String... more) throws IOException {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "import",
                                folder.toString(),
                                target,
                                "--endpoint",
                                endpoint,
                                "--credential",
                                credential.toString(),
                                "--json"));
        all.addAll(List.of(more));
        Ran ran = Rig.command(all.toArray(String[]::new));
        assertEquals(0, ran.code(), ran.out() + ran.err());
        return ran.rows().getFirst();
    }
}
