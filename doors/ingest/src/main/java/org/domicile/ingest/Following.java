package org.domicile.ingest;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.domicile.guard.GuardedStreams;
import org.domicile.http.BodyOutput;
import org.domicile.http.Exchange;
import org.domicile.request.Request;

/**
 * Sends a stream's records as they come, as server-sent events (HTML, 9.2) or, with {@code Accept:
 * application/x-ndjson}, as lines. The id of an event says where it goes on in each partition, so
 * that a browser that comes back with {@code Last-Event-ID} misses nothing: of a partition that was
 * added since, it gets all.
 *
 * <p>Parameters: {@code from} ({@code beginning}, {@code end}, or an id of an event), {@code
 * limit}: how many records at most, {@code idle}: milliseconds without a record after which the
 * answer ends; without it, it does not.
 */
final class Following {
    static final Set<String> ASKED = Set.of("from", "limit", "idle");

    private static final int MOST_PLACES = 64;

    private final GuardedStreams streams;
    private final Sending sending;

    Following(GuardedStreams streams, Sending sending) {
        this.streams = streams;
        this.sending = sending;
    }

    void answer(Exchange exchange, Request request, String name, Map<String, String> query)
            throws IOException {
        long limit = number(query, "limit", Long.MAX_VALUE);
        long idle = number(query, "idle", Long.MAX_VALUE);
        Map<Integer, Long> places = from(exchange, query);
        boolean lines =
                exchange.headers().all("Accept").stream()
                        .anyMatch(each -> each.toLowerCase(Locale.ROOT).contains("ndjson"));
        try (GuardedStreams.Reader reader = streams.read(request, name, places)) {
            BodyOutput out =
                    exchange.respond(
                            200,
                            Answers.headers(
                                    lines ? "application/x-ndjson" : "text/event-stream",
                                    reader.use().orElse("")),
                            -1);
            sending.send(request, reader, new Sink(out, lines, reader.begins()), limit, idle);
            out.close(); // where that fails the answer is to have no end
        }
    }

    private static long number(Map<String, String> query, String name, long usual) {
        String text = query.getOrDefault(name, "");
        if (text.isEmpty()) {
            return usual;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= 1) {
                return value;
            }
        } catch (NumberFormatException e) {
            // it is said below
        }
        throw Failure.malformed(name + " is a whole number from 1 on.");
    }

    /** First offsets by partition; none of them: what comes from now on. */
    private static Map<Integer, Long> from(Exchange exchange, Map<String, String> query) {
        String text =
                exchange.headers().first("Last-Event-ID").orElse(query.getOrDefault("from", "end"));
        Map<Integer, Long> places = new TreeMap<>();
        switch (text) {
            case "end", "" -> {}
            case "beginning" -> {
                for (int i = 0; i < MOST_PLACES; i++) {
                    places.put(i, 0L);
                }
            }
            default -> {
                for (String each : text.split(",", -1)) {
                    int colon = each.indexOf(':');
                    try {
                        int partition = Integer.parseInt(each.substring(0, Math.max(0, colon)));
                        long offset = Long.parseLong(each.substring(colon + 1));
                        if (partition < 0 || partition >= MOST_PLACES || offset < 0) {
                            throw new NumberFormatException();
                        }
                        places.put(partition, offset);
                    } catch (NumberFormatException e) {
                        throw Failure.malformed(
                                "from is beginning, end, or the id of an event, such as"
                                        + " 0:17,1:4.");
                    }
                }
            }
        }
        return places;
    }
}
