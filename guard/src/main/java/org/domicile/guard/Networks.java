package org.domicile.guard;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Which zone a client's address stands in: the longest matching prefix wins. */
final class Networks {
    private record Prefix(byte[] address, int bits, String zone) {}

    private final List<Prefix> longestFirst;

    /**
     * @throws IllegalArgumentException with a sentence when a CIDR text is malformed
     */
    Networks(List<GuardOptions.Network> networks) {
        List<Prefix> prefixes = new ArrayList<>();
        for (GuardOptions.Network network : networks) {
            prefixes.add(parse(network));
        }
        prefixes.sort(Comparator.comparingInt(Prefix::bits).reversed());
        longestFirst = List.copyOf(prefixes);
    }

    Optional<String> zone(InetAddress address) {
        byte[] bytes = address.getAddress();
        for (Prefix prefix : longestFirst) {
            if (matches(prefix, bytes)) {
                return Optional.of(prefix.zone());
            }
        }
        return Optional.empty();
    }

    private static boolean matches(Prefix prefix, byte[] address) {
        if (prefix.address().length != address.length) {
            return false;
        }
        int whole = prefix.bits() / 8;
        for (int i = 0; i < whole; i++) {
            if (prefix.address()[i] != address[i]) {
                return false;
            }
        }
        int rest = prefix.bits() % 8;
        int mask = rest == 0 ? 0 : 0xFF << (8 - rest) & 0xFF;
        return mask == 0 || (prefix.address()[whole] & mask) == (address[whole] & mask);
    }

    private static Prefix parse(GuardOptions.Network network) {
        String text = network.cidr();
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        boolean literal = host.matches("[0-9.]+") || host.indexOf(':') >= 0;
        try {
            if (!literal) {
                throw new UnknownHostException(host);
            }
            byte[] address = InetAddress.getByName(host).getAddress();
            int bits =
                    slash < 0
                            ? address.length * 8
                            : Integer.parseInt(text, slash + 1, text.length(), 10);
            if (bits < 0 || bits > address.length * 8) {
                throw new NumberFormatException("prefix length");
            }
            return new Prefix(address, bits, network.zone());
        } catch (UnknownHostException | NumberFormatException e) {
            throw new IllegalArgumentException(
                    "zone.networks: '"
                            + text
                            + "' is no network; write it like 10.1.0.0/16 or fd00::/8",
                    e);
        }
    }
}
