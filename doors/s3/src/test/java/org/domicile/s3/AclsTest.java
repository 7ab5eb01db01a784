package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** ACLs, who owns what, and what is kept from the public. */
class AclsTest extends SharedTest {
    private static final String WRITER = "x-amz-object-ownership: ObjectWriter";
    private static final String PREFERRED = "x-amz-object-ownership: BucketOwnerPreferred";
    private static final String OPEN = "x-amz-acl: public-read-write";

    /** Grants of an answer, as PERMISSION and whom. */
    private static List<String> grants(Client.Reply reply) {
        done(200, reply);
        List<String> permissions = reply.elements("Permission");
        List<String> grants = new ArrayList<>();
        int at = 0;
        for (String permission : permissions) {
            int begin = reply.text().indexOf("<Grantee", at);
            at = reply.text().indexOf("</Grantee>", begin);
            String grantee = reply.text().substring(begin, at);
            String whom = grantee.contains("<URI>") ? "URI" : "ID";
            String text =
                    grantee.substring(
                            grantee.indexOf("<" + whom + ">") + whom.length() + 2,
                            grantee.indexOf("</" + whom + ">"));
            grants.add(permission + " " + text.substring(text.lastIndexOf('/') + 1));
        }
        return grants;
    }

    private static String document(String owner, String... grants) {
        StringBuilder list = new StringBuilder();
        for (String each : grants) {
            String[] words = each.split(" ");
            String whom =
                    words[1].startsWith("http")
                            ? "<URI>" + words[1] + "</URI>"
                            : "<ID>" + words[1] + "</ID>";
            list.append("<Grant><Grantee>")
                    .append(whom)
                    .append("</Grantee><Permission>")
                    .append(words[0])
                    .append("</Permission></Grant>");
        }
        return "<AccessControlPolicy><Owner><ID>"
                + owner
                + "</ID></Owner><AccessControlList>"
                + list
                + "</AccessControlList></AccessControlPolicy>";
    }

    /** ACLs know no action for tags, and a policy that forbids them is heard all the same. */
    @Test
    void whoWritesByAListBringsTagsAlong() throws IOException {
        String bucket = bucket(WRITER, OPEN);
        String tag = "x-amz-tagging: a=1";
        done(200, other.put(bucket + "/theirs", "x", tag));
        done(200, stranger.put(bucket + "/anybodys", "x", tag));
        String no =
                "{\"Statement\":{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":"
                        + "\"s3:PutObjectTagging\",\"Resource\":\"arn:aws:s3:::%s/*\"}}";
        done(204, client.put(bucket + "?policy", no.formatted(bucket.substring(1))));
        failed(403, "AccessDenied", other.put(bucket + "/theirs", "x", tag));
        done(200, other.put(bucket + "/theirs", "x"));
        String yes =
                "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":"
                        + "\"s3:PutObject\",\"Resource\":\"arn:aws:s3:::%s/*\"}}";
        String kept = bucket();
        done(204, client.put(kept + "?policy", yes.formatted(kept.substring(1))));
        done(200, other.put(kept + "/theirs", "x"));
        failed(403, "AccessDenied", other.put(kept + "/theirs", "x", tag));
    }

    /**
     * Story: whoever might write put parts into an upload of another organisation, and so into an
     * object that was that one's.
     */
    @Test
    void anUploadIsFilledByThoseWhoBeganIt() throws IOException {
        String bucket = bucket(WRITER, OPEN);
        String upload = begun(bucket);
        failed(403, "AccessDenied", other.put(bucket + "/u?partNumber=1&" + upload, "theirs"));
        Client.Reply part = client.put(bucket + "/u?partNumber=1&" + upload, "ours");
        byte[] parts =
                ("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"
                                + part.field("etag")
                                + "</ETag></Part></CompleteMultipartUpload>")
                        .getBytes(StandardCharsets.UTF_8);
        failed(403, "AccessDenied", other.call("POST", bucket + "/u?" + upload, parts));
        done(200, client.call("POST", bucket + "/u?" + upload, parts));
        assertEquals("ours", client.get(bucket + "/u").text());
        // Where the bucket's owner owns all there is, nothing of anybody's is at stake.
        String enforced = bucket();
        String policy =
                """
                {"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"other"},
                 "Action":"s3:PutObject","Resource":"arn:aws:s3:::%s/*"}}
                """
                        .formatted(enforced.substring(1));
        done(204, client.put(enforced + "?policy", policy));
        done(200, other.put(enforced + "/u?partNumber=1&" + begun(enforced), "theirs"));
    }

    private static String begun(String bucket) throws IOException {
        Client.Reply begun = client.call("POST", bucket + "/u?uploads", new byte[0]);
        done(200, begun);
        return "uploadId=" + begun.element("UploadId");
    }

    @Test
    void withoutAclsTheOwnerHasEverything() throws IOException {
        String bucket = bucket();
        assertEquals(List.of("FULL_CONTROL main"), grants(client.get(bucket + "?acl")));
        done(200, client.put(bucket + "/n", "x", "x-amz-acl: bucket-owner-full-control"));
        assertEquals(List.of("FULL_CONTROL main"), grants(client.get(bucket + "/n?acl")));
        done(200, client.put(bucket + "/n", "x", "x-amz-acl: private"));
        for (String acl : List.of("x-amz-acl: public-read", "x-amz-grant-read: id=other")) {
            failed(400, "AccessControlListNotSupported", client.put(bucket + "/m", "x", acl));
            failed(400, "AccessControlListNotSupported", client.put(bucket + "?acl", "", acl));
            failed(400, "AccessControlListNotSupported", client.put(bucket + "/n?acl", "", acl));
        }
        failed(404, "NoSuchKey", client.get(bucket + "/m"));
        failed(
                400,
                "InvalidBucketAclWithObjectOwnership",
                client.put("/shared-open", "", "x-amz-acl: public-read"));
    }

    @Test
    void cannedAclsOfBucketsSayWhoListsAndWrites() throws IOException {
        String bucket = bucket(WRITER, OPEN);
        assertEquals(
                List.of("READ AllUsers", "WRITE AllUsers", "FULL_CONTROL main"),
                grants(client.get(bucket + "?acl")));
        done(200, stranger.get(bucket));
        done(200, stranger.put(bucket + "/n", "x"));
        failed(403, "AccessDenied", other.get(bucket + "/n"));
        failed(403, "AccessDenied", other.get(bucket + "?acl"));
        failed(404, "NoSuchKey", stranger.get(bucket + "/none"));
        done(200, client.put(bucket + "?acl", "", "x-amz-acl: authenticated-read"));
        failed(403, "AccessDenied", stranger.get(bucket));
        done(200, other.get(bucket));
        failed(403, "AccessDenied", other.put(bucket + "/n", "y"));
        done(200, client.put(bucket + "?acl", "", "x-amz-acl: private"));
        failed(403, "AccessDenied", other.get(bucket));
    }

    @Test
    void aGranteeMayWhatTheGrantSays() throws IOException {
        String bucket = bucket(WRITER);
        String path = bucket + "?acl";
        done(200, client.put(path, document("main", "FULL_CONTROL main", "WRITE_ACP other")));
        failed(403, "AccessDenied", other.get(path));
        failed(403, "AccessDenied", other.get(bucket));
        done(200, other.put(path, "", "x-amz-grant-read-acp: id=other, id=\"main\""));
        assertEquals(List.of("READ_ACP other", "READ_ACP main"), grants(other.get(path)));
        done(200, client.put(path, document("main")));
        assertEquals(List.of(), grants(client.get(path)));
        failed(400, "InvalidArgument", client.put(path, document("main", "READ _foo")));
        failed(400, "InvalidArgument", client.put(path, document("main", "READ nobody")));
        failed(403, "AccessDenied", client.put(path, document("other", "READ main")));
        failed(400, "MalformedACLError", client.put(path, document("main", "EAT main")));
        failed(400, "MissingSecurityHeader", client.put(path, ""));
        failed(
                400,
                "UnresolvableGrantByEmailAddress",
                client.put(path, "", "x-amz-grant-read: emailAddress=a@b.example"));
    }

    @Test
    void whoWroteAnObjectOwnsIt() throws IOException {
        String bucket = bucket(WRITER, OPEN);
        done(200, other.put(bucket + "/n", "x"));
        assertEquals("other", other.get(bucket + "/n?acl").element("ID"));
        failed(403, "AccessDenied", client.get(bucket + "/n"));
        failed(403, "AccessDenied", client.get(bucket + "/n?acl"));
        assertEquals("x", other.get(bucket + "/n").text());
        done(200, other.put(bucket + "/n?acl", "", "x-amz-acl: bucket-owner-read"));
        assertEquals("x", client.get(bucket + "/n").text());
        assertEquals(
                List.of("FULL_CONTROL other", "READ main"), grants(other.get(bucket + "/n?acl")));
        failed(403, "AccessDenied", stranger.get(bucket + "/n"));
        done(204, client.delete(bucket + "/n"));
        done(200, other.put(bucket + "/p", "x", "x-amz-acl: public-read"));
        assertEquals("x", stranger.get(bucket + "/p").text());
        failed(403, "AccessDenied", stranger.get(bucket + "/p?acl"));
        done(200, client.put(bucket + "/c", "", "x-amz-copy-source: " + bucket + "/p"));
        assertEquals(List.of("FULL_CONTROL main"), grants(client.get(bucket + "/c?acl")));
    }

    @Test
    void aWriterMayGiveAnObjectToTheBucketsOwner() throws IOException {
        String bucket = bucket(PREFERRED, OPEN);
        String full = "x-amz-acl: bucket-owner-full-control";
        done(200, other.put(bucket + "/given", "x", full));
        assertEquals("main", client.get(bucket + "/given?acl").element("ID"));
        done(200, other.put(bucket + "/kept", "x"));
        assertEquals("other", other.get(bucket + "/kept?acl").element("ID"));
        String id = other.post(bucket + "/parts?uploads", "", full).element("UploadId");
        String part = bucket + "/parts?partNumber=1&uploadId=" + id;
        String etag = other.put(part, "x").field("etag");
        done(
                200,
                other.post(
                        bucket + "/parts?uploadId=" + id,
                        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"
                                + etag
                                + "</ETag></Part></CompleteMultipartUpload>"));
        assertEquals(List.of("FULL_CONTROL main"), grants(client.get(bucket + "/parts?acl")));
    }

    @Test
    void tagsAndAclsOfAVersionLeaveEachOtherAlone() throws IOException {
        String bucket = bucket(WRITER);
        done(200, client.put(bucket + "/n", "x", "x-amz-tagging: a=1"));
        done(200, client.put(bucket + "/n?acl", "", "x-amz-acl: public-read"));
        assertEquals("1", client.get(bucket + "/n").field("x-amz-tagging-count"));
        done(204, client.delete(bucket + "/n?tagging"));
        assertEquals("x", stranger.get(bucket + "/n").text());
        failed(404, "NoSuchKey", client.get(bucket + "/none?acl"));
        failed(404, "NoSuchBucket", client.get("/shared-none?acl"));
    }

    @Test
    void ownershipIsSetShownAndTakenAway() throws IOException {
        String bucket = bucket();
        String path = bucket + "?ownershipControls";
        String controls =
                "<OwnershipControls><Rule><ObjectOwnership>%s</ObjectOwnership></Rule>"
                        + "</OwnershipControls>";
        failed(404, "OwnershipControlsNotFoundError", client.get(path));
        done(200, client.put(path, controls.formatted("ObjectWriter")));
        assertEquals("ObjectWriter", client.get(path).element("ObjectOwnership"));
        done(200, client.put(bucket + "?acl", "", "x-amz-acl: public-read"));
        failed(
                400,
                "InvalidBucketAclWithObjectOwnership",
                client.put(path, controls.formatted("BucketOwnerEnforced")));
        done(200, client.put(bucket + "?acl", "", "x-amz-acl: private"));
        done(200, client.put(path, controls.formatted("BucketOwnerEnforced")));
        failed(400, "MalformedXML", client.put(path, controls.formatted("Nobody")));
        done(204, client.delete(path));
        failed(404, "OwnershipControlsNotFoundError", client.get(path));
        failed(
                400,
                "InvalidArgument",
                client.put("/shared-nobody", "", "x-amz-object-ownership: Nobody"));
    }

    private static String block(String... words) {
        StringBuilder block = new StringBuilder("<PublicAccessBlockConfiguration>");
        for (String word : words) {
            block.append('<').append(word).append(">true</").append(word).append('>');
        }
        return block.append("</PublicAccessBlockConfiguration>").toString();
    }

    @Test
    void whatIsPublicIsKept() throws IOException {
        String bucket = bucket(WRITER);
        String path = bucket + "?publicAccessBlock";
        failed(404, "NoSuchPublicAccessBlockConfiguration", client.get(path));
        done(200, client.put(bucket + "/n", "x", "x-amz-acl: public-read"));
        String policy =
                """
                {"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:ListBucket",\
                "Resource":"arn:aws:s3:::%s"}}\
                """
                        .formatted(bucket.substring(1));
        done(204, client.put(bucket + "?policy", policy));
        done(200, client.put(path, block("BlockPublicAcls", "BlockPublicPolicy")));
        assertEquals("true", client.get(path).element("BlockPublicAcls"));
        assertEquals("false", client.get(path).element("IgnorePublicAcls"));
        failed(
                403,
                "AccessDenied",
                client.put(bucket + "/m", "x", "x-amz-acl: authenticated-read"));
        failed(403, "AccessDenied", client.put(bucket + "?acl", "", OPEN));
        failed(403, "AccessDenied", client.put(bucket + "?policy", policy));
        assertEquals("x", stranger.get(bucket + "/n").text());
        done(200, stranger.get(bucket));
        done(200, client.put(path, block("IgnorePublicAcls")));
        failed(403, "AccessDenied", stranger.get(bucket + "/n"));
        done(200, stranger.get(bucket));
        done(200, client.put(path, block("RestrictPublicBuckets")));
        assertEquals("x", other.get(bucket + "/n").text());
        failed(403, "AccessDenied", other.get(bucket));
        done(200, client.get(bucket));
        done(204, client.delete(path));
        done(200, other.get(bucket));
        failed(404, "NoSuchPublicAccessBlockConfiguration", client.get(path));
    }

    @Test
    void aCallerMaySayWhoseTheBucketHasToBe() throws IOException {
        String bucket = bucket(WRITER, OPEN);
        String wrong = "x-amz-expected-bucket-owner: other";
        failed(403, "AccessDenied", client.get(bucket, wrong));
        failed(403, "AccessDenied", stranger.put(bucket + "/n", "x", wrong));
        done(200, other.get(bucket, "x-amz-expected-bucket-owner: main"));
        done(200, client.put(bucket + "/n", "x"));
        String copied = "x-amz-copy-source: " + bucket + "/n";
        String source = "x-amz-source-expected-bucket-owner: other";
        failed(403, "AccessDenied", client.put(bucket + "/c", "", copied, source));
    }
}
