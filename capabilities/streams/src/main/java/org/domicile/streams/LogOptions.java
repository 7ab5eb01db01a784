package org.domicile.streams;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * Where the log is.
 *
 * @param folder its own
 * @param host where clients reach it, a literal address
 * @param port 0 for a free one
 * @param told how clients are told to find it, {@code HOST} or {@code HOST:PORT}; empty for where
 *     it listens
 * @param rate bytes a second that clients of an organisation publish, and as many that they poll,
 *     before they are slowed down; 0 for no limit
 * @param volume what the operator says of the folder's volume, which the system need not know
 * @param full why nothing more is published, in a sentence's words; empty while there is room.
 *     Asked many times a second
 * @param tls what each new connection of a client begins with; empty for connections in clear
 */
public record LogOptions(
        Path folder,
        String host,
        int port,
        String told,
        long rate,
        Said volume,
        Supplier<String> full,
        Optional<Supplier<SSLContext>> tls) {
    /** On this machine, in clear, with as much room as there is. */
    public LogOptions(Path folder, String host, int port) {
        this(folder, host, port, "", 0, Said.NOTHING, () -> "", Optional.empty());
    }

    /** What an operator says of a volume. */
    public enum Said {
        /** What the system says counts. */
        NOTHING,
        /** It is encrypted, in a way that cannot be seen here. */
        ENCRYPTED
    }
}
