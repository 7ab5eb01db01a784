package org.domicile.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class FollowersTest {
    private final Followers followers = new Followers();

    private void full(String organisation, String bound) {
        Failure full = assertThrows(Failure.class, () -> followers.begin(organisation));
        assertEquals(503, full.status());
        assertTrue(full.seconds() > 0);
        assertTrue(full.sentence().startsWith(bound), full::sentence);
    }

    /** Story: who followed one stream was told that an organisation follows at most 16. */
    @Test
    void whoIsOneTooManyIsToldOfWhom() {
        for (int organisation = 0; organisation < 4; organisation++) {
            for (int i = 0; i < Followers.MOST_OF_ONE; i++) {
                followers.begin("o" + organisation);
            }
        }
        full("o1", "Your organisation follows 16 streams");
        full("o9", "All together follow 64 streams");
        followers.end("o1");
        followers.begin("o9");
        full("o1", "All together");
        followers.end("o9");
        followers.begin("o1");
    }
}
