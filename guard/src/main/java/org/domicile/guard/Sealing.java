package org.domicile.guard;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.domicile.policy.Credential;

/**
 * Credentials whose uses are sealed, under the request of one of the two persons whom each of them
 * needs: an operator, or somebody who showed a credential of the organisation that lists {@code
 * sealed:Ask} or {@code sealed:Approve}. Both acts are uses in the organisation's log; in public
 * stand the organisation, the purpose, and commitments to all else. May throw {@link Refused}; what
 * cannot be done is {@link Administration.Impossible} with a sentence.
 */
public interface Sealing {
    /** What asking is called in records and in credentials' lists; an operator's is another. */
    String ASK = "sealed:Ask";

    /** What approving is called there. */
    String APPROVE = "sealed:Approve";

    /** The last use as {@code organisation/node/number}; empty when there is none. */
    String use();

    /**
     * Asks for a credential with which every use is sealed until a day. It has no secret and can do
     * nothing until somebody else approves it.
     */
    Credential ask(Wanted wanted);

    /**
     * Approves what somebody else asked for; the secret is shown here only. Everything is asked
     * again that was asked then: the purpose, the day, the longest time.
     */
    Administration.Issued approve(String accessKey);

    /**
     * @param principal who is to act with it, by id
     * @param purpose its full name; one that allows sealed uses
     * @param expires {@link Instant#MAX} for the day on which its uses open, which is the latest
     * @param opens the day with whose beginning, in UTC, its uses open
     */
    record Wanted(
            String principal,
            String purpose,
            List<String> actions,
            List<String> buckets,
            Instant expires,
            LocalDate opens) {}
}
