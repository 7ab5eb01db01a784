package org.domicile.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;

/** What is asked of buckets, one at a time. Owned by one thread. */
final class BucketClient implements AutoCloseable {
    private static final int PAGE = 1_000;
    private static final String KEY = "<Key>";
    private static final byte[] NOTHING = {};

    private final Dialogue dialogue;

    BucketClient(Load.Target target) throws IOException {
        this.dialogue = new Dialogue(target);
    }

    /**
     * @throws IOException when the server refuses
     */
    void create(String bucket) throws IOException {
        ask("PUT", "/" + bucket, "");
    }

    /** Every change makes a version from here on. */
    void keepVersions(String bucket) throws IOException {
        dialogue.ask(
                "PUT",
                "/" + bucket,
                "versioning=",
                Map.of(),
                ("<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                                + "<Status>Enabled</Status></VersioningConfiguration>")
                        .getBytes(UTF_8));
    }

    /** Lists a bucket to its end, page after page; adds each page's time. Answers the keys seen. */
    long list(String bucket, Histogram pages) throws IOException {
        long keys = 0;
        String token = "";
        do {
            String page =
                    page(
                            bucket,
                            (token.isEmpty()
                                            ? ""
                                            : "continuation-token=" + Signer.encode(token) + "&")
                                    + "list-type=2&max-keys="
                                    + PAGE,
                            pages);
            keys += keys(page);
            token = text(page, "NextContinuationToken");
        } while (!token.isEmpty());
        return keys;
    }

    /** The same with all versions. */
    long listVersions(String bucket, Histogram pages) throws IOException {
        long versions = 0;
        String key = "";
        String version = "";
        do {
            String page =
                    page(
                            bucket,
                            (key.isEmpty() ? "" : "key-marker=" + Signer.encode(key) + "&")
                                    + "max-keys="
                                    + PAGE
                                    + (version.isEmpty()
                                            ? ""
                                            : "&version-id-marker=" + Signer.encode(version))
                                    + "&versions=",
                            pages);
            versions += keys(page);
            key = text(page, "NextKeyMarker");
            version = text(page, "NextVersionIdMarker");
        } while (!key.isEmpty());
        return versions;
    }

    private String page(String bucket, String query, Histogram pages) throws IOException {
        long begin = System.nanoTime();
        String page = ask("GET", "/" + bucket, query);
        pages.add(System.nanoTime() - begin);
        return page;
    }

    private static long keys(String page) {
        long keys = 0;
        for (int at = page.indexOf(KEY); at >= 0; at = page.indexOf(KEY, at + KEY.length())) {
            keys++;
        }
        return keys;
    }

    /** The text of the first element of that name; empty when there is none. */
    private static String text(String page, String element) {
        String tag = "<" + element + ">";
        int at = page.indexOf(tag);
        return at < 0
                ? ""
                : page.substring(at + tag.length(), page.indexOf('<', at + 1))
                        .replace("&#x3D;", "=")
                        .replace("&#34;", "\"")
                        .replace("&quot;", "\"")
                        .replace("&amp;", "&");
    }

    /**
     * DeleteObjects, quietly.
     *
     * @param keys which need no escape in XML
     * @throws IOException also when one of them could not be deleted
     */
    void delete(String bucket, Iterable<String> keys) throws IOException {
        StringBuilder document = new StringBuilder("<Delete><Quiet>true</Quiet>");
        for (String key : keys) {
            document.append("<Object><Key>").append(key).append("</Key></Object>");
        }
        byte[] body = document.append("</Delete>").toString().getBytes(UTF_8);
        String answer =
                dialogue.ask(
                        "POST", "/" + bucket, "delete=", Map.of("Content-MD5", md5(body)), body);
        if (answer.contains("<Error>")) {
            throw new IOException("not all keys were deleted: " + answer);
        }
    }

    private static String md5(byte[] body) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has MD5", e);
        }
    }

    private String ask(String method, String path, String query) throws IOException {
        return dialogue.ask(method, path, query, Map.of(), NOTHING);
    }

    @Override
    public void close() throws IOException {
        dialogue.close();
    }
}
