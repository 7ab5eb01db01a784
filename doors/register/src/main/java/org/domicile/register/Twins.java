package org.domicile.register;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.domicile.policy.Algorithm;
import org.domicile.policy.DataClass;
import org.domicile.policy.Kind;
import org.domicile.policy.Purpose;

/** The pages' twins in JSON. Pure. */
final class Twins {
    private static final JsonFactory JSON = new JsonFactory();

    /** Writes a text. */
    interface Body {
        void to(JsonGenerator json) throws IOException;
    }

    private Twins() {}

    static String text(Body body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            body.to(json);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return text.append('\n').toString();
    }

    static String index(List<Pages.Both> all, int sealedMax, Follow.View view, Instant now) {
        return text(json -> {
            json.writeStartObject();
            read(json, view);
            json.writeNumberField("sealedMaxDays", sealedMax);
            json.writeArrayFieldStart("purposes");
            for (Pages.Both each : all) {
                json.writeStartObject();
                summary(json, each, now);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static void read(JsonGenerator json, Follow.View view) throws IOException {
        json.writeNumberField("readEntries", view.observed().next());
        json.writeNumberField("ofEntries", view.size());
        json.writeStringField("newestMinute", view.observed().newest());
    }

    private static void summary(JsonGenerator json, Pages.Both both, Instant now)
            throws IOException {
        json.writeStringField("id", both.id());
        json.writeStringField("state", both.state(now));
        if (both.purpose().isPresent()) {
            purpose(json, both.purpose().get());
        }
        json.writeNumberField("allowed", both.sum("allowed"));
        json.writeNumberField("refused", both.sum("refused"));
        Shapes.drifts(json, both.drifts());
    }

    private static void purpose(JsonGenerator json, Purpose purpose) throws IOException {
        json.writeStringField("kind", purpose.kind());
        json.writeStringField("term", Kind.iri(purpose.term()));
        json.writeStringField("text", purpose.text());
        json.writeStringField("textArabic", purpose.arabic());
        json.writeStringField("owner", purpose.owner());
        json.writeStringField("legalBasis", purpose.legalBasis());
        json.writeStringField("contact", purpose.contact());
        Shapes.texts(json, "classes", purpose.classes());
        Shapes.texts(json, "actions", purpose.actions());
        Shapes.texts(json, "zones", purpose.zones());
        json.writeStringField("parent", purpose.parent());
        json.writeBooleanField("sealable", purpose.sealable());
        Shapes.texts(
                json, "algorithm", purpose.algorithm().map(Algorithm::words).orElse(List.of()));
        json.writeStringField("created", purpose.created().toString());
        json.writeStringField(
                "expires",
                purpose.expires().equals(Instant.MAX) ? "never" : purpose.expires().toString());
    }

    static String one(Pages.Both both, Follow.View view, Instant now) {
        return text(json -> {
            json.writeStartObject();
            read(json, view);
            summary(json, both, now);
            if (both.seen().isPresent()) {
                observed(json, both.seen().get());
            }
            json.writeEndObject();
        });
    }

    private static void observed(JsonGenerator json, Seen seen) throws IOException {
        json.writeArrayFieldStart("statements");
        for (Form form : seen.forms()) {
            json.writeNumber(form.index());
        }
        if (seen.withdrawal().isPresent()) {
            json.writeNumber(seen.withdrawal().getAsLong());
        }
        json.writeEndArray();
        json.writeArrayFieldStart("days");
        for (Map.Entry<String, Seen.Day> day : seen.days().descendingMap().entrySet()) {
            json.writeStartObject();
            json.writeStringField("day", day.getKey());
            json.writeNumberField("entries", day.getValue().sources().cardinality());
            Shapes.counts(json, "uses", day.getValue().counts());
            json.writeEndObject();
        }
        json.writeEndArray();
        Shapes.counts(json, "earlier", seen.older());
    }

    static String day(String purpose, String day, List<Long> sources) {
        return text(json -> {
            json.writeStartObject();
            json.writeStringField("purpose", purpose);
            json.writeStringField("day", day);
            json.writeArrayFieldStart("entries");
            for (long index : sources) {
                json.writeNumber(index);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    static String kinds() {
        return text(json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("kinds");
            for (Kind kind : Kind.all()) {
                json.writeStartObject();
                json.writeStringField("name", kind.name());
                json.writeStringField("standing", kind.standing().name().toLowerCase(Locale.ROOT));
                json.writeStringField("term", Kind.iri(kind.term()));
                json.writeStringField("text", kind.text());
                json.writeStringField("textArabic", kind.arabic());
                json.writeStringField("legalHint", kind.legalHint());
                json.writeStringField("reason", kind.reason());
                json.writeStringField("reasonArabic", kind.arabicReason());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("classes");
            for (DataClass each : DataClass.all()) {
                json.writeStartObject();
                json.writeStringField("name", each.name());
                json.writeStringField("in", each.broader());
                json.writeStringField("term", each.term().isEmpty() ? "" : Kind.iri(each.term()));
                json.writeStringField("text", each.text());
                json.writeStringField("textArabic", each.arabic());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }
}
