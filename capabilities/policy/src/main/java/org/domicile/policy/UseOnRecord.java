package org.domicile.policy;

import java.time.Instant;

/**
 * A use as it is on record, as far as its decision read it.
 *
 * @param organisation whose log it stands in
 * @param policy digest of the set that decided
 * @param principal id of who acted, or the system principal's name
 * @param credential access key; empty for the program
 * @param object what, bucket first
 * @param read from {@link Decision#read}
 */
public record UseOnRecord(
        String organisation,
        Instant at,
        String action,
        String purpose,
        String dataZone,
        String clientZone,
        String policy,
        String principal,
        String credential,
        String object,
        String address,
        String read) {}
