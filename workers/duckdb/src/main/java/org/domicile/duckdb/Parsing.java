package org.domicile.duckdb;

import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.domicile.query.Failure;
import org.domicile.query.Kind;
import org.domicile.query.TableName;
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

    /** Begins of names of functions that reach files, run text, or read the process. */
    private static final List<String> REACHING =
            List.of(
                    "read_",
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

    /** A word that is longer names no column. */
    private static final int LONGEST_NAME = 1_000;

    private final Set<TableName> tables = new LinkedHashSet<>();
    private final Set<String> expressions = new HashSet<>();
    private final Set<String> relations = new HashSet<>();
    private final Set<String> alone = new HashSet<>();
    private final Set<String> words = new HashSet<>();
    private boolean all;
    private String refused = "";
    private String unknown = "";

    /**
     * What was found.
     *
     * @param all whether all columns may be needed
     * @param words in lower case, the names of the columns that are needed among them
     */
    record Found(Kind kind, boolean all, List<TableName> tables, Set<String> words) {
        void write(DataOutputStream out) throws IOException {
            out.writeByte(kind.ordinal());
            out.writeBoolean(all);
            Wire.list(out, tables, Wire::name);
            Wire.list(out, List.copyOf(words), Wire::text);
        }
    }

    /**
     * @param tree of {@code json_serialize_sql}
     */
    static Found of(Kind kind, Object tree) throws Engine.Failed {
        Parsing parsing = new Parsing();
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
        List<TableName> tables =
                parsing.tables.stream()
                        .filter(name ->
                                name.parts().size() > 1
                                        || !parsing.expressions.contains(
                                                name.table().toLowerCase(Locale.ROOT)))
                        .toList();
        return new Found(kind, parsing.all || rows, tables, parsing.words);
    }

    private void walk(Object node) {
        switch (node) {
            case Map<?, ?> object -> object(object);
            case List<?> list -> list.forEach(this::walk);
            case String text -> word(text);
            default -> throw new IllegalStateException("no JSON: " + node);
        }
    }

    private void word(String text) {
        if (text.length() <= LONGEST_NAME) {
            words.add(text.toLowerCase(Locale.ROOT));
        }
    }

    private void object(Map<?, ?> object) {
        String type = text(object, "type");
        if (text(object, "class").equals("CONSTANT")) {
            return;
        }
        all |= STANDING.contains(type) || text(object, "ref_type").equals("NATURAL");
        relation(text(object, "alias"));
        function(text(object, "function_name"));
        if (type.equals("BASE_TABLE")) {
            List<String> parts = path(object);
            relation(parts.isEmpty() ? "" : parts.getLast());
            table(parts);
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
        object.values().forEach(this::walk);
    }

    /** The whole name; the three older members hold no more than three parts. */
    private static List<String> path(Map<?, ?> object) {
        if (object.get("qualified_name") instanceof Map<?, ?> name
                && name.get("path") instanceof List<?> path) {
            return path.stream().map(String::valueOf).toList();
        }
        return Stream.of("catalog_name", "schema_name", "table_name")
                .map(each -> text(object, each))
                .filter(each -> !each.isEmpty())
                .toList();
    }

    private void table(List<String> parts) {
        if (parts.isEmpty() || parts.size() > 3) {
            unknown = String.join(".", parts);
        } else {
            tables.add(new TableName(parts));
        }
    }

    private void relation(String name) {
        if (!name.isEmpty()) {
            relations.add(name.toLowerCase(Locale.ROOT));
        }
    }

    private void function(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
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
