/**
 * Events: what a bucket tells of changes of its objects, to whom, and the queue in which it waits
 * until it was told (Amazon S3 User Guide, "Amazon S3 Event Notifications").
 *
 * <p><b>Model.</b> A bucket's {@link org.domicile.events.Notification} is a list of rules; each
 * names a {@link org.domicile.events.Destination}, the types of events that it wants, and how names
 * begin and end. No two rules want the same event, so a change makes one {@link
 * org.domicile.events.Event} or none. This module knows no bucket, policy or key: what an event
 * holds beside its place reaches it sealed.
 *
 * <p><b>Outbox.</b> {@link org.domicile.events.Outbox.Row} is written by the transaction that makes
 * the change: a change that was acknowledged has its event, and there is no event of a change that
 * did not happen. A row leaves when somebody says that it was told; so each event is told at least
 * once, also after a death of the program at any moment, and perhaps more than once.
 *
 * <p><b>Order.</b> The rows of one destination stand in the order of their commits. {@link
 * org.domicile.events.Outbox.Queued#stamp} is the commit's version: it is the event's sequencer,
 * and grows from each event of a name to the next.
 *
 * <p><b>Limits.</b> A notification has at most 100 rules; an id has 1 to 255 characters, a prefix
 * or suffix 1,024 characters. A row has at most 64 KiB. For a destination some 100,000 events wait
 * at most ({@link org.domicile.events.Outbox#MOST}); one that finds no room is given up at once:
 * the change's own transaction counts it, so that none is lost without a trace.
 *
 * <p><b>Layout.</b> A key is the tuple {@code events q ARN}, then the commit version in 8. How many
 * events found no room and are not on record yet: the tuple {@code events l ARN BUCKET}, a sum in
 * 8. Values, numbers big-endian, texts UTF-8 after their length in 2, bytes after theirs in 4:
 *
 * <pre>
 * row           format 1 in 1, type in 1, when in 8 (milliseconds since 1970), purpose text,
 *               bucket's id text, bucket text, count of its zones in 1, each a text, name text,
 *               version in 1 (0 none is told, 1 the commit's own, 2 the text that follows), text,
 *               size in 8 (-1 when none is told), details bytes
 * details       four texts: id of the rule, ETag, principal, id of the request; sealed by the guard
 * notification  format 1 in 1, purpose text, count of rules in 1; each: id text, ARN text, count of
 *               names of events in 1, each a text, prefix text, suffix text
 * </pre>
 */
@NullMarked
package org.domicile.events;

import org.jspecify.annotations.NullMarked;
