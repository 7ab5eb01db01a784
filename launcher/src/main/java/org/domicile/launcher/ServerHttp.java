package org.domicile.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.domicile.s3client.S3Signature;

/**
 * A server over HTTP, as our commands reach it. What stands in the way becomes a {@link Problem}
 * with a sentence: nothing answers there, or its certificate is not trusted. Safe for concurrent
 * use.
 */
final class ServerHttp implements AutoCloseable {
    private final URI endpoint;
    private final HttpClient http;

    /**
     * @param ca file of certificates to trust instead of the system's
     */
    ServerHttp(URI endpoint, Optional<Path> ca) {
        this.endpoint = endpoint;
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(10));
        ca.map(Authorities::trusted).ifPresent(builder::sslContext);
        this.http = builder.build();
    }

    /** A request. @param path from its first slash on, with the query, encoded */
    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(
                URI.create(endpoint.getScheme() + "://" + endpoint.getRawAuthority() + path));
    }

    /** A request that shows a secret: RFC 7617. @param path as of {@link #to(String)} */
    HttpRequest.Builder to(String path, FirstCredential as) {
        return to(path).header("Authorization", as.basic());
    }

    /**
     * The server as one credential, which signs each request to it.
     *
     * @param clock says when that is
     */
    record Signing(ServerHttp server, S3Signature signature, InstantSource clock)
            implements AutoCloseable {
        private static final Duration LONGEST = Duration.ofMinutes(10);

        /**
         * A request.
         *
         * @param path from its first slash on, encoded
         * @param query names and values as they are meant
         * @param headers by lower-case name
         */
        HttpRequest request(
                String method,
                String path,
                Map<String, String> query,
                Map<String, String> headers,
                S3Client.Payload payload) {
            StringBuilder pairs = new StringBuilder();
            new TreeMap<>(query)
                    .forEach((name, value) ->
                            pairs.append(pairs.isEmpty() ? "" : "&")
                                    .append(S3Signature.encode(name, ""))
                                    .append('=')
                                    .append(S3Signature.encode(value, "")));
            HttpRequest.Builder request =
                    server.to(path + (pairs.isEmpty() ? "" : "?" + pairs))
                            .timeout(LONGEST)
                            .method(method, payload.body());
            signature
                    .sign(
                            method,
                            server.host(),
                            path,
                            pairs.toString(),
                            headers,
                            payload.sha256(),
                            clock.instant())
                    .forEach(request::header);
            return request.build();
        }

        @Override
        public void close() {
            server.close();
        }
    }

    /** As the JDK's client sends it: without the port that the scheme means anyway. */
    private String host() {
        int port = endpoint.getPort();
        boolean usual = port == -1 || port == (endpoint.getScheme().equals("https") ? 443 : 80);
        return usual ? endpoint.getHost() : endpoint.getHost() + ":" + port;
    }

    /** Sends a request and takes what comes. @throws IOException when that breaks off */
    <B> HttpResponse<B> send(HttpRequest request, BodyHandler<B> handler) throws IOException {
        try {
            return http.send(request, handler);
        } catch (java.net.ConnectException e) {
            throw Problem.nothingAt(endpoint);
        } catch (javax.net.ssl.SSLHandshakeException e) {
            throw Problem.untrusted(endpoint, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /**
     * Sends a request and takes a JSON object.
     *
     * @param largest answer that is read, in bytes
     * @param sentence of an answer that is none of the 200s
     * @return an empty object when the answer is empty
     */
    Json.Row ask(HttpRequest request, int largest, Function<Json.Row, String> sentence)
            throws IOException {
        HttpResponse<InputStream> response = send(request, BodyHandlers.ofInputStream());
        byte[] answer;
        try (InputStream in = response.body()) {
            answer = in.readNBytes(largest);
        }
        if (response.statusCode() / 100 != 2) {
            throw Problem.answered(response.statusCode(), answer, sentence);
        }
        return answer.length == 0 ? Json.row() : AdminClient.parse(answer);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
