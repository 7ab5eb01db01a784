package org.domicile.register;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.domicile.policy.Algorithm;
import org.domicile.policy.DataClass;
import org.domicile.policy.Kind;
import org.domicile.policy.Purpose;

/** The register in other people's forms. What a form asks and nobody said is not made up. Pure. */
final class Exports {
    /** Which. */
    enum Format {
        /** W3C Data Privacy Vocabulary 2.3, as JSON-LD: one dpv:Process for each purpose. */
        DPV("dpv.jsonld", "application/ld+json", "W3C Data Privacy Vocabulary (JSON-LD)"),
        /** DCAT-AP 3, as JSON-LD: the register's own data sets, one for each purpose. */
        DCAT("dcat.jsonld", "application/ld+json", "DCAT-AP (JSON-LD)"),
        /** Regulation (EU) 2016/679, Article 30(1): the record of processing activities. */
        ARTICLE_30("article30.csv", "text/csv; charset=utf-8", "GDPR Article 30 (CSV)"),
        /** Eurocities Algorithmic Transparency Standard 0.3.1. */
        ALGORITHMS(
                "algorithms.json",
                "application/json",
                "Eurocities Algorithmic Transparency Standard (JSON)");

        private final String file;
        private final String type;
        private final String title;

        Format(String file, String type, String title) {
            this.file = file;
            this.type = type;
            this.title = title;
        }

        String file() {
            return file;
        }

        String type() {
            return type;
        }

        String title() {
            return title;
        }
    }

    private static final String NOT_SAID = "not stated in the register of purposes";

    /** EU Vocabularies' authority table of themes, which DCAT-AP asks catalogues to use. */
    private static final String THEMES =
            "http://publications.europa.eu/resource/authority/data-theme";

    private Exports() {}

    static String of(Format format, List<Purpose> purposes, Instant now) {
        return switch (format) {
            case DPV -> dpv(purposes);
            case DCAT -> dcat(purposes);
            case ARTICLE_30 -> article30(purposes);
            case ALGORITHMS -> algorithms(purposes, now);
        };
    }

    private static String place(Purpose purpose) {
        return "/register/purposes/" + purpose.id();
    }

    private static String dpv(List<Purpose> purposes) {
        return Twins.text(json -> {
            json.writeStartObject();
            json.writeObjectFieldStart("@context");
            json.writeStringField("dpv", "https://w3id.org/dpv#");
            json.writeStringField("pd", "https://w3id.org/dpv/pd#");
            json.writeStringField("dct", "http://purl.org/dc/terms/");
            json.writeStringField("xsd", "http://www.w3.org/2001/XMLSchema#");
            json.writeEndObject();
            json.writeArrayFieldStart("@graph");
            for (Purpose each : purposes) {
                process(json, each);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static void process(JsonGenerator json, Purpose purpose) throws IOException {
        json.writeStartObject();
        json.writeStringField("@id", place(purpose));
        json.writeStringField("@type", "dpv:Process");
        json.writeStringField("dct:identifier", purpose.id());
        texts(json, purpose);
        json.writeObjectFieldStart("dpv:hasPurpose");
        json.writeStringField("@id", place(purpose) + "#purpose");
        json.writeStringField("@type", purpose.term());
        json.writeEndObject();
        named(json, "dpv:hasDataController", "dpv:DataController", purpose.organisation());
        named(json, "dpv:hasResponsibleEntity", "dpv:OrganisationalUnit", purpose.owner());
        named(json, "dpv:hasLegalBasis", "dpv:LegalBasis", purpose.legalBasis());
        json.writeArrayFieldStart("dpv:hasPersonalData");
        for (String each : purpose.classes()) {
            String term = DataClass.named(each).map(DataClass::term).orElse("");
            if (!term.isEmpty()) {
                json.writeStartObject();
                json.writeStringField("@id", term);
                json.writeEndObject();
            }
        }
        json.writeEndArray();
        json.writeArrayFieldStart("dpv:hasLocation");
        for (String each : purpose.zones()) {
            json.writeStartObject();
            json.writeStringField("@type", "dpv:Location");
            json.writeStringField("dct:title", each);
            json.writeEndObject();
        }
        json.writeEndArray();
        if (!purpose.parent().isEmpty()) {
            json.writeObjectFieldStart("dct:isPartOf");
            json.writeStringField("@id", "/register/purposes/" + purpose.parent());
            json.writeEndObject();
        }
        time(json, "dct:created", purpose.created());
        if (!purpose.expires().equals(Instant.MAX)) {
            time(json, "dct:valid", purpose.expires());
        }
        json.writeEndObject();
    }

    private static void texts(JsonGenerator json, Purpose purpose) throws IOException {
        json.writeArrayFieldStart("dct:description");
        tagged(json, purpose.text(), "en");
        if (!purpose.arabic().isBlank()) {
            tagged(json, purpose.arabic(), "ar");
        }
        json.writeEndArray();
    }

    private static void tagged(JsonGenerator json, String text, String language)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("@value", text);
        json.writeStringField("@language", language);
        json.writeEndObject();
    }

    private static void named(JsonGenerator json, String property, String type, String title)
            throws IOException {
        json.writeObjectFieldStart(property);
        json.writeStringField("@type", type);
        json.writeStringField("dct:title", title);
        json.writeEndObject();
    }

    private static void time(JsonGenerator json, String property, Instant at) throws IOException {
        json.writeObjectFieldStart(property);
        json.writeStringField("@value", at.toString());
        json.writeStringField("@type", "xsd:dateTime");
        json.writeEndObject();
    }

    /**
     * DCAT-AP 3.0.1: title, description and publisher are mandatory for a catalogue and a data set,
     * a name for an agent, an address for a distribution. A licence is nobody's to guess.
     */
    private static String dcat(List<Purpose> purposes) {
        return Twins.text(json -> {
            json.writeStartObject();
            json.writeObjectFieldStart("@context");
            json.writeStringField("dcat", "http://www.w3.org/ns/dcat#");
            json.writeStringField("dct", "http://purl.org/dc/terms/");
            json.writeStringField("foaf", "http://xmlns.com/foaf/0.1/");
            json.writeStringField("dpv", "https://w3id.org/dpv#");
            json.writeStringField("skos", "http://www.w3.org/2004/02/skos/core#");
            json.writeStringField("vcard", "http://www.w3.org/2006/vcard/ns#");
            json.writeStringField("xsd", "http://www.w3.org/2001/XMLSchema#");
            json.writeEndObject();
            json.writeStringField("@id", "/register/");
            json.writeStringField("@type", "dcat:Catalog");
            json.writeArrayFieldStart("dct:title");
            tagged(json, Language.EN.word("title"), "en");
            tagged(json, Language.AR.word("title"), "ar");
            json.writeEndArray();
            json.writeArrayFieldStart("dct:description");
            tagged(json, Language.EN.word("intro"), "en");
            tagged(json, Language.AR.word("intro"), "ar");
            json.writeEndArray();
            agent(json, "installation");
            json.writeObjectFieldStart("dcat:themeTaxonomy");
            json.writeStringField("@id", THEMES);
            json.writeStringField("@type", "skos:ConceptScheme");
            json.writeStringField("dct:title", "Data theme");
            json.writeEndObject();
            json.writeArrayFieldStart("dcat:dataset");
            for (Purpose each : purposes) {
                dataset(json, each);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static void dataset(JsonGenerator json, Purpose purpose) throws IOException {
        json.writeStartObject();
        json.writeStringField("@id", place(purpose) + "#uses");
        json.writeStringField("@type", "dcat:Dataset");
        json.writeArrayFieldStart("dct:title");
        tagged(json, "Uses under " + purpose.id(), "en");
        json.writeEndArray();
        texts(json, purpose);
        agent(json, purpose.organisation());
        if (!purpose.contact().isBlank()) {
            json.writeObjectFieldStart("dcat:contactPoint");
            json.writeStringField("@type", "vcard:Kind");
            json.writeStringField("vcard:fn", purpose.contact());
            json.writeEndObject();
        }
        json.writeObjectFieldStart("dcat:theme");
        json.writeStringField("@id", THEMES + "/GOVE");
        json.writeStringField("@type", "skos:Concept");
        json.writeStringField("skos:prefLabel", "Government and public sector");
        json.writeEndObject();
        json.writeArrayFieldStart("dcat:keyword");
        for (String keyword : List.of(purpose.kind(), "transparency")) {
            tagged(json, keyword, "en");
        }
        json.writeEndArray();
        json.writeObjectFieldStart("dpv:hasPurpose");
        json.writeStringField("@id", Kind.iri(purpose.term()));
        json.writeEndObject();
        json.writeArrayFieldStart("dcat:distribution");
        json.writeStartObject();
        json.writeStringField("@type", "dcat:Distribution");
        json.writeObjectFieldStart("dcat:accessURL");
        json.writeStringField("@id", place(purpose));
        json.writeEndObject();
        json.writeObjectFieldStart("dcat:downloadURL");
        json.writeStringField("@id", place(purpose) + ".json");
        json.writeEndObject();
        json.writeObjectFieldStart("dcat:mediaType");
        json.writeStringField(
                "@id", "http://www.iana.org/assignments/media-types/application/json");
        json.writeStringField("@type", "dct:MediaType");
        json.writeEndObject();
        json.writeArrayFieldStart("dct:description");
        tagged(json, "What the purpose declares, and uses under it counted by day", "en");
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndArray();
        time(json, "dct:issued", purpose.created());
        json.writeEndObject();
    }

    private static void agent(JsonGenerator json, String name) throws IOException {
        json.writeObjectFieldStart("dct:publisher");
        json.writeStringField("@type", "foaf:Agent");
        json.writeStringField("foaf:name", name);
        json.writeEndObject();
    }

    /** The columns are the letters of Article 30(1). */
    private static String article30(List<Purpose> purposes) {
        StringBuilder csv = new StringBuilder();
        csv.append(
                "activity,controller,responsible office,contact,purpose,legal basis,categories of"
                        + " data subjects,categories of personal data,recipients,transfers to"
                        + " other places,ends,security measures,state\r\n");
        for (Purpose each : purposes) {
            List<String> cells =
                    List.of(
                            each.id(),
                            each.organisation(),
                            each.owner(),
                            each.contact(),
                            each.text(),
                            each.legalBasis(),
                            each.classes().isEmpty() ? "none" : NOT_SAID,
                            each.classes().isEmpty() ? "none" : String.join(" ", each.classes()),
                            NOT_SAID,
                            "only inside the zones " + String.join(" ", each.zones()),
                            each.expires().equals(Instant.MAX)
                                    ? "never"
                                    : each.expires().toString(),
                            "encrypted at rest; every use recorded in a log that outsiders check",
                            each.withdrawn() ? "withdrawn" : "registered");
            csv.append(String.join(",", cells.stream().map(Exports::cell).toList())).append("\r\n");
        }
        return csv.toString();
    }

    /** RFC 4180; and what a spreadsheet would take for a formula is none. */
    private static String cell(String text) {
        boolean formula = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0;
        return '"' + (formula ? "'" : "") + text.replace("\"", "\"\"") + '"';
    }

    private static String algorithms(List<Purpose> purposes, Instant now) {
        return Twins.text(json -> {
            json.writeStartArray();
            for (Purpose each : purposes) {
                if (each.algorithm().isPresent()) {
                    algorithm(json, each, each.algorithm().get(), now);
                }
            }
            json.writeEndArray();
        });
    }

    /**
     * All required attributes, and what else is known. Texts that nobody wrote say so; what the
     * standard gives a list to choose from is said with the purpose and never guessed.
     */
    private static void algorithm(
            JsonGenerator json, Purpose purpose, Algorithm algorithm, Instant now)
            throws IOException {
        boolean ended = purpose.withdrawn() || !purpose.expires().isAfter(now);
        String classes =
                purpose.classes().isEmpty()
                        ? "data that concern nobody"
                        : String.join(", ", purpose.classes());
        json.writeStartObject();
        json.writeStringField("name", purpose.id());
        json.writeStringField("description_short", purpose.text());
        json.writeStringField("organization", purpose.organisation());
        json.writeStringField("department", purpose.owner());
        json.writeStringField("contact_email", purpose.contact());
        json.writeStringField("area", String.join(", ", purpose.zones()));
        json.writeStringField("domain", "generic");
        json.writeStringField("status", ended ? "retired" : "operational");
        json.writeStringField(
                "remark", "Made from the register of purposes; its page: " + place(purpose));
        json.writeStringField("decision_making_process", NOT_SAID);
        json.writeStringField("goal", purpose.text());
        json.writeStringField("impact", NOT_SAID);
        json.writeStringField("risks", NOT_SAID);
        json.writeStringField("risk_category", algorithm.risk() + " risk");
        json.writeStringField("algorithm_type", algorithm.type());
        json.writeStringField("type", algorithm.use());
        json.writeStringField("proportionality", NOT_SAID);
        json.writeStringField("lawful_basis", purpose.legalBasis());
        json.writeStringField("training_data", NOT_SAID);
        json.writeStringField("source_data", classes);
        json.writeStringField("connected_data_sources", NOT_SAID);
        json.writeStringField("description", purpose.text());
        json.writeStringField(
                "monitoring", "every use is counted and can be checked: " + place(purpose));
        json.writeStringField("human_intervention", NOT_SAID);
        json.writeStringField("objection_procedure", "write to " + purpose.contact());
        json.writeStringField("standard_version", "0.3.1");
        json.writeStringField(
                "uuid",
                UUID.nameUUIDFromBytes(place(purpose).getBytes(StandardCharsets.UTF_8)).toString());
        json.writeStringField("lang", "en");
        String made = purpose.created().toString().substring(0, 10);
        json.writeStringField("publication_date", made);
        json.writeStringField("last_change_date", made);
        json.writeStringField(
                "revision_date",
                purpose.expires().equals(Instant.MAX)
                        ? made
                        : purpose.expires().toString().substring(0, 10));
        json.writeEndObject();
    }
}
