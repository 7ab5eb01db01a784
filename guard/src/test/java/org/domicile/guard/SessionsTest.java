package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.domicile.people.People;
import org.domicile.policy.Decision;
import org.domicile.policy.Permissions;
import org.domicile.policy.Policy;
import org.domicile.policy.Role;
import org.domicile.policy.SessionPolicy;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a session is behind the doors: over a restart, an erasure, and under an auditor's eye. */
@Timeout(60)
class SessionsTest {
    private static final String EVERYTHING =
            "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}}";
    private static final String LISTING =
            "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:ListAllMyBuckets\",\"Resource\":\"*\"}}";

    @TempDir Path folder;
    private Installation installation;
    private Caller.Known asking;

    @BeforeEach
    void start() {
        installation = Installation.inMemory(folder);
        asking = caller(installation.guard().firstSteps().orElseThrow());
        createRole();
    }

    private void createRole() {
        administration()
                .createRole(
                        new Role(
                                "main",
                                "lister",
                                "",
                                asking.purpose(),
                                List.of(asking.principal()),
                                "",
                                List.of(),
                                List.of(),
                                new Permissions(Permissions.Language.IAM, EVERYTHING),
                                Duration.ofHours(12),
                                Instant.EPOCH,
                                false));
    }

    @AfterEach
    void end() {
        installation.close();
    }

    private Caller.Known caller(Administration.Issued issued) {
        return installation
                .guard()
                .identity()
                .caller(issued.credential().accessKey())
                .orElseThrow();
    }

    private Request request(Caller caller) {
        Instant now = Instant.now();
        return new Request(
                "r",
                caller,
                "s3",
                Installation.HOME,
                "127.0.0.1",
                now,
                now.plusSeconds(60),
                Optional.empty());
    }

    private Administration administration() {
        return installation.guard().administration(request(installation.guard().operator()));
    }

    private GuardedSessions.Issued assume(String narrowing) {
        return assume(installation.guard(), narrowing);
    }

    private GuardedSessions.Issued assume(Guard guard, String narrowing) {
        return guard.sessions(request(asking))
                .assume(
                        new GuardedSessions.Wanted(
                                "main",
                                "lister",
                                "tester",
                                Duration.ZERO,
                                new SessionPolicy(narrowing)));
    }

    private Optional<Identity.Session> shown(GuardedSessions.Issued issued) {
        return installation.guard().identity().session(issued.accessKey(), issued.token());
    }

    private String list(Caller caller) {
        GuardedObjects objects = installation.guard().objects(request(caller));
        objects.buckets();
        return objects.use();
    }

    @Test
    void aSessionOutlivesARestartWithItsPolicy() {
        GuardedSessions.Issued issued = assume(LISTING);
        Caller.Known before = shown(issued).orElseThrow().caller();
        installation.stop();
        installation.restart();
        Caller.Known after = shown(issued).orElseThrow().caller();
        assertEquals(before, after);
        list(after);
        Refused refused =
                assertThrows(
                        Refused.class,
                        () ->
                                installation
                                        .guard()
                                        .objects(request(after))
                                        .createBucket("new-one", ""));
        assertEquals("session-not-permitted", refused.reason());
    }

    /** Story: removed and made anew between the decision and the session, which had the new one. */
    @Test
    void aRoleOfTheSameNameIsAnotherRole() {
        Guard guard =
                guardAfter(
                        "sts:AssumeRole",
                        () -> {
                            administration().removeRole("main/lister");
                            createRole();
                        });
        GuardedSessions.Declined declined =
                assertThrows(GuardedSessions.Declined.class, () -> assume(guard, LISTING));
        assertEquals(GuardedSessions.Declined.Kind.DENIED, declined.kind());
        assume(guard, LISTING);
    }

    /** A guard before the same things, where something happens once, right after a decision. */
    private Guard guardAfter(String action, Runnable act) {
        AtomicReference<Runnable> once = new AtomicReference<>(act);
        Object policy =
                Proxy.newProxyInstance(
                        Policy.class.getClassLoader(),
                        new Class<?>[] {Policy.class},
                        (_, method, arguments) -> {
                            Object answer = method.invoke(installation.policy(), arguments);
                            if (answer instanceof Decision && action.equals(arguments[1])) {
                                once.getAndSet(() -> {}).run();
                            }
                            return answer;
                        });
        return Guard.open(
                Installation.defaults(),
                (Policy) policy,
                installation.keys(),
                installation.ledger(),
                installation.objects(),
                People.open(installation.keyspace(), installation.keys().vault()),
                installation.time(),
                new SecureRandom());
    }

    @Test
    void whatASessionDidIsExplainedFromTheRecord() {
        GuardedSessions.Issued issued = assume(LISTING);
        String use = list(shown(issued).orElseThrow().caller());
        administration().removeRole("main/lister");
        installation.stop();
        installation.restart();
        Administration.Explained explained = administration().explain(use);
        Policy.Explanation.Explained made = (Policy.Explanation.Explained) explained.explanation();
        assertEquals("allowed", made.decided().reason());
        assertEquals(2, made.bounds().size());
        assertEquals(
                List.of("role", "session"),
                made.bounds().stream().map(Policy.Explanation.Within::name).toList());
    }

    @Test
    void whoWasErasedHasNoSession() {
        String principal = administration().createPrincipal("main", "Ben").id();
        Administration.Issued ben =
                administration()
                        .createCredential(
                                principal,
                                asking.purpose(),
                                List.of("*"),
                                List.of("*"),
                                Instant.MAX);
        GuardedSessions.Issued issued =
                installation.guard().sessions(request(caller(ben))).token(Duration.ZERO);
        assertTrue(shown(issued).isPresent());
        administration().withdrawCredential(ben.credential().accessKey());
        administration().people().erasePrincipal("main", "Ben");
        assertTrue(shown(issued).isEmpty());
    }

    @Test
    void aSessionNeverOutlivesWhatItHangsOn() {
        Instant soon = Instant.now().plus(Duration.ofMinutes(20));
        Administration.Issued brief =
                administration()
                        .createCredential(
                                asking.principal(),
                                asking.purpose(),
                                List.of("*"),
                                List.of("*"),
                                soon);
        GuardedSessions.Issued issued =
                installation.guard().sessions(request(caller(brief))).token(Duration.ofHours(36));
        assertTrue(!issued.expires().isAfter(soon), issued.expires().toString());
    }

    /** Whatever stands for a token opens to nothing, and nothing is thrown. */
    @Test
    void noTextBreaksTheTokens() {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        Random random = new Random(seed);
        GuardedSessions.Issued issued = assume("");
        Identity identity = installation.guard().identity();
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? issued.token() : "");
            for (int n = random.nextInt(8); n >= 0; n--) {
                int at = text.isEmpty() ? 0 : random.nextInt(text.length());
                if (random.nextBoolean() && !text.isEmpty()) {
                    text.deleteCharAt(at);
                } else {
                    text.insert(at, (char) random.nextInt(random.nextInt(10) == 0 ? 0x3000 : 0x80));
                }
            }
            String token = text.toString();
            if (!token.equals(issued.token())) {
                assertTrue(
                        identity.session(issued.accessKey(), token).isEmpty(),
                        () -> "seed " + seed + ": " + token);
            }
        }
    }
}
