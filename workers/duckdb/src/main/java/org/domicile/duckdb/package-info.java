/**
 * The worker: a program of its own that runs the SQL of one session with DuckDB, and reaches
 * nothing but its standard input and output and its staging folder.
 *
 * <p>It holds no key, and is started within walls ({@link org.domicile.walls.Walls}) by a {@link
 * org.domicile.query.Session}, whose half of the conversation stands at {@link
 * org.domicile.query.Wire}. Its first act is to give up what only the start needed; then it loads
 * the engine, tries the walls, and says what it found. When its input ends, it ends.
 *
 * <p><b>Threads.</b> The main thread reads frames and hands them to the engine's thread, one
 * statement at a time; a cancel it carries out itself.
 *
 * <p><b>The engine's own locks</b>, set when the session begins and locked before its first
 * statement: no external access but to the staged files, no extensions, no secrets, bounds for
 * memory, threads and spill, the spill encrypted.
 *
 * <p><b>What it adds to the engine.</b> Functions of one value that hash as tables are put into
 * buckets ({@code Hashes}); they know nothing but their argument.
 *
 * <p><b>What it counts</b> ({@link org.domicile.query.Wire#SKETCH}) are values of a statement's
 * columns, in theta sketches on its own heap ({@code Sketching}), 64 KiB for each.
 *
 * <p><b>What it keeps.</b> Rows that come in batches ({@link org.domicile.query.Wire#LOAD}) lie in
 * temporary tables until the statement that they are for has ended.
 */
@NullMarked
package org.domicile.duckdb;

import org.jspecify.annotations.NullMarked;
