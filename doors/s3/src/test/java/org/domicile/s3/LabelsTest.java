package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.domicile.policy.Marks;
import org.junit.jupiter.api.Test;

/**
 * What the door says when a label refuses. That each operation that copies keeps labels is tested
 * where all doors are seen, by the launcher's DataPathLabelsTest.
 */
class LabelsTest extends DoorTest {
    @Test
    void aRefusalSaysWhy() throws IOException {
        String own = bucket.substring(1);
        assertEquals(200, client.put(bucket + "/raw/n", "source").status());
        installation
                .administration()
                .label(own, "raw/", new Marks(List.of(), List.of("trial"), List.of()));
        Client.Reply refused = client.get(bucket + "/raw/n");
        failed(403, "AccessDenied", refused);
        assertTrue(refused.element("Message").contains("prohibits the purpose"), refused.text());
        failed(403, "AccessDenied", client.get(bucket + "?list-type=2"));
        assertEquals(200, client.get(bucket + "?list-type=2&prefix=other/").status());
    }
}
