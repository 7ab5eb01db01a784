package org.domicile.iceberg;

import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Refused;
import org.domicile.tables.Refusal;

/** Which failure is answered how. */
final class Errors {
    private Errors() {}

    static String body(Failure failure) {
        return Json.object(out -> {
            out.writeObjectFieldStart("error");
            out.writeStringField("message", failure.sentence());
            out.writeStringField("type", failure.type());
            out.writeNumberField("code", failure.status());
            out.writeEndObject();
        });
    }

    static Failure of(Refused refused) {
        return new Failure(403, "ForbiddenException", String.valueOf(refused.getMessage()));
    }

    static Failure of(Refusal refusal, Operation operation) {
        String sentence = refusal.sentence();
        return switch (refusal.kind()) {
            case NO_SUCH_NAMESPACE -> new Failure(404, "NoSuchNamespaceException", sentence);
            case NO_SUCH_TABLE -> new Failure(404, "NoSuchTableException", sentence);
            case NO_SUCH_VIEW -> new Failure(404, "NoSuchViewException", sentence);
            case NO_SUCH_PLAN -> new Failure(404, "NoSuchPlanIdException", sentence);
            case NO_SUCH_TASK -> new Failure(404, "NoSuchPlanTaskException", sentence);
            case ALREADY_EXISTS -> new Failure(409, "AlreadyExistsException", sentence);
            case NOT_EMPTY -> new Failure(409, "NamespaceNotEmptyException", sentence);
            case COMMIT_FAILED -> new Failure(409, "CommitFailedException", sentence);
            case OVER_QUOTA -> new Failure(403, "ForbiddenException", sentence);
            case KEY_REUSED -> new Failure(422, "UnprocessableEntityException", sentence);
            case INVALID -> new Failure(400, "IllegalArgumentException", sentence);
            case NOT_OF_TABLE -> new Failure(403, "ForbiddenException", sentence);
            case UNPROCESSABLE -> new Failure(422, "UnprocessableEntityException", sentence);
            case TOO_LARGE -> new Failure(413, "BadRequestException", sentence);
            case UNSUPPORTED -> new Failure(406, "UnsupportedOperationException", sentence);
            case UNREADABLE ->
                    operation == Operation.REGISTER_TABLE || operation == Operation.REGISTER_VIEW
                            ? new Failure(404, "NotFoundException", sentence)
                            : Failure.bad(sentence);
        };
    }

    /** Where it is not known whether a change was made, clients must not think that it was not. */
    static Failure of(StorageFailure.Kind kind, Operation operation) {
        return switch (kind) {
            case OVERLOADED ->
                    new Failure(
                            503,
                            "ServiceUnavailableException",
                            "Too much at once; try again soon.");
            case FULL ->
                    new Failure(
                            507,
                            "ServiceFailureException",
                            "There is no room left for this; nothing was changed.");
            case FENCED, CORRUPT, FOREIGN, CLOSED ->
                    new Failure(
                            500,
                            operation.changes()
                                    ? "CommitStateUnknownException"
                                    : "InternalServerError",
                            "Storage cannot serve this now; the operator's log says why.");
        };
    }
}
