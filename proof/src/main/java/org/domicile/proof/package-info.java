/**
 * Long proofs against the running program, started as {@code domicile proof NAME}.
 *
 * <p><b>Black box.</b> The server is a child process, reached through S3 and judged by its files.
 * Nothing of it runs in here; what checks the ledger is the verifier, which shares no code with it.
 *
 * <p><b>crash.</b> A load of many threads writes, overwrites, copies, deletes and reads; each
 * thread knows what was acknowledged and what was in flight. The server is killed (SIGKILL at a
 * random moment, or at a named crash point) and opened again. Then every acknowledged write must be
 * there byte for byte, what was in flight must be the old state or the new one and nothing else,
 * every acknowledged use must stand in the use log, the log's numbers must have no gap, each log
 * must verify, and must extend every checkpoint that was seen before the kill.
 *
 * <p><b>power.</b> The same with data folder and keys on a file system of their own, which is shut
 * down without flushing its journal: what was not synced is gone, as in a power cut.
 *
 * <p><b>differential.</b> Random schemas, policies, templates, entities and requests are validated
 * and decided by our Cedar and by Cedar's own in a process of Node; what differs is made small and
 * shown.
 *
 * <p><b>ledger.</b> Uses are recorded for minutes on end, as many as are acknowledged; then the
 * verifier, which shares no code with the ledger, reads all of them.
 *
 * <p><b>histories.</b> Clients contend for a handful of keys: they write, copy and delete on
 * conditions and read. The server is killed again and again. What all clients saw of a key must be
 * linearizable, over every death: {@link org.domicile.proof.Linearizability} searches for an order,
 * in which a change without an answer may have happened until the server ended, or not at all.
 *
 * <p><b>fuzz.</b> The fuzz targets of the S3 door, for hours.
 *
 * <p>Every run prints its seed; {@code --seed N} chooses the same operations and moments again
 * (threads and disks still differ).
 */
@NullMarked
package org.domicile.proof;

import org.jspecify.annotations.NullMarked;
