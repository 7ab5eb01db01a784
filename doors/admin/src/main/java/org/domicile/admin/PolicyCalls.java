package org.domicile.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.domicile.guard.Administration;
import org.domicile.policy.Policy;
import org.domicile.policy.PolicyText;

/** Policies of organisations, and why a use was allowed or refused. */
final class PolicyCalls {
    private PolicyCalls() {}

    static void answer(Call call) throws IOException {
        Administration administration = call.administration();
        String query = call.exchange().rawQuery();
        switch (call.asked().operation()) {
            case LIST_POLICIES -> {
                Optional<String> organisation =
                        Input.query(query, "organisation").optional("organisation");
                List<PolicyText> found =
                        administration.register().policies().values().stream()
                                .filter(each -> !each.removed())
                                .filter(each ->
                                        organisation.isEmpty()
                                                || each.organisation().equals(organisation.get()))
                                .sorted(Comparator.comparing(PolicyText::id))
                                .toList();
                call.json(200, json -> Form.items(json, found, PolicyCalls::summary));
            }
            case PUT_POLICY -> {
                Input input = Input.document(call.exchange(), "organisation", "name", "text");
                PolicyText put =
                        administration.putPolicy(
                                input.text("organisation"), input.text("name"), input.text("text"));
                call.json(201, json -> summary(json, put));
            }
            case SHOW_POLICY -> {
                Input input = Input.query(query, "version");
                int version = (int) input.number("version", 0, 0, Integer.MAX_VALUE);
                PolicyText found =
                        administration.policy(
                                call.name("organisation"), call.name("name"), version);
                call.json(200, json -> whole(json, found));
            }
            case REMOVE_POLICY -> {
                PolicyText removed =
                        administration.removePolicy(call.name("organisation"), call.name("name"));
                call.json(200, json -> summary(json, removed));
            }
            case EXPLAIN_USE -> {
                String use = Input.query(query, "use").text("use");
                Administration.Explained explained = administration.explain(use);
                call.json(200, json -> explained(json, explained));
            }
            default -> throw new IllegalStateException("no policy: " + call.asked().operation());
        }
    }

    private static void summary(JsonGenerator json, PolicyText policy) throws IOException {
        json.writeStartObject();
        fields(json, policy);
        json.writeEndObject();
    }

    private static void whole(JsonGenerator json, PolicyText policy) throws IOException {
        json.writeStartObject();
        fields(json, policy);
        json.writeStringField("text", policy.text());
        json.writeEndObject();
    }

    private static void fields(JsonGenerator json, PolicyText policy) throws IOException {
        json.writeStringField("id", policy.id());
        json.writeStringField("organisation", policy.organisation());
        json.writeStringField("name", policy.name());
        json.writeNumberField("version", policy.version());
        json.writeStringField("digest", policy.digest());
        json.writeStringField("created", policy.created().toString());
        json.writeBooleanField("removed", policy.removed());
    }

    private static void explained(JsonGenerator json, Administration.Explained explained)
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
        json.writeArrayFieldStart("bounds");
        for (Policy.Explanation.Within each : made.bounds()) {
            within(json, each);
        }
        json.writeEndArray();
    }

    /** What a session was asked beyond that: each is a case of its own, and must allow too. */
    private static void within(JsonGenerator json, Policy.Explanation.Within within)
            throws IOException {
        json.writeStartObject();
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
        json.writeEndObject();
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
