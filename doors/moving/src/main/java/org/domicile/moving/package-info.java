/**
 * The moving door: whole buckets come from other S3 servers and go to them. It is S3 from the
 * client's side, so it waits for nobody: it takes up what an operator has asked for ({@link
 * org.domicile.guard.MovesAtWork}) and goes on with it after a restart.
 *
 * <p><b>Who.</b> Everything that a move does here it does as the credential that was shown for it,
 * by way of the guard: each version is a use of its own, judged when it is its turn, so a
 * credential that is withdrawn ends the move. What comes in comes here; what goes out goes to the
 * zone of the outbound target, and so do the names that are listed for it.
 *
 * <p><b>What.</b> All versions in their order with delete markers, headers, user metadata, tags,
 * retentions and legal holds; then what is set for the bucket. Version ids are given anew by
 * whoever stores. What moves in keeps its date; what moves out cannot, because S3 gives dates
 * itself. Each thing that could not be carried is a line of the report, with the reason.
 *
 * <p><b>Compared.</b> A version that comes is compared while it comes, before it is committed: by
 * its MD5 where the other side's ETag is one, by that of its parts where their size is known or one
 * of the usual ones, by the checksum that the other side keeps, or else by its size alone, and the
 * report says by which. One that differs is not stored. Its ETag here is the one that it had there
 * wherever it was compared with that.
 *
 * <p><b>Nobody waits for a move.</b> Clients go on writing here while it runs. Each version is
 * committed only on what was seen when both sides were compared; otherwise the name is compared
 * once more.
 *
 * <p><b>Going on.</b> Names are taken in their order, several at a time. How far everything is done
 * is kept with the report. Where it goes on both sides are compared again ({@link
 * org.domicile.moving.Course}): what is there the same is not carried twice, what would have to
 * come between versions that are there, or on top of what somebody else has put there, is left.
 * Running a move again carries what is new. A retention is never shortened: it is carried with its
 * version, and one that is there is only ever made longer.
 *
 * <p><b>Who answers which failure.</b> A version that the other side does not give (403, archived,
 * sealed by a customer's key, gone meanwhile) is a line, and the move goes on. What may pass is
 * asked again with growing pauses; then it waits, and is tried once more when all names are done. A
 * body that is damaged here is a line. What stands against every version (no bucket, no room, no
 * quota, twenty names refused one after the other, a credential or a target that is not what it
 * was) fails the move with a sentence; 'move resume' goes on.
 *
 * <p><b>Settings.</b> What is set where a bucket goes stays, unless the move says otherwise; no
 * policy that lets everybody in comes by itself, no default retention becomes less.
 *
 * <p><b>Limits.</b> Four moves at a time, eight versions of each; 10,000 versions of a name, and
 * 2,500 of others held ahead.
 */
@NullMarked
package org.domicile.moving;

import org.jspecify.annotations.NullMarked;
