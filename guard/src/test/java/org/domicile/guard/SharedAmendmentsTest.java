package org.domicile.guard;

import static org.domicile.guard.Installation.draft;
import static org.domicile.guard.Installation.upstream;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.domicile.ledger.Ledger;
import org.domicile.objects.Lock;
import org.domicile.policy.Decision;
import org.domicile.policy.Policy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Changes in place by somebody who is let in by what an object is, while it becomes something else:
 * between the decision and the commit its owner closes it.
 */
@Timeout(60)
class SharedAmendmentsTest {
    private static final Optional<String> NEWEST = Optional.empty();
    private static final Map<String, String> OPEN = Map.of("open", "yes");
    private static final Map<String, String> CLOSED = Map.of("open", "no");
    private static final String TO_WHAT_IS_OPEN =
            "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\","
                    + "\"Action\":[\"s3:PutObjectTagging\",\"s3:PutObjectLegalHold\"],"
                    + "\"Resource\":\"arn:aws:s3:::archive/*\",\"Condition\":{\"StringLike\":"
                    + "{\"s3:ExistingObjectTag/open\":\"yes*\"}}}}";

    @TempDir private Path folder;
    private Installation installation;
    private GuardedObjects inside;
    private Administration.Issued city;
    private Administration.Issued village;

    @BeforeEach
    void begin() {
        installation = Installation.inMemory(folder);
        city = installation.tenant("city");
        inside = installation.as(city);
        village = installation.tenant("village");
        byte[] locking = LockRule.PLAIN.document();
        inside.createBucket("archive", "", Map.of(BucketSetting.OBJECT_LOCK, locking));
        assertEquals(
                new GuardedSharing.Set.Done(),
                inside.sharing().putPolicy("archive", TO_WHAT_IS_OPEN));
        byte[] body = "a finding".getBytes(StandardCharsets.UTF_8);
        inside.put("archive", "n", draft().tagged(OPEN), upstream(body), new Match.Any());
    }

    @AfterEach
    void end() {
        installation.close();
    }

    private void close() {
        assertInstanceOf(Stored.Amended.class, inside.tag("archive", "n", NEWEST, CLOSED));
    }

    private Map<String, String> tags() {
        return found("s3:GetObjectTagging").tags();
    }

    private Found found(String action) {
        return assertInstanceOf(
                        GuardedObjects.Got.Object.class,
                        inside.facts(action, "archive", "n", NEWEST))
                .found();
    }

    @Test
    void tagsOfWhatWasClosedMeanwhileStay() {
        GuardedObjects outside = installation.as(village);
        Map<String, String> again = Map.of("open", "yes", "by", "village");
        assertInstanceOf(Stored.Amended.class, outside.tag("archive", "n", NEWEST, again));
        installation.keyspace().meanwhile(this::close);
        assertThrows(Refused.class, () -> outside.tag("archive", "n", NEWEST, again));
        assertEquals(CLOSED, tags());
        assertEquals(
                "refused",
                installation.usesSince("city", 0).stream()
                        .filter(use -> use.action().equals("s3:PutObjectTagging"))
                        .filter(use -> use.principal().equals(village.credential().principal()))
                        .reduce((_, newer) -> newer)
                        .orElseThrow()
                        .verdict());
    }

    /** The newest use on record, explained: what its record holds leads to what was decided. */
    private Ledger.Decided newest(String organisation) {
        Ledger.Recorded newest =
                installation.usesSince(organisation, 0).stream()
                        .filter(use -> use.action().startsWith("s3:"))
                        .reduce((_, newer) -> newer)
                        .orElseThrow();
        String name = organisation + "/" + Installation.NODE + "/" + newest.number();
        Administration.Explained explained = installation.admin().explain(name);
        Policy.Explanation.Explained why =
                assertInstanceOf(Policy.Explanation.Explained.class, explained.explanation());
        assertEquals(explained.use().use().verdict(), verdict(why.decided()));
        return explained.use();
    }

    /** Story: the record held what the first look had read, though another look decided. */
    @Test
    void theDecisionOnRecordIsTheOneThatLetItThrough() {
        GuardedObjects outside = installation.as(village);
        installation
                .keyspace()
                .meanwhile(() ->
                        inside.tag("archive", "n", NEWEST, Map.of("open", "yes, the second")));
        assertInstanceOf(Stored.Amended.class, outside.tag("archive", "n", NEWEST, OPEN));
        String read = newest("city").read();
        assertTrue(read.contains("yes, the second"), read);
    }

    /** Story: that a name is not there was kept from a caller, and his read stood as allowed. */
    @Test
    void whoMayNotLearnThatThereIsNothingIsRefusedOnRecord() {
        GuardedObjects reader = installation.as(installation.person(city, "s3:GetObject"));
        long before = installation.entries("city");
        Refused read = assertThrows(Refused.class, () -> reader.get("archive", "none", NEWEST));
        assertEquals(1, installation.entries("city") - before);
        assertEquals("refused s3:ListBucket archive/none", shown(newest("city")));
        assertEquals(newest("city").use().number(), number(read.use()));
        assertThrows(Refused.class, () -> reader.head("archive", "none", NEWEST));
        GuardedObjects tagger = installation.as(installation.person(city, "s3:PutObjectTagging"));
        assertThrows(Refused.class, () -> tagger.tag("archive", "none", NEWEST, OPEN));
        assertEquals("refused s3:ListBucket archive/none", shown(newest("city")));
    }

    /** Story: whether governance was passed over was decided by the version that was seen first. */
    @Test
    void governanceIsPassedOverOfTheVersionThatIsReplaced() {
        Instant now = installation.time().instant();
        Lock longer = Lock.OPEN.retained(Lock.Mode.GOVERNANCE, now.plus(Duration.ofDays(9)));
        Lock shorter = Lock.OPEN.retained(Lock.Mode.GOVERNANCE, now.plus(Duration.ofDays(3)));
        installation.keyspace().meanwhile(() -> retain(inside, longer, Lock.Bypass.NO));
        retain(inside, shorter, Lock.Bypass.GOVERNANCE);
        assertEquals("allowed s3:BypassGovernanceRetention archive/n", shown(newest("city")));
        assertEquals(shorter, found("s3:GetObjectRetention").lock());
        // Nothing stands in the way: nothing is passed over, whatever is said.
        retain(inside, longer, Lock.Bypass.GOVERNANCE);
        assertEquals("allowed s3:PutObjectRetention archive/n", shown(newest("city")));
        GuardedObjects retainer =
                installation.as(installation.person(city, "s3:PutObjectRetention"));
        assertInstanceOf(
                Stored.Locked.class,
                retainer.retain("archive", "n", NEWEST, shorter, Lock.Bypass.GOVERNANCE));
        assertEquals(longer, found("s3:GetObjectRetention").lock());
    }

    private static void retain(GuardedObjects objects, Lock retention, Lock.Bypass bypass) {
        assertInstanceOf(
                Stored.Amended.class, objects.retain("archive", "n", NEWEST, retention, bypass));
    }

    private static String shown(Ledger.Decided decided) {
        Ledger.Recorded use = decided.use();
        return use.verdict() + " " + use.action() + " " + use.object();
    }

    private static long number(String use) {
        return Long.parseLong(use.substring(use.lastIndexOf('/') + 1));
    }

    private static String verdict(Decision decision) {
        return decision.effect() == Decision.Effect.ALLOW ? "allowed" : "refused";
    }

    @Test
    void locksOfWhatWasClosedMeanwhileStay() {
        GuardedObjects outside = installation.as(village);
        installation.keyspace().meanwhile(this::close);
        assertThrows(Refused.class, () -> outside.hold("archive", "n", NEWEST, Lock.Hold.ON));
        assertInstanceOf(
                Stored.Deleted.class,
                inside.delete(
                        "archive",
                        "n",
                        Optional.of(found("s3:GetObjectTagging").version()),
                        new Match.Any()));
    }
}
