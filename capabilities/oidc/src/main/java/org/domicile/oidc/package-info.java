/**
 * ID tokens of OpenID Connect issuers (OpenID Connect Core 1.0, sections 2 and 3.1.3.7; Discovery
 * 1.0, section 4; RFC 7515, 7517, 7519, 8725). A pure function of a token, an issuer's keys and the
 * time: nothing is fetched, nothing is kept.
 *
 * <p>Taken are tokens that are signed with RS256 (keys of at least 2,048 bits) or ES256, and no
 * others: what a token says of its algorithm is never believed beyond these two, and each only with
 * a key of its own type. A token for which an issuer has no key is told apart from one that is
 * wrong, because keys change.
 *
 * <p><b>Limits.</b> A token has at most 20,000 characters, a subject 255, an issuer's document 256
 * KiB and 64 keys. A clock may be a minute behind the issuer's; what has expired has.
 */
@NullMarked
package org.domicile.oidc;

import org.jspecify.annotations.NullMarked;
