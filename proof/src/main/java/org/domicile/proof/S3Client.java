package org.domicile.proof;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The few requests that a proof needs, each sent once: a client that repeats by itself would not
 * know what was acknowledged. Safe for concurrent use.
 */
final class S3Client implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** What came back whole. */
    record Answer(int status, Map<String, String> headers, byte[] body) {
        /** Organisation, node and number of the use, or empty. */
        String use() {
            return headers.getOrDefault("x-domicile-use", "");
        }

        String etag() {
            return headers.getOrDefault("etag", "");
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private final URI endpoint;
    private final Signature signature;
    private final HttpClient http;

    S3Client(URI endpoint, Signature signature) {
        this.endpoint = endpoint;
        this.signature = signature;
        this.http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(5))
                        .build();
    }

    /** One request of somebody without a credential. */
    Answer unsigned(String method, String path, Map<String, String> query, byte[] body)
            throws IOException, InterruptedException {
        return answer(method, target(path, query), Map.of(), body);
    }

    /**
     * Sends one request and reads the whole answer.
     *
     * @param path bucket and key, plain @param query plain
     * @throws IOException when no whole answer came: what was asked may have happened or not
     */
    Answer send(
            String method,
            String path,
            Map<String, String> query,
            Map<String, String> headers,
            byte[] body)
            throws IOException, InterruptedException {
        return answer(
                method,
                target(path, query),
                signature.headers(
                        method,
                        endpoint.getAuthority(),
                        encoded(path),
                        query,
                        headers,
                        body,
                        Instant.now()),
                body);
    }

    private static String encoded(String path) {
        return "/"
                + Arrays.stream(path.split("/", -1))
                        .map(Signature::encode)
                        .collect(Collectors.joining("/"));
    }

    private URI target(String path, Map<String, String> query) {
        return endpoint.resolve(
                encoded(path) + (query.isEmpty() ? "" : "?" + Signature.query(query)));
    }

    private Answer answer(String method, URI target, Map<String, String> headers, byte[] body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(target).timeout(PATIENCE);
        headers.forEach((name, value) -> {
            if (!name.equals("host")) {
                request.header(name, value);
            }
        });
        request.method(
                method,
                body.length == 0 && !method.equals("PUT") && !method.equals("POST")
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofByteArray(body));
        HttpResponse<byte[]> answer =
                http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        return new Answer(
                answer.statusCode(),
                answer.headers().map().entrySet().stream()
                        .collect(
                                Collectors.toMap(
                                        Map.Entry::getKey, each -> each.getValue().getFirst())),
                answer.body());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
