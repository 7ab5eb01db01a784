package org.domicile.guard;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;
import org.domicile.request.Caller;

/**
 * How doors find out who calls. Secrets stay inside; doors get keys derived for one day and scope.
 */
public interface Identity {
    /**
     * AWS Signature Version 4's signing key of an access key: the HMAC chain over date (yyyymmdd),
     * region, service and {@code aws4_request}. Empty when there is no such credential. Withdrawn
     * and expired credentials still have one, so that their refusal can be recorded.
     */
    Optional<byte[]> signingKey(String accessKey, String date, String region, String service);

    /**
     * AWS Signature Version 2's signature of a text, HMAC-SHA1 with the secret, 20 bytes; doors
     * take it for the policies of forms alone. Empty as for {@link #signingKey}.
     */
    Optional<byte[]> signatureV2(String accessKey, byte[] text);

    /** Who an access key is. Empty when there is no such credential. */
    Optional<Caller.Known> caller(String accessKey);

    /**
     * Who shows an access key together with its secret, for doors whose clients cannot sign. Empty
     * when there is no such pair; that takes as long for a key that does not exist as for a wrong
     * secret. Withdrawn and expired credentials are still somebody's, so that their refusal can be
     * recorded.
     */
    Optional<Caller.Known> caller(String accessKey, byte[] secret);

    /**
     * Whether a credential of the register lets somebody in who keeps a connection: it is there,
     * was not withdrawn and has not ended.
     */
    boolean stands(String accessKey, Instant now);

    /**
     * By what a proof of an access key's secret is judged. There is always one: for an access key
     * that does not exist, one whose salt stays the same as long as the process lives, and that no
     * proof fits. Whose proof fits is {@link #caller(String)}.
     */
    ScramVerifier verifier(String accessKey);

    /**
     * Whom a session token names, shown with an access key. Empty when we did not make it, or not
     * for this access key, or when whoever is behind it was erased. One that has ended is still
     * somebody's, so that its refusal can be recorded.
     *
     * @param token as the client sent it; what is longer than any of ours is none
     */
    Optional<Session> session(String accessKey, String token);

    /** A temporary credential that was shown. Owned by the request's thread. */
    interface Session {
        /** Who. */
        Caller.Known caller();

        /** When it ends. */
        Instant expires();

        /** As {@link Identity#signingKey}, for this session's own secret. */
        byte[] signingKey(String date, String region, String service);
    }

    /**
     * Zone of a client: what {@code zone.networks} says of its address, else the listener's zone.
     */
    String zone(String listener, InetAddress address);
}
