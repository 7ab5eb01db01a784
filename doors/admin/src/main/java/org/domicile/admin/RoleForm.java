package org.domicile.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Locale;
import org.domicile.events.Destination;
import org.domicile.policy.Role;
import org.domicile.policy.Target;

/** JSON of roles and outbound targets. */
final class RoleForm {
    private RoleForm() {}

    /** Without what it may do: its text is shown one by one, on record. */
    static void role(JsonGenerator json, Role role) throws IOException {
        json.writeStartObject();
        fields(json, role);
        json.writeEndObject();
    }

    static void whole(JsonGenerator json, Role role) throws IOException {
        json.writeStartObject();
        fields(json, role);
        json.writeStringField("permissions", role.permissions().text());
        json.writeEndObject();
    }

    private static void fields(JsonGenerator json, Role role) throws IOException {
        json.writeStringField("role", role.full());
        json.writeStringField("organisation", role.organisation());
        json.writeStringField("name", role.name());
        json.writeStringField("id", role.id());
        json.writeStringField(
                "arn", "arn:aws:iam::" + role.organisation() + ":role/" + role.name());
        json.writeStringField("purpose", role.purpose());
        Form.texts(json, "principals", role.principals());
        json.writeStringField("issuer", role.issuer());
        Form.texts(json, "audiences", role.audiences());
        Form.texts(json, "subjects", role.subjects());
        json.writeStringField(
                "language", role.permissions().language().name().toLowerCase(Locale.ROOT));
        json.writeStringField("digest", role.permissions().digest());
        json.writeNumberField("seconds", role.longest().toSeconds());
        Form.time(json, "created", role.created());
    }

    static void secret(JsonGenerator json, String target, String secret) throws IOException {
        json.writeStartObject();
        json.writeStringField("target", target);
        json.writeStringField("secret", secret);
        json.writeEndObject();
    }

    static void target(JsonGenerator json, Target target) throws IOException {
        json.writeStartObject();
        json.writeStringField("target", target.full());
        json.writeStringField("organisation", target.organisation());
        json.writeStringField("name", target.name());
        json.writeStringField(
                "arn",
                new Destination.Webhook(target.zone(), target.organisation(), target.name()).arn());
        json.writeStringField("url", target.url());
        json.writeStringField("zone", target.zone());
        Form.texts(json, "networks", target.networks());
        Form.time(json, "created", target.created());
        json.writeEndObject();
    }
}
