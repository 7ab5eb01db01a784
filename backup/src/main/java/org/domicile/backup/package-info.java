/**
 * Backups: copies of folders that are kept in a <i>repository</i>, each a <i>snapshot</i> that can
 * be restored alone. This module knows files and nothing of what stands in them; who calls says
 * which files go together and holds them still.
 *
 * <p><b>A repository</b> is a folder of files that are written once and never changed, so that any
 * tool that copies folders (rclone, rsync) copies it, and only what is new:
 *
 * <pre>
 *   format               two lines: "domicile backup 1", and whose backups lie here
 *   lock                 held by the one process that writes
 *   snapshots/ID         one for each finished backup; ID is when it was begun, as 20261128T234501Z
 *   objects/hh/HASH      content of a file or a list, under its SHA-256; hh are its first two digits
 *   unfinished           of a backup under way: what it has copied of large files
 *   incoming             an object under way
 * </pre>
 *
 * <p><b>A list</b> is a directory: one line for each entry, in the order of their names, and an
 * empty one is not kept. Numbers are decimal, hashes hexadecimal in small letters:
 *
 * <pre>
 *   f HASH SIZE TIME NAME      a file; TIME is when it was last written, in nanoseconds since 1970,
 *                              or 0 when that was so shortly before it was copied that a later
 *                              write could bear the same time
 *   d HASH NAME                a directory: HASH is its list's
 * </pre>
 *
 * <p><b>A snapshot</b> is text of the lines {@code domicile backup 1}, {@code of WHOSE}, {@code
 * taken TIME}, {@code version PROGRAM}, {@code entries COUNT}, {@code tree HASH}, {@code files
 * COUNT}, {@code bytes COUNT}, and last {@code sum HASH}, the SHA-256 of all that stands before it.
 *
 * <p><b>Incremental.</b> A file is not read again when the last snapshot of the same origin has one
 * of its path, size and time; of a directory that did not change, the list is the same object.
 * Content that is there already is not written again.
 *
 * <p><b>Crashes.</b> An object has its name only when its bytes are durable; a snapshot is there
 * only when all its objects and their names are. So whatever kills a backup leaves earlier
 * snapshots as they were and none of its own; the next one finds what was copied. A file that is
 * restored has its name only when its bytes are durable and are what was backed up; a restore that
 * was cut short goes on with what is missing.
 *
 * <p><b>Limits.</b> A list has at most 16 MiB, some 100,000 entries. Names hold no control
 * characters. Links, sockets and devices are left out.
 *
 * <p><b>Crash points.</b> {@code backup.object} when an object has its name, {@code
 * backup.before-snapshot}, {@code backup.restored} when a restored file has its name.
 */
@NullMarked
package org.domicile.backup;

import org.jspecify.annotations.NullMarked;
