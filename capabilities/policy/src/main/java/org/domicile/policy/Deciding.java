package org.domicile.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.domicile.cedar.Authorizer;
import org.domicile.cedar.CedarException;
import org.domicile.cedar.Datetime;
import org.domicile.cedar.Entities;
import org.domicile.cedar.Entity;
import org.domicile.cedar.EntityUid;
import org.domicile.cedar.Value;
import org.domicile.request.Caller;
import org.domicile.request.Request;

/**
 * One state of the register made ready to decide: its entities, the deciding set of each
 * organisation, and the entities of buckets that were asked for. Made once for each change and
 * swapped whole; but for the remembered buckets, which are a function of what is asked, it does not
 * change.
 *
 * <p>Nothing here reads a clock: "now" is when the request arrived, so a decision can be made again
 * later, by us ({@link #question}) or by another engine.
 */
final class Deciding {
    static final String ALLOWED = "allowed";
    private static final String CREDENTIAL = "credential";
    private static final String SESSION = "session";

    /** What concerns the session itself: IAM's documents have no words for it. */
    private static final String STS = "sts:";

    private static final String ERROR = "policy-error";
    private static final String NOTHING_PERMITS = "not-permitted";

    /** Names of buckets that are not there are asked for too: beyond this all are forgotten. */
    private static final int MOST_BUCKETS = 8_192;

    private final Register register;
    private final World world;
    private final DecidingSet program;
    private final Map<String, DecidingSet> sets;
    private final Map<String, Who> credentials;
    private final Map<String, EntityUid> zones;
    private final Map<String, Place> places = new ConcurrentHashMap<>();

    /** Who acts. @param entities what is standing, and the one who acts */
    private record Who(EntityUid uid, Entities entities, DecidingSet set, String kind) {}

    /** What a session stays within, beside what judges all. */
    private final Bounds bounds;

    /**
     * A bucket.
     *
     * @param around what its objects are in
     * @param entities what is standing, and the bucket
     * @param read what goes on record when a credential asks for it
     * @param objectRead the same for an object in it
     */
    private record Place(
            Resource.Data of,
            Entity bucket,
            Set<EntityUid> around,
            Entities entities,
            String read,
            String objectRead) {
        boolean is(Resource.Data data) {
            return of.organisation().equals(data.organisation())
                    && of.dataZone().equals(data.dataZone())
                    && of.zones().equals(data.zones());
        }
    }

    /** What Cedar is asked. */
    record Question(org.domicile.cedar.Request request, Entities entities, DecidingSet set) {}

    private Deciding(
            Register register, DecidingSet program, Map<String, DecidingSet> sets, Bounds bounds) {
        this.bounds = bounds;
        this.register = register;
        this.program = program;
        this.sets = sets;
        world = new World(register);
        zones = new HashMap<>();
        register.zones().keySet().forEach(each -> zones.put(each, World.zone(each)));
        credentials = HashMap.newHashMap(register.credentials().size());
        for (Credential each : register.credentials().values()) {
            credentials.put(
                    each.accessKey(),
                    new Who(
                            new EntityUid("Credential", each.accessKey()),
                            world.standing(),
                            set(each.organisation()),
                            CREDENTIAL));
        }
    }

    /** A first state. */
    static Deciding of(Register register, Bounds bounds) {
        return new Deciding(register, ProgramPolicies.SET, sets(register, Map.of()), bounds);
    }

    /** The next state; sets that did not change are not compiled again. */
    Deciding next(Register changed) {
        return new Deciding(changed, program, sets(changed, sets), bounds);
    }

    /**
     * For a decision of the past: the register as it was, and what decided.
     *
     * @param set that judged the caller
     * @param owners by organisation: the set of those whose data it were, where it was asked too
     */
    static Deciding replaying(
            Register register, DecidingSet set, Map<String, DecidingSet> owners, Bounds bounds) {
        return new Deciding(register, set, owners, bounds);
    }

    private static Map<String, DecidingSet> sets(
            Register register, Map<String, DecidingSet> before) {
        Map<String, List<PolicyText>> own = new TreeMap<>();
        for (PolicyText each : register.policies().values()) {
            if (!each.removed() && !each.organisation().equals(Policy.INSTALLATION)) {
                own.computeIfAbsent(each.organisation(), _ -> new ArrayList<>()).add(each);
            }
        }
        Map<String, DecidingSet> sets = new HashMap<>();
        own.forEach((organisation, texts) -> {
            texts.sort(Comparator.comparing(PolicyText::name));
            DecidingSet known = before.get(organisation);
            sets.put(
                    organisation,
                    known != null && known.own().equals(texts) ? known : compiled(texts));
        });
        return sets;
    }

    private static DecidingSet compiled(List<PolicyText> own) {
        try {
            return DecidingSet.of(ProgramPolicies.SCHEMA_TEXT, ProgramPolicies.TEXT, own);
        } catch (CedarException e) {
            throw new IllegalStateException("a policy that was accepted does not parse", e);
        }
    }

    Register register() {
        return register;
    }

    /** The program's set, and those of organisations that have policies of their own. */
    List<DecidingSet> sets() {
        List<DecidingSet> all = new ArrayList<>(sets.values());
        all.add(program);
        return all;
    }

    /** The set that judges the requests of an organisation. */
    DecidingSet set(String organisation) {
        return sets.getOrDefault(organisation, program);
    }

    DecidingSet set(Caller caller) {
        return caller instanceof Caller.Known known ? set(known.organisation()) : program;
    }

    Decision decide(Request request, String action, Resource resource) {
        Who who = who(request.caller(), resource);
        Question question = question(who, request, action, resource);
        org.domicile.cedar.Decision answer =
                Authorizer.decide(
                        question.request(), question.entities(), question.set().policies());
        String read = read(who, request.caller(), resource);
        if (!answer.isAllowed() || !answer.errors().isEmpty()) {
            return refusal(answer, who, read);
        }
        Optional<DecidingSet> owners = owners(request.caller(), resource);
        if (owners.isPresent()) {
            org.domicile.cedar.Decision theirs = owners(question, owners.get());
            if (!theirs.isAllowed() || !theirs.errors().isEmpty()) {
                return refusal(theirs, who, read);
            }
        }
        return within(
                request,
                action,
                resource,
                question,
                new Decision(
                        Decision.Effect.ALLOW,
                        ALLOWED,
                        who.set().digest(),
                        answer.reasons(),
                        read));
    }

    /**
     * The policies of those whose data somebody from outside comes to, who judge him beside those
     * of his own organisation; empty where they add nothing to the program's.
     */
    Optional<DecidingSet> owners(Caller caller, Resource resource) {
        if (!(resource instanceof Resource.Data data) || !data.access().asks()) {
            return Optional.empty();
        }
        boolean outside =
                switch (caller) {
                    case Caller.Anonymous() -> true;
                    case Caller.Known known -> !known.organisation().equals(data.organisation());
                    case Caller.Program program -> false;
                };
        return outside ? Optional.ofNullable(sets.get(data.organisation())) : Optional.empty();
    }

    /** What they say to the question that everybody is asked. */
    static org.domicile.cedar.Decision owners(Question question, DecidingSet owners) {
        return Authorizer.decide(question.request(), question.entities(), owners.policies());
    }

    /** What is allowed to all is allowed to a session where each of its bounds permits it too. */
    private Decision within(
            Request request,
            String action,
            Resource resource,
            Question question,
            Decision allowed) {
        List<String> reasons = allowed.reasons();
        for (Bounds.Asked each : bounds(request, action, resource, question)) {
            org.domicile.cedar.Decision answer = each.answer();
            List<String> determining = answer.reasons().stream().map(each::named).toList();
            if (!answer.isAllowed() || !answer.errors().isEmpty()) {
                List<String> errors =
                        answer.errors().stream()
                                .map(failed -> each.named(failed.policy()))
                                .toList();
                List<String> forbids = answer.isAllowed() ? List.of() : determining;
                return new Decision(
                        Decision.Effect.REFUSE,
                        each.kind().reason(),
                        allowed.policy(),
                        forbids,
                        ReadForm.refused(allowed.read(), errors, forbids));
            }
            reasons = Stream.concat(reasons.stream(), determining.stream()).toList();
        }
        return new Decision(
                Decision.Effect.ALLOW, ALLOWED, allowed.policy(), reasons, allowed.read());
    }

    /** What each bound of a session is asked, in their order; nothing for everybody else. */
    List<Bounds.Asked> bounds(
            Request request, String action, Resource resource, Question question) {
        return request.caller() instanceof Caller.Known(_, _, _, _, Caller.By.Session session)
                        && !action.startsWith(STS)
                ? bounds.asked(register, session, request, action, resource, question)
                : List.of();
    }

    /** What is asked before, about a bucket that is shared; nothing for all others. */
    List<Shares.Share> shares(Request request, String action, Resource.Data data) {
        return data.access().asks()
                ? Shares.asked(request, person(request.caller()), action, data)
                : List.of();
    }

    /** The question that is put to Cedar, without its answer. */
    Question question(Request request, String action, Resource resource) {
        return question(who(request.caller(), resource), request, action, resource);
    }

    /**
     * Any error denies: a forbid that errs would otherwise let pass what it was written against.
     */
    private Decision refusal(org.domicile.cedar.Decision answer, Who who, String read) {
        List<String> forbids = answer.isAllowed() ? List.of() : answer.reasons();
        List<String> errors =
                answer.errors().stream().map(org.domicile.cedar.Decision.Failure::policy).toList();
        String reason =
                !forbids.isEmpty()
                        ? forbids.getFirst()
                        : errors.isEmpty() ? NOTHING_PERMITS : ERROR;
        return new Decision(
                Decision.Effect.REFUSE,
                reason,
                who.set().digest(),
                forbids,
                ReadForm.refused(read, errors, forbids));
    }

    // Whoever stands in the register brings no entity of his own: the same object is meant.
    @SuppressWarnings("ReferenceEquality")
    private Question question(Who who, Request request, String action, Resource resource) {
        Listed.Action named = Listed.action(action);
        EntityUid asked;
        Entities entities;
        Shares.Said said = Shares.Said.NOTHING;
        switch (resource) {
            case Resource.Data data -> {
                Place place = place(data);
                if (data.access().asks()) {
                    said = Shares.said(request, person(request.caller()), action, data);
                }
                Marks marks = PurposeRules.marks(register, data);
                boolean marked =
                        data.name().isEmpty() && !(marks.isEmpty() && data.table().isEmpty());
                Entity bucket =
                        marked
                                ? World.reserved(
                                        world.marked(place.bucket(), data.organisation(), marks),
                                        data)
                                : place.bucket();
                entities =
                        who.entities() == world.standing() && !marked
                                ? place.entities()
                                : who.entities().with(bucket);
                if (data.name().isEmpty()) {
                    asked = bucket.uid();
                } else {
                    Entity object =
                            World.reserved(
                                    world.marked(object(place, data), data.organisation(), marks),
                                    data);
                    asked = object.uid();
                    entities = entities.with(object);
                }
            }
            case Resource.Own(String organisation) -> {
                asked = World.organisation(organisation);
                entities = who.entities();
            }
            case Resource.Assumed role -> {
                asked = World.role(role.full());
                Role there = register.roles().get(role.full());
                entities =
                        there != null && !there.removed()
                                ? who.entities()
                                : who.entities().with(World.absent(role));
            }
            case Resource.Installation() -> {
                asked = World.INSTALLATION;
                entities = who.entities();
            }
        }
        return new Question(
                new org.domicile.cedar.Request(
                        who.uid(), named.uid(), asked, context(request, named, said)),
                entities,
                who.set());
    }

    /**
     * Whom a bucket's policy means: a session without a role is the person whose credential asked
     * for it, and its own principal is no name that anybody knows.
     */
    private String person(Caller caller) {
        if (!(caller instanceof Caller.Known known)) {
            return "";
        }
        Credential source =
                known.by() instanceof Caller.By.Session session && session.role().isEmpty()
                        ? register.credentials().get(session.source())
                        : null;
        return source == null ? known.principal() : source.principal();
    }

    private Value.Fields context(Request request, Listed.Action action, Shares.Said said) {
        Datetime now = new Datetime(request.at().toEpochMilli());
        EntityUid known = zones.get(request.zone());
        EntityUid zone = known == null ? World.zone(request.zone()) : known;
        Optional<Value> address = Addresses.value(request.address());
        Map<String, Value> plain =
                address.isPresent()
                        ? Map.of(
                                "now",
                                now,
                                "zone",
                                zone,
                                "address",
                                address.get(),
                                "actionNames",
                                action.names())
                        : Map.of("now", now, "zone", zone, "actionNames", action.names());
        return new Value.Fields(said.equals(Shares.Said.NOTHING) ? plain : with(plain, said));
    }

    private static Map<String, Value> with(Map<String, Value> plain, Shares.Said said) {
        Map<String, Value> all = new HashMap<>(plain);
        if (said.granted()) {
            all.put("granted", Value.of(true));
        }
        if (said.denied()) {
            all.put("denied", Value.of(true));
        }
        if (!said.owner().isEmpty()) {
            all.put("owner", World.organisation(said.owner()));
        }
        return all;
    }

    private static Entity object(Place place, Resource.Data data) {
        Map<String, Value> bucket = place.bucket().attributes();
        return new Entity(
                World.object(data.bucket(), data.name()),
                Map.of(
                        "name", Value.of(data.name()),
                        "zone", attribute(bucket, "zone"),
                        "zones", attribute(bucket, "zones"),
                        "bucketNames", attribute(bucket, "bucketNames")),
                place.around());
    }

    private static Value attribute(Map<String, Value> attributes, String name) {
        Value value = attributes.get(name);
        if (value == null) {
            throw new IllegalStateException("a bucket has no " + name);
        }
        return value;
    }

    private Place place(Resource.Data data) {
        Place known = places.get(data.bucket());
        if (known != null && known.is(data)) {
            return known;
        }
        Entity bucket = World.bucket(data);
        Place place =
                new Place(
                        data,
                        bucket,
                        Set.of(bucket.uid(), World.organisation(data.organisation())),
                        world.standing().with(bucket),
                        read(data, ""),
                        read(data, "object"));
        if (places.size() >= MOST_BUCKETS) {
            places.clear();
        }
        places.put(data.bucket(), place);
        return place;
    }

    private String read(Resource.Data data, String name) {
        Resource named =
                new Resource.Data(
                        data.organisation(), data.bucket(), name, data.zones(), data.dataZone());
        return ReadForm.read(register.digest(), ReadForm.resource(named, ""), CREDENTIAL);
    }

    private Who who(Caller caller, Resource resource) {
        return switch (caller) {
            case Caller.Anonymous() ->
                    arrived(
                            world.anonymous(
                                    resource instanceof Resource.Data data
                                            ? data.access().publicPurpose()
                                            : ""),
                            "anonymous",
                            program);
            case Caller.Program(String name, String purpose) ->
                    arrived(world.program(name, purpose), "program", program);
            case Caller.Known known when known.organisation().equals(Policy.INSTALLATION) ->
                    arrived(
                            world.operator(known.principal(), known.purpose()),
                            "operator",
                            program);
            case Caller.Known known when known.by() instanceof Caller.By.Session session -> {
                Entity acting = world.session(known, session);
                yield new Who(
                        acting.uid(),
                        world.standing().with(acting),
                        set(known.organisation()),
                        SESSION);
            }
            case Caller.Known known -> {
                Who standing = credentials.get(known.credential());
                yield standing != null
                        ? standing
                        : arrived(
                                world.unknown(
                                        known.credential(),
                                        known.organisation(),
                                        known.principal(),
                                        known.purpose()),
                                CREDENTIAL,
                                set(known.organisation()));
            }
        };
    }

    private Who arrived(Entity entity, String kind, DecidingSet set) {
        return new Who(entity.uid(), world.standing().with(entity), set, kind);
    }

    /** What goes on record: with the use's own fields, all that was read. */
    private String read(Who who, Caller caller, Resource resource) {
        String read =
                read(who, resource, owners(caller, resource).map(DecidingSet::digest).orElse(""));
        return caller instanceof Caller.Known(_, _, _, _, Caller.By.Session session)
                ? ReadForm.session(read, session)
                : read;
    }

    private String read(Who who, Resource resource, String owners) {
        if (resource instanceof Resource.Data data
                && who.kind().equals(CREDENTIAL)
                && data.carried().isEmpty()
                && data.table().isEmpty()
                && !data.access().asks()) {
            Place place = place(data);
            return data.name().isEmpty() ? place.read() : place.objectRead();
        }
        return ReadForm.read(register.digest(), ReadForm.resource(resource, owners), who.kind());
    }
}
