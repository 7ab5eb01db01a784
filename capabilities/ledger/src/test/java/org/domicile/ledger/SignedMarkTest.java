package org.domicile.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignedMarkTest {
    private static final String ORIGIN = "example.org/log";

    @TempDir Path folder;

    @Test
    void oneDamagedPlaceIsWrittenAnewFromTheOther() throws IOException {
        SignedMark mark = mark();
        mark.raise(7);
        Path damaged = file("b");
        Files.writeString(damaged, Files.readString(damaged).substring(0, 5));
        assertEquals(7, mark().highest());
        mark().raise(8);
        assertEquals(Files.readString(file("a")), Files.readString(damaged));
        assertEquals(8, mark().highest());
    }

    @Test
    void whenEveryPlaceIsDamagedItIsSaid() throws IOException {
        mark().raise(7);
        Files.writeString(file("a"), "x");
        Files.writeString(file("b"), "another.org/log\n9\n");
        StorageFailure refused = assertThrows(StorageFailure.class, this::mark);
        assertEquals(StorageFailure.Kind.CORRUPT, refused.kind());
        String sentence = String.valueOf(refused.getMessage());
        assertTrue(sentence.contains("put back a whole one"), sentence);
    }

    private SignedMark mark() throws IOException {
        return SignedMark.in(
                List.of(folder.resolve("a"), folder.resolve("b")), Disk.real(), ORIGIN);
    }

    private Path file(String place) throws IOException {
        try (var files = Files.list(folder.resolve(place))) {
            return files.findFirst().orElseThrow();
        }
    }
}
