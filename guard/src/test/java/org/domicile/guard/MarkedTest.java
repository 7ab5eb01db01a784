package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.Sealer;
import org.domicile.objects.Bucket;
import org.domicile.policy.Marks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Versions as they were stored while marks stood among the attributes. */
@Timeout(60)
class MarkedTest {
    private static final Marks MARKS = new Marks(List.of("health"), List.of("ads"), List.of());

    @TempDir private Path folder;

    @Test
    void whatAnOlderProgramStoredKeepsItsMarks() {
        try (Installation installation = Installation.inMemory(folder)) {
            installation.tenant("city");
            Bucket bucket = installation.admin().createBucket("city", "archive", List.of());
            Sealer sealer = installation.keys().sealer(Vessel.key(bucket));
            byte[] context = Vessel.context(bucket, "n");
            byte[] place =
                    ("marks/" + new String(context, StandardCharsets.ISO_8859_1))
                            .getBytes(StandardCharsets.ISO_8859_1);
            byte[] sealed =
                    sealer.sealState(place, AttributesCodec.encode(State.NONE.carrying(MARKS)));
            byte[] attributes = {1, 2, 3};
            byte[] stored =
                    ByteBuffer.allocate(5 + sealed.length + attributes.length)
                            .put((byte) 'M')
                            .putInt(sealed.length)
                            .put(sealed)
                            .put(attributes)
                            .array();
            assertArrayEquals(attributes, Marked.attributes(stored));
            assertArrayEquals(attributes, Marked.attributes(attributes));
            State tagged = State.NONE.tagged(Map.of("a", "b"));
            State read = Marked.with(tagged, sealer, context, stored);
            assertEquals(MARKS, read.marks());
            assertEquals(Map.of("a", "b"), read.tags());
            assertEquals(tagged, Marked.with(tagged, sealer, context, attributes));
            stored[4] = (byte) 0xFF;
            assertThrows(StorageFailure.class, () -> Marked.attributes(stored));
        }
    }
}
