/**
 * An ordered, transactional store of small things: all metadata, small bodies, and the tail of
 * every log.
 *
 * <p><b>Model.</b> Keys and values are byte strings; keys are ordered bytewise, unsigned. A key is
 * at most 4,096 bytes, a value at most 1 MiB, a transaction at most 16 MiB and 10,000 writes. There
 * are two spaces with the same semantics and different layouts: {@link
 * org.domicile.keyspace.Space#RECORDS} is scanned, {@link org.domicile.keyspace.Space#BODIES} holds
 * larger values that are read one at a time.
 *
 * <p><b>Atomicity and isolation.</b> A transaction is conditions, writes and appends. The commit
 * lane takes waiting transactions in the order in which they arrived, checks each one's conditions
 * against everything committed before it (also earlier in the same batch), and applies it whole or
 * not at all. So commits are serializable, and what a condition names has not changed between the
 * caller's read and its commit. What many change at once without a look at it (how many bytes a
 * bucket has) is <i>added</i> to: the lane knows the sum, so additions never conflict, a condition
 * can hold a sum within a limit, and a batch writes each sum once, however many added to it.
 *
 * <p><b>Durability.</b> {@link org.domicile.keyspace.Keyspace#commit} returns after the batch with
 * the transaction is on stable storage (one write-ahead-log write and one fdatasync for all that
 * waited). There is no other mode. Reads see committed data only; a read may see a batch that is
 * written and not yet synced only if nothing that depends on it is answered before that sync: the
 * engine guarantees it by publishing reads after the sync.
 *
 * <p><b>Order.</b> Every committed transaction has a version, a positive 64-bit number that grows
 * by at least one from each to the next and over restarts, and by far more where a copy goes on
 * ({@link org.domicile.keyspace.Keyspace#leap}). <i>Stamped</i> writes have it filled into their
 * key by the lane; appends have their index filled in: the next of their log, without gaps.
 *
 * <p><b>Failure.</b> An error of a write or a sync fences the engine: that commit and all later
 * ones fail with FENCED, nothing is retried, reads go on. A full disk is FULL before anything was
 * written where that can be known. A key space that another process has open, or of a newer format,
 * is refused at {@code open} with a sentence.
 *
 * <p><b>Engines.</b> Embedded: RocksDB behind one commit lane. In memory: a twin for tests with the
 * same semantics and no durability. Both pass {@code KeyspaceContract}.
 */
@NullMarked
package org.domicile.keyspace;

import org.jspecify.annotations.NullMarked;
