package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.domicile.launcher.Rig.Ran;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The register's commands and {@code uses}, through the real admin door on its Unix socket. */
class RegisterCommandsTest {
    private Rig rig;
    private Cloud cloud;

    @BeforeEach
    void open(@TempDir Path folder) throws IOException {
        rig = new Rig(folder);
        cloud = rig.open();
    }

    @AfterEach
    void close() {
        cloud.close();
    }

    private Ran done(String... arguments) {
        Ran ran = rig.run(arguments);
        assertEquals(0, ran.code(), ran.err());
        assertEquals("", ran.err());
        return ran;
    }

    private void refused(String says, String... arguments) {
        Ran ran = rig.run(arguments);
        assertEquals(1, ran.code(), ran.err());
        assertTrue(ran.err().startsWith("domicile: "), ran.err());
        assertTrue(ran.err().contains(says), ran.err());
        assertEquals(1, ran.err().lines().count(), ran.err());
    }

    private void makePurpose() {
        done(
                "purpose",
                "create",
                "leaks",
                "--kind",
                "infrastructure",
                "--text",
                "Finding leaks",
                "--owner",
                "Network",
                "--legal-basis",
                "Water Act",
                "--zones",
                "home",
                "--expires",
                "2098-12-31");
        done("principal", "create", "Ada Park");
    }

    @Test
    void fromAnOrganisationToACredentialAndItsUses() throws IOException {
        makePurpose();
        Ran made =
                done(
                        "credential",
                        "create",
                        "--principal",
                        "Ada Park",
                        "--purpose",
                        "leaks",
                        "--action",
                        "s3:Get*,s3:List*",
                        "--bucket",
                        "logs-*",
                        "--expires",
                        "2098-06-30");
        assertTrue(made.out().contains("AWS_SECRET_ACCESS_KEY="), made.out());
        assertTrue(made.out().contains("shown this once"), made.out());
        String key = made.out().replaceAll("(?s).*AWS_ACCESS_KEY_ID=(\\S+).*", "$1");

        Json.Row listed =
                done("credential", "list", "--json").rows().stream()
                        .filter(row -> row.text("accessKey").equals(key))
                        .findFirst()
                        .orElseThrow();
        assertEquals(key, listed.text("accessKey"));
        assertEquals(List.of("s3:Get*", "s3:List*"), listed.texts("actions"));
        assertEquals("main/leaks", listed.text("purpose"));
        assertEquals("", listed.text("secret"));
        Ran table = done("credential", "list", "--organisation", "main");
        assertTrue(table.out().startsWith("ACCESS KEY"), table.out());
        assertTrue(table.out().contains("Ada Park"), table.out());

        Json.Row rotated = done("credential", "rotate", key, "--json").rows().getFirst();
        assertEquals(40, rotated.text("secret").length());
        done("credential", "withdraw", rotated.text("accessKey"));
        Ran after = done("credential", "list", "--organisation", "main");
        assertEquals(2, after.out().lines().filter(line -> line.contains("withdrawn")).count());

        done("bucket", "create", "logs");
        done("bucket", "create", "logs-2", "--zones", "home");
        assertEquals(2, done("bucket", "list", "--json").rows().size());
        List<Json.Row> uses = done("uses", "--bucket", "logs", "--json").rows();
        // the bucket was made; this very reading is a use too; logs-2 is another bucket
        assertEquals(
                List.of("admin:CreateBucket", "admin:ReadUses"),
                uses.stream().map(use -> use.text("action")).toList());
        assertEquals("home", uses.getFirst().text("clientZone"));

        done("purpose", "withdraw", "leaks");
        Ran purposes = done("purpose", "list");
        assertTrue(
                purposes.out()
                        .lines()
                        .anyMatch(line ->
                                line.startsWith("main/leaks") && line.contains("withdrawn")),
                purposes.out());
    }

    @Test
    void usesForPeopleHaveTheNewestLast() {
        makePurpose();
        done("bucket", "create", "first");
        done("bucket", "create", "second");
        Ran ran = done("uses", "--last", "15m", "--allowed");
        List<String> lines = ran.out().lines().toList();
        assertTrue(
                lines.getFirst().matches("TIME +WHO +ACTION +OBJECT +PURPOSE +ZONE +DECISION.*"));
        int first = find(lines, " first ");
        int second = find(lines, " second ");
        assertTrue(0 < first && first < second, ran.out());
        assertTrue(lines.get(second).contains(" operator "), ran.out());
        assertTrue(lines.get(second).contains("installation/administration"), ran.out());
        assertTrue(lines.get(second).contains("home"), ran.out());
        assertTrue(lines.get(second).contains("allowed"), ran.out());
        assertTrue(
                lines.get(second).matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d .*"),
                ran.out());
        Ran none = done("uses", "--refused");
        assertTrue(none.out().startsWith("no uses in the last 1h"), none.out());
        Ran few = rig.run("uses", "--limit", "1");
        assertEquals(2, few.out().lines().count());
        assertTrue(few.err().contains("--limit shows up to"), few.err());
    }

    private static int find(List<String> lines, String text) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(text)) {
                return i;
            }
        }
        return -1;
    }

    @Test
    void severalOrganisationsAreToldApart() {
        done("zone", "create", "annex", "--parent", "home");
        done("organisation", "create", "water", "--zone", "annex");
        done("organisation", "create", "roads");
        refused("say which with --organisation", "bucket", "create", "shared");
        refused(
                "name a zone that contains it",
                "bucket",
                "create",
                "shared",
                "--organisation",
                "water");
        Ran made = done("bucket", "create", "shared", "--organisation", "water", "--zones", "home");
        assertTrue(made.out().contains("in home"), made.out());
        assertTrue(done("zone", "list").out().contains("annex"));
        assertTrue(done("organisation", "list").out().contains("roads"));
        refused(
                "no principal 'Bo'",
                "credential",
                "create",
                "--principal",
                "Bo",
                "--purpose",
                "x",
                "--organisation",
                "water");
    }

    @Test
    void whatTheServerRefusesIsOneSentence() {
        refused("exists already", "zone", "create", "home");
        refused("zone list", "organisation", "create", "water", "--zone", "nowhere");
        refused("credential list", "credential", "withdraw", "NONE/../x?y=1");
    }

    @Test
    void whatIsNotUnderstoodEndsWithTwo() {
        for (String[] wrong :
                new String[][] {
                    {"uses", "--last", "yesterday"},
                    {"uses", "--limit", "0"},
                    {"uses", "--object", "x"},
                    {"uses", "--refused", "--allowed"},
                    {"purpose", "create", "x"},
                    {"nonsense"},
                    {"import", ".", "archive"},
                    {"ledger", "check", "x"},
                }) {
            Ran ran = Rig.command(wrong);
            assertEquals(2, ran.code(), String.join(" ", wrong) + ran.err());
            assertEquals("", ran.out());
            assertFalse(ran.err().isBlank());
        }
    }

    @Test
    void withoutAServerACommandSaysWhatToDo(@TempDir Path empty) {
        Ran ran = Rig.command("bucket", "list", "--data", empty.toString());
        assertEquals(1, ran.code());
        assertTrue(ran.err().contains("start one with ./domicile up"), ran.err());
    }
}
