package org.domicile.guard;

import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.Statement;
import org.domicile.ledger.Use;
import org.domicile.objects.Bucket;
import org.domicile.policy.Access;
import org.domicile.policy.Acl;
import org.domicile.policy.Credential;
import org.domicile.policy.Decision;
import org.domicile.policy.Marks;
import org.domicile.policy.Ownership;
import org.domicile.policy.Policy;
import org.domicile.policy.Principal;
import org.domicile.policy.Register;
import org.domicile.policy.Resource;
import org.domicile.policy.Seal;
import org.domicile.policy.Sharing;
import org.domicile.policy.Sight;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Request;

/** The uses of one request: decides, numbers, records refusals. Owned by the request's thread. */
final class Uses {
    /** IAM's name for the prefix of a listing. */
    private static final String PREFIX = "s3:prefix";

    private static final String LISTING = "s3:ListBucket";

    private final Policy policy;
    private final Ledger ledger;
    private final GuardOptions options;

    /** A record names each of them in 47 bytes of at most 64 KiB. */
    static final int MOST_PEOPLE = 1_000;

    private final Semaphore permits;
    private final Request request;
    private final Concerned concerned;
    private final Sharings sharings;
    private final Asking asking;
    private final InstantSource clock;
    private final LiveTables live;
    private final String behalf;
    private final UnaryOperator<String> names;
    private String last = "";

    Uses(
            Policy policy,
            Ledger ledger,
            GuardOptions options,
            Semaphore permits,
            Request request,
            Concerned concerned,
            Sharings sharings,
            Asking asking,
            InstantSource clock,
            LiveTables live) {
        this(
                policy,
                ledger,
                options,
                permits,
                request,
                concerned,
                sharings,
                asking,
                clock,
                live,
                "",
                UnaryOperator.identity());
    }

    private Uses(
            Policy policy,
            Ledger ledger,
            GuardOptions options,
            Semaphore permits,
            Request request,
            Concerned concerned,
            Sharings sharings,
            Asking asking,
            InstantSource clock,
            LiveTables live,
            String behalf,
            UnaryOperator<String> names) {
        this.policy = policy;
        this.ledger = ledger;
        this.options = options;
        this.permits = permits;
        this.request = request;
        this.concerned = concerned;
        this.sharings = sharings;
        this.asking = asking;
        this.clock = clock;
        this.live = live;
        this.behalf = behalf;
        this.names = names;
    }

    /**
     * What the program does by itself with an organisation's data, as somebody of it could.
     *
     * @param organisation whose the data are
     * @param names what an act is called when the program does it; what it does not know it throws
     *     at, and of its own names it makes themselves
     */
    Uses upkeepOf(String organisation, UnaryOperator<String> names) {
        if (!(request.caller() instanceof Caller.Program)) {
            throw new IllegalStateException("nobody acts for others but the program");
        }
        return new Uses(
                policy,
                ledger,
                options,
                permits,
                request,
                concerned,
                sharings,
                asking,
                clock,
                live,
                organisation,
                names);
    }

    /** Of the same request, as if it came at the present moment. */
    Uses now() {
        return new Uses(
                policy,
                ledger,
                options,
                permits,
                toward(request.zone(), clock.instant()),
                concerned,
                sharings,
                asking,
                clock,
                live,
                behalf,
                names);
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
     * The organisation of the caller; that of the installation for the program and for strangers,
     * but where it works on the data of one.
     */
    String organisation() {
        if (!behalf.isEmpty()) {
            return behalf;
        }
        return request.caller() instanceof Caller.Known known
                ? known.organisation()
                : Policy.INSTALLATION;
    }

    /**
     * A resource in a bucket, or in one that does not exist: then judged as if it were the caller's
     * own.
     */
    Resource.Data data(Optional<Bucket> bucket, String bucketName, String name) {
        Resource.Data data =
                new Resource.Data(
                        bucket.map(Bucket::organisation).orElseGet(this::organisation),
                        bucketName,
                        name,
                        bucket.map(Bucket::zones).orElseGet(() -> List.of(options.dataZone())),
                        options.dataZone(),
                        Marks.NONE,
                        bucket.map(each -> sharings.access(each, asking)).orElse(Access.NONE));
        boolean reserved =
                bucket.filter(each -> each.keeping() != Bucket.Keeping.ORDINARY).isPresent();
        return reserved ? data.reserved().carrying(streamed(data)) : data;
    }

    /** What labels say of the stream whose records are the rows of a table's files, now. */
    private Marks streamed(Resource.Data file) {
        int slash = file.name().indexOf('/');
        return slash < 0
                ? Marks.NONE
                : live.of(file.name().substring(0, slash))
                        .map(each ->
                                policy.register()
                                        .marks(
                                                file.organisation(),
                                                BucketNames.STREAMS,
                                                each.stream().name()))
                        .orElse(Marks.NONE);
    }

    /** The same of all that begins so in a bucket for tables, as of {@link Register#marksBelow}. */
    private Marks streamedBelow(Resource.Data bucket, String prefix) {
        return bucket.table().isEmpty()
                ? Marks.NONE
                : live.below(bucket.organisation(), prefix).stream()
                        .map(each ->
                                policy.register()
                                        .marks(
                                                bucket.organisation(),
                                                BucketNames.STREAMS,
                                                each.name()))
                        .reduce(Marks.NONE, Marks::and);
    }

    /** An object that is there, or could be: its owner, its ACL and its tags may matter. */
    Resource.Data object(
            Optional<Bucket> bucket, String bucketName, String name, Optional<String> version) {
        return sharings.object(data(bucket, bucketName, name), bucket, version);
    }

    /** The tags of an object that is asked for, as they are when somebody looks. */
    Tags tags(Optional<Bucket> bucket, String name, Optional<String> version) {
        return Tags.of(() -> sharings.tags(bucket, name, version));
    }

    /** How a bucket is shared. */
    Sharing sharing(Bucket bucket) {
        return sharings.of(bucket);
    }

    /** Who owns the objects of a bucket that says nothing of it. */
    Ownership ownership() {
        return options.ownership();
    }

    /** What the request says of itself. */
    Asking asking() {
        return asking;
    }

    /** What a listing of a prefix could show: all labels of what begins so hold together. */
    Resource listing(Optional<Bucket> bucket, String bucketName, String prefix) {
        Resource.Data data = data(bucket, bucketName, "").looking(prefix);
        return data.carrying(
                data.carried()
                        .and(policy.register().marksBelow(data.organisation(), bucketName, prefix))
                        .and(streamedBelow(data, prefix)));
    }

    /** What the labels on the way to a name say. */
    Marks labels(Optional<Bucket> bucket, String bucketName, String name) {
        return labels(data(bucket, bucketName, name));
    }

    /** What labels say of something, with what it carries. */
    Marks labels(Resource.Data data) {
        return policy.register()
                .marks(data.organisation(), data.bucket(), data.name())
                .and(data.carried());
    }

    /** The bucket, as it is for who looks whether a name is there. */
    private Resource.Data looked(Resource.Data bucket, String name) {
        Access access = bucket.access();
        Resource.Data whole = bucket.looking(name);
        Resource.Data looked = access.asks() ? whole.shared(access.about(PREFIX, name)) : whole;
        return looked.carrying(
                policy.register()
                        .marks(bucket.organisation(), bucket.bucket(), name)
                        .and(streamedBelow(bucket, name)));
    }

    /**
     * A use of a name that is not there by somebody from outside who may not read it: where he may
     * list the bucket, he lists it.
     */
    Optional<Admitted> admitLooking(
            String action, Optional<Bucket> bucket, String bucketName, String name) {
        Resource.Data data = data(bucket, bucketName, name);
        if (!data.access().asks() || data.organisation().equals(organisation())) {
            return Optional.empty();
        }
        Resource.Data looked = looked(data(bucket, bucketName, ""), name);
        boolean listing =
                policy.decide(request, action, data).effect() == Decision.Effect.REFUSE
                        && policy.decide(request, LISTING, looked).effect()
                                == Decision.Effect.ALLOW;
        return listing
                ? Optional.of(admit(LISTING, looked, ObjectUses.object(bucketName, name)))
                : Optional.empty();
    }

    /** Asks policy about something that changes how a use is carried out; nothing is recorded. */
    boolean allows(String action, Resource resource) {
        return policy.decide(request, action, resource).effect() == Decision.Effect.ALLOW;
    }

    /** What policy says; nothing is recorded. */
    Decision asked(String action, Resource resource) {
        return policy.decide(request, action, resource);
    }

    /** Why policy would refuse something; empty when it would not. Nothing is recorded. */
    Optional<String> objection(String action, Resource resource) {
        Decision decision = policy.decide(request, action, resource);
        return decision.effect() == Decision.Effect.REFUSE
                ? Optional.of(decision.reason())
                : Optional.empty();
    }

    /** All that would forbid something; none where it would be let through. Nothing is recorded. */
    List<String> forbidding(String action, Resource resource) {
        Decision decision = policy.decide(request, action, resource);
        return decision.effect() == Decision.Effect.REFUSE ? decision.reasons() : List.of();
    }

    /** Asks policy about what goes to another zone than the client's; a refusal is thrown. */
    void checkToward(String zone, String action, Resource resource, String object, Tags tags) {
        expect(asking.expectedSource(), action, resource, object, tags);
        check(action, resource, object, zone, tags);
    }

    /** What rules of the table, whose files are meant, leave of it to the caller's purpose. */
    Sight sight(Resource.Data data) {
        boolean ofTable = !data.table().isEmpty() && !data.table().equals(Resource.Data.NO_TABLE);
        return ofTable && !(request.caller() instanceof Caller.Program)
                ? policy.register().sight(data.organisation(), data.table(), purpose(data))
                : Sight.WHOLE;
    }

    /**
     * Where rules keep something of a table from the caller, refuses what would go around them.
     *
     * @throws Refused when they do; that is on record then
     */
    void checkRules(String action, Resource.Data data, String object) {
        checkRules(action, data, object, Sentences.TABLE_RULES);
    }

    /**
     * Asks policy; and refuses what it would let through for a reason of the guard's own.
     *
     * @throws Refused always, which is on record
     */
    Refused refusing(String action, Resource resource, String object, String reason) {
        check(action, resource, object);
        throw refusal(action, unasked(reason), object, resource, request.zone(), Tags.NONE);
    }

    /** The same for another reason. */
    void checkRules(String action, Resource.Data data, String object, String reason) {
        if (!sight(data).whole()) {
            check(action, data, object); // who may not come at all is told nothing of rules
            throw refusal(action, unasked(reason), object, data, request.zone(), Tags.NONE);
        }
    }

    /** Asks policy; a refusal is recorded and thrown. */
    Decision check(String action, Resource resource, String object) {
        return check(action, resource, object, Tags.NONE);
    }

    /** The same where tags may say whom a refusal concerns. */
    Decision check(String action, Resource resource, String object, Tags tags) {
        expect(asking.expectedOwner(), action, resource, object, tags);
        return check(action, resource, object, request.zone(), tags);
    }

    /** Asks policy about a version that is so; a refusal is recorded and thrown. */
    void checkVersion(String action, Resource resource, State state, String object) {
        Resource found = found(resource, state);
        if (!found.equals(resource)) {
            check(action, found, object, request.zone(), Tags.of(state::tags));
        }
    }

    private Decision check(
            String asked, Resource resource, String object, String going, Tags tags) {
        String action = names.apply(asked);
        Decision decision = policy.decide(toward(going, request.at()), action, resource);
        if (decision.effect() == Decision.Effect.REFUSE) {
            throw refusal(action, decision, object, resource, going, tags);
        }
        if (action.startsWith("s3:")
                && resource instanceof Resource.Data data
                && !sight(data).whole()) {
            throw refusal(action, unasked(Sentences.TABLE_RULES), object, resource, going, tags);
        }
        // The use would stand, closed, in the log of those who agreed to no seal.
        if (resource instanceof Resource.Data data
                && !data.organisation().equals(organisation())
                && !sealed().isEmpty()) {
            Decision no = unasked(Sentences.SEALED_ELSEWHERE);
            throw refusal(action, no, object, resource, going, tags);
        }
        return decision;
    }

    /** Records it. */
    private Refused refusal(
            String action,
            Decision decision,
            String object,
            Resource resource,
            String going,
            Tags tags) {
        refused(action, decision, object, resource, going, tags);
        return isNowhere(resource)
                ? new Refused(Refused.NO_SUCH_BUCKET, "There is no such bucket.", last)
                : new Refused(
                        decision.reason(), sentence(decision.reason(), action, resource), last);
    }

    /** A caller may say whose the bucket has to be; empty for anybody's. */
    private void expect(String owner, String action, Resource resource, String object, Tags tags) {
        if (resource instanceof Resource.Data data
                && !owner.isEmpty()
                && !owner.equals(data.organisation())) {
            Decision no = unasked(Sentences.OTHER_OWNER);
            throw refusal(action, no, object, resource, request.zone(), tags);
        }
    }

    /** Strangers are told of a bucket that is not there what everybody else is. */
    private boolean isNowhere(Resource resource) {
        return request.caller() instanceof Caller.Anonymous
                && resource instanceof Resource.Data data
                && data.organisation().equals(Policy.INSTALLATION);
    }

    private String sentence(String reason, String action, Resource resource) {
        return Sentences.of(reason, action, purpose(resource));
    }

    /** The request as policy sees it when the data go to a zone, perhaps not the client's. */
    private Request toward(String zone, Instant at) {
        if (zone.equals(request.zone()) && at.equals(request.at())) {
            return request;
        }
        return new Request(
                request.id(),
                request.caller(),
                request.door(),
                zone,
                request.address(),
                at,
                request.deadline(),
                request.pending());
    }

    /**
     * Lets a use of data or of the organisation's own things through, or throws {@link Refused}.
     */
    Admitted admit(String action, Resource resource, String object) {
        return admit(action, resource, object, Tags.NONE);
    }

    /** The same where tags may say whom it concerns. */
    Admitted admit(String action, Resource resource, String object, Tags tags) {
        expect(asking.expectedOwner(), action, resource, object, tags);
        return admitTo(action, resource, object, request.zone(), log(resource), tags);
    }

    /**
     * One use of several objects, each of which was decided about by itself: it concerns everybody
     * whom one of them concerns.
     *
     * @param resource the first of them, or what stands for none
     * @param object what is said of all
     */
    Admitted admitAll(String action, Resource resource, String object, List<NestedReads.Held> all) {
        return admitTo(
                action,
                resource,
                object,
                request.zone(),
                log(resource),
                List.of(),
                Tags.NONE,
                () ->
                        all.stream()
                                .flatMap(each ->
                                        concerned
                                                .by(
                                                        action,
                                                        each.resource(),
                                                        each.place(),
                                                        each.state().tags())
                                                .stream())
                                .distinct()
                                .toList());
    }

    /** What the program does to an organisation's data, in the organisation's own use log. */
    Admitted admitFor(String log, String action, Resource resource, String object, Tags tags) {
        return admitTo(action, resource, object, request.zone(), log, tags);
    }

    /** The same, with what it says in public. */
    Admitted admit(String action, Resource resource, String object, List<Statement> statements) {
        return admitTo(action, resource, object, request.zone(), organisation(), statements);
    }

    /** A read whose bytes go to another zone than the client's: the source of a copy. */
    Admitted admitToward(String zone, String action, Resource resource, String object, Tags tags) {
        expect(asking.expectedSource(), action, resource, object, tags);
        return admitTo(action, resource, object, zone, log(resource), tags);
    }

    /** Uses of data stand with those whose data they are, whoever comes. */
    private String log(Resource resource) {
        return resource instanceof Resource.Data data ? data.organisation() : organisation();
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
                Tags.NONE,
                () -> people);
    }

    private Admitted admitTo(
            String action, Resource resource, String object, String going, String log, Tags tags) {
        return admitTo(
                action,
                resource,
                object,
                going,
                log,
                List.of(),
                tags,
                () -> concerned.by(action, resource, object, tags.brought()));
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
                Tags.NONE,
                () -> concerned.by(action, resource, object, Map.of()));
    }

    private Admitted admitTo(
            String asked,
            Resource resource,
            String object,
            String going,
            String log,
            List<Statement> statements,
            Tags tags,
            Supplier<List<KeyId>> about) {
        String action = names.apply(asked);
        if (!permits.tryAcquire()) {
            throw new StorageFailure(
                    StorageFailure.Kind.OVERLOADED,
                    "too many requests are under way; try again in a moment");
        }
        boolean admitted = false;
        try {
            Decision decision = check(action, resource, object, going, tags);
            // Before the number: a key that cannot be born leaves no number behind.
            List<KeyId> people = about.get();
            if (people.size() > MOST_PEOPLE) {
                Decision no = unasked(Sentences.TOO_MANY_PEOPLE);
                throw refusal(action, no, object, resource, going, tags);
            }
            long number = ledger.number(log);
            last = log + "/" + options.node() + "/" + number;
            Use use =
                    use(
                            log,
                            number,
                            request.at(),
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

    /**
     * @param begun the use as it was let through
     */
    private Admitted.Again again(Use begun, Resource resource, String going) {
        return new Admitted.Again() {
            @Override
            public Admitted.Second still(Use use) {
                // A body may take its time: it is judged by what holds when all of it is there.
                return again(
                        use,
                        resource instanceof Resource.Data data
                                ? sharings.present(data, asking)
                                : resource,
                        clock.instant());
            }

            @Override
            public Admitted.Second reading(State state, Map<String, String> next) {
                Resource found = found(resource, state);
                Admitted.Second second =
                        found.equals(resource)
                                ? new Admitted.Second.Allowed(begun)
                                : again(begun, found, request.at());
                return switch (second) {
                    case Admitted.Second.Allowed(Use use) ->
                            new Admitted.Second.Allowed(using(use, List.of(state.tags()), next));
                    case Admitted.Second.Reversal(Use use, Refused thrown) ->
                            new Admitted.Second.Reversal(
                                    with(
                                            use,
                                            concerned.knownOf(
                                                    resource, use.object(), state.tags())),
                                    thrown);
                };
            }

            @Override
            public Use about(Use use, List<Map<String, String>> tags) {
                return using(use, tags, Map.of());
            }

            @Override
            public boolean readsTags() {
                return concerned.readsTags(resource, begun.object());
            }

            /** Those whom the tags of what is used name, and of what takes its place. */
            private Use using(Use use, List<Map<String, String>> tags, Map<String, String> next) {
                if (!readsTags()) {
                    return use;
                }
                List<KeyId> all = new ArrayList<>();
                for (Map<String, String> each : tags) {
                    all.addAll(concerned.used(begun.action(), resource, begun.object(), each));
                }
                all.addAll(concerned.stored(resource, begun.object(), next));
                return with(use, all);
            }

            /** Those whom it concerned when it was let through, and these. */
            private Use with(Use use, List<KeyId> more) {
                if (more.isEmpty() && use.subjects().equals(begun.subjects())) {
                    return use;
                }
                List<KeyId> all = new ArrayList<>(begun.subjects());
                more.stream().filter(each -> !all.contains(each)).forEach(all::add);
                return use.concerning(all);
            }

            private Admitted.Second again(Use use, Resource found, Instant at) {
                Decision decision = policy.decide(toward(going, at), use.action(), found);
                if (decision.effect() == Decision.Effect.REFUSE) {
                    return reversal(use, use.action(), at, found, going, decision);
                }
                return decision.read().equals(use.read()) && decision.policy().equals(use.policy())
                        ? new Admitted.Second.Allowed(use)
                        : new Admitted.Second.Allowed(
                                allowed(use, use.action(), at, found, going, decision));
            }

            @Override
            public Optional<Admitted.Second.Reversal> storing(Use use, Marks carried) {
                Register register = policy.register();
                boolean kept =
                        carried.fits()
                                && register.broken(place(register, resource), carried).isEmpty();
                return kept
                        ? Optional.empty()
                        : Optional.of(refusing(use, Sentences.LABEL_NOT_KEPT));
            }

            @Override
            public Optional<Use> under(Use use, String action, State state) {
                Resource found = found(resource, state);
                Decision decision = policy.decide(toward(going, request.at()), action, found);
                return decision.effect() == Decision.Effect.REFUSE
                        ? Optional.empty()
                        : Optional.of(allowed(use, action, request.at(), found, going, decision));
            }

            @Override
            public Admitted.Second.Reversal refusing(Use use, String reason) {
                return reversal(use, use.action(), request.at(), resource, going, unasked(reason));
            }

            @Override
            public Optional<Admitted.Second.Reversal> untold(Use use, String name) {
                if (!(resource instanceof Resource.Data data)) {
                    return Optional.empty();
                }
                Access access = data.access().of(Acl.NONE, Map.of()); // the bucket's alone
                Resource.Data looked = looked(data.named("").shared(access), name);
                Decision decision = policy.decide(request, LISTING, looked);
                return decision.effect() == Decision.Effect.REFUSE
                        ? Optional.of(
                                reversal(
                                        use,
                                        LISTING,
                                        request.at(),
                                        looked,
                                        request.zone(),
                                        decision,
                                        Sentences.ABSENT_UNTOLD))
                        : Optional.empty();
            }
        };
    }

    /** The resource when its version is so. */
    private static Resource found(Resource resource, State state) {
        boolean asks =
                resource instanceof Resource.Data data && data.access().sharing().asksForObjects();
        if (!asks && state.marks().isEmpty()) {
            return resource;
        }
        Resource found = carrying(resource, state.marks());
        return asks && found instanceof Resource.Data data
                ? data.shared(data.access().of(state.acl(), state.tags()))
                : found;
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

    /**
     * @param at when it was decided: the record explains the decision by it
     */
    private Use allowed(
            Use use,
            String action,
            Instant at,
            Resource resource,
            String going,
            Decision decision) {
        return use(
                use.organisation(),
                use.number(),
                at,
                action,
                Use.Verdict.ALLOWED,
                decision,
                resource,
                going,
                use.subjects(),
                use.object(),
                use.statements());
    }

    private Admitted.Second.Reversal reversal(
            Use use,
            String action,
            Instant at,
            Resource resource,
            String going,
            Decision decision) {
        return reversal(
                use,
                action,
                at,
                resource,
                going,
                decision,
                sentence(decision.reason(), action, resource));
    }

    private Admitted.Second.Reversal reversal(
            Use use,
            String action,
            Instant at,
            Resource resource,
            String going,
            Decision decision,
            String sentence) {
        Use refused =
                use(
                        use.organisation(),
                        use.number(),
                        at,
                        action,
                        Use.Verdict.REFUSED,
                        decision,
                        resource,
                        going,
                        use.subjects(),
                        use.object(),
                        List.of());
        return new Admitted.Second.Reversal(
                refused,
                new Refused(
                        decision.reason(),
                        sentence,
                        use.organisation() + "/" + options.node() + "/" + use.number()));
    }

    /** Records (or counts) a refusal of the door's own, which says it to the client itself. */
    void refused(String action, String reason, String object) {
        refused(
                action,
                unasked(reason),
                object,
                new Resource.Own(organisation()),
                request.zone(),
                Tags.NONE);
    }

    /** A refusal that policy was not asked about. */
    private Decision unasked(String reason) {
        return new Decision(
                Decision.Effect.REFUSE, reason, policy.standing(request.caller()), List.of(), "");
    }

    private void refused(
            String action,
            Decision decision,
            String object,
            Resource resource,
            String going,
            Tags tags) {
        last = "";
        switch (request.caller()) {
            case Caller.Anonymous anonymous -> ledger.countStranger(action, decision.reason());
            case Caller.Known known ->
                    refused(known.organisation(), action, decision, object, resource, going, tags);
            case Caller.Program program ->
                    refused(Policy.INSTALLATION, action, decision, object, resource, going, tags);
        }
    }

    private void refused(
            String organisation,
            String action,
            Decision decision,
            String object,
            Resource resource,
            String going,
            Tags tags) {
        List<KeyId> people = concerned.knownBy(resource, object, tags);
        LongFunction<Use> numbered =
                each ->
                        use(
                                organisation,
                                each,
                                request.at(),
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
            Instant at,
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
                at,
                action,
                verdict,
                decision.reason(),
                purpose(resource),
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
     * Who begins something that others will see: the caller's principal; its organisation where its
     * uses are sealed, which is nobody's to tell of; empty for strangers.
     */
    String initiator() {
        return switch (request.caller()) {
            case Caller.Known known ->
                    sealed().isEmpty() ? known.principal() : known.organisation();
            case Caller.Anonymous _ -> "";
            case Caller.Program program -> program.name();
        };
    }

    /** Whether an {@link #initiator} is of the caller's organisation. */
    boolean began(String initiator) {
        Principal principal = policy.register().principals().get(initiator);
        String organisation = principal == null ? initiator : principal.organisation();
        return request.caller() instanceof Caller.Known known
                ? organisation.equals(known.organisation())
                : organisation.isEmpty();
    }

    /**
     * Until when what the caller does is sealed, a day; empty for most. A credential's seal never
     * changes, so all entries of one use say the same.
     */
    String sealed() {
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

    /** The purpose that the caller acts under. */
    String purpose(Resource resource) {
        return switch (request.caller()) {
            case Caller.Anonymous anonymous ->
                    resource instanceof Resource.Data data ? data.access().publicPurpose() : "";
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
