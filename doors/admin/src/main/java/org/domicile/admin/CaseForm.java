package org.domicile.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.domicile.guard.Administration;
import org.domicile.policy.Policy;

/**
 * A decision as a case in JSON that any engine of Cedar can decide again: what was used, and
 * request, entities, schema and policies with the answer that they have to give.
 */
public final class CaseForm {
    private CaseForm() {}

    /** Writes one object; what cannot be explained says why. */
    public static void write(JsonGenerator json, Administration.Explained explained)
            throws IOException {
        json.writeStartObject();
        json.writeFieldName("use");
        Form.use(json, explained.use().use());
        json.writeStringField("policy", explained.use().policy());
        switch (explained.explanation()) {
            case Policy.Explanation.Unexplained(String sentence) ->
                    json.writeStringField("unexplained", sentence);
            case Policy.Explanation.Explained made -> made(json, made);
        }
        json.writeEndObject();
    }

    /** With what any engine of Cedar needs: its request, entities, schema and policies. */
    private static void made(JsonGenerator json, Policy.Explanation.Explained made)
            throws IOException {
        json.writeStringField("register", made.register());
        json.writeStringField("verdict", verdict(made));
        json.writeStringField("reason", made.decided().reason());
        json.writeStringField("decision", made.answer().name().toLowerCase(Locale.ROOT));
        json.writeArrayFieldStart("reasons");
        for (String each : made.reasons()) {
            json.writeString(each);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("errors");
        for (Map.Entry<String, String> each : made.errors().entrySet()) {
            json.writeStartObject();
            json.writeStringField("policy", each.getKey());
            json.writeStringField("message", each.getValue());
            json.writeEndObject();
        }
        json.writeEndArray();
        raw(json, "principal", made.principal());
        raw(json, "action", made.action());
        raw(json, "resource", made.resource());
        raw(json, "context", made.context());
        raw(json, "entities", made.entities());
        json.writeObjectFieldStart("policies");
        for (Map.Entry<String, String> each : made.policies().entrySet()) {
            json.writeStringField(each.getKey(), each.getValue());
        }
        json.writeEndObject();
        json.writeStringField("schema", made.schema());
        json.writeArrayFieldStart("shares");
        for (Policy.Explanation.Share each : made.shares()) {
            json.writeStartObject();
            json.writeBooleanField("counts", each.counts());
            within(json, each.asked());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("bounds");
        for (Policy.Explanation.Within each : made.bounds()) {
            json.writeStartObject();
            within(json, each);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /**
     * What was asked beside that, each a case of its own: before, with whom a bucket is shared;
     * beyond that, what a session stays within, which must allow too.
     */
    private static void within(JsonGenerator json, Policy.Explanation.Within within)
            throws IOException {
        json.writeStringField("name", within.name());
        json.writeStringField("decision", within.answer().name().toLowerCase(Locale.ROOT));
        json.writeBooleanField("asked", within.asked());
        if (within.asked()) {
            raw(json, "principal", within.principal());
            raw(json, "action", within.action());
            raw(json, "resource", within.resource());
            raw(json, "context", within.context());
            raw(json, "entities", within.entities());
        }
        json.writeArrayFieldStart("reasons");
        for (String each : within.reasons()) {
            json.writeString(each);
        }
        json.writeEndArray();
        json.writeObjectFieldStart("policies");
        for (Map.Entry<String, String> each : within.policies().entrySet()) {
            json.writeStringField(each.getKey(), each.getValue());
        }
        json.writeEndObject();
        json.writeStringField("schema", within.schema());
    }

    private static String verdict(Policy.Explanation.Explained made) {
        return switch (made.decided().effect()) {
            case ALLOW -> "allowed";
            case REFUSE -> "refused";
        };
    }

    private static void raw(JsonGenerator json, String name, String value) throws IOException {
        json.writeFieldName(name);
        json.writeRawValue(value);
    }
}
