package org.domicile.postgres;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The types that clients meet, with the numbers of PostgreSQL's {@code pg_type.dat}, which drivers
 * have built in.
 */
public enum PgType {
    BOOL(16, "bool", 1, 'B', 1000, 0),
    BYTEA(17, "bytea", -1, 'U', 1001, 0),
    CHAR(18, "char", 1, 'Z', 1002, 0),
    NAME(19, "name", 64, 'S', 1003, 18),
    INT8(20, "int8", 8, 'N', 1016, 0),
    INT2(21, "int2", 2, 'N', 1005, 0),
    INT2VECTOR(22, "int2vector", -1, 'A', 1006, 21),
    INT4(23, "int4", 4, 'N', 1007, 0),
    REGPROC(24, "regproc", 4, 'N', 1008, 0),
    TEXT(25, "text", -1, 'S', 1009, 0),
    OID(26, "oid", 4, 'N', 1028, 0),
    XID(28, "xid", 4, 'U', 1011, 0),
    OIDVECTOR(30, "oidvector", -1, 'A', 1013, 26),
    JSON(114, "json", -1, 'U', 199, 0),
    XML(142, "xml", -1, 'U', 143, 0),
    PG_NODE_TREE(194, "pg_node_tree", -1, 'Z', 0, 0),
    FLOAT4(700, "float4", 4, 'N', 1021, 0),
    FLOAT8(701, "float8", 8, 'N', 1022, 0),
    UNKNOWN(705, "unknown", -2, 'X', 0, 0),
    ACLITEM(1033, "aclitem", 12, 'U', 1034, 0),
    BPCHAR(1042, "bpchar", -1, 'S', 1014, 0),
    VARCHAR(1043, "varchar", -1, 'S', 1015, 0),
    DATE(1082, "date", 4, 'D', 1182, 0),
    TIME(1083, "time", 8, 'D', 1183, 0),
    TIMESTAMP(1114, "timestamp", 8, 'D', 1115, 0),
    TIMESTAMPTZ(1184, "timestamptz", 8, 'D', 1185, 0),
    INTERVAL(1186, "interval", 16, 'T', 1187, 0),
    TIMETZ(1266, "timetz", 12, 'D', 1270, 0),
    BIT(1560, "bit", -1, 'V', 1561, 0),
    VARBIT(1562, "varbit", -1, 'V', 1563, 0),
    NUMERIC(1700, "numeric", -1, 'N', 1231, 0),
    REGCLASS(2205, "regclass", 4, 'N', 2210, 0),
    REGTYPE(2206, "regtype", 4, 'N', 2211, 0),
    RECORD(2249, "record", -1, 'P', 2287, 0),
    VOID(2278, "void", 4, 'P', 0, 0),
    UUID(2950, "uuid", 16, 'U', 2951, 0),
    JSONB(3802, "jsonb", -1, 'U', 3807, 0),
    REGNAMESPACE(4089, "regnamespace", 4, 'N', 4090, 0),
    REGROLE(4096, "regrole", 4, 'N', 4097, 0),
    BOOL_ARRAY(1000, "_bool", -1, 'A', 0, 16),
    BYTEA_ARRAY(1001, "_bytea", -1, 'A', 0, 17),
    CHAR_ARRAY(1002, "_char", -1, 'A', 0, 18),
    NAME_ARRAY(1003, "_name", -1, 'A', 0, 19),
    INT2_ARRAY(1005, "_int2", -1, 'A', 0, 21),
    INT4_ARRAY(1007, "_int4", -1, 'A', 0, 23),
    TEXT_ARRAY(1009, "_text", -1, 'A', 0, 25),
    BPCHAR_ARRAY(1014, "_bpchar", -1, 'A', 0, 1042),
    VARCHAR_ARRAY(1015, "_varchar", -1, 'A', 0, 1043),
    INT8_ARRAY(1016, "_int8", -1, 'A', 0, 20),
    FLOAT4_ARRAY(1021, "_float4", -1, 'A', 0, 700),
    FLOAT8_ARRAY(1022, "_float8", -1, 'A', 0, 701),
    OID_ARRAY(1028, "_oid", -1, 'A', 0, 26),
    ACLITEM_ARRAY(1034, "_aclitem", -1, 'A', 0, 1033),
    TIMESTAMP_ARRAY(1115, "_timestamp", -1, 'A', 0, 1114),
    DATE_ARRAY(1182, "_date", -1, 'A', 0, 1082),
    TIME_ARRAY(1183, "_time", -1, 'A', 0, 1083),
    TIMESTAMPTZ_ARRAY(1185, "_timestamptz", -1, 'A', 0, 1184),
    INTERVAL_ARRAY(1187, "_interval", -1, 'A', 0, 1186),
    NUMERIC_ARRAY(1231, "_numeric", -1, 'A', 0, 1700),
    TIMETZ_ARRAY(1270, "_timetz", -1, 'A', 0, 1266),
    JSON_ARRAY(199, "_json", -1, 'A', 0, 114),
    REGCLASS_ARRAY(2210, "_regclass", -1, 'A', 0, 2205),
    REGTYPE_ARRAY(2211, "_regtype", -1, 'A', 0, 2206),
    RECORD_ARRAY(2287, "_record", -1, 'P', 0, 2249),
    UUID_ARRAY(2951, "_uuid", -1, 'A', 0, 2950),
    JSONB_ARRAY(3807, "_jsonb", -1, 'A', 0, 3802);

    private static final Map<Integer, PgType> BY_OID = new HashMap<>();
    private static final Map<String, PgType> BY_NAME = new HashMap<>();

    /** The long names of the standard, as {@code format_type} gives them. */
    private static final Map<String, PgType> LONG =
            Map.ofEntries(
                    Map.entry("boolean", BOOL),
                    Map.entry("bigint", INT8),
                    Map.entry("smallint", INT2),
                    Map.entry("integer", INT4),
                    Map.entry("int", INT4),
                    Map.entry("real", FLOAT4),
                    Map.entry("float", FLOAT8),
                    Map.entry("double precision", FLOAT8),
                    Map.entry("decimal", NUMERIC),
                    Map.entry("dec", NUMERIC),
                    Map.entry("character varying", VARCHAR),
                    Map.entry("character", BPCHAR),
                    Map.entry("string", TEXT),
                    Map.entry("time without time zone", TIME),
                    Map.entry("time with time zone", TIMETZ),
                    Map.entry("timestamp without time zone", TIMESTAMP),
                    Map.entry("timestamp with time zone", TIMESTAMPTZ),
                    Map.entry("bit varying", VARBIT));

    static {
        for (PgType each : values()) {
            BY_OID.put(each.oid, each);
            BY_NAME.put(each.label, each);
        }
    }

    private final int oid;
    private final String label;
    private final int length;
    private final char category;
    private final int arrayOid;
    private final int elementOid;

    PgType(int oid, String label, int length, char category, int arrayOid, int elementOid) {
        this.oid = oid;
        this.label = label;
        this.length = length;
        this.category = category;
        this.arrayOid = arrayOid;
        this.elementOid = elementOid;
    }

    /** Its number. */
    public int oid() {
        return oid;
    }

    /** Its {@code typname}. */
    public String label() {
        return label;
    }

    /** Its {@code typlen}: bytes; -1 when they vary, -2 when they end with a zero. */
    public int length() {
        return length;
    }

    /** Its {@code typcategory}. */
    public char category() {
        return category;
    }

    /** Number of its array type; 0 for none. */
    public int arrayOid() {
        return arrayOid;
    }

    /** Number of its elements' type; 0 for none. */
    public int elementOid() {
        return elementOid;
    }

    /** The type with a number. */
    public static Optional<PgType> of(int oid) {
        return Optional.ofNullable(BY_OID.get(oid));
    }

    /** The type with a name of either kind, in any case. */
    public static Optional<PgType> named(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith("[]")) {
            return named(lower.substring(0, lower.length() - 2)).map(PgType::array);
        }
        PgType found = BY_NAME.get(lower);
        return Optional.ofNullable(found == null ? LONG.get(lower) : found);
    }

    /** Arrays of it; of what has none of its own, arrays of text. */
    public PgType array() {
        PgType array = BY_OID.get(arrayOid);
        return array == null ? TEXT_ARRAY : array;
    }

    /** True for arrays, and for the two vectors, which are arrays that are written otherwise. */
    public boolean isArray() {
        return category == 'A' || this == RECORD_ARRAY;
    }

    /** True for int2vector and oidvector. */
    public boolean isVector() {
        return this == INT2VECTOR || this == OIDVECTOR;
    }

    /** Type of its elements; text for what has none. */
    public PgType element() {
        PgType element = BY_OID.get(elementOid);
        return element == null ? TEXT : element;
    }

    /** True for what is an oid and is written as a name. */
    public boolean isReg() {
        return switch (this) {
            case REGPROC, REGCLASS, REGTYPE, REGNAMESPACE, REGROLE -> true;
            default -> false;
        };
    }

    /** True for what is a String here. */
    public boolean isText() {
        return switch (this) {
            case CHAR,
                    NAME,
                    TEXT,
                    BPCHAR,
                    VARCHAR,
                    UNKNOWN,
                    JSON,
                    JSONB,
                    XML,
                    PG_NODE_TREE,
                    ACLITEM,
                    BIT,
                    VARBIT ->
                    true;
            default -> false;
        };
    }

    /** True for whole numbers and oids. */
    public boolean isWhole() {
        return switch (this) {
            case INT2, INT4, INT8, OID, XID -> true;
            default -> false;
        };
    }

    /** True for whatever one can calculate with. */
    public boolean isNumber() {
        return isWhole() || this == NUMERIC || this == FLOAT4 || this == FLOAT8;
    }

    /** As {@code format_type} has it without a modifier. */
    public String title() {
        if (isArray() && !isVector()) {
            return element().title() + "[]";
        }
        return switch (this) {
            case BOOL -> "boolean";
            case INT2 -> "smallint";
            case INT4 -> "integer";
            case INT8 -> "bigint";
            case FLOAT4 -> "real";
            case FLOAT8 -> "double precision";
            case BPCHAR -> "character";
            case VARCHAR -> "character varying";
            case TIME -> "time without time zone";
            case TIMETZ -> "time with time zone";
            case TIMESTAMP -> "timestamp without time zone";
            case TIMESTAMPTZ -> "timestamp with time zone";
            case VARBIT -> "bit varying";
            case CHAR -> "\"char\"";
            default -> label;
        };
    }

    /** The same with one ({@code atttypmod}; -1 for none). */
    public String title(int modifier) {
        if (modifier < 0) {
            return title();
        }
        return switch (this) {
            case VARCHAR, BPCHAR -> title() + "(" + (modifier - 4) + ")";
            case NUMERIC ->
                    title() + "(" + (modifier - 4 >> 16) + "," + (modifier - 4 & 0x7ff) + ")";
            case TIME -> "time(" + modifier + ") without time zone";
            case TIMESTAMP -> "timestamp(" + modifier + ") without time zone";
            case TIMETZ -> "time(" + modifier + ") with time zone";
            case TIMESTAMPTZ -> "timestamp(" + modifier + ") with time zone";
            default -> title();
        };
    }
}
