package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Files in parts that end where a record does. */
class RecordPartsTest {
    private static List<RecordParts.Part> parts(String text, RecordParts.Kind kind, int size)
            throws IOException {
        List<RecordParts.Part> all = new ArrayList<>();
        try (RecordParts parts =
                new RecordParts(
                        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                        kind,
                        size)) {
            for (Optional<RecordParts.Part> next = parts.next();
                    next.isPresent();
                    next = parts.next()) {
                all.add(next.get());
            }
        }
        return all;
    }

    private static String text(RecordParts.Part part) {
        return new String(part.bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void eachPartHasTheNames() throws IOException {
        String text = "a,b\n1,2\n3,4\n5,\"6\n6\"\n7,8";
        List<RecordParts.Part> parts = parts(text, RecordParts.Kind.NAMED, 5);
        assertEquals(
                List.of("a,b\n1,2\n", "a,b\n3,4\n5,\"6\n6\"\n", "a,b\n7,8"),
                parts.stream().map(RecordPartsTest::text).toList());
        assertEquals(text.length(), parts.stream().mapToLong(RecordParts.Part::own).sum());
        // line 2 of the second part, "3,4", is line 3 of the file
        assertEquals(List.of(0L, 1L, 4L), parts.stream().map(RecordParts.Part::shift).toList());
    }

    @Test
    void linesAreLines() throws IOException {
        List<RecordParts.Part> parts = parts("{\"a\": \"\n{}\n{}\n", RecordParts.Kind.LINES, 1);
        assertEquals(3, parts.size());
        assertEquals(List.of(0L, 1L, 2L), parts.stream().map(RecordParts.Part::shift).toList());
        assertTrue(parts("", RecordParts.Kind.NAMED, 10).isEmpty());
        assertEquals(1, parts("1,2\n3,4\n", RecordParts.Kind.PLAIN, 1 << 20).size());
    }
}
