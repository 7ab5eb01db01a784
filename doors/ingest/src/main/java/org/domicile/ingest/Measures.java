package org.domicile.ingest;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.domicile.http.Exchange;
import org.domicile.streams.Streams;
import org.domicile.streams.Topic;

/** How large a stream is to be, as a request says it. */
record Measures(Optional<Integer> partitions, Optional<Long> retention, Optional<Long> bytes) {
    private static final int LONGEST = 16 << 10;
    private static final long LEAST_BYTES = 1 << 20;
    private static final long MOST_BYTES = 1L << 44;
    private static final long LEAST_MILLIS = 1_000;
    private static final long MOST_MILLIS = Duration.ofDays(3_650).toMillis();

    static Measures of(Exchange exchange) throws IOException {
        byte[] body = Answers.asked(exchange, LONGEST, "The body is too large.");
        Measures wanted = new Measures(Optional.empty(), Optional.empty(), Optional.empty());
        if (body.length == 0) {
            return wanted;
        }
        try (JsonParser json = Answers.JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw Failure.malformed("The body is an object, or nothing.");
            }
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                if (json.nextToken() != JsonToken.VALUE_NUMBER_INT) {
                    throw Failure.malformed(name + " is a whole number.");
                }
                long value = json.getLongValue();
                wanted =
                        switch (name) {
                            case "partitions" ->
                                    new Measures(
                                            Optional.of((int) said(name, value, 1, 64)),
                                            wanted.retention(),
                                            wanted.bytes());
                            case "retentionMillis" ->
                                    new Measures(
                                            wanted.partitions(),
                                            Optional.of(
                                                    said(name, value, LEAST_MILLIS, MOST_MILLIS)),
                                            wanted.bytes());
                            case "bytes" ->
                                    new Measures(
                                            wanted.partitions(),
                                            wanted.retention(),
                                            Optional.of(
                                                    said(name, value, LEAST_BYTES, MOST_BYTES)));
                            default ->
                                    throw Failure.malformed(
                                            "There is no field "
                                                    + name
                                                    + ", only partitions, retentionMillis and"
                                                    + " bytes.");
                        };
            }
            return wanted;
        } catch (JacksonException e) {
            throw Failure.malformed("The body is not JSON: " + e.getOriginalMessage() + ".");
        }
    }

    private static long said(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw Failure.malformed(name + " is from " + least + " to " + most + ".");
        }
        return value;
    }

    /** Of a new stream. */
    Topic topic(String name) {
        Topic usual = Topic.usual(name);
        return new Topic(
                name,
                partitions.orElse(usual.partitions()),
                Duration.ofMillis(retention.orElse(usual.retention().toMillis())),
                bytes.orElse(usual.bytes()));
    }

    /** Of one that is there. */
    Streams.Measures measures() {
        return new Streams.Measures(partitions, retention, bytes);
    }
}
