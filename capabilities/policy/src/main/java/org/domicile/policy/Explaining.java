package org.domicile.policy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.domicile.cedar.Authorizer;
import org.domicile.cedar.CedarException;
import org.domicile.cedar.Entities;
import org.domicile.cedar.EntityUid;
import org.domicile.cedar.JsonForm;
import org.domicile.cedar.PolicySet;
import org.domicile.cedar.Value;
import org.domicile.iam.S3Schema;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.jspecify.annotations.Nullable;

/** Makes a decision of the past once more, from what its record names and holds. */
final class Explaining {
    private final Past past;
    private final Bounds bounds;

    /**
     * Uses that follow each other were mostly decided from the same. Any thread's may stand here.
     */
    private volatile @Nullable Known last;

    /**
     * @param owners of whose data it were, and by what policies: a digest for an organisation
     */
    private record Known(
            String register, String set, Map<String, String> owners, Deciding deciding) {}

    Explaining(Past past) {
        this.past = past;
        this.bounds = new Bounds(digest -> Optional.of(document(digest)));
    }

    private String document(String digest) {
        String text =
                past.document(digest)
                        .orElseThrow(() ->
                                new Gone(
                                        "the role's permissions or the session's policy "
                                                + digest
                                                + ", within which it was decided, is not here"));
        if (!Sha256.of(text).equals(digest)) {
            throw new Gone(
                    "the role's permissions or the session's policy "
                            + digest
                            + ", within which it was decided, was altered");
        }
        return text;
    }

    Policy.Explanation explain(UseOnRecord use) {
        if (use.read().isEmpty()) {
            return new Policy.Explanation.Unexplained(
                    "no policy was asked: the door refused it by itself, or it was made before"
                            + " there were policies");
        }
        try {
            return explain(use, JsonForm.parse(use.read()));
        } catch (Gone e) {
            return new Policy.Explanation.Unexplained(String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            return new Policy.Explanation.Unexplained(
                    "what it was decided from cannot be read: " + e.getMessage());
        } catch (CedarException | Malformed e) {
            return new Policy.Explanation.Unexplained(
                    "what the record holds of the decision cannot be read: " + e.getMessage());
        }
    }

    private Policy.Explanation explain(UseOnRecord use, Value read) {
        Known known = last;
        String register = text(read, "register");
        Map<String, String> owners = owners(field(read, "resource"));
        if (known == null
                || !known.register().equals(register)
                || !known.set().equals(use.policy())
                || !known.owners().equals(owners)) {
            known =
                    new Known(
                            register,
                            use.policy(),
                            owners,
                            deciding(register, use.policy(), owners));
            last = known;
        }
        Request request =
                new Request(
                        "",
                        caller(use, read, known.deciding().register()),
                        "",
                        use.clientZone(),
                        use.address(),
                        use.at(),
                        use.at(),
                        Optional.empty());
        Resource resource = resource(use, field(read, "resource"));
        return explained(known.deciding(), request, use.action(), resource);
    }

    private static Map<String, String> owners(Value resource) {
        return resource instanceof Value.Fields(Map<String, Value> values)
                        && values.containsKey("policies")
                ? Map.of(text(resource, "organisation"), text(resource, "policies"))
                : Map.of();
    }

    private Deciding deciding(String digest, String policies, Map<String, String> owners) {
        Register register =
                past.register(digest)
                        .orElseThrow(() ->
                                new Gone(
                                        "the register "
                                                + digest
                                                + ", which it read, is not kept here"));
        if (!register.digest().equals(digest)) {
            throw new Gone(
                    "the register " + digest + ", which it read, was altered: it is no evidence");
        }
        DecidingSet set = set(policies);
        Map<String, DecidingSet> theirs = new HashMap<>();
        owners.forEach((organisation, each) -> theirs.put(organisation, set(each)));
        return Deciding.replaying(register, set, theirs, bounds);
    }

    private DecidingSet set(String policies) {
        DecidingSet set =
                past.set(policies)
                        .orElseThrow(() ->
                                new Gone(
                                        "the policies "
                                                + policies
                                                + ", which decided, are not kept here"));
        if (!set.digest().equals(policies)) {
            throw new Gone("the policies " + policies + ", which decided, were altered");
        }
        return set;
    }

    private static Policy.Explanation explained(
            Deciding deciding, Request request, String action, Resource resource) {
        Deciding.Question question = deciding.question(request, action, resource);
        DecidingSet set = question.set();
        org.domicile.cedar.Request asked = question.request();
        org.domicile.cedar.Decision answer =
                Authorizer.decide(asked, question.entities(), set.policies());
        List<Policy.Explanation.Share> shares =
                resource instanceof Resource.Data data
                        ? deciding.shares(request, action, data).stream()
                                .map(Explaining::share)
                                .toList()
                        : List.of();
        List<Policy.Explanation.Within> within = new ArrayList<>();
        if (answer.isAllowed() && answer.errors().isEmpty()) {
            deciding.owners(request.caller(), resource)
                    .ifPresent(owners -> within.add(owners(question, owners)));
            deciding.bounds(request, action, resource, question)
                    .forEach(each -> within.add(within(each)));
        }
        return new Policy.Explanation.Explained(
                set.digest(),
                deciding.register().digest(),
                JsonForm.name(asked.principal()),
                JsonForm.name(asked.action()),
                JsonForm.name(asked.resource()),
                JsonForm.format(asked.context()),
                reachable(asked, question.entities(), set.policies()),
                set.schema(),
                set.texts(),
                answer(answer),
                answer.reasons(),
                errors(answer),
                shares,
                List.copyOf(within),
                deciding.decide(request, action, resource));
    }

    private static String organisation(UseOnRecord use, String accessKey, Register register) {
        Credential known = register.credentials().get(accessKey);
        return known == null ? use.organisation() : known.organisation();
    }

    /** What is shared stands in the log of the bucket's organisation, whoever came. */
    private static Caller caller(UseOnRecord use, Value read, Register register) {
        String organisation = organisation(use, use.credential(), register);
        String who = text(read, "who");
        return switch (who) {
            case "session" -> {
                Caller.By.Session session = session(field(read, "session"));
                yield new Caller.Known(
                        session.role().isEmpty()
                                ? organisation(use, session.source(), register)
                                : session.role().substring(0, session.role().indexOf('/')),
                        use.principal(),
                        use.credential(),
                        use.purpose(),
                        session);
            }
            case "credential" ->
                    new Caller.Known(
                            organisation, use.principal(), use.credential(), use.purpose());
            case "operator" ->
                    new Caller.Known(
                            Policy.INSTALLATION, use.principal(), use.credential(), use.purpose());
            case "program" -> new Caller.Program(use.principal(), use.purpose());
            case "anonymous" -> new Caller.Anonymous();
            default -> throw new Malformed("there is no caller of the kind " + who);
        };
    }

    /** Everybody's question, to those whose data it is about. */
    private static Policy.Explanation.Within owners(Deciding.Question question, DecidingSet set) {
        org.domicile.cedar.Request asked = question.request();
        org.domicile.cedar.Decision answer = Deciding.owners(question, set);
        return new Policy.Explanation.Within(
                "owner",
                true,
                JsonForm.name(asked.principal()),
                JsonForm.name(asked.action()),
                JsonForm.name(asked.resource()),
                JsonForm.format(asked.context()),
                reachable(asked, question.entities(), set.policies()),
                set.schema(),
                set.texts(),
                answer(answer),
                answer.reasons(),
                errors(answer));
    }

    private static Policy.Explanation.Share share(Shares.Share share) {
        org.domicile.cedar.Request asked = share.asked().request();
        return new Policy.Explanation.Share(
                new Policy.Explanation.Within(
                        share.name(),
                        true,
                        JsonForm.name(asked.principal()),
                        JsonForm.name(asked.action()),
                        JsonForm.name(asked.resource()),
                        JsonForm.format(asked.context()),
                        reachable(asked, share.asked().entities(), share.policies()),
                        S3Schema.text(),
                        share.texts(),
                        answer(share.answer()),
                        share.answer().reasons(),
                        errors(share.answer())),
                share.counts());
    }

    private static Policy.Explanation.Within within(Bounds.Asked bound) {
        org.domicile.cedar.Decision answer = bound.answer();
        if (bound.question().isEmpty()) {
            return new Policy.Explanation.Within(
                    bound.kind().prefix(),
                    false,
                    "",
                    "",
                    "",
                    "",
                    "",
                    bound.bound().schema(),
                    bound.bound().texts(),
                    answer(answer),
                    List.of(),
                    Map.of());
        }
        org.domicile.cedar.Request asked = bound.question().get().request();
        return new Policy.Explanation.Within(
                bound.kind().prefix(),
                true,
                JsonForm.name(asked.principal()),
                JsonForm.name(asked.action()),
                JsonForm.name(asked.resource()),
                JsonForm.format(asked.context()),
                reachable(asked, bound.question().get().entities(), bound.bound().policies()),
                bound.bound().schema(),
                bound.bound().texts(),
                answer(answer),
                answer.reasons(),
                errors(answer));
    }

    private static Policy.Explanation.Answer answer(org.domicile.cedar.Decision decision) {
        return decision.isAllowed()
                ? Policy.Explanation.Answer.ALLOW
                : Policy.Explanation.Answer.DENY;
    }

    private static Map<String, String> errors(org.domicile.cedar.Decision decision) {
        Map<String, String> errors = new LinkedHashMap<>();
        decision.errors().forEach(each -> errors.put(each.policy(), each.message()));
        return errors;
    }

    /** The entities that a decision may look at, in Cedar's JSON. */
    private static String reachable(
            org.domicile.cedar.Request asked, Entities entities, PolicySet policies) {
        Set<EntityUid> from = new HashSet<>(policies.mentioned());
        from.addAll(List.of(asked.principal(), asked.action(), asked.resource()));
        asked.context()
                .values()
                .values()
                .forEach(value -> {
                    if (value instanceof EntityUid uid) {
                        from.add(uid);
                    }
                });
        return JsonForm.format(entities.reachable(from));
    }

    /** The key that its records hang on and its name decide nothing. */
    private static Caller.By.Session session(Value read) {
        if (!(field(read, "expires") instanceof Value.Whole(long expires))) {
            throw new Malformed("expires is no number");
        }
        return new Caller.By.Session(
                text(read, "role"),
                text(read, "roleId"),
                text(read, "source"),
                text(read, "target"),
                "",
                "",
                Instant.ofEpochMilli(expires),
                text(read, "policy"),
                grant(read));
    }

    private static Caller.By.Grant grant(Value session) {
        String place = textOr(session, "table", "");
        boolean writes =
                session instanceof Value.Fields(Map<String, Value> values)
                        && values.containsKey("tableWrites");
        return place.isEmpty()
                ? Caller.By.Grant.NONE
                : new Caller.By.Grant(
                        place, writes ? Caller.By.Grant.Mode.WRITE : Caller.By.Grant.Mode.READ);
    }

    private static String textOr(Value of, String name, String without) {
        return of instanceof Value.Fields(Map<String, Value> values)
                        && values.get(name) instanceof Value.Text(String text)
                ? text
                : without;
    }

    private Resource resource(UseOnRecord use, Value read) {
        String kind = text(read, "kind");
        return switch (kind) {
            case "object", "bucket" -> {
                String bucket = text(read, "bucket");
                boolean whole = kind.equals("bucket");
                String table = textOr(read, "table", "");
                // Of what is done to a table the record's object is a name, and no place.
                boolean named =
                        !whole
                                && !table.isEmpty()
                                && (use.action().startsWith("iceberg:")
                                        || use.action().startsWith("lifecycle:")
                                        || use.action().startsWith("compaction:")
                                        || use.action().startsWith("statistics:")
                                        || use.action().startsWith("tabling:")
                                        || use.action().startsWith("sql:"));
                if (!whole && !named && !use.object().startsWith(bucket + "/")) {
                    throw new Malformed("the object is not known (any more)");
                }
                yield new Resource.Data(
                        text(read, "organisation"),
                        bucket,
                        whole
                                ? ""
                                : named ? table + "/" : use.object().substring(bucket.length() + 1),
                        texts(field(read, "zones")),
                        use.dataZone(),
                        carried(read),
                        access(use, bucket, read),
                        table);
            }
            case "own" -> new Resource.Own(text(read, "organisation"));
            case "role" -> new Resource.Assumed(text(read, "organisation"), text(read, "name"));
            case "installation" -> new Resource.Installation();
            default -> throw new Malformed("there is no resource of the kind " + kind);
        };
    }

    private Access access(UseOnRecord use, String bucket, Value read) {
        Map<String, Value> access = fields(read, "access");
        if (access.isEmpty()) {
            return Access.NONE;
        }
        Value shown = new Value.Fields(access);
        Sharing sharing =
                Sharing.of(
                        access.containsKey("ownership")
                                ? Ownership.of(text(shown, "ownership"))
                                        .orElseThrow(() -> new Malformed("no such ownership"))
                                : Ownership.ENFORCED,
                        acl(access, "bucketAcl"),
                        access.get("public") instanceof Value.Text(String kept)
                                ? PublicAccess.of(kept)
                                : PublicAccess.OPEN);
        if (access.containsKey("policy")) {
            sharing = sharing.under(document(bucket, text(shown, "policy")));
        }
        return new Access(
                sharing,
                new Facts(texts(shown, "facts"), texts(shown, "setting")),
                acl(access, "acl"),
                texts(shown, "tags"),
                use.purpose());
    }

    private BucketPolicy document(String bucket, String digest) {
        String text =
                past.bucketPolicy(digest)
                        .orElseThrow(() ->
                                new Gone(
                                        "the bucket's policy "
                                                + digest
                                                + ", which it read, is not kept here"));
        try {
            BucketPolicy policy = BucketPolicy.of(bucket, text);
            if (policy.digest().equals(digest)) {
                return policy;
            }
        } catch (BucketPolicy.Malformed e) {
            throw new Gone("the bucket's policy " + digest + " means nothing to this program");
        }
        throw new Gone("the bucket's policy " + digest + ", which it read, was altered");
    }

    private static Acl acl(Map<String, Value> access, String name) {
        return access.get(name) instanceof Value.Text(String text) ? Acl.of(text) : Acl.NONE;
    }

    private static Map<String, Value> fields(Value of, String name) {
        return of instanceof Value.Fields(Map<String, Value> values)
                        && values.get(name) instanceof Value.Fields(Map<String, Value> inner)
                ? inner
                : Map.of();
    }

    private static Map<String, String> texts(Value of, String name) {
        Map<String, String> texts = new LinkedHashMap<>();
        fields(of, name)
                .forEach((key, value) -> {
                    if (value instanceof Value.Text(String text)) {
                        texts.put(key, text);
                    }
                });
        return texts;
    }

    private static Marks carried(Value read) {
        if (!(read instanceof Value.Fields(Map<String, Value> values))
                || !values.containsKey("carried")) {
            return Marks.NONE;
        }
        Value carried = field(read, "carried");
        List<List<String>> only = new ArrayList<>();
        if (field(carried, "only") instanceof Value.Many(Set<Value> lists)) {
            lists.forEach(each -> only.add(texts(each)));
        }
        return new Marks(
                texts(field(carried, "classes")), texts(field(carried, "prohibited")), only);
    }

    private static Value field(Value of, String name) {
        Value field =
                of instanceof Value.Fields(Map<String, Value> values) ? values.get(name) : null;
        if (field == null) {
            throw new Malformed("there is no " + name);
        }
        return field;
    }

    private static String text(Value of, String name) {
        if (field(of, name) instanceof Value.Text(String text)) {
            return text;
        }
        throw new Malformed(name + " is no text");
    }

    private static List<String> texts(Value value) {
        List<String> texts = new ArrayList<>();
        if (value instanceof Value.Many(Set<Value> elements)) {
            for (Value each : elements) {
                if (each instanceof Value.Text(String text)) {
                    texts.add(text);
                }
            }
        }
        return texts;
    }

    /** What a record names is not kept, or is another. */
    private static final class Gone extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Gone(String sentence) {
            super(sentence, null, false, false);
        }
    }

    /** What a record holds is not what we write. */
    private static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Malformed(String problem) {
            super(problem, null, false, false);
        }
    }
}
