package org.domicile.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** One life of a server with streams: where it is, and whether it is to be left alone. */
final class StreamLife {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int[] IDLE_MILLIS = {300, 3_000, 20_000};
    private static final HttpClient HTTP = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    private final Server server;
    private final String web;
    private final String login;
    private volatile boolean over;

    StreamLife(Server server) throws IOException {
        this.server = server;
        this.web = server.web().toString();
        Signature signature = server.signature();
        this.login =
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (signature.accessKey() + ":" + signature.secret())
                                                .getBytes(UTF_8));
    }

    Server server() {
        return server;
    }

    /** Whether nobody is to begin anything any more. */
    boolean over() {
        return over;
    }

    /** What is under way meets the death. */
    void end() {
        over = true;
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(web + path))
                .timeout(PATIENCE)
                .header("Authorization", login);
    }

    /** Asks for something that has to come. */
    static byte[] done(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer =
                HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(answer.statusCode() + " " + new String(answer.body(), UTF_8));
        }
        return answer.body();
    }

    /** Makes a stream. */
    void stream(String name, int partitions) throws IOException, InterruptedException {
        done(
                request("/streams/" + name)
                        .PUT(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"partitions\":" + partitions + "}")));
    }

    /** Registers the schema of a stream's records. @param type of the registry's */
    void schema(String stream, String type, String schema)
            throws IOException, InterruptedException {
        done(
                request("/schemas/subjects/" + stream + "-value/versions")
                        .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"schemaType\":\"%s\",\"schema\":\"%s\"}"
                                                .formatted(type, schema.replace("\"", "\\\"")))));
    }

    /** Has a stream be a table, too. */
    void table(String stream) throws IOException, InterruptedException {
        done(request("/streams/" + stream + "/table").PUT(HttpRequest.BodyPublishers.noBody()));
    }

    /** Deletes a stream; a table that it was stays. */
    void delete(String stream) throws IOException, InterruptedException {
        done(request("/streams/" + stream).DELETE());
    }

    /** What became of what was sent. */
    sealed interface Sent {
        /** It is there. */
        record Acknowledged() implements Sent {}

        /** Nobody knows: it is to be sent again, under its key. */
        record Unknown() implements Sent {}

        /** It was not taken. */
        record Refused(String answer) implements Sent {}
    }

    /** Sends lines, once. @param to a stream, and what is asked of it @param key of idempotency */
    Sent send(String to, String key, String body) throws InterruptedException {
        try {
            HttpResponse<String> answer =
                    HTTP.send(
                            request("/streams/" + to)
                                    .header("Content-Type", "application/x-ndjson")
                                    .header("Idempotency-Key", key)
                                    .POST(HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            return switch (answer.statusCode()) {
                case 200 -> new Sent.Acknowledged();
                case 503 -> { // not yet ready, or no more
                    LockSupport.parkNanos(50_000_000);
                    yield new Sent.Unknown();
                }
                default -> new Sent.Refused(answer.body());
            };
        } catch (IOException died) {
            LockSupport.parkNanos(5_000_000);
            return new Sent.Unknown();
        }
    }

    Connection connect() throws IOException, SQLException {
        Properties asked = new Properties();
        Signature signature = server.signature();
        asked.setProperty("user", signature.accessKey());
        asked.setProperty("password", signature.secret());
        return DriverManager.getConnection(
                server.sql().toString().replace("postgresql:", "jdbc:postgresql:") + "/drift",
                asked);
    }

    /**
     * Values of a stream by their places, as readers of committed records see them. A busy machine
     * may have none of them for a while.
     *
     * @param least of them, as far as anybody knows
     */
    Map<String, String> values(String stream, long least) throws IOException, InterruptedException {
        Map<String, String> values = Map.of();
        for (int idle : IDLE_MILLIS) {
            values = valuesWithin(stream, idle);
            if (values.size() >= least) {
                break;
            }
        }
        return values;
    }

    private Map<String, String> valuesWithin(String stream, int idle)
            throws IOException, InterruptedException {
        byte[] answer =
                done(
                        request("/streams/" + stream + "/records?from=beginning&idle=" + idle)
                                .header("Accept", "application/x-ndjson"));
        Map<String, String> values = new TreeMap<>();
        try (JsonParser parser = new JsonFactory().createParser(answer)) {
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                long partition = -1;
                long offset = -1;
                String value = "";
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    JsonToken token = parser.nextToken();
                    switch (name) {
                        case "partition" -> partition = parser.getLongValue();
                        case "offset" -> offset = parser.getLongValue();
                        case "value" -> value = raw(parser, answer);
                        default -> {
                            if (token.isStructStart()) {
                                parser.skipChildren();
                            }
                        }
                    }
                }
                values.put(partition + ":" + offset, value);
            }
        }
        return values;
    }

    private static String raw(JsonParser parser, byte[] text) throws IOException {
        int begin = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        return new String(
                text, begin, (int) parser.currentLocation().getByteOffset() - begin, UTF_8);
    }
}
