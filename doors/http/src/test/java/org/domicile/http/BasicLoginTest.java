package org.domicile.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

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
        assertThat(login.accessKey()).isEqualTo("KEY");
        assertThat(new String(login.secret(), UTF_8)).isEqualTo("a:sécret");
        assertThat(login.toString()).isEqualTo("BasicLogin[KEY]");
    }

    @Test
    void whatIsNoPairIsNoLogin() {
        assertThat(shown()).isEmpty();
        assertThat(shown("Bearer " + encoded("KEY:secret"))).isEmpty();
        assertThat(shown("Basic " + encoded("KEY"))).isEmpty();
        assertThat(shown("Basic ?")).isEmpty();
        assertThat(shown("Basic")).isEmpty();
        assertThat(shown("Basic " + encoded("KEY:" + "s".repeat(512)))).isEmpty();
    }

    @Test
    void twoFieldsAreNoLoginBecauseNobodyKnowsWhichIsMeant() {
        String field = "Basic " + encoded("KEY:secret");
        assertThat(shown(field)).isPresent();
        assertThat(shown(field, field)).isEmpty();
    }
}
