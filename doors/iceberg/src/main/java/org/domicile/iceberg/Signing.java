package org.domicile.iceberg;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.domicile.guard.GuardedTables;

/** A request to S3 that a client wants signed, and what it is answered. */
final class Signing {
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "PUT", "POST", "DELETE");

    /** What changes on the way, or is made anew. */
    private static final Set<String> UNSIGNED =
            Set.of(
                    "authorization",
                    "connection",
                    "expect",
                    "host",
                    "transfer-encoding",
                    "user-agent",
                    "x-amz-content-sha256",
                    "x-amz-date",
                    "x-amz-security-token",
                    "x-amzn-trace-id",
                    "amz-sdk-invocation-id",
                    "amz-sdk-request",
                    "amz-sdk-retry");

    private final Json.ToSign asked;
    private final URI uri;

    private Signing(Json.ToSign asked, URI uri) {
        this.asked = asked;
        this.uri = uri;
    }

    static Signing parse(String json) {
        Json.ToSign asked = Json.ToSign.parse(json);
        try {
            URI uri = new URI(asked.texts().getOrDefault("uri", ""));
            if (uri.getHost() == null || uri.getRawPath() == null) {
                throw Failure.bad("\"uri\" is the address of a request to S3.");
            }
            return new Signing(asked, uri);
        } catch (URISyntaxException e) {
            throw Failure.bad("\"uri\" is no address.");
        }
    }

    /** As the guard judges it. Path style alone: that is how files are told to be asked for. */
    GuardedTables.SignAsked asked(String usualRegion) {
        String method = asked.texts().getOrDefault("method", "").toUpperCase(Locale.ROOT);
        if (!METHODS.contains(method)) {
            throw Failure.bad("\"method\" is one of S3's.");
        }
        String path = uri.getRawPath();
        String plain = Asked.decoded(path.replace("+", "%2B"));
        int slash = plain.indexOf('/', 1);
        String bucket =
                plain.isEmpty() ? "" : plain.substring(1, slash < 0 ? plain.length() : slash);
        String key = slash < 0 ? "" : plain.substring(slash + 1);
        Map<String, String> headers = new LinkedHashMap<>();
        String payload = "UNSIGNED-PAYLOAD";
        for (Map.Entry<String, List<String>> each : asked.headers().entrySet()) {
            String name = each.getKey().toLowerCase(Locale.ROOT);
            String value = String.join(",", each.getValue());
            if (name.equals("x-amz-content-sha256") && !value.isEmpty()) {
                payload = value;
            }
            if (!UNSIGNED.contains(name)) {
                headers.put(name, value.strip().replaceAll(" +", " "));
            }
        }
        String region = asked.texts().getOrDefault("region", "");
        int port = uri.getPort();
        boolean usual =
                port < 0
                        || (port == 80 && "http".equals(uri.getScheme()))
                        || (port == 443 && "https".equals(uri.getScheme()));
        return new GuardedTables.SignAsked(
                method,
                usual ? uri.getHost() : uri.getHost() + ":" + port,
                path,
                Signature.query(uri.getRawQuery() == null ? "" : uri.getRawQuery()),
                headers,
                payload,
                region.isEmpty() ? usualRegion : region,
                bucket,
                key);
    }

    /** A RemoteSignResult. @param signed what the guard made */
    String answer(Map<String, String> signed) {
        return Json.object(out -> {
            out.writeStringField("uri", asked.texts().getOrDefault("uri", ""));
            out.writeObjectFieldStart("headers");
            Map<String, String> all = new LinkedHashMap<>();
            asked.headers()
                    .forEach((name, values) -> {
                        String lower = name.toLowerCase(Locale.ROOT);
                        if (!lower.equals("authorization") && !signed.containsKey(lower)) {
                            all.put(name, String.join(",", values));
                        }
                    });
            all.putAll(signed);
            for (Map.Entry<String, String> each : all.entrySet()) {
                out.writeArrayFieldStart(each.getKey());
                out.writeString(each.getValue());
                out.writeEndArray();
            }
            out.writeEndObject();
        });
    }
}
