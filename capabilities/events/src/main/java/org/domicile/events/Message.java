package org.domicile.events;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Base64;
import java.util.HexFormat;

/**
 * An event as S3 says it (Amazon S3 User Guide, "Event message structure"): one record in {@code
 * Records}, or a test event.
 */
public final class Message {
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    /**
     * What S3 has the client's address in. Where somebody sits is nobody's business outside; the
     * use log of the organisation knows.
     */
    private static final String WITHHELD = "withheld";

    private Message() {}

    /**
     * Its bytes, JSON in UTF-8.
     *
     * @param queued the event
     * @param details what its details open to
     * @param organisation whose bucket it is
     */
    public static byte[] of(Outbox.Queued queued, Event.Details details, String organisation) {
        Event event = queued.event();
        String text =
                event.type() == EventType.TEST
                        ? test(event, details)
                        : record(queued, details, organisation);
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String test(Event event, Event.Details details) {
        return "{\"Service\":\"Amazon S3\",\"Event\":\"s3:TestEvent\",\"Time\":\""
                + time(event.at())
                + "\",\"Bucket\":"
                + quoted(event.bucket().name())
                + ",\"RequestId\":"
                + quoted(details.request())
                + ",\"HostId\":"
                + quoted(host(details.request()))
                + "}";
    }

    private static String record(Outbox.Queued queued, Event.Details details, String organisation) {
        Event event = queued.event();
        String bucket = event.bucket().name();
        return "{\"Records\":[{\"eventVersion\":\""
                + format(event.type())
                + "\",\"eventSource\":\"aws:s3\",\"awsRegion\":"
                + quoted(event.bucket().zones().getFirst())
                + ",\"eventTime\":\""
                + time(event.at())
                + "\",\"eventName\":\""
                + event.type().code().substring("s3:".length())
                + "\",\"userIdentity\":{\"principalId\":"
                + quoted(details.principal())
                + "},\"requestParameters\":{\"sourceIPAddress\":\""
                + WITHHELD
                + "\"},\"responseElements\":{\"x-amz-request-id\":"
                + quoted(details.request())
                + ",\"x-amz-id-2\":"
                + quoted(host(details.request()))
                + "},\"s3\":{\"s3SchemaVersion\":\"1.0\",\"configurationId\":"
                + quoted(details.rule())
                + ",\"bucket\":{\"name\":"
                + quoted(bucket)
                + ",\"ownerIdentity\":{\"principalId\":"
                + quoted(organisation)
                + "},\"arn\":"
                + quoted("arn:aws:s3:::" + bucket)
                + "},\"object\":{\"key\":"
                + quoted(URLEncoder.encode(event.name(), StandardCharsets.UTF_8))
                + (event.size() < 0 ? "" : ",\"size\":" + event.size())
                + (details.etag().isEmpty() ? "" : ",\"eTag\":" + quoted(details.etag()))
                + version(queued)
                + ",\"sequencer\":\""
                + sequencer(queued.stamp())
                + "\"}}}]}";
    }

    private static String version(Outbox.Queued queued) {
        return switch (queued.event().version()) {
            case Event.Version.None() -> "";
            case Event.Version.Fresh() -> ",\"versionId\":" + quoted(sequencer(queued.stamp()));
            case Event.Version.Known(String id) -> ",\"versionId\":" + quoted(id);
        };
    }

    /** Of one length, so that the text sorts as the number; also how doors write a version's id. */
    private static String sequencer(long stamp) {
        return HexFormat.of().toHexDigits(stamp);
    }

    /** The version of the form in which S3 first said events of a type. */
    private static String format(EventType type) {
        return switch (type) {
            case CREATED_PUT, CREATED_POST, CREATED_COPY, CREATED_PARTS, REMOVED, MARKED, TEST ->
                    "2.1";
            case TAGGED, UNTAGGED, LISTED, EXPIRED, EXPIRED_MARKED -> "2.3";
        };
    }

    private static String time(Instant at) {
        return TIME.format(at);
    }

    /** As the S3 door's answers have it. */
    private static String host(String request) {
        return Base64.getEncoder().encodeToString(request.getBytes(StandardCharsets.UTF_8));
    }

    /** A string of JSON (RFC 8259, section 7). */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < 0x20 || Character.isSurrogate(c)) {
                quoted.append("\\u").append(HexFormat.of().toHexDigits(c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
