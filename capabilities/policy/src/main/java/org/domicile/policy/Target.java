package org.domicile.policy;

import java.time.Instant;
import java.util.List;

/**
 * Somewhere outside that the program may reach for an organisation: an issuer of tokens, or a
 * webhook that buckets tell of changes, which has a secret. There is no other outbound connection
 * of its kind.
 *
 * @param name unique in its organisation, a DNS label; public
 * @param url where it is, {@code https://host[:port]/path}, or {@code http} on loopback; for an
 *     issuer, what its tokens say as {@code iss}. What begins with it is reached through this
 *     target
 * @param zone where it stands
 * @param networks CIDR texts of loopback, link-local and private addresses that it may have; none
 *     unless listed
 * @param removed true once it was taken away
 */
public record Target(
        String organisation,
        String name,
        String url,
        String zone,
        List<String> networks,
        Instant created,
        boolean removed) {
    /** Full name: "organisation/name". */
    public String full() {
        return organisation + "/" + name;
    }

    /** The same, taken away. */
    Target taken() {
        return new Target(organisation, name, url, zone, networks, created, true);
    }
}
