package org.domicile.streams;

import java.net.InetAddress;

/**
 * Who asks, as far as the log knows.
 *
 * @param login the name under which it logged in
 * @param address where it is
 */
public record Client(String login, InetAddress address) {}
