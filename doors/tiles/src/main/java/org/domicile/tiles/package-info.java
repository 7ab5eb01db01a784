/**
 * The door to the ledger: C2SP tlog-tiles over HTTP.
 *
 * <p><b>Where.</b> A log's files lie below {@code /ledger/} and its name, so that a log's origin
 * and its address go together: the log of origin {@code cloud.city.example/ledger/public} is read
 * at {@code https://cloud.city.example/ledger/public/}. Below that, as the specification says,
 * {@code checkpoint}, {@code tile/L/N[.p/W]} and {@code tile/entries/N[.p/W]}. {@code /ledger/}
 * itself is a page that names the logs that everybody may read, and their keys.
 *
 * <p><b>What is asked.</b> A path is parsed byte for byte into one of a closed set of things; what
 * does not parse is not there. There is one spelling of each: nothing is decoded, nothing
 * normalised, and no path of a file is made of what was sent. The query is ignored. A partial tile
 * that has become full may be gone (404): clients then fetch the full one (C2SP tlog-tiles,
 * "Partial Tiles").
 *
 * <p><b>Who.</b> The public log needs no credential and reading it is no use. The log {@code
 * use/ORGANISATION/NODE} is read with HTTP Basic authentication (RFC 7617): access key and secret,
 * over TLS, or from the machine itself. Each such answer is a use ({@code ledger:ReadLog}) on
 * record in that log before its first byte, so a reader's own readings are the log's newest
 * entries; the answer names its use in {@code x-domicile-use}. The log of the installation's own
 * uses is read by no credential.
 *
 * <p><b>Caches.</b> Tiles and bundles never change and say so; a checkpoint has to be asked for
 * again, cheaply (If-None-Match). What needed a credential is for its reader's cache alone.
 *
 * <p><b>Who answers which failure</b> (a sentence as plain text): 401 no credential or a wrong one;
 * 403 refused by policy, or a credential shown in clear; all of these on record for the
 * organisation of the access key that was shown, and counted as a stranger's when there is none;
 * 404 not there; 405 neither GET nor HEAD; 503 the use cannot be recorded, a file cannot be read,
 * or more than {@value org.domicile.tiles.TilesDoor#AT_ONCE} answers are under way. Anything else
 * is a bug: 500, and one line in the log with the request id.
 */
@NullMarked
package org.domicile.tiles;

import org.jspecify.annotations.NullMarked;
