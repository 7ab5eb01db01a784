package org.domicile.request;

import java.time.Instant;
import java.util.Optional;

/**
 * One request on its way: immutable, passed explicitly.
 *
 * @param id the request id that the door shows to the client and writes in its failure log
 * @param caller who asks
 * @param door the door's name, for example {@code s3}
 * @param zone zone of the client: where data that it reads will go
 * @param address textual address of the client, without port; personal, so it enters records only
 *     as a commitment
 * @param at when the request arrived
 * @param deadline after this instant nothing more is started for it
 * @param pending the record that the one carrying commit takes; empty for nested and unguarded
 *     calls
 */
public record Request(
        String id,
        Caller caller,
        String door,
        String zone,
        String address,
        Instant at,
        Instant deadline,
        Optional<Pending> pending) {
    /** The same request with a record to carry. */
    public Request carrying(Pending record) {
        return new Request(id, caller, door, zone, address, at, deadline, Optional.of(record));
    }

    /** The same request as a nested call, which carries nothing. */
    public Request nested() {
        return new Request(id, caller, door, zone, address, at, deadline, Optional.empty());
    }
}
