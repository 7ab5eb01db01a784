/**
 * The register: what purposes declare beside what was observed of them, for everybody.
 *
 * <p><b>Where.</b> Below {@code /register/} on the web listener; no credential, and reading it is
 * no use. Pages in English and in Arabic ({@code ?lang=en|ar}, else {@code Accept-Language}), each
 * with a twin in JSON:
 *
 * <ul>
 *   <li>{@code /register/}, {@code /register/index.json}: all purposes.
 *   <li>{@code /register/purposes/ORGANISATION/NAME}, the same with {@code .json}: one of them.
 *   <li>{@code /register/purposes/ORGANISATION/NAME/DAY}, the same with {@code .json}: the entries
 *       of the public log that a day's figures were added up from.
 *   <li>{@code /register/kinds}, {@code /register/kinds.json}: kinds and classes.
 *   <li>{@code /register/proof/INDEX}: an entry of the public log with its proof (C2SP tlog-proof).
 *   <li>{@code /register/export/}: {@code dpv.jsonld}, {@code dcat.jsonld}, {@code article30.csv},
 *       {@code algorithms.json}.
 * </ul>
 *
 * <p><b>Declared</b> is what the register says now, with whether uses may be sealed, and for how
 * many days at most. <b>Observed</b> ({@link org.domicile.register.Observed}) is added up from the
 * public log's entries alone: its counts of each minute, and its statements of purposes and zones.
 * A figure belongs to the day of the minute in which its count was written. A thread of the door's
 * own follows the log; figures are behind by seconds, and each page says up to which entry it has
 * read.
 *
 * <p><b>Drift</b> is what was observed and not declared: allowed uses after the purpose's end,
 * actions and zones beyond those declared at that time, a purpose that was never stated, refusals
 * that rise. Two minutes around a change count for both forms.
 *
 * <p><b>Report.</b> {@link org.domicile.register.Report} makes a month's transparency report from
 * the entries of a copy of the public log: the same bytes whoever makes it.
 *
 * <p><b>Limits.</b> {@value org.domicile.register.RegisterDoor#AT_ONCE} answers at once, then 503;
 * days are kept for {@value org.domicile.register.Observed#DAYS} days, older ones in sum; texts are
 * shown as they are, escaped. Pages have no script, and a policy that forbids any.
 */
@NullMarked
package org.domicile.register;

import org.jspecify.annotations.NullMarked;
