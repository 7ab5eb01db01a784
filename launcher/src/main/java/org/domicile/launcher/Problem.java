package org.domicile.launcher;

import java.io.IOException;
import java.net.URI;
import java.util.function.Function;
import javax.net.ssl.SSLHandshakeException;

/** A command cannot do what was asked. The message is a sentence for people; exit code 1. */
final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Problem(String sentence) {
        super(sentence, null, false, false);
    }

    /** No server takes connections there. */
    static Problem nothingAt(URI endpoint) {
        return new Problem(
                "nothing answers at "
                        + endpoint
                        + "; is the server up? ./domicile status says, and where");
    }

    /**
     * A server answered, and not as it was hoped.
     *
     * @param sentence where its answer says why
     */
    static Problem answered(int status, byte[] answer, Function<Json.Row, String> sentence) {
        try {
            String said = sentence.apply(Json.object(answer));
            if (!said.isEmpty()) {
                return new Problem(said);
            }
        } catch (IOException e) {
            // It is said below: an answer that is no JSON comes from something else than our door.
        }
        return new Problem(
                "the server answered with status "
                        + status
                        + (status >= 500 ? "; see log/server.log in its data folder" : ""));
    }

    /** A server is there whose certificate nobody whom we trust has signed. */
    static Problem untrusted(URI endpoint, SSLHandshakeException why) {
        return new Problem(
                "the certificate of "
                        + endpoint
                        + " is not trusted here ("
                        + why.getMessage()
                        + "); name the file of the one that signed it with --ca");
    }
}
