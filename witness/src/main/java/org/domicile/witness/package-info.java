/**
 * Both sides of C2SP tlog-witness v1: {@link org.domicile.witness.Witness} cosigns checkpoints of
 * logs that its operator lists; {@link org.domicile.witness.Cosigners} asks witnesses to cosign
 * ours. It knows nothing of what this program keeps: only notes, trees and keys, through {@code
 * verifier}.
 *
 * <p><b>What a cosignature says</b>: at this time, of all trees of this log that I have seen, this
 * one is the largest, and it begins with each of the others. So two people who demand cosignatures
 * of one witness see one history, or the witness lies too.
 *
 * <p><b>Witness: durability and order.</b> For each log (origin) one note is kept: the last
 * checkpoint with the log's signatures and ours. It is durable before its cosignature leaves, and
 * only one checkpoint of a log is judged at a time, so two forks cannot both pass. A note that
 * could not be made durable fences its log until a restart has read what the disk holds. Never put
 * a witness's folder back from a backup: what it had seen since would be forgotten. Make a new
 * witness.
 *
 * <p><b>Answers</b> are the specification's: 200 with cosignatures; 400 not a request; 403 no valid
 * signature of the log's keys, or a false one; 404 an unknown log; 409 with the size that was
 * cosigned last; 422 not consistent; besides 413 too long, 503 not now.
 *
 * <p><b>Client.</b> Each witness is asked on a thread of its own, with a bound on each call, on
 * answers and on tries (backing off to a minute); nothing waits for one that failed before. It
 * connects to the addresses that the operator listed and to no other: no redirect, no proxy.
 */
@NullMarked
package org.domicile.witness;

import org.jspecify.annotations.NullMarked;
