package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.domicile.s3client.S3Signature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Customers' keys (SSE-C) on a whole server, a process of its own: in whatever way they are used,
 * and refused, nothing of them is written, neither into the data folder and the key store beside
 * it, nor into any output.
 */
class CustomerKeysTest {
    private static final String FIELDS = "x-amz-server-side-encryption-customer-";
    private static final String OF_SOURCE = "x-amz-copy-source-server-side-encryption-customer-";
    private static final String BUCKET = "kept";

    @TempDir Path above;

    private final Random random = new Random(20261128);
    private final Map<String, byte[]> planted = new LinkedHashMap<>();

    /** A fresh key, planted in each form that somebody could write it in. */
    private Map<String, String> key(String fields) throws Exception {
        byte[] key = new byte[32];
        random.nextBytes(key);
        byte[] md5 = MessageDigest.getInstance("MD5").digest(key);
        for (byte[] each : List.of(key, md5)) {
            String what = each == key ? "a key, " : "a key's MD5, ";
            what += planted.size() + ", ";
            planted.put(what + "raw", each);
            planted.put(what + "base64", Base64.getEncoder().withoutPadding().encode(each));
            planted.put(what + "base64url", Base64.getUrlEncoder().withoutPadding().encode(each));
            String hex = HexFormat.of().formatHex(each);
            planted.put(what + "hex", hex.getBytes(StandardCharsets.US_ASCII));
            planted.put(
                    what + "HEX", hex.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII));
        }
        Map<String, String> said = new HashMap<>();
        said.put(fields + "algorithm", "AES256");
        said.put(fields + "key", Base64.getEncoder().encodeToString(key));
        said.put(fields + "key-md5", Base64.getEncoder().encodeToString(md5));
        return said;
    }

    private static Map<String, String> ofSource(Map<String, String> key) {
        Map<String, String> said = new HashMap<>();
        key.forEach((name, value) -> said.put(name.replace(FIELDS, OF_SOURCE), value));
        return said;
    }

    private static Map<String, String> and(Map<String, String> one, Map<String, String> other) {
        Map<String, String> both = new HashMap<>(one);
        both.putAll(other);
        return both;
    }

    @Test
    void nothingOfThemIsWritten() throws Exception {
        Path data = above.resolve("data");
        String[] up = {
            "up",
            "--set",
            "s3.listen=127.0.0.1:0",
            "--set",
            "web.listen=127.0.0.1:0",
            "--set",
            "sql.listen=127.0.0.1:0",
            "--set",
            "keys.places=" + above.resolve("keys"),
            "--set",
            "limits.memory.cache=4MiB",
            "--set",
            "limits.memory.writes=8MiB",
            "--set",
            "blobs.segment=1MiB"
        };
        List<String> output = new ArrayList<>();
        try {
            output.add(run(data, up));
            Endpoints server = Endpoints.running(new Folder(data)).orElseThrow();
            FirstCredential first = FirstCredential.read(server.firstCredential()).orElseThrow();
            URI url = URI.create(server.urls().getOrDefault("s3", ""));
            S3Signature signature = new S3Signature(first.accessKey(), first.secret(), "home");
            try (S3Client s3 = new S3Client(url, signature, Clock.systemUTC(), Optional.empty())) {
                use(s3);
            }
            output.add(run(data, "uses", "--last", "1h", "--json"));
            output.add(run(data, "status", "--json"));
        } finally {
            output.add(run(data, "down"));
        }
        for (String said : output) {
            absent("output", said.getBytes(StandardCharsets.ISO_8859_1));
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(above)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        boolean names = false;
        for (Path file : files) {
            byte[] content = Files.readAllBytes(file);
            absent(file.toString(), content);
            names |= holds(content, "in-a-blob".getBytes(StandardCharsets.US_ASCII));
        }
        // What is meant to be readable is found: the search would find the others, too.
        assertTrue(names, "no name of an object in " + files);
    }

    private void use(S3Client s3) throws Exception {
        Map<String, String> none = Map.of();
        S3Client.Payload nothing = S3Client.Payload.nothing();
        s3.call("PUT", BUCKET, "", none, none, nothing);
        Map<String, String> key = key(FIELDS);
        Map<String, String> other = key(FIELDS);
        byte[] small = "small".getBytes(StandardCharsets.US_ASCII);
        byte[] large = new byte[600_000];
        random.nextBytes(large);
        s3.call("PUT", BUCKET, "inline", none, key, S3Client.Payload.of(small));
        s3.call("PUT", BUCKET, "in-a-blob", none, key, S3Client.Payload.of(large));
        byte[] read = s3.call("GET", BUCKET, "in-a-blob", none, key, nothing).body();
        assertArrayEquals(large, read);
        s3.call("HEAD", BUCKET, "inline", none, key, nothing);
        Map<String, String> from =
                and(ofSource(key), Map.of("x-amz-copy-source", BUCKET + "/in-a-blob"));
        s3.call("PUT", BUCKET, "copied", none, and(other, from), nothing);
        String id =
                s3.call("POST", BUCKET, "parts", Map.of("uploads", ""), key, nothing)
                        .text("UploadId");
        Map<String, String> part = Map.of("partNumber", "1", "uploadId", id);
        String etag = s3.call("PUT", BUCKET, "parts", part, key, S3Client.Payload.of(large)).etag();
        String completion =
                "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"
                        + etag
                        + "</ETag></Part></CompleteMultipartUpload>";
        s3.call(
                "POST",
                BUCKET,
                "parts",
                Map.of("uploadId", id),
                key,
                S3Client.Payload.of(completion.getBytes(StandardCharsets.US_ASCII)));
        s3.call("GET", BUCKET, "", Map.of("list-type", "2"), none, nothing);
        assertEquals(403, refused(s3, "GET", other));
        assertEquals(400, refused(s3, "GET", none));
        for (String wrong : List.of("key", "key-md5", "algorithm")) {
            Map<String, String> spoilt = new HashMap<>(key(FIELDS));
            spoilt.merge(FIELDS + wrong, "AA", String::concat);
            assertEquals(400, refused(s3, "PUT", spoilt));
            assertEquals(400, refused(s3, "GET", spoilt));
            spoilt.remove(FIELDS + wrong);
            assertEquals(400, refused(s3, "PUT", spoilt));
        }
        // In a place where nobody looks for one, too.
        assertEquals(400, refused(s3, "PUT", and(key(OF_SOURCE), Map.of("x-amz-acl", "none"))));
    }

    private static int refused(S3Client s3, String method, Map<String, String> headers) {
        return assertThrows(
                        S3Failure.class,
                        () ->
                                s3.call(
                                        method,
                                        BUCKET,
                                        "inline",
                                        Map.of(),
                                        headers,
                                        S3Client.Payload.nothing()))
                .status();
    }

    private void absent(String where, byte[] content) {
        planted.forEach((what, bytes) -> assertTrue(!holds(content, bytes), where + ": " + what));
    }

    private static boolean holds(byte[] content, byte[] sought) {
        byte first = sought[0];
        for (int at = 0; at <= content.length - sought.length; at++) {
            if (content[at] == first) {
                int same = 1;
                while (same < sought.length && content[at + same] == sought[same]) {
                    same++;
                }
                if (same == sought.length) {
                    return true;
                }
            }
        }
        return false;
    }

    /** What a command says. */
    private static String run(Path data, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--data", data.toString()));
        Rig.Ran ran = Rig.command(all.toArray(String[]::new));
        assertEquals(0, ran.code(), ran.err());
        return ran.out() + ran.err();
    }
}
