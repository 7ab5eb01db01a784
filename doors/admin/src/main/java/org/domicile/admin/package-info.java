/**
 * The admin door: an operator's HTTP API over JSON.
 *
 * <p><b>Where.</b> A Unix socket of mode 600 in the data folder. Over TCP only with TLS; a request
 * whose {@code Host} is not one of the configured names is refused there. A request with an {@code
 * Origin} comes from a web page and is refused everywhere.
 *
 * <p><b>Who.</b> Every call shows {@code Authorization: Bearer TOKEN}, with a token that the
 * program makes at each start. A call without is counted and refused. A call with acts as the
 * operator under the built-in purpose {@code installation/administration}; its use is recorded, and
 * the answer names it in {@code x-domicile-use}. Who asks for a sealed credential or approves one
 * may show a credential beside the token: then it is that person's use.
 *
 * <p><b>Form.</b> Bodies are JSON objects of texts and lists of texts, at most 256 KiB; unknown
 * fields are refused. Times are ISO 8601 in UTC; {@code never} is no end. Lists are {@code
 * {"items":[…]}}, uses are one JSON object a line. The description in OpenAPI 3.1 is answered at
 * {@code /openapi.json}.
 *
 * <p><b>Who answers which failure.</b> Every failure is {@code {"code":…,"message":…}} and the
 * message says what to do: 400 input that does not fit, 401 no or another token, 403 refused by
 * policy or because of where the call comes from, 404 no such route, 405 another method, 409 what
 * cannot be done (a name that is taken, a thing that is not there), 413 too large a body, 503 the
 * store cannot take it now. Anything else is a bug: 500, and one line in the log with the request
 * id.
 */
@NullMarked
package org.domicile.admin;

import org.jspecify.annotations.NullMarked;
