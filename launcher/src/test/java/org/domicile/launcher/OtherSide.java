package org.domicile.launcher;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.domicile.s3client.S3Signature;

/**
 * As much of another S3 server as a move asks for, in memory, which does and says what a test
 * wants. It stands in only for what the real door does not do on command: to lie, to go in circles,
 * to break off, to be changed in the middle.
 */
final class OtherSide implements AutoCloseable {
    static final String DATE = "2020-01-01T00:00:00.000Z";

    /** A version, or a delete marker. */
    record Held(String name, String id, boolean marker, byte[] body, Map<String, String> fields) {
        static Held object(String name, String id, String body) {
            return new Held(
                    name, id, false, body.getBytes(StandardCharsets.UTF_8), new HashMap<>());
        }

        static Held marker(String name, String id) {
            return new Held(name, id, true, new byte[0], Map.of());
        }

        String etag() {
            return fields.getOrDefault("etag", md5(body));
        }
    }

    /** What it answers instead. @param length that it claims; -1 for the body's */
    record Answer(int status, String body, long length) {
        static Answer of(int status, String body) {
            return new Answer(status, body, -1);
        }
    }

    /** By name; of a name, the newest first. */
    final CopyOnWriteArrayList<Held> versions = new CopyOnWriteArrayList<>();

    final Map<String, String> settings = new ConcurrentHashMap<>();
    final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();
    final Map<String, TreeMap<Integer, byte[]>> uploads = new ConcurrentHashMap<>();

    /** Asked for each request as "METHOD /path?query". */
    volatile Function<String, Optional<Answer>> instead = asked -> Optional.empty();

    private final HttpServer server;

    OtherSide() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** It keeps versions. */
    OtherSide versioned() {
        settings.put(
                "versioning",
                "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>");
        return this;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String query = Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
            String asked =
                    exchange.getRequestMethod()
                            + " "
                            + exchange.getRequestURI().getRawPath()
                            + (query.isEmpty() ? "" : "?" + query);
            requests.add(asked);
            Optional<Answer> other = instead.apply(asked);
            if (other.isPresent()) {
                byte[] bytes = other.get().body().getBytes(StandardCharsets.UTF_8);
                long length = other.get().length();
                exchange.sendResponseHeaders(other.get().status(), Math.max(length, bytes.length));
                exchange.getResponseBody().write(bytes);
                exchange.getResponseBody().flush();
                return;
            }
            String[] path = exchange.getRequestURI().getRawPath().split("/", 3);
            String key = path.length < 3 ? "" : decode(path[2]);
            if (key.isEmpty()) {
                bucket(exchange, parameters(query), body);
            } else {
                object(exchange, key, parameters(query), body);
            }
        }
    }

    private void bucket(HttpExchange exchange, Map<String, String> query, byte[] body)
            throws IOException {
        String which = query.isEmpty() ? "" : query.keySet().iterator().next();
        if (query.containsKey("versions")) {
            respond(
                    exchange,
                    200,
                    listing(
                            query.getOrDefault("prefix", ""),
                            query.getOrDefault("key-marker", "")));
        } else if (exchange.getRequestMethod().equals("PUT")) {
            if (!which.isEmpty()) {
                settings.put(which, new String(body, StandardCharsets.UTF_8));
            }
            respond(exchange, 200, "");
        } else if (settings.containsKey(which)) {
            respond(exchange, 200, settings.getOrDefault(which, ""));
        } else if (which.equals("versioning")) {
            respond(exchange, 200, "<VersioningConfiguration/>");
        } else {
            fail(exchange, 404, "NoSuchConfiguration");
        }
    }

    private synchronized String listing(String prefix, String after) {
        StringBuilder xml =
                new StringBuilder("<ListVersionsResult><EncodingType>url</EncodingType>");
        String before = "";
        for (Held each : versions) {
            if (!each.name().startsWith(prefix) || each.name().compareTo(after) <= 0) {
                continue;
            }
            String kind = each.marker() ? "DeleteMarker" : "Version";
            xml.append(
                    "<%s><Key>%s</Key><VersionId>%s</VersionId><IsLatest>%s</IsLatest><LastModified>%s</LastModified>"
                            .formatted(
                                    kind,
                                    S3Signature.encode(each.name(), "/"),
                                    each.id(),
                                    !each.name().equals(before),
                                    each.fields().getOrDefault("date", DATE)));
            if (!each.marker()) {
                xml.append(
                        "<ETag>\"%s\"</ETag><Size>%d</Size>"
                                .formatted(each.etag(), each.body().length));
            }
            xml.append("</").append(kind).append(">");
            before = each.name();
        }
        return xml + "<IsTruncated>false</IsTruncated></ListVersionsResult>";
    }

    private void object(HttpExchange exchange, String key, Map<String, String> query, byte[] body)
            throws IOException {
        String sum = exchange.getRequestHeaders().getFirst("Content-MD5");
        if (sum != null && !sum.equals(base64(body))) {
            fail(exchange, 400, "BadDigest");
            return;
        }
        switch (exchange.getRequestMethod()) {
            case "PUT" -> {
                if (query.containsKey("uploadId")) {
                    TreeMap<Integer, byte[]> parts = uploads.get(query.get("uploadId"));
                    if (parts == null) {
                        fail(exchange, 404, "NoSuchUpload");
                        return;
                    }
                    parts.put(Integer.parseInt(query.getOrDefault("partNumber", "0")), body);
                } else {
                    stored(exchange, key, body, md5(body));
                }
                exchange.getResponseHeaders().add("ETag", "\"" + md5(body) + "\"");
                respond(exchange, 200, "");
            }
            case "POST" -> {
                if (query.containsKey("uploads")) {
                    String id = "u" + requests.size();
                    uploads.put(id, new TreeMap<>());
                    respond(exchange, 200, "<R><UploadId>" + id + "</UploadId></R>");
                } else {
                    complete(exchange, key, query.getOrDefault("uploadId", ""));
                }
            }
            case "DELETE" -> {
                if (query.containsKey("uploadId")) {
                    uploads.remove(query.get("uploadId"));
                }
                respond(exchange, 204, "");
            }
            default -> read(exchange, key, query);
        }
    }

    private void complete(HttpExchange exchange, String key, String id) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        ByteArrayOutputStream sums = new ByteArrayOutputStream();
        TreeMap<Integer, byte[]> parts = uploads.getOrDefault(id, new TreeMap<>());
        for (byte[] part : parts.values()) {
            whole.writeBytes(part);
            sums.writeBytes(S3Signature.digest("MD5").digest(part));
        }
        uploads.remove(id);
        String etag = md5(sums.toByteArray()) + "-" + parts.size();
        stored(exchange, key, whole.toByteArray(), etag);
        respond(exchange, 200, "<R><ETag>\"" + etag + "\"</ETag></R>");
    }

    private synchronized void stored(HttpExchange exchange, String key, byte[] body, String etag) {
        Map<String, String> fields = new HashMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) ->
                        fields.put(name.toLowerCase(java.util.Locale.ROOT), values.getFirst()));
        fields.remove("date");
        fields.put("date", java.time.Instant.now().toString());
        fields.put("etag", etag);
        versions.removeIf(each -> each.name().equals(key));
        versions.add(new Held(key, "null", false, body, fields));
        List<Held> sorted = new ArrayList<>(versions);
        sorted.sort(java.util.Comparator.comparing(Held::name));
        versions.clear();
        versions.addAll(sorted);
    }

    /** What stands under a name; the newest. */
    synchronized Held held(String name) {
        return versions.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " over there"));
    }

    private void read(HttpExchange exchange, String key, Map<String, String> query)
            throws IOException {
        Optional<Held> found =
                versions.stream()
                        .filter(each -> each.name().equals(key))
                        .filter(each ->
                                !query.containsKey("versionId")
                                        || each.id().equals(query.get("versionId")))
                        .findFirst();
        if (query.containsKey("tagging")) {
            respond(exchange, 200, "<Tagging><TagSet/></Tagging>");
        } else if (found.isEmpty()) {
            fail(exchange, 404, "NoSuchKey");
        } else if (query.keySet().stream().anyMatch(List.of("retention", "legal-hold")::contains)) {
            fail(exchange, 404, "NoSuchObjectLockConfiguration");
        } else {
            found.get()
                    .fields()
                    .forEach((name, value) -> {
                        if (name.startsWith("x-amz-") && !name.contains("content")) {
                            exchange.getResponseHeaders().add(name, value);
                        }
                    });
            exchange.getResponseHeaders().add("ETag", "\"" + found.get().etag() + "\"");
            byte[] body = found.get().body();
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(200, head || body.length == 0 ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private static void fail(HttpExchange exchange, int status, String code) throws IOException {
        respond(
                exchange,
                status,
                "<Error><Code>" + code + "</Code><Message>as asked</Message></Error>");
    }

    private static void respond(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static Map<String, String> parameters(String raw) {
        Map<String, String> query = new TreeMap<>();
        for (String pair : raw.isEmpty() ? new String[0] : raw.split("&")) {
            String[] both = pair.split("=", 2);
            query.put(decode(both[0]), both.length < 2 ? "" : decode(both[1]));
        }
        return query;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    static String md5(byte[] bytes) {
        return S3Signature.hex(S3Signature.digest("MD5").digest(bytes));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(S3Signature.digest("MD5").digest(bytes));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
