package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.domicile.ledger.Ledger;
import org.domicile.policy.Marks;
import org.junit.jupiter.api.Test;

/** Tags of objects and buckets, and versioning's switch, as clients use them. */
class TagsTest extends DoorTest {
    private static String tagging(String... pairs) {
        StringBuilder tags = new StringBuilder("<Tagging><TagSet>");
        for (int i = 0; i < pairs.length; i += 2) {
            tags.append(
                    "<Tag><Key>" + pairs[i] + "</Key><Value>" + pairs[i + 1] + "</Value></Tag>");
        }
        return tags.append("</TagSet></Tagging>").toString();
    }

    private List<String> tags(String path) throws IOException {
        Client.Reply reply = client.get(path + (path.contains("?") ? "&" : "?") + "tagging");
        assertEquals(200, reply.status(), reply.text());
        List<String> keys = reply.elements("Key");
        List<String> values = reply.elements("Value");
        return IntStream.range(0, keys.size())
                .mapToObj(i -> keys.get(i) + "=" + values.get(i))
                .toList();
    }

    private void versioned(String status) throws IOException {
        String document =
                "<VersioningConfiguration><Status>"
                        + status
                        + "</Status></VersioningConfiguration>";
        assertEquals(200, client.put(bucket + "?versioning", document).status());
        assertEquals(status, client.get(bucket + "?versioning").element("Status"));
    }

    @Test
    void anObjectsTagsComeGoAndAreCounted() throws IOException {
        String key = bucket + "/n";
        assertEquals(200, client.put(key, "x", "x-amz-tagging: a=1&b%20c=d%2Be&empty=").status());
        assertEquals(List.of("a=1", "b c=d+e", "empty="), tags(key));
        assertEquals("3", client.get(key).field("x-amz-tagging-count"));
        String etag = client.get(key).field("etag");
        assertEquals(200, client.put(key + "?tagging", tagging("only", "one")).status());
        assertEquals(List.of("only=one"), tags(key));
        assertEquals(etag, client.get(key).field("etag"));
        assertEquals(204, client.delete(key + "?tagging").status());
        assertEquals(List.of(), tags(key));
        failed(404, "NoSuchKey", client.get(bucket + "/none?tagging"));
        failed(404, "NoSuchKey", client.put(bucket + "/none?tagging", tagging("a", "b")));
    }

    @Test
    void copiesKeepTagsUnlessToldOtherwise() throws IOException {
        client.put(bucket + "/n", "x", "x-amz-tagging: a=1");
        String from = "x-amz-copy-source: " + bucket + "/n";
        assertEquals(200, client.put(bucket + "/kept", "", from).status());
        assertEquals(List.of("a=1"), tags(bucket + "/kept"));
        assertEquals(
                200,
                client.put(
                                bucket + "/other",
                                "",
                                from,
                                "x-amz-tagging-directive: REPLACE",
                                "x-amz-tagging: b=2")
                        .status());
        assertEquals(List.of("b=2"), tags(bucket + "/other"));
        String id =
                client.post(bucket + "/parts?uploads", "", "x-amz-tagging: up=loaded")
                        .element("UploadId");
        String part = bucket + "/parts?partNumber=1&uploadId=" + id;
        String etag = client.put(part, "x").field("etag");
        client.post(
                bucket + "/parts?uploadId=" + id,
                "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"
                        + etag
                        + "</ETag></Part></CompleteMultipartUpload>");
        assertEquals(List.of("up=loaded"), tags(bucket + "/parts"));
    }

    /** Policies judge by tags, so who may write may not by that say how a thing is judged. */
    @Test
    void tagsComeAlongOnlyWithWhatWhoMayTagWrites() throws IOException {
        String name = bucket.substring(1);
        client.put(bucket + "/source", "x");
        client.put(bucket + "/tagged", "x", "x-amz-tagging: security=secret");
        String from = "x-amz-copy-source: " + bucket + "/source";
        String tagged = "x-amz-copy-source: " + bucket + "/tagged";
        String replace = "x-amz-tagging-directive: REPLACE";
        String tag = "x-amz-tagging: security=public";
        List<String> writes = List.of("s3:PutObject", "s3:GetObject");
        Signer.Pair writer = installation.issue("main", writes, List.of("*"));
        try (Client other = installation.client(writer.key())) {
            assertEquals(200, other.put(bucket + "/n", "x").status());
            assertEquals(200, other.put(bucket + "/copy", "", from).status());
            int before = installation.uses("main").size();
            failed(403, "AccessDenied", other.put(bucket + "/n", "x", tag));
            failed(403, "AccessDenied", other.put(bucket + "/copy", "", from, replace, tag));
            failed(403, "AccessDenied", other.post(bucket + "/parts?uploads", "", tag));
            failed(403, "AccessDenied", other.put(bucket + "/copy", "", tagged));
            List<Ledger.Recorded> after = installation.uses("main");
            List<String> refused =
                    after.subList(0, after.size() - before).stream()
                            .filter(use -> use.action().startsWith("s3:"))
                            .map(use -> use.action() + " " + use.verdict())
                            .distinct()
                            .toList();
            assertEquals(
                    List.of(
                            "s3:GetObjectTagging refused",
                            "s3:GetObject allowed",
                            "s3:PutObjectTagging refused"),
                    refused);
        }
        // tags beside a directive that keeps the source's would be judged and not kept
        String anew = "x-amz-metadata-directive: REPLACE";
        failed(400, "InvalidArgument", client.put(bucket + "/copy", "", tagged, anew, tag));
        failed(403, "AccessDenied", form(name, writer));
        Signer.Pair tagger =
                installation.issue(
                        "main",
                        List.of("s3:PutObject", "s3:GetObject", "s3:PutObjectTagging"),
                        List.of("*"));
        try (Client other = installation.client(tagger.key())) {
            int before = installation.uses("main").size();
            assertEquals(200, other.put(bucket + "/n", "x", tag).status());
            assertEquals(200, other.put(bucket + "/copy", "", from, replace, tag).status());
            assertEquals(200, other.post(bucket + "/parts?uploads", "", tag).status());
            List<String> actions =
                    installation.uses("main").stream().map(use -> use.action()).toList();
            assertEquals(
                    0,
                    actions.subList(before, actions.size()).stream()
                            .filter("s3:PutObjectTagging"::equals)
                            .count(),
                    "one use, one entry");
        }
        assertEquals(204, form(name, tagger).status());
        assertEquals(List.of("a=1"), tags(bucket + "/f"));
    }

    private Client.Reply form(String name, Signer.Pair pair) throws IOException {
        Map<String, String> signed =
                FormsTest.signed(
                        pair,
                        "",
                        name,
                        Map.of("key", "f", "tagging", tagging("a", "1")),
                        ",{\"key\": \"f\"},[\"starts-with\", \"$tagging\", \"\"]");
        try (Client stranger = installation.client("")) {
            return stranger.call(
                    "POST",
                    "/" + name,
                    FormsTest.form(signed, "f", new byte[] {1}),
                    "Content-Type: multipart/form-data; boundary=" + FormsTest.BOUNDARY);
        }
    }

    /** Marks and tags lie in one sealed state: a change of one leaves the other. */
    @Test
    void tagsDoNotWashLabelsOff() throws IOException {
        String own = bucket.substring(1);
        Marks marks = new Marks(List.of("open"), List.of("research"), List.of());
        installation.administration().label(own, "raw/", marks);
        client.put(bucket + "/raw/n", "x");
        client.put(bucket + "/n", "", "x-amz-copy-source: " + bucket + "/raw/n");
        assertEquals(200, client.put(bucket + "/n?tagging", tagging("a", "1")).status());
        assertEquals(marks, installation.administration().labelled(own, "n").carried());
        assertEquals(204, client.delete(bucket + "/n?tagging").status());
        assertEquals(marks, installation.administration().labelled(own, "n").carried());
    }

    @Test
    void eachVersionHasItsOwnTags() throws IOException {
        versioned("Enabled");
        String key = bucket + "/n";
        String first = client.put(key, "1", "x-amz-tagging: v=1").field("x-amz-version-id");
        String second = client.put(key, "2").field("x-amz-version-id");
        assertEquals(List.of("v=1"), tags(key + "?versionId=" + first));
        assertEquals(List.of(), tags(key));
        Client.Reply changed = client.put(key + "?tagging&versionId=" + first, tagging("v", "one"));
        assertEquals(first, changed.field("x-amz-version-id"));
        assertEquals(List.of("v=one"), tags(key + "?versionId=" + first));
        assertEquals(second, client.get(key).field("x-amz-version-id"));
        String marker = client.delete(key).field("x-amz-version-id");
        failed(404, "NoSuchKey", client.get(key + "?tagging"));
        failed(405, "MethodNotAllowed", client.get(key + "?tagging&versionId=" + marker));
        failed(
                405,
                "MethodNotAllowed",
                client.put(key + "?tagging&versionId=" + marker, tagging("a", "b")));
        versioned("Suspended");
    }

    @Test
    void aBucketsTagsComeAndGo() throws IOException {
        failed(404, "NoSuchTagSet", client.get(bucket + "?tagging"));
        String fifty =
                IntStream.range(0, 50)
                        .mapToObj(i -> "<Tag><Key>k" + i + "</Key><Value>v</Value></Tag>")
                        .collect(Collectors.joining());
        String set = "<Tagging><TagSet>%s</TagSet></Tagging>";
        assertEquals(204, client.put(bucket + "?tagging", set.formatted(fifty)).status());
        assertEquals(50, tags(bucket).size());
        String more = fifty + "<Tag><Key>k50</Key><Value>v</Value></Tag>";
        failed(400, "InvalidTag", client.put(bucket + "?tagging", set.formatted(more)));
        assertEquals(204, client.delete(bucket + "?tagging").status());
        failed(404, "NoSuchTagSet", client.get(bucket + "?tagging"));
    }

    @Test
    void whatIsNoTagIsRefused() throws IOException {
        String key = bucket + "/n";
        client.put(key, "x");
        for (String document :
                List.of(
                        tagging("", "v"),
                        tagging("k".repeat(129), "v"),
                        tagging("k", "v".repeat(257)),
                        tagging("aws:k", "v"),
                        tagging("k", "1", "k", "2"),
                        tagging("k", "what?"))) {
            failed(400, "InvalidTag", client.put(key + "?tagging", document));
        }
        String[] eleven = IntStream.range(0, 22).mapToObj(i -> "k" + i).toArray(String[]::new);
        failed(400, "BadRequest", client.put(key + "?tagging", tagging(eleven)));
        failed(400, "MalformedXML", client.put(key + "?tagging", "<Tagging/>"));
        failed(400, "InvalidTag", client.put(key, "x", "x-amz-tagging: a=1&a=2"));
        failed(400, "InvalidArgument", client.put(key, "x", "x-amz-tagging: a=%ff"));
        assertTrue(tags(key).isEmpty());
        for (String document :
                List.of(
                        "<VersioningConfiguration/>",
                        "<VersioningConfiguration><Status>On</Status></VersioningConfiguration>")) {
            assertEquals(400, client.put(bucket + "?versioning", document).status());
        }
    }
}
