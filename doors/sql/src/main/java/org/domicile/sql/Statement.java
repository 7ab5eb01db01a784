package org.domicile.sql;

import java.util.List;
import java.util.Optional;
import org.domicile.postgres.PgType;

/**
 * A prepared statement.
 *
 * @param sql its text; empty for the empty statement
 * @param command what it is; none for the empty one
 * @param types of its parameters as the client gave them
 */
record Statement(String sql, Optional<Command> command, List<PgType> types) {}
