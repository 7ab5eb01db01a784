package org.domicile.launcher;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.domicile.s3client.S3Signature;

/**
 * As much of an S3 endpoint as {@code import} asks for, in memory, with pages of two, and with
 * failures on demand. It stands in only where the real door cannot fail on command; what {@link
 * ImportedFolder} checks runs against any endpoint.
 */
final class StubS3 implements AutoCloseable {
    private static final int PAGE = 2;

    final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    final Map<String, String> etags = new ConcurrentHashMap<>();
    final Map<String, TreeMap<Integer, byte[]>> uploads = new ConcurrentHashMap<>();
    final Map<String, String> uploadKeys = new ConcurrentHashMap<>();
    final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();
    // asked for each request as "METHOD /path?query"; true answers 503
    volatile Predicate<String> busy = request -> false;
    // true answers another ETag than the bytes'
    volatile Predicate<String> lies = request -> false;
    private final HttpServer server;

    StubS3() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            URI uri = exchange.getRequestURI();
            String asked =
                    exchange.getRequestMethod()
                            + " "
                            + uri.getRawPath()
                            + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
            requests.add(asked);
            String sum = exchange.getRequestHeaders().getFirst("x-amz-content-sha256");
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            if (busy.test(asked)) {
                fail(exchange, 503, "SlowDown");
            } else if (authorization == null || !authorization.startsWith("AWS4-HMAC-SHA256 ")) {
                fail(exchange, 403, "AccessDenied");
            } else if (!S3Signature.hex(S3Signature.sha256(body)).equals(sum)) {
                fail(exchange, 400, "XAmzContentSHA256Mismatch");
            } else {
                answer(exchange, asked, body);
            }
        }
    }

    private void answer(HttpExchange exchange, String asked, byte[] body) throws IOException {
        String[] path = exchange.getRequestURI().getRawPath().split("/", 3);
        String key = path.length < 3 ? "" : decode(path[2]);
        Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
        String method = exchange.getRequestMethod();
        if (key.isEmpty() && method.equals("PUT")) {
            respond(exchange, 200, "");
        } else if (key.isEmpty()) {
            respond(exchange, 200, query.containsKey("uploads") ? uploads() : list(query));
        } else if (method.equals("POST") && query.containsKey("uploads")) {
            String id = "upload-" + uploadKeys.size();
            uploads.put(id, new TreeMap<>());
            uploadKeys.put(id, key);
            respond(exchange, 200, "<R><UploadId>" + id + "</UploadId></R>");
        } else if (query.containsKey("uploadId")) {
            upload(exchange, asked, key, query, body);
        } else if (method.equals("PUT")) {
            objects.put(key, body);
            String etag = md5(body);
            etags.put(key, etag);
            tag(exchange, lies.test(asked) ? "0".repeat(32) : etag);
            respond(exchange, 200, "");
        } else {
            byte[] object = objects.get(key);
            if (object == null) {
                fail(exchange, 404, "NoSuchKey");
                return;
            }
            exchange.sendResponseHeaders(200, object.length == 0 ? -1 : object.length);
            exchange.getResponseBody().write(object);
        }
    }

    private void upload(
            HttpExchange exchange, String asked, String key, Map<String, String> query, byte[] body)
            throws IOException {
        TreeMap<Integer, byte[]> parts = uploads.get(query.getOrDefault("uploadId", ""));
        if (parts == null) {
            fail(exchange, 404, "NoSuchUpload");
            return;
        }
        switch (exchange.getRequestMethod()) {
            case "PUT" -> {
                parts.put(Integer.parseInt(query.getOrDefault("partNumber", "0")), body);
                tag(exchange, lies.test(asked) ? "0".repeat(32) : md5(body));
                respond(exchange, 200, "");
            }
            case "GET" -> {
                int after = Integer.parseInt(query.getOrDefault("part-number-marker", "0"));
                StringBuilder xml = new StringBuilder("<R>");
                List<Integer> numbers = parts.tailMap(after, false).keySet().stream().toList();
                for (int number : numbers.subList(0, Math.min(PAGE, numbers.size()))) {
                    xml.append(
                            "<Part><PartNumber>%d</PartNumber><Size>%d</Size><ETag>&quot;%s&quot;</ETag></Part>"
                                    .formatted(
                                            number,
                                            parts.getOrDefault(number, body).length,
                                            md5(parts.getOrDefault(number, body))));
                    after = number;
                }
                xml.append("<IsTruncated>")
                        .append(numbers.size() > PAGE)
                        .append("</IsTruncated><NextPartNumberMarker>")
                        .append(after)
                        .append("</NextPartNumberMarker></R>");
                respond(exchange, 200, xml.toString());
            }
            default -> {
                ByteArrayOutputStream whole = new ByteArrayOutputStream();
                ByteArrayOutputStream sums = new ByteArrayOutputStream();
                for (byte[] part : parts.values()) {
                    whole.writeBytes(part);
                    sums.writeBytes(S3Signature.digest("MD5").digest(part));
                }
                String etag = md5(sums.toByteArray()) + "-" + parts.size();
                objects.put(key, whole.toByteArray());
                etags.put(key, etag);
                uploads.remove(query.getOrDefault("uploadId", ""));
                respond(exchange, 200, "<R><ETag>&quot;" + etag + "&quot;</ETag></R>");
            }
        }
    }

    private String list(Map<String, String> query) {
        String prefix = query.getOrDefault("prefix", "");
        String after = query.getOrDefault("continuation-token", "");
        List<String> keys =
                new TreeMap<>(objects)
                        .keySet().stream()
                                .filter(key -> key.startsWith(prefix) && key.compareTo(after) > 0)
                                .toList();
        StringBuilder xml = new StringBuilder("<R>");
        for (String key : keys.subList(0, Math.min(PAGE, keys.size()))) {
            xml.append(
                    "<Contents><Key>%s</Key><Size>%d</Size><ETag>&quot;%s&quot;</ETag></Contents>"
                            .formatted(
                                    S3Signature.encode(key, "/"),
                                    objects.getOrDefault(key, new byte[0]).length,
                                    etags.getOrDefault(key, "")));
        }
        boolean more = keys.size() > PAGE;
        return xml
                + "<IsTruncated>%s</IsTruncated>".formatted(more)
                + (more
                        ? "<NextContinuationToken>%s</NextContinuationToken>"
                                .formatted(keys.get(PAGE - 1))
                        : "")
                + "</R>";
    }

    private String uploads() {
        StringBuilder xml = new StringBuilder("<R>");
        uploads.keySet()
                .forEach(id ->
                        xml.append(
                                "<Upload><Key>%s</Key><UploadId>%s</UploadId></Upload>"
                                        .formatted(
                                                S3Signature.encode(
                                                        uploadKeys.getOrDefault(id, ""), "/"),
                                                id)));
        return xml + "<IsTruncated>false</IsTruncated></R>";
    }

    private static void tag(HttpExchange exchange, String etag) {
        exchange.getResponseHeaders().add("ETag", "\"" + etag + "\"");
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

    private static Map<String, String> query(String raw) {
        Map<String, String> query = new HashMap<>();
        for (String pair : raw == null ? new String[0] : raw.split("&")) {
            String[] both = pair.split("=", 2);
            query.put(decode(both[0]), both.length < 2 ? "" : decode(both[1]));
        }
        return query;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String md5(byte[] bytes) {
        return S3Signature.hex(S3Signature.digest("MD5").digest(bytes));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
