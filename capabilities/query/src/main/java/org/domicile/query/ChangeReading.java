package org.domicile.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.postgres.SqlError;
import org.domicile.postgres.Token;
import org.domicile.postgres.TokenReading;

/**
 * Reads the head of a statement that changes something. Used once. What it does not know is an
 * error with a place: nothing is passed over.
 */
final class ChangeReading extends TokenReading {
    private static final Pattern PLACE = Pattern.compile("s3://([^/]+)/(.+)");
    private static final Set<String> CONSTRAINTS =
            Set.of(
                    "primary",
                    "unique",
                    "check",
                    "references",
                    "foreign",
                    "constraint",
                    "generated");

    private ChangeReading(String sql) {
        super(sql);
    }

    /** It is not what it should be. */
    private static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Failure failure;

        Wrong(Failure failure) {
            super(failure.message(), null, false, false);
            this.failure = failure;
        }
    }

    /** What a statement changes; empty for one that changes nothing, or what only others know. */
    static Answer<Optional<Change>> of(String sql) {
        try {
            return Answer.of(new ChangeReading(sql).read());
        } catch (SqlError e) {
            return Answer.failed(
                    new Failure(e.state(), String.valueOf(e.getMessage()), e.position(), e.hint()));
        } catch (Wrong e) {
            return Answer.failed(e.failure);
        }
    }

    private Optional<Change> read() {
        Token first = now();
        if (first.kind() != Token.Kind.WORD) {
            return Optional.empty();
        }
        return switch (first.text()) {
            case "create" -> create();
            case "drop" -> drop();
            case "truncate" -> Optional.of(truncate());
            case "insert" -> Optional.of(insert());
            case "delete" -> Optional.of(delete());
            case "update" -> Optional.of(update());
            case "merge" -> Optional.of(merge());
            case "alter" -> alter();
            case "copy" -> copy();
            case "with" -> {
                refuseWithin();
                yield Optional.empty();
            }
            default -> Optional.empty();
        };
    }

    /** WITH … INSERT: the names would have to be the engine's in both. */
    private void refuseWithin() {
        int depth = 0;
        for (Token each : words) {
            depth += each.sign("(") ? 1 : each.sign(")") ? -1 : 0;
            boolean changes =
                    depth == 0
                            && (each.is("insert")
                                    || each.is("update")
                                    || each.is("delete")
                                    || each.is("merge"));
            if (changes) {
                throw new Wrong(
                        new Failure(
                                Failure.NOT_HERE,
                                "WITH before a statement that changes something does not run"
                                        + " here.",
                                each.start() + 1,
                                "Write it within: insert into … with … select …"));
            }
            if (each.is("select") && depth == 0) {
                return;
            }
        }
    }

    // words

    private void expect(String sign) {
        if (!take(sign)) {
            throw wrong();
        }
    }

    private boolean ended() {
        return now().kind() == Token.Kind.END
                || now().sign(";") && words.get(at + 1).kind() == Token.Kind.END;
    }

    @Override
    protected Wrong wrong(String message, int position) {
        return new Wrong(new Failure(Failure.SYNTAX, message, position, ""));
    }

    private Wrong notHere(String sentence, String hint) {
        return new Wrong(new Failure(Failure.NOT_HERE, sentence, now().start() + 1, hint));
    }

    private List<String> path() {
        List<String> parts = new ArrayList<>();
        do {
            parts.add(name());
        } while (take("."));
        return List.copyOf(parts);
    }

    private List<String> names() {
        expect("(");
        List<String> names = new ArrayList<>();
        do {
            names.add(name());
        } while (take(","));
        expect(")");
        return List.copyOf(names);
    }

    /** From here to the end. */
    private Change.Text rest() {
        int from = now().start();
        int to = from;
        while (!ended()) {
            if (now().sign(";")) {
                throw new Wrong(
                        new Failure(
                                Failure.SYNTAX,
                                "One statement at a time.",
                                now().start() + 1,
                                "Send them one after the other."));
            }
            to = now().end();
            at++;
        }
        if (to == from) {
            throw wrong();
        }
        return new Change.Text(sql.substring(from, to), from);
    }

    /** Up to one of these words, or a comma, outside parentheses. */
    private Change.Text until(Set<String> ends, boolean comma) {
        int from = now().start();
        int to = from;
        int depth = 0;
        while (!ended()) {
            Token token = now();
            boolean outside = depth == 0;
            if (outside && (comma && (token.sign(",") || token.sign(")")) || isWord(token, ends))) {
                break;
            }
            depth += token.is("case") ? 1 : token.is("end") ? -1 : 0;
            depth += token.sign("(") || token.sign("[") || token.sign("{") ? 1 : 0;
            depth -= token.sign(")") || token.sign("]") || token.sign("}") ? 1 : 0;
            if (depth < 0) {
                throw wrong();
            }
            to = token.end();
            at++;
        }
        if (to == from || depth != 0) {
            throw wrong();
        }
        return new Change.Text(sql.substring(from, to), from);
    }

    private static boolean isWord(Token token, Set<String> all) {
        return token.kind() == Token.Kind.WORD && all.contains(token.text());
    }

    private <T extends Change> T whole(T change) {
        if (!ended()) {
            throw wrong();
        }
        return change;
    }

    private void noReturning(Change.Text text) {
        int depth = 0;
        for (Token each : words) {
            if (each.start() < text.at()) {
                continue;
            }
            depth += each.sign("(") ? 1 : each.sign(")") ? -1 : 0;
            if (depth == 0 && each.is("returning")) {
                throw returning(each);
            }
        }
    }

    private static Wrong returning(Token at) {
        return new Wrong(
                new Failure(
                        Failure.NOT_HERE,
                        "RETURNING does not run here.",
                        at.start() + 1,
                        "Ask for the rows with a SELECT."));
    }

    // statements

    private Optional<Change> create() {
        at++;
        boolean replaces = accept("or", "replace");
        if (accept("schema")) {
            Change.Otherwise taken = ifNot();
            return Optional.of(whole(new Change.CreateSchema(path(), taken)));
        }
        if (now().is("temp") || now().is("temporary") || now().is("unlogged")) {
            throw notHere(
                    "Tables that go with the session do not run here.",
                    "Write a common table expression: with t as (…) select …");
        }
        if (now().is("recursive") || now().is("materialized")) {
            throw notHere(
                    "Views that name themselves, or keep their rows, do not run here.",
                    "Write with recursive … within the view; keep rows by create table … as.");
        }
        if (accept("view")) {
            return Optional.of(view(replaces));
        }
        if (!accept("table")) {
            return Optional.empty(); // what the engine says no to
        }
        Change.Otherwise taken = ifNot();
        taken = replaces ? Change.Otherwise.REPLACE : taken;
        List<String> table = path();
        List<String> names = List.of();
        if (now().sign("(")) {
            if (!namesAlone()) {
                List<Change.Made> columns = columns();
                return Optional.of(
                        whole(new Change.CreateTable(table, taken, columns, partitioned())));
            }
            names = names();
        }
        List<Change.Part> parts = partitioned();
        if (!accept("as")) {
            throw wrong();
        }
        Change.Text select = rest();
        Change.Rows rows = Change.Rows.ALL;
        int end = words.size() - 1;
        while (end > 0 && !words.get(end - 1).name()) {
            end--;
        }
        if (end > 3
                && words.get(end - 1).is("data")
                && words.get(end - 2).is("no")
                && words.get(end - 3).is("with")) {
            rows = Change.Rows.NONE;
            select =
                    new Change.Text(
                            sql.substring(select.at(), words.get(end - 4).end()), select.at());
        } else if (end > 2 && words.get(end - 1).is("data") && words.get(end - 2).is("with")) {
            select =
                    new Change.Text(
                            sql.substring(select.at(), words.get(end - 3).end()), select.at());
        }
        return Optional.of(new Change.CreateTableAs(table, taken, names, parts, rows, select));
    }

    private Change view(boolean replaces) {
        Change.Otherwise taken = ifNot();
        if (replaces && taken == Change.Otherwise.NOTHING) {
            throw notHere(
                    "OR REPLACE and IF NOT EXISTS do not go together.", "Leave one of them out.");
        }
        List<String> view = path();
        List<String> names = now().sign("(") ? names() : List.of();
        if (now().is("with")) {
            throw notHere(
                    "Views have no options: each runs with the rights of whoever reads it.",
                    "Leave WITH out.");
        }
        if (!accept("as")) {
            throw wrong();
        }
        return new Change.CreateView(
                view, replaces ? Change.Otherwise.REPLACE : taken, names, rest());
    }

    /** Whether a list in parentheses has names and no types. */
    private boolean namesAlone() {
        int i = at + 1;
        while (words.get(i).name()) {
            if (words.get(i + 1).sign(")")) {
                return true;
            }
            if (!words.get(i + 1).sign(",")) {
                return false;
            }
            i += 2;
        }
        return false;
    }

    private Change.Otherwise ifNot() {
        return accept("if", "not", "exists") ? Change.Otherwise.NOTHING : Change.Otherwise.FAIL;
    }

    private Change.Otherwise ifThere() {
        return accept("if", "exists") ? Change.Otherwise.NOTHING : Change.Otherwise.FAIL;
    }

    private List<Change.Made> columns() {
        expect("(");
        List<Change.Made> columns = new ArrayList<>();
        do {
            if (now().kind() == Token.Kind.WORD && CONSTRAINTS.contains(now().text())) {
                throw constraint();
            }
            columns.add(column());
        } while (take(","));
        expect(")");
        return List.copyOf(columns);
    }

    /** PARTITIONED BY, as the engines have it: {@code (day, bucket(16, id), month(at))}. */
    private List<Change.Part> partitioned() {
        if (!accept("partitioned", "by")) {
            return List.of();
        }
        expect("(");
        List<Change.Part> parts = new ArrayList<>();
        do {
            parts.add(part());
        } while (take(","));
        expect(")");
        return List.copyOf(parts);
    }

    private Change.Part part() {
        boolean plain = !words.get(at + 1).sign("(");
        if (plain) {
            return new Change.Part(path(), Change.By.IDENTITY, 0);
        }
        Change.By by =
                switch (now().text()) {
                    case "identity" -> Change.By.IDENTITY;
                    case "bucket" -> Change.By.BUCKET;
                    case "truncate" -> Change.By.TRUNCATE;
                    case "year", "years" -> Change.By.YEAR;
                    case "month", "months" -> Change.By.MONTH;
                    case "day", "days", "date" -> Change.By.DAY;
                    case "hour", "hours", "date_hour" -> Change.By.HOUR;
                    default ->
                            throw notHere(
                                    "Tables are not partitioned by %s.".formatted(now().text()),
                                    "There are bucket(N, column), truncate(W, column),"
                                        + " year(column), month(column), day(column), hour(column),"
                                        + " and columns themselves.");
                };
        at++;
        expect("(");
        boolean wide = by == Change.By.BUCKET || by == Change.By.TRUNCATE;
        int width = 0;
        if (wide && now().kind() == Token.Kind.NUMBER) {
            width = number();
            expect(",");
        }
        List<String> column = path();
        if (wide && width == 0) {
            expect(",");
            width = number();
        }
        expect(")");
        return new Change.Part(column, by, width);
    }

    private Wrong constraint() {
        return notHere(
                "Tables have no constraints but NOT NULL: Iceberg has none that anybody keeps.",
                "Leave " + now().text().toUpperCase(Locale.ROOT) + " out.");
    }

    private Change.Made column() {
        String name = name();
        Type type = type();
        Change.Presence presence = Change.Presence.OPTIONAL;
        while (!now().sign(",") && !now().sign(")") && !ended()) {
            if (accept("not", "null")) {
                presence = Change.Presence.REQUIRED;
            } else if (!accept("null")) {
                if (now().is("default")) {
                    throw notHere(
                            "A column has no DEFAULT here.", "Name its value where you insert.");
                }
                if (now().kind() == Token.Kind.WORD && CONSTRAINTS.contains(now().text())) {
                    throw constraint();
                }
                throw wrong();
            }
        }
        return new Change.Made(name, type, presence);
    }

    private Optional<Change> drop() {
        at++;
        if (accept("schema")) {
            Change.Otherwise absent = ifThere();
            List<String> name = path();
            if (now().is("cascade")) {
                throw notHere("CASCADE does not run here.", "Drop its tables one by one.");
            }
            accept("restrict");
            return Optional.of(whole(new Change.DropSchema(name, absent)));
        }
        boolean view = accept("view");
        if (!view && !accept("table")) {
            return Optional.empty();
        }
        Change.Otherwise absent = ifThere();
        List<String> name = path();
        if (now().sign(",")) {
            throw notHere(
                    view ? "One view at a time." : "One table at a time.",
                    "Send one statement for each.");
        }
        if (view && now().is("cascade")) {
            throw notHere("CASCADE does not run here.", "Drop the views over it one by one.");
        }
        if (!accept("cascade")) {
            accept("restrict");
        }
        return Optional.of(
                whole(
                        view
                                ? new Change.DropView(name, absent)
                                : new Change.DropTable(name, absent)));
    }

    private Change truncate() {
        at++;
        accept("table");
        accept("only");
        List<String> table = path();
        if (now().sign(",")) {
            throw notHere("One table at a time.", "Send one statement for each.");
        }
        if (accept("restart", "identity") || accept("continue", "identity")) {
            // there are no sequences
        }
        if (!accept("cascade")) {
            accept("restrict");
        }
        return whole(new Change.Truncate(table));
    }

    private Change insert() {
        at++;
        if (now().is("or")) {
            throw notHere("INSERT OR … does not run here: tables have no keys.", "");
        }
        if (!accept("into")) {
            throw wrong();
        }
        List<String> table = path();
        if (accept("as")) {
            name();
        }
        List<String> columns = List.of();
        if (now().sign("(") && namesAlone()) {
            columns = names();
        }
        if (accept("overriding", "user", "value") || accept("overriding", "system", "value")) {
            // there are no identity columns
        }
        if (now().is("default")) {
            throw notHere("DEFAULT VALUES does not run here.", "Name the values.");
        }
        Change.Text select = rest();
        noReturning(select);
        int depth = 0;
        for (int i = 0; i + 1 < words.size(); i++) {
            Token each = words.get(i);
            Token next = words.get(i + 1);
            depth += each.sign("(") ? 1 : each.sign(")") ? -1 : 0;
            boolean conflict =
                    depth == 0
                            && each.start() >= select.at()
                            && each.is("conflict")
                            && words.get(i - 1).is("on")
                            && (next.is("do") || next.sign("(") || next.is("on"));
            if (conflict) {
                throw new Wrong(
                        new Failure(
                                Failure.NOT_HERE,
                                "ON CONFLICT does not run here: tables have no keys.",
                                each.start() + 1,
                                ""));
            }
        }
        return new Change.Insert(table, columns, select);
    }

    private Change delete() {
        at++;
        if (!accept("from")) {
            throw wrong();
        }
        accept("only");
        List<String> table = path();
        String alias = alias(Set.of("where", "using", "returning"));
        if (now().is("using")) {
            throw notHere(
                    "DELETE … USING does not run here.",
                    "Say it in the condition: where exists (select … from …)");
        }
        Optional<Change.Text> where = where();
        return whole(new Change.Delete(table, alias, where));
    }

    private Optional<Change.Text> where() {
        if (now().is("returning")) {
            throw returning(now());
        }
        if (!accept("where")) {
            return Optional.empty();
        }
        if (accept("current", "of")) {
            throw notHere("WHERE CURRENT OF does not run here.", "");
        }
        Change.Text where = until(Set.of("returning"), false);
        if (now().is("returning")) {
            throw returning(now());
        }
        return Optional.of(where);
    }

    private String alias(Set<String> ends) {
        if (accept("as")) {
            return name();
        }
        return now().name() && !isWord(now(), ends) ? name() : "";
    }

    private Change update() {
        at++;
        accept("only");
        List<String> table = path();
        String alias = alias(Set.of("set"));
        if (!accept("set")) {
            throw wrong();
        }
        List<Change.Set> sets = sets(Set.of("where", "from", "returning"));
        if (now().is("from")) {
            throw notHere(
                    "UPDATE … FROM does not run here.",
                    "Ask for the value: set a = (select … from … where …)");
        }
        Optional<Change.Text> where = where();
        return whole(new Change.Update(table, alias, sets, where));
    }

    private List<Change.Set> sets(Set<String> ends) {
        List<Change.Set> sets = new ArrayList<>();
        do {
            if (now().sign("(")) {
                throw notHere(
                        "SET (…) = (…) does not run here.", "Write set a = …, b = … instead.");
            }
            String column = name();
            if (now().sign(".") || now().sign("[")) {
                throw notHere(
                        "A part of a column cannot be set alone.", "Set the column as a whole.");
            }
            expect("=");
            sets.add(new Change.Set(column, until(ends, true)));
        } while (take(","));
        return List.copyOf(sets);
    }

    private Change merge() {
        at++;
        accept("into");
        List<String> table = path();
        String alias = alias(Set.of("using"));
        if (!accept("using")) {
            throw wrong();
        }
        int from = now().start();
        String called = "";
        if (now().sign("(")) {
            int depth = 0;
            do {
                depth += now().sign("(") ? 1 : now().sign(")") ? -1 : 0;
                if (now().kind() == Token.Kind.END) {
                    throw wrong();
                }
                at++;
            } while (depth > 0);
        } else if (now().kind() == Token.Kind.STRING) {
            at++;
        } else {
            called = path().getLast();
        }
        Change.Text source = new Change.Text(sql.substring(from, words.get(at - 1).end()), from);
        String named = alias(Set.of("on"));
        called = named.isEmpty() ? called : named;
        if (called.isEmpty()) {
            throw notHere("What is merged has a name: using (select …) as s", "");
        }
        if (!accept("on")) {
            throw wrong();
        }
        Change.Text on = condition("when");
        List<Change.When> whens = new ArrayList<>();
        while (accept("when")) {
            whens.add(when());
        }
        if (whens.isEmpty()) {
            throw wrong();
        }
        if (now().is("returning")) {
            throw returning(now());
        }
        return whole(new Change.Merge(table, alias, source, called, on, whens));
    }

    private Change.When when() {
        Change.Match match = accept("not") ? Change.Match.NOT_MATCHED : Change.Match.MATCHED;
        if (!accept("matched")) {
            throw wrong();
        }
        if (accept("by", "source")) {
            throw notHere("WHEN NOT MATCHED BY SOURCE does not run here.", "DELETE them apart.");
        }
        accept("by", "target");
        Optional<Change.Text> and =
                accept("and") ? Optional.of(condition("then")) : Optional.empty();
        if (!accept("then")) {
            throw wrong();
        }
        Change.Then then;
        if (accept("do", "nothing")) {
            then = new Change.Then.Nothing();
        } else if (match == Change.Match.MATCHED && accept("delete")) {
            then = new Change.Then.Delete();
        } else if (match == Change.Match.MATCHED && accept("update", "set")) {
            then = new Change.Then.Update(sets(Set.of("when", "returning")));
        } else if (match == Change.Match.NOT_MATCHED && accept("insert")) {
            List<String> columns = now().sign("(") ? names() : List.of();
            if (!accept("values")) {
                throw wrong();
            }
            expect("(");
            List<Change.Text> values = new ArrayList<>();
            do {
                values.add(until(Set.of(), true));
            } while (take(","));
            expect(")");
            then = new Change.Then.Insert(columns, List.copyOf(values));
        } else {
            throw wrong();
        }
        return new Change.When(match, and, then);
    }

    /** Up to a word that is not within CASE or parentheses. */
    private Change.Text condition(String end) {
        int from = now().start();
        int to = from;
        int depth = 0;
        while (!ended() && (depth > 0 || !now().is(end))) {
            Token token = now();
            depth += token.sign("(") || token.is("case") ? 1 : 0;
            depth -= token.sign(")") || token.is("end") ? 1 : 0;
            if (depth < 0) {
                throw wrong();
            }
            to = token.end();
            at++;
        }
        if (to == from || depth != 0) {
            throw wrong();
        }
        return new Change.Text(sql.substring(from, to), from);
    }

    private Optional<Change> alter() {
        at++;
        if (accept("view")) {
            return Optional.of(renamedView());
        }
        if (!accept("table")) {
            return Optional.empty();
        }
        Change.Otherwise absent = ifThere();
        accept("only");
        List<String> table = path();
        if (accept("execute")) {
            if (!accept("optimize")) {
                throw notHere("This is not executed here.", "EXECUTE optimize packs small files.");
            }
            return Optional.of(whole(new Change.Compact(table)));
        }
        Change.Alteration what;
        if (accept("add")) {
            accept("column");
            Change.Otherwise taken = ifNot();
            what = new Change.Alteration.Add(column(), taken);
        } else if (accept("drop")) {
            if (now().is("constraint")) {
                throw constraint();
            }
            accept("column");
            Change.Otherwise column = ifThere();
            what = new Change.Alteration.Drop(name(), column);
            if (!accept("cascade")) {
                accept("restrict");
            }
        } else if (accept("rename", "to")) {
            what = new Change.Alteration.Rename(name());
        } else if (accept("rename")) {
            accept("column");
            String column = name();
            if (!accept("to")) {
                throw wrong();
            }
            what = new Change.Alteration.RenameColumn(column, name());
        } else if (accept("alter")) {
            accept("column");
            String column = name();
            if (accept("drop", "not", "null")) {
                what = new Change.Alteration.Relax(column);
            } else {
                accept("set", "data");
                if (!accept("type")) {
                    throw notHere("This cannot be altered here.", "");
                }
                what = new Change.Alteration.Retype(column, type());
            }
        } else {
            throw notHere("This cannot be altered here.", "");
        }
        if (now().sign(",")) {
            throw notHere("One alteration at a time.", "Send one statement for each.");
        }
        return Optional.of(whole(new Change.Alter(table, absent, what)));
    }

    private Change renamedView() {
        Change.Otherwise absent = ifThere();
        List<String> view = path();
        if (!accept("rename", "to")) {
            throw notHere(
                    "Of a view nothing can be altered but its name.",
                    "ALTER VIEW … RENAME TO; CREATE OR REPLACE VIEW gives it another text.");
        }
        return whole(new Change.RenameView(view, absent, name()));
    }

    /** COPY to a bucket; STDIN and STDOUT are the doors'. */
    private Optional<Change> copy() {
        at++;
        Change.Text select;
        if (now().sign("(")) {
            int open = at;
            int depth = 0;
            do {
                depth += now().sign("(") ? 1 : now().sign(")") ? -1 : 0;
                if (now().kind() == Token.Kind.END) {
                    throw wrong();
                }
                at++;
            } while (depth > 0);
            int from = words.get(open).end();
            select = new Change.Text(sql.substring(from, words.get(at - 1).start()), from);
        } else {
            int from = now().start();
            if (now().kind() == Token.Kind.STRING) {
                at++;
            } else {
                path();
            }
            String table = sql.substring(from, words.get(at - 1).end());
            String columns = "*";
            if (now().sign("(")) {
                int begin = now().end();
                names();
                columns = sql.substring(begin, words.get(at - 1).start());
            }
            select = new Change.Text("select " + columns + " from " + table, from);
        }
        if (!accept("to") || now().kind() != Token.Kind.STRING) {
            return Optional.empty();
        }
        Matcher place = PLACE.matcher(now().text());
        if (!place.matches()) {
            throw notHere(
                    "COPY writes to a bucket.",
                    "Name the place: copy (…) to 's3://bucket/key.parquet'");
        }
        at++;
        return Optional.of(
                whole(
                        new Change.CopyTo(
                                select, place.group(1), place.group(2), target(place.group(2)))));
    }

    private Target target(String key) {
        String format =
                key.endsWith(".csv")
                        ? "csv"
                        : key.endsWith(".json") || key.endsWith(".ndjson") || key.endsWith(".jsonl")
                                ? "json"
                                : "parquet";
        Target.Header header = Target.Header.NAMES;
        char delimiter = ',';
        accept("with");
        if (take("(")) {
            do {
                String option = name();
                switch (option) {
                    case "format" -> format = value().toLowerCase(Locale.ROOT);
                    case "header" -> {
                        boolean said = !now().sign(",") && !now().sign(")");
                        String value = said ? value().toLowerCase(Locale.ROOT) : "true";
                        header =
                                Set.of("false", "off", "0").contains(value)
                                        ? Target.Header.NONE
                                        : Target.Header.NAMES;
                    }
                    case "delimiter", "delim", "sep" -> {
                        String value = value();
                        if (value.length() != 1) {
                            throw notHere("A delimiter is one character.", "");
                        }
                        delimiter = value.charAt(0);
                    }
                    default -> {
                        at--;
                        throw notHere(
                                "COPY has no option " + option + " here.",
                                "It has format (parquet, csv, json), header and delimiter.");
                    }
                }
            } while (take(","));
            expect(")");
        }
        return switch (format) {
            case "parquet" -> new Target.PlainParquet();
            case "csv" -> new Target.Csv(header, delimiter);
            case "json" -> new Target.Json();
            default ->
                    throw notHere(
                            "COPY writes no " + format + ".", "It writes parquet, csv and json.");
        };
    }

    private String value() {
        Token token = now();
        if (token.kind() == Token.Kind.END || token.kind() == Token.Kind.SIGN) {
            throw wrong();
        }
        at++;
        return token.text();
    }

    // types

    private Type type() {
        Type type = one();
        while (true) {
            if (take("[")) {
                if (now().kind() == Token.Kind.NUMBER) {
                    at++;
                }
                expect("]");
                type = new Type.Array(type);
            } else if (accept("array")) {
                type = new Type.Array(type);
            } else {
                return type;
            }
        }
    }

    private Type one() {
        Token token = now();
        String word = name();
        Type simple =
                switch (word) {
                    case "boolean", "bool", "logical" -> Type.Simple.BOOLEAN;
                    case "tinyint", "int1" -> Type.Simple.TINYINT;
                    case "smallint", "int2", "short" -> Type.Simple.SMALLINT;
                    case "integer", "int", "int4", "signed" -> Type.Simple.INTEGER;
                    case "bigint", "int8", "long" -> Type.Simple.BIGINT;
                    case "hugeint", "int128" -> Type.Simple.HUGEINT;
                    case "utinyint", "uint8" -> Type.Simple.UTINYINT;
                    case "usmallint", "uint16" -> Type.Simple.USMALLINT;
                    case "uinteger", "uint32" -> Type.Simple.UINTEGER;
                    case "ubigint", "uint64" -> Type.Simple.UBIGINT;
                    case "real", "float4", "float" -> {
                        skipBound();
                        yield Type.Simple.FLOAT;
                    }
                    case "double", "float8" -> {
                        accept("precision");
                        yield Type.Simple.DOUBLE;
                    }
                    case "text", "string" -> Type.Simple.VARCHAR;
                    case "varchar", "char", "bpchar", "character", "nvarchar" -> {
                        accept("varying");
                        skipBound();
                        yield Type.Simple.VARCHAR;
                    }
                    case "json", "jsonb" -> Type.Simple.JSON;
                    case "blob", "bytea", "binary", "varbinary" -> Type.Simple.BLOB;
                    case "date" -> Type.Simple.DATE;
                    case "time" -> {
                        skipBound();
                        if (accept("with", "time", "zone")) {
                            throw notHere("Tables have no TIME WITH TIME ZONE.", "");
                        }
                        accept("without", "time", "zone");
                        yield Type.Simple.TIME;
                    }
                    case "timestamp", "datetime" -> {
                        skipBound();
                        boolean zoned = accept("with", "time", "zone");
                        if (!zoned) {
                            accept("without", "time", "zone");
                        }
                        yield zoned ? Type.Simple.TIMESTAMPTZ : Type.Simple.TIMESTAMP;
                    }
                    case "timestamptz" -> {
                        skipBound();
                        yield Type.Simple.TIMESTAMPTZ;
                    }
                    case "uuid" -> Type.Simple.UUID;
                    case "interval" -> Type.Simple.INTERVAL;
                    default -> Type.Simple.UNKNOWN;
                };
        if (simple != Type.Simple.UNKNOWN) {
            return simple;
        }
        return switch (word) {
            case "decimal", "numeric", "dec" -> decimal();
            case "struct", "row" -> {
                expect("(");
                List<Column> fields = new ArrayList<>();
                do {
                    fields.add(new Column(name(), type()));
                } while (take(","));
                expect(")");
                yield new Type.Struct(fields);
            }
            case "map" -> {
                expect("(");
                Type key = type();
                expect(",");
                Type value = type();
                expect(")");
                yield new Type.Dictionary(key, value);
            }
            default ->
                    throw new Wrong(
                            new Failure(
                                    "42704",
                                    "type \"" + word + "\" does not exist",
                                    token.start() + 1,
                                    word.endsWith("serial")
                                            ? "Tables count nothing; write bigint."
                                            : ""));
        };
    }

    private Type decimal() {
        if (!take("(")) {
            return new Type.Decimal(18, 3); // as the engine has it
        }
        int precision = number();
        int scale = take(",") ? number() : 0;
        expect(")");
        if (precision < 1 || precision > 38 || scale > precision) {
            throw notHere(
                    "A decimal has 1 to 38 digits, and no more of them behind the point.", "");
        }
        return new Type.Decimal(precision, scale);
    }

    private int number() {
        Token token = now();
        if (token.kind() != Token.Kind.NUMBER || !token.text().matches("[0-9]{1,4}")) {
            throw wrong();
        }
        at++;
        return Integer.parseInt(token.text());
    }

    private void skipBound() {
        if (take("(")) {
            number();
            expect(")");
        }
    }
}
