package org.domicile.guard;

import static org.domicile.guard.Installation.draft;
import static org.domicile.guard.Installation.upstream;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;
import org.domicile.ledger.Ledger;
import org.domicile.objects.Listing;
import org.domicile.people.Rule;
import org.domicile.policy.Credential;
import org.domicile.policy.Policy;
import org.domicile.policy.Purpose;
import org.domicile.policy.Resource;
import org.domicile.policy.Seal;
import org.domicile.request.Caller;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two persons make a credential whose uses are told from a day on, and to nobody before. */
@Timeout(90)
class SealingTest {
    private static final byte[] BODY = "a finding".getBytes(StandardCharsets.UTF_8);
    private static final Match ANY = new Match.Any();
    private static final int DAYS = 20;

    @TempDir private Path folder;
    private Installation installation;
    private Administration.Issued ada;
    private Administration.Issued bo;
    private String holder = "";
    private LocalDate day = LocalDate.MIN;

    @BeforeEach
    void begin() {
        installation = Installation.inMemory(folder.resolve("memory"));
        ada = installation.tenant("city");
        bo = person("Bo", "*");
        holder = installation.admin().createPrincipal("city", "Cy").id();
        Instant now = installation.time().instant();
        day = now.atZone(ZoneOffset.UTC).toLocalDate().plusDays(DAYS);
        installation
                .admin()
                .createPurpose(
                        new Purpose(
                                        "city",
                                        "fraud",
                                        "Finding fraud.",
                                        "Audit office",
                                        "Social Code, section 67",
                                        List.of(Installation.HOME),
                                        now,
                                        now.plus(Duration.ofDays(300)),
                                        false)
                                .sealing(true));
        installation.as(ada).createBucket("clinic", "");
        installation
                .admin()
                .people()
                .createRule("clinic", "", new Rule.Where.InName("patients/{subject}/"));
        put(ada, "patients/p-1/a");
    }

    @AfterEach
    void end() {
        installation.close();
    }

    private Administration.Issued person(String name, String action) {
        String id = installation.admin().createPrincipal("city", name).id();
        return installation
                .admin()
                .createCredential(id, "city/tests", List.of(action), List.of("*"), Instant.MAX);
    }

    private void put(Administration.Issued who, String name) {
        put(who, "clinic", name);
    }

    private void put(Administration.Issued who, String bucket, String name) {
        assertInstanceOf(
                Stored.Done.class,
                installation.as(who).put(bucket, name, draft(), upstream(BODY), ANY));
    }

    private static void read(GuardedObjects objects) {
        assertEquals(
                BODY.length,
                Installation.bytes(objects.get("clinic", "patients/p-1/a", Optional.empty()))
                        .length);
    }

    private Sealing operator() {
        return installation.guard().sealing(installation.request(installation.guard().operator()));
    }

    private Sealing as(Administration.Issued who) {
        return installation.guard().sealing(installation.request(installation.caller(who)));
    }

    private Sealing.Wanted wanted(String purpose, LocalDate opens) {
        return new Sealing.Wanted(
                holder, purpose, List.of("s3:*"), List.of("*"), Instant.MAX, opens);
    }

    private Administration.Issued covert() {
        Credential asked = operator().ask(wanted("city/fraud", day));
        return as(bo).approve(asked.accessKey());
    }

    private Ledger.Recorded newest() {
        return installation.usesSince("city", 0).getLast();
    }

    private List<Long> own(String who) {
        String code =
                installation.admin().people().issueCode("city", who, Duration.ofMinutes(5)).code();
        return installation
                .guard()
                .people(
                        installation.request(
                                new Caller.Program("system:person", Policy.ADMINISTRATION)))
                .own(code, new Ledger.Span(Instant.EPOCH, Long.MAX_VALUE, 100))
                .orElseThrow()
                .uses()
                .stream()
                .map(GuardedPeople.OwnUse::concern)
                .filter(use -> use.action().startsWith("s3:"))
                .map(Ledger.Concern::index)
                .toList();
    }

    private static void impossible(String part, Runnable act) {
        Administration.Impossible refused = assertThrows(Administration.Impossible.class, act::run);
        assertTrue(String.valueOf(refused.getMessage()).contains(part), refused::getMessage);
    }

    private void untilItOpens() {
        Instant now = installation.time().instant();
        installation.time().advance(Duration.between(now, Seal.opening(day)));
    }

    @Test
    void everyUseIsSealedAndOpensByItself() {
        List<Long> open = own("p-1");
        assertEquals(1, open.size());
        Administration.Issued covert = covert();
        long before = installation.entries("city");
        GuardedObjects objects = installation.as(covert);
        read(objects);
        assertEquals("city/" + Installation.NODE + "/" + newest().number(), objects.use());
        objects.list("clinic", new Listing.Query("patients/p-1/", "", "", "", 9));
        put(covert, "patients/p-1/b");
        assertThrows(
                Refused.class,
                () ->
                        installation
                                .as(covert, "abroad")
                                .head("clinic", "patients/p-1/a", Optional.empty()));
        List<Ledger.Recorded> sealed =
                installation.usesSince("city", before).stream()
                        .filter(use -> use.purpose().equals("city/fraud"))
                        .toList();
        assertEquals(4, sealed.size());
        for (Ledger.Recorded each : sealed) {
            assertEquals(day.toString(), each.sealed());
            assertEquals("(sealed)", each.object());
            assertEquals("(sealed)", each.principal());
        }
        assertEquals(open, own("p-1"), "not a word of it");
        assertTrue(installation.guard().receipt(objects.use()).isPresent());
        untilItOpens();
        installation.reopen();
        assertEquals(5, own("p-1").size());
        assertTrue(
                installation.usesSince("city", before).stream()
                        .filter(use -> use.purpose().equals("city/fraud"))
                        .allMatch(use -> use.object().startsWith("clinic/patients/p-1/")));
        Refused over =
                assertThrows(
                        Refused.class,
                        () ->
                                installation
                                        .as(covert)
                                        .head("clinic", "patients/p-1/a", Optional.empty()));
        assertEquals("credential-expired", over.reason());
    }

    /** They would find uses in their log that they cannot read, under a seal that is not theirs. */
    /** Story: whoever listed uploads was told who had begun one under a seal. */
    @Test
    void nobodyIsToldWhoBeganAnUploadUnderASeal() {
        Administration.Issued covert = covert();
        String id = installation.as(covert).createUpload("clinic", "u", draft()).orElseThrow().id();
        assertInstanceOf(
                Stored.PartDone.class,
                installation.as(covert).putPart("clinic", "u", id, 1, upstream(BODY)));
        GuardedObjects open = installation.as(ada);
        assertTrue(open.createUpload("clinic", "v", draft()).isPresent());
        assertEquals(
                List.of("city", ada.credential().principal()),
                open
                        .uploads("clinic", new Listing.Query("", "", "", "", 10))
                        .orElseThrow()
                        .uploads()
                        .stream()
                        .map(GuardedObjects.UploadShown::initiator)
                        .toList());
        GuardedObjects.Parts parts = open.parts("clinic", "u", id, 0, 10);
        assertEquals("city", assertInstanceOf(GuardedObjects.Parts.Shown.class, parts).initiator());
    }

    @Test
    void noSealedUseStandsInAnotherOrganisationsLog() {
        Administration.Issued water = installation.tenant("water");
        installation.as(water).createBucket("levels", "");
        put(water, "levels", "a");
        assertInstanceOf(
                GuardedSharing.Set.Done.class,
                installation
                        .as(water)
                        .sharing()
                        .putPolicy(
                                "levels",
                                """
                                {"Statement":{"Effect":"Allow","Principal":{"AWS":"city"},\
                                "Action":"s3:*",\
                                "Resource":["arn:aws:s3:::levels","arn:aws:s3:::levels/*"]}}\
                                """));
        Administration.Issued covert = covert();
        Installation.bytes(installation.as(ada).get("levels", "a", Optional.empty()));
        long before = installation.entries("water");
        for (Runnable each :
                List.<Runnable>of(
                        () -> installation.as(covert).get("levels", "a", Optional.empty()),
                        () -> installation.as(covert).head("levels", "none", Optional.empty()),
                        () -> put(covert, "levels", "b"),
                        () ->
                                installation
                                        .as(covert)
                                        .list("levels", new Listing.Query("", "", "", "", 9)))) {
            Refused refused = assertThrows(Refused.class, each::run);
            assertEquals("sealed-elsewhere", refused.reason());
        }
        assertEquals(before, installation.entries("water"));
        assertEquals("sealed-elsewhere", newest().reason());
    }

    @Test
    void oneAsksAndAnotherApprovesAndBothAreOnRecord() {
        Credential asked = as(ada).ask(wanted("city/fraud", day));
        assertEquals(Seal.opening(day), asked.expires());
        assertEquals("sealed:Ask", newest().action());
        assertEquals(ada.credential().principal(), newest().principal());
        impossible("needs two persons", () -> as(ada).approve(asked.accessKey()));
        assertEquals("conflict", newest().outcome());
        Administration.Issued again =
                installation
                        .admin()
                        .createCredential(
                                ada.credential().principal(),
                                "city/tests",
                                List.of("*"),
                                List.of("*"),
                                Instant.MAX);
        impossible("needs two persons", () -> as(again).approve(asked.accessKey()));
        installation.reopen();
        Administration.Issued covert = operator().approve(asked.accessKey());
        assertEquals("admin:ApproveCredential", newest().action());
        assertEquals(40, covert.secret().length());
        assertTrue(
                installation
                        .guard()
                        .identity()
                        .caller(
                                covert.credential().accessKey(),
                                covert.secret().getBytes(StandardCharsets.US_ASCII))
                        .isPresent());
        Credential own = operator().ask(wanted("city/fraud", day));
        impossible("needs two persons", () -> operator().approve(own.accessKey()));
        impossible("there is no credential", () -> operator().approve("NONE"));
    }

    @Test
    void thePublicIsToldOfWhatAndNotOfWhom() {
        Administration.Issued covert = covert();
        installation.admin().withdrawCredential(covert.credential().accessKey());
        for (String kind :
                List.of(
                        "sealed-credential.asked",
                        "sealed-credential.approved",
                        "credential.withdrawn")) {
            String entry = installation.lastPublic("\"" + kind + "\"");
            assertTrue(entry.contains("\"organisation\":\"city\""), entry);
            assertTrue(entry.contains("\"access-key\":"), entry);
            for (String secret :
                    List.of(
                            holder,
                            bo.credential().principal(),
                            covert.credential().accessKey(),
                            day.toString())) {
                assertFalse(entry.contains(secret), entry);
            }
        }
        assertTrue(installation.lastPublic("purpose.created").contains("\"sealed\":\"allowed\""));
        installation.admin().limitSealing(10);
        assertTrue(installation.lastPublic("sealed.max").contains("\"days\":\"10\""));
        assertEquals(10, installation.guard().publicRegister().sealedMax());
        impossible("at most 10 days", () -> operator().ask(wanted("city/fraud", day)));
    }

    @Test
    void whoMayNotAskNorApproveIsRefused() {
        Administration.Issued narrow = person("Di", "s3:*");
        Refused unlisted =
                assertThrows(Refused.class, () -> as(narrow).ask(wanted("city/fraud", day)));
        assertEquals("action-not-listed", unlisted.reason());
        Administration.Issued water = installation.tenant("water");
        Credential asked = operator().ask(wanted("city/fraud", day));
        assertEquals(
                "other-organisation",
                assertThrows(Refused.class, () -> as(water).approve(asked.accessKey())).reason());
        assertEquals(
                "other-organisation",
                assertThrows(Refused.class, () -> as(water).ask(wanted("city/fraud", day)))
                        .reason());
        impossible("does not allow sealed", () -> operator().ask(wanted("city/tests", day)));
        impossible("in the future", () -> operator().ask(wanted("city/fraud", day.minusDays(99))));
        impossible("at most 365", () -> operator().ask(wanted("city/fraud", day.plusYears(1))));
    }

    /** The disk fails between the two acts, and within the second. */
    @Test
    void whatWasCutShortIsAskedForStill() {
        Credential asked = operator().ask(wanted("city/fraud", day));
        installation.keyspace().fenceAfter(0);
        assertThrows(StorageFailure.class, () -> as(bo).approve(asked.accessKey()));
        Caller.Known holds =
                installation.guard().identity().caller(asked.accessKey()).orElseThrow();
        assertEquals(
                "credential-withdrawn",
                installation
                        .policy()
                        .decide(
                                installation.request(holds),
                                "s3:ListAllMyBuckets",
                                new Resource.Own("city"))
                        .reason());
        installation.reopen();
        Administration.Issued covert = as(bo).approve(asked.accessKey());
        impossible("approved already", () -> as(bo).approve(asked.accessKey()));
        read(installation.as(covert));
    }

    @Test
    void aSealedCredentialIsNotRotatedByOne() {
        Administration.Issued covert = covert();
        String accessKey = covert.credential().accessKey();
        impossible("two persons each time", () -> installation.admin().rotateCredential(accessKey));
        read(installation.as(covert));
        installation.admin().withdrawCredential(accessKey);
        assertThrows(
                Refused.class,
                () -> installation.as(covert).head("clinic", "patients/p-1/a", Optional.empty()));
    }

    @Test
    void aCodeDoesNotTellThatThereIsSomething() {
        installation.tenant("water");
        impossible(
                "no record about anybody",
                () ->
                        installation
                                .admin()
                                .people()
                                .issueCode("water", "p-9", Duration.ofMinutes(5)));
        put(covert(), "patients/p-2/a");
        assertEquals(List.of(), own("p-2"), "of whom there are sealed uses alone");
        assertEquals(List.of(), own("p-3"), "of whom there is nothing");
        untilItOpens();
        assertEquals(1, own("p-2").size());
        assertEquals(List.of(), own("p-3"));
    }

    @Test
    void onlyADisclosureOpensItBefore() {
        GuardedObjects objects = installation.as(covert());
        read(objects);
        long index = newest().index();
        String use = objects.use();
        Policy.Explanation.Unexplained unexplained =
                assertInstanceOf(
                        Policy.Explanation.Unexplained.class,
                        installation.admin().explain(use).explanation());
        assertTrue(unexplained.sentence().contains("sealed until " + day), unexplained.sentence());
        LocalDate today = LocalDate.ofInstant(installation.time().instant(), ZoneOffset.UTC);
        GuardedPeople.DisclosedDay whole =
                installation
                        .admin()
                        .people()
                        .discloseDay("city", today, Long.MAX_VALUE, "Court, file 11");
        assertTrue(whole.closed() > 0, "a day's disclosure leaves it closed");
        assertFalse(whole.uses().stream().anyMatch(each -> each.index() == index));
        String log = Ledger.useLog("city", Installation.NODE);
        GuardedPeople.Disclosed file =
                installation
                        .admin()
                        .people()
                        .disclose(log, index, List.of("read", "object"), "Court, file 12");
        assertTrue(file.text().contains("field read "), file.text());
        assertTrue(installation.lastPublic("disclosure.made").contains("\"object read\""));
        untilItOpens();
        assertInstanceOf(
                Policy.Explanation.Explained.class,
                installation.admin().explain(use).explanation());
        installation.admin().people().erase("city", "p-1");
        assertEquals("(erased)", installation.usesSince("city", index).getFirst().object());
        assertEquals(List.of(), own("p-1"), "her key is another one");
    }
}
