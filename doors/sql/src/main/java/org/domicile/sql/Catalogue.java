package org.domicile.sql;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.domicile.postgres.Field;
import org.domicile.postgres.Missing;
import org.domicile.postgres.PgType;
import org.domicile.postgres.Reg;
import org.domicile.postgres.Relation;
import org.domicile.postgres.SqlError;
import org.domicile.postgres.TextFormat;
import org.domicile.postgres.World;
import org.domicile.sql.Catalogues.Layout;

/**
 * pg_catalog and information_schema for one statement of one caller, made of what the guard shows
 * to it. Tables are asked for once, when the first relation needs them.
 *
 * <p>Numbers of namespaces and tables are made of their names, so that they stay the same from one
 * statement to the next and in every server: {@code 2^30 +} the CRC-32 of the name in 30 bits, the
 * next free one where two meet.
 */
final class Catalogue implements World {
    /** PostgreSQL's own numbers of namespaces. */
    private static final long PG_CATALOG = 11;

    private static final long INFORMATION_SCHEMA = 13_000;

    /** Of the one role that there is: the caller. */
    static final long ROLE = 10;

    private static final long DATABASE = 16_384;
    private static final long HEAP = 2;
    private static final long BASE = 1L << 30;

    /** Who asks, and in what session. */
    interface Asker {
        /** The access key. */
        String user();

        /** As the client named it. */
        String database();

        /** The namespace that names without one mean; empty for none. */
        String schema();

        /** Number of the connection. */
        int process();

        /** What {@code set} set. */
        Settings settings();

        /** When a statement is over; before now once it was cancelled. */
        Instant deadline();

        /** Connections of the same credential: number, application, state, begun. */
        List<Activity> activity();
    }

    /** A connection. */
    record Activity(int process, String application, String state, Instant begun) {}

    private final Asker asker;
    private final InstantSource clock;
    private final Supplier<List<Visible.Namespace>> visible;
    private final Map<String, Relation> made = new HashMap<>();
    private final Functions functions = new Functions(this);
    private List<Space> spaces = List.of();
    private boolean asked;

    /** A namespace with its number. */
    record Space(long oid, String name, String comment, List<Table> tables) {}

    /** A table with its number. */
    record Table(long oid, String schema, long space, Visible.Table table) {
        char kind() {
            return table.definition().isPresent() ? 'v' : 'r';
        }
    }

    Catalogue(Asker asker, InstantSource clock, Supplier<List<Visible.Namespace>> visible) {
        this.asker = asker;
        this.clock = clock;
        this.visible = visible;
    }

    Asker asker() {
        return asker;
    }

    @Override
    public TextFormat format() {
        return asker.settings().format();
    }

    @Override
    public InstantSource clock() {
        return clock;
    }

    @Override
    public Instant deadline() {
        return asker.deadline();
    }

    // ---- what is there ----

    List<Space> spaces() {
        if (!asked) {
            asked = true;
            Set<Long> taken = new HashSet<>();
            List<Space> all = new ArrayList<>();
            for (Visible.Namespace each : visible.get()) {
                long space = number(each.name(), taken);
                List<Table> tables = new ArrayList<>();
                for (Visible.Table table : each.tables()) {
                    tables.add(
                            new Table(
                                    number(each.name() + "\0" + table.name(), taken),
                                    each.name(),
                                    space,
                                    table));
                }
                all.add(new Space(space, each.name(), each.comment(), tables));
            }
            spaces = List.copyOf(all);
        }
        return spaces;
    }

    private static long number(String name, Set<Long> taken) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        long number = BASE + (crc.getValue() & (BASE - 1));
        while (!taken.add(number)) {
            number = BASE + (number + 1 & (BASE - 1));
        }
        return number;
    }

    List<Table> tables() {
        return spaces().stream().flatMap(each -> each.tables().stream()).toList();
    }

    Optional<Table> table(long oid) {
        return tables().stream().filter(each -> each.oid() == oid).findFirst();
    }

    // ---- names as values ----

    @Override
    public Reg reg(PgType type, String name) {
        List<String> parts = parts(name);
        String last = parts.getLast();
        String schema = parts.size() > 1 ? parts.get(parts.size() - 2) : "";
        return switch (type) {
            case REGCLASS ->
                    relationNamed(schema, last)
                            .orElseThrow(() ->
                                    new SqlError(
                                            "42P01", "relation \"" + name + "\" does not exist"));
            case REGTYPE ->
                    PgType.named(schema.isEmpty() ? name : last)
                            .map(found -> new Reg(found.oid(), found.title()))
                            .orElseThrow(() ->
                                    new SqlError("42704", "type \"" + name + "\" does not exist"));
            case REGNAMESPACE ->
                    spaceNamed(last)
                            .orElseThrow(() ->
                                    new SqlError(
                                            "3F000", "schema \"" + name + "\" does not exist"));
            case REGROLE -> {
                if (!last.equals(asker.user())) {
                    throw new SqlError("42704", "role \"" + name + "\" does not exist");
                }
                yield new Reg(ROLE, last);
            }
            default -> new Reg(procedure(last), last);
        };
    }

    @Override
    public Reg reg(PgType type, long oid) {
        String plain = Long.toString(oid);
        if (oid == 0) {
            return new Reg(0, "");
        }
        return switch (type) {
            case REGCLASS -> new Reg(oid, className(oid).orElse(plain));
            case REGTYPE -> new Reg(oid, PgType.of((int) oid).map(PgType::title).orElse(plain));
            case REGNAMESPACE -> new Reg(oid, spaceName(oid).orElse(plain));
            case REGROLE -> new Reg(oid, oid == ROLE ? quoted(asker.user()) : plain);
            default -> new Reg(oid, plain);
        };
    }

    /** Numbers of the few functions that rows name. */
    private static long procedure(String name) {
        return switch (name) {
            case "array_in" -> 750;
            case "array_recv" -> 2400;
            default -> {
                CRC32 crc = new CRC32();
                crc.update(name.getBytes(StandardCharsets.UTF_8));
                yield 100_000 + crc.getValue() % 100_000;
            }
        };
    }

    Optional<Reg> relationNamed(String schema, String name) {
        Optional<Layout> layout = Catalogues.layout(schema, name);
        if (layout.isPresent()) {
            long oid = layout.get().oid();
            return Optional.of(
                    new Reg(
                            oid,
                            schema.equals(Catalogues.INFORMATION) ? schema + "." + name : name));
        }
        String wanted = schema.isEmpty() ? asker.schema() : schema;
        return tables().stream()
                .filter(each -> each.schema().equals(wanted) && each.table().name().equals(name))
                .findFirst()
                .map(each -> new Reg(each.oid(), written(each)));
    }

    private String written(Table table) {
        String name = quoted(table.table().name());
        return table.schema().equals(asker.schema()) ? name : quoted(table.schema()) + "." + name;
    }

    private Optional<String> className(long oid) {
        Optional<Table> table = oid >= BASE ? table(oid) : Optional.empty();
        if (table.isPresent()) {
            return table.map(this::written);
        }
        for (Layout layout : Catalogues.all()) {
            if (layout.oid() == oid) {
                return Optional.of(
                        layout.schema().equals(Catalogues.PG)
                                ? layout.name()
                                : layout.schema() + "." + layout.name());
            }
        }
        return Optional.empty();
    }

    Optional<Reg> spaceNamed(String name) {
        return switch (name) {
            case Catalogues.PG -> Optional.of(new Reg(PG_CATALOG, name));
            case Catalogues.INFORMATION -> Optional.of(new Reg(INFORMATION_SCHEMA, name));
            default ->
                    spaces().stream()
                            .filter(each -> each.name().equals(name))
                            .findFirst()
                            .map(each -> new Reg(each.oid(), quoted(name)));
        };
    }

    private Optional<String> spaceName(long oid) {
        if (oid == PG_CATALOG) {
            return Optional.of(Catalogues.PG);
        }
        if (oid == INFORMATION_SCHEMA) {
            return Optional.of(Catalogues.INFORMATION);
        }
        return spaces().stream()
                .filter(each -> each.oid() == oid)
                .map(each -> quoted(each.name()))
                .findFirst();
    }

    static String quoted(String name) {
        return name.matches("[a-z_][a-z0-9_$]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
    }

    /** Parts of a name as one writes it: folded, without its quotes. */
    static List<String> parts(String name) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        boolean quotes = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '"') {
                if (quotes && name.startsWith("\"", i + 1)) {
                    part.append('"');
                    i++;
                } else {
                    quotes = !quotes;
                }
            } else if (c == '.' && !quotes) {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(quotes ? c : Character.toLowerCase(c));
            }
        }
        parts.add(part.toString().strip());
        return parts;
    }

    @Override
    public Optional<Function> function(String name, int arguments) {
        return functions.find(name, arguments);
    }

    // ---- relations ----

    @Override
    public Optional<Relation> relation(String schema, String name) {
        if (name.endsWith("()")) {
            return name.equals("pg_get_keywords()") ? Optional.of(keywords()) : Optional.empty();
        }
        Optional<Layout> layout = Catalogues.layout(schema, name);
        if (layout.isEmpty()) {
            return Optional.empty();
        }
        Relation relation = made.get(layout.get().schema() + "." + name);
        if (relation == null) {
            relation = make(layout.get());
            made.put(layout.get().schema() + "." + name, relation);
        }
        return Optional.of(relation);
    }

    private static Relation keywords() {
        return new Relation(
                List.of(
                        new Field("word", PgType.TEXT),
                        new Field("catcode", PgType.CHAR),
                        new Field("barelabel", PgType.BOOL),
                        new Field("catdesc", PgType.TEXT),
                        new Field("baredesc", PgType.TEXT)),
                List.of());
    }

    private Relation make(Layout layout) {
        List<Map<String, Object>> rows =
                layout.schema().equals(Catalogues.PG)
                        ? pg(layout.name())
                        : new InformationSchema(this).rows(layout.name());
        List<Object[]> all = new ArrayList<>(rows.size());
        for (Map<String, Object> each : rows) {
            Object[] row = new Object[layout.fields().size()];
            for (int i = 0; i < row.length; i++) {
                Field field = layout.fields().get(i);
                row[i] = fitted(each.getOrDefault(field.name(), usual(layout, field)));
            }
            all.add(row);
        }
        return new Relation(layout.fields(), all);
    }

    /** What a column holds that nobody filled. */
    private static Object usual(Layout layout, Field field) {
        if (layout.schema().equals(Catalogues.INFORMATION)) {
            return Missing.NULL;
        }
        return switch (field.type()) {
            case BOOL -> false;
            case OID, XID, INT2, INT4, INT8 -> 0L;
            case FLOAT4, FLOAT8 -> 0.0;
            case CHAR -> "";
            case REGPROC -> new Reg(0, "");
            default -> Missing.NULL;
        };
    }

    private static Object fitted(Object value) {
        return value instanceof Integer number
                ? (Object) (long) number
                : value instanceof Character letter ? letter.toString() : value;
    }

    static Map<String, Object> row(Object... words) {
        Map<String, Object> row = new LinkedHashMap<>();
        for (int i = 0; i < words.length; i += 2) {
            row.put((String) words[i], words[i + 1]);
        }
        return row;
    }

    private List<Map<String, Object>> pg(String name) {
        return switch (name) {
            case "pg_namespace" -> namespaces();
            case "pg_class" -> classes();
            case "pg_attribute" -> attributes();
            case "pg_type" -> types();
            case "pg_description" -> descriptions();
            case "pg_tables" -> pgTables();
            case "pg_views" -> pgViews();
            case "pg_database" ->
                    List.of(
                            row(
                                    "oid",
                                    DATABASE,
                                    "datname",
                                    asker.database(),
                                    "datdba",
                                    ROLE,
                                    "encoding",
                                    6,
                                    "datlocprovider",
                                    "c",
                                    "datallowconn",
                                    true,
                                    "datconnlimit",
                                    -1,
                                    "datcollate",
                                    "C.UTF-8",
                                    "datctype",
                                    "C.UTF-8",
                                    "dattablespace",
                                    1663));
            case "pg_roles", "pg_authid" ->
                    List.of(
                            row(
                                    "oid",
                                    ROLE,
                                    "rolname",
                                    asker.user(),
                                    "rolinherit",
                                    true,
                                    "rolcanlogin",
                                    true,
                                    "rolconnlimit",
                                    -1,
                                    "rolpassword",
                                    "********"));
            case "pg_user", "pg_shadow" ->
                    List.of(row("usename", asker.user(), "usesysid", ROLE, "passwd", "********"));
            case "pg_am" ->
                    List.of(
                            row(
                                    "oid",
                                    HEAP,
                                    "amname",
                                    "heap",
                                    "amhandler",
                                    new Reg(3, "heap_tableam_handler"),
                                    "amtype",
                                    "t"),
                            row(
                                    "oid",
                                    403,
                                    "amname",
                                    "btree",
                                    "amhandler",
                                    new Reg(330, "bthandler"),
                                    "amtype",
                                    "i"));
            case "pg_tablespace" ->
                    List.of(
                            row("oid", 1663, "spcname", "pg_default", "spcowner", ROLE),
                            row("oid", 1664, "spcname", "pg_global", "spcowner", ROLE));
            case "pg_language" ->
                    List.of(
                            row("oid", 12, "lanname", "internal", "lanowner", ROLE),
                            row(
                                    "oid",
                                    14,
                                    "lanname",
                                    "sql",
                                    "lanowner",
                                    ROLE,
                                    "lanpltrusted",
                                    true));
            case "pg_collation" ->
                    List.of(
                            row(
                                    "oid",
                                    100,
                                    "collname",
                                    "default",
                                    "collnamespace",
                                    PG_CATALOG,
                                    "collowner",
                                    ROLE,
                                    "collprovider",
                                    "d",
                                    "collisdeterministic",
                                    true,
                                    "collencoding",
                                    -1),
                            row(
                                    "oid",
                                    950,
                                    "collname",
                                    "C",
                                    "collnamespace",
                                    PG_CATALOG,
                                    "collowner",
                                    ROLE,
                                    "collprovider",
                                    "c",
                                    "collisdeterministic",
                                    true,
                                    "collencoding",
                                    -1));
            case "pg_settings" -> settings();
            case "pg_stat_activity" -> activity();
            case "pg_stat_user_tables", "pg_stat_all_tables", "pg_statio_user_tables" ->
                    tables().stream()
                            .map(each ->
                                    row(
                                            "relid", each.oid(),
                                            "schemaname", each.schema(),
                                            "relname", each.table().name(),
                                            "n_live_tup", Math.max(0, each.table().rows())))
                            .toList();
            case "pg_timezone_names" ->
                    java.time.ZoneId.getAvailableZoneIds().stream()
                            .sorted()
                            .map(zone -> row("name", zone, "abbrev", zone))
                            .toList();
            default -> List.of();
        };
    }

    private List<Map<String, Object>> namespaces() {
        List<Map<String, Object>> rows = new ArrayList<>();
        rows.add(row("oid", PG_CATALOG, "nspname", Catalogues.PG, "nspowner", ROLE));
        rows.add(
                row(
                        "oid",
                        INFORMATION_SCHEMA,
                        "nspname",
                        Catalogues.INFORMATION,
                        "nspowner",
                        ROLE));
        for (Space each : spaces()) {
            rows.add(row("oid", each.oid(), "nspname", each.name(), "nspowner", ROLE));
        }
        return rows;
    }

    private List<Map<String, Object>> classes() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Layout each : Catalogues.all()) {
            rows.add(
                    row(
                            "oid",
                            each.oid(),
                            "relname",
                            each.name(),
                            "relnamespace",
                            each.schema().equals(Catalogues.PG) ? PG_CATALOG : INFORMATION_SCHEMA,
                            "relowner",
                            ROLE,
                            "relam",
                            each.kind() == 'r' ? HEAP : 0,
                            "relpersistence",
                            "p",
                            "relkind",
                            each.kind(),
                            "relnatts",
                            each.fields().size(),
                            "reltuples",
                            -1.0,
                            "relispopulated",
                            true,
                            "relreplident",
                            "n"));
        }
        for (Table each : tables()) {
            boolean view = each.kind() == 'v';
            rows.add(
                    row(
                            "oid",
                            each.oid(),
                            "relname",
                            each.table().name(),
                            "relnamespace",
                            each.space(),
                            "relowner",
                            ROLE,
                            "relam",
                            view ? 0 : HEAP,
                            "relfilenode",
                            view ? 0 : each.oid(),
                            "reltuples",
                            view ? -1.0 : (double) each.table().rows(),
                            "relpersistence",
                            "p",
                            "relkind",
                            each.kind(),
                            "relnatts",
                            each.table().attributes().size(),
                            "relhasrules",
                            view,
                            "relispopulated",
                            true,
                            "relreplident",
                            view ? "n" : "d"));
        }
        return rows;
    }

    private List<Map<String, Object>> attributes() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Layout each : Catalogues.all()) {
            int number = 0;
            for (Field field : each.fields()) {
                rows.add(attribute(each.oid(), ++number, field.name(), field.type(), -1, false));
            }
        }
        for (Table each : tables()) {
            int number = 0;
            for (Visible.Attribute column : each.table().attributes()) {
                rows.add(
                        attribute(
                                each.oid(),
                                ++number,
                                column.name(),
                                column.type(),
                                column.modifier(),
                                column.required()));
            }
        }
        return rows;
    }

    private static Map<String, Object> attribute(
            long relation, int number, String name, PgType type, int modifier, boolean required) {
        return row(
                "attrelid",
                relation,
                "attname",
                name,
                "atttypid",
                type.oid(),
                "attstattarget",
                -1,
                "attlen",
                type.length(),
                "attnum",
                number,
                "attndims",
                type.isArray() && !type.isVector() ? 1 : 0,
                "attcacheoff",
                -1,
                "atttypmod",
                modifier,
                "attbyval",
                type.length() > 0 && type.length() <= 8,
                "attalign",
                align(type),
                "attstorage",
                storage(type),
                "attnotnull",
                required,
                "attislocal",
                true,
                "attcollation",
                collated(type) ? 100 : 0);
    }

    private static boolean collated(PgType type) {
        return switch (type) {
            case TEXT, VARCHAR, BPCHAR, TEXT_ARRAY, VARCHAR_ARRAY, BPCHAR_ARRAY -> true;
            default -> false;
        };
    }

    private static String storage(PgType type) {
        return type == PgType.NUMERIC ? "m" : type.length() < 0 && !type.isVector() ? "x" : "p";
    }

    private static String align(PgType type) {
        return switch (type.length()) {
            case 1 -> "c";
            case 2 -> "s";
            case 8, 16 -> "d";
            default -> "i";
        };
    }

    private static List<Map<String, Object>> types() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (PgType each : PgType.values()) {
            boolean array = each.isArray() && !each.isVector();
            rows.add(
                    row(
                            "oid", each.oid(),
                            "typname", each.label(),
                            "typnamespace", PG_CATALOG,
                            "typowner", ROLE,
                            "typlen", each.length(),
                            "typbyval", each.length() > 0 && each.length() <= 8,
                            "typtype", each.category() == 'P' || each.category() == 'X' ? "p" : "b",
                            "typcategory", each.category(),
                            "typispreferred",
                                    each == PgType.TEXT
                                            || each == PgType.FLOAT8
                                            || each == PgType.BOOL
                                            || each == PgType.TIMESTAMPTZ
                                            || each == PgType.OID
                                            || each == PgType.INTERVAL,
                            "typisdefined", true,
                            "typdelim", ",",
                            "typelem", each.elementOid(),
                            "typarray", each.arrayOid(),
                            "typinput", io(array ? "array_in" : each.label() + input(each)),
                            "typoutput",
                                    io(
                                            array
                                                    ? "array_out"
                                                    : each.label()
                                                            + input(each).replace("in", "out")),
                            "typreceive",
                                    io(
                                            array
                                                    ? "array_recv"
                                                    : each.label()
                                                            + (input(each).startsWith("_")
                                                                    ? "_"
                                                                    : "")
                                                            + "recv"),
                            "typsend",
                                    io(
                                            array
                                                    ? "array_send"
                                                    : each.label()
                                                            + (input(each).startsWith("_")
                                                                    ? "_"
                                                                    : "")
                                                            + "send"),
                            "typalign", align(each),
                            "typstorage", storage(each),
                            "typtypmod", -1,
                            "typcollation", collated(each) ? 100 : 0));
        }
        return rows;
    }

    private static String input(PgType type) {
        return switch (type) {
            case DATE,
                    TIME,
                    TIMETZ,
                    TIMESTAMP,
                    TIMESTAMPTZ,
                    INTERVAL,
                    NUMERIC,
                    UUID,
                    JSON,
                    JSONB,
                    XML,
                    BIT,
                    VARBIT,
                    RECORD,
                    VOID,
                    PG_NODE_TREE ->
                    "_in";
            default -> "in";
        };
    }

    private static Reg io(String name) {
        return new Reg(procedure(name), name);
    }

    private List<Map<String, Object>> descriptions() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Space space : spaces()) {
            described(rows, space.oid(), 2615, 0, space.comment());
            for (Table table : space.tables()) {
                described(rows, table.oid(), 1259, 0, table.table().comment());
                int number = 0;
                for (Visible.Attribute each : table.table().attributes()) {
                    described(rows, table.oid(), 1259, ++number, each.comment());
                }
            }
        }
        return rows;
    }

    private static void described(
            List<Map<String, Object>> rows, long oid, int kind, int part, String comment) {
        if (!comment.isEmpty()) {
            rows.add(
                    row("objoid", oid, "classoid", kind, "objsubid", part, "description", comment));
        }
    }

    private List<Map<String, Object>> pgTables() {
        return tables().stream()
                .filter(each -> each.kind() == 'r')
                .map(each ->
                        row(
                                "schemaname", each.schema(),
                                "tablename", each.table().name(),
                                "tableowner", asker.user()))
                .toList();
    }

    private List<Map<String, Object>> pgViews() {
        return tables().stream()
                .filter(each -> each.kind() == 'v')
                .map(each ->
                        row(
                                "schemaname", each.schema(),
                                "viewname", each.table().name(),
                                "viewowner", asker.user(),
                                "definition", each.table().definition().orElse("")))
                .toList();
    }

    private List<Map<String, Object>> settings() {
        List<Map<String, Object>> rows = new ArrayList<>();
        asker.settings()
                .all()
                .forEach((name, value) ->
                        rows.add(
                                row(
                                        "name",
                                        name,
                                        "setting",
                                        value,
                                        "category",
                                        "Client",
                                        "short_desc",
                                        Settings.meaning(name),
                                        "context",
                                        "user",
                                        "vartype",
                                        "string",
                                        "source",
                                        "session",
                                        "boot_val",
                                        value,
                                        "reset_val",
                                        value)));
        return rows;
    }

    private List<Map<String, Object>> activity() {
        return asker.activity().stream()
                .map(each ->
                        row(
                                "datid", DATABASE,
                                "datname", asker.database(),
                                "pid", each.process(),
                                "usesysid", ROLE,
                                "usename", asker.user(),
                                "application_name", each.application(),
                                "backend_start", each.begun(),
                                "state", each.state(),
                                "query", "",
                                "backend_type", "client backend"))
                .toList();
    }
}
