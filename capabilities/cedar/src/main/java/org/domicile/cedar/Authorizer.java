package org.domicile.cedar;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** Decides requests. */
public final class Authorizer {
    private Authorizer() {}

    /** The decision. A pure function of its arguments; it reads nothing else and never throws. */
    public static Decision decide(Request request, Entities entities, PolicySet policies) {
        Evaluation evaluation = new Evaluation(new Frame(request, entities));
        policies.index().visit(evaluation);
        return evaluation.decision();
    }

    /** The policies met so far in one decision. The lists are made when something goes in. */
    static final class Evaluation {
        final Frame frame;
        private List<Policy> permits = List.of();
        private List<Policy> forbids = List.of();
        private List<Failed> failed = List.of();

        private record Failed(Policy policy, String message) {}

        Evaluation(Frame frame) {
            this.frame = frame;
        }

        void meet(Policy policy) {
            try {
                if (policy.applies(frame)) {
                    switch (policy.effect()) {
                        case PERMIT -> permits = with(permits, policy);
                        case FORBID -> forbids = with(forbids, policy);
                    }
                }
            } catch (EvaluationFailure e) {
                failed = with(failed, new Failed(policy, String.valueOf(e.getMessage())));
            }
        }

        private static <T> List<T> with(List<T> list, T element) {
            if (list.isEmpty()) {
                return List.of(element);
            }
            List<T> longer = list instanceof ArrayList<T> ? list : new ArrayList<>(list);
            longer.add(element);
            return longer;
        }

        Decision decision() {
            boolean allowed = forbids.isEmpty() && !permits.isEmpty();
            return new Decision(
                    allowed ? Decision.Outcome.ALLOW : Decision.Outcome.DENY,
                    inOrder(forbids.isEmpty() ? permits : forbids, policy -> policy, Policy::id),
                    inOrder(
                            failed,
                            Failed::policy,
                            failure ->
                                    new Decision.Failure(
                                            failure.policy().id(), failure.message())));
        }

        /** In the order of the set. A loop, because a stream costs more than all that is before. */
        private static <T, R> List<R> inOrder(
                List<T> list, Function<T, Policy> policy, Function<T, R> shown) {
            if (list.isEmpty()) {
                return List.of();
            }
            if (list.size() == 1) {
                return List.of(shown.apply(list.getFirst()));
            }
            int last = -1;
            boolean ordered = true;
            for (T element : list) {
                int order = policy.apply(element).order();
                ordered &= order > last;
                last = order;
            }
            if (!ordered) {
                list.sort(Comparator.comparingInt(element -> policy.apply(element).order()));
            }
            List<R> all = new ArrayList<>(list.size());
            for (T element : list) {
                all.add(shown.apply(element));
            }
            return all;
        }
    }
}
