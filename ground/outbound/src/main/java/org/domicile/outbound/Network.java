package org.domicile.outbound;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Addresses that begin alike.
 *
 * @param bits how many of them count
 */
record Network(byte[] address, int bits) {
    /**
     * What is not of the public internet (IANA, "IPv4 Special-Purpose Address Registry" and "IPv6
     * Special-Purpose Address Registry"), and what carries an IPv4 address inside an IPv6 one.
     */
    private static final List<Network> INSIDE =
            List.of(
                    parse("0.0.0.0/8"),
                    parse("10.0.0.0/8"),
                    parse("100.64.0.0/10"),
                    parse("127.0.0.0/8"),
                    parse("169.254.0.0/16"),
                    parse("172.16.0.0/12"),
                    parse("192.0.0.0/24"),
                    parse("192.88.99.0/24"),
                    parse("192.168.0.0/16"),
                    parse("198.18.0.0/15"),
                    parse("224.0.0.0/3"),
                    parse("::/96"),
                    parse("64:ff9b::/96"),
                    parse("64:ff9b:1::/48"),
                    parse("100::/64"),
                    parse("2001::/23"),
                    parse("2002::/16"),
                    parse("3fff::/20"),
                    parse("5f00::/16"),
                    parse("fc00::/7"),
                    parse("fe80::/9"),
                    parse("ff00::/8"));

    /**
     * From a CIDR text; an address without a length is itself alone.
     *
     * @throws IllegalArgumentException with a sentence
     */
    static Network parse(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        try {
            if (!host.matches("[0-9.]+|[0-9a-fA-F.]*:[0-9a-fA-F:.]*")) {
                throw new UnknownHostException(host); // a name would be looked up
            }
            byte[] address = InetAddress.getByName(host).getAddress();
            int bits =
                    slash < 0
                            ? address.length * 8
                            : Integer.parseInt(text, slash + 1, text.length(), 10);
            if (bits < 0 || bits > address.length * 8) {
                throw new NumberFormatException("prefix length");
            }
            return new Network(address, bits);
        } catch (UnknownHostException | NumberFormatException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no network; write it like 10.1.0.0/16 or fd00::/8", e);
        }
    }

    static boolean isInside(InetAddress address) {
        return INSIDE.stream().anyMatch(each -> each.holds(address));
    }

    boolean holds(InetAddress other) {
        byte[] bytes = other.getAddress();
        if (bytes.length != address.length) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i & 7);
            if ((bytes[i >> 3] & mask) != (address[i >> 3] & mask)) {
                return false;
            }
        }
        return true;
    }
}
