package org.domicile.streams;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Who may do what, asked by the log whenever a client logs in or wants something. Its answers hold
 * for the one request that they were asked for, so whoever loses a right loses it with the next.
 * Called by the log's own threads, many at a time; it may wait for a disk.
 *
 * <p>A request that was admitted is on record when the answer comes. {@link #published} and {@link
 * #polled} say later how much it was.
 */
public interface Admission {
    /** Whether a secret is that of a login; compared in constant time. */
    boolean knows(Client client, String secret);

    /**
     * What SCRAM needs of a login; empty for one that does not exist.
     *
     * @param mechanism {@code SCRAM-SHA-256}
     */
    Optional<Scram> scram(String login, String mechanism);

    /**
     * Whom a token of an issuer lets in (SASL OAUTHBEARER, RFC 7628). The name is that of a login
     * from then on, and the same for each token of this person, so that a client can show a new one
     * on the connection that it has.
     */
    Bearer bearer(String token);

    /** The organisation of a login, whose clients share what they may take; empty for none. */
    String organisation(String login);

    /** Whether a client may do something with a stream, which need not exist. */
    boolean admits(Client client, Act act, String stream);

    /**
     * Whether policy would let it, for a client that looks at a stream and is told what it may do
     * there. That is no use of it: nothing is on record, and nothing follows from a no.
     */
    boolean may(Client client, Act act, String stream);

    /**
     * Whether a client may know of a group or a transaction by its name.
     *
     * @param listed of one that it did not name
     */
    boolean sees(Client client, Shared kind, String name, boolean listed);

    /** Whether a client may use the name of a group or of a transaction. */
    boolean admits(Client client, Shared kind, String name);

    /**
     * How long a transaction of a client may stay open, for which all readers wait; at most a day.
     */
    default Duration longestTransaction(Client client) {
        return Duration.ofMinutes(15);
    }

    /**
     * Records that a client sent to a partition and that were appended, as its answer says. Who
     * wants no answer ({@code acks=0}) has none that could say it: then those that it sent and was
     * let publish.
     */
    void published(Client client, String stream, Brought brought);

    /**
     * Records that were appended to a partition, one behind the other.
     *
     * @param from the offset of the first; -1 where nobody has said it
     */
    record Brought(int partition, long from, int records, int bytes) {}

    /**
     * Offsets that a client has got from a partition, from the first to before the last: as its
     * next request shows; or, where that goes elsewhere or does not come within seconds, as many as
     * the answer can have held.
     */
    void polled(Client client, String stream, int partition, long from, long to);

    /** What a token is worth. */
    sealed interface Bearer {
        /** It lets somebody in. @param expires when the connection needs another */
        record Login(String name, Instant expires) implements Bearer {}

        /** It lets nobody in. @param sentence why, without quotation marks and backslashes */
        record Refused(String sentence) implements Bearer {}
    }

    /** What clients give names to, beside streams. */
    enum Shared {
        /** A group of consumers, with its offsets. */
        GROUP,
        /** A transaction of a producer. */
        TRANSACTION
    }

    /** A SCRAM verifier: RFC 5802, section 3. */
    record Scram(byte[] salt, byte[] storedKey, byte[] serverKey, int iterations) {}
}
