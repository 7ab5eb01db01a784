package org.domicile.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.domicile.guard.Administration;
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
                call.json(200, json -> CaseForm.write(json, explained));
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
}
