package org.domicile.events;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.domicile.bytes.StorageFailure;
import org.junit.jupiter.api.Test;

/** What rules want, which of them fit together, and their form. */
class NotificationTest {
    private static final Destination HOOK = new Destination.Webhook("eu-1", "city", "hook");

    private static Notification.Rule rule(String id, String event, String prefix, String suffix) {
        return new Notification.Rule(id, HOOK, List.of(event), prefix, suffix);
    }

    @Test
    void aNameMeansATypeOrAFamily() {
        for (EventType each : EventType.values()) {
            Set<EventType> meant = each == EventType.TEST ? Set.of() : Set.of(each);
            assertEquals(meant, EventType.named(each.code()));
        }
        assertEquals(
                EnumSet.of(
                        EventType.CREATED_PUT,
                        EventType.CREATED_POST,
                        EventType.CREATED_COPY,
                        EventType.CREATED_PARTS),
                EventType.named("s3:ObjectCreated:*"));
        assertEquals(
                EnumSet.of(EventType.EXPIRED, EventType.EXPIRED_MARKED),
                EventType.named("s3:LifecycleExpiration:*"));
        for (String none :
                List.of(
                        "",
                        "*",
                        "s3:*",
                        "ObjectCreated:*",
                        "s3:ObjectAcl:*",
                        "s3:objectcreated:put")) {
            assertEquals(Set.of(), EventType.named(none), none);
        }
    }

    @Test
    void anArnNamesATargetInItsZone() {
        assertEquals("arn:aws:sns:eu-1:city:hook", HOOK.arn());
        assertEquals(Optional.of(HOOK), Destination.of(HOOK.arn()));
        Destination stream = new Destination.Stream("eu-1", "city", "Scans.new_1");
        assertEquals("arn:aws:kafka:eu-1:city:topic/Scans.new_1", stream.arn());
        assertEquals(Optional.of(stream), Destination.of(stream.arn()));
        for (String none :
                List.of(
                        "",
                        "arn:aws:sqs:eu-1:city:hook",
                        "arn:aws:sns::city:hook",
                        "arn:aws:sns:eu-1:city:hook:more",
                        "arn:aws:sns:eu-1:city:Hook",
                        "arn:aws:sns:eu-1:city:" + "a".repeat(64))) {
            assertEquals(Optional.empty(), Destination.of(none), none);
        }
    }

    @Test
    void theRuleThatWantsAnEventIsFound() {
        Notification.Rule logs = rule("logs", "s3:ObjectCreated:*", "logs/", ".gz");
        Notification.Rule gone = rule("gone", "s3:ObjectRemoved:Delete", "", "");
        Notification both = new Notification(List.of(logs, gone), "city/p");
        assertEquals(Optional.of(logs), both.rule(EventType.CREATED_COPY, "logs/a.gz"));
        assertEquals(Optional.empty(), both.rule(EventType.CREATED_COPY, "logs/a.txt"));
        assertEquals(Optional.empty(), both.rule(EventType.CREATED_COPY, "log/a.gz"));
        assertEquals(Optional.of(gone), both.rule(EventType.REMOVED, "logs/a.gz"));
        assertEquals(Optional.empty(), both.rule(EventType.MARKED, "logs/a.gz"));
    }

    @Test
    void rulesOverlapWhereBothCouldWantAnEvent() {
        Notification.Rule one = rule("1", "s3:ObjectCreated:*", "images/", ".jpg");
        List<Notification.Rule> beside =
                List.of(
                        rule("2", "s3:ObjectCreated:Put", "images/", ".png"),
                        rule("2", "s3:ObjectCreated:Put", "texts/", ".jpg"),
                        rule("2", "s3:ObjectRemoved:*", "images/", ".jpg"));
        beside.forEach(
                each -> assertFalse(Notification.overlap(List.of(one, each)), each::toString));
        List<Notification.Rule> over =
                List.of(
                        rule("2", "s3:ObjectCreated:Put", "images/", ".jpg"),
                        rule("2", "s3:ObjectCreated:Put", "images/2026/", "g"),
                        rule("2", "s3:ObjectCreated:Copy", "", ""));
        for (Notification.Rule each : over) {
            List<Notification.Rule> both = List.of(one, each);
            assertTrue(Notification.overlap(both), each::toString);
            assertThrows(IllegalArgumentException.class, () -> new Notification(both, ""));
        }
    }

    @Test
    void whatIsTooLongOrMeansNothingIsNoRule() {
        String tooLong = "a".repeat(1_025);
        assertThrows(IllegalArgumentException.class, () -> rule("", "s3:ObjectAcl:Put", "", ""));
        assertThrows(
                IllegalArgumentException.class,
                () -> rule("a".repeat(256), "s3:ObjectAcl:Put", "", ""));
        assertThrows(IllegalArgumentException.class, () -> rule("1", "s3:TestEvent", "", ""));
        assertThrows(
                IllegalArgumentException.class, () -> rule("1", "s3:ObjectAcl:Put", tooLong, ""));
        assertThrows(
                IllegalArgumentException.class, () -> rule("1", "s3:ObjectAcl:Put", "", tooLong));
        List<String> many = Collections.nCopies(65, "s3:ObjectAcl:Put");
        assertThrows(
                IllegalArgumentException.class,
                () -> new Notification.Rule("1", HOOK, many, "", ""));
        Notification.Rule acl = rule("1", "s3:ObjectAcl:Put", "", "");
        Notification.Rule tags = rule("1", "s3:ObjectTagging:Put", "", "");
        assertThrows(
                IllegalArgumentException.class, () -> new Notification(List.of(acl, tags), ""));
    }

    @Test
    void itsFormIsAsItWas() {
        Notification one =
                new Notification(List.of(rule("r", "s3:ObjectAcl:Put", "ü/", ".b")), "city/p");
        byte[] form =
                HexFormat.of()
                        .parseHex(
                                "010006636974792f7001000172001a61726e3a6177733a736e733a65752d313a636974793a686f6f6b0100"
                                    + "1073333a4f626a65637441636c3a5075740003c3bc2f00022e62");
        assertArrayEquals(form, one.document(), () -> HexFormat.of().formatHex(one.document()));
        assertEquals(one, Notification.of(form));
        assertThrows(
                StorageFailure.class, () -> Notification.of(Arrays.copyOf(form, form.length - 1)));
        byte[] newer = form.clone();
        newer[0] = 2;
        assertEquals(
                StorageFailure.Kind.FOREIGN,
                assertThrows(StorageFailure.class, () -> Notification.of(newer)).kind());
        byte[] elsewhere =
                new String(form, StandardCharsets.ISO_8859_1)
                        .replace("arn:aws:sns", "arn:aws:sqs")
                        .getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(
                StorageFailure.Kind.FOREIGN,
                assertThrows(StorageFailure.class, () -> Notification.of(elsewhere)).kind());
    }
}
