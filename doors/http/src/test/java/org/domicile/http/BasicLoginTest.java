package org.domicile.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BasicLoginTest {
    private static Optional<BasicLogin> shown(String... fields) {
        Headers headers = new Headers();
        for (String each : fields) {
            headers.add("authorization", each);
        }
        return BasicLogin.of(headers);
    }

    private static String encoded(String pair) {
        return Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
    }

    @Test
    void aPairIsSplitAtItsFirstColonWhateverTheCaseOfTheScheme() {
        BasicLogin login = shown("bAsIc  " + encoded("KEY:a:sécret") + " ").orElseThrow();
        assertEquals("KEY", login.accessKey());
        assertEquals("a:sécret", new String(login.secret(), UTF_8));
        assertEquals("BasicLogin[KEY]", login.toString());
    }

    @Test
    void whatIsNoPairIsNoLogin() {
        assertTrue(shown().isEmpty());
        assertTrue(shown("Bearer " + encoded("KEY:secret")).isEmpty());
        assertTrue(shown("Basic " + encoded("KEY")).isEmpty());
        assertTrue(shown("Basic ?").isEmpty());
        assertTrue(shown("Basic").isEmpty());
        assertTrue(shown("Basic " + encoded("KEY:" + "s".repeat(512))).isEmpty());
    }

    @Test
    void twoFieldsAreNoLoginBecauseNobodyKnowsWhichIsMeant() {
        String field = "Basic " + encoded("KEY:secret");
        assertTrue(shown(field).isPresent());
        assertTrue(shown(field, field).isEmpty());
    }
}
