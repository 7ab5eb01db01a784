/**
 * Watches: SQL that runs on, over streams, and puts what it finds into a stream.
 *
 * <p><b>Model.</b> A {@link org.domicile.watches.Watch} belongs to an organisation and a purpose.
 * Which there are, {@link org.domicile.watches.Watches} keeps in the keyspace; {@link
 * org.domicile.watches.WatchEngine} runs them, those of one organisation and purpose in one child
 * process, within walls: it reaches no file but its own and no port but the streams' own, with
 * log-ins that are good for what the watch reads and writes and for nothing else.
 *
 * <p><b>Exactly once.</b> What a watch has read, what it remembers and what it has published move
 * together, each second, in a checkpoint: results become visible to readers of committed records
 * when the checkpoint is kept, and are there once however often the worker or the program dies. A
 * checkpoint comes in pieces, none of which is in this program's memory for longer than it takes to
 * hand it to {@link org.domicile.watches.WatchEngine.Kept}, and counts once it is whole and kept
 * there. It has a largest size ({@code watches.state}), and its writing takes no more than half of
 * the time.
 *
 * <p><b>Words between the program and a worker</b>: frames on its standard input and output, as
 * {@link org.domicile.watches.Wire} has them.
 */
@NullMarked
package org.domicile.watches;

import org.jspecify.annotations.NullMarked;
