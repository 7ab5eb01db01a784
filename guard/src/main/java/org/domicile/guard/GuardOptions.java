package org.domicile.guard;

import java.util.List;
import java.util.Map;
import org.domicile.policy.Ownership;

/**
 * What the guard is told by configuration.
 *
 * @param node this machine's name in use numbers, a DNS label
 * @param dataZone zone of the blob engine: where data lie
 * @param listenerZones zone of each listener's clients by listener name; a listener not named here
 *     is in the data zone
 * @param networks which clients stand in another zone than their listener; the longest prefix wins
 * @param permits uses that may be under way at once; above, OVERLOADED
 * @param ownership who owns the objects of a bucket that says nothing of it
 * @param publicPurposes full name of the purpose that callers without a signature act under, by the
 *     organisation whose buckets they come to; without one they are let in nowhere
 * @param describing bytes of heap for what describes the files that all statements of SQL read
 */
public record GuardOptions(
        String node,
        String dataZone,
        Map<String, String> listenerZones,
        List<Network> networks,
        int permits,
        Ownership ownership,
        Map<String, String> publicPurposes,
        long describing) {
    /** Room for what describes files, where nobody says how much. */
    public static final long DESCRIBING = 64L << 20;

    /**
     * One network of clients, as CIDR text such as {@code 10.1.0.0/16} or {@code fd00::/8}, and its
     * zone.
     */
    public record Network(String cidr, String zone) {}

    /** With objects that are their bucket's owner's, and with nothing for strangers. */
    public GuardOptions(
            String node,
            String dataZone,
            Map<String, String> listenerZones,
            List<Network> networks,
            int permits) {
        this(
                node,
                dataZone,
                listenerZones,
                networks,
                permits,
                Ownership.ENFORCED,
                Map.of(),
                DESCRIBING);
    }

    /** The same with other rules for what is shared. */
    public GuardOptions sharing(Ownership usual, Map<String, String> purposes) {
        return new GuardOptions(
                node, dataZone, listenerZones, networks, permits, usual, purposes, describing);
    }

    /** The same with another room for what describes files. */
    public GuardOptions describing(long bytes) {
        return new GuardOptions(
                node, dataZone, listenerZones, networks, permits, ownership, publicPurposes, bytes);
    }

    /** One node in one zone, no networks. */
    public static GuardOptions in(String zone) {
        return new GuardOptions("node-1", zone, Map.of(), List.of(), 4_096);
    }
}
