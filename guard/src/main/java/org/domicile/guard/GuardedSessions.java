package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;
import org.domicile.policy.SessionPolicy;

/**
 * Temporary credentials under one request. Each method is one use, recorded in the use log of the
 * organisation concerned; may throw {@link Refused}. What cannot be done as it was asked is {@link
 * Declined}. Owned by the request's thread.
 */
public interface GuardedSessions {
    /** Shortest life of a session. */
    Duration SHORTEST = Duration.ofMinutes(15);

    /** Longest life of one without a role (AWS STS API Reference, GetSessionToken). */
    Duration LONGEST = Duration.ofHours(36);

    /** The last use as {@code organisation/node/number}; empty when there is none. */
    String use();

    /** Who the caller is. */
    Self self();

    /**
     * A session in a role, for a caller whom it trusts. It never outlives the caller's credential.
     */
    Issued assume(Wanted wanted);

    /**
     * The same for whoever holds a token of an issuer that the role trusts.
     *
     * @param token an OpenID Connect ID token
     */
    Proven assume(Wanted wanted, String token);

    /**
     * Who would be let in by a token of an issuer, for protocols whose clients cannot say which
     * role they mean: the role is the only one that trusts the token, of all that there are. This
     * is no use, and leaves no record; {@link #assumeOnly} is one. While others ask the issuer for
     * its keys it waits for a moment only.
     *
     * @param token an OpenID Connect ID token
     */
    Trusted trusted(String token);

    /**
     * A session in the only role that trusts a token. It ends with the token, or with what the role
     * allows when that comes first, and may be shorter than {@link #SHORTEST}. It asks no issuer:
     * {@link #trusted} comes before it, and the keys that are known then will do.
     *
     * @param session what it is called
     */
    Proven assumeOnly(String token, String session);

    /**
     * A session that is as good as the caller's credential and ends with it.
     *
     * @param life from {@link #SHORTEST} to {@link #LONGEST}
     */
    Issued token(Duration life);

    /**
     * Records that the door itself refused a known caller.
     *
     * @param action for example {@code sts:AssumeRole}
     */
    void refuse(String action, String reason);

    /**
     * A session in a role.
     *
     * @param organisation the role's
     * @param role its name
     * @param session what whoever asks calls the session
     * @param life at least {@link #SHORTEST} and at most what the role allows; zero for an hour, or
     *     less where the role allows less
     * @param narrowing what it may do at most, of what the role may
     */
    record Wanted(
            String organisation,
            String role,
            String session,
            Duration life,
            SessionPolicy narrowing) {}

    /**
     * Somebody, in AWS's words.
     *
     * @param account the organisation
     * @param arn of a principal, or of a session
     * @param id of a principal, or a role's id and a session's name
     */
    record Self(String account, String arn, String id) {}

    /**
     * A temporary credential. Its secret and token are shown here only.
     *
     * @param self whom it makes of who has it
     * @param percent how much of what its policy may take it takes
     */
    record Issued(
            String accessKey,
            String secret,
            String token,
            Instant expires,
            Self self,
            int percent) {
        @Override
        public String toString() {
            return "session " + accessKey;
        }
    }

    /** A session of somebody whom an issuer named. @param subject as the issuer names him */
    record Proven(Issued issued, String subject, String audience, String issuer) {}

    /**
     * Whom a token would let in.
     *
     * @param organisation the role's
     * @param id the same for each token of this person for this role, and for no other; 64
     *     hexadecimal digits that say nothing of either
     * @param expires when a session of it that begins now would end
     */
    record Trusted(String organisation, String id, Instant expires) {}

    /** It cannot be done as it was asked; the message is a sentence for people. */
    final class Declined extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** Why. */
        public enum Kind {
            /** A part of what was asked for is out of its limits. */
            INVALID,
            /** The session's policy cannot be read. */
            MALFORMED_POLICY,
            /** The session's policy means too much. */
            LARGE_POLICY,
            /** It is not there, or not for who asks. */
            DENIED,
            /** The issuer's token is none that can be trusted. */
            BAD_TOKEN,
            /** The issuer's token has ended. */
            EXPIRED_TOKEN,
            /** The issuer cannot be asked for its keys now. */
            ISSUER_SILENT
        }

        private final Kind kind;

        Declined(Kind kind, String sentence) {
            super(sentence, null, false, false);
            this.kind = kind;
        }

        /** Why. */
        public Kind kind() {
            return kind;
        }
    }
}
