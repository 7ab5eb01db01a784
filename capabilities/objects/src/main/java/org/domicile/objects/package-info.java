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
 * suspended one) a put replaces the null version. Names are compared bytewise.
 *
 * <p><b>Atomicity.</b> Each change is one keyspace transaction: version, body or its adoption, the
 * end of what it replaces, and the record. Readers see all of it or nothing. Conditions are decided
 * inside the commit: a put that read a state which changed meanwhile is decided anew, and of two
 * puts with {@code Absent} exactly one wins.
 *
 * <p><b>Order.</b> A version's place is the commit version, so versions are ordered as they were
 * committed and the modification time never goes backwards for one name.
 *
 * <p><b>Durability.</b> A method that changes returns when everything is on stable storage.
 *
 * <p><b>Layout.</b> {@code ('o','b',name)} bucket · {@code ('o','v',bucket id,name,~version)}
 * version record, and in BODIES under the same key a small body · {@code ('o','u',…)} uploads,
 * parts, finished uploads. Record formats carry a format byte; the engine's page says each field.
 *
 * <p><b>Limits.</b> Small bodies (sealed, up to 128 KiB) lie inline; larger ones are blobs. Parts 1
 * to 10,000. Sealed attributes at most 64 KiB.
 */
@NullMarked
package org.domicile.objects;

import org.jspecify.annotations.NullMarked;
