package org.domicile.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.postgres.Missing;
import org.domicile.postgres.PgType;
import org.domicile.postgres.Reg;
import org.domicile.postgres.SqlError;
import org.domicile.postgres.World;
import org.domicile.postgres.World.Function;

/** Functions that know the session and its catalogue (PostgreSQL 15's manual, section 9.26). */
final class Functions {
    private final Catalogue catalogue;

    Functions(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    private static Optional<Function> strict(PgType type, World.Body body) {
        return Optional.of(new Function(type, true, body));
    }

    private static Optional<Function> constant(PgType type, Object value) {
        return Optional.of(new Function(type, false, arguments -> value));
    }

    private static Optional<Function> nothing(PgType type) {
        return constant(type, Missing.NULL);
    }

    Optional<Function> find(String name, int count) {
        Catalogue.Asker asker = catalogue.asker();
        return switch (name) {
            case "version" ->
                    constant(
                            PgType.TEXT,
                            "PostgreSQL 15.0 is what clients take this for; it is Domicile, with"
                                    + " DuckDB's SQL");
            case "current_database", "current_catalog" -> constant(PgType.NAME, asker.database());
            case "current_user", "session_user", "user", "current_role" ->
                    constant(PgType.NAME, asker.user());
            case "current_schema" -> {
                String schema = asker.schema();
                yield constant(PgType.NAME, schema.isEmpty() ? Missing.NULL : schema);
            }
            case "current_schemas" ->
                    strict(
                            PgType.NAME_ARRAY,
                            a -> {
                                List<Object> all = new ArrayList<>();
                                if (a.getFirst() instanceof Boolean implicit && implicit) {
                                    all.add(Catalogues.PG);
                                }
                                if (!asker.schema().isEmpty()) {
                                    all.add(asker.schema());
                                }
                                return all;
                            });
            case "pg_backend_pid" -> constant(PgType.INT4, (long) asker.process());
            case "current_setting" ->
                    strict(
                            PgType.TEXT,
                            a -> {
                                Optional<String> value = asker.settings().value(text(a, 0));
                                if (value.isEmpty()
                                        && (count < 2 || !Boolean.TRUE.equals(a.get(1)))) {
                                    throw Settings.unknown(text(a, 0));
                                }
                                return value.isPresent() ? (Object) value.get() : Missing.NULL;
                            });
            case "set_config" ->
                    strict(
                            PgType.TEXT,
                            a -> {
                                asker.settings()
                                        .set(
                                                text(a, 0),
                                                Optional.of(text(a, 1)),
                                                Boolean.TRUE.equals(a.get(2)));
                                return asker.settings().value(text(a, 0)).orElse("");
                            });
            case "pg_get_userbyid" ->
                    strict(
                            PgType.NAME,
                            a ->
                                    oid(a, 0) == Catalogue.ROLE
                                            ? asker.user()
                                            : "unknown (OID=" + oid(a, 0) + ")");
            case "pg_table_is_visible",
                    "pg_type_is_visible",
                    "pg_function_is_visible",
                    "pg_operator_is_visible",
                    "pg_opclass_is_visible",
                    "pg_collation_is_visible",
                    "pg_conversion_is_visible",
                    "pg_opfamily_is_visible",
                    "pg_statistics_obj_is_visible",
                    "pg_ts_config_is_visible",
                    "pg_ts_dict_is_visible",
                    "pg_ts_parser_is_visible",
                    "pg_ts_template_is_visible" ->
                    strict(PgType.BOOL, a -> visible(oid(a, 0)));
            case "has_table_privilege", "has_any_column_privilege", "has_column_privilege" ->
                    strict(PgType.BOOL, a -> readable(a));
            case "has_schema_privilege", "has_database_privilege" ->
                    strict(
                            PgType.BOOL,
                            a ->
                                    !text(a, a.size() - 1)
                                            .toLowerCase(java.util.Locale.ROOT)
                                            .contains("create"));
            case "has_function_privilege",
                    "has_sequence_privilege",
                    "has_type_privilege",
                    "has_language_privilege",
                    "has_tablespace_privilege" ->
                    strict(PgType.BOOL, a -> true);
            case "pg_has_role" -> strict(PgType.BOOL, a -> true);
            case "row_security_active" -> strict(PgType.BOOL, a -> false);
            case "pg_is_in_recovery",
                    "pg_is_other_temp_schema",
                    "pg_relation_is_updatable",
                    "pg_relation_is_publishable" ->
                    constant(PgType.BOOL, false);
            case "pg_my_temp_schema" -> constant(PgType.OID, 0L);
            case "obj_description" -> strict(PgType.TEXT, a -> description(oid(a, 0), 0));
            case "col_description" ->
                    strict(PgType.TEXT, a -> description(oid(a, 0), (int) oid(a, 1)));
            case "shobj_description",
                    "pg_get_expr",
                    "pg_get_partkeydef",
                    "pg_get_partition_constraintdef",
                    "pg_get_constraintdef",
                    "pg_get_indexdef",
                    "pg_get_triggerdef",
                    "pg_get_ruledef",
                    "pg_get_functiondef",
                    "pg_get_function_result",
                    "pg_get_function_arguments",
                    "pg_get_function_identity_arguments",
                    "pg_get_function_sqlbody",
                    "pg_get_serial_sequence",
                    "pg_tablespace_location",
                    "pg_get_statisticsobjdef_columns",
                    "pg_get_statisticsobjdef",
                    "pg_describe_object",
                    "pg_relation_filepath",
                    "pg_sequence_last_value" ->
                    nothing(PgType.TEXT);
            case "pg_get_viewdef" -> strict(PgType.TEXT, a -> definition(a));
            case "pg_encoding_to_char" ->
                    strict(PgType.NAME, a -> oid(a, 0) == 6 ? "UTF8" : "SQL_ASCII");
            case "pg_char_to_encoding" -> strict(PgType.INT4, a -> 6L);
            case "pg_client_encoding", "getdatabaseencoding" -> constant(PgType.NAME, "UTF8");
            case "pg_relation_size",
                    "pg_total_relation_size",
                    "pg_table_size",
                    "pg_indexes_size",
                    "pg_database_size",
                    "pg_tablespace_size" ->
                    strict(PgType.INT8, a -> 0L);
            case "pg_size_pretty" -> strict(PgType.TEXT, a -> a.getFirst() + " bytes");
            case "pg_postmaster_start_time", "pg_conf_load_time" ->
                    constant(
                            PgType.TIMESTAMPTZ,
                            asker.activity().stream()
                                    .map(Catalogue.Activity::begun)
                                    .findFirst()
                                    .orElse(java.time.Instant.EPOCH));
            case "txid_current",
                    "pg_current_xact_id",
                    "pg_current_xact_id_if_assigned",
                    "txid_current_if_assigned" ->
                    constant(PgType.INT8, 1L);
            case "inet_server_addr", "inet_client_addr" -> nothing(PgType.TEXT);
            case "inet_server_port", "inet_client_port" -> nothing(PgType.INT4);
            case "to_regclass" -> named(PgType.REGCLASS);
            case "to_regtype" -> named(PgType.REGTYPE);
            case "to_regnamespace" -> named(PgType.REGNAMESPACE);
            case "to_regrole" -> named(PgType.REGROLE);
            case "pg_cancel_backend", "pg_terminate_backend" -> constant(PgType.BOOL, false);
            case "pg_advisory_lock",
                    "pg_advisory_unlock",
                    "pg_try_advisory_lock",
                    "pg_advisory_xact_lock" ->
                    throw new SqlError("0A000", "advisory locks are not here");
            case "pg_stat_get_numscans",
                    "pg_stat_get_blocks_fetched",
                    "pg_stat_get_tuples_returned" ->
                    constant(PgType.INT8, 0L);
            case "_pg_char_max_length",
                    "_pg_numeric_precision",
                    "_pg_numeric_scale",
                    "_pg_datetime_precision" ->
                    nothing(PgType.INT4);
            case "_pg_truetypid" -> strict(PgType.OID, a -> a.getFirst());
            case "_pg_truetypmod" -> strict(PgType.INT4, a -> -1L);
            default -> Optional.empty();
        };
    }

    private Optional<Function> named(PgType type) {
        return strict(
                type,
                a -> {
                    try {
                        return catalogue.reg(type, text(a, 0));
                    } catch (SqlError e) {
                        return Missing.NULL;
                    }
                });
    }

    private static String text(List<Object> arguments, int index) {
        return arguments.get(index) instanceof Reg reg
                ? reg.name()
                : String.valueOf(arguments.get(index));
    }

    private static long oid(List<Object> arguments, int index) {
        return switch (arguments.get(index)) {
            case Reg reg -> reg.oid();
            case Number number -> number.longValue();
            case String text when text.matches("\\d{1,10}") -> Long.parseLong(text);
            default -> throw new SqlError("42883", "a number of an object is wanted");
        };
    }

    private boolean visible(long oid) {
        Optional<Catalogue.Table> table = oid < 1 << 30 ? Optional.empty() : catalogue.table(oid);
        if (table.isPresent()) {
            return table.get().schema().equals(catalogue.asker().schema());
        }
        for (Catalogues.Layout layout : Catalogues.all()) {
            if (layout.oid() == oid) {
                return layout.schema().equals(Catalogues.PG);
            }
        }
        return true;
    }

    /** What is shown can be asked for; whether it is given, policy says then. */
    private Object readable(List<Object> a) {
        String privilege = text(a, a.size() - 1).toLowerCase(java.util.Locale.ROOT);
        return privilege.contains("select") || privilege.contains("references");
    }

    private Object description(long oid, int part) {
        String text = "";
        Optional<Catalogue.Table> table = catalogue.table(oid);
        if (table.isPresent()) {
            List<Visible.Attribute> columns = table.get().table().attributes();
            text =
                    part == 0
                            ? table.get().table().comment()
                            : part <= columns.size() ? columns.get(part - 1).comment() : "";
        } else if (part == 0) {
            for (Catalogue.Space space : catalogue.spaces()) {
                text = space.oid() == oid ? space.comment() : text;
            }
        }
        return text.isEmpty() ? Missing.NULL : text;
    }

    private Object definition(List<Object> a) {
        long oid =
                a.getFirst() instanceof String name && !name.matches("\\d{1,10}")
                        ? catalogue.reg(PgType.REGCLASS, name).oid()
                        : oid(a, 0);
        Optional<String> definition =
                catalogue.table(oid).flatMap(table -> table.table().definition());
        return definition.isPresent() ? (Object) definition.get() : Missing.NULL;
    }
}
