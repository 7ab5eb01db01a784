/**
 * The ledger: append-only logs whose content outsiders can check without us.
 *
 * <p><b>Logs.</b> The <i>public log</i> ({@code public}) holds what everyone may see; the <i>use
 * log</i> of an organisation on this node ({@code use/ORGANISATION/NODE}) holds every use, allowed
 * or refused. Uses of the installation itself (administration of no organisation in particular,
 * upkeep) stand in {@code use/installation/NODE}.
 *
 * <p><b>Durability and order.</b> An entry is durable with the keyspace commit that carries it; its
 * index is filled in by the commit lane. This module's own thread then makes of the durable entries
 * what C2SP tlog-tiles says, as plain static files: hash tiles, entry bundles, and at least once a
 * second, when there is something new, a checkpoint signed with Ed25519 and ML-DSA-44. Files that a
 * checkpoint needs are durable before it is. A log never signs two checkpoints that contradict each
 * other.
 *
 * <p><b>Numbers.</b> Each use takes a number of its organisation on this node before it is carried
 * out, without gaps. Numbers that were taken and not recorded when the program died are closed by
 * an entry at the next start.
 *
 * <p><b>Counts.</b> A refusal that repeats another of the same minute, and what strangers want, is
 * counted: the first refusal of each minute is durable before its answer, the count of its
 * repetitions and of strangers becomes an entry when the minute is over. Until then each round of
 * the ledger's thread, every half second, keeps the running counts beside the logs, and a start
 * makes entries of what it finds there: a program that is killed loses what it counted since the
 * last round, and nothing else.
 *
 * <p><b>Erasable.</b> Nothing that may have to be erased stands in an entry: principal, object,
 * client address, exact time, exact size and what else the decision read enter as salted
 * commitments, their values lie in the detached payload, sealed under the subject's key; salts
 * derive from that key and the use's number.
 *
 * <p><b>Sealed.</b> A use may be sealed until a day: the entry says so and is otherwise like any
 * other, in its log and in the counts at once. Until the day begins (UTC, by this clock), nothing
 * here tells it to the people whom it concerns or opens its payload, but for a disclosure; from
 * then on it is a use like any other, without anybody doing anything. Its time in the log begins
 * then.
 *
 * <p><b>Fail closed.</b> When a record cannot be made durable, the commit fails and the guard
 * serves nothing.
 *
 * <p>The entry format (version 1), the public log's statements and the files are specified below by
 * the engine.
 */
@NullMarked
package org.domicile.ledger;

import org.jspecify.annotations.NullMarked;
