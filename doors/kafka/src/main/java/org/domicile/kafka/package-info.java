/**
 * Kafka's protocol. Its wire is Kafka's own, in the streams' log; what this door adds is who asks:
 * it makes a {@link org.domicile.request.Request} of each thing that the log wants to know, and has
 * the guard decide and record.
 *
 * <p>A login is the access key of a credential, by SASL PLAIN (with its secret) or SCRAM-SHA-256,
 * or a token of an issuer that exactly one role trusts, by SASL OAUTHBEARER (RFC 7628): its session
 * begins with the first request, and the connection ends with the token. The purpose is the
 * credential's or the role's, the zone that of the client's address or of the listener {@code
 * kafka}. Operations: {@link org.domicile.streams.Act}, and the names that clients share ({@link
 * org.domicile.streams.Admission.Shared}); all others of Kafka's protocol are nobody's.
 */
@NullMarked
package org.domicile.kafka;

import org.jspecify.annotations.NullMarked;
