package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Roles and outbound targets from the command line, and over a restart. */
class RoleCommandTest {
    private static final String READING =
            "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}}";

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

    private String file(String name, String text) throws IOException {
        return Files.writeString(above.resolve(name), text).toString();
    }

    private Rig.Ran done(String... arguments) {
        Rig.Ran ran = rig.run(arguments);
        assertEquals(0, ran.code(), ran.err());
        return ran;
    }

    private void refused(String part, String... arguments) {
        Rig.Ran ran = rig.run(arguments);
        assertEquals(1, ran.code(), ran.out());
        assertTrue(ran.err().contains(part), ran.err());
    }

    @Test
    void aRoleIsMadeShownKeptOverARestartAndRemoved() throws IOException {
        String reading = file("reader.json", READING);
        Rig.Ran made =
                done(
                        "role",
                        "create",
                        "reader",
                        reading,
                        "--purpose",
                        "first-steps",
                        "--principal",
                        "first");
        assertTrue(made.out().contains("arn:aws:iam::main:role/reader"), made.out());
        refused(
                "exists already",
                "role",
                "create",
                "reader",
                reading,
                "--purpose",
                "first-steps",
                "--principal",
                "first");
        cloud.close();
        cloud = rig.open();
        Json.Row role = done("role", "list", "--json").rows().getFirst();
        assertEquals("main/first-steps", role.text("purpose"));
        assertEquals(1, role.texts("principals").size());
        assertEquals("", role.text("permissions"));
        assertEquals(READING, done("role", "show", "main/reader").out().strip());
        assertTrue(done("role", "remove", "reader").out().contains("main/reader is removed"));
        refused("there is no role main/reader", "role", "show", "reader");
        refused("there is no role main/reader", "role", "remove", "reader");
        assertTrue(done("role", "list", "--json").rows().isEmpty());
    }

    @Test
    void aWebhookIsATargetWithASecretThatIsShownOnce() throws IOException {
        refused("there is no target main/hook", "target", "secret", "hook");
        done("target", "create", "hook", "https://hook.example/", "--zone", "home");
        String first = done("target", "secret", "hook", "--json").rows().getFirst().text("secret");
        assertTrue(first.matches("whsec_[A-Za-z0-9+/]{43}="), first);
        String second = done("target", "secret", "main/hook").out();
        assertTrue(second.contains("whsec_") && !second.contains(first), second);
        Rig.Ran listed = done("target", "list", "--json");
        assertEquals(
                "arn:aws:sns:home:main:hook", listed.rows().getFirst().text("arn"), listed.out());
        assertFalse(listed.out().contains("whsec_"), listed.out());
    }

    @Test
    void aRoleForAnIssuerNeedsItsTarget() throws IOException {
        String cedar =
                file("all.cedar", "permit (principal, action in Action::\"read\", resource);");
        String[] create = {
            "role",
            "create",
            "build",
            cedar,
            "--purpose",
            "first-steps",
            "--issuer",
            "ci",
            "--audience",
            "domicile",
            "--subject",
            "repo:city/*",
            "--longest",
            "2h"
        };
        refused("there is no target main/ci", create);
        done("target", "create", "ci", "https://id.example/realm", "--zone", "home");
        done(create);
        Json.Row role = done("role", "list", "--json").rows().getFirst();
        assertEquals(
                "cedar 7200 main/ci",
                role.text("language") + " " + role.text("seconds") + " " + role.text("issuer"));
        refused("the role main/build trusts", "target", "remove", "ci");
        done("role", "remove", "build");
        done("target", "remove", "ci");
        refused("there is no target main/ci", "target", "remove", "ci");
        refused(
                "no address of a target",
                "target",
                "create",
                "x",
                "http://id.example/",
                "--zone",
                "home");
        refused(
                "15 minutes to 12 hours",
                "role",
                "create",
                "long",
                cedar,
                "--purpose",
                "first-steps",
                "--principal",
                "first",
                "--longest",
                "1m");
        refused(
                "write it like 90m",
                "role",
                "create",
                "long",
                cedar,
                "--purpose",
                "first-steps",
                "--principal",
                "first",
                "--longest",
                "soon");
    }
}
