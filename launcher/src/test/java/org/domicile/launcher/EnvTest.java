package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each client is told. */
class EnvTest {
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
            for (Env.Client client : Env.Client.values()) {
                String text = said("--for", client.name());
                assertTrue(text.contains(first.secret()) && text.contains("home"), client.name());
            }
            Map<String, String> json = Flat.read(said("--json").getBytes());
            assertEquals(first.accessKey(), json.get("AWS_ACCESS_KEY_ID"));
            assertEquals("home", json.get("AWS_DEFAULT_REGION"));
            Files.delete(rig.firstCredential());
            assertTrue(said().contains("credential create"));
        }
        assertTrue(said().contains("no server runs"));
    }

    @Test
    void wordsAreQuotedForTheShell() {
        assertEquals("http://127.0.0.1:9000", Shell.quoted("http://127.0.0.1:9000"));
        assertEquals("'a b'", Shell.quoted("a b"));
        assertEquals("'it'\\''s $HOME'", Shell.quoted("it's $HOME"));
        assertEquals("''", Shell.quoted(""));
    }

    private String said(String... words) {
        StringWriter text = new StringWriter();
        List<String> all = new ArrayList<>(List.of("env", "--data", new Rig(above).data() + ""));
        all.addAll(List.of(words));
        Main.commandLine()
                .setOut(new PrintWriter(text))
                .setErr(new PrintWriter(text))
                .execute(all.toArray(String[]::new));
        return text.toString();
    }
}
