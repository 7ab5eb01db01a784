package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The schema of one stream's records, as commands ask for it. */
final class StreamSchema {
    private static final long LARGEST = 1 << 20;

    private final StreamClient client;
    private final String subject;

    StreamSchema(StreamClient client, String stream) {
        this.client = client;
        this.subject = "subjects/" + stream + "-value";
    }

    /** Whether it has none; false also where that is not told. */
    boolean isAbsent() throws IOException {
        return newestAt(client, subject).status() == 404;
    }

    /** Its language, version, id and text; empty when it has none, or none for this caller. */
    Optional<Json.Row> newest() throws IOException {
        StreamClient.Looked found = newestAt(client, subject);
        return found.status() == 403 ? Optional.empty() : newest(found);
    }

    /** The same of any subject. @throws Problem when it is not told, though there may be one */
    static Optional<Json.Row> newest(StreamClient client, String name) throws IOException {
        return newest(newestAt(client, "subjects/" + AdminClient.segment(name)));
    }

    private static StreamClient.Looked newestAt(StreamClient client, String subject)
            throws IOException {
        return client.look("GET", "/schemas/" + subject + "/versions/latest");
    }

    private static Optional<Json.Row> newest(StreamClient.Looked found) {
        if (found.status() == 404) {
            return Optional.empty();
        }
        if (found.status() != 200) {
            throw new Problem(found.why());
        }
        String language = found.row().text("schemaType");
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", language.isEmpty() ? "AVRO" : language);
        fields.put("version", found.row().number("version"));
        fields.put("id", found.row().number("id"));
        fields.put("schema", found.row().text("schema"));
        return Optional.of(new Json.Row(fields));
    }

    /** Registers what a file holds, by its name's end. */
    Json.Row register(Path file) throws IOException {
        return register(language(String.valueOf(file.getFileName())), text(file));
    }

    /** Registers a text. @param language as Confluent's registry calls it */
    Json.Row register(String language, String text) throws IOException {
        return client.schemas("POST", subject + "/versions", body(language, text));
    }

    private static String body(String language, String text) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("schemaType", language);
        body.put("schema", text);
        return new Json.Row(body).line();
    }

    /** Why what a file holds may not be the next version; empty when it may. */
    List<String> breaks(Path file) throws IOException {
        Json.Row told =
                client.schemas(
                        "POST",
                        "compatibility/" + subject + "/versions?verbose=true",
                        body(language(String.valueOf(file.getFileName())), text(file)));
        return told.texts("messages");
    }

    /** What a new version has to be able to do; empty where that is not told. */
    String level() throws IOException {
        String path = subject.replaceFirst("^subjects/", "/schemas/config/");
        return client.look("GET", path + "?defaultToGlobal=true").row().text("compatibilityLevel");
    }

    /** Takes back what was registered just now, where there was nothing before. */
    void remove() throws IOException {
        client.look("DELETE", "/schemas/" + subject);
    }

    private static String language(String name) {
        int dot = name.lastIndexOf('.');
        return switch (name.substring(dot + 1)) {
            case "avsc" -> "AVRO";
            case "json" -> "JSON";
            case "proto" -> "PROTOBUF";
            default ->
                    throw new Problem(
                            name
                                    + " does not say what it is: call it .avsc (Avro), .json (JSON"
                                    + " Schema) or .proto (Protobuf)");
        };
    }

    private static String text(Path file) throws IOException {
        try {
            if (Files.size(file) > LARGEST) {
                throw new Problem(file + " is too large for a schema");
            }
            return Files.readString(file, UTF_8);
        } catch (NoSuchFileException e) {
            throw new Problem("there is no file " + file);
        } catch (java.nio.charset.MalformedInputException e) {
            throw new Problem(file + " is not UTF-8");
        }
    }
}
