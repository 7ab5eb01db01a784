package org.domicile.s3;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.domicile.http.Exchange;

/**
 * A request of AWS's query protocol: parameters in the query of a GET, or in a form's body (AWS STS
 * API Reference, "Making Query Requests"). It stands on the listener's root, where S3 knows nothing
 * but the list of buckets: a form that is posted there, or an {@code Action} with a {@code
 * Version}, is never a request of S3. Names are unique, and have case.
 */
final class StsQuery {
    static final String VERSION = "2011-06-15";

    private static final int LARGEST_BODY = 64 << 10;
    private static final int MOST = 64;
    private static final String FORM = "application/x-www-form-urlencoded";

    private final Map<String, String> parameters;

    private StsQuery(Map<String, String> parameters) {
        this.parameters = parameters;
    }

    /** Whether this is a request of STS. Reads no body and judges nothing. */
    static boolean isMeant(Exchange exchange, String domain) {
        if (!exchange.rawPath().equals("/")
                || !(exchange.method().equals("POST") || exchange.method().equals("GET"))) {
            return false;
        }
        String host = domain.isEmpty() ? "" : exchange.headers().first("Host").orElse("");
        if (Target.hosted(host, domain).isPresent()) {
            return false;
        }
        return exchange.method().equals("POST") && isForm(exchange)
                || names(exchange.rawQuery(), "Action") && names(exchange.rawQuery(), "Version");
    }

    private static boolean isForm(Exchange exchange) {
        String type = exchange.headers().first("Content-Type").orElse("");
        int end = type.indexOf(';');
        return type.substring(0, end < 0 ? type.length() : end).strip().equalsIgnoreCase(FORM);
    }

    private static boolean names(String rawQuery, String name) {
        return rawQuery.startsWith(name + "=") || rawQuery.contains("&" + name + "=");
    }

    /**
     * The whole body; it is part of what is signed.
     *
     * @throws StsFailure when it is too long, or ends too early
     */
    static byte[] body(Exchange exchange) throws IOException {
        if (exchange.contentLength() > LARGEST_BODY) {
            throw tooLong();
        }
        try {
            byte[] body = exchange.body().readNBytes(LARGEST_BODY + 1);
            if (body.length > LARGEST_BODY) {
                throw tooLong();
            }
            return body;
        } catch (EOFException | ProtocolException e) {
            throw new StsFailure(StsFailure.Code.MALFORMED_QUERY, "The body ends too early.");
        }
    }

    private static StsFailure tooLong() {
        return new StsFailure(
                StsFailure.Code.MALFORMED_QUERY,
                "A request has at most 65536 bytes of parameters.");
    }

    /**
     * @param body form of a POST; empty for a GET
     * @throws StsFailure when something cannot be read, or stands twice
     */
    static StsQuery parse(String rawQuery, byte[] body) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String raw : List.of(rawQuery, new String(body, StandardCharsets.ISO_8859_1))) {
            Query query;
            try {
                query = Query.parse(raw);
            } catch (Failure e) {
                throw new StsFailure(
                        StsFailure.Code.MALFORMED_QUERY,
                        "A parameter is not percent-encoded UTF-8.");
            }
            for (int i = 0; i < query.size(); i++) {
                boolean signature = query.name(i).startsWith("X-Amz-");
                if (!signature && parameters.put(query.name(i), query.value(i)) != null) {
                    throw new StsFailure(
                            StsFailure.Code.VALIDATION_ERROR,
                            "The parameter " + query.name(i) + " stands more than once.");
                }
                if (parameters.size() > MOST) {
                    throw new StsFailure(
                            StsFailure.Code.VALIDATION_ERROR, "There are more than 64 parameters.");
                }
            }
        }
        return new StsQuery(parameters);
    }

    /**
     * Refuses what would change what the request means, and what this action does not know.
     *
     * @throws StsFailure VALIDATION_ERROR
     */
    StsQuery only(Set<String> known) {
        Set<String> unknown = new TreeSet<>(parameters.keySet());
        unknown.removeAll(known);
        unknown.removeAll(Set.of("Action", "Version"));
        if (!unknown.isEmpty()) {
            throw new StsFailure(
                    StsFailure.Code.VALIDATION_ERROR,
                    "This is not served here: " + String.join(", ", unknown) + ". Leave it out.");
        }
        return this;
    }

    /** Empty when it is not there. */
    String value(String name) {
        return parameters.getOrDefault(name, "");
    }

    /**
     * @throws StsFailure VALIDATION_ERROR when it is not there, or longer
     */
    String text(String name, int least, int most) {
        String value = value(name);
        if (value.length() < least || value.length() > most) {
            throw new StsFailure(
                    StsFailure.Code.VALIDATION_ERROR,
                    "Value at '%s' failed to satisfy constraint: it has %d to %d characters, not %d."
                            .formatted(name, least, most, value.length()));
        }
        return value;
    }

    /** How long a session shall live; zero when nothing is said. */
    Duration life() {
        String value = value("DurationSeconds");
        if (value.isEmpty()) {
            return Duration.ZERO;
        }
        long seconds = Numbers.parse(value);
        if (seconds < 1 || seconds > Integer.MAX_VALUE) {
            throw new StsFailure(
                    StsFailure.Code.VALIDATION_ERROR,
                    "Value at 'DurationSeconds' failed to satisfy constraint: it is a number of"
                            + " seconds.");
        }
        return Duration.ofSeconds(seconds);
    }
}
