package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each client is told. */
class EnvTest {
    private static final Set<String> KAFKA = Set.of("kcat", "librdkafka", "java", "kafkajs");

    @TempDir Path above;

    @Test
    void eachClientGetsItsForm() throws Exception {
        Rig rig = new Rig(above);
        try (Cloud cloud = rig.open()) {
            FirstCredential first = FirstCredential.read(rig.firstCredential()).orElseThrow();
            String url = cloud.endpoints().urls().getOrDefault("s3", "");
            String host = url.substring("http://".length());
            assertTrue(said("--for", "rclone").contains("RCLONE_CONFIG_DOMICILE_ENDPOINT=" + url));
            assertTrue(said("--for", "restic").contains("RESTIC_REPOSITORY=s3:" + url + "/restic"));
            assertTrue(said("--for", "s3cmd").contains("host_base = " + host + "\n"));
            assertTrue(said("--for", "boto3").contains("endpoint_url=\"" + url + "\""));
            String catalog = cloud.endpoints().urls().getOrDefault("web", "") + "/iceberg";
            String login = first.accessKey() + ":" + first.secret();
            assertTrue(
                    said("--for", "pyiceberg")
                            .contains("PYICEBERG_CATALOG__DOMICILE__URI=" + catalog + "\n"));
            assertTrue(
                    said("--for", "spark")
                            .contains("spark.sql.catalog.domicile.uri " + catalog + "\n"));
            assertTrue(
                    said("--for", "trino")
                            .contains("iceberg.rest-catalog.oauth2.credential=" + login + "\n"));
            assertTrue(
                    said("--for", "duckdb")
                            .contains("oauth2_server_uri '" + catalog + "/v1/oauth/tokens'"));
            for (Env.Client client : Env.Client.values()) {
                String text = said("--for", client.name());
                boolean told =
                        KAFKA.contains(client.name())
                                // theirs are told from the first stream on
                                ? text.contains("stream create")
                                : text.contains(first.secret()) && text.contains("home");
                assertTrue(told, client.name());
            }
            Json.Row json = rig.run("env", "--json").rows().getFirst();
            assertEquals(first.accessKey(), json.text("AWS_ACCESS_KEY_ID"));
            assertEquals("home", json.text("AWS_DEFAULT_REGION"));
            assertEquals(first.accessKey(), json.text("PGUSER"));
            assertEquals(first.secret(), json.text("PGPASSWORD"));
            assertEquals("127.0.0.1", json.text("PGHOST"));
            assertTrue(
                    cloud.endpoints()
                            .urls()
                            .getOrDefault("sql", "")
                            .endsWith(":" + json.text("PGPORT")));
            Files.delete(rig.firstCredential());
            assertTrue(said().contains("credential create"));
        }
        assertTrue(said().contains("no server runs on"));
    }

    @Test
    void wordsAreQuotedForTheShell() {
        assertEquals("http://127.0.0.1:9000", Shell.quoted("http://127.0.0.1:9000"));
        assertEquals("'a b'", Shell.quoted("a b"));
        assertEquals("'it'\\''s $HOME'", Shell.quoted("it's $HOME"));
        assertEquals("''", Shell.quoted(""));
    }

    private String said(String... words) {
        Rig.Ran ran =
                new Rig(above)
                        .run(
                                Stream.concat(Stream.of("env"), Stream.of(words))
                                        .toArray(String[]::new));
        return ran.out() + ran.err();
    }
}
