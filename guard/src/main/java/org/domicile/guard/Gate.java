package org.domicile.guard;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.domicile.keys.Keys;
import org.domicile.ledger.Ledger;
import org.domicile.objects.Objects;
import org.domicile.policy.Policy;
import org.domicile.policy.Purpose;
import org.domicile.policy.Resource;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Request;

/** The guard that is wired to capabilities. Its only mutable state is the count of permits. */
final class Gate implements Guard {
    private static final Duration FIRST_STEPS = Duration.ofDays(30);

    private final GuardOptions options;
    private final Policy policy;
    private final Keys keys;
    private final Ledger ledger;
    private final Objects objects;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Semaphore permits;
    private final SigningKeys identity;
    private final Vessel vessel;

    Gate(
            GuardOptions options,
            Policy policy,
            Keys keys,
            Ledger ledger,
            Objects objects,
            InstantSource clock,
            SecureRandom random) {
        this.options = options;
        this.policy = policy;
        this.keys = keys;
        this.ledger = ledger;
        this.objects = objects;
        this.clock = clock;
        this.random = random;
        this.permits = new Semaphore(options.permits());
        this.identity = new SigningKeys(policy, options);
        this.vessel = new Vessel(keys, objects, random);
        new Founding(options, policy, keys, ledger, clock.instant()).complete();
        BucketUses.endKeys(objects.buckets(), keys);
    }

    @Override
    public Identity identity() {
        return identity;
    }

    @Override
    public GuardedObjects objects(Request request) {
        return new ObjectsView(uses(request), objects, keys, vessel, random);
    }

    @Override
    public Administration administration(Request request) {
        return new AdministrationView(
                uses(request), policy, keys, ledger, objects.buckets(), random);
    }

    @Override
    public void stranger(String action, String reason) {
        ledger.countStranger(action, reason);
    }

    @Override
    public Caller.Known operator() {
        return new Caller.Known(
                Policy.INSTALLATION, Founding.OPERATOR, "operator", Policy.ADMINISTRATION);
    }

    @Override
    public Optional<Administration.Issued> firstSteps() {
        if (policy.register().organisations().size() > 1) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        Request request =
                new Request(
                        "first-steps",
                        operator(),
                        "program",
                        options.dataZone(),
                        "",
                        now,
                        now.plus(Duration.ofMinutes(1)),
                        Optional.empty());
        Administration administration = administration(request);
        administration.createOrganisation("main", options.dataZone());
        Purpose purpose =
                administration.createPurpose(
                        new Purpose(
                                "main",
                                "first-steps",
                                "Trying Domicile out with data that concern nobody.",
                                "whoever started this installation",
                                "trying out; register a purpose of your own for real data",
                                List.of(options.dataZone()),
                                now,
                                now.plus(FIRST_STEPS),
                                false));
        String principal = administration.createPrincipal("main", "first").id();
        return Optional.of(
                administration.createCredential(
                        principal, purpose.id(), List.of("*"), List.of("*"), Instant.MAX));
    }

    @Override
    public void upkeep(String action, LongSupplier work) {
        Instant now = clock.instant();
        Request request =
                new Request(
                        action,
                        new Caller.Program("system:upkeep", Policy.UPKEEP),
                        "program",
                        options.dataZone(),
                        "",
                        now,
                        Instant.MAX,
                        Optional.empty());
        // A permit of its own: work that was done must not go unrecorded because clients are many.
        Uses uses = new Uses(policy, ledger, options, new Semaphore(1), request);
        uses.check(action, new Resource.Installation(), "");
        long handled;
        try {
            handled = work.getAsLong();
        } catch (RuntimeException e) {
            try {
                uses.admit(action, new Resource.Installation(), "").close();
            } catch (RuntimeException unrecorded) {
                e.addSuppressed(unrecorded);
            }
            throw e;
        }
        if (handled > 0) {
            try (Admitted use = uses.admit(action, new Resource.Installation(), "")) {
                use.record(Outcome.DONE, handled);
            }
        }
    }

    private Uses uses(Request request) {
        return new Uses(policy, ledger, options, permits, request);
    }
}
