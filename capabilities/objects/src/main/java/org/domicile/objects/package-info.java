/**
 * Objects: buckets, their versioned objects, and uploads in parts. One version store under every
 * object door.
 *
 * <p>This module knows no protocol, no policy and no key: bodies and attributes reach it sealed,
 * names reach it plain. Every method that changes something takes the {@link
 * org.domicile.request.Request} whose record its one commit carries; reads take none, because the
 * guard records them itself before it opens what they gave.
 *
 * <p><b>Model.</b> A bucket has a unique name, an organisation, zones, and a versioning state. An
 * object is a name of 1 to 1,024 bytes of UTF-8 with one or more versions, newest first; a version
 * is an object or a delete marker. In an unversioned bucket (and for the null version of a
 * suspended one) a put replaces the null version. Names are compared bytewise. Of a version two
 * things may change while it stays: its state, which the guard seals, and its {@link
 * org.domicile.objects.Lock}. A version that is locked is removed and replaced by nothing, and no
 * change shortens what is locked; the refusal is {@link Changed.Locked}, recorded as CONFLICT.
 * Buckets have settings, which are opaque here.
 *
 * <p><b>Atomicity.</b> Each change is one keyspace transaction: version, body or its adoption, the
 * end of what it replaces, and the record. Readers see all of it or nothing. Conditions are decided
 * inside the commit: a put that read a state which changed meanwhile is decided anew, and of two
 * puts with {@code Absent} exactly one wins. A change that is refused commits the record alone,
 * with outcome CONFLICT (a condition of the caller failed), ABSENT (there is nothing to change) or
 * INVALID (a part that is not there). A name that too many change at once is OVERLOADED.
 *
 * <p><b>Notices.</b> Through {@link Objects#telling} a change of a name tells of itself: an {@link
 * org.domicile.events.Event} stands in its transaction, or in none. A change that is refused, or
 * that finds nothing to change, tells nothing; nor do parts, and uploads that begin or are given
 * up.
 *
 * <p><b>Order.</b> A version's place is the commit version, so versions are ordered as they were
 * committed and the modification time never goes backwards for one name as long as it has a
 * version. What is moved in from elsewhere may bring an earlier date ({@link Objects.Draft}); rules
 * that end objects go by it, retentions never do.
 *
 * <p><b>Durability.</b> A method that changes returns when everything is on stable storage.
 *
 * <p><b>Limits.</b> Small bodies (sealed, up to 128 KiB) lie inline; larger ones are blobs. Parts 1
 * to 10,000. Sealed attributes at most 512 KiB, tokens 255 bytes. A page of a listing has at most
 * 1,000 names and prefixes. Sealed state 64 KiB; the settings of a bucket 1 MiB together. Passing a
 * limit is the caller's bug and throws IllegalArgumentException.
 *
 * <p><b>Quotas.</b> What a bucket and an organisation take is counted by the same transactions that
 * change it ({@link org.domicile.objects.Quotas}); a change that would pass a quota is {@link
 * Changed.OverQuota}, recorded as CONFLICT. Bytes are plain bytes of every version, newest or not,
 * and of the parts of uploads; objects are versions that are no delete markers.
 *
 * <p><b>Layout.</b> Keys are tuples; {@code bucket} and {@code upload} are ids of 16 bytes, {@code
 * ~} is the commit version complemented, a number of eight bytes.
 *
 * <pre>
 * o b name                  bucket            o p upload number   part
 * o l bucket                live: it exists,  o t upload          touched: changes with each part
 *                           and how it        o f bucket upload ~ finished upload
 *                           versions          o g ~ n             bodies that ended, to be dropped
 * o v bucket name ~         version           o d body id         in BODIES: the sealed bytes of a
 * o n bucket name ~         where the null                        small body as they came, without
 *                           version is                            a format of their own
 * o u bucket name upload    upload
 * o k key                   ended key: its bucket is gone and nobody said yet that it is destroyed
 * o c bucket                counter of a bucket      o q bucket         its quota, if it has one
 * o c organisation          counter of all of its    o q organisation   its quota, if it has one
 *                           buckets
 * o a                       there once all is counted: a folder from before that is counted when it
 *                           is opened
 * </pre>
 *
 * A null version that was put while its bucket was unversioned has 0 for its commit version: it is
 * older than all that may come, and in an unversioned bucket it is found by a point read. A null
 * version that was put while versioning was suspended stands at its commit version, and {@code o n}
 * says where.
 *
 * <p><b>Records.</b> Numbers are big-endian; <i>bytes</i> and <i>text</i> (UTF-8) come after their
 * length in four bytes; times are milliseconds since 1970; a <i>place</i> is 1 and a body id, or 2
 * and a blob id, 17 bytes. Each begins with its format, one byte, which is 1 where nothing else is
 * said. Buckets have format 2 (1, without settings, is read) or, where they are not ordinary, 3; a
 * version with state or a lock has 2.
 *
 * <pre>
 * bucket    state (0 unversioned, 1 enabled, 2 suspended) in 1, created in 8, id in 16,
 *           organisation text, owner text, key text, count of zones in 2, each a text; count of
 *           settings in 2, each a text and bytes; in format 3 also: whom it is for in 1 (1 tables)
 * live      state in 1
 * version   flags in 1 (1 delete marker, 2 null version, 4 held, 8 let go), modified in 8, length
 *           of the token in 2, of the attributes in 4, count of pieces in 2, token, attributes, each
 *           piece: plain size in 8, place; in format 2 also: mode of the lock in 1, its end in 8,
 *           state bytes
 * null      nothing more
 * upload    initiated in 8, principal text, attributes bytes
 * part      modified in 8, plain size in 8, place, token bytes, state bytes
 * touched   place of the part that was committed last
 * finished  SHA-256 of the chosen parts (each: number in 4, token bytes), name text, the version's
 *           record bytes
 * ended     count in 4, each a place
 * ended key nothing more
 * quota     bytes in 8, objects in 8; the largest number of 63 bits for no limit
 * counter   without a format, since the commit lane adds to it: bytes in 8, objects in 8
 * </pre>
 *
 * <p><b>Crash points.</b> {@code objects.before-commit}, {@code objects.after-commit}.
 */
@NullMarked
package org.domicile.objects;

import org.jspecify.annotations.NullMarked;
