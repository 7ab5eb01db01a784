package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.domicile.guard.Administration;
import org.domicile.guard.Installation;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.launcher.DataPaths.Flow;
import org.domicile.launcher.DataPaths.Line;
import org.domicile.launcher.DataPaths.Recording;
import org.domicile.launcher.EveryDoor.Place;
import org.domicile.launcher.EveryDoor.Reply;
import org.domicile.policy.Marks;
import org.domicile.policy.Purpose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What holds for every operation of every door: {@link DataPaths} lists them. None serves without
 * its record, none without a valid purpose or across zones, and none that copies loses a label.
 */
@Timeout(120)
class DataPathsTest {
    private static final Marks MARKS = new Marks(List.of("open"), List.of("statistics"), List.of());

    /** What of a contract is no path to data. */
    private static final Set<String> NO_PATH =
            Set.of(
                    "GuardedObjects.refuse", // puts on record what the door itself refused
                    "GuardedLogs.refuse",
                    "Administration.refuse");

    private static final String ALONE = "by a commit of its own";
    private static final String WITH_ITS_CHANGE = "in the commit of its change";

    /** Forbidden, who are you, and (of codes that are none) too many. */
    private static final Set<Integer> REFUSED = Set.of(401, 403, 429);

    private static final byte[] NOTHING = {};
    private static final byte[] END = {(byte) 0xFF, (byte) 0xFF};
    private static final String LEDGER =
            new String(Tuple.of().text("ledger").pack(), StandardCharsets.ISO_8859_1);

    @TempDir private Path folder;

    @Test
    void everyOperationOfEveryDoorHasItsLine() {
        Set<String> lines = new LinkedHashSet<>();
        for (Line line : DataPaths.lines()) {
            assertTrue(lines.add(line.name()), line.name() + " has two lines");
        }
        Set<String> served = DataPaths.closed();
        List<String> wanted =
                served.stream()
                        .filter(each -> !lines.contains(each))
                        .map(each ->
                                each.replace(" ", " | ")
                                        + " | none, reads, writes or copies"
                                        + " | itself, commit or both | METHOD /target | body")
                        .toList();
        assertEquals(
                List.of(),
                wanted,
                "these are served: add their lines to TABLE in"
                        + " launcher/src/test/java/org/domicile/launcher/DataPaths.java, before"
                        + " what destroys; the comment there says what the columns mean");
        lines.removeAll(served);
        assertEquals(Set.of(), lines, "lines of what no door serves");
    }

    // ---- recording ----

    /**
     * With recording disabled nothing is served and nothing is changed; and then, on the same
     * installation, everything is, with exactly the records that the table says.
     */
    @Test
    void noPathServesWithoutItsRecord() throws IOException {
        try (EveryDoor doors = new EveryDoor(folder)) {
            Administration.Issued city = doors.installation.tenant("city");
            Map<String, String> words = everything(doors, city);
            doors.installation.keyspace().recordNothing();
            for (Line line : DataPaths.lines()) {
                Set<String> before = stored(doors);
                Reply reply = doors.ask(line, Place.HOME, Optional.of(city), words);
                switch (line.recording()) {
                    case ITSELF, COMMIT, BOTH -> {
                        assertTrue(
                                reply.status() >= 500 || none(line, reply),
                                () -> line + " is served without a record: " + reply);
                        assertFalse(reply.text().contains(EveryDoor.SECRET), line::toString);
                    }
                    case URGENT, NOBODY ->
                            assertTrue(reply.status() < 400 || absent(line, reply), line::toString);
                }
                unchanged(before, doors, line);
            }
            doors.installation.keyspace().heal();
            List<String> wrong = new ArrayList<>();
            for (Line line : DataPaths.lines()) {
                recorded(doors, line, city, words).ifPresent(wrong::add);
            }
            assertEquals(List.of(), wrong);
            // The register follows the public log by itself, at its own pace.
            for (int i = 0; i < 500 && !uncalled(doors).isEmpty(); i++) {
                LockSupport.parkNanos(20_000_000);
            }
            assertEquals(Set.of(), uncalled(doors), "no line reaches these: add one that does");
        }
    }

    /** A deletion of many answers for each of them; without a record it deletes none. */
    private static boolean none(Line line, Reply reply) {
        return line.operation().equals("DELETE_OBJECTS")
                && reply.text().contains("<Error>")
                && !reply.text().contains("<Deleted>");
    }

    /** Of a day without uses there is no page. */
    private static boolean absent(Line line, Reply reply) {
        return line.operation().equals("Day") && reply.status() == 404;
    }

    /**
     * Everything below the guard, but the ledger's own state, which goes on by itself, and the key
     * store's mark: a key that was born for what is then not done dies again.
     */
    private static Set<String> stored(EveryDoor doors) {
        Set<String> all = new TreeSet<>();
        for (Space space : Space.values()) {
            try (Cursor cursor =
                    doors.installation
                            .keyspace()
                            .scan(space, new Range(NOTHING, END), Reading.Direction.UP)) {
                while (cursor.next()) {
                    String key = new String(cursor.key(), StandardCharsets.ISO_8859_1);
                    if (!key.startsWith(LEDGER) && !key.equals("installation")) {
                        all.add(key + '=' + S3Signature.hex(S3Signature.sha256(cursor.value())));
                    }
                }
            }
        }
        return all;
    }

    private static void unchanged(Set<String> before, EveryDoor doors, Line line) {
        Set<String> after = stored(doors);
        if (!after.equals(before)) {
            Set<String> gone = new TreeSet<>(before);
            gone.removeAll(after);
            after.removeAll(before);
            fail(line + " took away " + gone + " and left " + after);
        }
    }

    /** What is not as the line says. */
    private static Optional<String> recorded(
            EveryDoor doors, Line line, Administration.Issued city, Map<String, String> words)
            throws IOException {
        Set<String> shapes = ConcurrentHashMap.newKeySet();
        doors.installation.keyspace().watch(transaction -> shapes.add(shape(transaction)));
        Reply reply = doors.ask(line, Place.HOME, Optional.of(city), words);
        doors.installation.keyspace().watch(transaction -> {});
        Set<String> wanted =
                switch (line.recording()) {
                    case ITSELF, URGENT -> Set.of(ALONE);
                    case COMMIT -> Set.of(WITH_ITS_CHANGE);
                    case BOTH -> Set.of(ALONE, WITH_ITS_CHANGE);
                    case NOBODY -> Set.of();
                };
        if (!reply.done() && !absent(line, reply)) {
            return Optional.of(line + " is not served: " + reply);
        }
        if (!wanted.equals(shapes)) {
            return Optional.of(line + " is put on record " + shapes);
        }
        return wanted.isEmpty() == reply.use().isEmpty()
                ? Optional.empty()
                : Optional.of(line + " names the use '" + reply.use() + "'");
    }

    private static String shape(Transaction transaction) {
        return transaction.writes().isEmpty() ? ALONE : WITH_ITS_CHANGE;
    }

    private static Set<String> uncalled(EveryDoor doors) {
        Set<String> uncalled = new TreeSet<>();
        for (Class<?> contract : EveryDoor.CONTRACTS) {
            for (Method method : contract.getMethods()) {
                uncalled.add(contract.getSimpleName() + "." + method.getName());
            }
        }
        uncalled.removeAll(doors.called);
        uncalled.removeAll(NO_PATH);
        return uncalled;
    }

    // ---- purposes and zones ----

    /** A caller of the model. @param valid that its purpose is, where it is allowed at all */
    private record Caller(
            String name,
            Optional<Administration.Issued> issued,
            boolean valid,
            Set<String> zones) {}

    /**
     * A small model, all of it: who calls, for which purpose in which zones, from where, for data
     * in which zones; and each operation of each door. Whoever has no valid purpose, and whoever
     * would take data over a border, is refused on every path, and nothing changes.
     */
    @Test
    void noPathWithoutAValidPurposeOrAcrossZones() throws IOException {
        try (EveryDoor doors = new EveryDoor(folder)) {
            Administration.Issued city = doors.installation.tenant("city", "home", "abroad");
            Map<String, String> shared = everything(doors, city);
            Map<String, Map<String, String>> buckets = new HashMap<>();
            for (List<String> zones : List.of(List.of("home"), List.of("home", "abroad"))) {
                String name = String.join("-", zones);
                for (String each : List.of(name, name + "-empty")) {
                    doors.installation.admin().createBucket("city", each, zones);
                }
                Map<String, String> words = new HashMap<>(shared);
                words.putAll(doors.prepare(city, name, "whole"));
                buckets.put(name, words);
            }
            List<Caller> callers = callers(doors, city);
            Set<String> before = stored(doors);
            int refused = 0;
            int allowed = 0;
            for (Line line : DataPaths.lines()) {
                for (Asked asked : model(line, callers, buckets.values())) {
                    if (!asked.mayPass(line)) {
                        refused++;
                        refused(doors, line, asked);
                    } else if (harmless(line)) {
                        allowed++;
                        // it may find nothing, and is not refused
                        int status = asked.of(doors, line).status();
                        assertTrue(
                                status < 500 && !REFUSED.contains(status),
                                () -> line + " of " + asked + ": " + status);
                    }
                }
            }
            assertEquals(before, stored(doors), "what was refused changed something");
            assertTrue(refused > 500 && allowed > 50, refused + " and " + allowed);
        }
    }

    /** One point of the model. */
    private record Asked(Caller caller, Place place, Map<String, String> words) {
        Reply of(EveryDoor doors, Line line) throws IOException {
            return doors.ask(line, place, caller.issued(), words);
        }

        /** The rule, said once more and simply. */
        boolean mayPass(Line line) {
            String zone = place == Place.HOME ? "home" : "abroad";
            if (line.recording() == Recording.NOBODY) {
                return true;
            }
            if (!asksForCredential(line)) {
                // under the built-in purpose, whose zone is the installation's
                return caller.issued().isPresent() && zone.equals("home");
            }
            boolean data = line.target().contains("{");
            List<String> bucket = List.of(words.getOrDefault("bucket", "").split("-", -1));
            return caller.valid()
                    && caller.zones().contains(zone)
                    && (!data || (caller.zones().contains("home") && bucket.contains(zone)));
        }

        @Override
        public String toString() {
            return caller.name() + " from " + place + " for " + words.get("bucket");
        }
    }

    /** All points that can make a difference to a line. */
    private static List<Asked> model(
            Line line, List<Caller> callers, Collection<Map<String, String>> buckets) {
        List<Asked> model = new ArrayList<>();
        for (Map<String, String> words : buckets) {
            for (Caller caller : asksForCredential(line) ? callers : callers.subList(0, 2)) {
                for (Place place : Place.values()) {
                    model.add(new Asked(caller, place, words));
                }
            }
            if (!asksForCredential(line)) {
                break;
            }
        }
        return model;
    }

    /** Other doors are for operators, for persons with a code, and for everybody. */
    private static boolean asksForCredential(Line line) {
        return line.door().equals("s3") || line.operation().equals("OfUseLog");
    }

    private static void refused(EveryDoor doors, Line line, Asked asked) throws IOException {
        Reply reply = asked.of(doors, line);
        assertTrue(
                REFUSED.contains(reply.status()) || none(line, reply),
                () -> line + " of " + asked + ": " + reply);
        assertFalse(reply.text().contains(EveryDoor.SECRET), line::toString);
    }

    /** Can be allowed a hundred times, and changes nothing. */
    private static boolean harmless(Line line) {
        return asksForCredential(line) && line.recording() == Recording.ITSELF;
    }

    private static List<Caller> callers(EveryDoor doors, Administration.Issued city) {
        Administration admin = doors.installation.admin();
        List<Caller> callers = new ArrayList<>();
        callers.add(new Caller("a stranger", Optional.empty(), false, Set.of()));
        for (List<String> zones :
                List.of(List.of("home"), List.of("abroad"), List.of("home", "abroad"))) {
            String name = "in-" + String.join("-", zones);
            admin.createPurpose(purpose(name, zones, doors.installation));
            callers.add(
                    new Caller(
                            name,
                            Optional.of(credential(doors, city, "city/" + name)),
                            true,
                            Set.copyOf(zones)));
        }
        Set<String> everywhere = Set.of("home", "abroad");
        List<String> both = List.of("home", "abroad");
        admin.createPurpose(purpose("ended", both, doors.installation));
        callers.add(
                new Caller(
                        "a withdrawn purpose",
                        Optional.of(credential(doors, city, "city/ended")),
                        false,
                        everywhere));
        admin.withdrawPurpose("city/ended");
        Administration.Issued gone = credential(doors, city, "city/in-home-abroad");
        admin.withdrawCredential(gone.credential().accessKey());
        callers.add(new Caller("a withdrawn credential", Optional.of(gone), false, everywhere));
        return callers;
    }

    // ---- labels ----

    /** A label of the source is on what was made from it, whichever way. */
    @Test
    void everyOperationThatCopiesKeepsLabels() throws IOException {
        try (EveryDoor doors = new EveryDoor(folder)) {
            Administration.Issued city = doors.installation.tenant("city");
            Administration admin = doors.installation.admin();
            admin.createBucket("city", "archive", List.of());
            admin.label("archive", "raw/", MARKS);
            int copies = 0;
            for (Line line : DataPaths.lines()) {
                if (line.flow() == Flow.COPIES) {
                    String made = "made/" + copies++;
                    carriedOut(doors, line, city, doors.prepare(city, "archive", made));
                    Marks carried = admin.labelled("archive", made).carried();
                    assertEquals(MARKS, carried, line::toString);
                }
            }
            assertTrue(copies >= 3, "what copies?");
        }
    }

    /** Where the target would allow what the source prohibits, nothing is made. */
    @Test
    void noOperationThatCopiesBreaksALabel() throws IOException {
        try (EveryDoor doors = new EveryDoor(folder)) {
            Administration.Issued city = doors.installation.tenant("city");
            Administration admin = doors.installation.admin();
            admin.createBucket("city", "archive", List.of());
            admin.label("archive", "raw/", MARKS);
            admin.createPurpose(
                    purpose("figures", List.of("home"), doors.installation).ofKind("statistics"));
            int copies = 0;
            for (Line line : DataPaths.lines()) {
                if (line.flow() == Flow.COPIES) {
                    String folder = "made-" + copies++ + "/";
                    Map<String, String> words = doors.prepare(city, "archive", folder + "n");
                    admin.label(
                            "archive",
                            folder,
                            new Marks(
                                    List.of(),
                                    List.of(),
                                    List.of(List.of("city/figures", "city/tests"))));
                    Reply reply = doors.ask(line, Place.HOME, Optional.of(city), words);
                    assertEquals(403, reply.status(), () -> line + ": " + reply);
                }
            }
            assertTrue(copies >= 3, "what copies?");
        }
    }

    /** The line, and for a part the rest of its upload. */
    private static void carriedOut(
            EveryDoor doors, Line line, Administration.Issued city, Map<String, String> words)
            throws IOException {
        Reply reply = doors.ask(line, Place.HOME, Optional.of(city), words);
        assertTrue(reply.done(), () -> line + " is not served: " + reply);
        if (line.target().contains("{upload}") && line.target().contains("partNumber")) {
            for (Line other : DataPaths.lines()) {
                if (other.operation().equals("COMPLETE_MULTIPART_UPLOAD")) {
                    carriedOut(doors, other, city, words);
                }
            }
        }
    }

    // ---- what lines need ----

    /** What every line needs, in the bucket {@code archive}. */
    private static Map<String, String> everything(EveryDoor doors, Administration.Issued city)
            throws IOException {
        Administration admin = doors.installation.admin();
        admin.createBucket("city", "archive", List.of());
        admin.createBucket("city", "archive-empty", List.of());
        String rule = admin.people().createRule("archive", "", "patients/{subject}/").id();
        admin.label("archive", "gone/", MARKS);
        admin.createPurpose(purpose("changed", List.of("home"), doors.installation));
        admin.putPolicy("city", "removed", "permit (principal, action, resource);");
        String bob = admin.createPrincipal("city", "Bob").id();
        assertFalse(bob.isEmpty());
        Map<String, String> words = doors.prepare(city, "archive", "whole");
        // A proof waits for its checkpoint: from here on the logs' files are there.
        doors.installation.ledger().prove("public", 0);
        doors.installation.ledger().prove("use/city/node-1", 0);
        words.put("rule", rule);
        words.put("export", "dpv.jsonld");
        words.put("principal", city.credential().principal());
        words.put("today", doors.installation.time().instant().toString().substring(0, 10));
        words.put("later", doors.installation.time().instant().plus(Duration.ofDays(9)).toString());
        for (String word : List.of("rotated", "withdrawn")) {
            words.put(word, credential(doors, city, "city/tests").credential().accessKey());
        }
        words.put("code", admin.people().issueCode("city", "p-1", Duration.ofHours(1)).code());
        return words;
    }

    private static Administration.Issued credential(
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

    private static Purpose purpose(String name, List<String> zones, Installation installation) {
        Instant now = installation.time().instant();
        return new Purpose(
                "city", name, "text", "owner", "basis", zones, now, now.plusSeconds(600), false);
    }
}
