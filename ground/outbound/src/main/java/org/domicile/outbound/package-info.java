/**
 * Connections to the outside. There is one kind: to a {@link org.domicile.outbound.Site} that an
 * operator has registered, for one request and its answer ({@link
 * org.domicile.outbound.Outbound#get}), or for many, one after the other ({@link
 * org.domicile.outbound.Link}). It is for issuers of tokens, webhooks, other servers of objects and
 * whatever else leaves; who calls it decides and records.
 *
 * <p><b>Where.</b> A request goes to an address of its site: same scheme, host and port, and a path
 * at or below the site's. The host's name is resolved once for each connection; every address that
 * it has is checked, and the connection is made to one of the very addresses that were: there is no
 * second look-up that could say something else. Loopback, link-local, private and every other
 * address that is not of the public internet is refused unless the site lists its network. Plain
 * {@code http} goes to listed loopback addresses alone; everything else is TLS, whose certificate
 * has to be the host's by the trust of the JDK.
 *
 * <p><b>What.</b> HTTP/1.1, one request (GET, or POST with a body) on one connection, or many on
 * that of a link. Redirects are answers like any and are not followed; no proxy, no cookies, no
 * credentials, no compression.
 *
 * <p><b>Limits.</b> {@link org.domicile.outbound.Limits}: one deadline over look-up, connection and
 * answer; a longest body; a head of at most 16 KiB. Reaching one is {@link
 * org.domicile.outbound.Unreachable}, as is every other failure. Over a link bodies pass as they
 * come, under the deadline alone, and who reads one counts it.
 */
@NullMarked
package org.domicile.outbound;

import org.jspecify.annotations.NullMarked;
