package org.domicile.people;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.domicile.keys.KeyId;
import org.domicile.keys.Vault;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.keyspace.Write;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rules, codes and deaths on a keyspace in memory. */
@Timeout(60)
class PeopleTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final KeyId SOMEBODY = new KeyId(KeyId.Kind.SUBJECT, "ab".repeat(16));
    private static final Request REQUEST =
            new Request(
                    "r",
                    new Caller.Program("test", "installation/administration"),
                    "test",
                    "home",
                    "",
                    NOW,
                    NOW.plusSeconds(60),
                    Optional.empty());

    /** Turns all bits: not a cipher, but nothing plain is left. */
    private static final Vault VAULT =
            new Vault() {
                @Override
                public byte[] seal(String name, byte[] secret) {
                    byte[] sealed = secret.clone();
                    for (int i = 0; i < sealed.length; i++) {
                        sealed[i] ^= (byte) (0x80 ^ name.hashCode());
                    }
                    return sealed;
                }

                @Override
                public byte[] open(String name, byte[] sealed) {
                    return seal(name, sealed);
                }
            };

    private final Keyspace keyspace = Keyspace.inMemory();

    private static Rule rule(String bucket, String prefix, String pattern) {
        return new Rule(
                "%016x".formatted((prefix + pattern).hashCode()),
                "city",
                bucket,
                prefix,
                new Rule.Where.InName(pattern),
                NOW);
    }

    private static Rule tagRule(String bucket, String prefix, String tag) {
        return new Rule(
                "%016x".formatted((prefix + "#" + tag).hashCode()),
                "city",
                bucket,
                prefix,
                new Rule.Where.InTag(tag),
                NOW);
    }

    private static Optional<String> found(String pattern, String name) {
        assertEquals("", Template.objection(pattern), pattern);
        return Template.of(pattern).subject(name);
    }

    @Test
    void patternsFindWhatTheySay() {
        assertEquals(Optional.of("p-1"), found("patients/{subject}/", "patients/p-1/scan.tif"));
        assertEquals(Optional.of("p-1"), found("patients/{subject}/", "patients/p-1/"));
        assertEquals(Optional.empty(), found("patients/{subject}/", "patients/p-1"));
        assertEquals(Optional.empty(), found("patients/{subject}/", "patients//x"));
        assertEquals(Optional.empty(), found("patients/{subject}/", "all/patients/p-1/x"));
        assertEquals(Optional.of("p-1"), found("patients/{subject}", "patients/p-1"));
        assertEquals(Optional.of("p-1"), found("patients/{subject}", "patients/p-1/x"));
        assertEquals(Optional.of("p-1"), found("*/{subject}/", "ward 7/p-1/x"));
        assertEquals(Optional.empty(), found("*/{subject}/", "a/b"));
        assertEquals(Optional.of("7"), found("p-{subject}.tif", "p-7.tif"));
        assertEquals(Optional.of("a.t"), found("{subject}.tif", "a.t.tif"));
        assertEquals(Optional.of("أمل"), found("{subject}/", "أمل/x"));
        assertEquals(Optional.of("a\nb"), found("{subject}/", "a\nb/x"));
        assertEquals(Optional.of("(x+"), found("(x+/{subject}/", "(x+/(x+/y"));
    }

    @Test
    void patternsThatSayNothingAreRefused() {
        for (String wrong :
                List.of(
                        "",
                        "patients/",
                        "{subject}{subject}",
                        "{Subject}",
                        "a*/{subject}",
                        "{subject}/{x}")) {
            assertFalse(Template.objection(wrong).isEmpty(), wrong);
        }
        assertFalse(Template.objection("{subject}" + "x".repeat(600)).isEmpty());
    }

    /** A hostile name costs no more than its length. */
    @Test
    void longNamesAreQuick() {
        String name = "a".repeat(1_000) + "/";
        long start = System.nanoTime();
        for (int i = 0; i < 1_000; i++) {
            assertEquals(Optional.empty(), found("*/*/*/{subject}-aaaaaaaab", name.repeat(5)));
        }
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20));
    }

    @Test
    void rulesHoldForTheirBucketAndOrganisationAndThroughARestart() {
        People people = People.open(keyspace, VAULT);
        assertEquals("", people.create(REQUEST, rule("clinic", "wards/", "{subject}/")));
        assertEquals("", people.create(REQUEST, rule("clinic", "", "wards/*/{subject}/")));
        assertFalse(people.create(REQUEST, rule("clinic", "wards/", "{subject}/")).isEmpty());
        for (People each : List.of(people, People.open(keyspace, VAULT))) {
            assertEquals(2, each.rules().size());
            assertEquals(
                    List.of("p-1", "p-2"),
                    each.identifiers("city", "clinic", "wards/p-1/p-2/x").stream()
                            .sorted()
                            .toList());
            assertEquals(List.of(), each.identifiers("water", "clinic", "wards/p-1/p-2/x"));
            assertEquals(List.of(), each.identifiers("city", "other", "wards/p-1/p-2/x"));
            assertEquals(List.of(), each.identifiers("city", "clinic", "halls/p-1/p-2/x"));
        }
        String id = people.rules().getFirst().id();
        assertTrue(people.remove(REQUEST, id));
        assertFalse(people.remove(REQUEST, id));
        assertEquals(1, People.open(keyspace, VAULT).rules().size());
        for (int i = 0; i < 7; i++) {
            assertEquals("", people.create(REQUEST, rule("clinic", "", i + "/{subject}/")));
        }
        assertTrue(people.objection(rule("clinic", "", "9/{subject}/")).contains("at most 8"));
    }

    @Test
    void aRuleReadsATagBelowItsPrefix() {
        People people = People.open(keyspace, VAULT);
        assertEquals("", people.create(REQUEST, tagRule("clinic", "scans/", "subject")));
        assertEquals("", people.create(REQUEST, tagRule("clinic", "", "doctor")));
        assertEquals("", people.create(REQUEST, rule("clinic", "scans/", "{subject}/")));
        assertFalse(people.create(REQUEST, tagRule("clinic", "", "doctor")).isEmpty());
        Map<String, String> tags = Map.of("subject", "p-1", "doctor", "d-1", "ward", "7");
        for (People each : List.of(people, People.open(keyspace, VAULT))) {
            assertEquals(3, each.rules().size());
            assertEquals(
                    List.of("d-1", "p-1"),
                    each.identifiers("city", "clinic", "scans/x", tags).stream().sorted().toList());
            assertEquals(List.of("d-1"), each.identifiers("city", "clinic", "halls/x", tags));
            assertEquals(List.of(), each.identifiers("water", "clinic", "scans/x", tags));
            assertEquals(List.of(), each.identifiers("city", "other", "scans/x", tags));
            assertEquals(List.of(), each.identifiers("city", "clinic", "scans/x", Map.of()));
            assertEquals(
                    List.of(),
                    each.identifiers(
                            "city", "clinic", "scans/x", Map.of("subject", "", "Subject", "p")));
            assertEquals(
                    List.of("p-1"),
                    each.identifiers(
                            "city", "clinic", "scans/x", Map.of("subject", "p-1", "doctor", "p-1")),
                    "one, not two");
            assertEquals(List.of("p-9"), each.identifiers("city", "clinic", "scans/p-9/x"));
            assertTrue(each.readsTags("city", "clinic", "halls/x"));
            assertFalse(each.readsTags("water", "clinic", "halls/x"));
            assertFalse(each.readsTags("city", "other", "halls/x"));
        }
        assertTrue(people.remove(REQUEST, tagRule("clinic", "", "doctor").id()));
        assertFalse(people.readsTags("city", "clinic", "halls/x"));
        assertTrue(people.readsTags("city", "clinic", "scans/x"));
    }

    @Test
    void tagsThatSayNothingAreRefused() {
        People people = People.open(keyspace, VAULT);
        for (String wrong : List.of("", " ", "a\nb", "k".repeat(129))) {
            assertFalse(people.objection(tagRule("clinic", "", wrong)).isEmpty(), wrong);
        }
        assertEquals("", people.objection(tagRule("clinic", "", "k".repeat(128))));
    }

    /** Six lines, as they were written before there were rules for tags. */
    @Test
    void rulesOfOlderFoldersAreRead() {
        keyspace.commit(
                new Transaction()
                        .write(
                                new Write.Put(
                                        Space.RECORDS,
                                        Tuple.pack("people", "rule", "0123456789abcdef"),
                                        ("0123456789abcdef\ncity\nclinic\n"
                                                        + NOW
                                                        + "\nwards/\n{subject}/")
                                                .getBytes(StandardCharsets.UTF_8))));
        assertEquals(
                List.of(
                        new Rule(
                                "0123456789abcdef",
                                "city",
                                "clinic",
                                "wards/",
                                new Rule.Where.InName("{subject}/"),
                                NOW)),
                People.open(keyspace, VAULT).rules());
    }

    @Test
    void aCodeIsSpentOnce() throws Exception {
        People people = People.open(keyspace, VAULT);
        byte[] digest = new byte[32];
        Arrays.fill(digest, (byte) 5);
        Code code = new Code("city", SOMEBODY, NOW.plus(Duration.ofMinutes(1)));
        assertTrue(people.keep(REQUEST, digest, code, NOW));
        assertEquals(Optional.of(code), People.open(keyspace, VAULT).code(digest, NOW));
        assertEquals(Optional.empty(), people.code(digest, NOW.plusSeconds(60)));
        assertEquals(Optional.empty(), people.code(new byte[32], NOW));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> tries = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                Callable<Boolean> spending = () -> people.spend(digest);
                tries.add(threads.submit(spending));
            }
            int spent = 0;
            for (Future<Boolean> each : tries) {
                spent += each.get(30, TimeUnit.SECONDS) ? 1 : 0;
            }
            assertEquals(1, spent);
        }
        assertEquals(Optional.empty(), people.code(digest, NOW));
        assertTrue(people.keep(REQUEST, digest, code, NOW));
        assertTrue(people.keep(REQUEST, new byte[32], code, NOW.plusSeconds(120)));
        assertEquals(Optional.empty(), people.code(digest, NOW), "what has expired is swept");
    }

    @Test
    void whatIsToDieIsRememberedUntilItIsDead() {
        People people = People.open(keyspace, VAULT);
        people.intend(REQUEST, List.of(SOMEBODY));
        assertEquals(List.of(SOMEBODY), People.open(keyspace, VAULT).intended());
        people.completed(List.of(SOMEBODY));
        assertEquals(List.of(), People.open(keyspace, VAULT).intended());
    }
}
