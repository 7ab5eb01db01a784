package org.domicile.proof;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Commits to one table, over all crashes: each sets a property to the next number. What the catalog
 * says after a crash is the last number that was acknowledged, or the one that was on its way.
 */
final class CatalogWriter {
    private static final String NAMESPACES = "iceberg/v1/namespaces";
    private static final String TABLES = NAMESPACES + "/crash/tables";
    private static final Pattern STEP = Pattern.compile("\"step\"\\s*:\\s*\"([0-9]+)\"");
    private static final Map<String, String> JSON = Map.of("content-type", "application/json");
    private static final byte[] NOTHING = {};

    private final Journal journal;
    private long acknowledged;
    private long asked;

    CatalogWriter(Journal journal) {
        this.journal = journal;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Makes the table, unless it is there. */
    void prepare(S3Client catalog) throws IOException, InterruptedException {
        make(catalog, NAMESPACES, "{\"namespace\":[\"crash\"]}");
        make(
                catalog,
                TABLES,
                "{\"name\":\"t\",\"schema\":{\"type\":\"struct\",\"schema-id\":0,\"fields\":["
                        + "{\"id\":1,\"name\":\"n\",\"required\":false,\"type\":\"long\"}]}}");
    }

    private void make(S3Client catalog, String path, String body)
            throws IOException, InterruptedException {
        S3Client.Answer answer = catalog.send("POST", path, Map.of(), JSON, bytes(body));
        if (answer.status() != 200 && answer.status() != 409) {
            journal.violated(path + " cannot be made: " + answer.text());
        }
    }

    /** Works until told to stop or until an answer stays away. */
    void work(S3Client catalog, BooleanSupplier stop) throws InterruptedException {
        try {
            while (!stop.getAsBoolean()) {
                asked++;
                S3Client.Answer answer =
                        catalog.send(
                                "POST",
                                TABLES + "/t",
                                Map.of(),
                                JSON,
                                bytes(
                                        "{\"requirements\":[],\"updates\":[{\"action\":\"set-properties\",\"updates\":{\"step\":\""
                                                + asked
                                                + "\"}}]}"));
                if (answer.status() == 200) {
                    acknowledged = asked;
                } else if (answer.status() < 500) {
                    journal.violated("a commit to a table: " + answer.text());
                }
            }
        } catch (IOException e) {
            // the server is gone; what was on its way is one of the two that can be
        }
    }

    /** Holds the table against what is known. */
    void verify(S3Client catalog) throws IOException, InterruptedException {
        S3Client.Answer answer = catalog.send("GET", TABLES + "/t", Map.of(), Map.of(), NOTHING);
        if (answer.status() == 404 && acknowledged == 0) {
            return;
        }
        Matcher step = STEP.matcher(answer.text());
        long found = step.find() ? Long.parseLong(step.group(1)) : 0;
        if (answer.status() != 200 || found < acknowledged || found > asked) {
            journal.violated(
                    "the table says %d, acknowledged %d, asked %d: status %d"
                            .formatted(found, acknowledged, asked, answer.status()));
        }
    }
}
