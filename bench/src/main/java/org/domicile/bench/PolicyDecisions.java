package org.domicile.bench;

import com.cedarpolicy.BasicAuthorizationEngine;
import com.cedarpolicy.model.AuthorizationRequest;
import com.cedarpolicy.model.AuthorizationResponse;
import com.cedarpolicy.model.entity.Entities;
import com.cedarpolicy.model.exception.AuthException;
import com.cedarpolicy.value.EntityTypeName;
import com.cedarpolicy.value.PrimString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.domicile.cedar.Authorizer;
import org.domicile.cedar.Decision;
import org.domicile.cedar.EntityUid;
import org.domicile.cedar.PolicySet;
import org.domicile.cedar.Request;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What JMH runs for {@link PolicyBench}: one decision, ours and cedar-java's, with everything
 * prepared that can be prepared (ours: parsed policies, entities and requests; theirs: cached
 * policies, their objects of entities and requests). Public because JMH asks for it.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PolicyDecisions {
    /** Our engine and a scene. */
    @SuppressWarnings("NullAway.Init") // JMH calls prepare first
    @State(Scope.Thread)
    public static class Ours {
        /** How many. */
        @Param({"10", "100", "1000", "10000"})
        public int policies;

        PolicySet set;
        List<Request> requests;
        List<org.domicile.cedar.Entities> entities;
        int next;

        /** Reads the scene. */
        @Setup
        public void prepare() throws Exception {
            PolicyScene scene = PolicyScene.of(policies);
            set = PolicySet.parse(scene.policies());
            requests = new ArrayList<>();
            entities = new ArrayList<>();
            for (PolicyScene.Asked asked : scene.requests()) {
                requests.add(
                        Request.of(
                                new EntityUid("User", asked.principal()),
                                new EntityUid("Action", asked.action()),
                                new EntityUid("Object", asked.resource()),
                                asked.context()));
                entities.add(org.domicile.cedar.Entities.parse(asked.entities()));
            }
        }

        Decision decide() {
            next = (next + 1) % requests.size();
            return Authorizer.decide(requests.get(next), entities.get(next), set);
        }
    }

    /** Cedar's own engine through JNI, and the same scene. */
    @SuppressWarnings("NullAway.Init") // JMH calls prepare first
    @State(Scope.Thread)
    public static class Theirs {
        /** How many. */
        @Param({"10", "100", "1000", "10000"})
        public int policies;

        BasicAuthorizationEngine engine;
        com.cedarpolicy.model.policy.PolicySet set;
        List<AuthorizationRequest> requests;
        List<Set<com.cedarpolicy.model.entity.Entity>> entities;
        int next;

        /** Reads the scene. */
        @Setup
        public void prepare() throws Exception {
            PolicyScene scene = PolicyScene.of(policies);
            engine = new BasicAuthorizationEngine();
            set = com.cedarpolicy.model.policy.PolicySet.parsePolicies(scene.policies());
            set.cache();
            requests = new ArrayList<>();
            entities = new ArrayList<>();
            EntityTypeName user = EntityTypeName.parse("User").orElseThrow();
            EntityTypeName action = EntityTypeName.parse("Action").orElseThrow();
            EntityTypeName object = EntityTypeName.parse("Object").orElseThrow();
            for (PolicyScene.Asked asked : scene.requests()) {
                requests.add(
                        new AuthorizationRequest(
                                user.of(asked.principal()),
                                action.of(asked.action()),
                                object.of(asked.resource()),
                                Map.of(
                                        "purpose",
                                        new PrimString(asked.purpose()),
                                        "zone",
                                        new PrimString(asked.zone()),
                                        "address",
                                        new com.cedarpolicy.value.IpAddress(asked.address()))));
                entities.add(Entities.parse(asked.entities()).getEntities());
            }
        }

        AuthorizationResponse decide() throws AuthException {
            next = (next + 1) % requests.size();
            return engine.isAuthorized(requests.get(next), set, entities.get(next));
        }
    }

    /** Ours. */
    @Benchmark
    public Decision domicile(Ours ours) {
        return ours.decide();
    }

    /** Theirs. */
    @Benchmark
    public AuthorizationResponse cedarJava(Theirs theirs) throws AuthException {
        return theirs.decide();
    }
}
