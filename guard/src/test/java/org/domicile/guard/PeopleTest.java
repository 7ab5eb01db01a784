package org.domicile.guard;

import static org.domicile.guard.Installation.draft;
import static org.domicile.guard.Installation.upstream;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.domicile.keys.KeyId;
import org.domicile.ledger.Ledger;
import org.domicile.objects.Listing;
import org.domicile.people.People;
import org.domicile.people.Rule;
import org.domicile.policy.Marks;
import org.domicile.policy.Policy;
import org.domicile.policy.Principal;
import org.domicile.request.Caller;
import org.domicile.streams.Streams;
import org.domicile.streams.Topic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whom uses concern; what is left when they are erased; what they and others are told. */
@Timeout(90)
class PeopleTest {
    private static final byte[] BODY = "a finding".getBytes(StandardCharsets.UTF_8);
    private static final Match ANY = new Match.Any();
    private static final String ERASED = "(erased)";
    private static final Ledger.Span ALL = new Ledger.Span(Instant.EPOCH, Long.MAX_VALUE, 100);

    @TempDir private Path folder;
    private Installation installation;
    private Administration.Issued city;

    @BeforeEach
    void begin() {
        begin(Installation.inMemory(folder.resolve("memory")));
    }

    private void begin(Installation fresh) {
        installation = fresh;
        city = installation.tenant("city");
        installation.as(city).createBucket("clinic", "");
    }

    @AfterEach
    void end() {
        installation.close();
    }

    private GuardedPeople people() {
        return installation.admin().people();
    }

    private GuardedObjects stating(String... who) {
        return installation
                .guard()
                .objects(installation.request(installation.caller(city)), List.of(who));
    }

    private static void put(GuardedObjects objects, String name) {
        assertTrue(
                objects.put("clinic", name, draft(), upstream(BODY), ANY) instanceof Stored.Done);
    }

    private Optional<KeyId> key(String who) {
        String organisation =
                Installation.known(installation.policy().register().organisations(), "city").key();
        return installation.keys().subject(new KeyId(KeyId.Kind.ORGANISATION, organisation), who);
    }

    private Ledger.Recorded last() {
        return installation.usesSince("city", 0).stream()
                .filter(use -> use.action().startsWith("s3:"))
                .reduce((_, newer) -> newer)
                .orElseThrow();
    }

    private List<GuardedPeople.OwnUse> own(String who) {
        String code = people().issueCode("city", who, Duration.ofMinutes(5)).code();
        return look(code).orElseThrow().uses();
    }

    private Optional<GuardedPeople.Own> look(String code) {
        return installation
                .guard()
                .people(
                        installation.request(
                                new Caller.Program("system:person", Policy.ADMINISTRATION)))
                .own(code, ALL);
    }

    @Test
    void aRuleFindsPeopleInNames() {
        put(installation.as(city), "patients/p-1/a");
        assertEquals(Optional.empty(), key("p-1"));
        var rule = people().createRule("clinic", "", new Rule.Where.InName("patients/{subject}/"));
        assertEquals(List.of(rule), people().rules());
        assertThrows(
                Administration.Impossible.class,
                () ->
                        people().createRule(
                                        "clinic",
                                        "",
                                        new Rule.Where.InName("patients/{subject}/")));
        assertThrows(
                Administration.Impossible.class,
                () -> people().createRule("clinic", "", new Rule.Where.InName("patients/")));
        assertThrows(
                Administration.Impossible.class,
                () -> people().createRule("nothing", "", new Rule.Where.InName("{subject}")));
        put(installation.as(city), "patients/p-1/b");
        put(installation.as(city), "doctors/p-2/c");
        assertTrue(key("p-1").isPresent());
        assertEquals(Optional.empty(), key("p-2"));
        installation.reopen();
        installation.as(city).get("clinic", "patients/p-1/b", Optional.empty());
        assertEquals("clinic/patients/p-1/b", last().object());
        installation.as(city).list("clinic", new Listing.Query("patients/p-1/", "", "", "", 9));
        List<String> actions = own("p-1").stream().map(use -> use.concern().action()).toList();
        assertEquals(
                List.of(
                        "people:ReadOwn",
                        "admin:IssueSubjectCode",
                        "s3:ListBucket",
                        "s3:GetObject",
                        "s3:PutObject"),
                actions);
        people().removeRule(rule.id());
        put(installation.as(city), "patients/p-3/b");
        assertEquals(Optional.empty(), key("p-3"));
        assertTrue(says("public", "subject-rule.created"));
        assertTrue(says("public", "subject-rule.removed"));
    }

    private boolean says(String log, String what) {
        return installation.keyspace().logs().entries(log, 0, 10_000).stream()
                .anyMatch(entry -> new String(entry, StandardCharsets.UTF_8).contains(what));
    }

    /** A refusal concerns who is known, and makes nobody known. */
    @Test
    void refusalsMakeNobodyKnown() {
        put(stating("p-1"), "x");
        installation.admin().withdrawCredential(city.credential().accessKey());
        assertThrows(Refused.class, () -> stating("p-1").get("clinic", "x", Optional.empty()));
        assertThrows(Refused.class, () -> stating("p-9").get("clinic", "x", Optional.empty()));
        assertEquals(Optional.empty(), key("p-9"));
        List<GuardedPeople.OwnUse> told = own("p-1");
        assertEquals("refused", told.get(2).concern().verdict());
        assertEquals("credential-withdrawn", told.get(2).concern().reason());
    }

    /** However widely a bucket is shared, nobody from outside fills the key store by asking. */
    @Test
    void whoComesFromOutsideMakesNobodyKnownButByStoring() {
        people().createRule("clinic", "", new Rule.Where.InName("patients/{subject}/"));
        put(installation.as(city), "shared");
        share(
                "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\","
                    + "\"Action\":[\"s3:GetObject\",\"s3:PutObject\",\"s3:ListBucket\"],"
                    + "\"Resource\":[\"arn:aws:s3:::clinic\",\"arn:aws:s3:::clinic/*\"]}}");
        Administration.Issued village = installation.tenant("village");
        Caller outside = installation.caller(village);
        GuardedObjects objects =
                installation.guard().objects(installation.request(outside), List.of("p-1"));
        assertEquals("a finding", text(objects.get("clinic", "shared", Optional.empty())));
        put(objects, "from-outside");
        assertEquals(Optional.empty(), key("p-1"), "what outsiders state is passed over");
        objects.get("clinic", "patients/p-2/a", Optional.empty());
        objects.list("clinic", new Listing.Query("patients/p-2/", "", "", "", 9));
        assertEquals("s3:ListBucket", last().action());
        assertEquals(Optional.empty(), key("p-2"), "looking makes nobody known");
        put(objects, "patients/p-2/a");
        assertTrue(key("p-2").isPresent(), "what is stored concerns somebody, whoever stored it");
        objects.get("clinic", "patients/p-2/a", Optional.empty());
        assertTrue(
                own("p-2").stream().anyMatch(u -> u.concern().action().equals("s3:GetObject")),
                "and she is told who read it");
    }

    private void share(String policy) {
        assertEquals(
                new GuardedSharing.Set.Done(),
                installation.as(city).sharing().putPolicy("clinic", policy));
    }

    /** What lies in streams outlives the key, and who erases is told how long. */
    @Test
    void anErasureNamesTheStreamsThatAreAboutPeople() {
        put(stating("p-1"), "one");
        for (String each : List.of("p-2", "p-3", "p-4")) {
            put(stating(each), each);
        }
        Caller.Known caller = installation.caller(city);
        Streams register = Streams.open(installation.keyspace(), installation.time());
        try (GuardedStreams streams = installation.guard().streams(register, new MemoryLog())) {
            for (String each : List.of("air", "beds", "beds.rows", "visits.open")) {
                streams.create(
                        installation.request(caller), new Topic(each, 1, Duration.ofHours(4), 1));
            }
            register.tabled(installation.request(caller), "beds.rows", "t", "u");
            Administration admin = installation.admin();
            admin.label("streams:city", "beds", new Marks(List.of("name"), List.of(), List.of()));
            admin.label(
                    "streams:city", "visits.", new Marks(List.of("open"), List.of(), List.of()));
            Instant at = installation.time().instant();
            GuardedPeople.Erased erased = people().erase("city", "p-1");
            Duration lies = Duration.ofMinutes(4 * 60 + 30 + 2 + 1);
            assertEquals(
                    List.of("beds BY_AGE " + lies, "beds.rows UNTIL_ROWS " + lies),
                    erased.streams().stream()
                            .map(each -> each.stream() + " " + each.kept() + " " + each.lies())
                            .toList());
            Duration until = Duration.between(at, erased.streams().getFirst().until());
            assertTrue(until.compareTo(lies) >= 0, until::toString);
            assertTrue(until.compareTo(lies.plusMinutes(2)) < 0, until::toString);
            register.remove(installation.request(caller), "beds"); // and the log does not run
            assertEquals(List.of("beds UNTIL_DELETED", "beds.rows UNTIL_ROWS"), remaining("p-2"));
            register.cleared("beds");
            assertEquals(List.of("beds BY_AGE", "beds.rows UNTIL_ROWS"), remaining("p-3"));
            installation.time().advance(Duration.ofSeconds(61));
            assertEquals(List.of("beds.rows UNTIL_ROWS"), remaining("p-4"));
        }
    }

    private List<String> remaining(String erased) {
        return people().erase("city", erased).streams().stream()
                .map(each -> each.stream() + " " + each.kept())
                .toList();
    }

    private static String text(GuardedObjects.Got got) {
        return new String(Installation.bytes(got), StandardCharsets.UTF_8);
    }

    @Test
    void anErasureLeavesProofsAndNothingElse() throws IOException {
        put(stating("p-1", "p-2"), "both");
        put(stating("p-2"), "second");
        long index = last().index() - 1;
        String before = entry(index);
        KeyId dead = key("p-1").orElseThrow();
        GuardedPeople.Erased erased = people().erase("city", "p-1");
        assertEquals(dead.id(), erased.subject());
        assertFalse(installation.keys().exists(dead));
        assertEquals(Optional.empty(), key("p-1"));
        assertEquals(before, entry(index));
        List<Ledger.Recorded> uses =
                installation.usesSince("city", 0).stream()
                        .filter(use -> use.action().equals("s3:PutObject"))
                        .toList();
        assertEquals(
                List.of(ERASED, "clinic/second"),
                uses.stream().map(Ledger.Recorded::object).toList());
        assertEquals(city.credential().principal(), uses.getFirst().principal());
        assertThrows(Administration.Impossible.class, () -> people().erase("city", "p-1"));
        assertThrows(
                Administration.Impossible.class,
                () -> people().issueCode("city", "p-1", Duration.ofMinutes(1)));
        assertTrue(says("public", "subject.erased"));
        confirmationHolds(erased);
        // The other one of the same use is still told of it.
        assertEquals(
                2, own("p-2").stream().filter(u -> u.concern().action().startsWith("s3")).count());
        // Who comes back is somebody new.
        put(stating("p-1"), "again");
        assertNotEquals(Optional.of(dead), key("p-1"));
        installation.reopen();
        assertFalse(installation.keys().exists(dead));
    }

    private String entry(long index) {
        return new String(
                installation.keyspace().logs().entries("use/city/node-1", index, 1).getFirst(),
                StandardCharsets.UTF_8);
    }

    /** The confirmation opens the commitment of the public entry that it proves. */
    private static void confirmationHolds(GuardedPeople.Erased erased) throws IOException {
        String[] lines = erased.confirmation().split("\n");
        assertEquals("domicile-disclosure@v1", lines[0]);
        String[] field = lines[1].split(" ");
        assertEquals("subject", field[1]);
        byte[] value = Base64.getDecoder().decode(field[3]);
        assertEquals(erased.subject(), new String(value, StandardCharsets.UTF_8));
        String commitment = commitment(Base64.getDecoder().decode(field[2]), value);
        String extra =
                new String(
                        Base64.getDecoder().decode(lines[4].substring("extra ".length())),
                        StandardCharsets.UTF_8);
        assertTrue(extra.contains("\"subject\":\"" + commitment + "\""), extra);
    }

    private static String commitment(byte[] salt, byte[] value) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update((byte) 3);
            sha256.update(salt);
            return Base64.getEncoder().encodeToString(sha256.digest(value));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** Cut off between the entry and the key's death, the next start completes it. */
    @Test
    void anErasureThatWasCutOffIsCompleted() {
        put(stating("p-1"), "x");
        KeyId dying = key("p-1").orElseThrow();
        // The entry and the intention are one commit; what follows it did not happen.
        People.open(installation.keyspace(), installation.keys().vault())
                .intend(installation.request(installation.guard().operator()), List.of(dying));
        assertTrue(installation.keys().exists(dying));
        installation.reopen();
        assertFalse(installation.keys().exists(dying));
        assertEquals(Optional.empty(), key("p-1"));
        installation.reopen();
        put(stating("p-1"), "y");
    }

    @Test
    void anErasedPrincipalActsNoMoreAndHasNoName() {
        put(stating("p-1"), "x");
        String id = city.credential().principal();
        KeyId subject =
                new KeyId(
                        KeyId.Kind.SUBJECT,
                        Installation.known(installation.policy().register().principals(), id)
                                .subject());
        assertThrows(
                Administration.Impossible.class, () -> people().erasePrincipal("city", "nobody"));
        assertThrows(
                Administration.Impossible.class,
                () -> people().erasePrincipal(Policy.INSTALLATION, "operator"));
        confirmation(people().erasePrincipal("city", "Ada of city"));
        assertFalse(installation.keys().exists(subject));
        String access = city.credential().accessKey();
        assertEquals(Optional.empty(), installation.guard().identity().caller(access));
        assertEquals(
                Optional.empty(),
                installation.guard().identity().signingKey(access, "20260101", "home", "s3"));
        Ledger.Recorded use = last();
        assertEquals(ERASED, use.principal());
        assertEquals(ERASED, use.object());
        installation.reopen();
        Principal forgotten = Installation.known(installation.policy().register().principals(), id);
        assertTrue(forgotten.erased());
        assertFalse(installation.keys().exists(subject));
        assertThrows(
                Administration.Impossible.class,
                () -> people().erasePrincipal("city", "Ada of city"));
    }

    private static void confirmation(GuardedPeople.Erased erased) {
        assertTrue(erased.confirmation().startsWith("domicile-disclosure@v1\nfield subject "));
    }

    @Test
    void aDisclosureOpensWhatWasAskedForAndNothingElse() {
        put(stating("p-1"), "x");
        long index = last().index();
        String log = "use/city/node-1";
        GuardedPeople.Disclosed made =
                people().disclose(log, index, List.of("object", "time"), "the auditor, file 12");
        List<String> lines = made.text().lines().toList();
        assertEquals("domicile-disclosure@v1", lines.getFirst());
        assertEquals("object", lines.get(1).split(" ")[1]);
        assertEquals(
                "clinic/x",
                new String(
                        Base64.getDecoder().decode(lines.get(1).split(" ")[3]),
                        StandardCharsets.UTF_8));
        assertEquals("time", lines.get(2).split(" ")[1]);
        assertEquals("", lines.get(3));
        assertTrue(says("public", "\"fields\":\"object time\""));
        assertFalse(says("public", "the auditor"), "to whom is committed to");
        for (List<String> wrong : List.of(List.of("nothing"), List.<String>of())) {
            assertThrows(
                    Administration.Impossible.class,
                    () -> people().disclose(log, index, wrong, "somebody"));
        }
        assertThrows(
                Administration.Impossible.class,
                () -> people().disclose(log, index, List.of("object"), " "));
        assertThrows(
                Administration.Impossible.class,
                () -> people().disclose(log, 1_000_000, List.of("object"), "somebody"));
        people().erase("city", "p-1");
        assertThrows(
                Administration.Impossible.class,
                () -> people().disclose(log, index, List.of("object"), "somebody"));
        people().disclose(log, index, List.of("principal", "size"), "somebody");
    }

    @Test
    void aCodeIsGoodOnceAndForAWhile() {
        put(stating("p-1"), "x");
        String code = people().issueCode("city", "p-1", Duration.ofMinutes(5)).code();
        assertEquals(Optional.empty(), look(code.substring(1)));
        GuardedPeople.Own own = look(code.toLowerCase(java.util.Locale.ROOT)).orElseThrow();
        assertEquals("city", own.organisation());
        assertEquals("Trying things.", own.uses().get(2).purposeText());
        assertEquals(Optional.empty(), look(code), "it is spent");
        String late = people().issueCode("city", "p-1", Duration.ofMinutes(5)).code();
        installation.time().advance(Duration.ofMinutes(6));
        assertEquals(Optional.empty(), look(late));
        String dead = people().issueCode("city", "p-1", Duration.ofMinutes(5)).code();
        people().erase("city", "p-1");
        assertEquals(Optional.empty(), look(dead));
        assertThrows(
                Administration.Impossible.class,
                () -> people().issueCode("city", "p-1", Duration.ofDays(31)));
    }

    /**
     * Who has a backup of the folder from before, the folder of today, today's key store with its
     * root key, and a list of candidates, finds those who were not erased, and nothing of the one
     * who was.
     */
    @Test
    void anAttackerWithTodaysKeysLinksNothing() throws IOException {
        installation.close();
        begin(Installation.onDisk(folder.resolve("home")));
        List<String> candidates = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            candidates.add("citizen-%05d".formatted(i));
        }
        String gone = candidates.get(1_234);
        String there = candidates.get(77);
        for (int i = 0; i < 20; i++) {
            put(stating(gone), "scan-" + i);
            put(stating(there), "other-" + i);
            put(stating(gone, there), "common-" + i);
        }
        long entries = installation.entries("city");
        installation.stop();
        Path backup = folder.resolve("backup");
        copy(folder.resolve("home/data"), backup.resolve("data"));
        installation.restart();
        people().erase("city", gone);
        installation.stop();
        copy(folder.resolve("home/keys"), backup.resolve("keys"));
        Files.copy(folder.resolve("home/root"), backup.resolve("root"));
        Files.setPosixFilePermissions(
                backup.resolve("root"),
                java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        for (Path part : List.of(backup, folder.resolve("home"))) {
            assertFalse(anywhere(part, gone), "an identifier stands in plain in " + part);
        }
        for (Path each : List.of(backup, folder.resolve("home"))) {
            try (Installation attacked = Installation.onDisk(each)) {
                linked(attacked, candidates, there, entries);
            }
        }
        installation.restart();
    }

    private static void linked(
            Installation attacked, List<String> candidates, String there, long entries) {
        String key = Installation.known(attacked.policy().register().organisations(), "city").key();
        KeyId organisation = new KeyId(KeyId.Kind.ORGANISATION, key);
        List<String> found =
                candidates.stream()
                        .filter(who -> attacked.keys().subject(organisation, who).isPresent())
                        .toList();
        assertEquals(List.of(there), found, "today's key store knows who is there, and only them");
        KeyId known = attacked.keys().subject(organisation, there).orElseThrow();
        var subjects = attacked.keys().subjects();
        var logs = attacked.keyspace().logs();
        String log = "use/city/node-1";
        int opened = 0;
        int closed = 0;
        List<Ledger.Recorded> uses =
                attacked.usesSince("city", 0).stream()
                        .filter(use -> use.index() < entries)
                        .toList();
        for (Ledger.Recorded use : uses) {
            long index = use.index();
            if (use.object().startsWith("clinic/other-")) {
                opened++;
            } else if (use.action().equals("s3:PutObject")) {
                assertEquals(ERASED, use.object());
                closed++;
            }
            String entry =
                    new String(logs.entries(log, index, 1).getFirst(), StandardCharsets.UTF_8);
            byte[] id = ("city/node-1/" + use.number()).getBytes(StandardCharsets.UTF_8);
            byte[] salt = salt(subjects.salts(known, id));
            for (String who : Stream.concat(candidates.stream(), Stream.of(known.id())).toList()) {
                boolean links =
                        entry.contains(commitment(salt, who.getBytes(StandardCharsets.UTF_8)));
                assertTrue(!links || who.equals(known.id()), "a commitment to an identifier");
            }
        }
        assertEquals(20, opened);
        assertEquals(40, closed);
    }

    private static byte[] salt(byte[] secret) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update((byte) 2);
            sha256.update(secret);
            return sha256.digest("subject".getBytes(StandardCharsets.UTF_8));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean anywhere(Path folder, String wanted) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String all = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                if (all.contains(wanted)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }
}
