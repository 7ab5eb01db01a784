package org.domicile.cedar;

import java.util.List;

/**
 * The answer to a request.
 *
 * @param reasons the ids of the policies that determined it: of the forbids that applied, or else
 *     of the permits that did; none when it is denied because nothing permits it
 * @param errors the policies that erred and so did not apply
 */
public record Decision(Outcome outcome, List<String> reasons, List<Failure> errors) {
    /** Allowed when some permit applies and no forbid does. */
    public enum Outcome {
        ALLOW,
        DENY
    }

    /** A policy that erred, and how. */
    public record Failure(String policy, String message) {}

    public Decision {
        reasons = List.copyOf(reasons);
        errors = List.copyOf(errors);
    }

    public boolean isAllowed() {
        return outcome == Outcome.ALLOW;
    }
}
