package org.domicile.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What went wrong in other S3 servers, tried here: one test for each published advisory, named by
 * it. Each shows both sides, that what is right passes and that what the advisory describes does
 * not, so that a server that refuses everything fails too.
 *
 * <p>Their descriptions are the peers' own: security advisories of minio/minio and rustfs/rustfs,
 * issue 2074 of versity/versitygw, issue 1208 of the chimera server.
 */
@Timeout(60)
class AdvisoriesTest {
    private static final byte[] NOTHING = {};
    private static final byte[] BODY = "seven bytes and more".getBytes(US_ASCII);
    private static final String OTHER = "other";

    @TempDir static Path folder;
    private static StsRig rig;
    private static Client first;
    private static Client other;
    private static int made;

    private String name = "";
    private String bucket = "";

    @BeforeAll
    static void open() throws IOException {
        rig = new StsRig(Files.createDirectory(folder.resolve("one")));
        first = rig.installation.client();
        other = rig.installation.client(rig.installation.neighbour(OTHER));
        assertEquals(200, first.put("/data", "").status());
        assertEquals(200, first.put("/data/a", "A").status());
    }

    @AfterAll
    static void close() throws IOException {
        first.close();
        other.close();
        rig.close();
    }

    @BeforeEach
    void fresh() throws IOException {
        name = "advisory-" + made++;
        bucket = "/" + name;
        assertEquals(200, first.put(bucket, "").status());
    }

    // ---- signatures ---------------------------------------------------------------------------

    /** The framing of a body, its trailer's promise, and who signs it. */
    private static Sent framed(String path, String framing, Signer.Pair pair) {
        String crc = PayloadTest.base64(BodyChecksum.CRC32, BODY);
        boolean trailers = framing.endsWith("-TRAILER");
        Sent plain = Sent.of("PUT", path, "", NOTHING).with("Host", "localhost");
        Sent head =
                Signer.sign(
                        framing.startsWith("STREAMING")
                                ? trailing(
                                        plain.with(
                                                "x-amz-decoded-content-length", "" + BODY.length),
                                        trailers)
                                : plain,
                        "home",
                        framing,
                        rig.now(),
                        pair);
        String trailer = trailers ? "x-amz-checksum-crc32:" + crc : "";
        return head.body(
                switch (framing) {
                    case Framing.UNSIGNED_TRAILER -> Signer.unsignedChunks(BODY, 40, trailer);
                    case Framing.SIGNED_CHUNKS, Framing.SIGNED_TRAILER ->
                            Signer.chunks(
                                    BODY, 40, Signer.seed(head), "home", trailer, rig.now(), pair);
                    default -> BODY;
                });
    }

    private static Sent trailing(Sent sent, boolean trailers) {
        return trailers ? sent.with("x-amz-trailer", "x-amz-checksum-crc32") : sent;
    }

    private static Signer.Pair forged() {
        return new Signer.Pair(rig.installation.key, "a secret that somebody made up");
    }

    private static Client.Reply send(Sent sent) throws IOException {
        try (Client client = rig.installation.signing()) {
            return client.send(sent);
        }
    }

    private static void refused(int status, String code, Client.Reply reply) {
        assertEquals(status + " " + code, reply.status() + " " + reply.code(), reply::text);
    }

    private void absent(String key) throws IOException {
        refused(404, "NoSuchKey", first.get(bucket + "/" + key));
    }

    @Test
    @DisplayName("MinIO CVE-2025-31489: a body with an unsigned trailer still needs a signature")
    void anUnsignedTrailerIsNoUnsignedRequest() throws IOException {
        for (String framing :
                List.of(
                        Framing.UNSIGNED_TRAILER,
                        Framing.SIGNED_TRAILER,
                        Framing.SIGNED_CHUNKS,
                        Framing.UNSIGNED_PAYLOAD,
                        Signer.sha256(BODY))) {
            String key = "k-" + framing;
            String path = bucket + "/" + key;
            refused(403, "SignatureDoesNotMatch", send(framed(path, framing, forged())));
            Sent right = framed(path, framing, rig.installation.pair());
            String signature = Signer.seed(right);
            String tampered = (signature.startsWith("0") ? "1" : "0") + signature.substring(1);
            String authorization = right.field("authorization");
            refused(
                    403,
                    "SignatureDoesNotMatch",
                    send(
                            right.without("authorization")
                                    .with(
                                            "Authorization",
                                            authorization.replace(signature, tampered))));
            refused(403, "AccessDenied", send(strangers(right, framing)));
            absent(key);
            assertEquals(200, send(right).status());
            assertEquals(new String(BODY, US_ASCII), first.get(path).text());
        }
    }

    /** Without a signature, chunks that say that they are signed are not even a stranger's. */
    private static Sent strangers(Sent right, String framing) {
        Sent unsigned = right.without("authorization");
        return framing.startsWith("STREAMING-AWS4")
                ? unsigned.without("x-amz-content-sha256")
                        .with("x-amz-content-sha256", Framing.UNSIGNED_TRAILER)
                : unsigned;
    }

    @Test
    @DisplayName("MinIO CVE-2026-40344: an archive to be extracted needs a signature as any object")
    void anArchiveIsAnObject() throws IOException {
        String path = bucket + "/archive.tar";
        Sent asked =
                Sent.of("PUT", path, "", NOTHING)
                        .with("Host", "localhost")
                        .with("X-Amz-Meta-Snowball-Auto-Extract", "true")
                        .with("x-amz-decoded-content-length", "" + tar().length);
        for (Signer.Pair pair : List.of(forged(), rig.installation.pair())) {
            Sent signed =
                    Signer.sign(asked, "home", Framing.UNSIGNED_TRAILER, rig.now(), pair)
                            .body(Signer.unsignedChunks(tar(), 8_192, ""));
            Client.Reply reply = send(signed);
            if (pair.equals(rig.installation.pair())) {
                assertEquals(200, reply.status(), reply::text);
            } else {
                refused(403, "SignatureDoesNotMatch", reply);
                absent("archive.tar");
            }
        }
        // nothing is unpacked here, so nothing is unpacked past a policy either
        assertEquals(List.of("archive.tar"), first.get(bucket).elements("Key"));
    }

    /** One file of seven bytes, as tar writes it. */
    private static byte[] tar() {
        byte[] tar = new byte[2_048];
        byte[] file = "inside.txt".getBytes(US_ASCII);
        System.arraycopy(file, 0, tar, 0, file.length);
        byte[] size = "0000644\0000000000\0000000000\00000000000007\0".getBytes(US_ASCII);
        System.arraycopy(size, 0, tar, 100, size.length);
        byte[] magic = "ustar\00000".getBytes(US_ASCII);
        System.arraycopy(magic, 0, tar, 257, magic.length);
        System.arraycopy("content".getBytes(US_ASCII), 0, tar, 512, 7);
        return tar;
    }

    @Test
    @DisplayName("MinIO CVE-2026-41145: a credential named in the query proves nothing by itself")
    void aNameInTheQueryIsNoSignature() throws IOException {
        String path = bucket + "/k";
        Sent plain = Sent.of("PUT", path, "", NOTHING).with("Host", "localhost");
        Signer.Pair pair = rig.installation.pair();
        byte[] chunks =
                Signer.unsignedChunks(
                        BODY,
                        40,
                        "x-amz-checksum-crc32:" + PayloadTest.base64(BodyChecksum.CRC32, BODY));
        Sent link = Signer.presign(plain, "home", 600, rig.now(), pair);
        String unsigned = link.rawQuery().replaceAll("&X-Amz-Signature=.*", "");
        String alone = unsigned.replaceAll(".*(X-Amz-Credential=[^&]*).*", "$1");
        for (String query : List.of(alone, unsigned, unsigned + "&X-Amz-Signature=")) {
            refused(
                    400,
                    "AuthorizationQueryParametersError",
                    send(unsignedTrailer(plain.query(query), chunks)));
        }
        for (String query :
                List.of(
                        unsigned + "&X-Amz-Signature=" + "0".repeat(64),
                        Signer.presign(plain, "home", 600, rig.now(), forged()).rawQuery())) {
            Client.Reply wrong = send(unsignedTrailer(plain.query(query), chunks));
            assertEquals(403, wrong.status(), wrong::text);
        }
        // a right link is for the body that it names, and not for another framing of it
        Client.Reply reframed = send(unsignedTrailer(link, chunks));
        assertEquals(403, reframed.status(), reframed::text);
        absent("k");
        assertEquals(200, send(link.body(BODY)).status());
    }

    private static Sent unsignedTrailer(Sent sent, byte[] chunks) {
        return sent.with("x-amz-content-sha256", Framing.UNSIGNED_TRAILER)
                .with("x-amz-decoded-content-length", "" + BODY.length)
                .with("x-amz-trailer", "x-amz-checksum-crc32")
                .body(chunks);
    }

    // ---- sessions -----------------------------------------------------------------------------

    @Test
    @DisplayName(
            "MinIO CVE-2025-62506: a session's own policy holds for what it does to itself too")
    void aSessionCannotShedItsPolicy() throws IOException {
        rig.role("whole", StsRig.EVERYTHING);
        StsRig.Signing narrow =
                StsRig.signing(rig.assume(rig.first(), "whole", "Policy", StsRig.READING));
        assertEquals("A", rig.s3(narrow, "GET", "/data/a", NOTHING).text());
        assertEquals(403, rig.s3(narrow, "PUT", "/data/b", NOTHING).status());
        for (String[] wider :
                new String[][] {
                    {"Action", "GetSessionToken"},
                    {
                        "Action",
                        "AssumeRole",
                        "RoleArn",
                        "arn:aws:iam::main:role/whole",
                        "RoleSessionName",
                        "wider",
                        "Policy",
                        StsRig.EVERYTHING
                    },
                    {
                        "Action",
                        "AssumeRole",
                        "RoleArn",
                        "arn:aws:iam::main:role/whole",
                        "RoleSessionName",
                        "wider"
                    }
                }) {
            refused(403, "AccessDenied", rig.sts(narrow, wider));
        }
        // a restricted credential gains nothing by a detour over a session of its own
        Signer.Pair reader =
                rig.installation.issue("main", List.of("s3:GetObject", "sts:*"), List.of("data"));
        StsRig.Signing detour =
                StsRig.signing(
                        rig.sts(new StsRig.Signing(reader, ""), "Action", "GetSessionToken"));
        assertEquals("A", rig.s3(detour, "GET", "/data/a", NOTHING).text());
        // an organisation may always mend its bucket's policy; a session that may not, may not
        assertEquals(204, first.put(bucket + "?policy", allowing("s3:GetObject", "")).status());
        for (StsRig.Signing session : List.of(narrow, detour)) {
            assertEquals(403, rig.s3(session, "PUT", "/data/b", NOTHING).status());
            for (String method : List.of("PUT", "DELETE")) {
                Sent sent =
                        Sent.of(
                                        method,
                                        bucket,
                                        "policy=",
                                        method.equals("PUT")
                                                ? allowing("s3:*", "").getBytes(US_ASCII)
                                                : NOTHING)
                                .with("Host", "localhost")
                                .with("X-Amz-Security-Token", session.token());
                refused(
                        403,
                        "AccessDenied",
                        send(
                                Signer.sign(
                                        sent,
                                        "home",
                                        Signer.sha256(sent.bytes()),
                                        rig.now(),
                                        session.pair())));
            }
        }
        assertTrue(first.get(bucket + "?policy").text().contains("s3:GetObject"));
    }

    @Test
    @DisplayName(
            "RustFS CVE-2025-68926: no secret is built in, and none of one server opens another")
    void noSecretIsTheSameTwice() throws IOException {
        Path elsewhere = Files.createDirectory(folder.resolve("two"));
        try (StsRig second = new StsRig(elsewhere)) {
            assertEquals(200, second.s3(second.first(), "GET", "/", NOTHING).status());
            assertNotEquals(rig.installation.secret, second.installation.secret);
            refused(403, "InvalidAccessKeyId", second.s3(rig.first(), "GET", "/", NOTHING));
            Signer.Pair mixed = new Signer.Pair(second.installation.key, rig.installation.secret);
            refused(
                    403,
                    "SignatureDoesNotMatch",
                    second.s3(new StsRig.Signing(mixed, ""), "GET", "/", NOTHING));
            // what seals session tokens is of one server too: as good as any that somebody made
            StsRig.Signing session =
                    StsRig.signing(rig.sts(rig.first(), "Action", "GetSessionToken"));
            assertEquals(200, rig.s3(session, "GET", "/", NOTHING).status());
            refused(400, "InvalidToken", second.s3(session, "GET", "/", NOTHING));
            for (String known :
                    List.of("rustfsadmin", "minioadmin", "admin", "root", "rustfs rpc", "test")) {
                Signer.Pair pair = new Signer.Pair(known, known);
                refused(
                        403,
                        "InvalidAccessKeyId",
                        second.s3(new StsRig.Signing(pair, ""), "GET", "/", NOTHING));
                Client.Reply bare =
                        second.send(Sent.of("GET", "/", "", NOTHING).with("Authorization", known));
                assertTrue(bare.status() / 100 == 4, bare::text);
            }
        }
    }

    @Test
    @DisplayName("RustFS: a session token is not signed with a secret that callers know")
    void aSecretMakesNoToken() throws IOException {
        StsRig.Signing real = StsRig.signing(rig.sts(rig.first(), "Action", "GetSessionToken"));
        Signer.Pair root = rig.installation.pair();
        String head = url("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(US_ASCII));
        String claims =
                url(
                        "{\"accessKey\":\"%s\",\"parent\":\"%s\",\"exp\":%d}"
                                .formatted(
                                        real.pair().key(),
                                        root.key(),
                                        rig.now().getEpochSecond() + 3_600)
                                .getBytes(US_ASCII));
        for (String secret : List.of(root.secret(), real.pair().secret())) {
            byte[] mac = Signer.hmac(secret.getBytes(US_ASCII), head + "." + claims);
            StsRig.Signing made =
                    new StsRig.Signing(real.pair(), head + "." + claims + "." + url(mac));
            refused(400, "InvalidToken", rig.s3(made, "GET", "/data/a", NOTHING));
        }
        assertEquals("A", rig.s3(real, "GET", "/data/a", NOTHING).text());
        assertFalse(real.token().contains(root.key()), "it does not even say whose it is");
    }

    private static String url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    // ---- policies -----------------------------------------------------------------------------

    /** Lets the other organisation. @param condition with its comma; empty for none */
    private String allowing(String action, String condition) {
        return """
        {"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"%s"},\
        "Action":"%s","Resource":["arn:aws:s3:::%s","arn:aws:s3:::%s/*"]%s}}\
        """
                .formatted(OTHER, action, name, name, condition);
    }

    private void allow(String action, String operator, String key, String values)
            throws IOException {
        Client.Reply put =
                first.put(
                        bucket + "?policy",
                        allowing(
                                action,
                                ",\"Condition\":{\"%s\":{\"%s\":%s}}"
                                        .formatted(operator, key, values)));
        assertEquals(204, put.status(), put::text);
    }

    @Test
    @DisplayName("RustFS: ForAllValues and ForAnyValue are not each other")
    void allIsNotAny() throws IOException {
        record Case(String tags, boolean all, boolean any) {}
        for (Case each :
                List.of(
                        new Case("a=1", true, true),
                        new Case("a=1&b=1", true, true),
                        new Case("a=1&c=1", false, true),
                        new Case("c=1", false, false),
                        new Case("", true, false))) {
            for (String operator : List.of("ForAllValues", "ForAnyValue")) {
                allow(
                        "s3:PutObject*",
                        operator + ":StringEquals",
                        "s3:RequestObjectTagKeys",
                        "[\"a\",\"b\"]");
                Client.Reply put =
                        each.tags().isEmpty()
                                ? other.put(bucket + "/k", "x")
                                : other.put(bucket + "/k", "x", "x-amz-tagging: " + each.tags());
                boolean wanted = operator.equals("ForAllValues") ? each.all() : each.any();
                assertEquals(wanted ? 200 : 403, put.status(), () -> operator + " " + each);
            }
        }
    }

    @Test
    @DisplayName("RustFS: what a condition reads, no header of the request can say")
    void headersAreNotConditions() throws IOException {
        assertEquals(200, first.put(bucket + "/k", "x").status());
        String path = bucket + "/k";
        String[] lies = {
            "X-Forwarded-For: 192.0.2.1",
            "X-Real-IP: 192.0.2.1",
            "Forwarded: for=192.0.2.1;proto=https",
            "True-Client-IP: 192.0.2.1",
            "X-Forwarded-Proto: https",
            "aws:SourceIp: 192.0.2.1",
            "SourceIp: 192.0.2.1",
            "x-amz-source-ip: 192.0.2.1",
            "SecureTransport: true",
            "aws-SecureTransport: true",
            "username: root",
            "userid: root",
            "principaltype: User",
            "PrincipalAccount: main",
            "CurrentTime: 2000-01-01T00:00:00Z",
            "authType: POST",
            "signatureversion: AWS",
            "VersionId: v",
            "s3-VersionId: v",
            "prefix: public/",
            "ExistingObjectTag: public",
            "s3-ExistingObjectTag-security: public",
            "x-amz-tagging: security=public",
            "RequestedRegion: elsewhere",
            "ResourceAccount: other"
        };
        for (String[] each :
                new String[][] {
                    {"IpAddress", "aws:SourceIp", "192.0.2.0/24"},
                    {"Bool", "aws:SecureTransport", "true"},
                    {"StringEquals", "aws:username", "root"},
                    {"StringEquals", "aws:PrincipalAccount", "main"},
                    {"DateLessThan", "aws:CurrentTime", "2001-01-01T00:00:00Z"},
                    {"StringEquals", "s3:authType", "POST"},
                    {"StringEquals", "s3:VersionId", "v"},
                    {"StringEquals", "s3:prefix", "public/"},
                    {"StringEquals", "s3:ExistingObjectTag/security", "public"},
                    {"StringEquals", "aws:RequestedRegion", "elsewhere"},
                    {"StringEquals", "aws:ResourceAccount", "other"}
                }) {
            allow("s3:GetObject", each[0], each[1], "\"" + each[2] + "\"");
            refused(403, "AccessDenied", other.get(path));
            refused(403, "AccessDenied", other.get(path, lies));
        }
        // and the truth is heard: the address of the connection
        String here = InetAddress.getLoopbackAddress().getHostAddress();
        allow("s3:GetObject", "IpAddress", "aws:SourceIp", "\"" + here + "/32\"");
        assertEquals("x", other.get(path, lies).text());
        allow("s3:GetObject", "NotIpAddress", "aws:SourceIp", "\"" + here + "/32\"");
        refused(403, "AccessDenied", other.get(path, lies));
    }

    @Test
    @DisplayName("RustFS: a version is read with GetObjectVersion and not with GetObject")
    void aVersionIsNotTheObject() throws IOException {
        String enabled =
                "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        assertEquals(200, first.put(bucket + "?versioning", enabled).status());
        String path = bucket + "/k";
        String old = first.put(path, "old").field("x-amz-version-id");
        assertEquals(200, first.put(path, "new").status());
        String version = path + "?versionId=" + old;
        for (String[] each :
                new String[][] {
                    // the object's action, the version's, method, subresource
                    {"s3:GetObject", "s3:GetObjectVersion", "GET", ""},
                    {"s3:GetObject", "s3:GetObjectVersion", "HEAD", ""},
                    {"s3:GetObjectTagging", "s3:GetObjectVersionTagging", "GET", "tagging"},
                    {"s3:GetObjectAcl", "s3:GetObjectVersionAcl", "GET", "acl"},
                    {"s3:DeleteObject", "s3:DeleteObjectVersion", "DELETE", ""}
                }) {
            String sub = each[3].isEmpty() ? "" : "&" + each[3];
            String plain = each[3].isEmpty() ? path : path + "?" + each[3];
            permit(each[0]);
            assertEquals(403, other.call(each[2], version + sub, NOTHING).status(), each[1]);
            permit(each[1]);
            assertEquals(403, other.call(each[2], plain, NOTHING).status(), each[0]);
            int ended = other.call(each[2], version + sub, NOTHING).status();
            assertEquals(each[2].equals("DELETE") ? 204 : 200, ended, each[1]);
        }
        // nor by the detour of a copy, or of a deletion of many
        String kept = first.put(path, "kept").field("x-amz-version-id");
        permit("s3:GetObject");
        String theirs = "/theirs-" + name;
        assertEquals(200, other.put(theirs, "").status());
        refused(
                403,
                "AccessDenied",
                other.put(theirs + "/k", "", "x-amz-copy-source: " + path + "?versionId=" + kept));
        assertEquals(200, other.put(theirs + "/k", "", "x-amz-copy-source: " + path).status());
        permit("s3:DeleteObject");
        String many =
                "<Delete><Object><Key>k</Key><VersionId>" + kept + "</VersionId></Object></Delete>";
        Client.Reply deleted =
                other.post(
                        bucket + "?delete",
                        many,
                        "x-amz-checksum-crc32: "
                                + TrustingAuthentication.Sum.text(
                                        "crc32", many.getBytes(US_ASCII)));
        assertEquals("AccessDenied", deleted.element("Code"), deleted::text);
        assertEquals("kept", first.get(path + "?versionId=" + kept).text());
    }

    private void permit(String action) throws IOException {
        Client.Reply put = first.put(bucket + "?policy", allowing(action, ""));
        assertEquals(204, put.status(), put::text);
    }

    // ---- objects ------------------------------------------------------------------------------

    @Test
    @DisplayName("versitygw 2074: a part is partial content, the first and only one too")
    void aPartIsPartial() throws IOException {
        String path = bucket + "/k";
        assertEquals(200, first.put(path, BODY).status());
        for (String method : List.of("GET", "HEAD")) {
            Client.Reply part = first.call(method, path + "?partNumber=1", NOTHING);
            assertEquals(206, part.status(), method);
            assertEquals(
                    "bytes 0-%d/%d".formatted(BODY.length - 1, BODY.length),
                    part.field("content-range"));
            assertEquals("" + BODY.length, part.field("content-length"));
            assertEquals(400, first.call(method, path + "?partNumber=2", NOTHING).status());
            assertEquals(400, first.call(method, path + "?partNumber=0", NOTHING).status());
            assertEquals(200, first.call(method, path, NOTHING).status());
        }
    }

    @Test
    @DisplayName("chimera 1208: a digest that is sent is a digest that is checked")
    void whatIsPromisedIsKept() throws IOException {
        String begun = first.post(bucket + "/p?uploads", "").element("UploadId");
        String part = bucket + "/p?partNumber=1&uploadId=" + begun;
        for (BodyChecksum each : BodyChecksum.values()) {
            String right = PayloadTest.base64(each, BODY);
            String wrong = PayloadTest.base64(each, NOTHING);
            for (String target : List.of(bucket + "/k", part)) {
                digest(target, each.header(), wrong, right);
            }
            // in a trailer, which comes when all has been read
            for (boolean good : new boolean[] {false, true}) {
                Sent sent =
                        Signer.sign(
                                        Sent.of("PUT", bucket + "/t", "", NOTHING)
                                                .with("Host", "localhost")
                                                .with(
                                                        "x-amz-decoded-content-length",
                                                        "" + BODY.length)
                                                .with("x-amz-trailer", each.header()),
                                        "home",
                                        Framing.UNSIGNED_TRAILER,
                                        rig.now(),
                                        rig.installation.pair())
                                .body(
                                        Signer.unsignedChunks(
                                                BODY,
                                                40,
                                                each.header() + ":" + (good ? right : wrong)));
                kept(good, send(sent), "t");
            }
        }
        digest(bucket + "/k", "content-md5", md5(NOTHING), md5(BODY));
        digest(part, "content-md5", md5(NOTHING), md5(BODY));
    }

    @Test
    @DisplayName("chimera 1208: the digest of a document is checked too, whatever the query says")
    void aDocumentsDigestIsKept() throws IOException {
        byte[] document = "<Delete><Object><Key>k</Key></Object></Delete>".getBytes(US_ASCII);
        assertEquals(200, first.put(bucket + "/k", "x").status());
        refused(400, "BadDigest", deletion("delete=", document, NOTHING));
        // where an upload is completed the digest is the object's; nothing else may claim so
        refused(400, "InvalidArgument", deletion("delete=&uploadId=x", document, NOTHING));
        assertEquals("x", first.get(bucket + "/k").text());
        Client.Reply reply = deletion("delete=", document, document);
        assertEquals(200, reply.status(), reply::text);
        absent("k");
    }

    private Client.Reply deletion(String query, byte[] document, byte[] promised)
            throws IOException {
        Sent sent =
                Sent.of("POST", bucket, query, document)
                        .with("Host", "localhost")
                        .with(
                                "x-amz-checksum-crc32",
                                PayloadTest.base64(BodyChecksum.CRC32, promised));
        return send(
                Signer.sign(
                        sent,
                        "home",
                        Framing.UNSIGNED_PAYLOAD,
                        rig.now(),
                        rig.installation.pair()));
    }

    private static String md5(byte[] bytes) {
        return Base64.getEncoder().encodeToString(Signer.digest("MD5", bytes));
    }

    /** A wrong promise, and then a right one, by a request that is signed. */
    private void digest(String target, String header, String wrong, String right)
            throws IOException {
        int mark = target.indexOf('?');
        Sent plain =
                Sent.of(
                                "PUT",
                                mark < 0 ? target : target.substring(0, mark),
                                mark < 0 ? "" : target.substring(mark + 1),
                                BODY)
                        .with("Host", "localhost");
        for (String value : List.of(wrong, right)) {
            Client.Reply reply =
                    send(
                            Signer.sign(
                                    plain.with(header, value),
                                    "home",
                                    Framing.UNSIGNED_PAYLOAD,
                                    rig.now(),
                                    rig.installation.pair()));
            kept(value.equals(right), reply, mark < 0 ? "k" : "");
        }
    }

    private void kept(boolean good, Client.Reply reply, String key) throws IOException {
        if (good) {
            assertEquals(200, reply.status(), reply::text);
            if (!key.isEmpty()) {
                assertEquals(204, first.delete(bucket + "/" + key).status());
            }
        } else {
            refused(400, "BadDigest", reply);
            if (!key.isEmpty()) {
                absent(key);
            }
        }
    }
}
