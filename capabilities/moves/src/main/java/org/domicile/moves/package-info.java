/**
 * Moves: buckets on their way in from another server, or out to one. Here stands what has to
 * outlive a kill: what was asked, how far it came, and what became of each version. Who carries it
 * out stands elsewhere.
 *
 * <p><b>Model.</b> A {@link org.domicile.moves.Move} is asked for once and does not change, but for
 * its {@link org.domicile.moves.Move.State}. Its {@link org.domicile.moves.Progress} grows with
 * pages: each is one commit of what became of the versions of some names ({@link
 * org.domicile.moves.Line}) together with the name up to which everything is done. So what a report
 * says and where a move goes on are never two truths; what was under way at a kill is in neither,
 * and is found again by comparing both sides. A name that could not be carried now waits, in the
 * same commit; a move is done only when none does. An upload in parts that is begun on the other
 * side is remembered before its first part is sent, so that whoever goes on after a kill gives it
 * up. One bucket is moved by one move at a time.
 *
 * <p><b>Secrets.</b> The credential of the other side lies sealed in the vault under the move's id,
 * until the move is done; a move that was stopped or failed keeps it, to go on with, until somebody
 * has the move forgotten.
 *
 * <p><b>Limits.</b> 1,000 moves are remembered; the oldest that has ended makes place for a new
 * one. A page has at most 1 MiB when it is packed.
 *
 * <p><b>Layout.</b> Keys are tuples in RECORDS, but for pages, which are in BODIES.
 *
 * <pre>
 * moves move id        format 1, then each field of the move; texts as DataOutputStream.writeUTF
 * moves progress id    format 1, then each field of the progress
 * moves secret id      the vault's bytes
 * moves page id n      format 1, then, deflated, a count and the lines
 * moves waiting id name         format 1, the name, the id of its first version that waits
 * moves upload id name upload   format 1, the name, the upload's id over there
 * </pre>
 */
@NullMarked
package org.domicile.moves;

import org.jspecify.annotations.NullMarked;
