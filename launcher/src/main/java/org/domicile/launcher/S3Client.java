package org.domicile.launcher;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.domicile.s3client.S3Signature;

/**
 * As much of S3 as our commands need: path style, every request signed with its payload's sum,
 * tried again with growing pauses when the other side is busy or the connection breaks. Safe for
 * concurrent use.
 */
final class S3Client implements AutoCloseable {
    private static final int ATTEMPTS = 5;
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final int LARGEST_ANSWER = 32 << 20;
    private static final String NOTHING = S3Signature.hex(S3Signature.sha256(new byte[0]));

    private final ServerHttp server;
    private final ServerHttp.Signing signing;

    /** Of the endpoint's, with a slash at its end. */
    private final String path;

    /**
     * @param ca file of certificates to trust instead of the system's
     */
    S3Client(URI endpoint, S3Signature signature, InstantSource clock, Optional<Path> ca) {
        String scheme = endpoint.getScheme() == null ? "" : endpoint.getScheme();
        if (!scheme.matches("https?") || endpoint.getHost() == null) {
            throw new Problem(
                    "'" + endpoint + "' is no endpoint; write one such as http://127.0.0.1:9000");
        }
        this.server = new ServerHttp(endpoint, ca);
        this.signing = new ServerHttp.Signing(server, signature, clock);
        String base = endpoint.getRawPath() == null ? "" : endpoint.getRawPath();
        this.path = base.endsWith("/") ? base : base + "/";
    }

    /** What is sent: how to make it anew for each attempt, and its sum. */
    record Payload(BodyPublisher body, String sha256) {
        static Payload nothing() {
            return new Payload(BodyPublishers.noBody(), NOTHING);
        }

        static Payload of(byte[] bytes) {
            return new Payload(
                    BodyPublishers.ofByteArray(bytes), S3Signature.hex(S3Signature.sha256(bytes)));
        }
    }

    /** An answer of the 200s. */
    record Answer(java.net.http.HttpHeaders headers, byte[] body) {
        String header(String name) {
            return headers.firstValue(name).orElse("");
        }

        /** The ETag without its quotation marks. */
        String etag() {
            return header("ETag").replace("\"", "");
        }

        /** The texts below each element of this name, by element name. */
        List<Map<String, String>> elements(String name) throws IOException {
            return S3Client.elements(body, name);
        }

        /** The text of the first element of this name; empty when there is none. */
        String text(String name) throws IOException {
            return S3Client.elements(body, name).stream()
                    .findFirst()
                    .map(found -> found.getOrDefault("", ""))
                    .orElse("");
        }
    }

    /** One request. @throws S3Failure when the answer is no 200 */
    Answer call(
            String method,
            String bucket,
            String key,
            Map<String, String> query,
            Map<String, String> headers,
            Payload payload)
            throws IOException {
        return send(
                method,
                bucket,
                key,
                query,
                headers,
                payload,
                BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST_ANSWER),
                response -> {
                    byte[] body = response.body();
                    if (response.statusCode() / 100 != 2) {
                        throw failure(response.statusCode(), body);
                    }
                    Answer answer = new Answer(response.headers(), body);
                    // a completion or a copy may fail after its status was sent
                    if (body.length > 0
                            && method.equals("POST")
                            && !answer.text("Code").isEmpty()) {
                        throw failure(500, body);
                    }
                    return answer;
                });
    }

    /** Reads an object's bytes as they come. */
    <T> T get(String bucket, String key, Reading<T> reading) throws IOException {
        return send(
                "GET",
                bucket,
                key,
                Map.of(),
                Map.of(),
                Payload.nothing(),
                BodyHandlers.ofInputStream(),
                response -> {
                    try (InputStream body = response.body()) {
                        if (response.statusCode() != 200) {
                            throw failure(response.statusCode(), body.readNBytes(LARGEST_ANSWER));
                        }
                        return reading.read(body);
                    }
                });
    }

    /** What is done with a body. */
    interface Reading<T> {
        T read(InputStream body) throws IOException;
    }

    private interface Told<B, T> {
        T of(HttpResponse<B> response) throws IOException;
    }

    private <B, T> T send(
            String method,
            String bucket,
            String key,
            Map<String, String> query,
            Map<String, String> headers,
            Payload payload,
            BodyHandler<B> handler,
            Told<B, T> told)
            throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                HttpRequest request =
                        signing.request(method, path(bucket, key), query, headers, payload);
                return told.of(server.send(request, handler));
            } catch (S3Failure e) {
                if (attempt == ATTEMPTS || !e.passing()) {
                    throw e;
                }
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
            pause(attempt);
        }
    }

    private static void pause(int attempt) throws IOException {
        try {
            Thread.sleep(FIRST_PAUSE_MILLIS << (attempt - 1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private String path(String bucket, String key) {
        return path + bucket + (key.isEmpty() ? "" : "/" + S3Signature.encode(key, "/"));
    }

    private static S3Failure failure(int status, byte[] body) {
        try {
            Answer answer =
                    new Answer(java.net.http.HttpHeaders.of(Map.of(), (a, b) -> true), body);
            return new S3Failure(status, answer.text("Code"), answer.text("Message"));
        } catch (IOException e) {
            return new S3Failure(status, "", "");
        }
    }

    /** Elements of a name with the texts of their children; their own text stands under "". */
    private static List<Map<String, String>> elements(byte[] xml, String wanted)
            throws IOException {
        List<Map<String, String>> found = new ArrayList<>();
        if (xml.length == 0) {
            return found;
        }
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        try {
            XMLStreamReader reader =
                    factory.createXMLStreamReader(
                            new ByteArrayInputStream(xml), StandardCharsets.UTF_8.name());
            Map<String, String> within = new HashMap<>();
            boolean inside = false;
            StringBuilder text = new StringBuilder();
            while (reader.hasNext()) {
                int event = reader.next();
                if (event == XMLStreamConstants.START_ELEMENT) {
                    text.setLength(0);
                    if (!inside && reader.getLocalName().equals(wanted)) {
                        inside = true;
                        within = new HashMap<>();
                    }
                } else if (event == XMLStreamConstants.CHARACTERS) {
                    text.append(reader.getText());
                } else if (event == XMLStreamConstants.END_ELEMENT && inside) {
                    if (reader.getLocalName().equals(wanted)) {
                        within.put("", text.toString());
                        found.add(within);
                        inside = false;
                    } else {
                        within.putIfAbsent(reader.getLocalName(), text.toString());
                    }
                    text.setLength(0);
                }
            }
        } catch (XMLStreamException e) {
            throw new IOException("the endpoint's answer is no XML: " + e.getMessage(), e);
        }
        return found;
    }

    @Override
    public void close() {
        server.close();
    }
}
