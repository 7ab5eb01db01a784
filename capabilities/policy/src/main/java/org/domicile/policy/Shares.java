package org.domicile.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.domicile.cedar.Authorizer;
import org.domicile.cedar.PolicySet;
import org.domicile.iam.Actor;
import org.domicile.iam.ConditionKey;
import org.domicile.iam.Question;
import org.domicile.iam.S3Actions;
import org.domicile.iam.S3Request;
import org.domicile.iam.Target;
import org.domicile.request.Caller;
import org.domicile.request.Request;

/**
 * What a bucket's policy and the ACLs say of one request. Each is policies of Cedar and asked by
 * itself, in the words of S3; what comes of it are facts for the program's policies, which decide.
 * A function of what it is given.
 */
final class Shares {
    private static final String S3 = "s3:";

    /**
     * What was said.
     *
     * @param granted whether the policy or an ACL lets the caller do it
     * @param denied whether the policy forbids it
     * @param owner the organisation that owns the object, where it is another than the bucket's;
     *     empty otherwise
     */
    record Said(boolean granted, boolean denied, String owner) {
        static final Said NOTHING = new Said(false, false, "");
    }

    /**
     * A document that was asked.
     *
     * @param texts its policies of Cedar by id
     * @param policies the same, ready to decide
     * @param counts whether what it permits is granted
     */
    record Share(
            String name,
            S3Request.Asked asked,
            Map<String, String> texts,
            PolicySet policies,
            org.domicile.cedar.Decision answer,
            boolean counts) {}

    private static final String POLICY = "bucket-policy";

    private Shares() {}

    /**
     * @param person the principal by whom a caller without a role is named; empty for strangers
     */
    static Said said(Request request, String person, String action, Resource.Data data) {
        List<Share> asked = asked(request, person, action, data);
        if (asked.isEmpty()) {
            return Said.NOTHING;
        }
        boolean denied = false;
        boolean granted = false;
        for (Share each : asked) {
            // What errs may have been to forbid it.
            denied |=
                    each.name().equals(POLICY)
                            && (!each.answer().isAllowed() && !each.answer().reasons().isEmpty()
                                    || !each.answer().errors().isEmpty());
            granted |= each.counts() && each.answer().isAllowed();
        }
        return new Said(granted && !denied, denied, owner(data));
    }

    /** All that are asked about a request, in their order; none where nothing is shared. */
    static List<Share> asked(Request request, String person, String action, Resource.Data data) {
        Access access = data.access();
        String name = action.startsWith(S3) ? action.substring(S3.length()) : "";
        Target target =
                data.name().isEmpty()
                        ? new Target.Bucket(data.bucket())
                        : new Target.ObjectIn(data.bucket(), data.name(), access.tags());
        if (!access.asks() || !S3Actions.concerns(name, target)) {
            return List.of();
        }
        Sharing sharing = access.sharing();
        Set<Question> questions =
                sharing.policy()
                        .<Set<Question>>map(policy -> policy.compiled().questions())
                        .orElse(Set.of());
        S3Request.Asked asked =
                new S3Request(
                                actor(request.caller(), person),
                                name,
                                target,
                                request.at(),
                                access.facts().tags(),
                                values(request, person, data))
                        .asked(questions);
        List<Share> shares = new ArrayList<>(3);
        if (sharing.policy().isPresent()) {
            BucketPolicy policy = sharing.policy().get();
            boolean kept =
                    sharing.publicAccess().restrict()
                            && policy.isPublic()
                            && !organisation(request.caller()).equals(data.organisation());
            shares.add(
                    new Share(
                            POLICY,
                            asked,
                            policy.texts(),
                            policy.policies(),
                            Authorizer.decide(asked.request(), asked.entities(), policy.policies()),
                            !kept && owner(data).isEmpty()));
        }
        if (sharing.ownership() != Ownership.ENFORCED) {
            shares.add(byList("bucket-acl", asked, sharing, sharing.acl(), AclPolicies.On.BUCKET));
            if (!data.name().isEmpty()) {
                shares.add(
                        byList("object-acl", asked, sharing, access.acl(), AclPolicies.On.OBJECT));
            }
        }
        return shares;
    }

    /** The organisation that owns the object, where it is another than the bucket's; else empty. */
    private static String owner(Resource.Data data) {
        String owner = data.access().acl().owner();
        return data.access().sharing().ownership() == Ownership.ENFORCED
                        || owner.equals(data.organisation())
                ? ""
                : owner;
    }

    private static Share byList(
            String name, S3Request.Asked asked, Sharing sharing, Acl acl, AclPolicies.On on) {
        Acl counting = sharing.publicAccess().ignoreAcls() ? acl.unpublished() : acl;
        AclPolicies list = AclPolicies.of(counting, on);
        return new Share(
                name,
                asked,
                list.texts(),
                list.policies(),
                Authorizer.decide(asked.request(), asked.entities(), list.policies()),
                true);
    }

    private static Actor actor(Caller caller, String person) {
        return caller instanceof Caller.Known known
                ? new Actor.Known(
                        "arn:aws:iam::" + known.organisation() + ":" + name(known, person),
                        Set.of(),
                        known.organisation(),
                        known.organisation())
                : new Actor.Anonymous();
    }

    /** A session in a role is the role; what else it is called decides nothing. */
    private static String name(Caller.Known caller, String person) {
        String role = role(caller);
        return role.isEmpty() ? "user/" + person : "role/" + role.substring(role.indexOf('/') + 1);
    }

    private static String role(Caller.Known caller) {
        return caller.by() instanceof Caller.By.Session session ? session.role() : "";
    }

    private static String organisation(Caller caller) {
        return caller instanceof Caller.Known known ? known.organisation() : "";
    }

    private static Map<ConditionKey, String> values(
            Request request, String person, Resource.Data data) {
        Map<ConditionKey, String> values = new HashMap<>();
        data.access()
                .facts()
                .values()
                .forEach((name, value) -> {
                    ConditionKey key = ConditionKey.of(name);
                    if (key != null && !key.isDerived()) {
                        values.put(key, value);
                    }
                });
        values.put(ConditionKey.RESOURCE_ACCOUNT, data.organisation());
        values.put(ConditionKey.S3_RESOURCE_ACCOUNT, data.organisation());
        values.put(ConditionKey.REQUESTED_REGION, data.dataZone());
        values.put(ConditionKey.VIA_SERVICE, "false");
        values.put(ConditionKey.PRINCIPAL_IS_SERVICE, "false");
        if (!request.address().isEmpty()) {
            int scope = request.address().indexOf('%');
            values.put(
                    ConditionKey.SOURCE_IP,
                    scope < 0 ? request.address() : request.address().substring(0, scope));
        }
        if (!(request.caller() instanceof Caller.Known known)) {
            values.put(ConditionKey.PRINCIPAL_TYPE, "Anonymous");
        } else if (role(known).isEmpty()) {
            values.put(ConditionKey.PRINCIPAL_TYPE, "User");
            values.put(ConditionKey.USERNAME, person);
            values.put(ConditionKey.USERID, person);
        } else {
            values.put(ConditionKey.PRINCIPAL_TYPE, "AssumedRole");
        }
        return values;
    }
}
