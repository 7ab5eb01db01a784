/**
 * Big immutable bytes.
 *
 * <p><b>Life of a blob.</b> {@code create} gives a writer; bytes stream in; {@code finish} returns
 * when they are on stable storage. The blob exists for readers once a keyspace transaction with its
 * {@link org.domicile.blobs.Blobs#adopting} writes is committed, together with the metadata that
 * names it; it is gone once a transaction with its {@link org.domicile.blobs.Blobs#dropping} writes
 * is. So data and metadata cannot disagree. What was finished and never adopted (a crash, a refused
 * condition) is garbage that upkeep reclaims: after a restart at once, before that when it can no
 * longer be adopted ({@link org.domicile.blobs.BlobOptions#adoptWithin}).
 *
 * <p><b>Files of the embedded engine.</b> Preallocated segments of 256 MiB, {@code <12-digit
 * number>.segment}, append-only and never written again once sealed; numbers grow. A segment is
 * pages of 64 KiB. All numbers are big-endian; checksums are CRC32C.
 *
 * <pre>
 *   page 0, the segment's header      any other page, if a blob has it
 *    0  "DmS", format 1         4      0  "DmB", format 1                              4
 *    4  name of the store      16      4  id of the blob                              16
 *   20  number of the segment   8     20  index of the page in the blob, from 0        4
 *   28  bytes of the file       8     24  length of what follows, at most 65,504       4
 *   36  checksum of 0…36        4     28  checksum of 0…28 and of what follows         4
 *                                     32  bytes of the blob
 * </pre>
 *
 * A page carries 65,504 bytes, the last of a blob fewer. So a page that is damaged, or right but in
 * the wrong place, is found; and since nothing in a page says where it lies, compaction copies
 * pages as they are. Every read verifies the pages it touches: what does not verify is never handed
 * out (CORRUPT).
 *
 * <p><b>Keys in the keyspace</b>, all in RECORDS:
 *
 * <pre>
 *   'b' 'f'                       format 1 (1 byte), name of the store (16 random bytes)
 *   'b' 'p' id                    place: version 1 (1), length (8), and for each extent
 *                                 segment (8), first page (4), pages (4)
 *   'b' 's' segment (8) id        hint: pages (4) and bytes (8) of that blob in that segment
 *   'b' 'm' id                    the in-memory twin's
 * </pre>
 *
 * The place is the truth. Hints say what a segment may hold: one for every live blob, possibly one
 * that is left over. Nothing else is kept about segments, so opening costs a listing and one header
 * for each file, whatever the number of blobs; a restart begins a new segment and leaves the rest
 * of the last one to compaction. A keyspace and segments whose store differs are not opened
 * (FOREIGN), so that neither cleans up after the other.
 *
 * <p><b>System calls.</b> A put is a pwrite for each 512 KiB and one fdatasync for each segment it
 * lies in, mostly one, shared by all who wait; no rename and no other metadata. A new segment costs
 * open, posix_fallocate, pwrite, fdatasync and fsync of the directory, mostly in the background
 * before it is needed. A read is a pread for each 512 KiB.
 *
 * <p><b>Failure.</b> A failed write or sync fences the segment: its writers fail with FENCED, it
 * takes no more bytes, nothing is retried, a new segment is opened for later puts; what was
 * finished in it before stays readable. No room is FULL and leaves nothing behind; a reserve of the
 * disk is left to the key space, the ledger and compaction. A segment takes at most an eighth of
 * the room that is left, down to a sixteenth of its usual size, so that on a full disk a few
 * deletions empty one. Bytes that cannot be read are CORRUPT, as those that are wrong.
 *
 * <p><b>Upkeep.</b> Compaction rewrites the live blobs of a sealed segment that is at least half
 * dead (an eighth, where the disk has room for few segments more), each by one transaction that
 * holds only if the place has not changed, and deletes the file once nothing names it and nobody
 * reads from it. It runs at a bounded rate and can be stopped by an interrupt at any 512 KiB. A
 * crash at any moment leaves at most a copy or a file that nothing names, which the next compaction
 * removes.
 *
 * <p><b>Limits.</b> A blob has at most 16,384 extents: that is 1 TiB when its length was known, and
 * no less than 100 GiB when it was not and others wrote at the same time.
 *
 * <p><b>Crash points.</b> {@code blobs.segment-write} after a pwrite of a blob, {@code
 * blobs.before-adopt} when a finished blob is durable, {@code blobs.compaction} when copies are
 * durable and no place has changed, {@code blobs.before-delete} before the file of a segment is
 * deleted.
 */
@NullMarked
package org.domicile.blobs;

import org.jspecify.annotations.NullMarked;
