package org.domicile.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.domicile.postgres.SqlError;
import org.domicile.postgres.Token;
import org.domicile.postgres.TokenReading;

/**
 * What one statement asks for: one of the few kinds that the door answers itself, a question about
 * catalogues, a change, or anything else; the last two the guard is given as they came.
 */
sealed interface Command {
    /** BEGIN. */
    record Begin() implements Command {}

    /** COMMIT, END. */
    record Commit() implements Command {}

    /** ROLLBACK, ABORT. */
    record Rollback() implements Command {}

    /** SAVEPOINT. */
    record Savepoint(String name) implements Command {}

    /** RELEASE. */
    record Release(String name) implements Command {}

    /** ROLLBACK TO. */
    record RollbackTo(String name) implements Command {}

    /** SET; a value that is empty is DEFAULT. @param local until the end of the transaction */
    record Set(String name, Optional<String> value, boolean local) implements Command {}

    /** SET of what is taken and changes nothing: SET TRANSACTION. */
    record SetTransaction() implements Command {}

    /** RESET; {@code all} for all. */
    record Reset(String name) implements Command {}

    /** SHOW; {@code all} for all. */
    record Show(String name) implements Command {}

    /** DISCARD. */
    record Discard(String what) implements Command {}

    /** DECLARE … CURSOR FOR. */
    record Declare(String name, boolean scroll, boolean hold, String sql) implements Command {}

    /** FETCH and MOVE. @param count -1 for all */
    record Fetch(String cursor, long count, boolean move) implements Command {}

    /** CLOSE; {@code all} for all. */
    record CloseCursor(String name) implements Command {}

    /** PREPARE … AS. @param types as written */
    record Prepare(String name, List<String> types, String sql) implements Command {}

    /** EXECUTE. @param values each an expression as written, of a value that stands there */
    record Execute(String name, List<Optional<String>> values) implements Command {}

    /** DEALLOCATE; {@code all} for all. */
    record Deallocate(String name) implements Command {}

    /** COPY … TO STDOUT. */
    record CopyOut(String sql, CopyFormat format) implements Command {}

    /** COPY … FROM STDIN. */
    record CopyIn(String table, List<String> columns, CopyFormat format) implements Command {}

    /** LISTEN, UNLISTEN: taken, and nothing is ever told. @param tag the answer */
    record Listen(String tag) implements Command {}

    /** A question about catalogues, or a value that stands there. */
    record Ask(String sql) implements Command {}

    /** What changes tables, or makes an object; the guard is given it as it came. */
    record Write(String sql, Operation what) implements Command {}

    /** Anything else. */
    record Data(String sql) implements Command {}

    /** What a statement is. @param sql one, without its semicolon */
    static Command of(String sql) {
        return new Reading(sql).command();
    }

    /** Reads one. Used once. */
    final class Reading extends TokenReading {
        Reading(String sql) {
            super(sql);
        }

        private boolean ended() {
            return now().kind() == Token.Kind.END;
        }

        @Override
        protected SqlError wrong(String message, int position) {
            return new SqlError("42601", message, position);
        }

        private <T> T whole(T command) {
            if (!ended()) {
                throw wrong();
            }
            return command;
        }

        Command command() {
            Token first = now();
            if (first.kind() != Token.Kind.WORD) {
                return Catalogues.asks(sql, words) ? new Ask(sql) : new Data(sql);
            }
            return switch (first.text()) {
                case "begin", "start" -> {
                    at++;
                    if (first.text().equals("start") && !accept("transaction")) {
                        throw wrong();
                    }
                    yield new Begin(); // of its modes none makes a difference here
                }
                case "commit", "end" -> {
                    at++;
                    yield new Commit();
                }
                case "rollback", "abort" -> rollback();
                case "savepoint" -> {
                    at++;
                    yield whole(new Savepoint(name()));
                }
                case "release" -> {
                    at++;
                    accept("savepoint");
                    yield whole(new Release(name()));
                }
                case "set" -> set();
                case "reset" -> {
                    at++;
                    yield accept("session", "authorization")
                            ? whole(new Reset("session_authorization"))
                            : whole(new Reset(setting()));
                }
                case "show" -> show();
                case "discard" -> {
                    at++;
                    yield whole(new Discard(name()));
                }
                case "declare" -> declare();
                case "fetch", "move" -> fetch();
                case "close" -> {
                    at++;
                    yield whole(new CloseCursor(name()));
                }
                case "prepare" -> prepare();
                case "execute" -> execute();
                case "deallocate" -> {
                    at++;
                    accept("prepare");
                    yield whole(new Deallocate(name()));
                }
                case "copy" -> copy();
                case "create" -> new Write(sql, Operation.CREATE);
                case "drop" -> new Write(sql, Operation.DROP);
                case "alter" -> new Write(sql, Operation.ALTER);
                case "insert" -> new Write(sql, Operation.INSERT);
                case "update" -> new Write(sql, Operation.UPDATE);
                case "delete" -> new Write(sql, Operation.DELETE);
                case "merge" -> new Write(sql, Operation.MERGE);
                case "truncate" -> new Write(sql, Operation.TRUNCATE);
                case "listen" -> new Listen("LISTEN");
                case "unlisten" -> new Listen("UNLISTEN");
                case "select", "with", "values", "table" ->
                        Catalogues.asks(sql, words) ? new Ask(sql) : new Data(sql);
                default -> new Data(sql);
            };
        }

        private Command rollback() {
            at++;
            if (!accept("work")) {
                accept("transaction");
            }
            if (accept("to")) {
                accept("savepoint");
                return whole(new RollbackTo(name()));
            }
            return new Rollback();
        }

        private String setting() {
            if (accept("transaction", "isolation", "level")) {
                return "transaction_isolation";
            }
            if (accept("time", "zone")) {
                return "timezone";
            }
            StringBuilder name = new StringBuilder(name());
            while (take(".")) {
                name.append('.').append(name());
            }
            return name.toString().toLowerCase(Locale.ROOT);
        }

        private Command set() {
            at++;
            boolean local = false;
            if (accept("session", "characteristics")) {
                return new SetTransaction();
            }
            if (accept("session", "authorization")) {
                return new Set("session_authorization", Optional.of(value()), false);
            }
            if (!accept("session")) {
                local = accept("local");
            }
            if (accept("transaction")) {
                return new SetTransaction();
            }
            if (accept("constraints")) {
                return new SetTransaction();
            }
            if (accept("names")) {
                return whole(new Set("client_encoding", Optional.of(value()), local));
            }
            if (accept("time", "zone")) {
                return whole(
                        new Set(
                                "timezone",
                                accept("default") || accept("local")
                                        ? Optional.empty()
                                        : Optional.of(value()),
                                local));
            }
            String name = setting();
            if (!take("=") && !accept("to")) {
                throw wrong();
            }
            if (accept("default")) {
                return whole(new Set(name, Optional.empty(), local));
            }
            boolean path = name.equalsIgnoreCase("search_path");
            StringBuilder value = new StringBuilder(path ? identifier() : value());
            while (take(",")) {
                value.append(", ").append(path ? identifier() : value());
            }
            return whole(new Set(name, Optional.of(value.toString()), local));
        }

        private String value() {
            boolean minus = take("-");
            Token token = now();
            switch (token.kind()) {
                case WORD, QUOTED, STRING, NUMBER -> {
                    at++;
                    return minus ? "-" + token.text() : token.text();
                }
                case PARAMETER, SIGN, END -> throw wrong();
            }
            throw wrong();
        }

        /** An element of search_path, as it has to be written to be read as one again. */
        private String identifier() {
            return Catalogue.quoted(value());
        }

        private Command show() {
            at++;
            if (accept("tables")) {
                return whole(
                        new Ask(
                                "select table_schema as schema, table_name as name from"
                                        + " information_schema.tables where table_schema not in"
                                        + " ('pg_catalog', 'information_schema') order by 1, 2"));
            }
            if (accept("session", "authorization")) {
                return whole(new Show("session_authorization"));
            }
            return whole(new Show(setting()));
        }

        private Command declare() {
            at++;
            String name = name();
            boolean scroll = false;
            while (!accept("cursor")) {
                if (accept("no", "scroll")) {
                    scroll = false;
                } else if (accept("scroll")) {
                    scroll = true;
                } else if (!accept("binary") && !accept("insensitive") && !accept("asensitive")) {
                    throw wrong();
                }
            }
            boolean hold = accept("with", "hold");
            if (!hold) {
                accept("without", "hold");
            }
            if (!accept("for")) {
                throw wrong();
            }
            if (ended()) {
                throw wrong();
            }
            return new Declare(name, scroll, hold, sql.substring(now().start()));
        }

        private Command fetch() {
            boolean move = name().equals("move");
            long count = 1;
            if (accept("next")) {
                count = 1;
            } else if (accept("all")) {
                count = -1;
            } else if (accept("forward")) {
                count = accept("all") ? -1 : now().kind() == Token.Kind.NUMBER ? number() : 1;
            } else if (now().kind() == Token.Kind.NUMBER) {
                count = number();
            } else if (now().sign("-")
                    || now().is("prior")
                    || now().is("first")
                    || now().is("last")
                    || now().is("absolute")
                    || now().is("relative")
                    || now().is("backward")) {
                throw new SqlError(
                        "55000",
                        "cursor can only scan forward",
                        now().start() + 1,
                        "Fetch NEXT, FORWARD or ALL, or declare another cursor with another"
                                + " order.");
            }
            if (!accept("from")) {
                accept("in");
            }
            return whole(new Fetch(name(), count, move));
        }

        private long number() {
            String text = words.get(at).text();
            if (!text.matches("\\d{1,18}")) {
                throw wrong();
            }
            at++;
            return Long.parseLong(text);
        }

        private Command prepare() {
            at++;
            String name = name();
            List<String> types = new ArrayList<>();
            if (take("(")) {
                do {
                    StringBuilder type = new StringBuilder(name());
                    while (now().name() || now().sign("[") || now().sign("]")) {
                        type.append(now().name() ? " " : "").append(now().text());
                        at++;
                    }
                    types.add(type.toString());
                } while (take(","));
                if (!take(")")) {
                    throw wrong();
                }
            }
            if (!accept("as") || ended()) {
                throw wrong();
            }
            return new Prepare(name, types, sql.substring(now().start()));
        }

        private Command execute() {
            at++;
            String name = name();
            List<Optional<String>> values = new ArrayList<>();
            if (take("(")) {
                do {
                    if (accept("null")) {
                        values.add(Optional.empty());
                    } else {
                        values.add(Optional.of(value()));
                    }
                    if (take("::")) { // a cast: the statement's own type counts
                        name();
                    }
                } while (take(","));
                if (!take(")")) {
                    throw wrong();
                }
            }
            return whole(new Execute(name, values));
        }

        private Command copy() {
            at++;
            String query = "";
            String table = "";
            List<String> columns = new ArrayList<>();
            if (now().sign("(")) {
                int from = now().end();
                int depth = 0;
                do {
                    depth += now().sign("(") ? 1 : now().sign(")") ? -1 : 0;
                    if (ended()) {
                        throw wrong();
                    }
                    at++;
                } while (depth > 0);
                query = sql.substring(from, words.get(at - 1).start());
            } else {
                int from = now().start();
                name();
                while (take(".")) {
                    name();
                }
                table = sql.substring(from, words.get(at - 1).end());
                if (take("(")) {
                    do {
                        int start = now().start();
                        name();
                        columns.add(sql.substring(start, words.get(at - 1).end()));
                    } while (take(","));
                    if (!take(")")) {
                        throw wrong();
                    }
                }
                query =
                        "select "
                                + (columns.isEmpty() ? "*" : String.join(", ", columns))
                                + " from "
                                + table;
            }
            boolean out = accept("to");
            if (!out && !accept("from")) {
                throw wrong();
            }
            boolean standard = out ? accept("stdout") : accept("stdin");
            if (!standard) {
                if (out && !now().is("program")) {
                    return new Write(sql, Operation.COPY_TO); // to a bucket
                }
                throw new SqlError(
                        "0A000",
                        "COPY reads from STDIN and writes to STDOUT or a bucket",
                        now().start() + 1,
                        "With psql, \\copy takes a file of yours.");
            }
            CopyFormat format = CopyFormat.of(options());
            if (out) {
                return new CopyOut(query, format);
            }
            if (table.isEmpty()) {
                throw new SqlError("42601", "COPY FROM takes a table and no query");
            }
            return new CopyIn(table, columns, format);
        }

        /** Options of either syntax, by their names. */
        private Map<String, String> options() {
            Map<String, String> options = new TreeMap<>();
            accept("with");
            if (take("(")) {
                do {
                    String name = name();
                    StringBuilder value = new StringBuilder();
                    int depth = 0;
                    while (!ended() && (depth > 0 || !now().sign(",") && !now().sign(")"))) {
                        depth += now().sign("(") ? 1 : now().sign(")") ? -1 : 0;
                        value.append(now().text());
                        at++;
                    }
                    options.put(name, value.toString());
                } while (take(","));
                if (!take(")")) {
                    throw wrong();
                }
                return whole(options);
            }
            while (!ended()) {
                String name = name();
                switch (name) {
                    case "binary", "csv" -> options.put("format", name);
                    case "header" -> options.put("header", "");
                    case "delimiter", "delimiters", "null", "quote", "escape" -> {
                        accept("as");
                        options.put(name.equals("delimiters") ? "delimiter" : name, value());
                    }
                    default -> {
                        at--;
                        throw wrong();
                    }
                }
            }
            return options;
        }
    }
}
