package org.domicile.guard;

import static org.domicile.guard.Installation.bytes;
import static org.domicile.guard.Installation.draft;
import static org.domicile.guard.Installation.upstream;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.ledger.Ledger;
import org.domicile.objects.Listing;
import org.domicile.objects.Lock;
import org.domicile.policy.Marks;
import org.domicile.policy.Purpose;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Labels behind the guard: what they refuse, and how they travel. */
@Timeout(60)
class LabelsTest {
    private static final byte[] BODY = "the body".getBytes(StandardCharsets.UTF_8);
    private static final Match ANY = new Match.Any();
    private static final GuardedObjects.Directive KEEP =
            new GuardedObjects.Directive.Keep("", Optional.empty(), Lock.OPEN, Encryption.UNSAID);
    private static final Marks NO_STATISTICS =
            new Marks(List.of("household"), List.of("statistics"), List.of());

    @TempDir private Path folder;
    private Installation installation;
    private Administration.Issued service;
    private Administration.Issued statistics;

    @BeforeEach
    void begin() {
        installation = Installation.inMemory(folder);
        installation.tenant("city");
        service = credential("service", "public-service");
        statistics = credential("figures", "statistics");
        installation.admin().createBucket("city", "archive", List.of());
        installation.admin().createBucket("city", "target", List.of());
        installation.admin().label("archive", "raw/", NO_STATISTICS);
        put("archive", "raw/n", BODY);
    }

    @AfterEach
    void end() {
        installation.close();
    }

    private Administration.Issued credential(String name, String kind) {
        String principal = installation.admin().createPrincipal("city", name).id();
        return installation.caring(principal, name, kind);
    }

    private Stored put(String bucket, String name, byte[] body) {
        return installation.as(service).put(bucket, name, draft(), upstream(body), ANY);
    }

    private static GuardedObjects.Source source(String bucket, String name) {
        return new GuardedObjects.Source(bucket, name, Optional.empty(), found -> {});
    }

    private void copied(String from, String name, String to, String target) {
        GuardedObjects.Copied copied =
                installation.as(service).copy(source(from, name), to, target, KEEP, ANY);
        assertInstanceOf(
                Stored.Done.class,
                assertInstanceOf(GuardedObjects.Copied.Done.class, copied).stored());
    }

    private void refused(String reason, Runnable act) {
        long before = installation.entries("city");
        assertEquals(reason, assertThrows(Refused.class, act::run).reason());
        List<Ledger.Recorded> uses = installation.usesSince("city", before);
        // What repeats within a minute is counted, and has no entry of its own yet.
        if (!uses.isEmpty()) {
            assertEquals(reason, uses.getLast().reason());
            assertEquals("refused", uses.getLast().verdict());
        }
    }

    private Marks carried(String bucket, String name) {
        return installation.admin().labelled(bucket, name).carried();
    }

    @Test
    void aLabelRefusesOnEveryWayToTheData() {
        GuardedObjects figures = installation.as(statistics);
        String reason = "purpose-prohibited";
        refused(reason, () -> figures.get("archive", "raw/n", Optional.empty()));
        refused(reason, () -> figures.head("archive", "raw/n", Optional.empty()));
        refused(reason, () -> figures.copy(source("archive", "raw/n"), "target", "n", KEEP, ANY));
        refused(reason, () -> figures.put("archive", "raw/m", draft(), upstream(BODY), ANY));
        refused(reason, () -> figures.delete("archive", "raw/n", Optional.empty(), ANY));
        for (String prefix : List.of("", "raw", "raw/", "raw/n")) {
            Listing.Query query = new Listing.Query(prefix, "", "", "", 10);
            refused(reason, () -> figures.list("archive", query));
            refused(reason, () -> figures.listVersions("archive", query));
            refused(reason, () -> figures.uploads("archive", query));
        }
        assertTrue(figures.list("archive", new Listing.Query("x", "", "", "", 10)).isPresent());
        assertArrayEquals(
                BODY, bytes(installation.as(service).get("archive", "raw/n", Optional.empty())));
    }

    @Test
    void aCopyKeepsTheLabelsOfItsSource() {
        copied("archive", "raw/n", "target", "n");
        assertEquals(NO_STATISTICS, carried("target", "n"));
        refused(
                "purpose-prohibited",
                () -> installation.as(statistics).get("target", "n", Optional.empty()));
        refused(
                "purpose-prohibited",
                () -> installation.as(statistics).head("target", "n", Optional.empty()));
        refused(
                "purpose-prohibited",
                () ->
                        installation
                                .as(statistics)
                                .copy(source("target", "n"), "target", "m", KEEP, ANY));
        // A copy of a copy, after the label itself is gone, and after a restart.
        installation.admin().removeLabel("archive", "raw/");
        copied("target", "n", "target", "second");
        installation.reopen();
        assertEquals(NO_STATISTICS, carried("target", "second"));
        refused(
                "purpose-prohibited",
                () -> installation.as(statistics).get("target", "second", Optional.empty()));
        assertArrayEquals(
                BODY, bytes(installation.as(service).get("target", "second", Optional.empty())));
        Listing.Query all = new Listing.Query("", "", "", "", 10);
        assertEquals(2, installation.as(service).list("target", all).orElseThrow().found().size());
        // What takes its place is other data.
        put("target", "second", BODY);
        assertEquals(Marks.NONE, carried("target", "second"));
        assertArrayEquals(
                BODY, bytes(installation.as(statistics).get("target", "second", Optional.empty())));
    }

    @Test
    void partsBringTheUnionOfTheirLabels() {
        installation
                .admin()
                .label("archive", "more/", new Marks(List.of("name"), List.of(), List.of()));
        byte[] large = new byte[(int) UploadUses.LEAST_PART];
        put("archive", "raw/large", large);
        put("archive", "more/n", BODY);
        GuardedObjects objects = installation.as(service);
        String upload = objects.createUpload("target", "whole", draft()).orElseThrow().id();
        String one = part(objects, source("archive", "raw/large"), upload, 1);
        String two = part(objects, source("archive", "more/n"), upload, 2);
        Stored made =
                objects.complete(
                        "target",
                        "whole",
                        upload,
                        List.of(
                                new GuardedObjects.ChosenPart(1, one, Map.of()),
                                new GuardedObjects.ChosenPart(2, two, Map.of())),
                        new GuardedObjects.Completion(Map.of(), -1, Encryption.UNSAID),
                        ANY);
        assertInstanceOf(Stored.Done.class, made);
        assertEquals(
                new Marks(List.of("household", "name"), List.of("statistics"), List.of()),
                carried("target", "whole"));
        assertEquals(
                large.length + BODY.length,
                bytes(objects.get("target", "whole", Optional.empty())).length);
    }

    private static String part(
            GuardedObjects objects, GuardedObjects.Source source, String upload, int number) {
        GuardedObjects.Copied copied =
                objects.copyPart(source, Optional.empty(), "target", "whole", upload, number);
        Stored stored = assertInstanceOf(GuardedObjects.Copied.Done.class, copied).stored();
        return assertInstanceOf(Stored.PartDone.class, stored).digests().etag();
    }

    @Test
    void aTargetThatWouldAllowWhatTheSourceProhibitsRefusesTheCopy() {
        installation
                .admin()
                .label(
                        "target",
                        "figures/",
                        new Marks(List.of(), List.of(), List.of(List.of("figures", "service"))));
        GuardedObjects objects = installation.as(service);
        refused(
                "label-not-kept",
                () -> objects.copy(source("archive", "raw/n"), "target", "figures/n", KEEP, ANY));
        String upload = objects.createUpload("target", "figures/u", draft()).orElseThrow().id();
        refused(
                "label-not-kept",
                () ->
                        objects.copyPart(
                                source("archive", "raw/n"),
                                Optional.empty(),
                                "target",
                                "figures/u",
                                upload,
                                1));
        assertInstanceOf(
                GuardedObjects.Got.NoSuchName.class,
                objects.get("target", "figures/n", Optional.empty()));
    }

    /** The target's label comes after the part was copied, and before the parts become one. */
    @Test
    void aCompletionAsksAgainWhetherLabelsAreKept() {
        GuardedObjects objects = installation.as(service);
        String upload = objects.createUpload("target", "whole", draft()).orElseThrow().id();
        String etag = part(objects, source("archive", "raw/n"), upload, 1);
        installation
                .admin()
                .label(
                        "target",
                        "",
                        new Marks(List.of(), List.of(), List.of(List.of("figures", "service"))));
        refused(
                "label-not-kept",
                () ->
                        objects.complete(
                                "target",
                                "whole",
                                upload,
                                List.of(new GuardedObjects.ChosenPart(1, etag, Map.of())),
                                new GuardedObjects.Completion(Map.of(), -1, Encryption.UNSAID),
                                ANY));
    }

    @Test
    void aDeclinedKindLeavesAnEntryInPublicThatNamesNobody() {
        long before = installation.ledger().state().entries();
        Instant now = installation.time().instant();
        Purpose asked =
                new Purpose(
                                "city",
                                "ada-lovelace-watch",
                                "text",
                                "owner",
                                "basis",
                                List.of("home"),
                                now,
                                now.plusSeconds(60),
                                false)
                        .ofKind("person-tracking");
        Administration.Impossible refusal =
                assertThrows(
                        Administration.Impossible.class,
                        () -> installation.admin().createPurpose(asked));
        assertTrue(String.valueOf(refusal.getMessage()).contains("does not track people"));
        assertTrue(installation.ledger().state().entries() >= before + 2);
        String last = installation.lastPublic("purpose.declined");
        assertTrue(last.contains("\"kind\":\"person-tracking\""), last);
        assertTrue(last.contains("\"organisation\":\"city\""), last);
        assertFalse(last.contains("ada"), last);
    }
}
