package org.domicile.register;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** JSON of what was declared and observed: the same in pages' twins and in reports. */
final class Shapes {
    private Shapes() {}

    static void form(JsonGenerator json, Form form) throws IOException {
        json.writeObjectFieldStart("declared");
        json.writeNumberField("entry", form.index());
        json.writeStringField("kind", form.kind());
        json.writeStringField("term", form.term());
        texts(json, "classes", form.classes());
        texts(json, "actions", form.actions());
        texts(json, "zones", form.zones());
        json.writeStringField("parent", form.parent());
        json.writeStringField("expires", form.expires());
        json.writeEndObject();
    }

    static void counts(JsonGenerator json, String name, Map<Cell, Long> counts) throws IOException {
        json.writeArrayFieldStart(name);
        for (Map.Entry<Cell, Long> each : counts.entrySet()) {
            json.writeStartObject();
            json.writeStringField("action", each.getKey().action());
            json.writeStringField("dataZone", each.getKey().dataZone());
            json.writeStringField("clientZone", each.getKey().clientZone());
            json.writeStringField("decision", each.getKey().verdict());
            json.writeNumberField("uses", each.getValue());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static void drifts(JsonGenerator json, List<Drift> drifts) throws IOException {
        json.writeArrayFieldStart("drift");
        for (Drift drift : drifts) {
            json.writeStartObject();
            json.writeStringField("what", Report.name(drift.what()));
            json.writeStringField("value", drift.value());
            json.writeNumberField("uses", drift.count());
            if (drift.first() >= 0) {
                json.writeNumberField("firstEntry", drift.first());
                json.writeNumberField("lastEntry", drift.last());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static void texts(JsonGenerator json, String name, List<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }
}
