package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.domicile.s3client.S3Signature;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies from the command line, what they do at the S3 door, and why. */
class PolicyCommandTest {
    private static final String KEPT =
            """
            @id("kept")
            forbid (principal, action == Action::"s3:DeleteObject", resource in Bucket::"archive");
            """;

    @TempDir Path above;
    private Rig rig;
    private Cloud cloud;

    @BeforeEach
    void open() throws IOException {
        rig = new Rig(above);
        cloud = rig.open();
    }

    @AfterEach
    void close() {
        cloud.close();
    }

    private String file(String text) throws IOException {
        return Files.writeString(above.resolve("some.cedar"), text).toString();
    }

    private Rig.Ran done(String... arguments) {
        Rig.Ran ran = rig.run(arguments);
        assertEquals(0, ran.code(), ran.err());
        return ran;
    }

    private void call(String method, String object) throws IOException {
        FirstCredential first = FirstCredential.read(rig.firstCredential()).orElseThrow();
        S3Signature signature = new S3Signature(first.accessKey(), first.secret(), "home");
        URI url = URI.create(cloud.endpoints().s3());
        try (S3Client s3 = new S3Client(url, signature, Clock.systemUTC(), Optional.empty())) {
            s3.call(method, "archive", object, Map.of(), Map.of(), S3Client.Payload.nothing());
        }
    }

    @Test
    void aPolicyIsPutForbidsIsExplainedAndIsTakenAway() throws IOException {
        done("bucket", "create", "archive");
        Rig.Ran put = done("policy", "put", "deletes", file(KEPT));
        assertTrue(put.out().contains("policy main/deletes version 1 is in force"), put.out());
        S3Failure refused = assertThrows(S3Failure.class, () -> call("DELETE", "a/b.txt"));
        assertEquals("AccessDenied", refused.code());

        Json.Row use = done("uses", "--refused", "--bucket", "archive", "--json").rows().getFirst();
        assertEquals("deletes/kept", use.text("reason"));
        String name = "main/node-1/" + use.text("number");
        Rig.Ran why = done("policy", "explain", name);
        assertTrue(why.out().contains("Forbidden by deletes/kept:"), why.out());
        assertTrue(why.out().contains("resource in Bucket::\"archive\""), why.out());
        Json.Row answer =
                done("policy", "explain", use.text("index"), "--log", use.text("log"), "--json")
                        .rows()
                        .getFirst();
        assertEquals("deny", answer.text("decision"));
        assertEquals(use.text("reason"), answer.text("reason"));
        assertEquals("archive/a/b.txt", answer.row("resource").text("id"));

        done("policy", "remove", "deletes");
        call("DELETE", "a/b.txt");
        assertEquals(
                KEPT.strip(), done("policy", "show", "deletes", "--version", "1").out().strip());
        assertEquals(1, rig.run("policy", "show", "deletes").code());
        // What was decided before the removal is still explained by what decided it.
        assertTrue(done("policy", "explain", name).out().contains("Forbidden by deletes/kept:"));
        Rig.Ran all = done("policy", "explain", "--last", "1h", "--json");
        assertTrue(all.rows().size() >= 4, all.out());
    }

    @Test
    void theProgramsOwnStandInTheListAndCannotBeReplaced() throws IOException {
        Rig.Ran list = done("policy", "list");
        assertTrue(list.out().contains("installation/program"), list.out());
        assertTrue(done("policy", "show", "installation/program").out().contains("zone-mismatch"));
        Rig.Ran refused =
                rig.run("policy", "put", "x", file(KEPT), "--organisation", "installation");
        assertEquals(1, refused.code());
        assertTrue(refused.err().contains("come with the program"), refused.err());
        assertTrue(done("policy", "schema").out().contains("entity Credential"));
    }

    @Test
    void whatIsWrongIsSaidWithItsPlace() throws IOException {
        String wrong = file("forbid (principal, action, resource)\nwhen { context.nov };");
        for (String[] each :
                new String[][] {{"policy", "check", wrong}, {"policy", "put", "x", wrong}}) {
            Rig.Ran refused = rig.run(each);
            assertEquals(1, refused.code());
            assertTrue(refused.err().contains("line 2, column"), refused.err());
        }
        Rig.Ran json = rig.run("policy", "check", wrong, "--json");
        assertEquals(1, json.code());
        assertEquals("false", json.rows().getFirst().text("holds"));
        assertEquals(0, rig.run("policy", "check", file(KEPT)).code());
        Rig.Ran none = rig.run("policy", "explain", "main/node-1/99999");
        assertEquals(1, none.code());
        assertTrue(none.err().contains("there is no use main/node-1/99999"), none.err());
        assertTrue(rig.run("policy", "explain", "nonsense").err().contains("names no use"));
        assertEquals(2, rig.run("policy", "explain").code());
    }
}
