package org.domicile.cedar;

/**
 * A policy erred. It never leaves the package: the decision names the policy and the message. It
 * carries no stack trace, because policies err as a matter of course and the trace would cost more
 * than the decision.
 */
final class EvaluationFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    EvaluationFailure(String problem) {
        super(problem, null, false, false);
    }

    static EvaluationFailure type(String expected, Value found) {
        return new EvaluationFailure("expected " + expected + ", found " + found.typeName());
    }
}
