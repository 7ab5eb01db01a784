package org.domicile.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Events in S3's words. */
class MessageTest {
    private static final Event.Place PLACE = new Event.Place("b-1", "archive", List.of("eu-1"));

    private static String said(
            EventType type, String name, Event.Version version, long size, Event.Details details) {
        Event event =
                new Event(
                        type,
                        Instant.parse("2026-03-01T10:00:00Z"),
                        "city/p",
                        PLACE,
                        name,
                        version,
                        size,
                        new byte[0]);
        return new String(
                Message.of(new Outbox.Queued(258, event), details, "city"), StandardCharsets.UTF_8);
    }

    @Test
    void anObjectThatCameIsOneRecord() {
        assertEquals(
                """
                {"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-1",\
                "eventTime":"2026-03-01T10:00:00.000Z","eventName":"ObjectCreated:Put",\
                "userIdentity":{"principalId":"p-1"},\
                "requestParameters":{"sourceIPAddress":"withheld"},\
                "responseElements":{"x-amz-request-id":"r-1","x-amz-id-2":"ci0x"},\
                "s3":{"s3SchemaVersion":"1.0","configurationId":"the \\"rule\\"",\
                "bucket":{"name":"archive","ownerIdentity":{"principalId":"city"},\
                "arn":"arn:aws:s3:::archive"},\
                "object":{"key":"a+b%2F%22%C3%BC","size":7,"eTag":"e",\
                "versionId":"0000000000000102","sequencer":"0000000000000102"}}}]}\
                """,
                said(
                        EventType.CREATED_PUT,
                        "a b/\"ü",
                        new Event.Version.Fresh(),
                        7,
                        new Event.Details("the \"rule\"", "e", "p-1", "r-1")));
    }

    @Test
    void whatIsNotToldIsLeftOut() {
        String text =
                said(
                        EventType.UNTAGGED,
                        "n",
                        new Event.Version.None(),
                        -1,
                        new Event.Details("", "", "", ""));
        assertTrue(text.contains("\"eventVersion\":\"2.3\""), text);
        assertTrue(
                text.endsWith("\"object\":{\"key\":\"n\",\"sequencer\":\"0000000000000102\"}}}]}"),
                text);
        String known =
                said(
                        EventType.REMOVED,
                        "n",
                        new Event.Version.Known("null"),
                        -1,
                        new Event.Details("\u0001\ud83d\ude00", "", "", ""));
        assertTrue(known.contains("\"versionId\":\"null\""), known);
        assertTrue(known.contains("\"configurationId\":\"\\u0001\\ud83d\\ude00\""), known);
    }

    @Test
    void aTestIsNoRecord() {
        assertEquals(
                """
                {"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-03-01T10:00:00.000Z",\
                "Bucket":"archive","RequestId":"r-1","HostId":"ci0x"}\
                """,
                said(
                        EventType.TEST,
                        "",
                        new Event.Version.None(),
                        -1,
                        new Event.Details("", "", "p-1", "r-1")));
    }
}
