/**
 * The SQL door: PostgreSQL's wire protocol 3.0 (PostgreSQL 15's manual, chapter 55) on a listener
 * of its own, and SQL as JSON at {@code /sql} of the web listener.
 *
 * <p><b>One connection, one thread.</b> {@link org.domicile.sql.SqlDoor} accepts; a {@code
 * Connection} greets, speaks TLS, logs in ({@code Scram}) and reads messages; a {@code
 * Conversation} is what a session of PostgreSQL is: settings, prepared statements, portals, the
 * state of a transaction. What a client may send is the closed set {@code Frontend}, and before the
 * login {@code Startup}; both are parsed by pure functions. What a statement asks for is {@code
 * Command}: the few kinds that the door answers itself, questions about catalogues, and all the
 * rest, which goes to {@link org.domicile.guard.GuardedSql} as it came.
 *
 * <p><b>Catalogues.</b> {@code Catalogue} makes pg_catalog and information_schema of what the guard
 * shows of tables to the caller, and {@link org.domicile.postgres.Question} answers from them;
 * docs/decisions/0022 says what is answered here and what by a worker.
 *
 * <p><b>Sessions.</b> A worker's session is begun at the first statement that needs one. A portal
 * that is not read to its end keeps its session busy; the next statement then gets another, up to
 * four.
 *
 * <p><b>Who answers which failure.</b> {@link org.domicile.postgres.SqlError}, and failures of the
 * guard's view, become ErrorResponse with SQLSTATE, position and hint, and the connection goes on.
 * What is not the protocol is 08P01 and ends it. {@link org.domicile.guard.Refused} is 42501. A
 * store that cannot serve is 53xxx or 58030. Anything else is a bug: XX000, one log line, and the
 * end of the connection.
 */
@NullMarked
package org.domicile.sql;

import org.jspecify.annotations.NullMarked;
