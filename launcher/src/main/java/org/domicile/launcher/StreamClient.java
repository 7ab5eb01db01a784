package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Streams of a running server over HTTP, as one credential: each request is a use of whoever has
 * it, under its purpose.
 */
final class StreamClient implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final int LARGEST_ANSWER = 16 << 20;

    private final HttpClient http;
    private final URI endpoint;
    private final String login;

    /**
     * @param endpoint of the web listener
     * @param ca file of certificates to trust instead of the system's
     */
    StreamClient(URI endpoint, FirstCredential credential, Optional<Path> ca) {
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(10));
        ca.map(Authorities::trusted).ifPresent(builder::sslContext);
        this.http = builder.build();
        this.endpoint = endpoint;
        this.login =
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (credential.accessKey() + ":" + credential.secret())
                                                .getBytes(UTF_8));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(endpoint.resolve("/streams/" + path))
                .header("Authorization", login);
    }

    /** An answer. @param body empty for none @throws Problem with the server's sentence */
    Json.Row ask(String method, String path, String body) throws IOException {
        HttpRequest.Builder request = request(path).timeout(LONGEST);
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
        HttpResponse<InputStream> response = sent(request);
        byte[] answer;
        try (InputStream in = response.body()) {
            answer = in.readNBytes(LARGEST_ANSWER);
        }
        if (response.statusCode() / 100 != 2) {
            throw refused(response.statusCode(), answer);
        }
        return answer.length == 0 ? Json.row() : AdminClient.parse(answer);
    }

    /** Lines of an answer that need not end. */
    void lines(String path, Consumer<String> line) throws IOException {
        HttpResponse<InputStream> response =
                sent(request(path).header("Accept", "application/x-ndjson").GET().build());
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

    private HttpResponse<InputStream> sent(HttpRequest request) throws IOException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (java.net.ConnectException e) {
            throw Problem.nothingAt(endpoint);
        } catch (javax.net.ssl.SSLHandshakeException e) {
            throw Problem.untrusted(endpoint, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** What an answer, or the last line of one, says of why there is no more. */
    static Problem refused(int status, byte[] answer) {
        try {
            String sentence = Json.object(answer).text("sentence");
            if (!sentence.isEmpty()) {
                return new Problem(sentence);
            }
        } catch (IOException e) {
            // It is said below: an answer that is no JSON comes from something else than our door.
        }
        return new Problem("the server answered with status " + status);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
