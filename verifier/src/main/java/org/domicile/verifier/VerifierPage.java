package org.domicile.verifier;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The verifier as a web page: one file of HTML that needs no server and opens no connection. A
 * third implementation, in JavaScript, with its own cryptography: it works where a browser has
 * neither ML-DSA nor a secure context.
 */
public final class VerifierPage {
    private VerifierPage() {}

    /** The page's bytes, UTF-8. */
    public static byte[] html() {
        try (InputStream file = VerifierPage.class.getResourceAsStream("verify.html")) {
            if (file == null) {
                throw new IllegalStateException("the page is not in the jar");
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("the page cannot be read from the jar", e);
        }
    }
}
