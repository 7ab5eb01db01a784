package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.domicile.s3client.S3Signature;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ways to files of tables that are not one's own, over the S3 door and the catalog: with the
 * session of another table, with an ordinary credential, with what the catalog signs, and with
 * nothing. Each is first asked where it is allowed, and works.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TableEscapesTest {
    private static final String SECRET = "the-secret-of-the-other-table";

    /** WHO | METHOD TARGET | HEADERS | BODY; the control and the attempt differ by words alone. */
    private static final String LIST =
            """
            session | GET /{bucket}/{id}/data/f
            session | HEAD /{bucket}/{id}/data/f
            session | GET /{bucket}/{id}/data/f | range: bytes=0-3
            session | PUT /{bucket}/{id}/data/new |  | planted
            session | PUT /{bucket}/{id}/data/f |  | planted
            session | GET /{bucket}?list-type=2&prefix={id}%2F
            session | GET /{bucket}?prefix={id}%2F
            session | GET /{bucket}?delimiter=%2F&list-type=2&prefix={id}%2F
            session | POST /{bucket}/{id}/data/parts?uploads=
            session | PUT /{bucket}/{own}/data/copied | x-amz-copy-source: /{bucket}/{id}/data/f
            session | PUT /{bucket}/{own}/data/copied | x-amz-copy-source: {bucket}/{id}/data/f
            session | PUT /{bucket}/{id}/data/into | x-amz-copy-source: /{bucket}/{own}/data/f
            session | POST /{bucket}?delete= |  | <Delete><Object><Key>{id}/data/gone</Key></Object></Delete>
            session | DELETE /{bucket}/{id}/data/removed
            signed | GET /{bucket}/{id}/data/f
            signed | HEAD /{bucket}/{id}/data/f
            signed | PUT /{bucket}/{id}/data/new
            signed | DELETE /{bucket}/{id}/data/new
            signed | GET /{bucket}?list-type=2&prefix={id}%2F
            signed | POST /{bucket}/{id}/data/parts?uploads=
            reader | GET /{bucket}/{id}/data/f
            reader | GET /{bucket}?list-type=2&prefix={id}%2F
            """;

    /** What nobody may, and its like that may be done elsewhere. WHO | METHOD TARGET | like it */
    private static final String NEVER =
            """
            session | GET /{bucket}/{own}/../{id}/data/f | GET /{bucket}/{own}/data/f
            session | GET /{bucket}/{own}/%2E%2E/{id}/data/f | GET /{bucket}/{own}/data/f
            session | GET /{bucket}/{own}%2F..%2F{id}%2Fdata%2Ff | GET /{bucket}/{own}%2Fdata%2Ff
            session | GET /{bucket}//{id}/data/f | GET /{bucket}/{own}/data/f
            session | GET /{bucket}/./{id}/data/f | GET /{bucket}/{own}/data/f
            session | GET /{bucket}/{ID}/data/f | GET /{bucket}/{own}/data/f
            session | GET /{bucket}?list-type=2 | GET /{bucket}?list-type=2&prefix={own}%2F
            session | GET /{bucket}?delimiter=%2F&list-type=2 | GET /{bucket}?list-type=2&prefix={own}%2F
            session | GET /{bucket}?list-type=2&prefix={half} | GET /{bucket}?list-type=2&prefix={own}%2F
            session | GET /{bucket}?prefix={id}%2F&versions= | GET /{bucket}?list-type=2&prefix={own}%2F
            session | GET /{bucket}?prefix={id}%2F&uploads= | GET /{bucket}?list-type=2&prefix={own}%2F
            session | GET /{bucket}?policy= | GET /{bucket}?list-type=2&prefix={own}%2F
            session | GET /{bucket}?acl= | GET /{bucket}?list-type=2&prefix={own}%2F
            session | PUT /{bucket}?versioning= | PUT /{bucket}/{own}/data/new
            session | DELETE /{bucket} | DELETE /{bucket}/{own}/data/new
            session | GET /ordinary/o | GET /{bucket}/{own}/data/f
            session | PUT /ordinary/planted | PUT /{bucket}/{own}/data/new
            session | GET /ordinary?list-type=2 | GET /{bucket}?list-type=2&prefix={own}%2F
            session | PUT /made-by-a-session | PUT /{bucket}/{own}/data/new
            session | GET / | GET /{bucket}/{own}/data/f
            session | catalog GET namespaces | GET /{bucket}/{own}/data/f
            session | catalog GET namespaces/travel/tables/other | GET /{bucket}/{own}/data/f
            session | catalog GET namespaces/travel/tables/other/credentials | GET /{bucket}/{own}/data/f
            session | catalog DELETE namespaces/travel/tables/other | GET /{bucket}/{own}/data/f
            reader | PUT /{bucket}/{own}/data/new | GET /{bucket}/{own}/data/f
            reader | DELETE /{bucket}/{own}/data/f | GET /{bucket}/{own}/data/f
            reader | POST /{bucket}/{own}/data/parts?uploads= | GET /{bucket}/{own}/data/f
            broken | GET /{bucket}/{own}/data/f | session GET /{bucket}/{own}/data/f
            swapped | GET /{bucket}/{own}/data/f | session GET /{bucket}/{own}/data/f
            tokenless | GET /{bucket}/{own}/data/f | session GET /{bucket}/{own}/data/f
            plain | GET /{bucket}/{own}/data/f | GET /ordinary/o
            plain | HEAD /{bucket}/{own}/data/f | HEAD /ordinary/o
            plain | PUT /{bucket}/{own}/data/new | PUT /ordinary/new
            plain | DELETE /{bucket}/{own}/data/f | DELETE /ordinary/new
            plain | GET /{bucket}?list-type=2 | GET /ordinary?list-type=2
            plain | GET /{bucket}?versions= | GET /ordinary?versions=
            plain | GET /{bucket}?uploads= | GET /ordinary?uploads=
            plain | POST /{bucket}/{own}/data/parts?uploads= | POST /ordinary/parts?uploads=
            plain | HEAD /{bucket} | HEAD /ordinary
            plain | GET /{bucket}?acl= | GET /ordinary?acl=
            plain | GET /{bucket}?versioning= | GET /ordinary?versioning=
            plain | GET /{bucket}?location= | GET /ordinary?location=
            plain | GET /{bucket}/{own}/data/f?tagging= | GET /ordinary/o?tagging=
            plain | GET /{bucket}/{own}/data/f?acl= | GET /ordinary/o?acl=
            plain | DELETE /{bucket} | DELETE /ordinary/new
            stranger | GET /{bucket}/{own}/data/f | session GET /{bucket}/{own}/data/f
            stranger | GET /{bucket}?list-type=2 | session GET /{bucket}?list-type=2&prefix={own}%2F
            stranger | PUT /{bucket}/{own}/data/new | session PUT /{bucket}/{own}/data/new
            signed | GET /{bucket}/{own}/../{id}/data/f | GET /{bucket}/{own}/data/f
            signed | GET /{bucket}/{own}/%2e%2e/{id}/data/f | GET /{bucket}/{own}/data/f
            signed | GET /{bucket}/{id}%2Fdata%2Ff | GET /{bucket}/{own}/data/f
            signed | GET /{bucket} | GET /{bucket}/{own}/data/f
            signed | GET /{bucket}?list-type=2 | GET /{bucket}?list-type=2&prefix={own}%2F
            signed | GET /ordinary/o | GET /{bucket}/{own}/data/f
            signed | PUT /ordinary/planted | PUT /{bucket}/{own}/data/new
            signed | DELETE /{bucket} | DELETE /{bucket}/{own}/data/new
            signed | GET / | GET /{bucket}/{own}/data/f
            """;

    @TempDir static Path folder;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Rig rig;
    private Cloud cloud;
    private String files = "";
    private String web = "";
    private FirstCredential first = new FirstCredential("", "", "");
    private final Map<String, String> words = new HashMap<>();
    private Session writing = new Session("", "", "");
    private Session others = new Session("", "", "");
    private Session reading = new Session("", "", "");

    /** Keys of a table session. */
    private record Session(String key, String secret, String token) {}

    /** What came back. */
    private record Reply(int status, String text) {
        boolean done() {
            return status / 100 == 2 && !text.contains("<Error>") && !text.contains("\"error\"");
        }
    }

    @BeforeAll
    void open() throws Exception {
        rig = new Rig(folder);
        cloud = rig.open();
        first = FirstCredential.read(rig.firstCredential()).orElseThrow();
        Endpoints server = Endpoints.on(new Folder(rig.data()));
        files = server.s3();
        web = String.valueOf(server.urls().get("web"));
        assertTrue(ask("plain", "PUT", "/ordinary", "", "").done());
        assertTrue(ask("plain", "PUT", "/ordinary/o", "", "ordinary").done());
        assertTrue(catalog("plain", "POST", "namespaces", "{\"namespace\":[\"travel\"]}").done());
        String own = made("own");
        String other = made("other");
        String at = own.substring("s3://".length());
        words.put("bucket", at.substring(0, at.indexOf('/')));
        words.put("own", at.substring(at.indexOf('/') + 1));
        words.put("id", other.substring(other.lastIndexOf('/') + 1));
        words.put("ID", words.get("id").toUpperCase(java.util.Locale.ROOT));
        words.put("half", words.get("id").substring(0, 4));
        writing = session("plain", "own");
        others = session("plain", "other");
        Rig.Ran made =
                rig.run(
                        "credential",
                        "create",
                        "--principal",
                        principal(),
                        "--purpose",
                        "first-steps",
                        "--action",
                        "iceberg:Load*,s3:GetObject,s3:ListBucket",
                        "--json");
        assertEquals(0, made.code(), made.err());
        Json.Row credential = made.rows().getFirst();
        plainReader = new Session(credential.text("accessKey"), credential.text("secret"), "");
        reading = session("may-read", "own");
        put("own", writing);
        put("other", others);
    }

    private Session plainReader = new Session("", "", "");

    private String principal() throws IOException {
        return rig.run("principal", "list", "--json").rows().stream()
                .filter(row -> row.text("organisation").equals("main"))
                .findFirst()
                .orElseThrow()
                .text("name");
    }

    private void put(String table, Session session) throws Exception {
        String id = table.equals("own") ? "{own}" : "{id}";
        String content = table.equals("own") ? "its own" : SECRET;
        for (String name : List.of("f", "removed", "gone")) {
            Reply reply =
                    send(
                            session,
                            "PUT",
                            filled("/{bucket}/" + id + "/data/" + name),
                            Map.of(),
                            content);
            assertTrue(reply.done(), reply::toString);
        }
    }

    private String made(String table) throws Exception {
        Reply reply =
                catalog(
                        "plain",
                        "POST",
                        "namespaces/travel/tables",
                        "{\"name\":\""
                                + table
                                + "\",\"schema\":{\"type\":\"struct\",\"schema-id\":0,\"fields\":[{\"id\":1,\"name\":\"n\",\"required\":false,\"type\":\"long\"}]}}");
        assertTrue(reply.done(), reply::toString);
        return within(reply.text(), "location");
    }

    private static String within(String json, String name) {
        String before = "\"" + name + "\":\"";
        int from = json.indexOf(before) + before.length();
        return json.substring(from, json.indexOf('"', from));
    }

    private Session session(String who, String table) throws Exception {
        Reply reply = catalog(who, "GET", "namespaces/travel/tables/" + table + "/credentials", "");
        assertTrue(reply.done(), reply::toString);
        return new Session(
                within(reply.text(), "s3.access-key-id"),
                within(reply.text(), "s3.secret-access-key"),
                within(reply.text(), "s3.session-token"));
    }

    @AfterAll
    void close() {
        http.shutdownNow();
        cloud.close();
    }

    private String filled(String text) {
        String filled = text;
        for (Map.Entry<String, String> word : words.entrySet()) {
            filled = filled.replace("{" + word.getKey() + "}", word.getValue());
        }
        return filled;
    }

    // ---- asking ----

    private Reply ask(String who, String method, String target, String headers, String body)
            throws IOException, InterruptedException {
        Map<String, String> all = new TreeMap<>();
        if (!headers.isBlank()) {
            int colon = headers.indexOf(": ");
            all.put(headers.substring(0, colon).strip(), headers.substring(colon + 2).strip());
        }
        return switch (who) {
            case "plain" ->
                    send(
                            new Session(first.accessKey(), first.secret(), ""),
                            method,
                            target,
                            all,
                            body);
            case "session" -> send(writing, method, target, all, body);
            case "reader" -> send(reading, method, target, all, body);
            case "broken" ->
                    send(
                            new Session(
                                    writing.key(),
                                    writing.secret(),
                                    writing.token().substring(0, writing.token().length() - 4)
                                            + "AAAA"),
                            method,
                            target,
                            all,
                            body);
            case "swapped" ->
                    send(
                            new Session(writing.key(), writing.secret(), others.token()),
                            method,
                            target,
                            all,
                            body);
            case "tokenless" ->
                    send(
                            new Session(writing.key(), writing.secret(), ""),
                            method,
                            target,
                            all,
                            body);
            case "stranger" -> raw(files, method, target, all, body);
            case "signed" -> signed(method, target, all, body);
            default -> throw new IllegalArgumentException(who);
        };
    }

    private Reply send(
            Session session, String method, String target, Map<String, String> headers, String body)
            throws IOException, InterruptedException {
        return raw(
                files,
                method,
                target,
                signature(files, session, method, target, headers, body),
                body);
    }

    private static Map<String, String> signature(
            String endpoint,
            Session session,
            String method,
            String target,
            Map<String, String> headers,
            String body) {
        int mark = target.indexOf('?');
        Map<String, String> all = new TreeMap<>(headers);
        if (!session.token().isEmpty()) {
            all.put("x-amz-security-token", session.token());
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        if (method.equals("POST") && target.contains("?delete=")) {
            all.put(
                    "content-md5",
                    Base64.getEncoder().encodeToString(S3Signature.digest("MD5").digest(bytes)));
        }
        return new S3Signature(session.key(), session.secret(), "home")
                .sign(
                        method,
                        URI.create(endpoint).getRawAuthority(),
                        mark < 0 ? target : target.substring(0, mark),
                        mark < 0 ? "" : target.substring(mark + 1),
                        all,
                        S3Signature.hex(S3Signature.sha256(bytes)),
                        Instant.now());
    }

    private Reply raw(
            String endpoint, String method, String target, Map<String, String> headers, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(endpoint + target))
                        .method(
                                method,
                                body.isEmpty()
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        HttpResponse<InputStream> response =
                http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = response.body()) {
            return new Reply(
                    response.statusCode(),
                    new String(in.readNBytes(1 << 20), StandardCharsets.UTF_8));
        }
    }

    private Reply catalog(String who, String method, String path, String body)
            throws IOException, InterruptedException {
        Session session =
                switch (who) {
                    case "session" -> writing;
                    case "may-read" -> plainReader;
                    default -> new Session(first.accessKey(), first.secret(), "");
                };
        String target = "/iceberg/v1/" + path;
        return raw(
                web, method, target, signature(web, session, method, target, Map.of(), body), body);
    }

    /** The catalog signs it for the table {@code own}, and it is sent as it was signed. */
    private Reply signed(String method, String target, Map<String, String> headers, String body)
            throws IOException, InterruptedException {
        Reply signature =
                catalog(
                        "plain",
                        "POST",
                        "namespaces/travel/tables/own/sign",
                        "{\"region\":\"home\",\"method\":\"%s\",\"uri\":\"%s\",\"headers\":{}}"
                                .formatted(method, files + target));
        if (!signature.done()) {
            return signature;
        }
        Map<String, String> all = new TreeMap<>(headers);
        Json.object(signature.text().getBytes(StandardCharsets.UTF_8))
                .row("headers")
                .fields()
                .forEach((name, value) ->
                        all.put(
                                name,
                                value instanceof List<?> list
                                        ? String.valueOf(list.getFirst())
                                        : String.valueOf(value)));
        return raw(files, method, target, all, body);
    }

    // ---- the lists ----

    @Test
    void noneReachesAnotherTable() throws Exception {
        List<String> through = new ArrayList<>();
        List<String> idle = new ArrayList<>();
        int count = 0;
        for (String line : LIST.lines().toList()) {
            count++;
            String[] parts = line.split(" \\| ", -1);
            String headers = parts.length > 2 ? parts[2] : "";
            String body = parts.length > 3 ? parts[3] : "";
            String request = parts[1];
            String id = words.get("id");
            words.put("id", String.valueOf(words.get("own")));
            Reply control = asked(parts[0], request, headers, body);
            words.put("id", String.valueOf(id));
            if (!control.done()) {
                idle.add(line + ": " + control);
            }
            Reply tried = asked(parts[0], request, headers, body);
            if (tried.done() || tried.text().contains(SECRET)) {
                through.add(line + ": " + tried);
            }
        }
        assertEquals(List.of(), through);
        assertEquals(List.of(), idle, "these do not work on one's own table either");
        assertTrue(count >= 20, count + " attempts");
        untouched();
    }

    private Reply asked(String who, String request, String headers, String body)
            throws IOException, InterruptedException {
        int space = request.indexOf(' ');
        return ask(
                who,
                request.substring(0, space),
                filled(request.substring(space + 1)),
                filled(headers),
                filled(body));
    }

    @Test
    void whatNobodyMayIsRefused() throws Exception {
        List<String> through = new ArrayList<>();
        List<String> idle = new ArrayList<>();
        int count = 0;
        for (String line : NEVER.lines().toList()) {
            count++;
            String[] parts = line.split(" \\| ", -1);
            String like = parts[2];
            boolean named = like.startsWith("session ");
            Reply control =
                    asked(
                            named ? "session" : parts[0],
                            named ? like.substring("session ".length()) : like,
                            "",
                            "");
            if (!control.done()) {
                idle.add(line + ": " + control);
            }
            Reply tried;
            if (parts[1].startsWith("catalog ")) {
                String[] call = parts[1].split(" ", 3);
                tried = catalog(parts[0], call[1], filled(call[2]), "");
            } else {
                tried = asked(parts[0], parts[1], "", "");
            }
            if (tried.done() || tried.text().contains(SECRET)) {
                through.add(line + ": " + tried);
            }
        }
        assertEquals(List.of(), through);
        assertEquals(List.of(), idle, "controls that do not work");
        assertTrue(count >= 55, count + " attempts");
        untouched();
    }

    /** A name of S3 goes nowhere: dots in it are letters, and it lies below what it begins with. */
    @Test
    void aNameThatGoesUpStaysWhereItBegins() throws Exception {
        assertTrue(asked("session", "PUT /{bucket}/{own}/../{id}/data/f", "", "planted").done());
        untouched();
        assertEquals(
                "planted", asked("session", "GET /{bucket}/{own}/../{id}/data/f", "", "").text());
        assertTrue(asked("session", "DELETE /{bucket}/{own}/../{id}/data/f", "", "").done());
        untouched();
    }

    /** What the other table's own session finds is what it wrote. */
    private void untouched() throws Exception {
        for (String name : List.of("f", "removed", "gone")) {
            Reply reply = send(others, "GET", filled("/{bucket}/{id}/data/" + name), Map.of(), "");
            assertEquals(SECRET, reply.text());
        }
        Reply listed =
                send(
                        others,
                        "GET",
                        "/"
                                + words.get("bucket")
                                + "?list-type=2&prefix="
                                + URLEncoder.encode(
                                        words.get("id") + "/data/", StandardCharsets.UTF_8),
                        Map.of(),
                        "");
        assertTrue(listed.text().contains("<KeyCount>3</KeyCount>"), listed::toString);
    }
}
