package org.domicile.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.domicile.s3client.S3Signature;

/**
 * Requests as clients of tables send them, and as they should not: signed in the header, in the
 * address, in a form, by the catalog, or for something else than what is sent. Owned by one thread.
 */
final class TableWays implements AutoCloseable {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final String REGION = "home";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String files;
    private final String web;
    private final String sql;
    private final Map<String, Keys> callers = new HashMap<>();
    private final Map<String, Connection> connections = new HashMap<>();

    /** Of a credential, or of a session. */
    record Keys(String key, String secret, String token) {}

    /** What came back. */
    record Reply(int status, String text) {
        boolean done() {
            return status / 100 == 2 && !text.contains("<Error>") && !text.contains("\"error\"");
        }
    }

    TableWays(String files, String web, String sql) {
        this.files = files;
        this.web = web;
        this.sql = sql;
    }

    void caller(String name, Keys keys) {
        callers.put(name, keys);
    }

    Keys caller(String name) {
        Keys found = callers.get(name);
        if (found == null) {
            throw new IllegalArgumentException("nobody is called " + name);
        }
        return found;
    }

    @Override
    public void close() throws SQLException {
        for (Connection each : connections.values()) {
            each.close();
        }
        http.shutdownNow();
    }

    /**
     * @param target of the S3 door
     */
    private record Call(String method, String target, Map<String, String> headers, String body) {
        Call to(String elsewhere) {
            return new Call(method, elsewhere, headers, body);
        }

        Call with(Map<String, String> others) {
            return new Call(method, target, others, body);
        }

        String path() {
            int mark = target.indexOf('?');
            return mark < 0 ? target : target.substring(0, mark);
        }

        String query() {
            int mark = target.indexOf('?');
            return mark < 0 ? "" : target.substring(mark + 1);
        }
    }

    /**
     * @param own what stands for {@code of} where something is signed for one's own and sent for
     *     another
     */
    Reply ask(EscapeList.Asked asked, String of, String own)
            throws IOException, InterruptedException {
        String[] words = asked.request().split(" ", 3);
        Map<String, String> headers = new TreeMap<>();
        for (String each : asked.headers().split(" ;; ", -1)) {
            int colon = each.indexOf(": ");
            if (colon > 0) {
                headers.put(each.substring(0, colon), each.substring(colon + 2));
            }
        }
        return switch (words[0]) {
            case "catalog" ->
                    catalog(
                            asked.who(),
                            words[1],
                            "/iceberg/v1/" + words[2],
                            headers,
                            asked.body());
            case "sts" -> sts(asked.who(), asked.body());
            case "form" -> form(asked.who(), words[1], asked.body(), own);
            case "sql", "sql-made" -> sql(asked.who(), asked.body());
            default ->
                    files(
                            asked.who(),
                            new Call(words[0], words[1], headers, asked.body()),
                            of,
                            own);
        };
    }

    private Reply files(String who, Call call, String of, String own)
            throws IOException, InterruptedException {
        String signedTarget = call.target().replace(of, own);
        return switch (who) {
            case "stranger" -> raw(files, call);
            case "broken" -> {
                Keys keys = caller("session");
                String token = keys.token().substring(0, keys.token().length() - 4) + "AAAA";
                yield send(new Keys(keys.key(), keys.secret(), token), call);
            }
            case "swapped" ->
                    send(
                            new Keys(
                                    caller("session").key(),
                                    caller("session").secret(),
                                    caller("others").token()),
                            call);
            case "tokenless" ->
                    send(new Keys(caller("session").key(), caller("session").secret(), ""), call);
            case "presigned" -> presigned(call, call.target());
            case "presigned-for-own" -> presigned(call, signedTarget);
            case "signed", "signed-by-reader" ->
                    signed(who.equals("signed") ? "plain" : "may-read", call, files, call.target());
            case "signed-for-own" -> signed("plain", call, files, signedTarget);
            case "signed-elsewhere" -> signed("plain", call, "http://127.0.0.2:1", call.target());
            case "signed-for-bucket-host" -> {
                String location = caller("bucket").key();
                yield signed(
                        "plain",
                        call,
                        files.replace("http://", "http://" + location + "."),
                        call.target());
            }
            default -> send(caller(who), call);
        };
    }

    Reply send(Keys keys, String method, String target, Map<String, String> headers, String body)
            throws IOException, InterruptedException {
        return send(keys, new Call(method, target, headers, body));
    }

    private Reply send(Keys keys, Call call) throws IOException, InterruptedException {
        return raw(files, call.with(signature(files, keys, call)));
    }

    private static Map<String, String> signature(String endpoint, Keys keys, Call call) {
        Map<String, String> all = withDigest(call);
        if (!keys.token().isEmpty()) {
            all.put("x-amz-security-token", keys.token());
        }
        return new S3Signature(keys.key(), keys.secret(), REGION)
                .sign(
                        call.method(),
                        URI.create(endpoint).getRawAuthority(),
                        call.path(),
                        call.query(),
                        all,
                        S3Signature.hex(S3Signature.sha256(bytes(call.body()))),
                        Instant.now());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What a list of names to delete has to come with. */
    private static Map<String, String> withDigest(Call call) {
        Map<String, String> all = new TreeMap<>(call.headers());
        if (call.method().equals("POST") && call.target().contains("?delete=")) {
            all.put(
                    "content-md5",
                    Base64.getEncoder()
                            .encodeToString(S3Signature.digest("MD5").digest(bytes(call.body()))));
        }
        return all;
    }

    private Reply raw(String endpoint, Call call) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(endpoint + call.target()))
                        .method(
                                call.method(),
                                call.body().isEmpty()
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(call.body()));
        call.headers().forEach(request::header);
        HttpResponse<InputStream> response =
                http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = response.body()) {
            return new Reply(
                    response.statusCode(),
                    new String(in.readNBytes(1 << 20), StandardCharsets.ISO_8859_1));
        }
    }

    // ---- the catalog ----

    Reply catalog(
            String who, String method, String target, Map<String, String> headers, String body)
            throws IOException, InterruptedException {
        Call call = new Call(method, target, headers, body);
        return switch (who) {
            case "bearing-files" -> bearing(caller("session"), call);
            case "bearing-own" -> bearing(caller("temporary"), call);
            default -> raw(web, call.with(signature(web, caller(who), call)));
        };
    }

    /** With a token that whoever has a session's secret can make. */
    private Reply bearing(Keys keys, Call call) throws IOException, InterruptedException {
        Map<String, String> all = new TreeMap<>(call.headers());
        String proof = S3Signature.hex(key(keys.secret(), "00000000", "bearer", "iceberg"));
        all.put("authorization", "Bearer " + keys.key() + "." + keys.token() + "." + proof);
        return raw(web, call.with(all));
    }

    /** The catalog signs it for the table {@code own}, and it is sent. */
    private Reply signed(String who, Call call, String endpoint, String target)
            throws IOException, InterruptedException {
        StringBuilder listed = new StringBuilder();
        Map<String, String> sent = withDigest(call);
        sent.forEach((name, value) ->
                listed.append(listed.isEmpty() ? "" : ",")
                        .append("\"%s\":[\"%s\"]".formatted(name, value)));
        Reply signature =
                catalog(
                        who,
                        "POST",
                        "/iceberg/v1/namespaces/travel/tables/own/sign",
                        Map.of(),
                        "{\"region\":\"%s\",\"method\":\"%s\",\"uri\":\"%s\",\"headers\":{%s}}"
                                .formatted(REGION, call.method(), endpoint + target, listed));
        if (!signature.done()) {
            return signature;
        }
        Map<String, String> all = new TreeMap<>(sent);
        Json.object(bytes(signature.text()))
                .row("headers")
                .fields()
                .forEach((name, value) ->
                        all.put(
                                name,
                                value instanceof List<?> list
                                        ? String.valueOf(list.getFirst())
                                        : String.valueOf(value)));
        return raw(files, call.with(all));
    }

    // ---- signatures beside the header's ----

    private static byte[] key(String secret, String day, String region, String service) {
        byte[] key = bytes("AWS4" + secret);
        for (String part : List.of(day, region, service, "aws4_request")) {
            key = S3Signature.hmac(key, part);
        }
        return key;
    }

    /** What is signed in the address is {@code target}; what is sent, the call's. */
    private Reply presigned(Call call, String target) throws IOException, InterruptedException {
        Keys keys = caller("session");
        String stamp = STAMP.format(Instant.now());
        String day = stamp.substring(0, 8);
        String scope = day + "/" + REGION + "/s3/aws4_request";
        Map<String, String> query = new TreeMap<>();
        Call asked = call.to(target);
        for (String each : asked.query().split("&", -1)) {
            if (!each.isEmpty()) {
                query.put(
                        each.substring(0, each.indexOf('=')),
                        each.substring(each.indexOf('=') + 1));
            }
        }
        query.put("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
        query.put("X-Amz-Credential", S3Signature.encode(keys.key() + "/" + scope, ""));
        query.put("X-Amz-Date", stamp);
        query.put("X-Amz-Expires", "600");
        query.put("X-Amz-Security-Token", S3Signature.encode(keys.token(), ""));
        query.put("X-Amz-SignedHeaders", "host");
        String canonical =
                String.join(
                        "&",
                        query.entrySet().stream()
                                .map(each -> each.getKey() + "=" + each.getValue())
                                .toList());
        String request =
                String.join(
                        "\n",
                        call.method(),
                        asked.path(),
                        canonical,
                        "host:" + URI.create(files).getRawAuthority(),
                        "",
                        "host",
                        "UNSIGNED-PAYLOAD");
        String text =
                String.join(
                        "\n",
                        "AWS4-HMAC-SHA256",
                        stamp,
                        scope,
                        S3Signature.hex(S3Signature.sha256(bytes(request))));
        String signature =
                S3Signature.hex(S3Signature.hmac(key(keys.secret(), day, REGION, "s3"), text));
        return raw(files, call.to(call.path() + "?" + canonical + "&X-Amz-Signature=" + signature));
    }

    /** A form that uploads a file; {@code form-elsewhere} is allowed what is its own alone. */
    private Reply form(String who, String bucket, String name, String own)
            throws IOException, InterruptedException {
        Keys keys = caller(who.equals("form-elsewhere") ? "session" : who);
        String stamp = STAMP.format(Instant.now());
        String day = stamp.substring(0, 8);
        String credential = keys.key() + "/" + day + "/" + REGION + "/s3/aws4_request";
        Map<String, String> fields = new TreeMap<>();
        fields.put("key", name);
        fields.put("x-amz-algorithm", "AWS4-HMAC-SHA256");
        fields.put("x-amz-credential", credential);
        fields.put("x-amz-date", stamp);
        if (!keys.token().isEmpty()) {
            fields.put("x-amz-security-token", keys.token());
        }
        StringBuilder conditions = new StringBuilder("{\"bucket\":\"" + bucket + "\"}");
        fields.forEach((field, value) ->
                conditions.append(
                        field.equals("key")
                                ? ",[\"starts-with\",\"$key\",\"%s\"]"
                                        .formatted(who.equals("form-elsewhere") ? own + "/" : "")
                                : ",{\"%s\":\"%s\"}".formatted(field, value)));
        String policy =
                Base64.getEncoder()
                        .encodeToString(
                                bytes(
                                        "{\"expiration\":\"2098-01-01T00:00:00Z\",\"conditions\":["
                                                + conditions
                                                + "]}"));
        fields.put("policy", policy);
        fields.put(
                "x-amz-signature",
                S3Signature.hex(S3Signature.hmac(key(keys.secret(), day, REGION, "s3"), policy)));
        StringBuilder body = new StringBuilder();
        fields.forEach((field, value) ->
                body.append("--x\r\nContent-Disposition: form-data; name=\"")
                        .append(field)
                        .append("\"\r\n\r\n")
                        .append(value)
                        .append("\r\n"));
        body.append("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n")
                .append("planted\r\n--x--\r\n");
        return raw(
                files,
                new Call(
                        "POST",
                        "/" + bucket,
                        Map.of("content-type", "multipart/form-data; boundary=x"),
                        body.toString()));
    }

    private Reply sts(String who, String form) throws IOException, InterruptedException {
        Keys keys = caller(who);
        String stamp = STAMP.format(Instant.now());
        String scope = stamp.substring(0, 8) + "/" + REGION + "/sts/aws4_request";
        Map<String, String> signed = new TreeMap<>();
        signed.put("content-type", "application/x-www-form-urlencoded");
        signed.put("host", URI.create(files).getRawAuthority());
        signed.put("x-amz-date", stamp);
        if (!keys.token().isEmpty()) {
            signed.put("x-amz-security-token", keys.token());
        }
        StringBuilder request = new StringBuilder("POST\n/\n\n");
        signed.forEach(
                (name, value) -> request.append(name).append(':').append(value).append('\n'));
        String names = String.join(";", signed.keySet());
        request.append('\n')
                .append(names)
                .append('\n')
                .append(S3Signature.hex(S3Signature.sha256(bytes(form))));
        String text =
                String.join(
                        "\n",
                        "AWS4-HMAC-SHA256",
                        stamp,
                        scope,
                        S3Signature.hex(S3Signature.sha256(bytes(request.toString()))));
        byte[] key = key(keys.secret(), stamp.substring(0, 8), REGION, "sts");
        signed.remove("host");
        signed.put(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s"
                        .formatted(
                                keys.key(),
                                scope,
                                names,
                                S3Signature.hex(S3Signature.hmac(key, text))));
        return raw(files, new Call("POST", "/", signed, form));
    }

    // ---- SQL ----

    /** One statement after the other; what the last one says, or the first that fails. */
    Reply sql(String who, String statements) {
        StringBuilder said = new StringBuilder();
        try {
            Connection connection = connection(who);
            for (String each : statements.split(";", -1)) {
                said.setLength(0);
                try (Statement statement = connection.createStatement()) {
                    if (statement.execute(each)) {
                        rows(statement.getResultSet(), said);
                    }
                }
            }
            return new Reply(200, said.toString());
        } catch (SQLException e) {
            return new Reply(400, String.valueOf(e.getMessage()));
        }
    }

    private static void rows(ResultSet rows, StringBuilder said) throws SQLException {
        int columns = rows.getMetaData().getColumnCount();
        while (rows.next()) {
            for (int i = 1; i <= columns; i++) {
                said.append(rows.getString(i)).append(i == columns ? '\n' : '|');
            }
        }
    }

    private Connection connection(String who) throws SQLException {
        Keys keys = caller(who.equals("session-password") ? "session" : who);
        Connection open = connections.get(who);
        if (open == null || open.isClosed()) {
            Properties properties = new Properties();
            properties.setProperty("user", keys.key());
            properties.setProperty("password", keys.secret());
            open = DriverManager.getConnection("jdbc:" + sql + "/travel", properties);
            connections.put(who, open);
        }
        return open;
    }
}
