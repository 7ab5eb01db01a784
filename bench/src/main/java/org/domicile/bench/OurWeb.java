package org.domicile.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;

/** What our server's web listener is asked with its first credential. */
final class OurWeb {
    private final Ours ours;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String login;

    OurWeb(Ours ours) throws IOException {
        this.ours = ours;
        this.login = login(ours);
    }

    /** The value of {@code Authorization}. */
    static String login(Ours ours) throws IOException {
        Signer.Credential credential = ours.credential();
        return "Basic "
                + Base64.getEncoder()
                        .encodeToString(
                                (credential.access() + ":" + credential.secret()).getBytes(UTF_8));
    }

    /** The same with JSON, or with nothing. */
    String ask(String method, String path, String body) throws IOException {
        return ask(method, path, "application/json", body.getBytes(UTF_8));
    }

    /** What it answers; another status than 2xx is thrown with it. */
    String ask(String method, String path, String type, byte[] body) throws IOException {
        try {
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(ours.web().resolve(path))
                                    .header("Authorization", login)
                                    .header("Content-Type", type)
                                    .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() / 100 != 2) {
                throw new IOException(answer.statusCode() + " " + answer.body());
            }
            return answer.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
