package org.domicile.http;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * One listening address.
 *
 * @param name for logs and metrics, for example {@code s3}
 * @param address where it listens
 * @param tls certificate and key when it speaks TLS
 * @param connections the most that may be open at once
 * @param headTime the longest that a request's head may take, and an idle connection may stay
 */
public record ListenerOptions(
        String name, Address address, Optional<Tls> tls, int connections, Duration headTime) {
    /** A TCP address (port 0: a free one) or the path of a Unix socket, made with mode 600. */
    public sealed interface Address {
        /** TCP. */
        record Tcp(String host, int port) implements Address {}

        /** Unix domain socket. */
        record Unix(Path path) implements Address {}
    }

    /** PEM files; re-read when they change. */
    public record Tls(Path certificates, Path key) {}

    /** Plain TCP with the usual limits. */
    public static ListenerOptions plain(String name, String host, int port) {
        return new ListenerOptions(
                name, new Address.Tcp(host, port), Optional.empty(), 4_096, Duration.ofSeconds(60));
    }
}
