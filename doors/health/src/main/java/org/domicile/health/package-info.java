/**
 * Whether the program is alive and ready, and its figures: for service managers, load balancers and
 * Prometheus. Nothing here is anybody's data, so nothing is guarded and nothing recorded; figures
 * carry no label that names a person, a credential or an object.
 *
 * <p>{@code /health}: 200 while the process can answer. Who restarts the program should ask this
 * one: a full disk is not mended by a restart.
 *
 * <p>{@code /ready}: 200 when a use could be recorded and the store takes writes; otherwise 503 and
 * a sentence. A question is answered from the last probe when that is younger than a second, so
 * that nobody outside can keep the disk busy by asking; a probe that takes longer than five seconds
 * is an answer too.
 *
 * <p>{@code /metrics}: Prometheus' text format 0.0.4. {@link org.domicile.health.Metrics} makes the
 * families that the program has.
 *
 * <p>Other paths are 404, other methods than GET and HEAD 405.
 */
@NullMarked
package org.domicile.health;

import org.jspecify.annotations.NullMarked;
