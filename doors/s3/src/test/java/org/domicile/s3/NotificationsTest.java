package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.lifecycle.Lifecycle;
import org.domicile.policy.Target;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Notifications as clients set them, and what a webhook is told of what clients do. */
@Timeout(120)
class NotificationsTest extends DoorTest {
    private static final String ARN = "arn:aws:sns:home:main:hook";
    private static final Pattern KEYED =
            Pattern.compile("\"eventName\":\"([^\"]+)\".*\"key\":\"([^\"]+)\"");

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private HttpServer webhook;

    @BeforeAll
    void listen() throws IOException {
        webhook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
        webhook.createContext(
                "/",
                exchange -> {
                    byte[] body = exchange.getRequestBody().readAllBytes();
                    told.add(new String(body, StandardCharsets.UTF_8));
                    exchange.sendResponseHeaders(204, -1);
                    exchange.close();
                });
        webhook.start();
        installation.administration().createZone("abroad", Optional.empty());
        for (String[] each : new String[][] {{"hook", "home"}, {"far", "abroad"}}) {
            installation
                    .administration()
                    .createTarget(
                            new Target(
                                    "main",
                                    each[0],
                                    "http://127.0.0.1:" + webhook.getAddress().getPort() + "/",
                                    each[1],
                                    List.of("127.0.0.0/8"),
                                    Instant.EPOCH,
                                    false));
            installation.administration().makeTargetSecret("main/" + each[0]);
        }
        installation.guard.deliveries().start();
    }

    @AfterAll
    void stopListening() {
        installation.guard.deliveries().close();
        webhook.stop(0);
    }

    @BeforeEach
    void nothingYet() {
        told.clear();
    }

    @AfterEach
    void today() {
        installation.ahead.set(0);
    }

    private static String topic(String inner) {
        return "<TopicConfiguration>" + inner + "</TopicConfiguration>";
    }

    private static String all(String id, String filter) {
        return topic(
                "<Id>"
                        + id
                        + "</Id><Topic>"
                        + ARN
                        + "</Topic><Event>s3:ObjectCreated:*</Event>"
                        + "<Event>s3:ObjectRemoved:*</Event><Event>s3:ObjectTagging:*</Event>"
                        + "<Event>s3:ObjectAcl:Put</Event>"
                        + "<Event>s3:LifecycleExpiration:*</Event>"
                        + filter);
    }

    private static String filter(String prefix, String suffix) {
        return "<Filter><S3Key><FilterRule><Name>prefix</Name><Value>"
                + prefix
                + "</Value></FilterRule><FilterRule><Name>Suffix</Name><Value>"
                + suffix
                + "</Value></FilterRule></S3Key></Filter>";
    }

    private Client.Reply set(String inner, String... fields) throws IOException {
        return client.put(
                bucket + "?notification",
                "<NotificationConfiguration>" + inner + "</NotificationConfiguration>",
                fields);
    }

    private String next() throws InterruptedException {
        String next = told.poll(20, TimeUnit.SECONDS);
        assertNotNull(next, "no event came");
        return next;
    }

    /** The next so many, each as type and key. */
    private List<String> next(int count) throws InterruptedException {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String body = next();
            Matcher said = KEYED.matcher(body);
            assertTrue(said.find(), body);
            all.add(said.group(1) + " " + said.group(2));
        }
        return all;
    }

    @Test
    void aConfigurationComesBackAsItWasSet() throws IOException, InterruptedException {
        assertEquals(
                "<NotificationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                        + "</NotificationConfiguration>",
                client.get(bucket + "?notification").text().split("\n")[1]);
        String inner = all("images", filter("im&amp;ages/", ".jpg"));
        Client.Reply set = set(inner);
        assertEquals(200, set.status(), set.text());
        Client.Reply got = client.get(bucket + "?notification");
        assertEquals(List.of("images"), got.elements("Id"));
        assertEquals(List.of(ARN), got.elements("Topic"));
        assertEquals(5, got.elements("Event").size());
        assertEquals(List.of("prefix", "suffix"), got.elements("Name"));
        assertTrue(got.text().contains("<Value>im&amp;ages/</Value>"), got::text);
        String test = next();
        assertTrue(test.contains("\"Event\":\"s3:TestEvent\""), test);
        assertTrue(test.contains("\"Bucket\":\"" + bucket.substring(1) + "\""), test);
        assertTrue(test.contains(set.field("x-amz-request-id")), test);

        assertEquals(200, set(all("", ""), "x-amz-skip-destination-validation: true").status());
        assertEquals(1, client.get(bucket + "?notification").elements("Id").size());
        assertEquals(200, set("").status());
        assertEquals(0, client.get(bucket + "?notification").elements("Topic").size());
        client.put(bucket + "/n", "x");
        assertTrue(told.isEmpty(), told::toString);
    }

    @Test
    void whatMeansNothingIsRefusedInS3sWords() throws IOException {
        String put = "<Event>s3:ObjectCreated:Put</Event>";
        String to = "<Topic>" + ARN + "</Topic>";
        Map<String, String> refused = new LinkedHashMap<>();
        refused.put(topic(to), "MalformedXML");
        refused.put(topic(to + put + "<More/>"), "MalformedXML");
        refused.put("<More/>", "MalformedXML");
        refused.put(topic(to + "<Event>s3:ObjectCreated:Gone</Event>"), "InvalidArgument");
        refused.put(topic(to + "<Event>s3:TestEvent</Event>"), "InvalidArgument");
        refused.put(topic(to + "<Event>s3:Replication:*</Event>"), "NotImplemented");
        refused.put("<EventBridgeConfiguration/>", "NotImplemented");
        refused.put(topic(put), "InvalidArgument");
        refused.put(topic("<Topic>arn:aws:sns:home:main:nobody</Topic>" + put), "InvalidArgument");
        refused.put(topic("<Topic>arn:aws:sns:abroad:main:far</Topic>" + put), "InvalidArgument");
        refused.put(
                "<QueueConfiguration><Queue>arn:aws:sqs:home:main:q</Queue>"
                        + put
                        + "</QueueConfiguration>",
                "InvalidArgument");
        refused.put(
                "<CloudFunctionConfiguration><CloudFunction>f</CloudFunction>"
                        + put
                        + "</CloudFunctionConfiguration>",
                "InvalidArgument");
        refused.put(topic(to + put) + topic(to + put), "InvalidArgument");
        refused.put(
                topic("<Id>1</Id>" + to + put + filter("a/", ""))
                        + topic("<Id>2</Id>" + to + put + filter("a/b", "")),
                "InvalidArgument");
        refused.put(
                topic("<Id>1</Id>" + to + put)
                        + topic("<Id>1</Id>" + to + "<Event>s3:ObjectAcl:Put</Event>"),
                "InvalidArgument");
        refused.put(topic("<Id>" + "a".repeat(256) + "</Id>" + to + put), "InvalidArgument");
        refused.put(
                topic(to + put + filter("", "").replace("Suffix", "middle")), "InvalidArgument");
        refused.put(
                topic(to + put + filter("", "").replace("Suffix", "prefix")), "InvalidArgument");
        refused.put(topic(to + put + filter("a".repeat(1_025), "")), "InvalidArgument");
        for (Map.Entry<String, String> each : refused.entrySet()) {
            int status = each.getValue().equals("NotImplemented") ? 501 : 400;
            failed(status, each.getValue(), set(each.getKey()));
        }
        failed(404, "NoSuchBucket", client.get("/not-there?notification"));
        assertTrue(told.isEmpty(), told::toString);
    }

    @Test
    void whateverClientsDoIsTold() throws IOException, InterruptedException {
        assertEquals(200, set(all("all", ""), "x-amz-skip-destination-validation: true").status());
        client.put(bucket + "/put", "x");
        client.put(bucket + "/copy", "", "x-amz-copy-source: " + bucket + "/put");
        client.put(
                bucket + "/put?tagging",
                "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>");
        client.delete(bucket + "/put?tagging");
        assertEquals(
                List.of(
                        "ObjectCreated:Copy copy",
                        "ObjectCreated:Put put",
                        "ObjectTagging:Delete put",
                        "ObjectTagging:Put put"),
                next(4).stream().sorted().toList());

        Map<String, String> fields =
                FormsTest.signed(
                        installation.pair(),
                        "",
                        bucket.substring(1),
                        Map.of("key", "posted"),
                        ",{\"key\": \"posted\"}");
        try (Client browser = installation.client("")) {
            byte[] form = FormsTest.form(fields, "f", new byte[] {1});
            Client.Reply posted =
                    browser.call(
                            "POST",
                            bucket,
                            form,
                            "Content-Type: multipart/form-data; boundary=" + FormsTest.BOUNDARY);
            assertEquals(204, posted.status(), posted.text());
        }
        String upload = client.post(bucket + "/parts?uploads", "").element("UploadId");
        String part =
                client.put(bucket + "/parts?partNumber=1&uploadId=" + upload, "x").field("etag");
        Client.Reply completed =
                client.post(
                        bucket + "/parts?uploadId=" + upload,
                        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"
                                + part
                                + "</ETag></Part></CompleteMultipartUpload>");
        assertEquals(200, completed.status(), completed.text());
        String list =
                "<Delete><Object><Key>copy</Key></Object><Object><Key>none</Key></Object></Delete>";
        byte[] md5 =
                TrustingAuthentication.digest("MD5").digest(list.getBytes(StandardCharsets.UTF_8));
        String field = "Content-MD5: " + Base64.getEncoder().encodeToString(md5);
        assertEquals(200, client.post(bucket + "?delete", list, field).status());
        assertEquals(
                List.of(
                        "ObjectCreated:CompleteMultipartUpload parts",
                        "ObjectCreated:Post posted",
                        "ObjectRemoved:Delete copy"),
                next(3).stream().sorted().toList());
    }

    @Test
    void whatRulesEndIsTold() throws IOException, InterruptedException {
        assertEquals(200, set(all("all", ""), "x-amz-skip-destination-validation: true").status());
        client.put(bucket + "/old", "x");
        assertEquals(List.of("ObjectCreated:Put old"), next(1));
        client.put(
                bucket + "?lifecycle",
                "<LifecycleConfiguration><Rule><Filter/><Status>Enabled</Status><Expiration>"
                        + "<Days>1</Days></Expiration></Rule></LifecycleConfiguration>");
        installation.ahead.set(Duration.ofDays(2).toSeconds());
        assertEquals(1, installation.guard.lifecycle(Lifecycle.DAY));
        assertEquals(List.of("LifecycleExpiration:Delete old"), next(1));
    }
}
