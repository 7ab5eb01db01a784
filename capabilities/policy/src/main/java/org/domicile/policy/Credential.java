package org.domicile.policy;

import java.time.Instant;
import java.util.List;

/**
 * A key pair bound to one principal and exactly one purpose. The secret is not in here.
 *
 * @param accessKey public; 20 characters, or what its clients had elsewhere
 * @param principal id of the principal
 * @param organisation the principal's organisation
 * @param purpose full name of the purpose
 * @param actions allowed actions such as {@code s3:GetObject}; {@code *} for all, {@code s3:Get*}
 *     for a family
 * @param buckets allowed buckets by name; {@code *} for all, {@code logs-*} for a family
 * @param created when
 * @param expires when it ends; {@link Instant#MAX} when it does not
 * @param withdrawn true once it was ended
 * @param seal whether uses with it are sealed
 */
public record Credential(
        String accessKey,
        String principal,
        String organisation,
        String purpose,
        List<String> actions,
        List<String> buckets,
        Instant created,
        Instant expires,
        boolean withdrawn,
        Seal seal) {
    /** One whose uses are not sealed. */
    public Credential(
            String accessKey,
            String principal,
            String organisation,
            String purpose,
            List<String> actions,
            List<String> buckets,
            Instant created,
            Instant expires,
            boolean withdrawn) {
        this(
                accessKey,
                principal,
                organisation,
                purpose,
                actions,
                buckets,
                created,
                expires,
                withdrawn,
                new Seal.None());
    }

    /** The same, ended. */
    Credential ended() {
        return with(expires, true, seal);
    }

    /** The same, which ends then, if it would not before. */
    Credential until(Instant end) {
        return with(end.isBefore(expires) ? end : expires, withdrawn, seal);
    }

    /** The same, sealed so. */
    public Credential sealed(Seal other) {
        return with(expires, withdrawn, other);
    }

    private Credential with(Instant ends, boolean ended, Seal sealed) {
        return new Credential(
                accessKey,
                principal,
                organisation,
                purpose,
                actions,
                buckets,
                created,
                ends,
                ended,
                sealed);
    }
}
