package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Confluent's API at a server that runs, and a stream's schema by command. */
@Timeout(120)
final class SchemaRegistryTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String AVRO =
            "{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"R\\\",\\\"fields\\\":[{\\\"name\\\":\\\"a\\\",\\\"type\\\":\\\"%s\\\"}]}";

    @TempDir private Path folder;
    private Rig rig;

    @BeforeEach
    void rig() {
        rig = new Rig(folder);
    }

    private HttpResponse<String> ask(String method, String path, String body) throws Exception {
        Endpoints server = Endpoints.on(new Folder(rig.data()));
        FirstCredential own = FirstCredential.read(server.firstCredential()).orElseThrow();
        String login = own.accessKey() + ":" + own.secret();
        return HTTP.send(
                HttpRequest.newBuilder(
                                URI.create(
                                        server.urls().getOrDefault("web", "") + "/schemas/" + path))
                        .header(
                                "Authorization",
                                "Basic "
                                        + Base64.getEncoder().encodeToString(login.getBytes(UTF_8)))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private void answers(String method, String path, String body, String answer) throws Exception {
        HttpResponse<String> response = ask(method, path, body);
        assertEquals("200 " + answer, response.statusCode() + " " + response.body(), path);
        assertEquals(
                "application/vnd.schemaregistry.v1+json",
                response.headers().firstValue("Content-Type").orElse(""));
    }

    private void fails(int status, int code, String method, String path, String body)
            throws Exception {
        HttpResponse<String> response = ask(method, path, body);
        Json.Row error = Json.object(response.body().getBytes(UTF_8));
        assertEquals(
                status + " " + code,
                response.statusCode() + " " + error.number("error_code"),
                path + " " + response.body());
        assertTrue(!error.text("message").isEmpty());
    }

    private static String schema(String type) {
        return "{\"schema\":\"" + AVRO.formatted(type) + "\"}";
    }

    @Test
    void confluentsApi() throws Exception {
        try (Cloud cloud = rig.open("kafka.listen=127.0.0.1:0")) {
            answers("GET", "subjects", "", "[]");
            answers("GET", "schemas/types", "", "[\"AVRO\",\"JSON\",\"PROTOBUF\"]");
            answers("GET", "mode", "", "{\"mode\":\"READWRITE\"}");
            answers(
                    "POST",
                    "subjects/a%2Fb-value/versions",
                    schema("int"),
                    "{\"id\":1,\"version\":1}");
            answers(
                    "POST",
                    "subjects/a%2Fb-value/versions",
                    schema("int"),
                    "{\"id\":1,\"version\":1}");
            answers("GET", "subjects/", "", "[\"a/b-value\"]");
            answers("GET", "subjects?subjectPrefix=b", "", "[]");
            answers(
                    "POST",
                    "subjects/a%2Fb-value",
                    schema("int"),
                    "{\"subject\":\"a/b-value\",\"id\":1,\"version\":1,\"schema\":\""
                            + AVRO.formatted("int")
                            + "\"}");
            answers("GET", "schemas/ids/1", "", "{\"schema\":\"" + AVRO.formatted("int") + "\"}");
            answers("GET", "schemas/ids/1/subjects", "", "[\"a/b-value\"]");
            answers(
                    "GET",
                    "schemas/ids/1/versions",
                    "",
                    "[{\"subject\":\"a/b-value\",\"version\":1}]");
            assertEquals(
                    AVRO.formatted("int").replace("\\", ""),
                    ask("GET", "subjects/a%2Fb-value/versions/latest/schema", "").body());
            answers(
                    "POST",
                    "compatibility/subjects/a%2Fb-value/versions/latest",
                    schema("long"),
                    "{\"is_compatible\":true}");
            assertTrue(
                    ask(
                                    "POST",
                                    "compatibility/subjects/a%2Fb-value/versions?verbose=true",
                                    schema("string"))
                            .body()
                            .startsWith("{\"is_compatible\":false,\"messages\":[\"It breaks"));
            fails(409, 409, "POST", "subjects/a%2Fb-value/versions", schema("string"));
            answers(
                    "PUT",
                    "config/a%2Fb-value",
                    "{\"compatibility\":\"none\"}",
                    "{\"compatibility\":\"NONE\"}");
            answers("GET", "config/a%2Fb-value", "", "{\"compatibilityLevel\":\"NONE\"}");
            answers(
                    "POST",
                    "subjects/a%2Fb-value/versions",
                    schema("string"),
                    "{\"id\":2,\"version\":2}");
            answers("GET", "subjects/a%2Fb-value/versions", "", "[1,2]");
            answers("DELETE", "config/a%2Fb-value", "", "{\"compatibilityLevel\":\"BACKWARD\"}");
            fails(404, 40408, "GET", "config/a%2Fb-value", "");
            answers(
                    "GET",
                    "config/a%2Fb-value?defaultToGlobal=true",
                    "",
                    "{\"compatibilityLevel\":\"BACKWARD\"}");
            answers("DELETE", "subjects/a%2Fb-value/versions/1", "", "1");
            fails(404, 40406, "DELETE", "subjects/a%2Fb-value/versions/1", "");
            fails(404, 40402, "GET", "subjects/a%2Fb-value/versions/1", "");
            assertEquals(
                    200,
                    ask("GET", "subjects/a%2Fb-value/versions/1?deleted=true", "").statusCode());
            fails(404, 40407, "DELETE", "subjects/a%2Fb-value/versions/2?permanent=true", "");
            answers("DELETE", "subjects/a%2Fb-value", "", "[2]");
            answers("DELETE", "subjects/a%2Fb-value?permanent=true", "", "[1,2]");
            fails(404, 40403, "GET", "schemas/ids/1", "");
            refusals();
        }
    }

    private void refusals() throws Exception {
        fails(404, 40401, "GET", "subjects/none/versions", "");
        fails(404, 40401, "GET", "subjects/none/versions/latest", "");
        fails(404, 40401, "POST", "subjects/none", schema("int"));
        fails(404, 40401, "DELETE", "subjects/none", "");
        fails(404, 40403, "GET", "schemas/ids/999", "");
        fails(404, 40403, "GET", "schemas/ids/99999999999", "");
        fails(422, 42202, "GET", "subjects/none/versions/0", "");
        fails(422, 42201, "POST", "subjects/none/versions", "{\"schema\":\"{\"}");
        fails(422, 42201, "POST", "subjects/none/versions", "[]");
        fails(422, 42201, "POST", "subjects/none/versions", "{");
        fails(422, 42201, "POST", "subjects/none/versions", "{}");
        fails(
                422,
                42201,
                "POST",
                "subjects/none/versions",
                "{\"schema\":\"{}\",\"schemaType\":\"XML\"}");
        fails(
                422,
                42201,
                "POST",
                "subjects/none/versions",
                "{\"schema\":\"{}\",\"schemaType\":\"JSON\",\"ruleSet\":{\"domainRules\":[]}}");
        fails(
                422,
                42205,
                "POST",
                "subjects/none/versions",
                "{\"schema\":\"{}\",\"schemaType\":\"JSON\",\"id\":7}");
        fails(
                422,
                42201,
                "POST",
                "subjects/none/versions",
                "{\"schema\":\"{}\",\"schemaType\":\"JSON\",\"references\":[{\"name\":\"a\",\"subject\":\"b\",\"version\":1}]}");
        fails(413, 413, "POST", "subjects/none/versions", "{\"schema\":\"" + " ".repeat(2 << 20));
        fails(422, 42203, "PUT", "config", "{\"compatibility\":\"SOME\"}");
        fails(422, 42208, "GET", "subjects/%00/versions", "");
        fails(405, 405, "PATCH", "subjects", "");
        fails(404, 404, "GET", "contexts", "");
    }

    private static void done(Rig.Ran ran) {
        assertEquals(0, ran.code(), ran.err());
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void aStreamIsMadeWithItsSchema() throws Exception {
        String one = AVRO.formatted("int").replace("\\", "");
        try (Cloud cloud = rig.open("kafka.listen=127.0.0.1:0")) {
            Rig.Ran none =
                    rig.run(
                            "stream",
                            "create",
                            "levels",
                            "--schema",
                            file("bad.json", "{\"type\":\"x\"}").toString());
            assertTrue(none.code() != 0 && none.err().contains("'type'"), none::err);
            assertEquals(0, rig.run("stream", "list", "--json").rows().size());
            Rig.Ran unnamed =
                    rig.run(
                            "stream",
                            "create",
                            "levels",
                            "--schema",
                            file("x.txt", one).toString());
            assertTrue(unnamed.err().contains(".avsc"), unnamed::err);
            done(
                    rig.run(
                            "stream",
                            "create",
                            "levels",
                            "--schema",
                            file("levels.avsc", one).toString()));
            assertTrue(
                    rig.run("stream", "show", "levels").out().contains("AVRO, version 1 (id 1)"));
            Rig.Ran breaks =
                    rig.run(
                            "stream",
                            "change",
                            "levels",
                            "--schema",
                            file("next.avsc", one.replace("int", "string")).toString());
            assertTrue(breaks.err().contains("breaks with version 1"), breaks::err);
            checks(one);
            done(
                    rig.run(
                            "stream",
                            "change",
                            "levels",
                            "--schema",
                            file("next.avsc", one.replace("int", "long")).toString()));
            Rig.Ran taken =
                    rig.run(
                            "stream",
                            "create",
                            "levels",
                            "--schema",
                            file("next.avsc", one.replace("int", "double")).toString());
            assertTrue(taken.err().contains("is there already"), taken::err);
            Json.Row listed = rig.run("schema", "list", "--json").rows().getFirst();
            assertEquals("levels-value", listed.text("subject"));
            assertEquals(2, listed.number("version"));
            assertTrue(rig.run("schema", "list").out().contains("levels-value"));
            Json.Row shown = rig.run("stream", "show", "levels", "--json").rows().getFirst();
            assertEquals(2, shown.row("schema").number("version"));
            assertEquals("AVRO", shown.row("schema").text("type"));
        }
    }

    private Rig.Ran check(String name, String text, String stream, String... more)
            throws IOException {
        List<String> words = new ArrayList<>(List.of("schema", "check"));
        words.addAll(List.of(file(name, text).toString(), "--stream", stream));
        words.addAll(List.of(more));
        return rig.run(words.toArray(String[]::new));
    }

    /** Whether one may follow is told before it is published, and nothing is. */
    private void checks(String one) throws IOException {
        Rig.Ran fits = check("next.avsc", one.replace("int", "long"), "levels");
        assertEquals(0, fits.code(), fits.err());
        assertTrue(fits.out().contains("may follow version 1 of levels (BACKWARD)"), fits::out);
        Rig.Ran not = check("next.avsc", one.replace("int", "string"), "levels");
        assertEquals(1, not.code());
        assertTrue(not.out().contains("It breaks with version 1, by BACKWARD"), not::out);
        Rig.Ran json = check("next.avsc", one.replace("int", "string"), "levels", "--json");
        assertEquals(1, json.code());
        Json.Row told = json.rows().getFirst();
        assertEquals(Boolean.FALSE, told.fields().get("fits"));
        assertTrue(told.texts("why").size() > 1, told::line);
        Rig.Ran first = check("first.proto", "syntax = \"proto3\"; message A {}", "other");
        assertTrue(first.out().contains("other has no schema yet"), first::out);
        Rig.Ran broken = check("broken.avsc", "{", "other");
        assertEquals(1, broken.code());
        assertTrue(broken.err().startsWith("domicile: "), broken::err);
        assertTrue(rig.run("stream", "show", "levels").out().contains("AVRO, version 1 (id 1)"));
    }
}
