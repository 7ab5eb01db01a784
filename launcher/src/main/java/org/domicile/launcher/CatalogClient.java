package org.domicile.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.domicile.s3client.S3Signature;

/**
 * As much of the Iceberg REST catalog as our commands need, with what is ours of it. Each request
 * is signed by one credential, so each is a use of whoever has it, under its purpose.
 */
final class CatalogClient implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final int LARGEST_ANSWER = 256 << 20;

    /** Between levels of a namespace, as the specification has it. */
    private static final String SEPARATOR = "%1F";

    private final HttpClient http;
    private final URI endpoint;
    private final S3Signature signature;
    private final InstantSource clock;

    /**
     * @param endpoint of the web listener
     * @param ca file of certificates to trust instead of the system's
     */
    CatalogClient(URI endpoint, S3Signature signature, InstantSource clock, Optional<Path> ca) {
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(10));
        ca.map(Authorities::trusted).ifPresent(builder::sslContext);
        this.http = builder.build();
        this.endpoint = endpoint;
        this.signature = signature;
        this.clock = clock;
    }

    /** The path of a namespace. */
    static String namespace(List<String> levels) {
        return "namespaces/"
                + String.join(SEPARATOR, levels.stream().map(CatalogClient::part).toList());
    }

    /** The path of a table or view. @param kind tables or views */
    static String entry(DottedName name, String kind) {
        return namespace(name.outer()) + "/" + kind + "/" + part(name.last());
    }

    /** One step of a path, encoded. */
    private static String part(String text) {
        return S3Signature.encode(text, "");
    }

    /** What is asked. @param query names and values */
    record Call(String method, String path, SortedMap<String, String> query, String body) {
        /** Without a body. @param query names and values in turn; empty values are left out */
        static Call of(String method, String path, String... query) {
            SortedMap<String, String> pairs = new TreeMap<>();
            for (int i = 0; i < query.length; i += 2) {
                if (!query[i + 1].isEmpty()) {
                    pairs.put(query[i], query[i + 1]);
                }
            }
            return new Call(method, path, pairs, "");
        }

        /** With one. */
        static Call with(String path, Json.Row body) {
            return new Call("POST", path, new TreeMap<>(), body.line());
        }
    }

    /** An answer; an empty object when there is none. @throws Problem with the server's sentence */
    Json.Row ask(Call call) throws IOException {
        byte[] body = call.body().getBytes(StandardCharsets.UTF_8);
        String path = "/iceberg/v1/" + call.path();
        StringBuilder pairs = new StringBuilder();
        call.query()
                .forEach((name, value) ->
                        pairs.append(pairs.isEmpty() ? "" : "&")
                                .append(S3Signature.encode(name, ""))
                                .append('=')
                                .append(S3Signature.encode(value, "")));
        String authority = endpoint.getScheme() + "://" + endpoint.getRawAuthority();
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                URI.create(authority + path + (pairs.isEmpty() ? "" : "?" + pairs)))
                        .timeout(LONGEST)
                        .method(
                                call.method(),
                                body.length == 0
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofByteArray(body));
        signature
                .sign(
                        call.method(),
                        host(),
                        path,
                        pairs.toString(),
                        new TreeMap<>(),
                        S3Signature.hex(S3Signature.sha256(body)),
                        clock.instant())
                .forEach(request::header);
        return answered(request.build());
    }

    private Json.Row answered(HttpRequest request) throws IOException {
        try {
            HttpResponse<InputStream> response =
                    http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            byte[] answer;
            try (InputStream in = response.body()) {
                answer = in.readNBytes(LARGEST_ANSWER);
            }
            if (response.statusCode() / 100 != 2) {
                throw refused(response.statusCode(), answer);
            }
            return answer.length == 0 ? Json.row() : AdminClient.parse(answer);
        } catch (java.net.ConnectException e) {
            throw Problem.nothingAt(endpoint);
        } catch (javax.net.ssl.SSLHandshakeException e) {
            throw Problem.untrusted(endpoint, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static Problem refused(int status, byte[] answer) {
        try {
            String sentence = Json.object(answer).row("error").text("message");
            if (!sentence.isEmpty()) {
                return new Problem(sentence);
            }
        } catch (IOException e) {
            // It is said below: an answer that is no JSON comes from something else than our door.
        }
        return new Problem("the catalog answered with status " + status);
    }

    /** As the JDK's client sends it: without the port that the scheme means anyway. */
    private String host() {
        int port = endpoint.getPort();
        boolean usual = port == -1 || port == (endpoint.getScheme().equals("https") ? 443 : 80);
        return usual ? endpoint.getHost() : endpoint.getHost() + ":" + port;
    }

    /**
     * All pages of a list.
     *
     * @param field of an answer that holds the items
     */
    List<Object> all(String path, String field, String... query) throws IOException {
        List<Object> items = new ArrayList<>();
        String next = "";
        do {
            Call call = Call.of("GET", path, query);
            call.query().put("pageSize", "1000");
            call.query().put("pageToken", next);
            Json.Row page = ask(call);
            if (page.fields().get(field) instanceof List<?> list) {
                items.addAll(list);
            }
            next = page.text("next-page-token");
        } while (!next.isEmpty());
        return items;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
