package org.domicile.guard;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.Statement;
import org.domicile.ledger.Use;
import org.domicile.objects.Bucket;
import org.domicile.policy.Credential;
import org.domicile.policy.Decision;
import org.domicile.policy.Marks;
import org.domicile.policy.Policy;
import org.domicile.policy.Principal;
import org.domicile.policy.Register;
import org.domicile.policy.Resource;
import org.domicile.policy.Seal;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Request;

/** The uses of one request: decides, numbers, records refusals. Owned by the request's thread. */
final class Uses {
    private final Policy policy;
    private final Ledger ledger;
    private final GuardOptions options;
    private final Semaphore permits;
    private final Request request;
    private final Concerned concerned;
    private String last = "";

    Uses(
            Policy policy,
            Ledger ledger,
            GuardOptions options,
            Semaphore permits,
            Request request,
            Concerned concerned) {
        this.policy = policy;
        this.ledger = ledger;
        this.options = options;
        this.permits = permits;
        this.request = request;
        this.concerned = concerned;
    }

    Request request() {
        return request;
    }

    Policy policy() {
        return policy;
    }

    Instant at() {
        return request.at();
    }

    String dataZone() {
        return options.dataZone();
    }

    /** The last use as organisation/node/number; empty when there is none. */
    String last() {
        return last;
    }

    /**
     * The organisation of the caller; that of the installation for the program and for strangers.
     */
    String organisation() {
        return request.caller() instanceof Caller.Known known
                ? known.organisation()
                : Policy.INSTALLATION;
    }

    /**
     * A resource in a bucket, or in one that does not exist: then judged as if it were the caller's
     * own.
     */
    Resource.Data data(Optional<Bucket> bucket, String bucketName, String name) {
        return new Resource.Data(
                bucket.map(Bucket::organisation).orElseGet(this::organisation),
                bucketName,
                name,
                bucket.map(Bucket::zones).orElseGet(() -> List.of(options.dataZone())),
                options.dataZone());
    }

    /** What a listing of a prefix could show: all labels of what begins so hold together. */
    Resource listing(Optional<Bucket> bucket, String bucketName, String prefix) {
        Resource.Data data = data(bucket, bucketName, "");
        return data.carrying(policy.register().marksBelow(data.organisation(), bucketName, prefix));
    }

    /** What the labels on the way to a name say. */
    Marks labels(Optional<Bucket> bucket, String bucketName, String name) {
        Resource.Data data = data(bucket, bucketName, name);
        return policy.register().marks(data.organisation(), bucketName, name);
    }

    /** Asks policy about something that changes how a use is carried out; nothing is recorded. */
    boolean allows(String action, Resource resource) {
        return policy.decide(request, action, resource).effect() == Decision.Effect.ALLOW;
    }

    /** Asks policy; a refusal is recorded and thrown. */
    Decision check(String action, Resource resource, String object) {
        return check(action, resource, object, request.zone());
    }

    private Decision check(String action, Resource resource, String object, String going) {
        Request judged = going.equals(request.zone()) ? request : toward(going);
        Decision decision = policy.decide(judged, action, resource);
        if (decision.effect() == Decision.Effect.REFUSE) {
            refused(action, decision, object, resource, going);
            throw new Refused(
                    decision.reason(), Sentences.of(decision.reason(), action, purpose()), last);
        }
        return decision;
    }

    /** The request as policy sees it when the data do not go to the client. */
    private Request toward(String zone) {
        return new Request(
                request.id(),
                request.caller(),
                request.door(),
                zone,
                request.address(),
                request.at(),
                request.deadline(),
                request.pending());
    }

    /**
     * Lets a use of data or of the organisation's own things through, or throws {@link Refused}.
     */
    Admitted admit(String action, Resource resource, String object) {
        return admitTo(action, resource, object, request.zone(), organisation(), List.of());
    }

    /** What the program does to an organisation's data, in the organisation's own use log. */
    Admitted admitFor(String log, String action, Resource resource, String object) {
        return admitTo(action, resource, object, request.zone(), log, List.of());
    }

    /** The same, with what it says in public. */
    Admitted admit(String action, Resource resource, String object, List<Statement> statements) {
        return admitTo(action, resource, object, request.zone(), organisation(), statements);
    }

    /** A read whose bytes go to another zone than the client's: the source of a copy. */
    Admitted admitToward(String zone, String action, Resource resource, String object) {
        return admitTo(action, resource, object, zone, organisation(), List.of());
    }

    /**
     * An operator's act, in the use log of the organisation concerned, with what it says in public.
     */
    Admitted administer(
            String organisation, String action, String object, List<Statement> statements) {
        return admitTo(
                action,
                new Resource.Installation(),
                object,
                request.zone(),
                organisation,
                statements);
    }

    /** The program's or an operator's act about people, in an organisation's use log. */
    Admitted administerAbout(String organisation, String action, List<KeyId> people) {
        return admitTo(
                action,
                new Resource.Installation(),
                "",
                request.zone(),
                organisation,
                List.of(),
                () -> people);
    }

    private Admitted admitTo(
            String action,
            Resource resource,
            String object,
            String going,
            String log,
            List<Statement> statements) {
        return admitTo(
                action,
                resource,
                object,
                going,
                log,
                statements,
                () -> concerned.by(resource, object));
    }

    private Admitted admitTo(
            String action,
            Resource resource,
            String object,
            String going,
            String log,
            List<Statement> statements,
            Supplier<List<KeyId>> about) {
        if (!permits.tryAcquire()) {
            throw new StorageFailure(
                    StorageFailure.Kind.OVERLOADED,
                    "too many requests are under way; try again in a moment");
        }
        boolean admitted = false;
        try {
            Decision decision = check(action, resource, object, going);
            // Before the number: a key that cannot be born leaves no number behind.
            List<KeyId> people = about.get();
            long number = ledger.number(log);
            last = log + "/" + options.node() + "/" + number;
            Use use =
                    use(
                            log,
                            number,
                            action,
                            Use.Verdict.ALLOWED,
                            decision,
                            resource,
                            going,
                            people,
                            object,
                            statements);
            admitted = true;
            return new Admitted(ledger, permits, request, use, again(use, resource, going));
        } finally {
            if (!admitted) {
                permits.release();
            }
        }
    }

    private Admitted.Again again(Use use, Resource resource, String going) {
        return new Admitted.Again() {
            @Override
            public Optional<Admitted.Reversal> using(Marks carried) {
                Request judged = going.equals(request.zone()) ? request : toward(going);
                Decision decision =
                        policy.decide(judged, use.action(), carrying(resource, carried));
                return decision.effect() == Decision.Effect.REFUSE
                        ? Optional.of(reversal(use, resource, going, decision))
                        : Optional.empty();
            }

            @Override
            public Optional<Admitted.Reversal> storing(Marks carried) {
                Register register = policy.register();
                boolean kept =
                        carried.fits()
                                && register.broken(place(register, resource), carried).isEmpty();
                return kept
                        ? Optional.empty()
                        : Optional.of(
                                reversal(use, resource, going, unasked(Sentences.LABEL_NOT_KEPT)));
            }
        };
    }

    private static Resource carrying(Resource resource, Marks marks) {
        return switch (resource) {
            case Resource.Data data -> data.carrying(data.carried().and(marks));
            case Resource.Own own -> own;
            case Resource.Assumed role -> role;
            case Resource.Installation installation -> installation;
        };
    }

    private static Marks place(Register register, Resource resource) {
        return switch (resource) {
            case Resource.Data data ->
                    register.marks(data.organisation(), data.bucket(), data.name());
            case Resource.Own own -> Marks.NONE;
            case Resource.Assumed role -> Marks.NONE;
            case Resource.Installation installation -> Marks.NONE;
        };
    }

    private Admitted.Reversal reversal(
            Use use, Resource resource, String going, Decision decision) {
        Use refused =
                use(
                        use.organisation(),
                        use.number(),
                        use.action(),
                        Use.Verdict.REFUSED,
                        decision,
                        resource,
                        going,
                        use.subjects(),
                        use.object(),
                        List.of());
        return new Admitted.Reversal(
                refused,
                new Refused(
                        decision.reason(),
                        Sentences.of(decision.reason(), use.action(), purpose()),
                        use.organisation() + "/" + options.node() + "/" + use.number()));
    }

    /** Records (or counts) a refusal of the door's own, which says it to the client itself. */
    void refused(String action, String reason, String object) {
        refused(action, unasked(reason), object, new Resource.Own(organisation()), request.zone());
    }

    /** A refusal that policy was not asked about. */
    private Decision unasked(String reason) {
        return new Decision(
                Decision.Effect.REFUSE, reason, policy.standing(request.caller()), List.of(), "");
    }

    private void refused(
            String action, Decision decision, String object, Resource resource, String going) {
        last = "";
        switch (request.caller()) {
            case Caller.Anonymous anonymous -> ledger.countStranger(action, decision.reason());
            case Caller.Known known ->
                    refused(known.organisation(), action, decision, object, resource, going);
            case Caller.Program program ->
                    refused(Policy.INSTALLATION, action, decision, object, resource, going);
        }
    }

    private void refused(
            String organisation,
            String action,
            Decision decision,
            String object,
            Resource resource,
            String going) {
        List<KeyId> people = concerned.knownBy(resource, object);
        LongFunction<Use> numbered =
                each ->
                        use(
                                organisation,
                                each,
                                action,
                                Use.Verdict.REFUSED,
                                decision,
                                resource,
                                going,
                                people,
                                object,
                                List.of());
        if (ledger.countRepeated(numbered.apply(0))) {
            return;
        }
        long number = ledger.number(organisation);
        try {
            ledger.record(numbered.apply(number), Outcome.DONE, 0);
        } catch (StorageFailure | Keys.KeyGone e) {
            ledger.abandon(organisation, number);
            throw e;
        }
        last = organisation + "/" + options.node() + "/" + number;
    }

    private Use use(
            String log,
            long number,
            String action,
            Use.Verdict verdict,
            Decision decision,
            Resource resource,
            String going,
            List<KeyId> people,
            String object,
            List<Statement> statements) {
        String dataZone = resource instanceof Resource.Data data ? data.dataZone() : "";
        return new Use(
                log,
                number,
                request.at(),
                action,
                verdict,
                decision.reason(),
                purpose(),
                dataZone,
                going,
                decision.policy(),
                request.caller(),
                subject(),
                people,
                object,
                request.address(),
                decision.read(),
                statements,
                sealed());
    }

    /**
     * Until when what the caller does is sealed, a day; empty for most. A credential's seal never
     * changes, so all entries of one use say the same.
     */
    private String sealed() {
        Credential credential =
                request.caller() instanceof Caller.Known known
                        ? policy.register().credentials().get(known.credential())
                        : null;
        if (credential == null) {
            return "";
        }
        return switch (credential.seal()) {
            case Seal.None() -> "";
            case Seal.Asked(LocalDate opens, String _) -> opens.toString();
            case Seal.Approved(LocalDate opens, String _, String _) -> opens.toString();
        };
    }

    private String purpose() {
        return switch (request.caller()) {
            case Caller.Anonymous anonymous -> "";
            case Caller.Known known -> known.purpose();
            case Caller.Program program -> program.purpose();
        };
    }

    private KeyId subject() {
        if (request.caller() instanceof Caller.Known(_, _, _, _, Caller.By.Session session)) {
            return new KeyId(KeyId.Kind.SUBJECT, session.subject());
        }
        String principal =
                switch (request.caller()) {
                    case Caller.Known known -> known.principal();
                    case Caller.Anonymous anonymous -> Founding.SYSTEM;
                    case Caller.Program program -> Founding.SYSTEM;
                };
        Principal found = policy.register().principals().get(principal);
        if (found == null) {
            throw new IllegalStateException("the register has no principal " + principal);
        }
        return new KeyId(KeyId.Kind.SUBJECT, found.subject());
    }
}
