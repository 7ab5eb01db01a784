package org.domicile.duckdb;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.domicile.query.At;
import org.domicile.query.Failure;
import org.domicile.query.Kind;
import org.domicile.query.Reference;
import org.domicile.query.TableName;
import org.domicile.query.Wanted;
import org.domicile.query.Wire;

/**
 * What a statement names, found in the tree that the engine's own parser made of it.
 *
 * <p>Names of common table expressions count for all of the statement: a table of the same name is
 * not found, which the engine then says. Columns are a bound from above: every word of the tree but
 * constants, and all columns where something stands for columns without naming them.
 */
final class Parsing {
    /** Functions that make tables of their arguments alone. All others are refused. */
    private static final Set<String> HARMLESS =
            Set.of(
                    "range",
                    "generate_series",
                    "generate_subscripts",
                    "unnest",
                    "repeat",
                    "repeat_row",
                    "json_each",
                    "json_tree",
                    "summary",
                    "pragma_version",
                    "duckdb_functions",
                    "duckdb_types",
                    "duckdb_keywords",
                    "sql_auto_complete",
                    "icu_calendar_names",
                    "pg_timezone_names");

    /** Begins of names of functions that reach files, run text, read the process, or are ours. */
    private static final List<String> REACHING =
            List.of(
                    "read_",
                    "domicile_",
                    "parquet_",
                    "sniff_",
                    "glob",
                    "getenv",
                    "query",
                    "json_execute_serialized",
                    "which_secret",
                    "write_",
                    "enable_",
                    "disable_",
                    "pragma_",
                    "duckdb_secrets",
                    "from_substrait",
                    "arrow_scan",
                    "seq_scan",
                    "pandas_scan");

    /** Nodes that stand for columns without naming them. */
    private static final Set<String> STANDING =
            Set.of("STAR", "PIVOT", "SHOW_REF", "POSITIONAL_REFERENCE", "DELIM_GET");

    /** Rows that are taken by chance, in the place of a function. */
    private static final String SAMPLE = "tablesample";

    /** A word that is longer names no column. */
    private static final int LONGEST_NAME = 1_000;

    /** Ways of a statement to want rows of one table. */
    private static final int MOST_WANTED = 200;

    private final int before;
    private final List<Named> tables = new ArrayList<>();
    private final Map<Object, Wanted> wanted = new IdentityHashMap<>();
    private final Set<String> expressions = new HashSet<>();
    private final Set<String> relations = new HashSet<>();
    private final Set<String> alone = new HashSet<>();
    private final Set<String> words = new HashSet<>();
    private final Set<String> functions = new HashSet<>();
    private boolean all;
    private String refused = "";
    private String unknown = "";

    /**
     * A table where it is named.
     *
     * @param at where in the text, in bytes; -1 when it is not known
     */
    private record Named(TableName name, Wanted wanted, int at, boolean aliased) {}

    /** A place of a table in the list of all. @param at where, in bytes of the text */
    record Mention(int reference, int at, boolean aliased) {}

    /**
     * What was found.
     *
     * @param all whether all columns may be needed
     * @param words in lower case, the names of the columns that are needed among them
     * @param functions that are called, in lower case
     */
    record Found(
            Kind kind,
            boolean all,
            List<Reference> references,
            List<Mention> mentions,
            Set<String> words,
            Set<String> functions) {
        /** Of what is no SELECT. */
        static Found nothing(Kind kind) {
            return new Found(kind, true, List.of(), List.of(), Set.of(), Set.of());
        }

        /**
         * @param sql the text, whose characters are counted
         */
        void write(DataOutputStream out, String sql) throws IOException {
            byte[] text = sql.getBytes(StandardCharsets.UTF_8);
            out.writeByte(kind.ordinal());
            out.writeBoolean(all);
            Wire.list(out, references, Wire::reference);
            Wire.list(
                    out,
                    mentions,
                    (to, each) -> {
                        to.writeInt(each.reference());
                        to.writeInt(characters(text, each.at()));
                        to.writeBoolean(each.aliased());
                    });
            Wire.list(out, List.copyOf(words), Wire::text);
            Wire.list(out, List.copyOf(functions), Wire::text);
        }

        /** Places are bytes for the engine and characters for everybody else. */
        private static int characters(byte[] text, int bytes) {
            return bytes < 0 || bytes > text.length
                    ? -1
                    : new String(text, 0, bytes, StandardCharsets.UTF_8).length();
        }
    }

    private Parsing(int before) {
        this.before = before;
    }

    /**
     * @param tree of {@code json_serialize_sql} @param before bytes of the text before what it is
     *     of
     */
    static Found of(Kind kind, Object tree, int before) throws Engine.Failed {
        Parsing parsing = new Parsing(before);
        parsing.walk(tree);
        if (!parsing.refused.isEmpty()) {
            throw new Engine.Failed(
                    new Failure(
                            Failure.NOT_HERE,
                            "The function " + parsing.refused + " does not run here.",
                            0,
                            "To read a file of a bucket, write: from 's3://bucket/key.parquet'"));
        }
        if (!parsing.unknown.isEmpty()) {
            throw new Engine.Failed(
                    Failure.of(Failure.NO_TABLE, "There is no table " + parsing.unknown + "."));
        }
        boolean rows = parsing.alone.stream().anyMatch(parsing.relations::contains);
        Map<TableName, Integer> places = new LinkedHashMap<>();
        List<Reference> references = new ArrayList<>();
        List<Mention> mentions = new ArrayList<>();
        for (Named each : parsing.tables) {
            boolean expression =
                    each.name().parts().size() == 1
                            && parsing.expressions.contains(
                                    each.name().table().toLowerCase(Locale.ROOT));
            if (expression) {
                continue;
            }
            Integer place = places.putIfAbsent(each.name(), references.size());
            if (place == null) {
                place = references.size();
                references.add(new Reference(each.name(), At.NOW, each.wanted()));
            } else {
                Reference other = references.get(place);
                references.set(
                        place,
                        new Reference(each.name(), At.NOW, either(other.wanted(), each.wanted())));
            }
            mentions.add(new Mention(place, each.at(), each.aliased()));
        }
        return new Found(
                kind, parsing.all || rows, references, mentions, parsing.words, parsing.functions);
    }

    private static Wanted either(Wanted one, Wanted other) {
        if (one instanceof Wanted.All || other instanceof Wanted.All) {
            return Wanted.ALL;
        }
        List<Wanted> all =
                new ArrayList<>(one instanceof Wanted.Or(List<Wanted> of) ? of : List.of(one));
        all.add(other);
        return all.size() > MOST_WANTED ? Wanted.ALL : new Wanted.Or(all);
    }

    private void walk(Object node) throws Engine.Failed {
        switch (node) {
            case Map<?, ?> object -> object(object);
            case List<?> list -> {
                for (Object each : list) {
                    walk(each);
                }
            }
            case String text -> word(text);
            default -> throw new IllegalStateException("no JSON: " + node);
        }
    }

    private void word(String text) {
        if (text.length() <= LONGEST_NAME) {
            words.add(text.toLowerCase(Locale.ROOT));
        }
    }

    private void object(Map<?, ?> object) throws Engine.Failed {
        String type = text(object, "type");
        if (text(object, "class").equals("CONSTANT")) {
            return;
        }
        all |= STANDING.contains(type) || text(object, "ref_type").equals("NATURAL");
        relation(text(object, "alias"));
        function(text(object, "function_name"));
        if (object.get("sample") instanceof Map<?, ?>) {
            functions.add(SAMPLE);
        }
        if (type.equals("SELECT_NODE")) {
            wanted.putAll(Conditions.of(object));
        }
        if (type.equals("BASE_TABLE")) {
            List<String> parts = path(object);
            relation(parts.isEmpty() ? "" : parts.getLast());
            // names that are given to columns count from the first
            all |= object.get("column_name_alias") instanceof List<?> names && !names.isEmpty();
            table(parts, object);
        }
        if (object.get("function") instanceof Map<?, ?> made && type.equals("TABLE_FUNCTION")) {
            String name = text(made, "function_name").toLowerCase(Locale.ROOT);
            if (!HARMLESS.contains(name)) {
                refused = name.isEmpty() ? "of this kind" : name;
            }
        }
        if (object.get("column_names") instanceof List<?> names && names.size() == 1) {
            alone.add(String.valueOf(names.getFirst()).toLowerCase(Locale.ROOT));
        }
        if (object.get("cte_map") instanceof Map<?, ?> ctes
                && ctes.get("map") instanceof List<?> entries) {
            for (Object entry : entries) {
                if (entry instanceof Map<?, ?> each) {
                    expressions.add(text(each, "key").toLowerCase(Locale.ROOT));
                }
            }
        }
        // Recursive ones name themselves.
        expressions.add(text(object, "cte_name").toLowerCase(Locale.ROOT));
        for (Object each : object.values()) {
            walk(each);
        }
    }

    /** The whole name; the three older members hold no more than three parts. */
    static List<String> path(Map<?, ?> object) {
        if (object.get("qualified_name") instanceof Map<?, ?> name
                && name.get("path") instanceof List<?> path) {
            return path.stream().map(String::valueOf).toList();
        }
        return Stream.of("catalog_name", "schema_name", "table_name")
                .map(each -> text(object, each))
                .filter(each -> !each.isEmpty())
                .toList();
    }

    private void table(List<String> parts, Map<?, ?> node) throws Engine.Failed {
        if (parts.isEmpty() || parts.size() > TableName.MOST_PARTS) {
            unknown = String.join(".", parts);
            return;
        }
        if (node.get("at_clause") instanceof Map<?, ?>) {
            throw new Engine.Failed(
                    new Failure(
                            Failure.NOT_HERE,
                            "What a table is read as of is written out, behind its name.",
                            0,
                            "Write NAMESPACE.TABLE FOR VERSION AS OF 1, or FOR TIMESTAMP AS OF"
                                    + " '2026-01-31 12:00:00'."));
        }
        int at = -1;
        if (node.get("query_location") instanceof String location
                && location.matches("[0-9]{1,9}")) {
            at = before + Integer.parseInt(location);
        }
        tables.add(
                new Named(
                        new TableName(parts),
                        wanted.getOrDefault(node, Wanted.ALL),
                        at,
                        !text(node, "alias").isEmpty()));
    }

    private void relation(String name) {
        if (!name.isEmpty()) {
            relations.add(name.toLowerCase(Locale.ROOT));
        }
    }

    private void function(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!lower.isEmpty()) {
            functions.add(lower);
        }
        boolean reaches =
                !HARMLESS.contains(lower) && REACHING.stream().anyMatch(lower::startsWith);
        if (reaches) {
            refused = lower;
        }
    }

    private static String text(Map<?, ?> object, String name) {
        return object.get(name) instanceof String text && !text.equals("null") ? text : "";
    }
}
