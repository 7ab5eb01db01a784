package org.domicile.guard;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.domicile.keys.Keys;
import org.domicile.ledger.Ledger;
import org.domicile.objects.Objects;
import org.domicile.policy.Policy;
import org.domicile.policy.Resource;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Request;

/** The guard that is wired to capabilities. Its only mutable state is the count of permits. */
final class Gate implements Guard {
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
        this.identity = new SigningKeys(policy, options, keys.vault(), random);
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
    public GuardedLogs logs(Request request) {
        return new LogsView(uses(request), ledger);
    }

    @Override
    public PublicRegister publicRegister() {
        return new PublicRegisterView(policy, ledger);
    }

    @Override
    public Administration administration(Request request) {
        return new AdministrationView(
                uses(request),
                policy,
                keys,
                ledger,
                objects.buckets(),
                new Labelling(policy, objects, vessel),
                random);
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
    public Optional<Administration.Issued> firstSteps(String kept) {
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
        return new FirstSteps(administration(request), policy, options.dataZone(), now)
                .complete(kept);
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
