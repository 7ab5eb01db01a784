package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.domicile.bytes.Budget;
import org.junit.jupiter.api.Test;

/** Pages of other origins: what they may ask, and what answers let them read. */
class CorsTest extends DoorTest {
    private static final String ORIGIN = "access-control-allow-origin";
    private static final String METHODS = "access-control-allow-methods";
    private static final String ASKS = "Access-Control-Request-Method: ";
    private static final byte[] NOTHING = new byte[0];

    private static String rule(String origin, String method, String more) {
        return "<CORSRule><AllowedOrigin>"
                + origin
                + "</AllowedOrigin><AllowedMethod>"
                + method
                + "</AllowedMethod>"
                + more
                + "</CORSRule>";
    }

    private Client.Reply set(String rules) throws IOException {
        return client.put(bucket + "?cors", "<CORSConfiguration>" + rules + "</CORSConfiguration>");
    }

    private static Client.Reply preflight(Client by, String path, String... fields)
            throws IOException {
        return by.call("OPTIONS", path, NOTHING, fields);
    }

    private static void shared(String origin, String methods, Client.Reply reply) {
        assertEquals(origin, reply.field(ORIGIN));
        assertEquals(methods, reply.field(METHODS));
        assertEquals(
                origin.isEmpty()
                        ? ""
                        : "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
                reply.field("vary"));
        assertEquals(
                origin.isEmpty() || origin.equals("*") ? "" : "true",
                reply.field("access-control-allow-credentials"));
    }

    /**
     * Story: each request with an Origin had a bucket's rules opened and parsed, before anybody
     * knew who sent it and in nobody's budget.
     */
    @Test
    void rulesAreParsedOnceForEachChange() throws IOException {
        CorsRules rules = new CorsRules(installation.guard, new Budget(1 << 20));
        String name = bucket.substring(1);
        assertEquals(List.of(), rules.of(name));
        assertEquals(200, set(rule("http://one", "GET", "")).status());
        List<CorsRule> one = rules.of(name);
        assertSame(one, rules.of(name));
        assertEquals(200, set(rule("http://two", "GET", "")).status());
        List<CorsRule> two = rules.of(name);
        assertEquals(List.of("http://two"), two.getFirst().origins());
        assertSame(two, rules.of(name));
        assertEquals(204, client.call("DELETE", bucket + "?cors", NOTHING).status());
        assertEquals(List.of(), rules.of(name));
    }

    @Test
    void rulesOfManyBucketsAreNotAllKept() throws IOException {
        CorsRules rules = new CorsRules(installation.guard, new Budget(1 << 20));
        String many = rule("http://" + "a".repeat(600), "GET", "").repeat(90);
        List<List<CorsRule>> parsed = new ArrayList<>();
        for (int i = 0; i < 80; i++) { // 64 KiB each, of 4 MiB
            String each = bucket + "-" + i;
            assertEquals(200, client.put(each, "").status());
            String document = "<CORSConfiguration>" + many + "</CORSConfiguration>";
            assertEquals(200, client.put(each + "?cors", document).status());
            parsed.add(rules.of(each.substring(1)));
        }
        assertNotSame(parsed.getFirst(), rules.of(bucket.substring(1) + "-0"));
        assertSame(parsed.getLast(), rules.of(bucket.substring(1) + "-79"));
    }

    @Test
    void rulesComeGoAndAreAnsweredAsTheyWereSet() throws IOException {
        failed(404, "NoSuchCORSConfiguration", client.get(bucket + "?cors"));
        String more =
                "<AllowedMethod>PUT</AllowedMethod><AllowedHeader>x-amz-*</AllowedHeader>"
                        + "<ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds>"
                        + "<ID>one</ID>";
        assertEquals(200, set(rule("*.get", "GET", more) + rule("b", "HEAD", "")).status());
        Client.Reply got = client.get(bucket + "?cors");
        assertEquals(List.of("*.get", "b"), got.elements("AllowedOrigin"));
        assertEquals(List.of("GET", "PUT", "HEAD"), got.elements("AllowedMethod"));
        assertEquals(List.of("x-amz-*"), got.elements("AllowedHeader"));
        assertEquals(
                "ETag 60 one",
                got.element("ExposeHeader")
                        + " "
                        + got.element("MaxAgeSeconds")
                        + " "
                        + got.element("ID"));
        assertEquals(204, client.delete(bucket + "?cors").status());
        failed(404, "NoSuchCORSConfiguration", client.get(bucket + "?cors"));
        failed(404, "NoSuchBucket", client.delete("/none?cors"));
    }

    @Test
    void rulesThatMeanNothingAreRefused() throws IOException {
        failed(400, "MalformedXML", set(""));
        failed(400, "MalformedXML", set("<CORSRule/>"));
        failed(400, "MalformedXML", set(rule("", "GET", "")));
        failed(400, "MalformedXML", set(rule("a b", "GET", "")));
        failed(400, "MalformedXML", set(rule("a", "GET", "<ID>" + "i".repeat(256) + "</ID>")));
        failed(400, "MalformedXML", set(rule("a", "GET", "<MaxAgeSeconds>-1</MaxAgeSeconds>")));
        failed(400, "InvalidRequest", set(rule("a", "PATCH", "")));
        failed(400, "InvalidRequest", set(rule("a*b*c", "GET", "")));
        failed(400, "InvalidRequest", set(rule("a", "GET", "<AllowedHeader>**</AllowedHeader>")));
        failed(400, "InvalidRequest", set(rule("a", "GET", "<ExposeHeader>*</ExposeHeader>")));
        assertEquals(200, set(rule("a", "GET", "").repeat(100)).status());
        failed(400, "MalformedXML", set(rule("a", "GET", "").repeat(101)));
        assertEquals(400, set(rule("a".repeat(70_000), "GET", "")).status());
    }

    @Test
    void strangersArePreflightedByTheRules() throws IOException {
        set(
                rule("*suffix", "GET", "")
                        + rule("start*end", "GET", "")
                        + rule(
                                "*.put",
                                "PUT",
                                "<AllowedHeader>X-Amz-*</AllowedHeader>"
                                        + "<ExposeHeader>ETag</ExposeHeader>"
                                        + "<MaxAgeSeconds>60</MaxAgeSeconds>"));
        try (Client stranger = installation.client("")) {
            for (String path : List.of(bucket, bucket + "/some/name?X-Amz-Signature=none")) {
                failed(400, "BadRequest", preflight(stranger, path));
                failed(400, "BadRequest", preflight(stranger, path, "Origin: suffix"));
                Client.Reply got =
                        preflight(stranger, path, "Origin: http://a.suffix", ASKS + "GET");
                assertEquals(200, got.status(), got.text());
                shared("http://a.suffix", "GET", got);
                for (String origin : List.of("suffix.b", "starten", "0startend", "a.put")) {
                    Client.Reply no = preflight(stranger, path, "Origin: " + origin, ASKS + "GET");
                    failed(403, "AccessForbidden", no);
                    shared("", "", no);
                }
                assertEquals(
                        200, preflight(stranger, path, "Origin: startend", ASKS + "GET").status());
                Client.Reply put =
                        preflight(
                                stranger,
                                path,
                                "Origin: a.put",
                                ASKS + "PUT",
                                "Access-Control-Request-Headers: X-Amz-Date, x-amz-acl");
                shared("a.put", "PUT", put);
                assertEquals("x-amz-date, x-amz-acl", put.field("access-control-allow-headers"));
                assertEquals("ETag", put.field("access-control-expose-headers"));
                assertEquals("60", put.field("access-control-max-age"));
                failed(
                        403,
                        "AccessForbidden",
                        preflight(
                                stranger,
                                path,
                                "Origin: a.put",
                                ASKS + "PUT",
                                "Access-Control-Request-Headers: x-amz-date, cookie"));
            }
        }
    }

    /** Who asks without a signature does not learn which buckets there are. */
    @Test
    void aBucketThatIsNotThereIsAsOneWithoutRules() throws IOException {
        String[] asks = {"Origin: a", ASKS + "GET"};
        Client.Reply none = preflight(client, "/none", asks);
        failed(403, "AccessForbidden", none);
        assertEquals(none.element("Message"), preflight(client, bucket, asks).element("Message"));
        failed(403, "AccessForbidden", preflight(client, "/", asks));
    }

    @Test
    void answersAndErrorsAreSharedWithTheOriginsOfARule() throws IOException {
        set(rule("*.org", "GET", "") + rule("*", "DELETE", ""));
        client.put(bucket + "/n", "content");
        String ours = "Origin: https://page.org";
        Client.Reply got = client.get(bucket + "/n", ours);
        assertEquals("content", got.text());
        shared("https://page.org", "GET", got);
        shared("", "", client.get(bucket + "/n"));
        shared("", "", client.get(bucket + "/n", "Origin: https://page.com"));
        shared("", "", client.put(bucket + "/m", "x", ours));
        shared("https://page.org", "GET", client.get(bucket + "/none", ours));
        shared("*", "DELETE", client.delete(bucket + "/m", "Origin: anywhere"));
        try (Client stranger = installation.client("")) {
            Client.Reply refused = stranger.get(bucket + "/n", ours);
            failed(403, "AccessDenied", refused);
            shared("https://page.org", "GET", refused);
        }
        byte[] large = new byte[200_000];
        client.put(bucket + "/large", large);
        Client.Reply streamed = client.get(bucket + "/large", ours);
        assertEquals(large.length, streamed.body().length);
        shared("https://page.org", "GET", streamed);
        assertTrue(client.get("/..%2F?cors", ours).status() >= 400);
    }
}
