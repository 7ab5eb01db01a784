package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Uploads as a form, as browsers send them. */
class FormsTest extends DoorTest {
    static final String BOUNDARY = "----browser7MA4YWxk";
    private static final byte[] FILE = "a,b\r\n1,2\r\n".getBytes(StandardCharsets.US_ASCII);

    private Client browser;

    @BeforeEach
    void browse() throws IOException {
        browser = installation.client("");
    }

    @AfterEach
    void leave() throws IOException {
        browser.close();
    }

    /** Fields in their order; the file is the last. */
    static byte[] form(Map<String, String> fields, String fileName, byte[] file)
            throws IOException {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        for (Map.Entry<String, String> each : fields.entrySet()) {
            form.write(
                    ("--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
                                    .formatted(BOUNDARY, each.getKey(), each.getValue()))
                            .getBytes(StandardCharsets.UTF_8));
        }
        form.write(
                ("--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n"
                                + "Content-Type: text/csv\r\n\r\n")
                        .formatted(BOUNDARY, fileName)
                        .getBytes(StandardCharsets.UTF_8));
        form.write(file);
        form.write(("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
        return form.toByteArray();
    }

    private Client.Reply post(byte[] form) throws IOException {
        return browser.call(
                "POST", bucket, form, "Content-Type: multipart/form-data; boundary=" + BOUNDARY);
    }

    private Client.Reply post(Map<String, String> fields, byte[] file) throws IOException {
        return post(form(fields, "C:\\sheets\\readings.csv", file));
    }

    private String policy(String conditions) {
        return policy(Instant.now().plusSeconds(600), conditions);
    }

    private String policy(Instant until, String conditions) {
        return policy(bucket.substring(1), until, conditions);
    }

    private static String policy(String bucket, Instant until, String conditions) {
        return encoded(
                "{\"expiration\": \"%s\", \"conditions\": [{\"bucket\": \"%s\"}%s]}"
                        .formatted(until, bucket, conditions));
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Fields with a policy that is signed as version 4 wants it. */
    private Map<String, String> signed(Map<String, String> fields, String conditions) {
        return signed(installation.pair(), "", bucket.substring(1), fields, conditions);
    }

    /** The same by somebody else. @param token of a session; empty without one */
    static Map<String, String> signed(
            Signer.Pair pair,
            String token,
            String bucket,
            Map<String, String> fields,
            String conditions) {
        String stamp =
                Instant.now()
                        .toString()
                        .replaceAll("[-:]|\\.\\d+", "")
                        .replaceAll("\\d\\dZ$", "00Z");
        String day = stamp.substring(0, 8);
        Map<String, String> signing = new LinkedHashMap<>();
        signing.put("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
        signing.put("X-Amz-Credential", pair.key() + "/" + day + "/home/s3/aws4_request");
        signing.put("X-Amz-Date", stamp);
        if (!token.isEmpty()) {
            signing.put("X-Amz-Security-Token", token);
        }
        StringBuilder all = new StringBuilder(conditions);
        signing.forEach((name, value) -> all.append(",{\"%s\": \"%s\"}".formatted(name, value)));
        String policy = policy(bucket, Instant.now().plusSeconds(600), all.toString());
        Map<String, String> form = new LinkedHashMap<>(fields);
        form.putAll(signing);
        form.put("Policy", policy);
        byte[] key = Signer.key(pair, day, "home", "s3");
        form.put("X-Amz-Signature", HexFormat.of().formatHex(Signer.hmac(key, policy)));
        return form;
    }

    /** The same as version 2 wants it. */
    private Map<String, String> old(Map<String, String> fields, String policy) {
        Map<String, String> all = new LinkedHashMap<>(fields);
        all.put("AWSAccessKeyId", installation.key);
        all.put("policy", policy);
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(
                    new SecretKeySpec(
                            installation.secret.getBytes(StandardCharsets.US_ASCII), "HmacSHA1"));
            byte[] text = policy.getBytes(StandardCharsets.US_ASCII);
            all.put("signature", Base64.getEncoder().encodeToString(mac.doFinal(text)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
        return all;
    }

    private Client.Reply posted(String policy) throws IOException {
        return post(old(Map.of("key", "k"), policy), FILE);
    }

    @Test
    void aFormIsPut() throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("key", "in/${filename}");
        fields.put("Content-Type", "text/csv");
        fields.put("x-amz-meta-site", "north");
        fields.put("x-ignore-this", "x");
        Client.Reply made =
                post(
                        signed(
                                fields,
                                ",[\"starts-with\", \"$key\", \"in/\"]"
                                        + ",[\"starts-with\", \"$Content-Type\", \"text/\"]"
                                        + ",{\"x-amz-meta-site\": \"north\"}"
                                        + ",[\"content-length-range\", 1, 100]"),
                        FILE);
        assertEquals(204, made.status(), made.text());
        assertEquals("http://localhost" + bucket + "/in/readings.csv", made.field("location"));
        Client.Reply got = client.get(bucket + "/in/readings.csv");
        assertEquals(new String(FILE, StandardCharsets.US_ASCII), got.text());
        assertEquals("text/csv", got.field("content-type"));
        assertEquals("north", got.field("x-amz-meta-site"));
        assertEquals(got.field("etag"), made.field("etag"));
    }

    @Test
    void toABucketsOwnHost() throws IOException {
        String host = bucket.substring(1) + "." + Installation.DOMAIN;
        Client.Reply made =
                browser.call(
                        "POST",
                        "/",
                        form(signed(Map.of("key", "k"), ",{\"key\": \"k\"}"), "f", FILE),
                        "Host: " + host,
                        "Content-Type: multipart/form-data; boundary=\"" + BOUNDARY + "\"");
        assertEquals(204, made.status(), made.text());
        assertEquals("http://" + host + "/k", made.field("location"));
        assertArrayEquals(FILE, client.get(bucket + "/k").body());
    }

    @Test
    void largeFilesPassInSteps() throws IOException {
        byte[] file = new byte[700_000];
        random().nextBytes(file);
        // what nearly ends the file, at every place a step could end
        for (int i = 0; i < file.length - 100; i += 4_097) {
            byte[] near =
                    ("\r\n--" + BOUNDARY.substring(0, BOUNDARY.length() - 1))
                            .getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(near, 0, file, i, near.length);
            // Story: by chance the next byte made it the boundary, in every other run.
            file[i + near.length] = 0;
        }
        assertEquals(204, post(signed(Map.of("key", "k"), ",{\"key\": \"k\"}"), file).status());
        assertArrayEquals(file, client.get(bucket + "/k").body());
    }

    @Test
    void whatASuccessSays() throws IOException {
        String status = ",{\"key\": \"a b\"},{\"success_action_status\": \"%s\"}";
        Map<String, String> fields = new LinkedHashMap<>(Map.of("key", "a b"));
        fields.put("success_action_status", "201");
        Client.Reply made = post(signed(fields, status.formatted("201")), FILE);
        assertEquals(201, made.status());
        assertTrue(made.text().contains("<PostResponse>"), "as S3, without a namespace");
        assertEquals("a b", made.element("Key"));
        assertEquals(bucket.substring(1), made.element("Bucket"));
        assertEquals("http://localhost" + bucket + "/a%20b", made.element("Location"));
        fields.put("success_action_status", "404");
        assertEquals(204, post(signed(fields, status.formatted("404")), FILE).status());
        fields.remove("success_action_status");
        fields.put("success_action_redirect", "https://page.example/done?a=1");
        Client.Reply sent =
                post(
                        signed(
                                fields,
                                ",{\"key\": \"a b\"},[\"starts-with\","
                                        + " \"$success_action_redirect\", \"https://page.\"]"),
                        FILE);
        assertEquals(303, sent.status());
        String etag = sent.field("etag").replace("\"", "%22");
        assertEquals(
                "https://page.example/done?a=1&bucket="
                        + bucket.substring(1)
                        + "&key=a%20b&etag="
                        + etag,
                sent.field("location"));
    }

    @Test
    void thePolicyDecides() throws IOException {
        String key = ",[\"starts-with\", \"$key\", \"\"]";
        assertEquals(204, posted(policy(key)).status(), "version 2");
        assertEquals(204, posted(policy(",[\"StArTs-WiTh\", \"$KeY\", \"k\"]")).status());
        assertEquals(
                204,
                posted(policy(key + ",[\"starts-with\", \"$x-amz-meta-a\", \"\"]")).status(),
                "a field that is not there is empty");
        for (String wrong :
                List.of(
                        "",
                        ",{\"key\": \"K\"}",
                        key + ",{\"acl\": \"private\"}",
                        key + ",[\"eq\", \"$x-amz-meta-a\", \"b\"]")) {
            failed(403, "AccessDenied", posted(policy(wrong)));
        }
        failed(403, "AccessDenied", posted(policy(Instant.now().minusSeconds(5), key)));
        failed(
                403,
                "AccessDenied",
                posted(
                        encoded(
                                "{\"expiration\": \"2100-01-01T00:00:00Z\", \"conditions\":"
                                        + " [{\"key\": \"k\"}]}")));
        failed(
                400,
                "EntityTooLarge",
                posted(policy(key + ",[\"content-length-range\", 0, " + (FILE.length - 1) + "]")));
        failed(
                400,
                "EntityTooSmall",
                posted(policy(key + ",[\"content-length-range\", " + (FILE.length + 1) + ", 99]")));
        assertEquals(
                204,
                posted(
                                policy(
                                        key
                                                + ",[\"content-length-range\", "
                                                + FILE.length
                                                + ", "
                                                + FILE.length
                                                + "]"))
                        .status());
    }

    @Test
    void documentsThatAreNone() throws IOException {
        String until = "\"expiration\": \"2100-01-01T00:00:00Z\"";
        for (String wrong :
                List.of(
                        "",
                        "[]",
                        "{}",
                        "{" + until + "}",
                        "{\"conditions\": []}",
                        "{" + until + ", \"CONDITIONS\": []}",
                        "{" + until + ", \"conditions\": [{}]}",
                        "{" + until + ", \"conditions\": [[\"eq\", \"$key\"]]}",
                        "{" + until + ", \"conditions\": [[\"eq\", \"key\", \"k\"]]}",
                        "{" + until + ", \"conditions\": [[\"ends-with\", \"$key\", \"k\"]]}",
                        "{" + until + ", \"conditions\": [[\"content-length-range\", 0]]}",
                        "{" + until + ", \"conditions\": [[\"content-length-range\", -1, 0]]}",
                        "{" + until + ", \"conditions\": []} {}",
                        "{" + until + ", " + until + ", \"conditions\": []}",
                        "{\"expiration\": \"2100-01-01 00:00:00\", \"conditions\": []}")) {
            Client.Reply reply = posted(encoded(wrong));
            failed(400, "InvalidPolicyDocument", reply);
        }
        failed(400, "InvalidPolicyDocument", posted("="));
    }

    @Test
    void whoSigned() throws IOException {
        Map<String, String> fields = Map.of("key", "k");
        failed(403, "AccessDenied", post(fields, FILE));
        Map<String, String> right = signed(fields, ",{\"key\": \"k\"}");
        Map<String, String> wrong = new LinkedHashMap<>(right);
        wrong.put("X-Amz-Signature", "0".repeat(64));
        failed(403, "SignatureDoesNotMatch", post(wrong, FILE));
        wrong.remove("X-Amz-Signature");
        failed(400, "InvalidArgument", post(wrong, FILE));
        wrong.putAll(right);
        wrong.put(
                "X-Amz-Credential",
                right.getOrDefault("X-Amz-Credential", "").replace("home", "north"));
        failed(400, "InvalidArgument", post(wrong, FILE));
        Map<String, String> stranger = old(fields, policy(",{\"key\": \"k\"}"));
        stranger.put("AWSAccessKeyId", "DOMI0000000000000000");
        failed(403, "InvalidAccessKeyId", post(stranger, FILE));
        Map<String, String> other = old(fields, policy(",{\"key\": \"k\"}"));
        other.put("policy", policy(",[\"starts-with\", \"$key\", \"\"]"));
        failed(403, "SignatureDoesNotMatch", post(other, FILE));
        other.remove("policy");
        failed(400, "InvalidArgument", post(other, FILE));
        failed(
                400,
                "InvalidArgument",
                client.call(
                        "POST",
                        bucket,
                        form(right, "f", FILE),
                        "Content-Type: multipart/form-data; boundary=" + BOUNDARY));
        failed(404, "NoSuchKey", client.get(bucket + "/k"));
        assertEquals(
                "SignatureDoesNotMatch",
                installation.uses("main").stream()
                        .map(use -> use.reason())
                        .filter(reason -> reason.startsWith("Signature"))
                        .findFirst()
                        .orElse(""),
                "a refused form of ours is on record");
    }

    @Test
    void formsThatAreNone() throws IOException {
        Map<String, String> right = signed(Map.of("key", "k"), ",{\"key\": \"k\"}");
        String whole = new String(form(right, "f", FILE), StandardCharsets.ISO_8859_1);
        String file = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"file\"";
        String before = whole.substring(0, whole.indexOf(file));
        Map<String, String> wrong = new LinkedHashMap<>();
        wrong.put(before + "--" + BOUNDARY + "--\r\n", "IncorrectNumberOfFilesInPostRequest");
        wrong.put(before + before + whole.substring(before.length()), "InvalidArgument");
        wrong.put(whole.replace("form-data; name=\"key\"", "form-data"), "MalformedPOSTRequest");
        wrong.put(whole.replace("name=\"key\"", "name=\"key"), "MalformedPOSTRequest");
        wrong.put(whole.replace("name=\"key\"", "name=\"keys\""), "InvalidArgument");
        wrong.put(whole.replace(BOUNDARY + "--", BOUNDARY.substring(1)), "IncompleteBody");
        wrong.put("", "IncompleteBody");
        wrong.put(
                "--" + BOUNDARY + "\r\n" + "a: b\r\n".repeat(5_000) + whole,
                "MaxPostPreDataLengthExceededError");
        for (Map.Entry<String, String> each : wrong.entrySet()) {
            failed(400, each.getValue(), post(each.getKey().getBytes(StandardCharsets.ISO_8859_1)));
        }
        Map<String, String> large = new LinkedHashMap<>(right);
        large.put("x-ignore-a", "a".repeat(20 << 10));
        failed(400, "MaxPostPreDataLengthExceededError", post(large, FILE));
        Map<String, String> split = new LinkedHashMap<>(right);
        split.put("Content-Type", "a\r\nx: y");
        failed(400, "InvalidArgument", post(split, FILE));
        failed(
                405,
                "MethodNotAllowed",
                browser.call("POST", bucket, form(right, "f", FILE), "Content-Type: text/plain"));
        assertTrue(client.get(bucket + "?list-type=2").elements("Key").isEmpty());
    }

    /** Whatever a form is, it is never a 500, and no name is stored but the one that was signed. */
    @Test
    void changedForms() throws IOException {
        Random random = random();
        byte[] right = form(signed(Map.of("key", "k"), ",{\"key\": \"k\"}"), "f", FILE);
        for (int i = 0; i < 300; i++) {
            byte[] changed = right;
            for (int j = random.nextInt(4); j >= 0; j--) {
                changed = changed(changed, random);
            }
            Client.Reply reply = post(changed);
            assertTrue(reply.status() < 500, reply::text);
        }
        List<String> stored = client.get(bucket + "?list-type=2").elements("Key");
        assertTrue(List.of("k").containsAll(stored), stored::toString);
    }

    /** Something of it twice, or left out, or other bytes in one place. */
    private static byte[] changed(byte[] form, Random random) {
        int from = random.nextInt(form.length);
        int to = from + random.nextInt(Math.min(40, form.length - from));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(form, 0, from);
        switch (random.nextInt(3)) {
            case 0 -> out.write(form, from, to - from);
            case 1 -> from = to;
            default -> {
                out.write(random.nextInt(256));
                from++;
            }
        }
        out.write(form, from, form.length - from);
        return out.toByteArray();
    }
}
