package org.domicile.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.policy.Acl.Grant;
import org.domicile.policy.Acl.Grantee;
import org.domicile.policy.Acl.Permission;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.junit.jupiter.api.Test;

/**
 * Every caller, bucket policy, ACL, owner, ownership and public access block of a small world, each
 * decided and compared with what S3's pages say, written down here a second time without Cedar.
 */
class SharingTest {
    private static final String BUCKET = "b";

    /** Who comes. @param organisation empty for strangers */
    private record Who(String name, Caller caller, String organisation) {}

    private static final List<Who> CALLERS =
            List.of(
                    new Who("own", SmallWorld.known("valid", "all", "valid"), "city"),
                    new Who("own-expired", SmallWorld.known("expired", "all", "valid"), "city"),
                    new Who(
                            "other",
                            new Caller.Known("water", "eve", "other", "water/flow"),
                            "water"),
                    new Who("stranger", new Caller.Anonymous(), ""));

    /** A bucket's policy. @param allows whom: "", "*" or an organisation @param denies likewise */
    private record Said(String allows, String denies) {}

    private static final List<Said> POLICIES =
            List.of(
                    new Said("", ""),
                    new Said("*", ""),
                    new Said("water", ""),
                    new Said("*", "water"),
                    new Said("water", "*"),
                    new Said("", "city"));

    private static final List<Acl> ACLS =
            List.of(
                    Acl.NONE,
                    granting("city", new Grantee.Everybody()),
                    granting("city", new Grantee.Signing()),
                    granting("city", new Grantee.Organisation("water")),
                    granting("city", new Grantee.Logs()));

    private static Acl granting(String owner, Grantee grantee) {
        List<Grant> grants = new ArrayList<>(Acl.ownedBy(owner).grants());
        grants.add(new Grant(grantee, Permission.READ));
        return new Acl(owner, grants);
    }

    private static final List<PublicAccess> BLOCKS =
            List.of(
                    PublicAccess.OPEN,
                    new PublicAccess(true, false, true, false),
                    new PublicAccess(false, true, false, false),
                    new PublicAccess(false, false, false, true));

    /** One situation. @param purpose whether strangers have one @param object its list */
    private record Case(
            Who who,
            Said policy,
            Ownership ownership,
            Acl bucket,
            Acl object,
            PublicAccess block,
            boolean purpose,
            String action) {}

    private static Deciding world() {
        Register small = SmallWorld.register();
        Map<String, Credential> credentials = new HashMap<>(small.credentials());
        credentials.put(
                "other",
                new Credential(
                        "other",
                        "eve",
                        "water",
                        "water/flow",
                        List.of("*"),
                        List.of("*"),
                        SmallWorld.NOW,
                        SmallWorld.NOW.plusSeconds(60),
                        false));
        Map<String, Purpose> purposes = new HashMap<>(small.purposes());
        for (String id : List.of("water/flow", "city/open")) {
            int slash = id.indexOf('/');
            purposes.put(
                    id,
                    new Purpose(
                            id.substring(0, slash),
                            id.substring(slash + 1),
                            "t",
                            "o",
                            "b",
                            List.of("de"),
                            SmallWorld.NOW,
                            SmallWorld.NOW.plusSeconds(60),
                            false));
        }
        return Deciding.of(
                new Register(
                        small.digest(),
                        small.organisations(),
                        small.zones(),
                        purposes,
                        small.principals(),
                        credentials,
                        small.policies(),
                        small.labels()),
                SmallWorld.NO_BOUNDS);
    }

    private static final Map<Said, BucketPolicy> COMPILED = new HashMap<>();

    private static Sharing sharing(Case each) {
        Sharing sharing = Sharing.of(each.ownership(), each.bucket(), each.block());
        boolean silent = each.policy().equals(new Said("", ""));
        return silent
                ? sharing
                : sharing.under(COMPILED.computeIfAbsent(each.policy(), SharingTest::compiled));
    }

    private static BucketPolicy compiled(Said said) {
        List<String> statements = new ArrayList<>();
        statement(statements, "Allow", said.allows());
        statement(statements, "Deny", said.denies());
        try {
            return BucketPolicy.of(
                    BUCKET, "{\"Statement\":[" + String.join(",", statements) + "]}");
        } catch (BucketPolicy.Malformed e) {
            throw new AssertionError(e);
        }
    }

    private static void statement(List<String> statements, String effect, String whom) {
        if (!whom.isEmpty()) {
            statements.add(
                    """
                    {"Effect":"%s","Principal":{"AWS":"%s"},"Action":"s3:*",\
                    "Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]}\
                    """
                            .formatted(effect, whom));
        }
    }

    // ---- the reference: S3's rules in plain words --------------------------------------------

    private static boolean named(String whom, Who who) {
        return whom.equals("*") || !whom.isEmpty() && whom.equals(who.organisation());
    }

    private static boolean granted(Acl acl, Who who, PublicAccess block, Permission wanted) {
        return acl.grants().stream()
                .filter(each ->
                        each.permission() == wanted || each.permission() == Permission.FULL_CONTROL)
                .map(Grant::grantee)
                .anyMatch(grantee ->
                        switch (grantee) {
                            case Grantee.Everybody _ -> !block.ignoreAcls();
                            case Grantee.Signing _ ->
                                    !block.ignoreAcls() && !who.organisation().isEmpty();
                            case Grantee.Organisation(String name) ->
                                    name.equals(who.organisation());
                            case Grantee.Logs _ -> false;
                        });
    }

    private static boolean allowed(Case each) {
        Who who = each.who();
        boolean own = who.organisation().equals("city");
        boolean acls = each.ownership() != Ownership.ENFORCED;
        boolean list = each.action().equals("s3:ListBucket");
        boolean foreign = acls && !list && each.object().owner().equals("water");
        boolean mending = each.action().equals("s3:DeleteBucketPolicy");
        if (named(each.policy().denies(), who) && !(own && mending)) {
            return false;
        }
        boolean isPublic = each.policy().allows().equals("*");
        boolean byPolicy =
                named(each.policy().allows(), who)
                        && !(isPublic && each.block().restrict() && !own)
                        && !foreign;
        boolean byList =
                acls
                        && !mending
                        && granted(
                                list ? each.bucket() : each.object(),
                                who,
                                each.block(),
                                Permission.READ);
        boolean in = own && !foreign || byPolicy || byList;
        boolean purpose =
                !who.name().equals("own-expired")
                        && (!who.organisation().isEmpty() || each.purpose());
        return in && purpose;
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        List<Acl> objects = new ArrayList<>(ACLS);
        objects.add(Acl.ownedBy("water"));
        objects.add(granting("water", new Grantee.Organisation("city")));
        for (Who who : CALLERS) {
            for (Said policy : POLICIES) {
                for (Ownership ownership : Ownership.values()) {
                    for (PublicAccess block : BLOCKS) {
                        for (boolean purpose : List.of(true, false)) {
                            for (Acl bucket : ACLS) {
                                for (String action :
                                        List.of("s3:ListBucket", "s3:DeleteBucketPolicy")) {
                                    cases.add(
                                            new Case(
                                                    who, policy, ownership, bucket, Acl.NONE, block,
                                                    purpose, action));
                                }
                            }
                            for (Acl object : objects) {
                                cases.add(
                                        new Case(
                                                who,
                                                policy,
                                                ownership,
                                                Acl.NONE,
                                                object,
                                                block,
                                                purpose,
                                                "s3:GetObject"));
                            }
                        }
                    }
                }
            }
        }
        return cases;
    }

    private static Resource.Data data(Case each) {
        return new Resource.Data(
                        "city",
                        BUCKET,
                        each.action().equals("s3:GetObject") ? "n" : "",
                        List.of("de"),
                        "home")
                .shared(
                        new Access(
                                sharing(each),
                                Facts.NONE,
                                each.object(),
                                Map.of(),
                                each.purpose() ? "city/open" : ""));
    }

    @Test
    void sharingLetsInWhomS3SaysAndNobodyWithoutAPurpose() {
        Deciding deciding = world();
        List<Case> cases = cases();
        assertTrue(cases.size() > 9_000, () -> "only " + cases.size());
        int allowed = 0;
        for (Case each : cases) {
            Resource.Data data = data(each);
            Request request = SmallWorld.request(each.who().caller(), "home");
            Decision decision = deciding.decide(request, each.action(), data);
            boolean is = decision.effect() == Decision.Effect.ALLOW;
            assertEquals(allowed(each), is, () -> each + " → " + decision);
            allowed += is ? 1 : 0;
            if (each.purpose()) {
                Request away = SmallWorld.request(each.who().caller(), "us");
                assertEquals(
                        Decision.Effect.REFUSE,
                        deciding.decide(away, each.action(), data).effect(),
                        () -> "out of the zones: " + each);
            }
        }
        assertTrue(allowed > 1_000, "only " + allowed + " were allowed at all");
    }

    /** What a label of the place, or one that the data bring along, prohibits stays prohibited. */
    @Test
    void labelsStandAboveWhatIsShared() {
        Deciding deciding = world();
        Marks marks = new Marks(List.of(), List.of("city/open", "water/flow"), List.of());
        for (Who who : CALLERS.subList(2, CALLERS.size())) {
            Case open =
                    new Case(
                            who,
                            POLICIES.get(1),
                            Ownership.ENFORCED,
                            Acl.NONE,
                            Acl.NONE,
                            PublicAccess.OPEN,
                            true,
                            "s3:GetObject");
            Request request = SmallWorld.request(who.caller(), "home");
            Decision without = deciding.decide(request, open.action(), data(open));
            assertEquals("allowed", without.reason());
            Decision with = deciding.decide(request, open.action(), data(open).carrying(marks));
            assertEquals("purpose-prohibited", with.reason());
        }
    }

    @Test
    void anAclIsReadAsItWasWritten() {
        for (Acl each : ACLS) {
            assertEquals(each, Acl.of(each.text()));
        }
        assertEquals(Optional.of(Ownership.WRITER), Ownership.of("ObjectWriter"));
        for (PublicAccess each : BLOCKS) {
            assertEquals(each, PublicAccess.of(each.text()));
        }
    }
}
