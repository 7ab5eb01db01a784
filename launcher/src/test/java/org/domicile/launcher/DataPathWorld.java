package org.domicile.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.domicile.guard.Administration;
import org.domicile.guard.Installation;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Tuple;
import org.domicile.launcher.DataPaths.Line;
import org.domicile.launcher.EveryDoor.Reply;
import org.domicile.people.Rule;
import org.domicile.policy.Marks;
import org.domicile.policy.Permissions;
import org.domicile.policy.Purpose;
import org.domicile.policy.Role;
import org.domicile.policy.Target;
import org.domicile.s3client.S3Signature;

/** What the tests of {@link DataPaths} stand on: data for every line, and what is looked at. */
final class DataPathWorld {
    /** What {@code raw/} is labelled where labels are tested. */
    static final Marks MARKS = new Marks(List.of("open"), List.of("statistics"), List.of());

    private static final byte[] NOTHING = {};
    private static final byte[] END = {(byte) 0xFF, (byte) 0xFF};
    private static final String LEDGER =
            new String(Tuple.of().text("ledger").pack(), StandardCharsets.ISO_8859_1);

    /** Of streams, which end by themselves. */
    private static final String MINUTES =
            new String(
                    Tuple.of().text("streams").text("minute").pack(), StandardCharsets.ISO_8859_1);

    private DataPathWorld() {}

    /** What every line needs, in the bucket {@code archive}. */
    static Map<String, String> everything(EveryDoor doors, Administration.Issued city)
            throws IOException {
        Administration admin = doors.installation.admin();
        admin.createBucket("city", "archive", List.of());
        admin.createBucket("city", "archive-empty", List.of());
        admin.createBucket("city", "archive-kept", List.of());
        doors.keep(city, "archive-kept");
        String rule =
                admin.people()
                        .createRule("archive", "", new Rule.Where.InName("patients/{subject}/"))
                        .id();
        admin.label("archive", "gone/", MARKS);
        admin.createPurpose(purpose("changed", List.of("home"), doors.installation));
        admin.putPolicy("city", "removed", "permit (principal, action, resource);");
        admin.createPrincipal("city", "Bob");
        admin.createRole(
                new Role(
                        "city",
                        "guide",
                        "",
                        "city/tests",
                        List.of(city.credential().principal()),
                        "",
                        List.of(),
                        List.of(),
                        new Permissions(
                                Permissions.Language.CEDAR,
                                "permit (principal, action, resource);"),
                        Duration.ofHours(1),
                        Instant.EPOCH,
                        false));
        Map<String, String> words = doors.prepare(city, "archive", "whole");
        // A proof waits for its checkpoint: from here on the logs' files are there.
        doors.installation.ledger().prove("public", 0);
        doors.installation.ledger().prove("use/city/node-1", 0);
        doors.catalog(city, words);
        words.put("rule", rule);
        words.put("export", "dpv.jsonld");
        words.put("principal", city.credential().principal());
        words.put("today", doors.installation.time().instant().toString().substring(0, 10));
        words.put("later", doors.installation.time().instant().plus(Duration.ofDays(9)).toString());
        for (String word : List.of("rotated", "withdrawn")) {
            words.put(word, credential(doors, city, "city/tests").credential().accessKey());
        }
        words.put("asked", asked(doors, city, words));
        words.put("as", city.credential().accessKey());
        words.put("secret", city.secret());
        words.put("move", moving(doors, city, words));
        words.put("code", admin.people().issueCode("city", "p-1", Duration.ofHours(1)).code());
        return words;
    }

    /** A sealed credential that a person has asked for and nobody approved yet; its access key. */
    private static String asked(
            EveryDoor doors, Administration.Issued city, Map<String, String> words)
            throws IOException {
        Map<String, String> more = new HashMap<>(words);
        more.put("as", city.credential().accessKey());
        more.put("secret", city.secret());
        Reply asked = new Reply(0, "", "");
        for (String[] made :
                new String[][] {
                    {
                        "/v1/purposes",
                        "{\"organisation\":\"city\",\"name\":\"covert\",\"kind\":\"fraud-prevention\",\"text\":\"t\",\"owner\":\"o\",\"legalBasis\":\"b\",\"expires\":\"{later}\",\"sealable\":\"yes\"}"
                    },
                    {
                        "/v1/credentials",
                        "{\"principal\":\"{principal}\",\"purpose\":\"city/covert\",\"sealedUntil\":\"{day}\",\"as\":\"{as}\",\"secret\":\"{secret}\"}"
                    }
                }) {
            more.put("day", more.getOrDefault("later", "").substring(0, 10));
            Line line =
                    new Line(
                            "admin",
                            "",
                            DataPaths.Flow.NONE,
                            DataPaths.Recording.COMMIT,
                            "POST",
                            made[0],
                            made[1]);
            asked = doors.ask(line, EveryDoor.Place.HOME, Optional.of(city), more);
            if (!asked.done()) {
                throw new AssertionError("not prepared: " + asked);
            }
        }
        return text(asked, "accessKey");
    }

    private static String text(Reply reply, String field) {
        String before = "\"" + field + "\":\"";
        int from = reply.text().indexOf(before) + before.length();
        return reply.text().substring(from, reply.text().indexOf('"', from));
    }

    /** A bucket that would move in from a server that is not there; its move's id. */
    private static String moving(
            EveryDoor doors, Administration.Issued city, Map<String, String> words)
            throws IOException {
        doors.installation
                .admin()
                .createTarget(
                        new Target(
                                "city",
                                "provider",
                                "https://s3.example/",
                                "home",
                                List.of(),
                                Instant.EPOCH,
                                false));
        Line line =
                new Line(
                        "admin",
                        "",
                        DataPaths.Flow.NONE,
                        DataPaths.Recording.COMMIT,
                        "POST",
                        "/v1/moves",
                        "{\"direction\":\"in\",\"target\":\"provider\",\"remote\":\"old\","
                                + "\"bucket\":\"moving\",\"as\":\"{as}\",\"secret\":\"{secret}\","
                                + "\"remoteKey\":\"k\",\"remoteSecret\":\"s\"}");
        Reply asked = doors.ask(line, EveryDoor.Place.HOME, Optional.of(city), words);
        if (!asked.done()) {
            throw new AssertionError("not prepared: " + asked);
        }
        return text(asked, "move");
    }

    static Administration.Issued credential(
            EveryDoor doors, Administration.Issued like, String purpose) {
        return doors.installation
                .admin()
                .createCredential(
                        like.credential().principal(),
                        purpose,
                        List.of("*"),
                        List.of("*"),
                        Instant.MAX);
    }

    static Purpose purpose(String name, List<String> zones, Installation installation) {
        Instant now = installation.time().instant();
        return new Purpose(
                "city", name, "text", "owner", "basis", zones, now, now.plusSeconds(600), false);
    }

    /**
     * Everything below the guard, but the ledger's own state, which goes on by itself, and the key
     * store's mark: a key that was born for what is then not done dies again.
     */
    static Set<String> stored(EveryDoor doors) {
        Set<String> all = new TreeSet<>();
        for (Space space : Space.values()) {
            try (Cursor cursor =
                    doors.installation
                            .keyspace()
                            .scan(space, new Range(NOTHING, END), Reading.Direction.UP)) {
                while (cursor.next()) {
                    String key = new String(cursor.key(), StandardCharsets.ISO_8859_1);
                    if (!key.startsWith(LEDGER)
                            && !key.startsWith(MINUTES)
                            && !key.equals("installation")) {
                        all.add(key + '=' + S3Signature.hex(S3Signature.sha256(cursor.value())));
                    }
                }
            }
        }
        return all;
    }

    /** A deletion of many answers for each of them; without a record it deletes none. */
    static boolean none(Line line, Reply reply) {
        return line.operation().equals("DELETE_OBJECTS")
                && reply.text().contains("<Error>")
                && !reply.text().contains("<Deleted>");
    }
}
