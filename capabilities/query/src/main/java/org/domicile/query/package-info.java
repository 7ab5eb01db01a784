/**
 * SQL: sessions, what their statements are, and the rows that come out.
 *
 * <p><b>Model.</b> A {@link org.domicile.query.Session} is one connection and one process of its
 * own, started with nothing and ended with the session: no state of it survives it, and no other
 * session ever sees it. It runs one statement at a time; {@link org.domicile.query.Session#cancel}
 * alone may be called meanwhile, by any thread. Everything else is owned by the thread that serves
 * the connection. Staged columns stay in the session for its later statements, as long as no other
 * session needs their room; views and prepared facts do not outlive a statement.
 *
 * <p><b>Statements.</b> {@link org.domicile.query.Session#prepare} says what a text is: its kind,
 * the tables that it names, the types of its parameters and of its result. {@link
 * org.domicile.query.Session#run} carries it out. Both resolve the statement's names by the {@link
 * org.domicile.query.Sources} that are handed to them, which speak for whoever asks: a name that
 * they do not resolve does not exist (42P01). Run asks for leave to read exactly once ({@link
 * org.domicile.query.Sources#open}), with the plan of all that will be read, and reads nothing
 * before.
 *
 * <p><b>Atomicity.</b> A statement that fails has changed nothing. Run takes what reads (SELECT,
 * VALUES, EXPLAIN); any other is refused with 0A000. A transaction is therefore the door's affair,
 * and has nothing to undo. Two statements may see two versions of an object; one statement sees
 * one.
 *
 * <p><b>What changes something</b> is read by {@link org.domicile.query.Change}, as far as its head
 * goes, and is whoever's affair who holds the tables: a session only runs what such a statement
 * embeds and leaves the rows in its staging as a file ({@link org.domicile.query.Session#write}),
 * or makes one of a file from outside, which it alone opens ({@link
 * org.domicile.query.Session#arrive}). Both count among the bytes of its staging until they are
 * closed. Rows of a partitioned table become one file for each partition ({@code Apart}); rows of
 * format 3 are read with their lineage where somebody writes them anew ({@link
 * org.domicile.query.Lineage}).
 *
 * <p><b>Sketches</b> instead of rows ({@link org.domicile.query.Session#sketch}): how many values a
 * SELECT's columns have, of which nothing else comes out.
 *
 * <p><b>Rows</b> come in batches, column by column, each pulled when it is asked for: nobody who
 * pulls slowly makes anything pile up. Closing early ends the work. Order is the statement's.
 *
 * <p><b>Failures are values</b> ({@link org.domicile.query.Answer}, {@link
 * org.domicile.query.Failure}): SQLSTATE, a sentence, where in the text, a hint. The states that
 * this package itself makes: 42601 (not one statement), 54001 (views too deep), 0A000 (a kind or a
 * function that does not run here), 42P01 (no such table), 42501 (refused), 22023 (a file that is
 * none), 53400 (a row group over the staging, rows over the limit, no room beside other sessions),
 * 53200 (memory and spill), 53300 (too many sessions), 57014 (cancelled, or out of time), 57P01
 * (the session's process is gone; open another), 58000 (no walls). The engine's own errors keep
 * their text and get the state of their kind. After 57P01 the session is dead; after any other it
 * goes on.
 *
 * <p><b>Limits</b> ({@link org.domicile.query.Limits}) are an organisation's: memory, threads,
 * time, rows, staging, spill, sessions; the configuration's, or those that an operator has set for
 * it ({@link org.domicile.query.LimitTable}, kept in the keyspace). A statement has at most 1 MiB
 * of text and 4,000 parameters; a result 10,000 columns; a single value 64 MiB.
 *
 * <p><b>What a statement names</b> are tables and views of the catalog ({@link
 * org.domicile.query.CatalogTable}, {@link org.domicile.query.CatalogView}), as they are or as of a
 * moment ({@link org.domicile.query.At}), and Parquet objects, {@code from
 * 's3://bucket/key.parquet'} ({@link org.domicile.query.Table}). Views become texts of which every
 * table is resolved again; the files of a table are asked for once it is known which columns and
 * rows are wanted ({@link org.domicile.query.Wanted}), and {@code TableSql} says how they are read
 * (docs/decisions/0026). Files are staged as files of their full size that hold their footer and
 * the planned columns, and holes; see docs/decisions/0024.
 *
 * <p><b>What the staging does not hold</b> comes in batches ({@code Batches}): files and row groups
 * are staged and let go of one batch after the other, the engine keeps the rows that the statement
 * may need in a temporary table, in memory and spill, and the statement reads that. See
 * docs/decisions/0031. What the engine spills counts in what all sessions may stage.
 *
 * <p><b>Under rules.</b> A table of which rules keep rows or columns from whoever asks is a {@link
 * org.domicile.query.RuledTable}. Of its files nothing is staged: when the statement's reading is
 * on record, another session of the same {@link org.domicile.query.Queries}, which does not count
 * among the organisation's, runs one statement that is made here, and the file that it leaves is
 * all that comes into the staging of this one, for as long as the statement lives. Both stagings
 * count. It ends before the statement begins; a cancel and the time limit reach it. What goes wrong
 * there is told without what its engine says, which may hold what is not to be seen. All files are
 * read, whatever the statement wants ({@code Wanted.ALL}). See docs/decisions/0030.
 */
@NullMarked
package org.domicile.query;

import org.jspecify.annotations.NullMarked;
