/**
 * Big immutable bytes.
 *
 * <p><b>Life of a blob.</b> {@code create} gives a writer; bytes stream in; {@code finish} returns
 * when they are on stable storage. The blob exists for readers once a keyspace transaction with its
 * {@link org.domicile.blobs.Blobs#adopting} writes is committed, together with the metadata that
 * names it; it is gone once a transaction with its {@link org.domicile.blobs.Blobs#dropping} writes
 * is. So data and metadata cannot disagree. What was finished and never adopted (a crash, a refused
 * condition) is garbage that upkeep reclaims.
 *
 * <p><b>Format of the embedded engine.</b> Preallocated segment files of 256 MiB, append-only;
 * pages of 64 KiB, each with a header (magic, format, blob id, page index in the blob, length,
 * CRC32C of header and bytes), so a page that is damaged, or right but in the wrong place, is
 * found. Every read verifies the pages it touches: what does not verify is never handed out
 * (CORRUPT). The map blob id → extents lies in the keyspace, so compaction moves a blob by one
 * conditional transaction. No rename on the hot path: system calls of a put are pwrite… and one
 * fdatasync (shared by all who wait); a new segment costs open, fallocate, fsync, fsync of the
 * directory before its first use.
 *
 * <p><b>Failure.</b> A failed write or sync fences the segment: its writers fail with FENCED, it
 * takes no more bytes, nothing is retried, a new segment is opened for later puts. No room is FULL
 * and leaves nothing behind.
 *
 * <p><b>Upkeep.</b> Compaction rewrites the live blobs of segments that are mostly dead and deletes
 * the file; scrub reads and verifies everything. Both run at a bounded rate and can be stopped at
 * any page.
 */
@NullMarked
package org.domicile.blobs;

import org.jspecify.annotations.NullMarked;
