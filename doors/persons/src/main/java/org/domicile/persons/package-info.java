/**
 * The person's door: who used data about me, when, and why.
 *
 * <p><b>What it serves.</b> {@code GET /register/me} with {@code Authorization: Bearer CODE}, where
 * CODE came from the organisation ({@code domicile subject code}). The answer lists the uses that
 * concern the person, newest first, in the shape of Estonia's findUsage (logtime, action,
 * receiverCode, receiverName, receiverSystem), with what that shape does not have: allowed or
 * refused, the zones, and the use's number, with which a proof can be asked for. Of other people it
 * says nothing: not who called, not which object.
 *
 * <p><b>Sealed uses</b> are not told before the day on which they open, and are like any other from
 * then on, with {@code sealedUntil}.
 *
 * <p><b>Limits.</b> A code is good once. Ten failures a minute from one address (a /64 in IPv6),
 * and a hundred a minute in all, then 429 with {@code Retry-After}; at most four answers are being
 * made at once. Over the network a code is only taken over TLS.
 *
 * <p><b>Record.</b> Each look is a use of its own in the organisation's log ({@code
 * people:ReadOwn}), which the next look shows; a wrong code is counted as a stranger's.
 *
 * <p><b>Who answers which failure.</b> 401 no code, or none that is good (any more): which of these
 * is not told. 403 in clear over a network. 429 too many failures. 503 the store cannot take it
 * now.
 */
@NullMarked
package org.domicile.persons;

import org.jspecify.annotations.NullMarked;
