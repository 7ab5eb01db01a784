package org.domicile.guard;

import static org.domicile.guard.Installation.draft;
import static org.domicile.guard.Installation.upstream;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.domicile.objects.Lock;
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
                    + "\"Resource\":\"arn:aws:s3:::archive/*\",\"Condition\":{\"StringEquals\":"
                    + "{\"s3:ExistingObjectTag/open\":\"yes\"}}}}";

    @TempDir private Path folder;
    private Installation installation;
    private GuardedObjects inside;
    private Administration.Issued village;

    @BeforeEach
    void begin() {
        installation = Installation.inMemory(folder);
        inside = installation.as(installation.tenant("city"));
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
