package org.domicile.iam;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.domicile.cedar.CedarException;
import org.domicile.cedar.Datetime;
import org.domicile.cedar.Entities;
import org.domicile.cedar.Entity;
import org.domicile.cedar.EntityUid;
import org.domicile.cedar.IpAddress;
import org.domicile.cedar.Request;
import org.domicile.cedar.Value;
import org.jspecify.annotations.Nullable;

/**
 * What a door has to know of a request before a policy document can decide it, in the words of IAM.
 * {@link #asked} turns it into a request and entities of the schema {@link S3Schema}.
 *
 * @param action one of {@link S3Actions}, without {@code s3:}
 * @param tags that the request sets
 * @param values of the keys that it has and that are not derived from the parts above, each as the
 *     wire has it
 */
public record S3Request(
        Actor actor,
        String action,
        Target target,
        Instant time,
        Map<String, String> tags,
        Map<ConditionKey, String> values) {
    /**
     * @throws IllegalArgumentException if there is no such action, it is not asked for such a
     *     target, or a value is for a derived key
     */
    public S3Request {
        tags = Map.copyOf(tags);
        values = Map.copyOf(values);
        S3Actions.Level level = S3Actions.level(action);
        if (level != S3Actions.level(target)) {
            throw new IllegalArgumentException(
                    level == null
                            ? "there is no action " + action
                            : action + " is not asked for " + target);
        }
        for (ConditionKey key : values.keySet()) {
            if (key.isDerived()) {
                throw new IllegalArgumentException(key.iamName() + " is derived");
            }
        }
    }

    /** A request for Cedar, and the entities that it speaks of. */
    public record Asked(Request request, Entities entities) {}

    /**
     * This request, with answers to these questions, which are those of every document that shall
     * decide it.
     */
    public Asked asked(Collection<Question> questions) {
        Map<String, Value> context = new HashMap<>();
        for (ConditionKey key : ConditionKey.values()) {
            String value =
                    key.kind() == ConditionKey.Kind.TAG
                            ? null
                            : value(new ConditionKey.Named(key, ""));
            if (value != null) {
                context.put(key.attribute(), typed(key.kind(), value));
            }
        }
        List<Entity> entities = new ArrayList<>();
        if (!tags.isEmpty()) {
            EntityUid set = new EntityUid(S3Schema.TAG_SET, "request");
            entities.add(new Entity(set, Map.of(), texts(tags), Set.of()));
            context.put(ConditionKey.REQUEST_OBJECT_TAG.attribute(), set);
            context.put(
                    ConditionKey.REQUEST_OBJECT_TAG_KEYS.attribute(),
                    Value.setOf(tags.keySet().stream().map(Value::of).toList()));
        }
        List<Value> answers = new ArrayList<>();
        for (Question question : questions) {
            if (question.holds(this)) {
                answers.add(Value.of(question.name()));
            }
        }
        context.put(S3Schema.ANSWERS, Value.setOf(answers));
        Entity principal = principal();
        Entity resource = resource();
        entities.add(principal);
        entities.add(resource);
        try {
            return new Asked(
                    new Request(
                            principal.uid(),
                            new EntityUid(S3Schema.ACTION, action),
                            resource.uid(),
                            Value.recordOf(context)),
                    Entities.of(entities));
        } catch (CedarException e) {
            throw new IllegalStateException("entities of one request contradict each other", e);
        }
    }

    private Entity principal() {
        return switch (actor) {
            case Actor.Anonymous _ ->
                    new Entity(new EntityUid(S3Schema.PRINCIPAL, "anonymous"), Map.of(), Set.of());
            case Actor.Known(
                            String arn,
                            Set<String> also,
                            String account,
                            String canonicalUser) -> {
                Set<EntityUid> groups = new HashSet<>();
                for (String other : also) {
                    if (!other.equals(arn)) {
                        groups.add(new EntityUid(S3Schema.PRINCIPAL, other));
                    }
                }
                if (!account.isEmpty()) {
                    groups.add(new EntityUid(S3Schema.ACCOUNT, account));
                }
                if (!canonicalUser.isEmpty()) {
                    groups.add(new EntityUid(S3Schema.CANONICAL_USER, canonicalUser));
                }
                yield new Entity(new EntityUid(S3Schema.PRINCIPAL, arn), Map.of(), groups);
            }
        };
    }

    private Entity resource() {
        Map<String, Value> arn = Map.of("arn", Value.of(target.arn()));
        return switch (target) {
            case Target.Service _ ->
                    new Entity(new EntityUid(S3Schema.SERVICE, "s3"), arn, Set.of());
            case Target.Bucket(String name) ->
                    new Entity(new EntityUid(S3Schema.BUCKET, name), arn, Set.of());
            case Target.ObjectIn(String bucket, String key, Map<String, String> existing) ->
                    new Entity(
                            new EntityUid(S3Schema.OBJECT, bucket + "/" + key),
                            arn,
                            texts(existing),
                            Set.of(new EntityUid(S3Schema.BUCKET, bucket)));
        };
    }

    private static Map<String, Value> texts(Map<String, String> tags) {
        Map<String, Value> texts = new HashMap<>();
        tags.forEach((key, value) -> texts.put(key, Value.of(value)));
        return texts;
    }

    private static Value typed(ConditionKey.Kind kind, String value) {
        return switch (kind) {
            case TEXT, TAG, TEXTS -> Value.of(value);
            case TRUTH -> {
                Boolean truth = Scalars.truth(value);
                yield parsed(value, "truth", truth == null ? null : Value.of(truth));
            }
            case NUMBER -> {
                Long number = Scalars.whole(value);
                yield parsed(value, "number", number == null ? null : Value.of(number));
            }
            case MOMENT -> {
                Map<String, Value> fields = new HashMap<>(Map.of("text", Value.of(value)));
                Long number = Scalars.whole(value);
                if (number != null) {
                    fields.put("number", Value.of(number));
                }
                Long moment = Scalars.moment(value);
                if (moment != null) {
                    fields.put("moment", new Datetime(moment));
                }
                yield Value.recordOf(fields);
            }
            case ADDRESS -> {
                IpAddress address = Addresses.single(value);
                yield parsed(value, "address", address);
            }
        };
    }

    private static Value parsed(String text, String name, @Nullable Value value) {
        return Value.recordOf(
                value == null
                        ? Map.of("text", Value.of(text))
                        : Map.of("text", Value.of(text), name, value));
    }

    /** What it holds under a key of one value; null if nothing. */
    @Nullable String value(ConditionKey.Named named) {
        ConditionKey key = named.key();
        return switch (key) {
            case CURRENT_TIME -> Scalars.iso(time.toEpochMilli());
            case EPOCH_TIME -> Long.toString(time.getEpochSecond());
            case PRINCIPAL_ARN -> actor instanceof Actor.Known known ? known.arn() : null;
            case PRINCIPAL_ACCOUNT ->
                    actor instanceof Actor.Known known && !known.account().isEmpty()
                            ? known.account()
                            : null;
            case EXISTING_OBJECT_TAG ->
                    target instanceof Target.ObjectIn object
                            ? object.tags().get(named.tag())
                            : null;
            case REQUEST_OBJECT_TAG -> tags.get(named.tag());
            case REQUEST_OBJECT_TAG_KEYS -> null;
            default -> values.get(key);
        };
    }

    /** All that it holds under a key. */
    Collection<String> all(ConditionKey.Named named) {
        if (named.key() == ConditionKey.REQUEST_OBJECT_TAG_KEYS) {
            return tags.keySet();
        }
        String value = value(named);
        return value == null ? List.of() : List.of(value);
    }
}
