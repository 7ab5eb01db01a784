package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Streams of a running server over HTTP, as one credential: each request is a use of whoever has
 * it, under its purpose.
 */
final class StreamClient implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofMinutes(3);
    private static final int LARGEST_ANSWER = 16 << 20;

    private final ServerHttp server;
    private final FirstCredential credential;
    private final String root;

    /**
     * @param endpoint of the web listener
     * @param ca file of certificates to trust instead of the system's
     */
    StreamClient(URI endpoint, FirstCredential credential, Optional<Path> ca) {
        this(endpoint, "/streams/", credential, ca);
    }

    /** The same for what lies beside. @param root below which it is */
    StreamClient(URI endpoint, String root, FirstCredential credential, Optional<Path> ca) {
        this.server = new ServerHttp(endpoint, ca);
        this.credential = credential;
        this.root = root;
    }

    private HttpRequest.Builder request(String path) {
        return below(root + path);
    }

    private HttpRequest.Builder below(String path) {
        return server.to(path, credential);
    }

    /** An answer. @param body empty for none @throws Problem with the server's sentence */
    Json.Row ask(String method, String path, String body) throws IOException {
        return asked(request(path), method, body);
    }

    /** The same of schemas. */
    Json.Row schemas(String method, String path, String body) throws IOException {
        return asked(below("/schemas/" + path), method, body);
    }

    /**
     * What came back.
     *
     * @param row empty unless it is an object, and no error @param why it is an error; empty when
     *     it is none
     */
    record Looked(int status, Json.Row row, String why) {}

    /** Asks for something that need not be there, or that is no object. @param path whole */
    Looked look(String method, String path) throws IOException {
        HttpResponse<InputStream> response =
                server.send(
                        below(path)
                                .timeout(LONGEST)
                                .method(method, HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = response.body()) {
            byte[] answer = in.readNBytes(LARGEST_ANSWER);
            int status = response.statusCode();
            if (status / 100 != 2) {
                return new Looked(
                        status, Json.row(), String.valueOf(refused(status, answer).getMessage()));
            }
            boolean found = answer.length > 0 && answer[0] == '{';
            return new Looked(status, found ? AdminClient.parse(answer) : Json.row(), "");
        }
    }

    /** An answer that is an array of texts. */
    List<String> texts(String path) throws IOException {
        HttpResponse<InputStream> response =
                server.send(
                        request(path).timeout(LONGEST).GET().build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = response.body()) {
            byte[] answer = in.readNBytes(LARGEST_ANSWER);
            if (response.statusCode() != 200) {
                throw refused(response.statusCode(), answer);
            }
            String object = "{\"all\":" + new String(answer, UTF_8) + "}";
            return AdminClient.parse(object.getBytes(UTF_8)).texts("all");
        }
    }

    private Json.Row asked(HttpRequest.Builder request, String method, String body)
            throws IOException {
        request.timeout(LONGEST);
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        request.method(
                method,
                body.isEmpty()
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(body));
        return answered(request.build());
    }

    /** Publishes what a file or the input holds. */
    Json.Row publish(String path, String type, byte[] body) throws IOException {
        return answered(
                request(path)
                        .timeout(LONGEST)
                        .header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build());
    }

    private Json.Row answered(HttpRequest request) throws IOException {
        return server.ask(request, LARGEST_ANSWER, StreamClient::sentence);
    }

    /** Lines of an answer that need not end. */
    void lines(String path, Consumer<String> line) throws IOException {
        HttpResponse<InputStream> response =
                server.send(
                        request(path).header("Accept", "application/x-ndjson").GET().build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = response.body()) {
            if (response.statusCode() != 200) {
                throw refused(response.statusCode(), in.readNBytes(LARGEST_ANSWER));
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(in, UTF_8));
            for (String each = reader.readLine(); each != null; each = reader.readLine()) {
                if (!each.isEmpty()) {
                    line.accept(each);
                }
            }
        }
    }

    /** What an answer, or the last line of one, says of why there is no more. */
    static Problem refused(int status, byte[] answer) {
        return Problem.answered(status, answer, StreamClient::sentence);
    }

    private static String sentence(Json.Row answer) {
        return answer.text("sentence") + answer.text("message");
    }

    @Override
    public void close() {
        server.close();
    }
}
