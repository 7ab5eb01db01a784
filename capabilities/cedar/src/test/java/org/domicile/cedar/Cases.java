package org.domicile.cedar;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.SplittableRandom;

/** The cases of our own, and the seed of what is random. */
final class Cases {
    private Cases() {}

    static Path folder() {
        URL url = Objects.requireNonNull(Cases.class.getResource("/cases"));
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    static String text(String name) {
        try {
            return Files.readString(folder().resolve("flood").resolve(name));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Schema schema() throws CedarException {
        return Schema.parse(text("schema.cedarschema"));
    }

    static SplittableRandom random(String test) {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        System.out.println(test + ": -Ddomicile.seed=" + seed);
        return new SplittableRandom(seed);
    }
}
