package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.domicile.ledger.Ledger;
import org.junit.jupiter.api.Test;

/** DeleteObjects, and what else is done to a server that reads XML. */
class DeletionsTest extends DoorTest {
    private Client.Reply post(Client with, String document) throws IOException {
        byte[] md5 =
                TrustingAuthentication.digest("MD5")
                        .digest(document.getBytes(StandardCharsets.UTF_8));
        return with.post(
                bucket + "?delete",
                document,
                "Content-MD5: " + Base64.getEncoder().encodeToString(md5));
    }

    private static String keys(String... names) {
        StringBuilder out = new StringBuilder("<Delete>");
        for (String name : names) {
            out.append("<Object><Key>").append(name).append("</Key></Object>");
        }
        return out.append("</Delete>").toString();
    }

    @Test
    void manyAtOnce() throws IOException {
        StringBuilder list =
                new StringBuilder(
                        "<?xml version=\"1.0\"?>\n"
                                + "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        for (int i = 0; i < 100; i++) {
            client.put(bucket + "/k" + i, "");
        }
        for (int i = 0; i < 1_000; i++) {
            list.append("<Object><Key>k").append(i).append("</Key></Object>");
        }
        Client.Reply reply = post(client, list + "</Delete>");
        assertEquals(200, reply.status(), reply.text());
        assertEquals(1_000, reply.elements("Deleted").size());
        assertEquals("<Key>k0</Key>", reply.elements("Deleted").getFirst(), "in order");
        assertEquals(List.of(), client.get(bucket).elements("Key"));
        list.append("<Object><Key>one too many</Key></Object></Delete>");
        failed(400, "MalformedXML", post(client, list.toString()));
    }

    @Test
    void eachKeyHasItsOwnAnswer() throws IOException {
        String etag = client.put(bucket + "/a", "a").field("etag");
        client.put(bucket + "/b", "b");
        client.put(bucket + "/c&amp;%3C", "c");
        String document =
                "<Delete><Unknown/><Object><Key>a</Key><ETag>"
                        + etag
                        + "</ETag></Object>"
                        + "<Object><Key>b</Key><ETag>\"other\"</ETag></Object>"
                        + "<Object><Key>c&amp;amp;&lt;</Key></Object>"
                        + "<Object><Key>d</Key><ETag>\"x\"</ETag></Object>"
                        + "<Object><Key>e</Key><VersionId>nonsense</VersionId></Object>"
                        + "<Object><Key>f</Key><VersionId>00000000000000ff</VersionId></Object>"
                        + "<Object><Key>g</Key><Size>one</Size></Object>"
                        + "<Object><Key>"
                        + "x".repeat(1_025)
                        + "</Key></Object></Delete>";
        Client.Reply reply = post(client, document);
        assertEquals(200, reply.status(), reply.text());
        assertEquals(3, reply.elements("Deleted").size(), reply.text());
        assertEquals(
                List.of(
                        "PreconditionFailed",
                        "NoSuchKey",
                        "InvalidArgument",
                        "InvalidArgument",
                        "KeyTooLongError"),
                reply.elements("Code"));
        assertEquals(List.of("b"), client.get(bucket).elements("Key"));
    }

    @Test
    void quietAndRefused() throws IOException {
        client.put(bucket + "/q", "");
        Client.Reply quiet =
                post(client, keys("q", "r").replace("<Delete>", "<Delete><Quiet>true</Quiet>"));
        assertEquals(List.of(), quiet.elements("Deleted"));
        client.put(bucket + "/kept", "");
        String reader =
                installation.credential("main", List.of("s3:Get*", "s3:List*"), List.of("*"));
        try (Client other = installation.client(reader)) {
            Client.Reply refused =
                    post(
                            other,
                            keys("kept", "x").replace("<Delete>", "<Delete><Quiet>true</Quiet>"));
            assertEquals(200, refused.status());
            assertEquals(List.of("AccessDenied", "AccessDenied"), refused.elements("Code"));
        }
        assertEquals(200, client.head(bucket + "/kept").status());
    }

    @Test
    void aBucketThatIsMissing() throws IOException {
        bucket = "/missing-" + System.nanoTime();
        Client.Reply reply = post(client, keys("a", "b", "x".repeat(1_025)));
        failed(404, "NoSuchBucket", reply);
        List<Ledger.Recorded> uses =
                installation.uses("main").stream()
                        .filter(use -> use.object().startsWith(bucket.substring(1) + "/"))
                        .toList();
        assertEquals(
                List.of("absent", "absent"), uses.stream().map(Ledger.Recorded::outcome).toList());
    }

    @Test
    void promisesAboutTheBody() throws IOException {
        failed(400, "InvalidRequest", client.post(bucket + "?delete", keys("a")));
        client.put(bucket + "/a", "");
        failed(
                400,
                "BadDigest",
                client.post(
                        bucket + "?delete",
                        keys("a"),
                        "Content-MD5: " + Base64.getEncoder().encodeToString(new byte[16])));
        assertEquals(200, client.head(bucket + "/a").status());
        String sum =
                TrustingAuthentication.Sum.text(
                        "crc32", keys("a").getBytes(StandardCharsets.UTF_8));
        assertEquals(
                200,
                client.post(bucket + "?delete", keys("a"), "x-amz-checksum-crc32: " + sum)
                        .status());
        assertEquals(404, client.head(bucket + "/a").status());
    }

    @Test
    void namesThatXmlTenCannotHold() throws IOException {
        client.put(bucket + "/%01", "");
        failed(400, "MalformedXML", post(client, keys("&#1;")));
        Client.Reply eleven = post(client, "<?xml version=\"1.1\"?>" + keys("&#1;"));
        assertEquals(List.of("\u0001"), eleven.elements("Key"), eleven.text());
        assertEquals(404, client.head(bucket + "/%01").status());
    }

    @Test
    void attacks() throws IOException {
        client.put(bucket + "/a", "");
        StringBuilder laughs = new StringBuilder("<!DOCTYPE Delete [<!ENTITY l0 \"ha\">");
        for (int i = 1; i < 30; i++) {
            laughs.append("<!ENTITY l").append(i).append(" \"");
            laughs.append(("&l" + (i - 1) + ";").repeat(10)).append("\">");
        }
        laughs.append("]>");
        List<String> attacks =
                List.of(
                        laughs + keys("&l29;"),
                        laughs + keys("a"),
                        "<!DOCTYPE Delete SYSTEM \"file:///etc/passwd\">" + keys("a"),
                        "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" + keys("&x;"),
                        "<!DOCTYPE d [<!ENTITY % x SYSTEM \"http://127.0.0.1:1/\"> %x;]>"
                                + keys("a"),
                        keys("&unknown;"),
                        "<a>".repeat(100_000),
                        "<Delete>" + "<a>".repeat(50) + "</a>".repeat(50) + "</Delete>",
                        "<Delete>" + "<a/>".repeat(200_000) + "</Delete>",
                        "<Wrong><Object><Key>a</Key></Object></Wrong>",
                        "<Delete></Delete>",
                        "<Delete><Object></Object></Delete>",
                        "<Delete><Object><Key></Key></Object></Delete>",
                        keys("a") + keys("a"),
                        "",
                        "\u0000",
                        keys("a").substring(0, 20),
                        "<Delete a=\"" + "x".repeat(5_000_000) + "\"/>");
        for (String attack : attacks) {
            long began = System.nanoTime();
            Client.Reply reply = post(client, attack);
            failed(400, "MalformedXML", reply);
            assertTrue(System.nanoTime() - began < 5_000_000_000L, "it is refused soon");
        }
        assertEquals(200, client.head(bucket + "/a").status());
    }
}
