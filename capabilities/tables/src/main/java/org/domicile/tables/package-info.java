/**
 * Tables: namespaces, and in them tables and views as Apache Iceberg means them (table format 1 to
 * 3, view format 1, REST catalog of 1.11). One catalog for each organisation.
 *
 * <p>This module knows no HTTP, no policy and no key. What it keeps is sealed by the {@link
 * org.domicile.tables.Warehouse} that the guard hands in with each call, and files of tables are
 * reached through it too. Every method that changes something takes the {@link
 * org.domicile.request.Request} whose record its one commit carries; reads take none, because the
 * guard records them itself. Iceberg's documents come and go as texts in JSON; what they mean is
 * parsed here ({@code parse} of each word), so that no door needs the library.
 *
 * <p><b>Model.</b> A namespace has one to 16 levels, properties, and exists only in a namespace
 * that exists. A table or view has a name that is unique in its namespace among both, an id of 20
 * hexadecimal digits that is never used again, and its current metadata. Its files lie at {@code
 * s3://WAREHOUSE/ID/} and nowhere else. A table that was dropped and not purged is remembered by
 * its id, so that its files can be registered again.
 *
 * <p><b>Atomicity.</b> Each change is one keyspace transaction that depends on every record it
 * read: a namespace that is dropped meanwhile takes no table in, two who make one name are decided,
 * a commit of many tables happens to all or none. Who finds its reading stale reads again and
 * decides anew, {@code MOST_TRIES} times; then OVERLOADED. What a client asserted and does not hold
 * is {@link org.domicile.tables.Refusal.Kind#COMMIT_FAILED}, recorded as CONFLICT. A refused change
 * commits the record alone.
 *
 * <p><b>Order with files.</b> A metadata file is durable before the commit that names it. A change
 * that is refused removes the one it wrote; what a kill leaves behind, no record names. The same
 * holds for the manifests that {@link org.domicile.tables.FilesChange} makes; the files of rows
 * that it names are durable before it comes, and are its caller's to remove when it is refused.
 *
 * <p><b>Rows.</b> A {@link org.domicile.tables.FilesChange} appends files, replaces files that were
 * read, or empties a table. It is decided against the table as it is when its turn comes, so an
 * append never loses to another, and what replaces loses to whatever changed rows since they were
 * read: {@code COMMIT_FAILED}, and nothing happened.
 *
 * <p><b>Points of death:</b> {@code tables.before-commit} and {@code tables.after-commit}, around
 * each commit.
 *
 * <p><b>Upkeep</b> ({@link org.domicile.tables.TableUpkeep}) is planned here and carried out by who
 * calls: snapshots end in a commit like any other; which files metadata refer to is found by
 * reading all manifests of all snapshots; files are removed while nobody commits to their table.
 * Nothing is removed here. Counts of distinct values become a Puffin file, which the caller writes,
 * and a commit that names it for its snapshot.
 *
 * <p><b>Once.</b> A change that brings a key ({@link org.domicile.tables.Once}) leaves a line in
 * its own transaction, for 30 minutes; the same key again changes nothing and says what came of it.
 *
 * <p><b>Partitions.</b> A file says which partition its rows are of ({@link
 * org.domicile.tables.NewFile#partition}), and a commit holds that against what its footer says; it
 * is refused where they differ.
 *
 * <p><b>Loads.</b> An append that brings a name ({@link org.domicile.tables.FilesChange.Append})
 * leaves a line in its own transaction, for {@link org.domicile.tables.Loads#REMEMBERED 30 days},
 * by which it is known although its snapshot ended. What was rolled back did not come.
 *
 * <p><b>Feeds.</b> Rows that come in order ({@link org.domicile.tables.FilesChange.Feed}) bring
 * along how far the table has got by them, and from where: both stand in the transaction, so what
 * was committed and how far that was cannot differ. Several tables that are fed by one source are
 * committed together.
 *
 * <p><b>Limits.</b> A name of a level, table or view has 1 to 255 bytes of UTF-8 and no control
 * characters; properties of a namespace 256 KiB; a document that a client sends 16 MiB; metadata of
 * a table 64 MiB of text, which has to fit 12 MiB deflated; a commit 100 tables; a page 1,000
 * names. A plan has at most 100,000 files, and so have all plans that are remembered; upkeep knows
 * 20 million of a table. A manifest, and a list of them, has 32 MiB, each block of it unpacks to 64
 * MiB, all of it to 512 MiB and 10 million entries, and a text in it has 16 MiB; it is not packed,
 * or deflated.
 *
 * <p><b>Layout.</b> Keys are tuples in RECORDS; {@code depth} is the count of levels, {@code ns}
 * and {@code id} are bytes. Pieces of large metadata are in BODIES.
 *
 * <pre>
 * t n org depth levels…     namespace          t s org id          staged: an id that waits for its
 * t e org ns name           table or view                          table
 * t i org id                who has an id      t o org key         once: what came of a change
 * t c org id                carried: what is kept with a table, sealed and nothing else
 * t f org id                fed: how far a table got that somebody feeds in order
 * t l org id digest         load: what came into a table by a name, and is not to come twice
 * t m id version piece      metadata, what does not fit the record
 * </pre>
 *
 * <p><b>Records.</b> Each begins with its format, 1. Texts as DataOutputStream.writeUTF, bytes
 * after their length in four bytes, times in milliseconds since 1970.
 *
 * <pre>
 * namespace   ns in 8, bytes: sealed properties (deflated JSON)
 * entry       kind in 1 (0 table, 1 view), id in 10, version in 8, count of pieces in 4, bytes: sealed
 *             state (the location of the metadata file, text; then the metadata, deflated), or its
 *             first 512 KiB
 * id          state in 1 (0 lives, 1 dropped), since in 8, ns in 8, name text
 * staged      since in 8
 * fed         text
 * load        since in 8, snapshot in 8, its sequence number in 8; the digest is SHA-256 of the name
 * once        since in 8, digest of what was asked (32), kind of the refusal text (empty for none),
 *             bytes: sealed sentence
 * </pre>
 */
@NullMarked
package org.domicile.tables;

import org.jspecify.annotations.NullMarked;
