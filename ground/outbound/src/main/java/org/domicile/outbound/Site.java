package org.domicile.outbound;

import java.net.InetAddress;
import java.net.URI;
import java.util.List;

/**
 * A place outside that an operator has registered. Immutable.
 *
 * <p>What a string of an address does not say plainly is refused: user, fragment, a path with dots
 * that would lead elsewhere.
 */
public final class Site {
    private final URI base;
    private final List<Network> networks;

    /**
     * @param base {@code https://host[:port][/path]} or {@code http} on loopback
     * @param networks CIDR texts of addresses inside that it may have
     * @throws IllegalArgumentException with a sentence when one of them is malformed
     */
    public Site(String base, List<String> networks) {
        this.base = checked(base);
        if (this.base.getRawQuery() != null) {
            throw new IllegalArgumentException("the address of a site has no query");
        }
        this.networks = networks.stream().map(Network::parse).toList();
    }

    private static URI checked(String text) {
        URI uri = URI.create(text);
        String scheme = uri.getScheme();
        if (!("https".equals(scheme) || "http".equals(scheme))
                || uri.getHost() == null
                || uri.getRawUserInfo() != null
                || uri.getRawFragment() != null
                || !uri.normalize().equals(uri)
                || dots(uri.getRawPath()).contains("/..")) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no address of a site: https://host[:port]/path");
        }
        return uri;
    }

    /** Some servers decode dots before they look where a path leads. */
    private static String dots(String path) {
        return path.replace("%2e", ".").replace("%2E", ".");
    }

    /** Where it is. */
    URI base() {
        return base;
    }

    /** Whether an address is of this site. */
    public boolean has(String address) {
        try {
            return has(checked(address));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private boolean has(URI uri) {
        String path = base.getRawPath();
        String asked = uri.getRawPath();
        return base.getScheme().equals(uri.getScheme())
                && base.getHost().equals(uri.getHost())
                && port(base) == port(uri)
                && asked.startsWith(path)
                && (path.endsWith("/")
                        || asked.length() == path.length()
                        || asked.charAt(path.length()) == '/'
                        || path.isEmpty());
    }

    /**
     * @throws Unreachable when it is not of this site
     */
    URI within(String address) throws Unreachable {
        if (!has(address)) {
            throw new Unreachable(address + " is not within the registered " + base);
        }
        return URI.create(address);
    }

    static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
    }

    /**
     * @throws Unreachable when a connection to this address is refused
     */
    void require(InetAddress address) throws Unreachable {
        boolean listed = networks.stream().anyMatch(each -> each.holds(address));
        if (Network.isInside(address) && !listed) {
            throw new Unreachable(
                    base.getHost()
                            + " has the address "
                            + address.getHostAddress()
                            + ", which is not of the public internet and not listed for it");
        }
        if (base.getScheme().equals("http") && !(listed && address.isLoopbackAddress())) {
            throw new Unreachable(
                    base + " is not encrypted: http is for listed loopback addresses alone");
        }
    }
}
