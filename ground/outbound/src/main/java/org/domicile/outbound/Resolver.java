package org.domicile.outbound;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Looks names up. */
interface Resolver {
    /** All addresses of a host's name, or the one that it is. */
    List<InetAddress> addresses(String host) throws UnknownHostException;
}
