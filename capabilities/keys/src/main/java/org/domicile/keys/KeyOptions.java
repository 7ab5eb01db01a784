package org.domicile.keys;

import java.nio.file.Path;
import java.util.List;

/**
 * Where keys lie.
 *
 * @param places directories of mode 700, each with a full copy of the store; at least one, none
 *     inside the data folder
 * @param root where the root key comes from
 */
public record KeyOptions(List<Path> places, Root root) {
    /** Where the root key comes from. */
    public sealed interface Root {
        /** A file of mode 600 with 64 hexadecimal digits; made when the store is new. */
        record KeyFile(Path path) implements Root {}

        /**
         * A file that holds the root key sealed under a passphrase (PBKDF2-HMAC-SHA-512 with a
         * stored count and salt).
         *
         * @param path the sealed root key
         * @param passphrase characters; overwritten by {@code open}
         */
        record Passphrase(Path path, char[] passphrase) implements Root {}
    }
}
