package org.domicile.admin;

import java.util.Set;

/**
 * What the door is told.
 *
 * @param token what callers show; at least 32 characters
 * @param hosts values of {@code Host} that are accepted over TCP, with port where it is not the
 *     usual one; not asked over the Unix socket
 */
public record AdminOptions(String token, Set<String> hosts) {
    /** Refuses a token that could be guessed. */
    public AdminOptions {
        if (token.length() < 32) {
            throw new IllegalArgumentException("the admin token is shorter than 32 characters");
        }
        hosts = Set.copyOf(hosts);
    }
}
