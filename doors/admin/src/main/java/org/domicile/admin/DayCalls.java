package org.domicile.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Base64;
import org.domicile.guard.GuardedPeople;
import org.domicile.http.Headers;
import org.domicile.ledger.Ledger;
import org.domicile.policy.Evidence;
import org.domicile.policy.PolicyText;

/**
 * The decisions of a day for an auditor, one JSON object a line: what the uses name by digest, then
 * the uses, newest first, each with what opens its commitments.
 *
 * <pre>
 *   {"register":DIGEST,"records":[{"key":BASE64,"value":BASE64},…]}
 *   {"policies":DIGEST,"schema":TEXT,"program":TEXT,"own":[{"organisation":…,"name":…,"version":…,"digest":…,"text":…},…]}
 *   {"document":DIGEST,"text":TEXT}
 *   {"log":NAME,"index":PLACE,"openings":[{"field":NAME,"salt":BASE64,"value":TEXT},…]}
 * </pre>
 */
final class DayCalls {
    private DayCalls() {}

    static void disclose(Call call) throws IOException {
        Input input = Input.body(call.exchange(), "organisation", "day", "before", "to");
        GuardedPeople.DisclosedDay made =
                call.administration()
                        .people()
                        .discloseDay(
                                input.text("organisation"),
                                day(input.text("day")),
                                input.number("before", Long.MAX_VALUE, 0, Long.MAX_VALUE),
                                input.text("to"));
        Headers headers = call.headers("application/x-ndjson");
        headers.add("x-domicile-closed", String.valueOf(made.closed()));
        if (made.next() > 0) {
            headers.add(DataCalls.BEFORE, String.valueOf(made.next()));
        }
        try (OutputStream out = call.exchange().respond(200, headers, -1L);
                JsonGenerator json = Form.to(out)) {
            json.setRootValueSeparator(null);
            for (Evidence each : made.evidence()) {
                switch (each) {
                    case Evidence.OfRegister register -> register(json, register);
                    case Evidence.OfPolicies policies -> policies(json, policies);
                    case Evidence.OfDocument document -> document(json, document);
                }
                json.writeRaw('\n');
            }
            for (GuardedPeople.OpenedUse use : made.uses()) {
                use(json, made.log(), use);
                json.writeRaw('\n');
            }
        }
    }

    private static LocalDate day(String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeException e) {
            throw Failure.input("day is '" + text + "'; write one such as 2027-01-31");
        }
    }

    private static void register(JsonGenerator json, Evidence.OfRegister register)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("register", register.digest());
        json.writeArrayFieldStart("records");
        for (Evidence.Kept each : register.records()) {
            json.writeStartObject();
            json.writeStringField("key", base64(each.key()));
            json.writeStringField("value", base64(each.value()));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void policies(JsonGenerator json, Evidence.OfPolicies policies)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("policies", policies.digest());
        json.writeStringField("schema", policies.schema());
        json.writeStringField("program", policies.program());
        json.writeArrayFieldStart("own");
        for (PolicyText each : policies.own()) {
            json.writeStartObject();
            json.writeStringField("organisation", each.organisation());
            json.writeStringField("name", each.name());
            json.writeNumberField("version", each.version());
            json.writeStringField("digest", each.digest());
            json.writeStringField("text", each.text());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void document(JsonGenerator json, Evidence.OfDocument document)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("document", document.digest());
        json.writeStringField("text", document.text());
        json.writeEndObject();
    }

    private static void use(JsonGenerator json, String log, GuardedPeople.OpenedUse use)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("log", log);
        json.writeNumberField("index", use.index());
        json.writeArrayFieldStart("openings");
        for (Ledger.Opening each : use.openings()) {
            json.writeStartObject();
            json.writeStringField("field", each.field());
            json.writeStringField("salt", base64(each.salt()));
            json.writeStringField("value", each.value());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
