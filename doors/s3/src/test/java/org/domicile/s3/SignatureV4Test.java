package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.domicile.request.Caller;
import org.junit.jupiter.api.Test;

/** Who sent a request. */
class SignatureV4Test {
    private static final String EMPTY =
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final String HOST = "examplebucket.s3.amazonaws.com";
    private static final String CREDENTIAL =
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,";

    private static Sent get(String path, String query) {
        return Sent.of("GET", path, query, new byte[0]);
    }

    private static Sent put() {
        return Sent.of("PUT", "/b/k", "", Signer.latin("hello"));
    }

    static void accepted(Sent sent) {
        accepted(Signer.door(), sent);
    }

    private static void accepted(Authentication door, Sent sent) {
        Authentication.Verdict verdict = door.judge(sent);
        if (verdict
                instanceof
                Authentication.Verdict.Rejected(Optional<Caller.Known> claimed, Failure failure)) {
            throw new AssertionError(failure.code() + ": " + failure.sentence() + " " + sent);
        }
        assertEquals(
                Signer.CALLER,
                assertInstanceOf(Authentication.Verdict.Accepted.class, verdict).caller());
    }

    private static String refused(ErrorCode code, Sent sent) {
        return refused(code, Signer.door(), sent, Optional.of(Signer.CALLER));
    }

    private static String refused(
            ErrorCode code, Authentication door, Sent sent, Optional<Caller.Known> claimed) {
        Authentication.Verdict.Rejected rejected =
                assertInstanceOf(Authentication.Verdict.Rejected.class, door.judge(sent));
        assertEquals(code, rejected.failure().code(), rejected.failure().sentence());
        assertEquals(claimed, rejected.claimed());
        return rejected.failure().sentence();
    }

    private static Sent signed(Sent sent) {
        return Signer.sign(sent, "home", Signer.sha256(sent.bytes()));
    }

    // The examples of the S3 API reference, "Authenticating Requests: Using the Authorization
    // Header" and "… Using Query Parameters".

    @Test
    void publishedGetObject() {
        accepted(
                get("/test.txt", "")
                        .with("Host", HOST)
                        .with("Range", "bytes=0-9")
                        .with("x-amz-content-sha256", EMPTY)
                        .with("x-amz-date", Signer.STAMP)
                        .with(
                                "Authorization",
                                CREDENTIAL
                                        + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                                        + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba4"
                                        + "8dd91039c6036bdb41"));
    }

    @Test
    void publishedPutObjectWithADateHeader() throws IOException {
        Sent sent =
                Sent.of("PUT", "/test$file.text", "", Signer.latin("Welcome to Amazon S3."))
                        .with("Host", HOST)
                        .with("Date", "Fri, 24 May 2013 00:00:00 GMT")
                        .with("x-amz-storage-class", "REDUCED_REDUNDANCY")
                        .with("x-amz-date", Signer.STAMP)
                        .with(
                                "x-amz-content-sha256",
                                "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")
                        .with(
                                "Authorization",
                                CREDENTIAL
                                        + "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;"
                                        + "x-amz-storage-class,Signature=98ad721746da40c64f1a55b78f"
                                        + "14c238d841ea1380cd77a1b5971af0ece108bd");
        accepted(sent);
    }

    @Test
    void publishedGetBucketLifecycle() {
        accepted(
                get("/", "lifecycle")
                        .with("Host", HOST)
                        .with("x-amz-date", Signer.STAMP)
                        .with("x-amz-content-sha256", EMPTY)
                        .with(
                                "Authorization",
                                CREDENTIAL
                                        + "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
                                        + "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91"
                                        + "ac7a200a0136783543"));
    }

    @Test
    void publishedListObjects() {
        accepted(
                get("/", "max-keys=2&prefix=J")
                        .with("Host", HOST)
                        .with("x-amz-date", Signer.STAMP)
                        .with("x-amz-content-sha256", EMPTY)
                        .with(
                                "Authorization",
                                CREDENTIAL
                                        + "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
                                        + "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6"
                                        + "670ed5711ef69dc6f7"));
    }

    @Test
    void publishedPresignedGet() {
        Sent sent =
                get(
                                "/test.txt",
                                "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE"
                                    + "%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T"
                                    + "000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signa"
                                    + "ture=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f60"
                                    + "4d404")
                        .with("Host", HOST);
        accepted(sent);
        accepted(Signer.door(Signer.NOW.plusSeconds(86_400)), sent);
        Optional<Caller.Known> claimed = Optional.of(Signer.CALLER);
        assertEquals(
                "Request has expired",
                refused(
                        ErrorCode.ACCESS_DENIED,
                        Signer.door(Signer.NOW.plusSeconds(86_401)),
                        sent,
                        claimed));
        accepted(Signer.door(Signer.NOW.minusSeconds(900)), sent);
        refused(ErrorCode.ACCESS_DENIED, Signer.door(Signer.NOW.minusSeconds(901)), sent, claimed);
    }

    @Test
    void whatBotocoreSignsIsAccepted() throws IOException {
        int count = 0;
        for (Sent sent : botocore()) {
            accepted(sent);
            // And what it signed is what is judged: another method is another request.
            refused(ErrorCode.SIGNATURE_DOES_NOT_MATCH, sent.method("POST"));
            count++;
        }
        assertTrue(count > 100, count + " requests were read");
    }

    static List<Sent> botocore() throws IOException {
        try (InputStream in = SignatureV4Test.class.getResourceAsStream("botocore-signed.tsv")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(SignatureV4Test::parsed)
                    .toList();
        }
    }

    private static Sent parsed(String line) {
        String[] parts = line.split("\t", -1);
        Sent sent = get(parts[1], parts[2]).method(parts[0]);
        for (int i = 3; i < parts.length; i++) {
            int colon = parts[i].indexOf(':');
            sent =
                    sent.with(
                            parts[i].substring(0, colon),
                            parts[i].substring(colon + 1)
                                    .replace("\\t", "\t")
                                    .replace("\\\\", "\\")
                                    .strip());
        }
        return sent;
    }

    @Test
    void otherSpellingsOfAPathAreTheSamePath() {
        // Signed in canonical spelling, sent as clients and proxies spell it.
        Sent canonical = signed(get("/b/a%2Bb%28c%29%C3%A9/%2A~", ""));
        accepted(canonical);
        accepted(canonical.path("/b/a+b(c)%c3%a9/*~"));
        accepted(canonical.path("/b/a+b(c)\u00c3\u00a9/%2a%7E"));
        refused(ErrorCode.SIGNATURE_DOES_NOT_MATCH, canonical.path("/b/a%20b(c)%c3%a9/*~"));
        refused(ErrorCode.SIGNATURE_DOES_NOT_MATCH, canonical.path("/b//a%2Bb%28c%29%C3%A9/%2A~"));
        // Signed as it is sent, though it is not canonical.
        accepted(signed(get("/b/a%2fb+(c)", "")));
        refused(ErrorCode.INVALID_URI, signed(get("/b/100%", "")));
        refused(ErrorCode.INVALID_URI, signed(get("/b/%zz", "")));
    }

    @Test
    void aQueryIsSortedAfterEncodingAndAPlusIsASpace() {
        Sent sent = signed(get("/b", "a=1&a=2&b-c=%20&b=~"));
        accepted(sent);
        accepted(sent.query("b=%7e&a=2&b-c=+&a=1"));
        refused(ErrorCode.SIGNATURE_DOES_NOT_MATCH, sent.query("a=1&a=2&b-c=%2B&b=~"));
        refused(ErrorCode.SIGNATURE_DOES_NOT_MATCH, sent.query("a=1&b-c=%20&b=~"));
        refused(ErrorCode.SIGNATURE_DOES_NOT_MATCH, sent.query("a=1&a=2&a=2&b-c=%20&b=~"));
        accepted(signed(get("/b", "acl")).query("acl="));
        accepted(signed(get("/b", "acl")).query("&acl&&"));
    }

    @Test
    void aHeaderInTwoLinesIsOneWithAComma() {
        Sent sent = signed(put().with("x-amz-meta-a", "one").with("x-amz-meta-a", "  two   three"));
        accepted(sent);
        Sent joined = sent.without("x-amz-meta-a").with("X-Amz-Meta-A", "one,two three");
        accepted(joined);
        refused(
                ErrorCode.SIGNATURE_DOES_NOT_MATCH,
                joined.without("x-amz-meta-a").with("x-amz-meta-a", "two three,one"));
        refused(ErrorCode.INVALID_REQUEST, sent.with("Authorization", sent.field("authorization")));
        refused(ErrorCode.INVALID_REQUEST, sent.with("x-amz-date", Signer.STAMP));
        refused(
                ErrorCode.INVALID_REQUEST,
                sent.with("x-amz-content-sha256", Signer.sha256(sent.bytes())));
    }

    @Test
    void whatS3WantsSignedIsSigned() {
        Sent sent = signed(put());
        assertTrue(
                refused(ErrorCode.ACCESS_DENIED, sent.with("x-amz-acl", "public-read"))
                        .endsWith("x-amz-acl"));
        accepted(sent.with("Content-Type", "text/plain").with("X-Amzn-Trace-Id", "x"));
        Sent presigned = Signer.presign(get("/b/k", ""), "home", 60);
        accepted(presigned);
        assertTrue(
                refused(ErrorCode.ACCESS_DENIED, presigned.with("x-amz-copy-source", "/other/key"))
                        .endsWith("x-amz-copy-source"));
        refused(
                ErrorCode.ACCESS_DENIED,
                presigned.with("x-amz-content-sha256", Framing.UNSIGNED_TRAILER));
        accepted(presigned.with("x-amz-content-sha256", Framing.UNSIGNED_PAYLOAD));
        refused(ErrorCode.ACCESS_DENIED, presigned.query(presigned.rawQuery().replace("host", "")));
        refused(ErrorCode.SIGNATURE_DOES_NOT_MATCH, sent.without("host"));
        refused(
                ErrorCode.SIGNATURE_DOES_NOT_MATCH,
                sent.without("host").with("Host", "elsewhere:9000"));
    }

    @Test
    void aClockMayBeAQuarterOfAnHourOff() {
        Sent sent = signed(put());
        Optional<Caller.Known> claimed = Optional.of(Signer.CALLER);
        for (int sign : new int[] {-1, 1}) {
            Duration edge = Duration.ofMinutes(15).multipliedBy(sign);
            accepted(Signer.door(Signer.NOW.plus(edge)), sent);
            refused(
                    ErrorCode.REQUEST_TIME_TOO_SKEWED,
                    Signer.door(Signer.NOW.plus(edge).plusSeconds(sign)),
                    sent,
                    claimed);
        }
        refused(ErrorCode.ACCESS_DENIED, sent.without("x-amz-date"));
        refused(
                ErrorCode.ACCESS_DENIED,
                sent.without("x-amz-date").with("x-amz-date", "20130231T000000Z"));
        Sent dated = sent.without("x-amz-date").with("Date", "yesterday");
        refused(ErrorCode.ACCESS_DENIED, dated);
    }

    @Test
    void theScopeIsOurs() {
        String hash = Signer.sha256(put().bytes());
        accepted(Signer.sign(put(), "home", hash));
        accepted(Signer.sign(put(), "us-east-1", hash));
        assertTrue(
                refused(
                                ErrorCode.AUTHORIZATION_HEADER_MALFORMED,
                                Signer.sign(put(), "eu-west-1", hash))
                        .endsWith("the region 'eu-west-1' is wrong; expecting 'home'"));
        refused(
                ErrorCode.AUTHORIZATION_QUERY_PARAMETERS_ERROR,
                Signer.presign(put(), "eu-west-1", 60));
        Sent sent = signed(put());
        for (String[] change :
                new String[][] {
                    {"/s3/", "/sts/"},
                    {"aws4_request", "aws5_request"},
                    {"/20130524/", "/20130523/"},
                    {"/20130524/", "/2013052/"},
                    {"Credential=" + Signer.KEY + "/", "Credential=" + Signer.KEY + "_"},
                    {"SignedHeaders=", "Signed="},
                    {", Signature=", ", Signature=1, Signature="},
                    {"Signature=", "Nothing="}
                }) {
            String changed = sent.field("authorization").replace(change[0], change[1]);
            Optional<Caller.Known> claimed =
                    changed.contains(Signer.KEY + "_")
                            ? Optional.empty()
                            : Optional.of(Signer.CALLER);
            refused(
                    ErrorCode.AUTHORIZATION_HEADER_MALFORMED,
                    Signer.door(),
                    sent.without("authorization").with("Authorization", changed),
                    claimed);
        }
    }

    @Test
    void strangersAreStrangers() {
        Sent sent = signed(put());
        String other = sent.field("authorization").replace(Signer.KEY, "AKIASTRANGER");
        refused(
                ErrorCode.INVALID_ACCESS_KEY_ID,
                Signer.door(),
                sent.without("authorization").with("Authorization", other),
                Optional.empty());
        Authentication.Verdict.Accepted anonymous =
                assertInstanceOf(
                        Authentication.Verdict.Accepted.class,
                        Signer.door().judge(get("/b/k", "list-type=2").with("Host", "h")));
        assertEquals(new Caller.Anonymous(), anonymous.caller());
    }

    @Test
    void otherMechanismsAreRefused() {
        Optional<Caller.Known> none = Optional.empty();
        Authentication door = Signer.door();
        Sent plain = get("/b/k", "").with("Host", "h");
        refused(ErrorCode.ACCESS_DENIED, door, plain.with("Authorization", ""), none);
        refused(ErrorCode.INVALID_ARGUMENT, door, plain.with("Authorization", "AWS HAHA"), none);
        refused(ErrorCode.INVALID_ARGUMENT, door, plain.with("Authorization", "Basic eDp5"), none);
        refused(
                ErrorCode.INVALID_REQUEST,
                plain.with("Authorization", "AWS " + Signer.KEY + ":frJIUN8DYpKDtOLCwo//yllqDzg="));
        refused(
                ErrorCode.INVALID_REQUEST,
                plain.query("AWSAccessKeyId=" + Signer.KEY + "&Expires=1&Signature=x"));
        refused(
                ErrorCode.INVALID_REQUEST,
                plain.with(
                        "Authorization",
                        "AWS4-ECDSA-P256-SHA256 Credential="
                                + Signer.KEY
                                + "/20130524/s3/aws4_request, SignedHeaders=host, Signature=00"));
        refused(ErrorCode.INVALID_TOKEN, signed(put().with("x-amz-security-token", "t")));
        Sent presigned = Signer.presign(get("/b/k", ""), "home", 60);
        refused(
                ErrorCode.INVALID_TOKEN,
                presigned.query(presigned.rawQuery() + "&X-Amz-Security-Token=t"));
        refused(
                ErrorCode.INVALID_ARGUMENT,
                presigned.with("Authorization", signed(put()).field("authorization")));
        refused(
                ErrorCode.INVALID_ARGUMENT,
                signed(put()).query("AWSAccessKeyId=" + Signer.KEY + "&Signature=x"));
    }

    @Test
    void aPresignedRequestIsWhole() {
        Sent presigned = Signer.presign(get("/b/k", "versionId=3"), "home", 604_800);
        accepted(presigned);
        String query = presigned.rawQuery();
        accepted(presigned.query(query.replace("X-Amz-Date", "X%2DAmz-Date")));
        refused(ErrorCode.SIGNATURE_DOES_NOT_MATCH, presigned.query(query.replace("=3", "=4")));
        refused(ErrorCode.SIGNATURE_DOES_NOT_MATCH, presigned.query(query + "&acl"));
        for (String name :
                new String[] {
                    "Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"
                }) {
            String less = query.replaceAll("&X-Amz-" + name + "=[^&]*", "");
            refused(
                    ErrorCode.AUTHORIZATION_QUERY_PARAMETERS_ERROR,
                    Signer.door(),
                    presigned.query(less),
                    name.equals("Credential") ? Optional.empty() : Optional.of(Signer.CALLER));
        }
        for (String[] change :
                new String[][] {
                    {"Expires=604800", "Expires=604801"},
                    {"Expires=604800", "Expires=99999999999999999999999"},
                    {"Expires=604800", "Expires=-1"},
                    {"Expires=604800", "Expires=1h"},
                    {"AWS4-HMAC", "AWS4-ECDSA-P256"},
                    {"Date=2013", "Date=13"},
                    {"X-Amz-Date", "X-Amz-Expires=1&X-Amz-Date"}
                }) {
            refused(
                    ErrorCode.AUTHORIZATION_QUERY_PARAMETERS_ERROR,
                    presigned.query(query.replace(change[0], change[1])));
        }
        refused(
                ErrorCode.SIGNATURE_DOES_NOT_MATCH,
                presigned.query(query.replace("604800", "604799")));
    }

    @Test
    void theHashHeaderIsDemandedAndRead() {
        Sent sent = signed(put());
        refused(ErrorCode.INVALID_REQUEST, sent.without("x-amz-content-sha256"));
        refused(ErrorCode.INVALID_ARGUMENT, Signer.sign(put(), "home", "nonsense"));
        refused(ErrorCode.INVALID_ARGUMENT, Signer.sign(put(), "home", EMPTY.replace('e', 'x')));
        refused(
                ErrorCode.NOT_IMPLEMENTED,
                Signer.sign(put(), "home", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER"));
    }
}
