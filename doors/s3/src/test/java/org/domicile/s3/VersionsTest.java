package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Versions as clients see them: which answers name them, how they are listed and deleted. */
class VersionsTest extends DoorTest {
    private String key;

    @BeforeEach
    void name() {
        key = bucket + "/n";
    }

    private void versioning(String status) throws IOException {
        String document =
                "<VersioningConfiguration><Status>"
                        + status
                        + "</Status></VersioningConfiguration>";
        assertEquals(200, client.put(bucket + "?versioning", document).status());
    }

    private static String version(Client.Reply reply) {
        return reply.field("x-amz-version-id");
    }

    private Client.Reply copy(String target) throws IOException {
        return client.put(target, "", "x-amz-copy-source: " + key);
    }

    private Client.Reply deletion(String objects) throws Exception {
        String document = "<Delete>" + objects + "</Delete>";
        byte[] digest =
                MessageDigest.getInstance("MD5").digest(document.getBytes(StandardCharsets.UTF_8));
        Client.Reply reply =
                client.post(
                        bucket + "?delete",
                        document,
                        "Content-MD5: " + Base64.getEncoder().encodeToString(digest));
        assertEquals(200, reply.status(), reply.text());
        return reply;
    }

    @Test
    void withoutVersionsNothingIsNamed() throws IOException {
        assertEquals("", version(client.put(key, "one")));
        assertEquals("", version(client.get(key)));
        assertEquals("", version(client.head(key + "?versionId=null")));
        Client.Reply copied = copy(bucket + "/copy");
        assertEquals("", version(copied));
        assertEquals("", copied.field("x-amz-copy-source-version-id"));
        Client.Reply deleted = client.delete(key);
        assertEquals("", version(deleted));
        assertEquals("", deleted.field("x-amz-delete-marker"));
        failed(404, "NoSuchKey", client.get(key));
    }

    @Test
    void withVersionsEveryAnswerNamesThem() throws IOException {
        client.put(key, "before");
        versioning("Enabled");
        assertEquals("null", version(client.get(key)), "what was there is the null version");
        String first = version(client.put(key, "one"));
        String second = version(client.put(key, "two"));
        assertNotEquals(first, second);
        assertEquals(second, version(client.head(key)));
        assertEquals("one", client.get(key + "?versionId=" + first).text());
        assertEquals("before", client.get(key + "?versionId=null").text());
        Client.Reply copied = copy(bucket + "/copy");
        assertEquals(second, copied.field("x-amz-copy-source-version-id"));
        assertEquals(version(client.get(bucket + "/copy")), version(copied));
        assertEquals(first, version(client.delete(key + "?versionId=" + first)));
        assertEquals(first, version(client.delete(key + "?versionId=" + first)), "asked again");
        failed(404, "NoSuchVersion", client.get(key + "?versionId=" + first));

        Client.Reply marked = client.delete(key);
        assertEquals("true", marked.field("x-amz-delete-marker"));
        Client.Reply hidden = client.get(key);
        failed(404, "NoSuchKey", hidden);
        assertEquals("true", hidden.field("x-amz-delete-marker"));
        assertEquals(version(marked), version(hidden));
        Client.Reply marker = client.get(key + "?versionId=" + version(marked));
        failed(405, "MethodNotAllowed", marker);
        assertEquals("DELETE", marker.field("allow"));
        Client.Reply unmarked = client.delete(key + "?versionId=" + version(marked));
        assertEquals("true", unmarked.field("x-amz-delete-marker"));
        assertEquals(version(marked), version(unmarked));
        assertEquals("two", client.get(key).text());
    }

    /** A PUT that makes a null version does not name it, a read of it does; as on S3. */
    @Test
    void whileSuspendedTheNullVersionIsReplaced() throws IOException {
        versioning("Enabled");
        String kept = version(client.put(key, "kept"));
        versioning("Suspended");
        assertEquals("", version(client.put(key, "null one")));
        assertEquals("", version(client.put(key, "null two")));
        assertEquals("null", version(client.get(key)));
        assertEquals("", version(copy(bucket + "/copy")));
        Client.Reply marked = client.delete(key);
        assertEquals("null", version(marked));
        assertEquals("true", marked.field("x-amz-delete-marker"));
        Client.Reply listed = client.get(bucket + "?versions&prefix=n");
        assertEquals(List.of("null", kept).stream().sorted().toList(), ids(listed));
        assertEquals("null", version(client.delete(key + "?versionId=null")));
        assertEquals("kept", client.get(key).text());
    }

    private static List<String> ids(Client.Reply listed) {
        return listed.elements("VersionId").stream().sorted().toList();
    }

    @Test
    void versionsAreListedInPagesOfEverySize() throws IOException {
        versioning("Enabled");
        for (String name : List.of("a", "a", "a", "b/1", "b/2", "c")) {
            client.put(bucket + "/" + name, "x");
        }
        client.delete(bucket + "/a");
        versioning("Suspended");
        client.put(bucket + "/a", "null");
        List<String> whole = pages("?versions", 1_000);
        assertEquals(8, whole.size());
        assertEquals("a null", whole.getFirst());
        for (int most = 1; most < 8; most++) {
            assertEquals(whole, pages("?versions", most), "pages of " + most);
        }
        assertEquals(
                List.of("a null", "b/", "c"),
                pages("?versions&delimiter=/", 2).stream()
                        .filter(each -> !each.startsWith("a ") || each.endsWith("null"))
                        .map(each -> each.startsWith("c") ? "c" : each)
                        .toList());
        failed(
                400,
                "InvalidArgument",
                client.get(bucket + "?versions&version-id-marker=0000000000000001"));
    }

    /** Names with ids and common prefixes, in the order of all pages. */
    private List<String> pages(String query, int most) throws IOException {
        List<String> all = new ArrayList<>();
        String next = "";
        while (true) {
            Client.Reply page = client.get(bucket + query + "&max-keys=" + most + next);
            assertEquals(200, page.status(), page.text());
            List<String> keys = page.elements("Key");
            List<String> ids = page.elements("VersionId");
            List<String> found = new ArrayList<>(page.elements("Prefix"));
            found.removeIf(String::isEmpty);
            for (int i = 0; i < keys.size(); i++) {
                found.add(keys.get(i) + " " + ids.get(i));
            }
            found.sort(String::compareTo);
            // Within a name newest comes first, and ids of one name grow: as they came.
            if (found.size() == keys.size()) {
                found.clear();
                for (int i = 0; i < keys.size(); i++) {
                    found.add(keys.get(i) + " " + ids.get(i));
                }
            }
            all.addAll(found);
            if (page.element("IsTruncated").equals("false")) {
                return all;
            }
            String marker = page.element("NextVersionIdMarker");
            next =
                    "&key-marker="
                            + page.element("NextKeyMarker")
                            + (marker.isEmpty() ? "" : "&version-id-marker=" + marker);
        }
    }

    @Test
    void manyAreDeletedByVersionAtOnce() throws Exception {
        versioning("Enabled");
        String first = version(client.put(key, "one"));
        Client.Reply reply =
                deletion(
                        "<Object><Key>n</Key><VersionId>"
                                + first
                                + "</VersionId></Object><Object><Key>n</Key></Object>");
        assertEquals(List.of(first), reply.elements("VersionId"));
        String marker = reply.element("DeleteMarkerVersionId");
        reply = deletion("<Object><Key>n</Key><VersionId>" + marker + "</VersionId></Object>");
        assertEquals(marker, reply.element("DeleteMarkerVersionId"));
        assertEquals("true", reply.element("DeleteMarker"));
        assertEquals(List.of(), client.get(bucket + "?versions").elements("VersionId"));
    }

    @Test
    void deletesHaveConditions() throws Exception {
        String etag = client.put(key, "12345").field("etag");
        String size = "x-amz-if-match-size: ";
        String time = "x-amz-if-match-last-modified-time: ";
        failed(412, "PreconditionFailed", client.delete(key, "If-Match: \"other\""));
        failed(412, "PreconditionFailed", client.delete(key, size + 4));
        failed(
                412,
                "PreconditionFailed",
                client.delete(key, time + "Tue, 24 Nov 2015 14:46:56 GMT"));
        failed(412, "PreconditionFailed", client.delete(key, "If-Match: " + etag, size + 4));
        failed(400, "InvalidArgument", client.delete(key, size + "five"));
        failed(400, "InvalidArgument", client.delete(key, time + "yesterday"));
        failed(501, "NotImplemented", client.put(key, "x", size + 5));
        String all = "<Object><Key>n</Key><ETag>%s</ETag><Size>%s</Size></Object>";
        assertEquals("PreconditionFailed", deletion(all.formatted("other", 5)).element("Code"));
        assertEquals("PreconditionFailed", deletion(all.formatted(etag, 4)).element("Code"));
        assertEquals("", deletion(all.formatted(etag, 5)).element("Code"));
        failed(404, "NoSuchKey", client.get(key));

        client.put(key, "12345");
        String modified = client.head(key).field("last-modified");
        assertEquals(204, client.delete(key, time + modified, size + 5, "If-Match: *").status());
        assertEquals(204, client.delete(key, size + 5).status(), "nothing is there");
        failed(404, "NoSuchKey", client.delete(key, "If-Match: *"));
        versioning("Enabled");
        String id = version(client.put(key, "1"));
        String named = key + "?versionId=" + id;
        failed(412, "PreconditionFailed", client.delete(named, size + 2));
        assertEquals(204, client.delete(key, size + 1).status());
        failed(412, "PreconditionFailed", client.delete(key, size + 1));
        assertEquals(204, client.delete(named, size + 1).status());
    }
}
