package org.domicile.query;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.domicile.query.TableFile.Deletes;

/**
 * The text by which the engine reads a table of the catalog: its files, staged, each of their
 * columns found by its field's id and cast to the table's type, without the rows that are deleted.
 * Source: Apache Iceberg's table specification, sections Column Projection, Scan Planning and
 * Delete Formats.
 */
final class TableSql {
    /** Ids of the columns of a file of positions, and their names where it has no ids. */
    private static final int POSITIONS_FILE = 2_147_483_546;

    private static final int POSITIONS_ROW = 2_147_483_545;

    /**
     * Of a union of which it needs no column the engine takes the first, and that may lie in a
     * hole. Who does not need all columns does not see this one either.
     */
    private static final String FIRST = "1 AS domicile_0, ";

    private final CatalogTable table;
    private final String first;

    /**
     * @param planned columns that are staged
     */
    TableSql(CatalogTable table, List<String> planned) {
        this.table = table;
        this.first = planned.size() < table.columns().size() ? FIRST : "";
    }

    /** It cannot be read so. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        Unreadable(String sentence) {
            super(sentence, null, false, false);
        }
    }

    /**
     * A file in the staging.
     *
     * @param paths of it and of what deletes its rows, by their ids
     * @param first number of its first row in the file that it is, or is a part of
     */
    record Part(TableFile file, Map<String, String> paths, long first) {
        Part(TableFile file, Map<String, String> paths) {
            this(file, paths, 0);
        }

        private String path(String id) {
            String path = paths.get(id);
            if (path == null) {
                throw new IllegalStateException("it was not staged: " + id);
            }
            return path;
        }
    }

    // ---- which columns of files are needed ----

    /**
     * Columns of a file of rows: those that hold what is wanted, and those that deletes ask for.
     */
    static List<String> needed(List<Field> wanted, TableFile file) throws Unreadable {
        List<String> names = new ArrayList<>();
        for (Field each : wanted) {
            if (each.form() instanceof Field.Form.Strange(String word)) {
                throw new Unreadable(
                        "The column %s is of the type %s, which SQL does not read here."
                                .formatted(each.name(), word));
            }
            top(file.file().footer(), each).ifPresent(node -> names.add(node.name()));
        }
        for (Deletes each : file.deletes()) {
            if (each instanceof Deletes.Equal equal) {
                for (int id : equal.ids()) {
                    byId(file.file().footer(), id).ifPresent(node -> names.add(node.name()));
                }
            }
        }
        return names.stream().distinct().toList();
    }

    /** Columns of a file of deletes. */
    static List<String> needed(Deletes deletes) throws Unreadable {
        return switch (deletes) {
            case Deletes.Positions(DataFile file) ->
                    List.of(
                            positions(file, POSITIONS_FILE, "file_path"),
                            positions(file, POSITIONS_ROW, "pos"));
            case Deletes.Equal equal -> {
                List<String> names = new ArrayList<>();
                for (int id : equal.ids()) {
                    names.add(equality(equal.file(), id).name());
                }
                yield names;
            }
            case Deletes.Vector _ -> List.of();
        };
    }

    private static String positions(DataFile file, int id, String name) throws Unreadable {
        return byId(file.footer(), id)
                .or(() ->
                        file.footer().nodes().stream()
                                .filter(node -> node.name().equals(name))
                                .findFirst())
                .map(Footer.Node::name)
                .orElseThrow(() ->
                        new Unreadable(
                                "The delete file %s has no column %s."
                                        .formatted(file.place(), name)));
    }

    private static Footer.Node equality(DataFile file, int id) throws Unreadable {
        return byId(file.footer(), id)
                .orElseThrow(() ->
                        new Unreadable(
                                "The delete file %s does not have the column %d by which rows are"
                                                .formatted(file.place(), id)
                                        + " equal at its top."));
    }

    private static Optional<Footer.Node> byId(Footer footer, int id) {
        return footer.nodes().stream().filter(node -> node.id() == id).findFirst();
    }

    /** Files of writers that know no tables have no ids; then names count. */
    private static Optional<Footer.Node> top(Footer footer, Field field) {
        return find(footer.nodes(), field);
    }

    private static Optional<Footer.Node> find(List<Footer.Node> nodes, Field field) {
        boolean numbered = nodes.stream().anyMatch(node -> node.id() >= 0);
        return nodes.stream()
                .filter(node ->
                        numbered ? node.id() == field.id() : field.names().contains(node.name()))
                .findFirst();
    }

    // ---- the table's text ----

    /** Without rows. */
    String empty() {
        return "SELECT "
                + first
                + table.columns().stream()
                        .map(each -> absent(each, Map.of()) + " AS " + name(each.name()))
                        .collect(Collectors.joining(", "))
                + " WHERE false";
    }

    /**
     * Of a file that holds what rules leave of the table, under the table's own names.
     *
     * @param columns that are in it; the others are null
     */
    static String sifted(CatalogTable table, List<String> columns, String path) {
        return "SELECT "
                + table.columns().stream()
                        .map(each ->
                                "CAST(%s AS %s) AS %s"
                                        .formatted(
                                                columns.contains(each.name())
                                                        ? name(each.name())
                                                        : "NULL",
                                                type(each),
                                                name(each.name())))
                        .collect(Collectors.joining(", "))
                + " "
                + files(List.of(path));
    }

    /** With the rows of some files. */
    String of(List<Part> parts) throws Unreadable {
        if (parts.isEmpty()) {
            return empty();
        }
        // Files that are read alike are read together.
        Map<String, List<Part>> groups = new LinkedHashMap<>();
        for (Part part : parts) {
            String alike =
                    String.join(
                            "\n",
                            part.file().file().footer().schema(),
                            projection(part),
                            deletes(part));
            groups.computeIfAbsent(alike, _ -> new ArrayList<>()).add(part);
        }
        List<String> texts = new ArrayList<>();
        for (List<Part> group : groups.values()) {
            texts.add(group(group));
        }
        return String.join(" UNION ALL ", texts);
    }

    private String projection(Part part) throws Unreadable {
        List<String> columns = new ArrayList<>();
        for (Field each : table.columns()) {
            Optional<Footer.Node> node = top(part.file().file().footer(), each);
            if (Lineage.has(each)) {
                columns.add(lineage(each, node) + " AS " + name(each.name()));
                continue;
            }
            String value =
                    node.isEmpty() || each.form() instanceof Field.Form.Strange
                            ? absent(each, part.file().constants())
                            : value(each, node.get(), "domicile_d." + name(node.get().name()), 0);
            columns.add(value + " AS " + name(each.name()));
        }
        return String.join(", ", columns);
    }

    /**
     * What the file has, or what follows of where a row lies, which only tables that keep it know.
     */
    private static String lineage(Field field, Optional<Footer.Node> node) {
        String follows =
                field.id() == Lineage.ROW_ID
                        ? "domicile_l.r + domicile_d.file_row_number"
                        : "domicile_l.s";
        String value =
                node.map(each ->
                                "coalesce(CAST(domicile_d.%s AS BIGINT), %s)"
                                        .formatted(name(each.name()), follows))
                        .orElse(follows);
        return "CASE WHEN domicile_l.r IS NULL THEN NULL ELSE " + value + " END";
    }

    private boolean hasLineage() {
        return table.columns().stream().anyMatch(Lineage::has);
    }

    /** Of staged files, the number of the first row and the sequence number. */
    private static String lineage(List<Part> group) {
        return group.stream()
                .map(each ->
                        each.file().firstRow() < 0
                                ? "(%s, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT))"
                                        .formatted(literal(each.path(each.file().file().id())))
                                : "(%s, CAST(%d AS BIGINT), CAST(%d AS BIGINT))"
                                        .formatted(
                                                literal(each.path(each.file().file().id())),
                                                each.file().firstRow() + each.first(),
                                                each.file().written()))
                .collect(
                        Collectors.joining(
                                ", ",
                                " JOIN (VALUES ",
                                ") AS domicile_l(f, r, s) ON domicile_d.domicile_file ="
                                        + " domicile_l.f"));
    }

    /** Which deletes apply, but for those that name files themselves. */
    private static String deletes(Part part) {
        boolean positions =
                part.file().deletes().stream().anyMatch(each -> !(each instanceof Deletes.Equal));
        return positions
                + part.file().deletes().stream()
                        .filter(Deletes.Equal.class::isInstance)
                        .map(each -> ((Deletes.Equal) each).file().id())
                        .sorted()
                        .collect(Collectors.joining("\n", "\n", ""));
    }

    private String group(List<Part> group) throws Unreadable {
        Part part = group.getFirst();
        boolean positions =
                part.file().deletes().stream().anyMatch(each -> !(each instanceof Deletes.Equal));
        StringBuilder text =
                new StringBuilder("SELECT ")
                        .append(this.first)
                        .append(projection(part))
                        .append(" FROM read_parquet(");
        text.append(
                group.stream()
                        .map(each -> literal(each.path(each.file().file().id())))
                        .collect(Collectors.joining(", ", "[", "]")));
        text.append(", hive_partitioning=false");
        boolean lineage = hasLineage();
        if (positions || lineage) {
            text.append(", filename='domicile_file', file_row_number=true");
        }
        text.append(") AS domicile_d");
        if (lineage) {
            text.append(lineage(group));
        }
        if (positions) {
            text.append(" ANTI JOIN (")
                    .append(positions(group))
                    .append(") AS domicile_p ON domicile_d.domicile_file = domicile_p.f")
                    .append(" AND domicile_d.file_row_number = domicile_p.n");
        }
        int number = 0;
        for (List<Deletes.Equal> each : equals(part)) {
            text.append(anti(part, each, "domicile_e" + number++));
        }
        return text.toString();
    }

    /** Pairs of a staged file and the number of a row. */
    private static String positions(List<Part> group) throws Unreadable {
        List<String> texts = new ArrayList<>();
        Map<String, List<String>> files = new LinkedHashMap<>();
        Map<String, List<String>> columns = new LinkedHashMap<>();
        Map<String, String> vectors = new LinkedHashMap<>();
        for (Part part : group) {
            String path = part.path(part.file().file().id());
            for (Deletes each : part.file().deletes()) {
                switch (each) {
                    case Deletes.Positions(DataFile file) -> {
                        columns.putIfAbsent(part.path(file.id()), needed(each));
                        files.computeIfAbsent(part.path(file.id()), _ -> new ArrayList<>())
                                .add(
                                        "(%s, %s, %d)"
                                                .formatted(
                                                        literal(part.file().location()),
                                                        literal(path),
                                                        part.first()));
                    }
                    case Deletes.Vector vector -> {
                        String pair = literal(path) + ", " + part.first();
                        vectors.put(part.path(vector.id()), pair);
                    }
                    case Deletes.Equal _ -> {}
                }
            }
        }
        for (Map.Entry<String, List<String>> each : files.entrySet()) {
            List<String> names = columns.getOrDefault(each.getKey(), List.of());
            texts.add(
                    "SELECT m.f, CAST(p.%s AS BIGINT) - m.o AS n FROM read_parquet([%s],"
                                    .formatted(name(names.getLast()), literal(each.getKey()))
                            + " hive_partitioning=false) AS p JOIN (VALUES "
                            + String.join(", ", each.getValue())
                            + ") AS m(l, f, o) ON p."
                            + name(names.getFirst())
                            + " = m.l");
        }
        if (!vectors.isEmpty()) {
            texts.add(
                    "SELECT m.f, p.n - m.o AS n FROM read_csv(["
                            + vectors.keySet().stream()
                                    .map(TableSql::literal)
                                    .collect(Collectors.joining(", "))
                            + "], columns={'n': 'BIGINT'}, header=false, auto_detect=false,"
                            + " filename='domicile_file', hive_partitioning=false) AS p JOIN"
                            + " (VALUES "
                            + vectors.entrySet().stream()
                                    .map(each ->
                                            "(%s, %s)"
                                                    .formatted(
                                                            literal(each.getKey()),
                                                            each.getValue()))
                                    .collect(Collectors.joining(", "))
                            + ") AS m(v, f, o) ON p.domicile_file = m.v");
        }
        return String.join(" UNION ALL ", texts);
    }

    /** Those by which rows are equal in the same columns, together. */
    private static List<List<Deletes.Equal>> equals(Part part) {
        Map<List<Integer>, List<Deletes.Equal>> all = new LinkedHashMap<>();
        for (Deletes each : part.file().deletes()) {
            if (each instanceof Deletes.Equal equal) {
                all.computeIfAbsent(equal.ids().stream().sorted().toList(), _ -> new ArrayList<>())
                        .add(equal);
            }
        }
        return List.copyOf(all.values());
    }

    private String anti(Part part, List<Deletes.Equal> all, String as) throws Unreadable {
        List<Integer> ids = all.getFirst().ids().stream().sorted().toList();
        List<String> texts = new ArrayList<>();
        for (Deletes.Equal each : all) {
            List<String> values = new ArrayList<>();
            for (int i = 0; i < ids.size(); i++) {
                Footer.Node node = equality(each.file(), ids.get(i));
                values.add(compared(ids.get(i), Optional.of(node), "", Map.of()) + " AS c" + i);
            }
            texts.add(
                    "SELECT %s FROM read_parquet([%s], hive_partitioning=false)"
                            .formatted(
                                    String.join(", ", values),
                                    literal(part.path(each.file().id()))));
        }
        List<String> conditions = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            conditions.add(
                    compared(
                                    ids.get(i),
                                    byId(part.file().file().footer(), ids.get(i)),
                                    "domicile_d.",
                                    part.file().constants())
                            + " IS NOT DISTINCT FROM "
                            + as
                            + ".c"
                            + i);
        }
        return " ANTI JOIN ("
                + String.join(" UNION ALL ", texts)
                + ") AS "
                + as
                + " ON "
                + String.join(" AND ", conditions);
    }

    /** A column by which rows are equal; one that the table does not have any more, as it lies. */
    private String compared(
            int id, Optional<Footer.Node> node, String before, Map<Integer, String> constants)
            throws Unreadable {
        Optional<Field> field =
                table.columns().stream().filter(each -> each.id() == id).findFirst();
        if (field.isEmpty()) {
            return node.map(each -> before + name(each.name())).orElse("NULL");
        }
        return node.isEmpty()
                ? absent(field.get(), constants)
                : value(field.get(), node.get(), before + name(node.get().name()), 0);
    }

    // ---- values ----

    /** Where a file has no such column. */
    private static String absent(Field field, Map<Integer, String> constants) {
        String constant = constants.get(field.id());
        if (constant == null && field.initial() instanceof Field.Initial.Text(String text)) {
            constant = text;
        }
        if (constant == null
                || !(field.form() instanceof Field.Form.Plain(Type type, String sql))) {
            return "CAST(NULL AS " + type(field) + ")";
        }
        return type == Type.Simple.BLOB
                ? "from_hex(" + literal(constant) + ")"
                : "CAST(" + literal(constant) + " AS " + sql + ")";
    }

    /** The table's type, as the engine calls it. */
    private static String type(Field field) {
        return switch (field.form()) {
            case Field.Form.Plain(Type _, String sql) -> sql;
            case Field.Form.Struct(List<Field> fields) ->
                    fields.stream()
                            .map(each -> name(each.name()) + " " + type(each))
                            .collect(Collectors.joining(", ", "STRUCT(", ")"));
            case Field.Form.Items(Field element) -> type(element) + "[]";
            case Field.Form.Entries(Field key, Field value) ->
                    "MAP(" + type(key) + ", " + type(value) + ")";
            case Field.Form.Strange _ -> "VARCHAR";
        };
    }

    private static String value(Field field, Footer.Node node, String text, int depth)
            throws Unreadable {
        return "CAST(" + inner(field, node, text, depth) + " AS " + type(field) + ")";
    }

    /** What is nested is rebuilt where its names are others, or others are there. */
    private static String inner(Field field, Footer.Node node, String text, int depth)
            throws Unreadable {
        return switch (field.form()) {
            case Field.Form.Plain plain -> plain(plain, node, text);
            case Field.Form.Struct(List<Field> fields) ->
                    alike(field, node) ? text : struct(fields, node, text, depth);
            case Field.Form.Items(Field element) -> {
                Footer.Node inside = element(field, node);
                String each = "domicile_x" + depth;
                yield alike(element, inside)
                        ? text
                        : "list_transform(%s, lambda %s: %s)"
                                .formatted(text, each, value(element, inside, each, depth + 1));
            }
            case Field.Form.Entries(Field key, Field value) -> {
                List<Footer.Node> pair = pair(field, node);
                String each = "domicile_x" + depth;
                yield alike(key, pair.get(0)) && alike(value, pair.get(1))
                        ? text
                        : ("map_from_entries(list_transform(map_entries(%s), lambda %s: {'k': %s,"
                                        + " 'v': %s}))")
                                .formatted(
                                        text,
                                        each,
                                        value(key, pair.get(0), each + ".key", depth + 1),
                                        value(value, pair.get(1), each + ".value", depth + 1));
            }
            case Field.Form.Strange(String word) ->
                    throw new Unreadable(
                            "The field %s is of the type %s, which SQL does not read here."
                                    .formatted(field.name(), word));
        };
    }

    private static String plain(Field.Form.Plain plain, Footer.Node node, String text) {
        if (plain.type() == Type.Simple.UUID && node.holds() == Footer.Holds.FIXED) {
            return "lower(hex(" + text + "))";
        }
        if (plain.type() == Type.Simple.TIMESTAMPTZ && node.holds() == Footer.Holds.INT96) {
            return text + " AT TIME ZONE 'UTC'";
        }
        return text;
    }

    private static String struct(List<Field> fields, Footer.Node node, String text, int depth)
            throws Unreadable {
        List<String> values = new ArrayList<>();
        for (Field each : fields) {
            Optional<Footer.Node> there = find(node.children(), each);
            String value =
                    there.isEmpty()
                            ? absent(each, Map.of())
                            : value(
                                    each,
                                    there.get(),
                                    text + "." + name(there.get().name()),
                                    depth);
            values.add(literal(each.name()) + ": " + value);
        }
        return "CASE WHEN %s IS NULL THEN NULL ELSE {%s} END"
                .formatted(text, String.join(", ", values));
    }

    /** Whether it holds the same under the same names, so that a cast is all it takes. */
    private static boolean alike(Field field, Footer.Node node) throws Unreadable {
        return switch (field.form()) {
            case Field.Form.Plain plain -> plain(plain, node, "").isEmpty();
            case Field.Form.Struct(List<Field> fields) -> {
                boolean same = fields.size() == node.children().size();
                for (int i = 0; same && i < fields.size(); i++) {
                    Footer.Node child = node.children().get(i);
                    same =
                            find(node.children(), fields.get(i)).filter(child::equals).isPresent()
                                    && child.name().equals(fields.get(i).name())
                                    && alike(fields.get(i), child);
                }
                yield same;
            }
            case Field.Form.Items(Field element) -> alike(element, element(field, node));
            case Field.Form.Entries(Field key, Field value) -> {
                List<Footer.Node> pair = pair(field, node);
                yield alike(key, pair.get(0)) && alike(value, pair.get(1));
            }
            case Field.Form.Strange _ -> false;
        };
    }

    /** Below a list lies a repeated group with the element, or, as old writers have it, itself. */
    private static Footer.Node element(Field field, Footer.Node node) throws Unreadable {
        if (node.children().size() != 1) {
            throw new Unreadable("The column " + field.name() + " is no list in a file.");
        }
        Footer.Node middle = node.children().getFirst();
        boolean wrapped =
                middle.children().size() == 1
                        && !middle.name().equals("array")
                        && !middle.name().endsWith("_tuple");
        return wrapped ? middle.children().getFirst() : middle;
    }

    private static List<Footer.Node> pair(Field field, Footer.Node node) throws Unreadable {
        if (node.children().size() != 1 || node.children().getFirst().children().size() != 2) {
            throw new Unreadable("The column " + field.name() + " is no map in a file.");
        }
        return node.children().getFirst().children();
    }

    /** Of files that have the same columns, by their paths. */
    static String files(List<String> paths) {
        return paths.stream()
                .map(TableSql::literal)
                .collect(
                        Collectors.joining(
                                ", ", "FROM read_parquet([", "], hive_partitioning=false)"));
    }

    // ---- what is wanted ----

    /**
     * A condition that is true of all rows that are wanted, and maybe of others: what it does not
     * say the engine does, which has the whole statement. Constants stand as in the statement, so
     * that they mean the same here.
     *
     * @param columns that there are
     */
    static String where(Wanted wanted, List<String> columns) {
        return switch (wanted) {
            case Wanted.All() -> TRUE;
            case Wanted.And(List<Wanted> of) ->
                    of.stream()
                            .map(each -> where(each, columns))
                            .filter(each -> !each.equals(TRUE))
                            .reduce((one, other) -> "(" + one + " AND " + other + ")")
                            .orElse(TRUE);
            case Wanted.Or(List<Wanted> of) -> {
                List<String> all = of.stream().map(each -> where(each, columns)).toList();
                yield all.isEmpty() || all.contains(TRUE)
                        ? TRUE
                        : "(" + String.join(" OR ", all) + ")";
            }
            case Wanted.Compare(
                            String column,
                            Wanted.Operator operator,
                            Wanted.Constant constant) ->
                    column(column, columns)
                            .flatMap(name ->
                                    constant(constant).map(value -> name + sign(operator) + value))
                            .orElse(TRUE);
            case Wanted.In(String column, List<Wanted.Constant> constants) -> {
                List<String> values =
                        constants.stream().flatMap(each -> constant(each).stream()).toList();
                yield values.isEmpty() || values.size() < constants.size()
                        ? TRUE
                        : column(column, columns)
                                .map(name -> name + " IN (" + String.join(", ", values) + ")")
                                .orElse(TRUE);
            }
            // what it means for a column that is no text is the engine's to say
            case Wanted.StartsWith _ -> TRUE;
        };
    }

    /** Of which nothing is known. */
    static final String TRUE = "true";

    /** The engine does not tell capital letters from small ones. */
    private static Optional<String> column(String column, List<String> columns) {
        return columns.stream()
                .filter(each -> each.equalsIgnoreCase(column))
                .findFirst()
                .map(TableSql::name);
    }

    private static String sign(Wanted.Operator operator) {
        return switch (operator) {
            case EQUAL -> " = ";
            case LESS -> " < ";
            case AT_MOST -> " <= ";
            case GREATER -> " > ";
            case AT_LEAST -> " >= ";
        };
    }

    private static Optional<String> constant(Wanted.Constant constant) {
        String text = constant.text();
        return switch (constant.kind()) {
            case TRUTH -> plain(text, "(?i)true|false");
            case WHOLE, EXACT -> plain(text, "-?[0-9]{1,20}(\\.[0-9]{1,20})?");
            case TEXT -> Optional.of(literal(text));
            case DAY -> Optional.of("CAST(" + literal(text) + " AS DATE)");
            case MOMENT -> Optional.of("CAST(" + literal(text) + " AS TIMESTAMP)");
        };
    }

    private static Optional<String> plain(String text, String form) {
        return text.matches(form) ? Optional.of(text) : Optional.empty();
    }

    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    static String name(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** Files in a fixed order, so that the same files make the same text. */
    static List<Part> ordered(List<Part> parts) {
        return parts.stream().sorted(Comparator.comparing(part -> part.file().location())).toList();
    }
}
