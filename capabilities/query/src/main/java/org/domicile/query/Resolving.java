package org.domicile.query;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds out what the names of one statement mean, down to the tables below its views, and how it
 * has to be written so that the engine finds them: a name that the engine could not have (of more
 * than two parts, or as of a moment) and the names of views' texts get others, which nobody else
 * has.
 */
final class Resolving {
    /** Views in views. */
    private static final int MOST_DEPTH = 16;

    /** Tables and views of one statement, with those below its views. */
    private static final int MOST = 1_000;

    /** What names begin with that are made here. */
    private static final String OWN = "domicile_";

    private final Sources sources;
    private final Parser parser;
    private final List<Made> made = new ArrayList<>();
    private final Map<String, Relation> taken = new HashMap<>();
    private final Deque<String> open = new ArrayDeque<>();
    private int next;

    /** Takes texts apart. */
    interface Parser {
        Answer<Parsed> parse(String sql);
    }

    Resolving(Sources sources, Parser parser) {
        this.sources = sources;
        this.parser = parser;
    }

    /** What the engine is to find under a name. */
    sealed interface Made {
        TableName target();
    }

    /**
     * A table that is read.
     *
     * @param columns of a table or of files, those that may be needed
     */
    record Use(TableName target, Reference reference, Relation relation, List<String> columns)
            implements Made {}

    /** A view over others, which are made before it. */
    record Viewed(TableName target, String definition) implements Made {}

    /** The statement as the engine is to run it. */
    record Resolved(String sql, List<Made> made) {
        /** Those that are read. */
        List<Use> uses() {
            return made.stream().filter(Use.class::isInstance).map(Use.class::cast).toList();
        }
    }

    Answer<Resolved> statement(Parsed parsed) {
        return text(parsed, List.of(), Own.WHERE_NEEDED)
                .then(sql -> Answer.of(new Resolved(sql, List.copyOf(made))));
    }

    /** Which names are replaced. */
    private enum Own {
        WHERE_NEEDED,
        ALL
    }

    private Answer<String> text(Parsed parsed, List<String> namespace, Own own) {
        Map<Integer, TableName> targets = new HashMap<>();
        for (int i = 0; i < parsed.references().size(); i++) {
            Reference reference = parsed.references().get(i);
            if (made.size() >= MOST) {
                return Answer.failed(
                        Failure.OVER_LIMIT,
                        "A statement reads at most " + MOST + " tables and views.");
            }
            switch (sources.resolve(reference.name(), reference.at(), namespace)) {
                case Answer.Failed<Relation>(Failure failure) -> {
                    return Answer.failed(failure);
                }
                case Answer.Given<Relation>(Relation relation) -> {
                    TableName target = target(reference, relation, own);
                    switch (make(target, reference, relation, parsed)) {
                        case Answer.Failed<Made>(Failure failure) -> {
                            return Answer.failed(failure);
                        }
                        case Answer.Given<Made>(Made one) -> made.add(one);
                    }
                    if (!target.equals(reference.name()) || !(reference.at() instanceof At.Now)) {
                        targets.put(i, target);
                    }
                }
            }
        }
        return renamed(parsed, targets);
    }

    /** Its own name, where the engine can have it and no other table has one that is alike. */
    private TableName target(Reference reference, Relation relation, Own own) {
        TableName name = reference.name();
        boolean fits =
                own == Own.WHERE_NEEDED
                        && reference.at() instanceof At.Now
                        && (name.parts().size() == 1
                                || name.parts().size() == 2 && !isReserved(name.parts().getFirst()))
                        && !name.parts().getFirst().toLowerCase(Locale.ROOT).startsWith(OWN);
        String key = String.join("\n", name.parts()).toLowerCase(Locale.ROOT);
        if (fits && taken.putIfAbsent(key, relation) == null) {
            return name;
        }
        return new TableName(List.of(OWN + "t" + ++next));
    }

    /** Schemas and catalogs that the engine has by itself. */
    private static boolean isReserved(String schema) {
        return switch (schema.toLowerCase(Locale.ROOT)) {
            case "main", "memory", "system", "temp", "information_schema", "pg_catalog" -> true;
            default -> false;
        };
    }

    private Answer<Made> make(
            TableName target, Reference reference, Relation relation, Parsed parsed) {
        return switch (relation) {
            case Table table ->
                    Answer.of(
                            new Use(
                                    target,
                                    reference,
                                    table,
                                    table.files().getFirst().footer().columns().stream()
                                            .filter(parsed::needs)
                                            .toList()));
            case CatalogTable table -> table(target, reference, table, parsed);
            case RuledTable table -> table(target, reference, table, parsed);
            case CatalogView view -> view(target, view);
        };
    }

    private static Answer<Made> table(
            TableName target, Reference reference, CatalogTable table, Parsed parsed) {
        Map<String, String> names = new HashMap<>();
        for (Field each : table.columns()) {
            String other = names.put(each.name().toLowerCase(Locale.ROOT), each.name());
            if (other != null) {
                return Answer.failed(
                        new Failure(
                                Failure.NOT_HERE,
                                "The columns %s and %s of %s differ by their case alone."
                                        .formatted(other, each.name(), table.name()),
                                0,
                                "Rename one of them."));
            }
        }
        List<String> columns =
                table.columns().stream().map(Field::name).filter(parsed::needs).toList();
        for (Field each : table.columns()) {
            if (each.form() instanceof Field.Form.Strange(String word)
                    && columns.contains(each.name())) {
                return Answer.failed(
                        new Failure(
                                Failure.NOT_HERE,
                                "The column %s of %s is of the type %s, which SQL does not read"
                                                .formatted(each.name(), table.name(), word)
                                        + " here.",
                                0,
                                "Name the columns that are wanted, without this one."));
            }
        }
        return Answer.of(new Use(target, reference, table, columns));
    }

    /** Without the columns that are masked. */
    private static Answer<Made> table(
            TableName target, Reference reference, RuledTable ruled, Parsed parsed) {
        for (Field each : ruled.table().columns()) {
            String why = ruled.refused().get(each.name());
            if (why != null && parsed.needs(each.name())) {
                return Answer.failed(
                        new Failure(Failure.REFUSED, why, 0, "Name the columns that are wanted."));
            }
        }
        return table(target, reference, ruled.table(), parsed)
                .then(made ->
                        made instanceof Use use
                                ? Answer.of(
                                        new Use(
                                                target,
                                                reference,
                                                ruled,
                                                use.columns().stream()
                                                        .filter(each ->
                                                                !ruled.masked().contains(each))
                                                        .toList()))
                                : Answer.of(made));
    }

    private Answer<Made> view(TableName target, CatalogView view) {
        if (open.contains(view.id())) {
            return Answer.failed(
                    Failure.of(Failure.NESTED, "The view " + view.name() + " reads itself."));
        }
        if (open.size() >= MOST_DEPTH) {
            return Answer.failed(
                    Failure.of(
                            Failure.NESTED,
                            "Views lie in views more than " + MOST_DEPTH + " deep."));
        }
        open.push(view.id());
        try {
            return parser.parse(view.sql())
                    .then(parsed ->
                            parsed.kind() == Kind.SELECT
                                    ? text(parsed, view.namespace(), Own.ALL)
                                    : Answer.failed(Failure.NOT_HERE, "A view is a SELECT."))
                    .then(sql -> Answer.of((Made) new Viewed(target, definition(view, sql))))
                    .or(failure ->
                            new Failure(
                                    failure.state(),
                                    "In the view " + view.name() + ": " + failure.message(),
                                    0,
                                    failure.hint()));
        } finally {
            open.pop();
        }
    }

    private static String definition(CatalogView view, String sql) {
        String columns =
                view.columns().stream()
                        .map(TableSql::name)
                        .collect(Collectors.joining(", ", "(", ")"));
        String text = sql.strip();
        while (text.endsWith(";")) {
            text = text.substring(0, text.length() - 1).strip();
        }
        return "SELECT * FROM ("
                + text
                + "\n) AS "
                + OWN
                + "v"
                + (view.columns().isEmpty() ? "" : columns);
    }

    private static Answer<String> renamed(Parsed parsed, Map<Integer, TableName> targets) {
        if (targets.isEmpty()) {
            return Answer.of(parsed.sql());
        }
        List<SqlText.Place> places = new ArrayList<>();
        for (Parsed.Mention each : parsed.mentions()) {
            TableName target = targets.get(each.reference());
            if (target != null) {
                Reference reference = parsed.references().get(each.reference());
                places.add(
                        new SqlText.Place(
                                each.at(),
                                reference,
                                target,
                                each.aliased() ? "" : reference.name().table()));
            }
        }
        Optional<String> renamed = SqlText.renamed(parsed.sql(), places);
        return renamed.isPresent()
                ? Answer.of(renamed.get())
                : Answer.failed(
                        new Failure(
                                Failure.NOT_HERE,
                                "A name in the statement is not found where the engine says that"
                                        + " it is.",
                                0,
                                "Write NAMESPACE.TABLE, with an alias behind it."));
    }
}
