package org.domicile.sql;

import static org.domicile.sql.Catalogue.row;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.domicile.postgres.Missing;
import org.domicile.postgres.PgType;

/** Rows of information_schema (PostgreSQL 15's manual, chapter 37); a catalogue's words for us. */
final class InformationSchema {
    private final Catalogue catalogue;

    InformationSchema(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    List<Map<String, Object>> rows(String name) {
        return switch (name) {
            case "schemata" -> schemata();
            case "tables" -> tables();
            case "columns" -> columns();
            case "views" -> views();
            case "table_privileges", "role_table_grants" -> privileges();
            case "enabled_roles" -> List.of(row("role_name", user()));
            case "applicable_roles", "administrable_role_authorizations" -> List.of();
            case "information_schema_catalog_name" -> List.of(row("catalog_name", database()));
            case "character_sets" ->
                    List.of(
                            row(
                                    "character_set_name", "UTF8",
                                    "character_repertoire", "UCS",
                                    "form_of_use", "UTF8",
                                    "default_collate_catalog", database(),
                                    "default_collate_schema", Catalogues.PG,
                                    "default_collate_name", "default"));
            default -> List.of();
        };
    }

    private String user() {
        return catalogue.asker().user();
    }

    private String database() {
        return catalogue.asker().database();
    }

    private List<Map<String, Object>> schemata() {
        List<String> names = new ArrayList<>(List.of(Catalogues.PG, Catalogues.INFORMATION));
        catalogue.spaces().forEach(each -> names.add(each.name()));
        return names.stream()
                .map(each ->
                        row(
                                "catalog_name", database(),
                                "schema_name", each,
                                "schema_owner", user()))
                .toList();
    }

    private List<Map<String, Object>> tables() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Catalogues.Layout each : Catalogues.all()) {
            rows.add(table(each.schema(), each.name(), each.kind() == 'v' ? "VIEW" : "BASE TABLE"));
        }
        for (Catalogue.Table each : catalogue.tables()) {
            rows.add(
                    table(
                            each.schema(),
                            each.table().name(),
                            each.kind() == 'v' ? "VIEW" : "BASE TABLE"));
        }
        return rows;
    }

    private Map<String, Object> table(String schema, String name, String kind) {
        return row(
                "table_catalog",
                database(),
                "table_schema",
                schema,
                "table_name",
                name,
                "table_type",
                kind,
                "is_insertable_into",
                "NO",
                "is_typed",
                "NO");
    }

    private List<Map<String, Object>> views() {
        return catalogue.tables().stream()
                .filter(each -> each.kind() == 'v')
                .map(each ->
                        row(
                                "table_catalog", database(),
                                "table_schema", each.schema(),
                                "table_name", each.table().name(),
                                "view_definition", each.table().definition().orElse(""),
                                "check_option", "NONE",
                                "is_updatable", "NO",
                                "is_insertable_into", "NO",
                                "is_trigger_updatable", "NO",
                                "is_trigger_deletable", "NO",
                                "is_trigger_insertable_into", "NO"))
                .toList();
    }

    private List<Map<String, Object>> privileges() {
        return catalogue.tables().stream()
                .map(each ->
                        row(
                                "grantor", user(),
                                "grantee", user(),
                                "table_catalog", database(),
                                "table_schema", each.schema(),
                                "table_name", each.table().name(),
                                "privilege_type", "SELECT",
                                "is_grantable", "NO",
                                "with_hierarchy", "YES"))
                .toList();
    }

    private List<Map<String, Object>> columns() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Catalogue.Table table : catalogue.tables()) {
            int number = 0;
            for (Visible.Attribute each : table.table().attributes()) {
                rows.add(column(table, each, ++number));
            }
        }
        for (Catalogues.Layout layout : Catalogues.all()) {
            int number = 0;
            for (org.domicile.postgres.Field each : layout.fields()) {
                rows.add(
                        column(
                                layout.schema(),
                                layout.name(),
                                each.name(),
                                ++number,
                                each.type(),
                                -1,
                                false));
            }
        }
        return rows;
    }

    private Map<String, Object> column(
            Catalogue.Table table, Visible.Attribute column, int number) {
        return column(
                table.schema(),
                table.table().name(),
                column.name(),
                number,
                column.type(),
                column.modifier(),
                column.required());
    }

    private Map<String, Object> column(
            String schema,
            String table,
            String name,
            int number,
            PgType type,
            int modifier,
            boolean required) {
        Map<String, Object> row =
                row(
                        "table_catalog",
                        database(),
                        "table_schema",
                        schema,
                        "table_name",
                        table,
                        "column_name",
                        name,
                        "ordinal_position",
                        number,
                        "is_nullable",
                        required ? "NO" : "YES",
                        "data_type",
                        type.isArray() && !type.isVector() ? "ARRAY" : type.title(),
                        "udt_catalog",
                        database(),
                        "udt_schema",
                        Catalogues.PG,
                        "udt_name",
                        type.label(),
                        "dtd_identifier",
                        Integer.toString(number),
                        "is_self_referencing",
                        "NO",
                        "is_identity",
                        "NO",
                        "identity_cycle",
                        "NO",
                        "is_generated",
                        "NEVER",
                        "is_updatable",
                        "NO");
        switch (type) {
            case INT2 -> numbers(row, 16, 2, 0);
            case INT4 -> numbers(row, 32, 2, 0);
            case INT8 -> numbers(row, 64, 2, 0);
            case FLOAT4 -> numbers(row, 24, 2, Missing.NULL);
            case FLOAT8 -> numbers(row, 53, 2, Missing.NULL);
            case NUMERIC -> {
                row.put("numeric_precision_radix", 10);
                if (modifier >= 0) {
                    numbers(row, modifier - 4 >> 16, 10, modifier - 4 & 0x7ff);
                }
            }
            case TIMESTAMP, TIMESTAMPTZ, TIME, TIMETZ, INTERVAL -> row.put("datetime_precision", 6);
            case DATE -> row.put("datetime_precision", 0);
            case TEXT -> row.put("character_octet_length", 1 << 30);
            case VARCHAR, BPCHAR -> {
                row.put("character_octet_length", 1 << 30);
                if (modifier >= 0) {
                    row.put("character_maximum_length", modifier - 4);
                }
            }
            default -> {}
        }
        return row;
    }

    private static void numbers(Map<String, Object> row, int precision, int radix, Object scale) {
        row.put("numeric_precision", precision);
        row.put("numeric_precision_radix", radix);
        row.put("numeric_scale", scale);
    }
}
