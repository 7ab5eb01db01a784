package org.domicile.ledger;

import java.time.Instant;
import java.util.List;
import org.domicile.keys.KeyId;
import org.domicile.request.Caller;

/**
 * One admitted or refused act on data, as the guard describes it before it is carried out.
 *
 * @param organisation whose use log takes it; {@code installation} for the program's own
 * @param number from {@link Ledger#number}
 * @param at when the request arrived, or, where what was begun was decided about once more and for
 *     other reasons, when that was; the minute is public, the instant is committed to
 * @param action of the closed list of the doors, for example {@code s3:GetObject}; public
 * @param verdict allowed or refused; public
 * @param reason code of the deciding rule, for example {@code zone-mismatch}; public; {@code
 *     allowed} when allowed
 * @param purpose the purpose it acts under, as "organisation/name"; public; empty when there was
 *     none
 * @param dataZone where the data lie; public; empty when no data were concerned
 * @param clientZone where they go; public
 * @param policy digest of the whole set of policies that decided, 64 hexadecimal digits; public
 * @param caller who; committed to
 * @param callerSubject the caller's subject key
 * @param subjects subject keys of the people whom the data are about; one commitment each
 * @param object what, for example {@code archive/scans/1.tif}; committed to
 * @param address the client's address; committed to
 * @param read what the decision read beside all this, in policy's own form; committed to; empty
 *     when nobody decided
 * @param statements what the same commit says in the public log (a change of the register); usually
 *     none
 * @param sealed the day (ISO 8601) with whose beginning in UTC the use opens, until when it is told
 *     to nobody to whom it is not disclosed; public; empty when it is open
 */
public record Use(
        String organisation,
        long number,
        Instant at,
        String action,
        Verdict verdict,
        String reason,
        String purpose,
        String dataZone,
        String clientZone,
        String policy,
        Caller caller,
        KeyId callerSubject,
        List<KeyId> subjects,
        String object,
        String address,
        String read,
        List<Statement> statements,
        String sealed) {
    /** One that is open. */
    public Use(
            String organisation,
            long number,
            Instant at,
            String action,
            Verdict verdict,
            String reason,
            String purpose,
            String dataZone,
            String clientZone,
            String policy,
            Caller caller,
            KeyId callerSubject,
            List<KeyId> subjects,
            String object,
            String address,
            String read,
            List<Statement> statements) {
        this(
                organisation,
                number,
                at,
                action,
                verdict,
                reason,
                purpose,
                dataZone,
                clientZone,
                policy,
                caller,
                callerSubject,
                subjects,
                object,
                address,
                read,
                statements,
                "");
    }

    /** One that nobody decided: a founding, or what a door refuses by itself. */
    public Use(
            String organisation,
            long number,
            Instant at,
            String action,
            Verdict verdict,
            String reason,
            String purpose,
            String dataZone,
            String clientZone,
            String policy,
            Caller caller,
            KeyId callerSubject,
            List<KeyId> subjects,
            String object,
            String address,
            List<Statement> statements) {
        this(
                organisation,
                number,
                at,
                action,
                verdict,
                reason,
                purpose,
                dataZone,
                clientZone,
                policy,
                caller,
                callerSubject,
                subjects,
                object,
                address,
                "",
                statements);
    }

    /** The same about other people. */
    public Use concerning(List<KeyId> people) {
        return new Use(
                organisation,
                number,
                at,
                action,
                verdict,
                reason,
                purpose,
                dataZone,
                clientZone,
                policy,
                caller,
                callerSubject,
                List.copyOf(people),
                object,
                address,
                read,
                statements,
                sealed);
    }

    /** The decision. */
    public enum Verdict {
        /** It was let through. */
        ALLOWED,
        /** It was refused; nothing was done. */
        REFUSED
    }
}
