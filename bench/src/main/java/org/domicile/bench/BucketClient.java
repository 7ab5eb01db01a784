package org.domicile.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/** What is asked one at a time: to make a bucket, to list it. Owned by one thread. */
final class BucketClient implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int PAGE = 1_000;
    private static final String KEY = "<Key>";
    private static final String TOKEN = "<NextContinuationToken>";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Load.Target target;
    private final Signer signer;

    BucketClient(Load.Target target) {
        this.target = target;
        Load.Signing signing = target.signing().orElseThrow();
        this.signer = new Signer(signing.credential(), signing.region(), target.host());
    }

    /**
     * @throws IOException when the server refuses
     */
    void create(String bucket) throws IOException {
        ask("PUT", "/" + bucket, "");
    }

    /** One page of a listing. */
    private record Page(long keys, String next) {}

    /** Lists a bucket to its end, page after page; adds each page's time. Answers the keys seen. */
    long list(String bucket, Histogram pages) throws IOException {
        long keys = 0;
        String token = "";
        do {
            long begin = System.nanoTime();
            Page page = page(bucket, token);
            pages.add(System.nanoTime() - begin);
            keys += page.keys();
            token = page.next();
        } while (!token.isEmpty());
        return keys;
    }

    private Page page(String bucket, String token) throws IOException {
        String query =
                (token.isEmpty() ? "" : "continuation-token=" + Signer.encode(token) + "&")
                        + "list-type=2&max-keys="
                        + PAGE;
        String text = ask("GET", "/" + bucket, query);
        long keys = 0;
        for (int at = text.indexOf(KEY); at >= 0; at = text.indexOf(KEY, at + KEY.length())) {
            keys++;
        }
        int next = text.indexOf(TOKEN);
        return new Page(
                keys,
                next < 0
                        ? ""
                        : text.substring(next + TOKEN.length(), text.indexOf('<', next + 1))
                                .replace("&#x3D;", "=")
                                .replace("&#34;", "\"")
                                .replace("&quot;", "\"")
                                .replace("&amp;", "&"));
    }

    private String ask(String method, String path, String query) throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://"
                                                + target.host()
                                                + path
                                                + (query.isEmpty() ? "" : "?" + query)))
                        .timeout(LIMIT)
                        .method(method, HttpRequest.BodyPublishers.noBody());
        signer.headers(method, path, query, Signer.EMPTY, Instant.now())
                .lines()
                .filter(line -> !line.startsWith("Host:"))
                .forEach(line -> field(request, line));
        try {
            HttpResponse<String> answer =
                    client.send(
                            request.build(),
                            HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            if (answer.statusCode() / 100 != 2) {
                throw new IOException(
                        "%s %s at %s was answered with %d: %s"
                                .formatted(
                                        method,
                                        path,
                                        target.host(),
                                        answer.statusCode(),
                                        answer.body()));
            }
            return answer.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void field(HttpRequest.Builder request, String line) {
        int colon = line.indexOf(": ");
        request.header(line.substring(0, colon), line.substring(colon + 2));
    }

    @Override
    public void close() {
        client.close();
    }
}
