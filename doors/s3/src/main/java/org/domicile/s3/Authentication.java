package org.domicile.s3;

import java.time.InstantSource;
import java.util.Optional;
import org.domicile.guard.Identity;
import org.domicile.http.Exchange;
import org.domicile.request.Caller;

/** Finds out who sent a request. Safe for concurrent use. */
interface Authentication {
    /**
     * AWS Signature Version 4.
     *
     * @param identity whose credentials sign
     * @param region the name of our zone, which requests are signed for; {@code us-east-1} is taken
     *     as its alias
     * @param clock for skew and expiry
     */
    static Authentication open(Identity identity, String region, InstantSource clock) {
        return new SignatureV4(identity, "s3", region, clock);
    }

    /** Judges the request's signature, or finds that there is none. Reads no body. */
    Verdict judge(Exchange exchange);

    /** What was found. */
    sealed interface Verdict {
        /**
         * Signed by a credential of ours (whether it may do anything is policy's to say), or
         * anonymous.
         *
         * @param caller who
         * @param payload the body, to be read as the signature says
         */
        record Accepted(Caller caller, Payload payload) implements Verdict {}

        /**
         * Not accepted.
         *
         * @param claimed the credential that the request names, when it is one of ours: the refusal
         *     is then recorded; empty for a stranger, who is counted
         * @param failure what to answer
         */
        record Rejected(Optional<Caller.Known> claimed, Failure failure) implements Verdict {}
    }
}
