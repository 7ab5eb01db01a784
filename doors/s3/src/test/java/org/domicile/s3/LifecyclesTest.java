package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.domicile.lifecycle.Lifecycle;
import org.domicile.policy.Marks;
import org.domicile.policy.Policy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Lifecycle rules as clients set them, and what the job then ends. */
class LifecyclesTest extends DoorTest {
    private static final String DAYS = "<Expiration><Days>1</Days></Expiration>";
    private static final String ALL = "<Filter/>";

    @AfterEach
    void today() throws IOException {
        installation.ahead.set(0);
        client.delete(bucket + "?lifecycle");
    }

    private static String rules(String... rules) {
        return "<LifecycleConfiguration><Rule>"
                + String.join("</Rule><Rule>", rules)
                + "</Rule></LifecycleConfiguration>";
    }

    private static String rule(String id, String filter, String actions) {
        return (id.isEmpty() ? "" : "<ID>" + id + "</ID>")
                + filter
                + "<Status>Enabled</Status>"
                + actions;
    }

    private Client.Reply set(String... rules) throws IOException {
        return client.put(bucket + "?lifecycle", rules(rules));
    }

    private void given(String... rules) throws IOException {
        Client.Reply reply = set(rules);
        assertEquals(200, reply.status(), reply.text());
    }

    /** What ends after so many days. */
    private long daysLater(int days) {
        installation.ahead.set(Duration.ofDays(days).toSeconds());
        return installation.guard.lifecycle(Lifecycle.DAY);
    }

    private void versioned() throws IOException {
        String document =
                "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        assertEquals(200, client.put(bucket + "?versioning", document).status());
    }

    private List<String> keys() throws IOException {
        return client.get(bucket + "?versions").elements("Key");
    }

    @Test
    void rulesComeBackAsTheyWereGiven() throws IOException {
        String path = bucket + "?lifecycle";
        failed(404, "NoSuchLifecycleConfiguration", client.get(path));
        assertEquals(204, client.delete(path).status());
        String[] given = {
            "<ID>old</ID><Prefix>a/</Prefix><Status>Disabled</Status>" + DAYS,
            rule(
                    "and",
                    "<Filter><And><Prefix>b/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag>"
                            + "<Tag><Key>l</Key><Value>w</Value></Tag>"
                            + "<ObjectSizeGreaterThan>9</ObjectSizeGreaterThan>"
                            + "<ObjectSizeLessThan>99</ObjectSizeLessThan></And></Filter>",
                    "<Expiration><Date>2030-01-01T00:00:00.000Z</Date></Expiration>"),
            rule(
                    "marker",
                    "<Filter><Prefix></Prefix></Filter>",
                    "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>"
                            + "</Expiration><NoncurrentVersionExpiration><NoncurrentDays>2"
                            + "</NoncurrentDays><NewerNoncurrentVersions>3"
                            + "</NewerNoncurrentVersions></NoncurrentVersionExpiration>"
                            + "<AbortIncompleteMultipartUpload><DaysAfterInitiation>4"
                            + "</DaysAfterInitiation></AbortIncompleteMultipartUpload>"),
            rule("size", "<Filter><ObjectSizeLessThan>5</ObjectSizeLessThan></Filter>", DAYS),
        };
        String least = "x-amz-transition-default-minimum-object-size: varies_by_storage_class";
        Client.Reply put = client.put(path, rules(given), least);
        assertEquals("varies_by_storage_class", put.field(least.substring(0, least.indexOf(':'))));
        String shown = client.get(path).text();
        for (String each : given) {
            assertTrue(shown.contains("<Rule>" + each + "</Rule>"), shown);
        }
        failed(400, "InvalidArgument", client.put(path, rules(given), least + "s"));
        given(rule("", ALL, DAYS), rule("", ALL, DAYS));
        List<String> made = client.get(path).elements("ID");
        assertEquals(2, made.stream().distinct().count(), made::toString);
        failed(404, "NoSuchBucket", client.put("/bucket-none?lifecycle", rules(given)));
    }

    @Test
    void whatIsNoRuleIsRefused() throws IOException {
        String abort =
                "<AbortIncompleteMultipartUpload><DaysAfterInitiation>%s</DaysAfterInitiation>"
                        + "</AbortIncompleteMultipartUpload>";
        String older =
                "<NoncurrentVersionExpiration><NoncurrentDays>%s</NoncurrentDays>"
                        + "<NewerNoncurrentVersions>%s</NewerNoncurrentVersions>"
                        + "</NoncurrentVersionExpiration>";
        String tag = "<Tag><Key>k</Key><Value>v</Value></Tag>";
        String marker =
                "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>"
                        + "</Expiration>";
        String[][] wrong = {
            {"InvalidArgument", rule("i".repeat(256), ALL, DAYS)},
            {"MalformedXML", rule("i", ALL, DAYS).replace("Enabled", "enabled")},
            {"MalformedXML", rule("i", "", DAYS)},
            {"MalformedXML", rule("i", "<Prefix>a</Prefix>" + ALL, DAYS)},
            {"MalformedXML", rule("i", "<Filter><Prefix>a</Prefix>" + tag + "</Filter>", DAYS)},
            {"MalformedXML", rule("i", "<Filter><Other/></Filter>", DAYS)},
            {"InvalidTag", rule("i", "<Filter><And>" + tag + tag + "</And></Filter>", DAYS)},
            {"InvalidRequest", rule("i", ALL, "")},
            {"MalformedXML", rule("i", ALL, "<Expiration/>")},
            {"MalformedXML", rule("i", ALL, DAYS.replace("1", "one"))},
            {"InvalidArgument", rule("i", ALL, DAYS.replace("1", "0"))},
            {"InvalidArgument", rule("i", ALL, DAYS.replace("1", "1000001"))},
            {
                "MalformedXML",
                rule("i", ALL, DAYS.replace("<Days>", "<Date>2030-01-01T00:00:00Z</Date><Days>"))
            },
            {
                "InvalidArgument",
                rule("i", ALL, "<Expiration><Date>2030-01-01T00:00:01Z</Date></Expiration>")
            },
            {"MalformedXML", rule("i", ALL, "<Expiration><Date>20300101</Date></Expiration>")},
            {"InvalidArgument", rule("i", ALL, abort.formatted(0))},
            {"InvalidArgument", rule("i", ALL, older.formatted(0, 1))},
            {"InvalidArgument", rule("i", ALL, older.formatted(1, 101))},
            {"InvalidRequest", rule("i", "<Filter>" + tag + "</Filter>", marker)},
            {"InvalidRequest", rule("i", "<Filter>" + tag + "</Filter>", abort.formatted(1))},
            {
                "InvalidRequest",
                rule(
                        "i",
                        "<Filter><And><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan>"
                                + "<ObjectSizeLessThan>6</ObjectSizeLessThan></And></Filter>",
                        DAYS)
            },
            {
                "InvalidArgument",
                rule("i", ALL, "<Transition><Date>2030-01-01T00:00:01Z</Date></Transition>")
            },
        };
        for (String[] each : wrong) {
            failed(400, each[0], set(each[1]));
        }
        String moves =
                "<Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>";
        failed(501, "NotImplemented", set(rule("i", ALL, moves)));
        failed(400, "InvalidArgument", set(rule("i", ALL, DAYS), rule("i", ALL, DAYS)));
        failed(400, "MalformedXML", client.put(bucket + "?lifecycle", "<LifecycleConfiguration/>"));
        failed(404, "NoSuchLifecycleConfiguration", client.get(bucket + "?lifecycle"));
    }

    @Test
    void answersSayWhenAnObjectEnds() throws IOException {
        String tag = "<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter>";
        given(rule("r 1", tag, DAYS));
        String key = bucket + "/n";
        Client.Reply put = client.put(key, "x", "x-amz-tagging: k=v");
        String ends = put.field("x-amz-expiration");
        Instant midnight =
                Instant.now().plus(Duration.ofDays(1)).truncatedTo(ChronoUnit.DAYS).plusSeconds(1);
        Instant said = Dates.parse(ends.split("\"", -1)[1]).orElseThrow();
        assertTrue(said.isAfter(midnight) && said.isBefore(midnight.plusSeconds(2 * 86_400)), ends);
        assertTrue(ends.endsWith(", rule-id=\"r%201\""), ends);
        assertEquals(ends, client.get(key).field("x-amz-expiration"));
        assertEquals(ends, client.head(key).field("x-amz-expiration"));
        String from = "x-amz-copy-source: " + key;
        assertTrue(!client.put(bucket + "/m", "", from).field("x-amz-expiration").isEmpty());
        client.delete(key + "?tagging");
        assertEquals("", client.head(key).field("x-amz-expiration"));
        assertEquals("", client.put(key, "x").field("x-amz-expiration"));
    }

    @Test
    void theJobEndsWhatIsOverAndNothingElse() throws IOException {
        client.put(bucket + "/a/old", "x");
        client.put(bucket + "/b/kept", "x");
        client.post(bucket + "/a/upload?uploads", "");
        client.post(bucket + "/b/upload?uploads", "");
        String abort =
                "<AbortIncompleteMultipartUpload><DaysAfterInitiation>3</DaysAfterInitiation>"
                        + "</AbortIncompleteMultipartUpload>";
        given(
                rule("a", "<Filter><Prefix>a/</Prefix></Filter>", DAYS),
                rule("u", "<Filter><Prefix>a/</Prefix></Filter>", abort));
        assertEquals(0, daysLater(0));
        assertEquals(1, daysLater(2));
        assertEquals(List.of("b/kept"), keys());
        assertEquals(1, daysLater(4));
        assertEquals(List.of("b/upload"), client.get(bucket + "?uploads").elements("Key"));
        assertEquals(0, daysLater(5));
        List<String> recorded =
                installation.uses("main").stream()
                        .filter(use -> use.purpose().equals(Policy.LIFECYCLE))
                        .filter(use -> use.object().startsWith(bucket.substring(1) + "/"))
                        .map(use -> use.action() + " " + use.object())
                        .toList();
        assertEquals(
                List.of(
                        "lifecycle:AbortUpload " + bucket.substring(1) + "/a/upload",
                        "lifecycle:ExpireObject " + bucket.substring(1) + "/a/old"),
                recorded);
    }

    @Test
    void versionsEndOneAfterTheOther() throws IOException {
        versioned();
        String key = bucket + "/n";
        for (int i = 0; i < 4; i++) {
            client.put(key, "" + i);
        }
        String older =
                "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>"
                        + "<NewerNoncurrentVersions>2</NewerNoncurrentVersions>"
                        + "</NoncurrentVersionExpiration>";
        given(rule("older", ALL, older));
        assertEquals(1, daysLater(2), "the oldest: two noncurrent ones stay");
        given(
                rule("older", ALL, older.replaceAll("<Newer.*</Newer[^>]*>", "")),
                rule("days", ALL, DAYS));
        assertEquals(3, daysLater(3), "two older ones; the newest gets a marker");
        assertEquals(2, keys().size());
        failed(404, "NoSuchKey", client.get(key));
        assertEquals(1, daysLater(5), "what the marker hides");
        assertEquals(1, daysLater(6), "the marker, which is all that is left");
        assertEquals(List.of(), keys());
        assertEquals(0, daysLater(7));
    }

    @Test
    void whatIsLockedIsNotTouched() throws IOException {
        versioned();
        String lock =
                "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>"
                        + "<DefaultRetention><Mode>COMPLIANCE</Mode><Days>10</Days>"
                        + "</DefaultRetention></Rule></ObjectLockConfiguration>";
        client.put(bucket + "?object-lock", lock);
        client.put(bucket + "/n", "1");
        String older =
                "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>"
                        + "</NoncurrentVersionExpiration>";
        given(rule("r", ALL, DAYS + older));
        assertEquals(1, daysLater(2), "a marker hides it");
        assertEquals(0, daysLater(9));
        assertEquals(2, keys().size());
        assertEquals(1, daysLater(11), "the lock is over");
        assertEquals(1, daysLater(12));
        assertEquals(List.of(), keys());
    }

    /** Labels say who may use data; that its own bucket's rules end them is no use of them. */
    @Test
    void labelledDataEndAsTheirBucketSays() throws IOException {
        given(rule("all", ALL, DAYS));
        installation
                .administration()
                .label(
                        bucket.substring(1),
                        "people/",
                        new Marks(List.of("health"), List.of(), List.of()));
        assertEquals(200, client.put(bucket + "/n", "x").status());
        installation
                .administration()
                .label(bucket.substring(1), "", new Marks(List.of("health"), List.of(), List.of()));
        assertEquals(1, daysLater(2));
        assertEquals(List.of(), keys());
    }
}
