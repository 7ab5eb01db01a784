package org.domicile.sql;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.domicile.postgres.Field;
import org.domicile.postgres.PgType;
import org.domicile.postgres.Question;
import org.domicile.postgres.SqlError;
import org.domicile.postgres.Token;

/**
 * Which relations pg_catalog and information_schema have, with their columns as PostgreSQL 15 has
 * them (chapters 53, 54 and 37 of its manual; resource {@code catalogues.tsv}), and which questions
 * are about them.
 */
final class Catalogues {
    static final String PG = "pg_catalog";
    static final String INFORMATION = "information_schema";

    private static final Map<String, Layout> LAYOUTS = layouts();

    /** Functions that make a question without a relation one that is answered here. */
    private static final Set<String> OURS =
            Set.of(
                    "version",
                    "current_database",
                    "current_catalog",
                    "current_schema",
                    "current_schemas",
                    "current_user",
                    "session_user",
                    "user",
                    "current_role",
                    "current_setting",
                    "set_config",
                    "obj_description",
                    "col_description",
                    "shobj_description",
                    "has_table_privilege",
                    "has_schema_privilege",
                    "has_database_privilege",
                    "has_column_privilege",
                    "has_any_column_privilege",
                    "format_type",
                    "inet_server_addr",
                    "inet_server_port",
                    "inet_client_addr",
                    "inet_client_port",
                    "txid_current",
                    "to_regclass",
                    "to_regtype",
                    "to_regnamespace",
                    "regclass",
                    "regtype",
                    "regnamespace",
                    "regrole",
                    "regproc");

    private Catalogues() {}

    /**
     * A relation's shape.
     *
     * @param kind {@code pg_class.relkind}
     */
    record Layout(long oid, String schema, String name, char kind, List<Field> fields) {}

    private static Map<String, Layout> layouts() {
        Map<String, Layout> all = new LinkedHashMap<>();
        InputStream resource = Catalogues.class.getResourceAsStream("catalogues.tsv");
        if (resource == null) {
            throw new IllegalStateException("catalogues.tsv is not in the jar");
        }
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty() || line.startsWith("#")) {
                    continue;
                }
                String[] parts = line.split("\t", -1);
                List<Field> fields = new ArrayList<>();
                for (String column : parts[4].split(",", -1)) {
                    int colon = column.indexOf(':');
                    fields.add(
                            new Field(
                                    column.substring(0, colon),
                                    PgType.named(column.substring(colon + 1)).orElse(PgType.TEXT)));
                }
                all.put(
                        parts[1] + "." + parts[2],
                        new Layout(
                                Long.parseLong(parts[0]),
                                parts[1],
                                parts[2],
                                parts[3].charAt(0),
                                List.copyOf(fields)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    /** All of them. */
    static Iterable<Layout> all() {
        return LAYOUTS.values();
    }

    /** One of them. @param schema empty when none was written: then pg_catalog is meant */
    static Optional<Layout> layout(String schema, String name) {
        return Optional.ofNullable(LAYOUTS.get((schema.isEmpty() ? PG : schema) + "." + name));
    }

    /** Whether a relation's name means one of theirs, there or not. */
    private static boolean means(List<String> name) {
        if (name.size() == 1) {
            return layout("", name.getFirst()).isPresent();
        }
        String schema = name.get(name.size() - 2);
        return schema.equals(PG) || schema.equals(INFORMATION);
    }

    /**
     * Whether a statement is for us. What only might be is parsed; what does not parse is for us
     * when it names their relations, so that the sentence says what was not understood.
     *
     * @throws SqlError when it names both their relations and others
     */
    static boolean asks(String sql, List<Token> words) {
        if (!might(words)) {
            return false;
        }
        Question question;
        try {
            question = Question.parse(sql);
        } catch (SqlError e) {
            return names(words);
        }
        Set<List<String>> relations = question.relations();
        if (relations.isEmpty()) {
            return question.constant() || question.functions().stream().anyMatch(Catalogues::ours);
        }
        long theirs = relations.stream().filter(Catalogues::means).count();
        if (theirs > 0 && theirs < relations.size()) {
            throw new SqlError(
                    "0A000",
                    "a question about the catalogue cannot read tables of data too",
                    0,
                    "Ask twice.");
        }
        return theirs > 0;
    }

    private static boolean ours(String function) {
        return OURS.contains(function) || function.startsWith("pg_");
    }

    /** Whether it is worth parsing. */
    private static boolean might(List<Token> words) {
        if (words.size() <= 8 && words.stream().noneMatch(each -> each.is("from"))) {
            return true;
        }
        for (Token each : words) {
            if (each.name() && (ours(each.text()) || each.text().equals(INFORMATION))) {
                return true;
            }
        }
        return false;
    }

    /** Whether their relations are named, as far as one can see without parsing. */
    private static boolean names(List<Token> words) {
        for (int i = 0; i + 1 < words.size(); i++) {
            boolean from =
                    words.get(i).is("from") || words.get(i).is("join") || words.get(i).sign(",");
            Token next = words.get(i + 1);
            if (from && next.name()) {
                String name = next.text().toLowerCase(Locale.ROOT);
                if (name.equals(PG)
                        || name.equals(INFORMATION)
                        || name.startsWith("pg_") && layout("", name).isPresent()) {
                    return true;
                }
            }
        }
        return false;
    }
}
