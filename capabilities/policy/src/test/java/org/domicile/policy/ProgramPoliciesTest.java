package org.domicile.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.domicile.cedar.Entities;
import org.domicile.cedar.Schema;
import org.domicile.cedar.Validator;
import org.domicile.request.Caller;
import org.junit.jupiter.api.Test;

/** The files of the program's policies are what the page says of them. */
class ProgramPoliciesTest {
    private static final List<String> PERMITS =
            List.of(
                    "credential",
                    "operator",
                    "program",
                    "public",
                    "lifecycle",
                    "compaction",
                    "tabling",
                    "watching",
                    "statistics",
                    "notification");

    @Test
    void theyValidateWithoutAFinding() throws Exception {
        Validator.Findings findings =
                Validator.validate(ProgramPolicies.SET.policies(), Schema.parse(Policy.schema()));
        assertEquals(List.of(), findings.errors());
        assertEquals(List.of(), findings.warnings());
    }

    @Test
    void theirOrderIsTheOrderOfThePage() throws IOException {
        String page =
                Files.readString(Path.of("src/main/java/org/domicile/policy/package-info.java"));
        List<String> forbids = new ArrayList<>();
        int last = 0;
        for (String id : ProgramPolicies.SET.texts().keySet()) {
            if (!PERMITS.contains(id)) {
                int at = page.indexOf("{@code " + id + "}");
                assertTrue(at > last, id + " does not stand in the page, or out of order");
                last = at;
                forbids.add(id);
            }
        }
        assertEquals(19, forbids.size());
    }

    /** What an auditor's engine checks too: entities and requests are as the schema says. */
    @Test
    void whatDecisionsReadConformsToTheSchema() throws Exception {
        Deciding deciding = Deciding.of(SmallWorld.register(), SmallWorld.NO_BOUNDS);
        Resource.Data object =
                new Resource.Data("city", "logs-1", "a/ü", List.of("home", "de"), "home");
        Resource.Data bucket = new Resource.Data("city", "b", "", List.of(), "home");
        record Asked(Caller caller, String action, Resource resource) {}
        for (Asked each :
                List.of(
                        new Asked(
                                SmallWorld.known("valid", "all", "expired"),
                                "s3:GetObject",
                                object),
                        new Asked(
                                SmallWorld.known("absent", "get", "valid"),
                                "s3:ListBucket",
                                bucket),
                        new Asked(
                                new Caller.Known("city", "ada", "UNKNOWN", "city/none"),
                                "s3:ListAllMyBuckets",
                                new Resource.Own("city")),
                        new Asked(
                                SmallWorld.known("valid", "all", "valid"),
                                "s3:GetObject",
                                object.carrying(
                                        new Marks(
                                                List.of("health"),
                                                List.of("city/x"),
                                                List.of(List.of("public-service"))))),
                        new Asked(
                                SmallWorld.known("valid", "all", "valid"),
                                "s3:ListBucket",
                                bucket.carrying(
                                        new Marks(List.of(), List.of(), List.of(List.of())))),
                        new Asked(
                                new Caller.Program("system:notification", "city/valid"),
                                "notification:Deliver",
                                object),
                        new Asked(new Caller.Anonymous(), "s3:PutObject", object),
                        new Asked(
                                new Caller.Known(
                                        Policy.INSTALLATION,
                                        "op",
                                        "operator",
                                        Policy.ADMINISTRATION),
                                "admin:PutPolicy",
                                new Resource.Installation()),
                        new Asked(
                                new Caller.Program("system:upkeep", Policy.UPKEEP),
                                "upkeep:Verify",
                                new Resource.Installation()),
                        new Asked(
                                new Caller.Program("system:lifecycle", Policy.LIFECYCLE),
                                "lifecycle:ExpireObject",
                                object),
                        new Asked(
                                new Caller.Program("system:upkeep", Policy.UPKEEP),
                                "statistics:Set",
                                new Resource.Data(
                                                "city",
                                                "tables-1",
                                                "0123456789abcdef0123/",
                                                List.of("home"),
                                                "home")
                                        .reserved()),
                        new Asked(
                                new Caller.Program("system:upkeep", Policy.UPKEEP),
                                "compaction:Rewrite",
                                new Resource.Data(
                                                "city",
                                                "tables-1",
                                                "0123456789abcdef0123/",
                                                List.of("home"),
                                                "home")
                                        .reserved()))) {
            for (String address : List.of("192.0.2.1", "0:0:0:0:0:0:0:1", "fe80::1%eth0", "")) {
                Deciding.Question question =
                        deciding.question(
                                SmallWorld.request(each.caller(), "home", address),
                                each.action(),
                                each.resource());
                ProgramPolicies.SCHEMA.check(question.request());
                List<org.domicile.cedar.EntityUid> from = new ArrayList<>();
                from.addAll(question.set().policies().mentioned());
                from.add(question.request().principal());
                from.add(question.request().resource());
                var read = question.entities().reachable(from);
                Entities.conforming(read, ProgramPolicies.SCHEMA);
                assertTrue(read.size() >= 2, read::toString);
                assertEquals(
                        !address.isEmpty(),
                        question.request().context().values().containsKey("address"));
            }
        }
    }
}
