package org.domicile.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.domicile.guard.GuardedRules;
import org.domicile.policy.TableRules;

/** What columns of tables hold, and which rows purposes see. */
final class RuleCalls {
    /** Between levels of a namespace in a query, as Iceberg's REST catalog has it. */
    private static final String LEVELS = "\u001f";

    private RuleCalls() {}

    static void answer(Call call, GuardedRules rules) throws IOException {
        GuardedRules.Named named =
                switch (call.asked().operation()) {
                    case READ_TABLE_RULES -> {
                        Input input =
                                Input.query(
                                        call.exchange().rawQuery(),
                                        "organisation",
                                        "namespace",
                                        "table");
                        yield rules.rules(
                                new GuardedRules.Place(
                                        input.text("organisation"),
                                        List.of(input.text("namespace").split(LEVELS, -1)),
                                        input.text("table")));
                    }
                    case SET_COLUMN_CLASSES -> {
                        Input input =
                                Input.body(
                                        call.exchange(),
                                        "organisation",
                                        "namespace",
                                        "table",
                                        "column",
                                        "classes",
                                        "otherwise");
                        yield rules.classes(
                                place(input),
                                input.text("column"),
                                input.texts("classes"),
                                otherwise(input.text("otherwise", "mask")));
                    }
                    case SET_ROW_RULE -> {
                        Input input =
                                Input.body(
                                        call.exchange(),
                                        "organisation",
                                        "namespace",
                                        "table",
                                        "purposes",
                                        "where");
                        yield rules.rows(
                                place(input), input.texts("purposes"), input.text("where", ""));
                    }
                    default ->
                            throw new IllegalStateException("no rule: " + call.asked().operation());
                };
        call.json(200, json -> write(json, named), rules.use());
    }

    private static GuardedRules.Place place(Input input) {
        return new GuardedRules.Place(
                input.text("organisation"), input.texts("namespace"), input.text("table"));
    }

    private static TableRules.Otherwise otherwise(String word) {
        return switch (word) {
            case "mask" -> TableRules.Otherwise.MASK;
            case "refuse" -> TableRules.Otherwise.REFUSE;
            default -> throw Failure.input("otherwise is mask or refuse");
        };
    }

    private static void write(JsonGenerator json, GuardedRules.Named rules) throws IOException {
        json.writeStartObject();
        json.writeStringField("organisation", rules.organisation());
        json.writeStringField("table", rules.table());
        json.writeStringField("id", rules.id());
        json.writeStringField("digest", rules.digest());
        json.writeArrayFieldStart("columns");
        for (GuardedRules.OfColumn each : rules.columns()) {
            json.writeStartObject();
            json.writeStringField("column", each.column());
            Form.texts(json, "classes", each.classes());
            json.writeStringField("otherwise", each.otherwise().name().toLowerCase(Locale.ROOT));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("rows");
        for (GuardedRules.OfRows each : rules.rows()) {
            json.writeStartObject();
            Form.texts(json, "purposes", each.purposes());
            json.writeStringField("where", each.where());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
