package org.domicile.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.domicile.guard.Administration.Issued;
import org.domicile.guard.Administration.Labelled;
import org.domicile.ledger.Ledger;
import org.domicile.objects.Bucket;
import org.domicile.policy.Algorithm;
import org.domicile.policy.Credential;
import org.domicile.policy.Label;
import org.domicile.policy.Marks;
import org.domicile.policy.NamedKey;
import org.domicile.policy.Organisation;
import org.domicile.policy.Principal;
import org.domicile.policy.Purpose;
import org.domicile.policy.Seal;
import org.domicile.policy.Zone;

/** JSON of everything that the door answers. */
final class Form {
    private static final JsonFactory JSON =
            JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    /** Writes one thing. */
    interface Writer<T> {
        void write(JsonGenerator json, T thing) throws IOException;
    }

    private Form() {}

    static JsonGenerator to(OutputStream out) throws IOException {
        return JSON.createGenerator(out);
    }

    static void failure(JsonGenerator json, Failure failure) throws IOException {
        json.writeStartObject();
        json.writeStringField("code", failure.code());
        json.writeStringField("message", failure.sentence());
        json.writeEndObject();
    }

    static <T> void items(JsonGenerator json, List<T> things, Writer<T> each) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("items");
        for (T thing : things) {
            each.write(json, thing);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    static void organisation(JsonGenerator json, Organisation organisation) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", organisation.name());
        json.writeStringField("zone", organisation.zone());
        time(json, "created", organisation.created());
        json.writeEndObject();
    }

    static void zone(JsonGenerator json, Zone zone) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", zone.name());
        json.writeStringField("parent", zone.parent().orElse(""));
        json.writeEndObject();
    }

    static void purpose(JsonGenerator json, Purpose purpose) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", purpose.id());
        json.writeStringField("organisation", purpose.organisation());
        json.writeStringField("name", purpose.name());
        json.writeStringField("kind", purpose.kind());
        json.writeStringField("term", purpose.term());
        json.writeStringField("text", purpose.text());
        json.writeStringField("textArabic", purpose.arabic());
        json.writeStringField("owner", purpose.owner());
        json.writeStringField("legalBasis", purpose.legalBasis());
        json.writeStringField("contact", purpose.contact());
        texts(json, "classes", purpose.classes());
        texts(json, "actions", purpose.actions());
        texts(json, "zones", purpose.zones());
        json.writeStringField("parent", purpose.parent());
        time(json, "created", purpose.created());
        time(json, "expires", purpose.expires());
        json.writeBooleanField("withdrawn", purpose.withdrawn());
        json.writeBooleanField("sealable", purpose.sealable());
        texts(json, "algorithm", purpose.algorithm().map(Algorithm::words).orElse(List.of()));
        json.writeEndObject();
    }

    static void label(JsonGenerator json, Label label) throws IOException {
        json.writeStartObject();
        json.writeStringField("organisation", label.organisation());
        json.writeStringField("bucket", label.bucket());
        json.writeStringField("prefix", label.prefix());
        marks(json, label.marks());
        json.writeEndObject();
    }

    /** Labels on the way to a name, what the version there carries, and all of it together. */
    static void labelled(JsonGenerator json, Labelled labelled) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("labels");
        Marks together = labelled.carried();
        for (Label label : labelled.labels()) {
            label(json, label);
            together = together.and(label.marks());
        }
        json.writeEndArray();
        json.writeObjectFieldStart("carried");
        marks(json, labelled.carried());
        json.writeEndObject();
        json.writeObjectFieldStart("together");
        marks(json, together);
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void marks(JsonGenerator json, Marks marks) throws IOException {
        texts(json, "classes", marks.classes());
        texts(json, "prohibited", marks.prohibited());
        json.writeArrayFieldStart("only");
        for (List<String> only : marks.only()) {
            json.writeStartArray();
            for (String each : only) {
                json.writeString(each);
            }
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    static void key(JsonGenerator json, NamedKey key) throws IOException {
        json.writeStartObject();
        json.writeStringField("organisation", key.organisation());
        json.writeStringField("name", key.name());
        json.writeStringField("key", key.key());
        time(json, "created", key.created());
        json.writeBooleanField("destroyed", key.destroyed());
        json.writeEndObject();
    }

    static void principal(JsonGenerator json, Principal principal) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", principal.id());
        json.writeStringField("organisation", principal.organisation());
        json.writeStringField("name", principal.name());
        time(json, "created", principal.created());
        json.writeEndObject();
    }

    static void credential(JsonGenerator json, Credential credential) throws IOException {
        json.writeStartObject();
        fields(json, credential);
        json.writeEndObject();
    }

    static void issued(JsonGenerator json, Issued issued) throws IOException {
        json.writeStartObject();
        fields(json, issued.credential());
        json.writeStringField("secret", issued.secret());
        json.writeEndObject();
    }

    private static void fields(JsonGenerator json, Credential credential) throws IOException {
        json.writeStringField("accessKey", credential.accessKey());
        json.writeStringField("principal", credential.principal());
        json.writeStringField("organisation", credential.organisation());
        json.writeStringField("purpose", credential.purpose());
        texts(json, "actions", credential.actions());
        texts(json, "buckets", credential.buckets());
        time(json, "created", credential.created());
        time(json, "expires", credential.expires());
        json.writeBooleanField("withdrawn", credential.withdrawn());
        switch (credential.seal()) {
            case Seal.None() -> {}
            case Seal.Asked(LocalDate opens, String askedBy) -> seal(json, opens, askedBy, "");
            case Seal.Approved(LocalDate opens, String askedBy, String approvedBy) ->
                    seal(json, opens, askedBy, approvedBy);
        }
    }

    private static void seal(JsonGenerator json, LocalDate opens, String askedBy, String approvedBy)
            throws IOException {
        json.writeStringField("sealedUntil", opens.toString());
        json.writeStringField("askedBy", askedBy);
        json.writeStringField("approvedBy", approvedBy);
    }

    static void bucket(JsonGenerator json, Bucket bucket) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", bucket.name());
        json.writeStringField("organisation", bucket.organisation());
        json.writeStringField("owner", bucket.owner());
        texts(json, "zones", bucket.zones());
        json.writeStringField(
                "versioning", bucket.versioning().name().toLowerCase(java.util.Locale.ROOT));
        time(json, "created", bucket.created());
        json.writeEndObject();
    }

    static void use(JsonGenerator json, Ledger.Recorded use) throws IOException {
        json.writeStartObject();
        json.writeStringField("log", use.log());
        json.writeNumberField("index", use.index());
        json.writeNumberField("number", use.number());
        json.writeStringField("at", use.at());
        json.writeStringField("action", use.action());
        json.writeStringField("verdict", use.verdict());
        json.writeStringField("reason", use.reason());
        json.writeStringField("outcome", use.outcome());
        json.writeStringField("purpose", use.purpose());
        json.writeStringField("dataZone", use.dataZone());
        json.writeStringField("clientZone", use.clientZone());
        json.writeStringField("principal", use.principal());
        json.writeStringField("object", use.object());
        json.writeStringField("address", use.address());
        json.writeNumberField("size", use.size());
        json.writeNumberField("count", use.count());
        if (!use.sealed().isEmpty()) {
            json.writeStringField("sealedUntil", use.sealed());
        }
        json.writeEndObject();
    }

    static void log(JsonGenerator json, String name, String folder) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", name);
        json.writeStringField("folder", folder);
        json.writeEndObject();
    }

    static void status(JsonGenerator json, Running.Status status) throws IOException {
        json.writeStartObject();
        json.writeStringField("state", status.state());
        json.writeStringField("version", status.version());
        time(json, "started", status.started());
        json.writeObjectFieldStart("endpoints");
        for (var each : new java.util.TreeMap<>(status.endpoints()).entrySet()) {
            json.writeStringField(each.getKey(), each.getValue());
        }
        json.writeEndObject();
        json.writeObjectFieldStart("figures");
        for (var each : new java.util.TreeMap<>(status.figures()).entrySet()) {
            json.writeNumberField(each.getKey(), each.getValue());
        }
        json.writeEndObject();
        texts(json, "warnings", status.warnings());
        json.writeEndObject();
    }

    static void texts(JsonGenerator json, String name, List<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    static void time(JsonGenerator json, String name, Instant at) throws IOException {
        json.writeStringField(name, at.equals(Instant.MAX) ? "never" : at.toString());
    }
}
